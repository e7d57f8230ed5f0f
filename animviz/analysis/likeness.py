"""How like other samples of its class a sample is, and the sum over more and more of them."""

import numpy as np
from numpy.typing import NDArray

from animviz.arrays import Array

__all__ = ["counts_of", "likeness", "sums_of", "two_parts"]

MOMENTS = 1_000


def counts_of(samples: int) -> NDArray[np.intp]:
    """Return the numbers of samples over which sums are shown, from two on: all, but of thousands an even choice of ratios.

    Args:
        samples: how many there are.
    """
    return np.unique(np.geomspace(min(2, samples), samples, MOMENTS).round()).astype(np.intp)


def sums_of(values: Array, counts: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the sums over the first so many of some values, float64 of shape (counts, ...).

    Args:
        values: shape (samples, ...).
        counts: over how many of them, rising, shape (counts,).
    """
    starts = np.append(0, counts[:-1])
    return np.cumsum(np.add.reduceat(values, starts, axis=0, dtype=np.float64), axis=0)


def likeness(patterns: Array, pattern: Array) -> NDArray[np.float64]:
    """Return the Pearson correlation of patterns with another one, over all cells: 1 where the shape is the same.

    Args:
        patterns: shape (patterns, ...).
        pattern: the other one, shape (...).

    Returns:
        One number per pattern; NaN where one is the same in every cell and so has no shape.
    """
    flat, other = patterns.reshape(len(patterns), -1).astype(np.float64), pattern.reshape(-1).astype(np.float64)
    flat, other = flat - flat.mean(axis=1, keepdims=True), other - other.mean()
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(flat @ other / (np.linalg.norm(flat, axis=1) * np.linalg.norm(other)))


def two_parts(numbers: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return every other one of some samples, and those between them: two parts that share none.

    Args:
        numbers: of the samples, at least two.
    """
    return numbers[::2], numbers[1::2]
