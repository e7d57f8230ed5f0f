"""Two input values read as high or low: four quarters of the samples, and how much they tell of the classes."""

import numpy as np
from numpy.typing import NDArray

from animviz.arrays import Array
from animviz.sampling import evenly

__all__ = ["MOST_SAMPLES", "MOST_VALUES", "commonest_classes", "most_telling_pair", "quarters_of"]

MOST_SAMPLES = 4_000
MOST_VALUES = 800


def quarters_of(high: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return the quarter of each sample: 0 where both values are low, 1 only the first high, 2 only the second, 3 both.

    Args:
        high: shape (samples, 2).
    """
    return np.asarray(high[:, 0] + 2 * high[:, 1], np.intp)


def commonest_classes(quarters: NDArray[np.intp], labels: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Return the commonest class of each quarter, shape (4,); that of all samples where a quarter has none.

    Args:
        quarters: of the samples.
        labels: their class numbers.
        count: of classes.
    """
    counts = np.zeros((4, count))
    np.add.at(counts, (quarters, labels), 1)
    filled = counts.any(axis=1, keepdims=True)
    return np.asarray(np.where(filled, counts, counts.sum(axis=0)).argmax(axis=1), np.int64)


def most_telling_pair(high: NDArray[np.bool_], labels: NDArray[np.int64]) -> tuple[int, int]:
    """Return the two values whose quarters tell most of the class: of all pairs those of the greatest mutual information.

    Of more than 4,000 samples an even choice is taken, and of more than 800 values those that tell most alone.

    Args:
        high: whether each value of each sample is high, shape (samples, values).
        labels: class numbers of shape (samples,).
    """
    rows = evenly(len(high), MOST_SAMPLES)
    marks, labels = high[rows].astype(np.float32), labels[rows]
    alone = _information([marks[labels == c].sum(axis=0)[None] for c in np.unique(labels)], labels)[0]
    kept = np.sort(np.argsort(-alone, kind="stable")[:MOST_VALUES])
    groups = [marks[labels == c][:, kept] for c in np.unique(labels)]
    cells = []
    for group in groups:
        both, ones = group.T @ group, group.sum(axis=0)
        first, second = ones[:, None] - both, ones[None] - both
        cells.append(np.stack([both, first, second, len(group) - both - first - second]))
    found = sum((_entropic(cell) for cell in cells), -_entropic(sum(cells[1:], cells[0])))
    np.fill_diagonal(found, -np.inf)
    first_value, second_value = sorted(divmod(int(found.argmax()), len(kept)))
    return int(kept[first_value]), int(kept[second_value])


def _information(ones: list[Array], labels: NDArray[np.int64]) -> Array:
    """Return how much single values tell, up to a constant, from how often each is high in every class."""
    sizes = [int((labels == c).sum()) for c in np.unique(labels)]
    cells = [np.stack([one, size - one]) for one, size in zip(ones, sizes, strict=True)]
    return np.asarray(sum((_entropic(cell) for cell in cells), -_entropic(sum(cells[1:], cells[0]))))


def _entropic(counts: Array) -> Array:
    """Return the sum of n log n over the first axis."""
    return np.asarray((counts * np.log(np.maximum(counts, 1))).sum(axis=0))
