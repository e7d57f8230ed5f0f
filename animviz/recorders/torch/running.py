"""Passes of our own: recorded samples go through the model as it is used, in parts, and leave no trace."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import torch

from animviz.arrays import Array
from animviz.errors import RecordingError
from animviz.recorders.torch.following import Note, followed
from animviz.recorders.torch.untouched import untouched

__all__ = ["fed", "in_parts", "run"]

PART_BYTES = 2**23  # of inputs that go through the model at once


def run(module: Any, values: Any, note: Note = lambda call: None) -> tuple[tuple[Any, ...], Any]:
    """Run a module as it is used, and not trained.

    Args:
        module: without wrappers.
        values: an array (samples, ...), or a list or dict of arrays.
        note: is told of each call, see `animviz.recorders.torch.following.followed`.

    Returns:
        The tensors that were fed in, and what the module returned.

    Raises:
        RecordingError: the module does not take them.
    """
    try:
        with untouched(module), torch.no_grad():
            args, kwargs = fed(module, values)
            return (*args, *kwargs.values()), followed(module, args, kwargs, note)
    except (RuntimeError, TypeError, ValueError, IndexError, KeyError, AssertionError, NotImplementedError) as error:
        first = (str(error).strip() or "no reason given").splitlines()[0]
        raise RecordingError(
            f"the model does not take the recorded inputs ({type(error).__name__}: {first[:200]}); "
            "pass inputs= as its forward takes them: an array, or a list or dict of several"
        ) from error


def in_parts(values: Any) -> Iterator[Any]:
    """Yield inputs a part at a time, so that what a model makes of them has room."""
    arrays = list(_arrays(values))
    count = len(arrays[0])
    size = max(1, PART_BYTES * count // max(1, sum(array.nbytes for array in arrays)))
    for start in range(0, count, size):
        yield _mapped(values, partial(_rows, start, start + size))


def fed(module: Any, values: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return inputs as a module's forward takes them: on its device, floating numbers in its precision.

    Lists are arguments in order; dicts are arguments by name, or one argument where forward has no such names.

    Args:
        module: without wrappers.
        values: an array, or a list or dict of arrays.
    """
    weight = next((tensor for tensor in module.parameters() if tensor.is_floating_point()), torch.zeros(()))

    def tensor(array: Array) -> Any:
        floating = {"dtype": weight.dtype} if array.dtype.kind == "f" else {}
        return torch.tensor(array, device=weight.device, **floating)  # a copy: models may work in place

    given = _mapped(values, tensor)
    if isinstance(given, list):
        return tuple(given), {}
    if isinstance(given, dict):
        taken = inspect.signature(module.forward).parameters.values()
        open_ended = any(parameter.kind is parameter.VAR_KEYWORD for parameter in taken)
        by_name = open_ended or given.keys() <= {parameter.name for parameter in taken}
        return ((), given) if by_name else ((given,), {})
    return (given,), {}


def _rows(start: int, stop: int, array: Array) -> Array:
    return array[start:stop]


def _arrays(values: Any) -> Iterator[Array]:
    if isinstance(values, Mapping):
        yield from values.values()
    elif isinstance(values, list):
        yield from values
    else:
        yield values


def _mapped(values: Any, function: Callable[[Array], Any]) -> Any:
    if isinstance(values, Mapping):
        return {name: function(array) for name, array in values.items()}
    if isinstance(values, list):
        return [function(array) for array in values]
    return function(values)
