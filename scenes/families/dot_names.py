"""Names of dots in a plane: those of dots in one spot stand together, and none over another or over a dot."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.collections import LineCollection
from numpy.typing import NDArray

from animviz import Box, Stage
from animviz.arrays import Array
from animviz.parts import LABEL, Sprites, chip

__all__ = ["DotNames", "in_one_spot"]

SPOT = 6.0  # units between dots that stand in one spot
AIR, LEADER = 7.0, 2.0  # units from a dot to its name, and of the line between them
LINE = 300.0  # units of a line of names in a list, about
REMARK = 320.0  # units of a remark at most
STEPS, STILL = 60, 0.1  # of pushing names apart, and pixels that are no move


class DotNames:
    """A name for each dot with a line to it; dots in one spot have one list of names, and remarks head the names below them.

    Args:
        stage: where.
        room: in which the names stay.
        names: of the dots.
        remarks: what may be said of dots, before their names.
        colors: of the dots, RGB in [0, 1], shape (dots, 3).
        size: of a dot, in units.
        ground: behind the names, RGB in [0, 1].
    """

    def __init__(
        self, stage: Stage, room: Box, names: Sequence[str], remarks: Sequence[str], colors: Array, size: float,
        ground: Any,
    ) -> None:  # fmt: skip
        self._stage, self._colors, self._count = stage, np.asarray(colors), len(names)
        self._dot, self._air = (size + AIR) * stage.pixel, AIR * stage.pixel
        self._low, self._high = np.array([[room.left, room.top], [room.right, room.bottom]]) * stage.pixel
        self.leaders = LineCollection([], linewidths=stage.points(LEADER))
        stage.overlay().add_collection(self.leaders, autolim=False)
        stage.moves(self.leaders)
        tags = [chip(stage, name, ground, LABEL) for name in names]
        tags += [chip(stage, remark, ground, LABEL, REMARK) for remark in remarks]
        self._sizes = np.array([tag.shape[1::-1] for tag in tags], float).reshape(-1, 2)
        self.sprites = Sprites(stage, tags)
        self._list = lru_cache(maxsize=None)(self._laid_out)

    def show(self, dots: Array, remarked: NDArray[np.int64], way: Array) -> None:
        """Put the names beside their dots.

        Args:
            dots: their middles in pixels, shape (dots, 2).
            remarked: number of the remark on each, -1 where there is none, shape (dots,).
            way: places that are kept clear like the dots, shape (places, 2).
        """
        spots = in_one_spot(dots, SPOT * self._stage.pixel)
        lists = [self._list(tuple(spot), tuple(remarked[spot].tolist())) for spot in spots]
        ends = np.array([dots[spot[0]] for spot in spots]).reshape(-1, 2)
        sizes = np.array([size for _, _, size in lists]).reshape(-1, 2)
        places = self._placed(ends, sizes, dots, way)
        middles, leaders = np.full((len(self._sizes), 2), np.nan), []
        for (members, offsets, _), place, end in zip(lists, places, ends, strict=True):
            middles[members] = place + offsets
            leaders.append((end, self._nearest(middles[members], self._sizes[members], end)))
        self.sprites.set_middles(middles)
        self.leaders.set_segments(list(np.reshape(leaders, (-1, 2, 2)) / self._stage.pixel))
        self.leaders.set_color([self._colors[spot[-1]] for spot in spots])

    def _nearest(self, middles: Array, sizes: Array, end: Array) -> Array:
        """Return the place inside one of the tags that is nearest to a dot, in pixels."""
        half = sizes / 2 - self._air
        inside = np.clip(end, middles - half, middles + half)
        return np.asarray(inside[np.linalg.norm(inside - end, axis=1).argmin()])

    def _laid_out(self, spot: tuple[int, ...], remarks: tuple[int, ...]) -> tuple[list[int], Array, Array]:
        """Return the tags of a list, the middle of each from that of the list, and the size of the list, in pixels."""
        lines: list[list[int]] = []
        for remark in sorted(set(remarks)):
            members = [k for k, own in zip(spot, remarks, strict=True) if own == remark]
            rows = int(np.ceil(self._sizes[members, 0].sum() / (LINE * self._stage.pixel)))
            lines += [[self._count + remark]] if remark >= 0 else []
            lines += [part.tolist() for part in np.array_split(members, rows)]
        widths = [self._sizes[line, 0].sum() for line in lines]
        tall = self._sizes[lines[0][0], 1]
        size = np.array([max(widths), tall * len(lines)])
        offsets = []
        for row, (line, width) in enumerate(zip(lines, widths, strict=True)):
            lefts = np.cumsum([0.0, *self._sizes[line[:-1], 0]]) - width / 2
            across = lefts + self._sizes[line, 0] / 2
            offsets += [(x, (row + 0.5) * tall - size[1] / 2) for x in across]
        return [place for line in lines for place in line], np.array(offsets), size

    def _placed(self, ends: Array, sizes: Array, dots: Array, way: Array) -> Array:
        """Return the middles of lists: at the outer side of their dots, over no other, no dot and no way, in the room."""
        middle = ends.mean(axis=0) if len(ends) > 1 else (self._low + self._high) / 2
        ways = (ends - middle) * (1 if len(ends) > 1 else -1)
        length = np.linalg.norm(ways, axis=1, keepdims=True)
        ways = np.where(length > 1e-6, ways / np.maximum(length, 1e-6), [0.0, -1.0])
        half = sizes / 2
        low, high = self._low + half, np.maximum(self._high - half, self._low + half)
        # Lists in one spot would not know where to go.
        turn = 2.4 * np.arange(len(ends))[:, None]
        jitter = 0.01 * np.concatenate([np.cos(turn), np.sin(turn)], axis=1)
        taken, air = np.concatenate([dots, way]), np.repeat([self._dot / 2, self._air], [len(dots), len(way)])
        among, beside = half[:, None] + half, half[:, None] + air[:, None]
        places, area = np.clip(ends + ways * (half + self._air), low, high), sizes.prod(axis=1)
        yields = area / (area[:, None] + area)  # a long list stays nearer than a short name
        for _ in range(STEPS):
            before, places = places, places + jitter
            push = _pushed(places, places, among, yields) + _pushed(places, taken, beside)
            places = np.clip(places + push.clip(-2 * self._air, 2 * self._air), low, high)
            if np.abs(places - before).max(initial=0) < STILL:
                break
        return places


def _pushed(places: Array, others: Array, reach: Array, share: Array | float = 1.0) -> Array:
    """Return how far each box is pushed by others that it overlaps, shape (boxes, 2)."""
    between = places[:, None] - others
    distance = ((between / reach) ** 4).sum(axis=2) ** 0.25
    push = share * np.clip(1 - distance, 0, None) / np.maximum(distance, 1e-3)
    return np.asarray((push[..., None] * between).clip(-reach / 2, reach / 2).sum(axis=1))


def in_one_spot(dots: Array, away: float) -> list[list[int]]:
    """Return the numbers of the dots in each spot; those that are not finite are in none.

    Args:
        dots: shape (dots, 2).
        away: from the first dot of a spot to the others at most.
    """
    left, spots = [k for k in range(len(dots)) if np.isfinite(dots[k]).all()], []
    while left:
        near = np.linalg.norm(dots[left] - dots[left[0]], axis=1) <= away
        spots.append([k for k, is_near in zip(left, near, strict=True) if is_near])
        left = [k for k, is_near in zip(left, near, strict=True) if not is_near]
    return spots
