"""--pace change: how far a picture moves along the way, so that time is spent where much happens."""

import heapq
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from animviz.arrays import Array
from animviz.rendering.timeline import Knots

__all__ = ["Distances", "distances", "knots_of"]

Distances = tuple[list[float], list[float]]

FIRST, LOOKS = 9, 33  # frames that are looked at: evenly first, then where the picture moves most
NEAREST = 1e-3  # of the way, between two looks
EVEN = 0.2  # share of the time that passes evenly, so that plateaus end
POINTS = 129  # of the smooth way


def distances(look: Callable[[float], NDArray[np.integer]]) -> Distances:
    """Measure how far a picture moves between moments of its way.

    Args:
        look: returns the frame at a share of the way, 0 to 1, in small.

    Returns:
        Shares of the way, rising from 0 to 1, and the mean absolute difference between the frames of neighbours.
    """
    frames = {float(share): look(share).astype(np.int16) for share in np.linspace(0, 1, FIRST)}

    def piece(begin: float, end: float) -> tuple[float, float, float]:
        return -float(np.abs(frames[end] - frames[begin]).mean()), begin, end

    shares = sorted(frames)
    heap = [piece(begin, end) for begin, end in pairwise(shares)]
    heapq.heapify(heap)
    done = []
    while heap and heap[0][0] < 0 and len(frames) < LOOKS:
        far, begin, end = heapq.heappop(heap)
        if end - begin < 2 * NEAREST:
            done.append((far, begin, end))
            continue
        middle = (begin + end) / 2
        frames[middle] = look(middle).astype(np.int16)
        heapq.heappush(heap, piece(begin, middle))
        heapq.heappush(heap, piece(middle, end))
    pieces = sorted([*heap, *done], key=lambda piece: piece[1])
    return [0.0, *(end for _, _, end in pieces)], [-far for far, _, _ in pieces]


def knots_of(shares: Sequence[float], far: Sequence[float]) -> Knots:
    """Return the way over the time, in proportion to how far the picture moves, and without a jolt.

    Args:
        shares: of the way, see `distances`.
        far: between them.

    Returns:
        Shares of the time, and the shares of the way that are behind then; shape (points,) each, both from 0 to 1.
    """
    way, moved = np.asarray(shares), np.asarray(far)
    even = np.diff(way)
    spent = EVEN * even + (1 - EVEN) * moved / moved.sum() if moved.sum() > 0 else even
    times = np.append(0.0, np.cumsum(spent))
    points = np.linspace(0, 1, POINTS)
    smooth = np.clip(_rising(times / times[-1], way, points), 0, 1)
    smooth[0], smooth[-1] = 0.0, 1.0
    return points, np.round(smooth, 6)


def _rising(x: Array, y: Array, at: Array) -> Array:
    """Return a smooth curve through points that rises wherever they do.

    As SciPy's `PchipInterpolator` (Fritsch and Butland 1984), whose import takes a quarter of a second.

    Args:
        x: of the points, rising, shape (points,).
        y: of the points, rising, shape (points,).
        at: where its heights are wanted, within `x`.
    """
    if len(x) == 2:
        return np.interp(at, x, y)
    wide, steep = np.diff(x), np.diff(y) / np.diff(x)
    left, right = 2 * wide[1:] + wide[:-1], wide[1:] + 2 * wide[:-1]
    inner = (left + right) / (left / steep[:-1] + right / steep[1:])
    slopes = np.array([_end(wide, steep), *inner, _end(wide[::-1], steep[::-1])])
    piece = np.clip(np.searchsorted(x, at, side="right") - 1, 0, len(wide) - 1)
    width, t = wide[piece], (at - x[piece]) / wide[piece]
    return (
        y[piece] * (1 + 2 * t) * (1 - t) ** 2 + y[piece + 1] * t**2 * (3 - 2 * t)
        + width * t * (1 - t) * (slopes[piece] * (1 - t) - slopes[piece + 1] * t)
    )  # fmt: skip


def _end(wide: Array, steep: Array) -> float:
    """Return the slope at the first point: that of a parabola through three points, but never downwards."""
    return max(0.0, float(((2 * wide[0] + wide[1]) * steep[0] - wide[0] * steep[1]) / (wide[0] + wide[1])))
