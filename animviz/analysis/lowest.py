"""The lowest places of a formula within limits."""

from typing import Any

import numpy as np

from animviz.analysis.formula import Formula
from animviz.arrays import Array

__all__ = ["Limits", "lattice", "lowest_places"]

Limits = tuple[float, float, float, float]
"""Left, right, low and high."""

MOST = 40  # places that are looked at
SAME = 1e-3  # of the width: nearer ones are one place
ALIKE = 1e-6  # of the spread of heights: what is so little above the lowest is as low


def lattice(formula: Formula, limits: Limits, columns: int) -> tuple[Array, Array, Array]:
    """Return coordinates of columns and rows, and the heights at their crossings, (rows, columns).

    Args:
        formula: the height.
        limits: of the map.
        columns: how many; rows are as far apart.
    """
    left, right, low, high = limits
    xs = np.linspace(left, right, columns)
    ys = np.linspace(low, high, max(2, round((columns - 1) * (high - low) / (right - left)) + 1))
    return xs, ys, np.broadcast_to(formula.value(xs, ys[:, None]), (len(ys), columns)).astype(np.float64)


def lowest_places(formula: Formula, limits: Limits) -> Array:
    """Return the lowest places with their heights, (places, 3): several only where they are equally low.

    Args:
        formula: the height.
        limits: within which is looked.
    """
    from scipy.ndimage import minimum_filter  # here, since help on experiments shall not wait for SciPy

    xs, ys, heights = lattice(formula, limits, 121)
    known = np.where(np.isfinite(heights), heights, np.inf)
    rows, columns = np.nonzero((known == minimum_filter(known, 3, mode="nearest")) & np.isfinite(known))
    nearest = np.argsort(known[rows, columns], kind="stable")[:MOST]
    found: list[Array] = []
    for row, column in zip(rows[nearest], columns[nearest], strict=True):
        place = _settled(formula, limits, np.array([xs[column], ys[row]]))
        if all(np.hypot(*(place - other)[:2]) > SAME * (xs[-1] - xs[0]) for other in found):
            found.append(place)
    places = np.array(found)
    finite = heights[np.isfinite(heights)]
    return np.asarray(places[places[:, 2] <= places[:, 2].min() + ALIKE * float(np.ptp(finite))])


def _settled(formula: Formula, limits: Limits, start: Array) -> Array:
    """Return where one comes to rest from a place, and how high that is."""
    from scipy.optimize import minimize

    def height(place: Array) -> Any:
        found = formula.value(*place)
        return found if np.isfinite(found) else np.inf

    left, right, low, high = limits
    step = (right - left) / 120
    simplex = np.clip(start + step * np.array([[0, 0], [1, 0], [0, 1]]), (left, low), (right, high))
    rest = minimize(
        height, start, method="Nelder-Mead", bounds=[(left, right), (low, high)],
        options={"xatol": 1e-10, "fatol": 1e-14, "maxiter": 400, "initial_simplex": simplex},
    )  # fmt: skip
    return np.array([*rest.x, rest.fun])
