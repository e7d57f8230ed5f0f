"""The samples of a recording: what pictures are drawn from, as plain arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
        inputs: arrays of shape (samples, ...) under their names in inputs.safetensors: "inputs", or "inputs/NAME"; text is
            fed to the model, but not kept.
        labels: numbers or texts, one row per sample; or None.
        targets: what the loss compares an output with, by output, or "" for the only one, where the user names it.
        class_names: names of the classes in the order of the labels; empty if they were not given.
        extras: further arrays under their names in inputs.safetensors: "extras/NAME".
    """

    inputs: Mapping[str, Array]
    labels: Array | None
    targets: Mapping[str, Array]
    class_names: tuple[str, ...]
    extras: Mapping[str, Array]

    @classmethod
    def of(
        cls,
        inputs: Any = None,
        labels: Any = None,
        class_names: Sequence[str] = (),
        extras: Mapping[str, Any] | None = None,
        targets: Any = None,
    ) -> "Samples":
        """Take what a user gives; see `animviz.Recorder`.

        Args:
            inputs: one array (samples, ...) or numbers in nested lists, or a list or dict of several arrays.
            labels: of the same length, or None; a dict by output stands for targets, or by "0", "1" and so on in the model's
                order.
            class_names: one for every class, or none.
            extras: further arrays by name.
            targets: what the loss compares with, where that is not the labels: an array, or a dict by output.

        Raises:
            InputError: an array is not one of numbers, arrays differ in length, inputs or labels are not finite, or classes
                are left without a name.
        """
        if targets is None and isinstance(labels, Mapping):
            labels, targets = None, labels
        compared = targets if isinstance(targets, Mapping) else {} if targets is None else {"": targets}
        samples = cls(
            _named(inputs),
            None if labels is None else _labels(labels),
            {name: _labels(array) for name, array in compared.items()},
            tuple(map(str, class_names)),
            {f"extras/{name}": _plain(array) for name, array in (extras or {}).items()},
        )
        samples._check()
        return samples

    def _check(self) -> None:
        """Refuse what pictures cannot be drawn from."""
        labelled = {f"targets {name}".strip(): array for name, array in self.targets.items()}
        labelled |= {} if self.labels is None else {"labels": self.labels}
        lengths = {name: len(array) for name, array in {**self.inputs, **labelled}.items()}
        for (name, count), (other, expected) in pairwise(lengths.items()):
            if count != expected:
                raise InputError(f"Recorder: {name} has {count} samples and {other} {expected}; expected as many")
        for name, array in labelled.items():
            if array.dtype.kind == "f" and not np.isfinite(array).all():
                raise InputError(
                    f"Recorder: {name} hold nan or infinite values; expected finite numbers: leave those samples out"
                )
        for name, array in self.inputs.items():
            strange = (
                ~np.isfinite(array).reshape(len(array), -1).all(axis=1) if array.dtype.kind == "f" else np.array(())
            )
            if strange.any():
                raise InputError(
                    f"Recorder: {name}: sample {int(np.argmax(strange))} is not finite, the first of {int(strange.sum())}; "
                    "expected finite numbers: leave those samples out, or fill in the values that are missing"
                )

    def by_output(self, names: Sequence[str]) -> "Samples":
        """Return the samples with targets by the names of the outputs, also where the user gave them in the model's order.

        Args:
            names: of the outputs.

        Raises:
            InputError: there are not as many.
        """
        places = [str(place) for place in range(len(self.targets))]
        if not places or list(self.targets) != places or set(places) <= set(names):
            return self
        if len(places) != len(names):
            raise InputError(
                f"labels are {len(places)} arrays; the model has the outputs {', '.join(names)}; expected an array for each"
            )
        return replace(self, targets=dict(zip(names, self.targets.values(), strict=True)))

    def compared_with(self, output: str, *, is_main: bool) -> Array | None:
        """Return what the user gave for the loss of an output to compare with: its own targets, else labels of the main one.

        Args:
            output: its name.
            is_main: whether it is the one that labels belong to.
        """
        return self.targets.get(output, self.targets.get("", self.labels) if is_main else None)

    @property
    def fed(self) -> Any:
        """The inputs in the form in which a model takes them: one array, a list or a dict."""
        return self.first(None)

    def first(self, count: int | None) -> Any:
        """Return the first samples, or all of them, in the form in which a model takes them."""
        if "inputs" in self.inputs:
            return self.inputs["inputs"][:count]
        named = {name.removeprefix("inputs/"): array[:count] for name, array in self.inputs.items()}
        return list(named.values()) if all(name.isdigit() for name in named) else named


def _named(inputs: Any) -> dict[str, Array]:
    if inputs is None:
        return {}
    if isinstance(inputs, Mapping):
        return {f"inputs/{name}": _fed(array) for name, array in inputs.items()}
    if isinstance(inputs, list | tuple) and not _is_nested_numbers(inputs):
        return {f"inputs/{place}": _fed(array) for place, array in enumerate(inputs)}
    return {"inputs": _fed(inputs)}


def _fed(values: Any) -> Array:
    """Return values as an array of numbers; texts in an array stay as they are."""
    texts = isinstance(values, np.ndarray) and values.dtype.kind == "U" and values.ndim and values.size
    return np.asarray(values) if texts else _plain(values)


def _is_nested_numbers(values: Any) -> bool:
    """Say whether values are one array written as lists, and not a list of arrays."""
    if isinstance(values, list | tuple):
        return all(map(_is_nested_numbers, values))
    return isinstance(values, Number | np.generic)


def _plain(values: Any) -> Array:
    """Return values as an array of numbers, float64 and long doubles as float32."""
    try:
        array = np.asarray(values)
    except ValueError as error:  # rows of unequal length
        raise InputError(f"Recorder: values are no array ({error}); expected numbers, one row per sample") from None
    if array.dtype.kind == "f" and array.dtype.itemsize >= 8:
        with np.errstate(over="ignore"):  # what becomes infinite is refused where it is looked at
            array = array.astype(np.float32)
    if array.dtype.kind not in "fiub" or array.ndim == 0 or len(array) == 0:
        raise InputError(
            f"Recorder: an array has shape {array.shape} of {array.dtype}; expected numbers, one row per sample"
        )
    return array


def _labels(values: Any) -> Array:
    """Return labels as numbers or as texts."""
    array = np.asarray(values)
    if array.dtype.kind in "SO" and array.size and all(isinstance(value, str | bytes) for value in array.flat):
        texts = [value if isinstance(value, str) else _text(value) for value in array.flat]
        array = np.array(texts).reshape(array.shape)
    return array if array.dtype.kind == "U" and array.ndim and array.size else _plain(values)


def _text(label: bytes) -> str:
    try:
        return label.decode()
    except UnicodeDecodeError as error:
        raise InputError(
            f"Recorder: a label is {label[:20]!r}, which is no UTF-8; expected numbers or texts"
        ) from error


def portable(array: Array) -> Array:
    """Return the array in a dtype that recordings know: bfloat16 becomes float32, a long double float64."""
    if array.dtype.kind not in "fiub":
        return array.astype(np.float32)
    return array.astype(np.float64) if array.dtype.itemsize > 8 else array
