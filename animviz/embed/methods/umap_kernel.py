"""The inner loops of the space-time layout, compiled by Numba; imported only to compute an embedding."""

from collections.abc import Callable
from typing import Any

import numpy as np

from animviz.compiling import compiled

__all__ = ["hold", "looked_up", "sweep", "tabulated"]


_F4, _U8 = np.float32, np.uint64
_LIMIT, _ONE = _F4(4), _F4(1)
_FINE = 17  # low bits of a float32 that interpolate within a table; the others are an index, 64 to an octave
_BELOW, _REST, _SHARE = np.uint32(_FINE), np.uint32(2**_FINE - 1), _F4(2.0**-_FINE)
_LEAST = 1e-12  # of a squared distance
_STEP_POINT, _STEP_SWEEP, _STEP_DRAW = _U8(0x9E3779B97F4A7C15), _U8(0xD1B54A32D192ED03), _U8(0xDA942042E4DD58B5)
_MIX_1, _MIX_2 = _U8(0xBF58476D1CE4E5B9), _U8(0x94D049BB133111EB)


@compiled(fastmath=True)
def _mixed(bits: Any) -> Any:
    """Return 64 well mixed bits of 64 bits: the finaliser of SplitMix64 (Steele, Lea and Flood 2014)."""
    bits = (bits ^ (bits >> _U8(30))) * _MIX_1
    bits = (bits ^ (bits >> _U8(27))) * _MIX_2
    return bits ^ (bits >> _U8(31))


def tabulated(function: Callable[[Any], Any]) -> Any:
    """Return a function of squared distances as a table: its powers would take longer than the rest of the layout.

    The high bits of a float32 are the index, so that the entries are spaced evenly in its logarithm. Linear
    interpolation between them is accurate to 0.04 % for the curves of UMAP.

    Args:
        function: of positive float64 values.

    Returns:
        float32 of shape (2**14 + 1,).
    """
    places = (np.arange(2 ** (31 - _FINE) + 1, dtype=np.uint32) << _BELOW).view(np.float32)
    largest = float(np.finfo(np.float32).max)
    squares = np.clip(np.where(np.isfinite(places), places, largest), _LEAST, largest).astype(np.float64)
    return function(squares).astype(np.float32)


@compiled(fastmath=True)
def looked_up(table: Any, square: Any) -> Any:
    """Return a function's value at a squared distance, from its table."""
    bits = _F4(square).view(np.uint32)
    place = bits >> _BELOW
    return table[place] + _F4(np.int32(bits & _REST)) * _SHARE * (table[place + 1] - table[place])


@compiled(fastmath=True, nogil=True)
def sweep(
    x: Any, others: Any, start: Any, ends: Any, period: Any, due: Any, number: Any, rate: Any, pull: Any, push: Any,
    draws: Any, seed: Any, together: Any,
) -> None:  # fmt: skip
    """Make one pass of UMAP's stochastic gradient descent over the neighbour graph of one epoch, in place.

    The random draws depend on seed, point and pass, and not on the epoch. Every epoch of a recording gets the same
    noise, so that noise alone moves nothing from epoch to epoch.

    Args:
        x: positions, float32 (points, dimensions).
        others: where the edges end: the same array, or another, float32 (others, dimensions), which is not changed.
        start: where each point's edges begin, int32 (points + 1,).
        ends: the ends of the edges, int32 (edges,).
        period: passes between two uses of an edge, float32 (edges,).
        due: the pass at which each edge is used next, float32 (edges,); updated in place.
        number: number of this pass.
        rate: step size, float32.
        pull: force of an edge by its squared length, as a share of its length; see `tabulated`.
        push: the same for a negative sample.
        draws: negative samples per edge.
        seed: of the random draws, uint64.
        together: whether the ends of the edges move too.
    """
    points, dimensions = x.shape
    count = _U8(len(others))
    for j in range(points):
        state = _mixed(_U8(j) * _STEP_POINT + _U8(number) * _STEP_SWEEP + seed)
        for edge in range(start[j], start[j + 1]):
            if due[edge] > number:
                continue
            due[edge] += period[edge]
            k = ends[edge]
            square = _F4(0)
            for c in range(dimensions):
                square += (x[j, c] - others[k, c]) * (x[j, c] - others[k, c])
            slope = looked_up(pull, square)
            for c in range(dimensions):
                move = rate * min(max(slope * (others[k, c] - x[j, c]), -_LIMIT), _LIMIT)
                x[j, c] += move
                if together:
                    others[k, c] -= move
            for _ in range(draws):
                state += _STEP_DRAW
                k = np.intp(((_mixed(state) >> _U8(32)) * count) >> _U8(32))
                square = _F4(0)
                for c in range(dimensions):
                    square += (x[j, c] - others[k, c]) * (x[j, c] - others[k, c])
                slope = looked_up(push, square)
                for c in range(dimensions):
                    x[j, c] += rate * min(max(slope * (x[j, c] - others[k, c]), -_LIMIT), _LIMIT)


@compiled(fastmath=True, nogil=True)
def hold(x: Any, before: Any, epochs: Any, weights: Any, rate: Any, pull: Any) -> None:
    """Pull every point of one epoch towards where it is at the neighbouring epochs, in place.

    The pull is UMAP's attraction: strong for small moves and weak for large ones. So points that hardly change hold
    still, and points that change much may move. The step is implicit (backward Euler), hence stable for any weight.

    Args:
        x: positions at this epoch, float32 (points, dimensions).
        before: positions at all epochs before this pass, float32 (epochs, points, dimensions).
        epochs: the neighbouring epochs, int64 (neighbours,).
        weights: of the edges to them, float32 (neighbours, points).
        rate: step size, float32.
        pull: force of an edge by its squared length, as a share of its length; see `tabulated`.
    """
    points, dimensions = x.shape
    target = np.zeros(dimensions, np.float32)
    for j in range(points):
        total = _F4(0)
        target[:] = 0
        for i in range(len(epochs)):
            at = before[epochs[i], j]
            square = _F4(1e-4)
            for c in range(dimensions):
                square += (x[j, c] - at[c]) * (x[j, c] - at[c])
            force = weights[i, j] * looked_up(pull, square)
            total += force
            for c in range(dimensions):
                target[c] += force * at[c]
        if total > 0:
            share = rate * total / (_ONE + rate * total)
            for c in range(dimensions):
                x[j, c] += share * (target[c] / total - x[j, c])
