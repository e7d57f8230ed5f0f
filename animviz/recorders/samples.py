"""The samples of a recording: what pictures are drawn from, as plain arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from animviz.arrays import Array
from animviz.errors import InputError

__all__ = ["Samples", "portable"]


@dataclass(frozen=True, eq=False)
class Samples:
    """What pictures are drawn from, and what is known of it.

    Attributes:
        inputs: arrays of shape (samples, ...) under their names in inputs.safetensors: "inputs", or "inputs/NAME".
        labels: their labels or targets, one row per sample; or None.
        class_names: names of the classes in the order of the labels; empty if they were not given.
        extras: further arrays under their names in inputs.safetensors: "extras/NAME".
    """

    inputs: Mapping[str, Array]
    labels: Array | None
    class_names: tuple[str, ...]
    extras: Mapping[str, Array]

    @classmethod
    def of(
        cls,
        inputs: Any = None,
        labels: Any = None,
        class_names: Sequence[str] = (),
        extras: Mapping[str, Any] | None = None,
    ) -> "Samples":
        """Take what a user gives; see `animviz.Recorder`.

        Raises:
            InputError: an array is not one of numbers, or inputs and labels differ in length.
        """
        named = _named(inputs)
        targets = None if labels is None else _plain(labels)
        for name, array in named.items():
            if targets is not None and len(array) != len(targets):
                raise InputError(
                    f"Recorder: {name} has {len(array)} samples and labels {len(targets)}; expected as many"
                )
        further = {f"extras/{name}": _plain(array) for name, array in (extras or {}).items()}
        return cls(named, targets, tuple(map(str, class_names)), further)

    @property
    def fed(self) -> Any:
        """The inputs in the form in which a model takes them: one array, a list or a dict."""
        if "inputs" in self.inputs:
            return self.inputs["inputs"]
        named = {name.removeprefix("inputs/"): array for name, array in self.inputs.items()}
        return list(named.values()) if all(name.isdigit() for name in named) else named

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes: as given, else their numbers as far as the labels go."""
        if self.class_names or self.labels is None:
            return self.class_names
        one_hot = self.labels.ndim == 2 and self.labels.shape[1] > 1
        return tuple(map(str, range(self.labels.shape[1] if one_hot else int(self.labels.max()) + 1)))

    @property
    def labelled(self) -> dict[str, Array]:
        """Inputs and labels by name."""
        return {**self.inputs} | ({} if self.labels is None else {"labels": self.labels})


def _named(inputs: Any) -> dict[str, Array]:
    if inputs is None:
        return {}
    if isinstance(inputs, Mapping):
        return {f"inputs/{name}": _plain(array) for name, array in inputs.items()}
    if isinstance(inputs, list | tuple):
        return {f"inputs/{place}": _plain(array) for place, array in enumerate(inputs)}
    return {"inputs": _plain(inputs)}


def _plain(values: Any) -> Array:
    """Return values as an array of numbers, float64 as float32."""
    array = np.asarray(values)
    if array.dtype == np.float64:
        array = array.astype(np.float32)
    if array.dtype.kind not in "fiub" or array.ndim == 0 or len(array) == 0:
        raise InputError(
            f"Recorder: an array has shape {array.shape} of {array.dtype}; expected numbers, one row per sample"
        )
    return array


def portable(array: Array) -> Array:
    """Return the array in a dtype that NumPy itself knows (bfloat16 becomes float32)."""
    return array if array.dtype.kind in "fiub" else array.astype(np.float32)
