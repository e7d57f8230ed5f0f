"""Images of samples at the rim of a plane, where neither points nor names are, each with a thin line to its sample."""

from collections.abc import Sequence
from itertools import permutations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from animviz import Box, Stage
from animviz.arrays import Array
from animviz.parts import Sprites

__all__ = ["Insets", "rim_places"]

EDGE, AIR = 6.0, 10.0  # units from an image to the edge of the plane, and to points and names
STEP = 12.0  # units from one place at the rim to the next
DOTS, NEAR, DETOUR = 60, 3.0, 150.0  # looked at on a line; units from it to a name; units of a way round a name


class Insets:
    """Images that stand still at the rim of a plane; only their lines move.

    Args:
        stage: where.
        plane: box of the plane.
        chosen: numbers of the samples.
        images: their images, RGBA, equally large.
        crowd: all that moves in the plane, over the whole film, in units of the stage, shape (points, 2).
        last: where the chosen samples are in the end, likewise.
        names: middles and half sizes of those that lines should not pass under in the end, likewise.
        lines: strokes in units of the stage, below the names.
    """

    def __init__(
        self, stage: Stage, plane: Box, chosen: NDArray[np.intp], images: Sequence[Any], crowd: Array, last: Array,
        names: Sequence[tuple[Array, Array]], lines: Any,
    ) -> None:  # fmt: skip
        size = np.array(images[0].shape[1::-1]) / stage.pixel
        middles = rim_places(plane, size, crowd, last, names)
        there = np.flatnonzero(np.isfinite(middles[:, 0]))
        self._chosen, self._middles, self._half = chosen[there], middles[there], size / 2
        self._lines = lines
        self._images = Sprites(stage, [images[int(place)] for place in there])
        self._images.set_middles(self._middles * stage.pixel)

    @property
    def count(self) -> int:
        """How many images there is room for."""
        return len(self._chosen)

    def show(self, samples: Array) -> None:
        """Draw the lines to samples at these places, in units of the stage, shape (samples, 2)."""
        ends = samples[self._chosen]
        way = ends - self._middles
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.min(self._half / np.abs(way), axis=1, initial=1.0)[:, None]
        starts = self._middles + share * way
        self._lines.set_lines(np.stack([starts, ends, np.full_like(ends, np.nan)], axis=1).reshape(-1, 2))


def rim_places(plane: Box, size: Array, crowd: Array, last: Array, names: Sequence[tuple[Array, Array]] = ()) -> Array:
    """Return a place for each of some images, at the rim and free of a crowd, so that their lines are short.

    Args:
        plane: in which they stand.
        size: width and height of an image.
        crowd: what they must not cover, shape (points, 2).
        last: the samples, shape (images, 2).
        names: middles and half sizes of what lines should not pass under.

    Returns:
        Middles, shape (images, 2); NaN for those that have no room.
    """
    half = size / 2
    low = np.array([plane.left, plane.top]) + EDGE + half
    high = np.array([plane.right, plane.bottom]) - EDGE - half
    across, down = (np.arange(a, b + 1e-9, STEP) for a, b in zip(low, high, strict=True))
    rows = [np.column_stack([across, np.full(len(across), y)]) for y in (low[1], high[1])]
    columns = [np.column_stack([np.full(len(down), x), down]) for x in (low[0], high[0])]
    slots = np.concatenate([*rows, *columns])
    covered = (np.abs(slots[:, None] - crowd) < half + AIR).all(axis=2).any(axis=1)
    slots = slots[~covered]
    taken: list[Array] = []
    for sample in last:
        if not len(slots):
            break
        taken.append(slots[_costs(sample, slots, names).argmin()])
        slots = slots[(np.abs(slots - taken[-1]) >= size + AIR).any(axis=1)]
    return _shortest(taken, last, names)


def _costs(sample: Array, slots: Array, names: Sequence[tuple[Array, Array]]) -> Array:
    """Return how long a line to each place is, longer for every name that it passes under."""
    ways = sample + np.linspace(0, 1, DOTS)[:, None, None] * (slots - sample)
    under = [(np.abs(ways - middle) < half + NEAR).all(axis=2).any(axis=0) for middle, half in names]
    return np.asarray(np.linalg.norm(slots - sample, axis=1) + DETOUR * np.sum(under, axis=0))


def _shortest(taken: Sequence[Array], last: Array, names: Sequence[tuple[Array, Array]]) -> Array:
    """Return the places in the order in which their lines are shortest in sum."""
    found = np.full((len(last), 2), np.nan)
    if taken:
        places = np.array(taken)
        costs = np.array([_costs(sample, places, names) for sample in last])
        orders = permutations(range(len(last)), len(places))
        best = min(orders, key=lambda order: float(costs[list(order), range(len(places))].sum()))
        found[list(best)] = places
    return found
