"""Arrays as text: quantised, delta-coded, deflated, in base64; the page's data.js decodes them."""

from base64 import b64encode
from typing import NamedTuple
from zlib import compress

import numpy as np

from animviz.arrays import Array

__all__ = ["STEPS", "Quantised", "packed", "packed_positions", "quantised_positions"]

STEPS = 2**14 - 1
"""Steps of the grid along its longer side: at 1,000 pixels a step is a sixteenth of a pixel."""


class Quantised(NamedTuple):
    """Positions on a grid.

    Attributes:
        steps: int32 (epochs, points, 2), from 0 to `STEPS`; an epoch that is not finite repeats the one before.
        finite: whether an epoch is finite, bool (epochs,).
        low: the corner with the least coordinates, float64 (2,).
        step: size of a step, the same along both axes.
    """

    steps: Array
    finite: Array
    low: Array
    step: float


def quantised_positions(positions: Array) -> Quantised:
    """Round positions to one grid for all epochs; the error is half a step at most.

    Args:
        positions: float (epochs, points, 2); an epoch with a value that is not finite counts as missing.
    """
    finite: Array = np.asarray(np.isfinite(positions).all(axis=(1, 2)))
    known = np.asarray(positions[finite], np.float64)
    low = known.min(axis=(0, 1)) if finite.any() else np.zeros(2)
    size = float((known.max(axis=(0, 1)) - low).max()) if finite.any() else 0.0
    step = size / STEPS or 1.0
    steps = np.zeros(positions.shape, np.int32)
    for index in range(len(positions)):
        steps[index] = np.round((positions[index] - low) / step) if finite[index] else steps[max(index - 1, 0)]
    return Quantised(steps, finite, low, step)


def packed_positions(steps: Array) -> str:
    """Return grid positions as text: differences between epochs, zigzag-coded; all low bytes, then all high bytes.

    Differences are small. So nearly all high bytes are zero, and deflate to almost nothing.

    Args:
        steps: int32 (epochs, points, 2), from 0 to `STEPS`.
    """
    moves = np.diff(np.moveaxis(steps, 2, 0), axis=1, prepend=0)
    folded = ((moves << 1) ^ (moves >> 31)).astype(np.uint16)
    return packed(np.stack([folded & 255, folded >> 8]).astype(np.uint8))


def packed(array: Array) -> str:
    """Return the bytes of an array, little-endian and in C order, deflated (zlib) and in base64."""
    contents = np.ascontiguousarray(array, array.dtype.newbyteorder("<")).tobytes()
    return b64encode(compress(contents, 9)).decode()
