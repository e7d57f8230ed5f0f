"""Which part of a plane a map of the loss shows: the ways of trainings, and the lowest loss near them."""

import numpy as np

from animviz.analysis.landscape import LossOf, Plane
from animviz.arrays import Array

__all__ = ["lowest_of", "map_range"]

AIR = 0.22  # of what must have room, that is seen around it
COARSE, ROUNDS = 17, 4  # points along each side in search of the lowest loss, and how often the map grows
FARTHEST = 1.75  # times as large as around the ways alone is the map at most


def map_range(plane: Plane, loss: LossOf, ways: Array, aspect: float) -> tuple[Array, Array]:
    """Return the lower left and the upper right corner: around the ways, and the lowest loss if it lies near enough.

    Args:
        plane: of the weights.
        loss: of their samples.
        ways: places that must have room, shape (places, 2).
        aspect: width over height, in lengths of the plane.
    """
    # Around weights that stay the map goes half of the way to no weights at all.
    least = 1e-3 if np.ptp(ways, axis=0).any() else 0.5 * float(np.linalg.norm(plane.origin)) or 1e-3
    first = low, high = _around(ways, aspect, least)
    for _ in range(ROUNDS):
        xs, ys = (np.linspace(a, b, COARSE) for a, b in zip(low, high, strict=True))
        row, column = lowest_of(loss.over(plane, xs, ys))
        wanted = _around(np.concatenate([ways, [(xs[column], ys[row])]]), aspect, least)
        if (wanted[0] >= low - 1e-9).all() and (wanted[1] <= high + 1e-9).all():
            return low, high
        low, high = np.minimum(low, wanted[0]), np.maximum(high, wanted[1])
        low, high = _shaped(low, high, aspect)
        if (high - low)[0] > FARTHEST * (first[1] - first[0])[0]:
            break
    return first


def lowest_of(losses: Array) -> tuple[int, int]:
    """Return the row and the column of the lowest loss that is a number; the first one where there is none."""
    place = int(np.where(np.isfinite(losses), losses, np.inf).argmin())
    row, column = np.unravel_index(place, losses.shape)
    return int(row), int(column)


def _around(places: Array, aspect: float, least: float) -> tuple[Array, Array]:
    """Return the corners of a box of a shape that has room for places and air around them."""
    low, high = places.min(axis=0), places.max(axis=0)
    air = AIR * (high - low)
    return _shaped(low - air, high + air, aspect, least)


def _shaped(low: Array, high: Array, aspect: float, least: float = 0.0) -> tuple[Array, Array]:
    """Return the corners of the smallest box of a shape, with the same middle, around a box."""
    middle, half = (low + high) / 2, (high - low) / 2
    up = max(half[1], half[0] / aspect, least)
    reach = np.array([up * aspect, up])
    return middle - reach, middle + reach
