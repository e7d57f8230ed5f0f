"""The samples of a recording: what pictures are drawn from, as plain arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from numbers import Number
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

        Args:
            inputs: one array (samples, ...) or numbers in nested lists, or a list or dict of several arrays.
            labels: of the same length, or None.
            class_names: one for every class, or none.
            extras: further arrays by name.

        Raises:
            InputError: an array is not one of numbers, arrays differ in length, labels are not finite, or classes are
                left without a name.
        """
        named = _named(inputs)
        targets = None if labels is None else _plain(labels)
        further = {f"extras/{name}": _plain(array) for name, array in (extras or {}).items()}
        samples = cls(named, targets, tuple(map(str, class_names)), further)
        samples._check()
        return samples

    def _check(self) -> None:
        """Refuse what pictures cannot be drawn from."""
        lengths = {name: len(array) for name, array in self.labelled.items()}
        for (name, count), (other, expected) in pairwise(lengths.items()):
            if count != expected:
                raise InputError(f"Recorder: {name} has {count} samples and {other} {expected}; expected as many")
        if self.labels is None:
            return
        if not np.isfinite(self.labels).all():
            raise InputError(
                "Recorder: labels hold nan or infinite values; expected finite numbers: leave those samples out"
            )
        if self.class_names and len(self.class_names) < (count := _classes(self.labels)):
            raise InputError(
                f"Recorder: class_names has {len(self.class_names)} and the labels {count} classes; expected a name each"
            )

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
        return tuple(map(str, range(_classes(self.labels))))

    @property
    def labelled(self) -> dict[str, Array]:
        """Inputs and labels by name."""
        return {**self.inputs} | ({} if self.labels is None else {"labels": self.labels})


def _classes(labels: Array) -> int:
    """Return how many classes there are, as far as the labels go."""
    one_hot = labels.ndim == 2 and labels.shape[1] > 1
    return int(labels.shape[1] if one_hot else int(labels.max()) + 1)


def _named(inputs: Any) -> dict[str, Array]:
    if inputs is None:
        return {}
    if isinstance(inputs, Mapping):
        return {f"inputs/{name}": _plain(array) for name, array in inputs.items()}
    if isinstance(inputs, list | tuple) and not _is_nested_numbers(inputs):
        return {f"inputs/{place}": _plain(array) for place, array in enumerate(inputs)}
    return {"inputs": _plain(inputs)}


def _is_nested_numbers(values: Any) -> bool:
    """Say whether values are one array written as lists, and not a list of arrays."""
    if isinstance(values, list | tuple):
        return all(map(_is_nested_numbers, values))
    return isinstance(values, Number | np.generic)


def _plain(values: Any) -> Array:
    """Return values as an array of numbers, float64 as float32."""
    try:
        array = np.asarray(values)
    except ValueError as error:  # rows of unequal length
        raise InputError(f"Recorder: values are no array ({error}); expected numbers, one row per sample") from None
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
