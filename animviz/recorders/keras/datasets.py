"""Reading datasets: some samples of whatever `fit` takes as batches, and no more of it than that."""

import math
import random
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any

import keras
import numpy as np

from animviz.arrays import Array
from animviz.errors import InputError
from animviz.sampling import evenly

__all__ = ["is_dataset", "read"]

FAR = 20  # times as many batches as are wanted may be passed over, for a choice that is even
Take = Callable[[Any, str], Array]


def is_dataset(values: Any) -> bool:
    """Say whether values come in batches: a tf.data.Dataset, PyDataset, DataLoader, generator or the like."""
    if isinstance(values, Mapping | Sequence) or hasattr(values, "shape") or hasattr(values, "__array__"):
        return False
    return hasattr(values, "__iter__") or _is_indexed(values)


def read(dataset: Any, most: int, take: Take) -> tuple[Any, Any, Array]:
    """Return samples of a dataset: of one whose length is known an even choice of batches, else the first.

    A dataset of single samples with numbers as labels is read as well. Random states stay as they were; a generator is
    read no further than need be.

    Args:
        dataset: see `is_dataset`; gives x, (x, y) or (x, y, weights).
        most: samples at most.
        take: makes an array of a value with a name.

    Returns:
        Inputs in their structure, labels or None, and the samples' places in the dataset.

    Raises:
        InputError: there is no sample, or batches do not fit together.
    """
    parts: list[tuple[int, Any, Any]] = []
    missing = most
    with _undisturbed():
        for place, element in _elements(dataset, most, take):
            parts.append((place, *_batch(element, take)))
            missing -= _rows(parts[-1][1])
            if missing <= 0:
                break
    if not parts or missing == most:
        raise InputError("Recorder: the dataset is empty; expected samples")
    size = _rows(parts[0][1])
    rows = np.concatenate([place * size + np.arange(_rows(x)) for place, x, _ in parts])[:most]
    x = _joined([x for _, x, _ in parts], most)
    y = None if parts[0][2] is None else _joined([y for _, _, y in parts], most)
    return x, y, rows


def _elements(dataset: Any, most: int, take: Take) -> Iterator[tuple[int, Any]]:
    """Yield the batches that are wanted, with their places."""
    length = _length(dataset)
    stream = map(dataset.__getitem__, count()) if _is_indexed(dataset) else iter(dataset)
    if length is None:
        yield from enumerate(stream)
    elif length and (first := next(stream, None)) is not None:
        yield 0, first
        wanted = math.ceil(most / max(1, _rows(_batch(first, take)[0])))
        places = set(evenly(min(length, FAR * wanted), wanted)) - {0}
        if _is_indexed(dataset):
            yield from ((place, dataset[place]) for place in sorted(places))
            return
        for place in range(1, max(places, default=0) + 1):
            if (element := next(stream, None)) is None:
                return
            if place in places:
                yield place, element


def _is_indexed(dataset: Any) -> bool:
    return hasattr(dataset, "__getitem__") and (
        isinstance(dataset, keras.utils.PyDataset) or (hasattr(dataset, "__len__") and not hasattr(dataset, "__iter__"))
    )


def _length(dataset: Any) -> int | None:
    """Return the number of batches; None where it is not known or there is no end."""
    try:
        return len(dataset)
    except (TypeError, NotImplementedError):
        return None


def _batch(element: Any, take: Take) -> tuple[Any, Any]:
    """Return inputs and labels of a batch; a single sample becomes a batch of one."""
    x, y, _ = keras.utils.unpack_x_y_sample_weight(element)
    x = keras.tree.map_structure(lambda value: take(value, "inputs"), x)
    y = None if y is None else keras.tree.map_structure(lambda value: take(value, "labels"), y)
    arrays = [array for array in keras.tree.flatten((x, y)) if array is not None]
    if any(array.ndim == 0 for array in arrays):
        return keras.tree.map_structure(lambda array: None if array is None else array[None], (x, y))  # type: ignore[no-any-return]
    if len(counts := {len(array) for array in arrays}) > 1:
        raise InputError(
            f"Recorder: an element of the dataset has arrays of {' and '.join(map(str, sorted(counts)))} rows; expected "
            "batches: dataset.batch(32)"
        )
    return x, y


def _rows(arrays: Any) -> int:
    return len(keras.tree.flatten(arrays)[0])


def _joined(parts: list[Any], most: int) -> Any:
    try:
        return keras.tree.map_structure(lambda *arrays: np.concatenate(arrays)[:most], *parts)
    except ValueError:
        raise InputError(
            "Recorder: the batches of the dataset have samples of several shapes; pad them to one shape"
        ) from None


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Leave the random states of Python, NumPy and PyTorch as they are: the training draws from them too."""
    torch = sys.modules.get("torch")
    python, numpy = random.getstate(), np.random.get_state()
    pytorch = None if torch is None else torch.get_rng_state()
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)
        if torch is not None:
            torch.set_rng_state(pytorch)
