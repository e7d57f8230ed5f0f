"""Intake: what users hand over as inputs and labels becomes NumPy arrays."""

from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np

from animviz.arrays import Array
from animviz.errors import InputError
from animviz.recorders.keras.datasets import is_dataset, read
from animviz.recorders.samples import portable
from animviz.sampling import evenly

__all__ = ["DATASET_SAMPLES", "require_fitting", "taken"]

DATASET_SAMPLES = 2000  # that are taken of a dataset, unless the user says how many
NUMBERS = "expected numbers, one row per sample"


def taken(inputs: Any, labels: Any = None, most: int | None = None) -> tuple[Any, Any]:
    """Return inputs and labels as arrays of numbers or texts.

    Args:
        inputs: an array, tensor, nested list, data frame, or a list or dict of those; or a dataset: what `fit` takes as
            such, and any iterable of batches. A one-element list stands for its element.
        labels: the like; by default those that come with a dataset.
        most: samples at most, an even choice; by default all, and 2,000 of a dataset.

    Returns:
        An array (samples, ...), or a list or dict of arrays; and labels or None.

    Raises:
        InputError: it is no array and no dataset, rows differ in length, or it holds other things than numbers and text.
    """
    if most is not None and most < 1:
        raise InputError(f"Recorder: samples is {most}; expected at least 1")
    if not is_dataset(inputs):
        x, y = _arrays(inputs, "inputs"), _arrays(labels, "labels")
        return _chosen(x, most), _chosen(y, most)
    read_x, read_y, rows = read(inputs, most or DATASET_SAMPLES, _array)
    if labels is None:
        return _arrays(read_x, "inputs"), _arrays(read_y, "labels")
    if is_dataset(labels):
        labels = read(labels, most or DATASET_SAMPLES, _array)[0]
    whole = _arrays(labels, "labels")  # of all samples of the dataset, in its order, or of those taken
    return _arrays(read_x, "inputs"), _each(whole, lambda array: array[rows] if len(array) > rows[-1] else array)


def require_fitting(model: Any, inputs: Mapping[str, Array]) -> None:
    """Refuse inputs that a model does not take, as far as it says what it takes.

    Args:
        model: a Keras model, built or not.
        inputs: arrays by name.

    Raises:
        InputError: text where it takes numbers, or samples of another shape.
    """
    try:
        expected = list(model.inputs or ())
    except (AttributeError, ValueError):  # a subclassed model, or one that is not built yet
        expected = []
    kinds = {tensor.dtype for tensor in expected}
    texts = [name for name, array in inputs.items() if array.dtype.kind == "U"]
    if texts and (keras.backend.backend() != "tensorflow" or (kinds and "string" not in kinds)):
        raise InputError(
            f"Recorder: {texts[0]} holds text, and the model takes numbers; pass the numbers that it is trained on"
        )
    if len(expected) == len(inputs) == 1:
        (name, array), shape = next(iter(inputs.items())), tuple(expected[0].shape[1:])
        # Keras adds or removes a last axis of one.
        fitting = (array.shape[1:], (*array.shape[1:], 1), array.shape[1:-1] if array.shape[-1] == 1 else None)
        if not any(given is not None and _fits(given, shape) for given in fitting):
            raise InputError(
                f"Recorder: {name} have shape {array.shape}; the model takes (samples, {str(shape)[1:-1].rstrip(',')})"
            )


def _fits(given: tuple[int, ...], shape: tuple[int | None, ...]) -> bool:
    return len(given) == len(shape) and all(size in (None, one) for one, size in zip(given, shape, strict=True))


def _arrays(values: Any, name: str) -> Any:
    """Return one array, or a list or dict of several; None for None."""
    if values is None:
        return None
    if isinstance(values, Mapping):
        return {key: _array(value, f"{name}/{key}") for key, value in values.items()}
    if isinstance(values, list | tuple) and any(len(getattr(value, "shape", ())) for value in values):
        if len(values) == 1:
            return _array(values[0], name)
        if name == "labels":
            return {str(place): _array(value, f"{name}/{place}") for place, value in enumerate(values)}
        return [_array(value, f"{name}/{place}") for place, value in enumerate(values)]
    return _array(values, name)


def _each(arrays: Any, function: Callable[[Array], Array]) -> Any:
    return None if arrays is None else keras.tree.map_structure(function, arrays)


def _chosen(arrays: Any, most: int | None) -> Any:
    if most is None:
        return arrays
    return _each(arrays, lambda array: array[evenly(len(array), most)] if array.ndim else array)


def _array(values: Any, name: str) -> Array:
    """Return values of any kind as one array of numbers or texts."""
    if hasattr(values, "nested_row_splits") or getattr(values, "is_nested", False):
        raise _ragged(name)
    if hasattr(values, "columns") and hasattr(values, "items"):
        return _table(values, name)
    try:
        array = np.asarray(_dense(values))
    except (TypeError, ValueError):
        if isinstance(values, list | tuple):
            raise _ragged(name) from None
        raise InputError(f"Recorder: {name} are of type {type(values).__name__}; {NUMBERS}") from None
    match array.dtype.kind:
        case "V":
            return portable(array)  # bfloat16
        case "S":
            return np.char.decode(array, "utf-8")
        case "O" | "T":
            return _text(array, name)
    return array


def _dense(values: Any) -> Any:
    """Return sparse arrays and tensors of PyTorch in a form that NumPy takes."""
    if hasattr(values, "toarray"):
        return values.toarray()
    if hasattr(values, "dense_shape"):
        import tensorflow as tf

        return tf.sparse.to_dense(values)
    if hasattr(values, "detach"):
        there = values.detach().cpu()
        return there.float() if "bfloat16" in str(there.dtype) else there
    return values


def _table(frame: Any, name: str) -> Array:
    """Return the columns of a data frame side by side."""
    other = [str(label) for label, column in frame.items() if getattr(column.dtype, "kind", "O") not in "fiub"]
    if other:
        raise InputError(
            f"Recorder: {name} have columns that hold no numbers ({', '.join(other[:5])}); pass dict(frame) for a model "
            "with an input for each column, else the numbers that the model is trained on, such as pandas.get_dummies(frame)"
        )
    return np.stack([_array(column, f"{name}/{label}") for label, column in frame.items()], axis=1)


def _text(array: Array, name: str) -> Array:
    """Return an array of Python objects as one of texts, if that is what they are."""
    kinds = {type(value).__name__ for value in array.flat}
    if array.ndim and kinds <= {"str", "str_", "bytes"} and kinds:
        texts = [value.decode() if isinstance(value, bytes) else str(value) for value in array.flat]
        return np.array(texts).reshape(array.shape)
    if any(hasattr(value, "__len__") and not isinstance(value, str | bytes) for value in array.flat):
        raise _ragged(name)
    raise InputError(
        f"Recorder: {name} are Python objects ({', '.join(sorted(kinds)[:4])}); {NUMBERS}: convert them, "
        "for example with numpy.asarray(values, 'float32')"
    )


def _ragged(name: str) -> InputError:
    return InputError(
        f"Recorder: {name} are no array: their rows are of unequal length; {NUMBERS}: "
        "pad them, for example with keras.utils.pad_sequences"
    )
