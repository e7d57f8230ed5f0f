"""A pass of our own through a module: which layers and functions run, on what, and what they put out.

Temporary hooks see the modules, a function mode sees what is called between them, such as ``F.relu``.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves

from animviz.recorders.torch.naming import clean

__all__ = ["Call", "Note", "followed", "is_leaf", "outputs_by_name"]


@dataclass(frozen=True, eq=False)
class Call:
    """One call of a layer, or of a function between layers.

    Attributes:
        name: path of the module or function, made unique: "encoder.fc1", "encoder.relu", "encoder.fc1#2".
        what: the module, or the function.
        args: that it was called with.
        kwargs: likewise.
        output: what it returned.
        within: name of the call of a user's own layer in which it happened, or "".
    """

    name: str
    what: Any
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    output: Any
    within: str = ""

    @property
    def is_module(self) -> bool:
        """Whether a module was called."""
        return isinstance(self.what, torch.nn.Module)

    @property
    def tensors(self) -> list[Any]:
        """The tensors that it was called with."""
        return [leaf for leaf in tree_leaves((self.args, dict(self.kwargs))) if isinstance(leaf, torch.Tensor)]


Note = Callable[[Call], None]


def followed(module: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], note: Note) -> Any:
    """Run a module and tell of each call once it is done.

    Modules without parts are layers. What happens inside of PyTorch's own is not told; what happens inside of a user's is.

    Args:
        module: without wrappers.
        args: for its forward.
        kwargs: likewise.
        note: is told.

    Returns:
        What the module returns.
    """
    listener = _Listener(note)
    with listener.hooked(module), listener:
        return module(*args, **kwargs)


def is_leaf(part: Any) -> bool:
    """Say whether a module has no parts."""
    return not any(True for _ in part.children()) and not isinstance(part, torch.nn.Sequential)


def outputs_by_name(value: Any) -> dict[str, Any]:
    """Return the tensors that a model put out, by name: "output", or its keys, or "output_1" and so on."""
    if isinstance(value, torch.Tensor):
        return {"output": value}
    if isinstance(value, Mapping):
        named = dict(value)
    elif isinstance(value, tuple) and hasattr(value, "_fields"):
        named = dict(zip(value._fields, value, strict=True))
    elif isinstance(value, list | tuple):
        named = {f"output_{place}": part for place, part in enumerate(value, start=1)}
    else:
        return {}
    return {str(name): part for name, part in named.items() if isinstance(part, torch.Tensor)}


class _Listener(TorchFunctionMode):  # type: ignore[misc]  # PyTorch is not followed by the type checker
    def __init__(self, note: Note) -> None:
        super().__init__()
        self._note = note
        self._called: Counter[str] = Counter()
        self._path = [""]  # of the modules that are running
        self._hidden = 0  # how many of PyTorch's own layers are running
        self._within = ""  # name of the user's own layer that is running

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        output = func(*args, **(kwargs or {}))
        if not self._hidden:
            name = getattr(func, "__name__", "function")
            path = ".".join(filter(None, (self._path[-1], name.strip("_"))))
            self._tell(Call(self._unique(path), func, args, kwargs or {}, output, self._within))
        return output

    @contextmanager
    def hooked(self, module: Any) -> Iterator[None]:
        handles = []
        for path, part in module.named_modules():
            is_layer = is_leaf(part)
            own = is_layer and not type(part).__module__.startswith("torch.")
            if is_layer and not own:
                name = clean(path) or type(part).__name__.lower()
                handles += self._on_layer(part, name)
            elif own and part is not module:
                handles += self._on_own_layer(part, clean(path))
            else:
                handles += self._on_container(part, clean(path))
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()

    def _on_layer(self, part: Any, name: str) -> list[Any]:
        def before(*_: Any) -> None:
            self._hidden += 1

        def after(part: Any, args: Any, kwargs: Any, output: Any) -> None:
            self._hidden -= 1
            if not self._hidden:
                self._tell(Call(self._unique(name), part, args, kwargs, output, self._within))

        return [part.register_forward_pre_hook(before), part.register_forward_hook(after, with_kwargs=True)]

    def _on_own_layer(self, part: Any, name: str) -> list[Any]:
        def before(*_: Any) -> None:
            self._path.append(name)
            self._within = self._unique(name)

        def after(part: Any, args: Any, kwargs: Any, output: Any) -> None:
            self._path.pop()
            unique, self._within = self._within, ""
            self._tell(Call(unique, part, args, kwargs, output))

        return [part.register_forward_pre_hook(before), part.register_forward_hook(after, with_kwargs=True)]

    def _on_container(self, part: Any, path: str) -> list[Any]:
        def before(*_: Any) -> None:
            self._path.append(path)

        def after(*_: Any) -> None:
            self._path.pop()

        return [part.register_forward_pre_hook(before), part.register_forward_hook(after)]

    def _tell(self, call: Call) -> None:
        self._hidden += 1  # who is told calls functions too
        try:
            self._note(call)
        finally:
            self._hidden -= 1

    def _unique(self, name: str) -> str:
        self._called[name] += 1
        count = self._called[name]
        return f"{name}#{count}" if count > 1 else name
