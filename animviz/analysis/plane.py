"""The plane in which a 2-D data set lies: its limits, and a grid over it."""

import numpy as np

from animviz.arrays import Array

__all__ = ["Limits", "input_limits", "plane_grid"]

FARTHEST = 1e18
Limits = tuple[float, float]
"""Least and greatest coordinate of an axis."""


def input_limits(inputs: Array) -> tuple[Limits, Limits]:
    """Return the limits of a square around points, with a margin of a fifth: ((x0, x1), (y0, y1)).

    Args:
        inputs: points, shape (samples, 2); those that are not finite, or so far that float32 lacks their squares, count
            for nothing.
    """
    finite = inputs[(np.abs(inputs) < FARTHEST).all(axis=1)]
    finite = finite if len(finite) else np.zeros((1, 2), np.float32)
    low, high = finite.min(axis=0), finite.max(axis=0)
    middle, half = (low + high) / 2, float((high - low).max()) / 2 * 1.2 or 1.0
    (left, right), (bottom, top) = ((float(m - half), float(m + half)) for m in middle)
    return (left, right), (bottom, top)


def plane_grid(x: Limits, y: Limits, columns: int, rows: int) -> tuple[Array, Array, Array]:
    """Return a grid over a plane.

    Args:
        x: horizontal limits.
        y: vertical limits.
        columns: points in a row.
        rows: points in a column.

    Returns:
        The coordinates of the columns and of the rows, float32; and all points, float32 of shape (rows * columns, 2),
        bottom row first.
    """
    xs = np.linspace(*x, columns, dtype=np.float32)
    ys = np.linspace(*y, rows, dtype=np.float32)
    return xs, ys, np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
