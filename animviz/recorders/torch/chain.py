"""Whether a model is a chain: one line of calls, each fed by the one before, and proved to be what NumPy replays."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch.utils._pytree import tree_leaves

from animviz.arrays import Array
from animviz.recorders.torch.following import Call
from animviz.recorders.torch.modules import Fields, Names
from animviz.recorders.torch.naming import as_array, as_column
from animviz.recorders.torch.translating import PASSING, translated
from animviz.recording.replay.forward import forward
from animviz.recording.replay.layers import Layer

__all__ = ["Taken", "chain_of", "first_tensor", "kind_of"]

Step = tuple[Call, Fields | None]

CLOSE = 5e-3  # share of the largest value by which a replay may differ: graphics cards round to ten bits
LOOKING = {
    "item",
    "tolist",
    "numpy",
    "equal",
    "allclose",
    "__bool__",
    "__float__",
    "__int__",
    "__index__",
    "is_nonzero",
}


class Taken:
    """The calls of a pass, with copies of what they put out, since layers may work in place."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.values: dict[str, Array] = {}

    def note(self, call: Call) -> None:
        """Take a call."""
        self.calls.append(call)
        made = first_tensor(call.output)
        if made is not None and made.is_floating_point():
            self.values[call.name] = as_column(as_array(made))


def first_tensor(output: Any) -> Any:
    """Return what a layer puts out: its tensor, or the first of several, as recurrent layers give them; else None."""
    if isinstance(output, list | tuple) and output:
        output = output[0]
    return output if isinstance(output, torch.Tensor) else None


def line_of(calls: Sequence[Call], start: Any, end: Any) -> list[Call] | None:
    """Return the calls that lead from one tensor to another in one line; None where lines meet or values are looked at.

    What leads nowhere, such as a mean that the model keeps, is left aside.

    Args:
        calls: in order.
        start: the first tensor.
        end: the last one.
    """
    lines: dict[int, list[Call] | None] = {id(start): []}  # that led to each tensor
    for call in calls:
        fed = [lines[id(tensor)] for tensor in call.tensors if id(tensor) in lines]
        name = getattr(call.what, "__name__", "")
        if not fed:
            continue  # it makes something of weights or numbers
        if name in LOOKING:
            return None
        one = fed[0] if len(fed) == 1 and isinstance(call.output, torch.Tensor) else None
        for made in tree_leaves(call.output):
            passed_on = name in PASSING and any(made is tensor for tensor in call.tensors)
            if isinstance(made, torch.Tensor) and not passed_on:
                lines[id(made)] = None if one is None else [*one, call]
    return lines.get(id(end))


def chain_of(
    taken: Taken, start: Any, end: Any, names: Names, weights: Mapping[str, Array]
) -> tuple[Layer, ...] | None:  # fmt: skip
    """Return the layers of a model that is a chain, those marked that NumPy replays as it was seen; else None.

    Args:
        taken: a pass.
        start: the tensor that was fed in.
        end: the tensor that the model put out.
        names: of the weights.
        weights: arrays by name.
    """
    line = line_of(_outer(taken.calls), start, end)
    if not line:
        return None
    steps: list[Step] = []
    for call in line:
        steps += _within(call, taken.calls, names) or [(call, translated(call, names))]
    steps = [step for step in _with_biases(steps) if not _is_idle(*step)]
    layers = _laid_out(steps, start)
    before = as_column(as_array(start))
    proved = []
    for layer, (call, _) in zip(layers, steps, strict=True):
        values = taken.values.get(call.name)
        proved.append(
            layer.model_copy(update={"replayable": layer.replayable and _same(layer, weights, before, values)})
        )
        before = values if values is not None else as_column(as_array(call.output))
    return tuple(proved)


def _outer(calls: Sequence[Call]) -> list[Call]:
    return [call for call in calls if not call.within]


def _with_biases(steps: Sequence[Step]) -> list[Step]:
    """Return the steps where a bias that is added to a product of matrices is part of the same layer."""
    found: list[Step] = []
    for call, fields in steps:
        before = found[-1][1] if found else None
        if not fields or fields["kind"] != "Bias":
            found.append((call, fields))
        elif before and before["kind"] == "Dense" and not before.get("bias"):
            found[-1] = (call, {**before, "bias": fields["bias"]})
        else:
            found.append((call, None))
    return found


def _is_idle(call: Call, fields: Fields | None) -> bool:
    """Say whether a step only looks upon the same numbers differently, and no layer of the user's stands for it."""
    return fields == {"kind": "Identity"} and type(call.what) is not torch.nn.Identity


def _within(call: Call, calls: Sequence[Call], names: Names) -> list[Step]:
    """Return what happens in a user's own layer where it is a line that can be replayed."""
    inner = [other for other in calls if call.is_module and other.within == call.name]
    line = line_of(inner, call.tensors[0], call.output) if inner and len(call.tensors) == 1 else None
    found = [(step, translated(step, names)) for step in line or []]
    return found if all(fields is not None for _, fields in found) else []


def _laid_out(steps: Sequence[Step], start: Any) -> list[Layer]:
    """Return the layers with their channels where the layers around them have theirs."""
    told = [fields.get("layout") if fields and _has_places(call) else None for call, fields in steps]
    ahead = [next((layout for layout in told[place:] if layout), None) for place in range(len(told))]
    images = start.ndim == 4 and start.shape[1] in (1, 3) and start.shape[-1] not in (1, 3)
    present = ahead[0] or ("channels_first" if images else "channels_last")
    layers = []
    for place, (call, fields) in enumerate(steps):
        reshapes = bool(fields) and fields["kind"] == "Reshape"  # type: ignore[index]  # bool() says so
        present = told[place] or (ahead[place] or "channels_last" if reshapes else present)
        if not _has_places(call):
            present = ahead[place] or "channels_last"
        layers.append(
            Layer(
                name=call.name,
                **(fields or {"kind": kind_of(call)}) | {"layout": present if _has_places(call) else "channels_last"},
                output_shape=tuple(call.output.shape[1:]) or (1,),
                replayable=fields is not None,
            )
        )
    return layers


def _has_places(call: Call) -> bool:
    """Say whether a layer takes or puts out more than one number for each channel."""
    return bool(call.output.ndim > 2 or call.tensors[0].ndim > 2)


def kind_of(call: Call) -> str:
    """Return what a call is called where it has no name in Keras."""
    return type(call.what).__name__ if call.is_module else str(getattr(call.what, "__name__", "function")).strip("_")


def _same(layer: Layer, weights: Mapping[str, Array], before: Array, values: Array | None) -> bool:
    """Say whether NumPy makes of the values before a layer what PyTorch made of them."""
    if values is None or values.dtype not in (np.float32, np.float64):
        return False
    try:
        replayed = forward([layer], weights, before)
    except (ValueError, TypeError, IndexError):
        return False
    reach = CLOSE * max(1e-6, float(np.abs(values).max(initial=0)))
    return replayed.shape == values.shape and bool(np.allclose(replayed, values, rtol=0, atol=reach, equal_nan=True))
