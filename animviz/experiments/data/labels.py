"""Labels as data files hold them: whole numbers, truth values, numbers with a fraction, or text."""

import numpy as np

from animviz.arrays import Array
from animviz.errors import InputError

__all__ = ["class_labels"]

MOST = 2**53  # whole numbers up to here are told apart in floating point


def class_labels(array: Array, where: str) -> Array:
    """Return labels of which each different one is a class: int64 where all are whole, or as they are.

    Args:
        array: numbers, truth values or text.
        where: what errors begin with, such as "--data x.npz: y".

    Raises:
        InputError: one is not finite, or too large to be told from the next; names it and its row.
    """
    if array.dtype.kind == "S":
        return np.asarray(np.char.decode(array, "utf-8", "replace"))
    if array.dtype.kind in "Ub":
        return array if array.dtype.kind == "U" else array.astype(np.int64)
    bad = ~np.isfinite(array) | (array > MOST) | (array < -MOST)
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise InputError(
            f"{where} is {array[row]} in row {row + 1}; expected class numbers of {-MOST:,} to {MOST:,}, or names"
        )
    return array.astype(np.int64) if np.array_equal(array, np.round(array)) else array
