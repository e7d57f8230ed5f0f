"""Classes in the plane of recall and precision: each a dot on its way to the corner where all is right."""

from collections.abc import Sequence

import numpy as np
from matplotlib.collections import LineCollection
from numpy.typing import NDArray

from animviz import Box, Stage
from animviz.arrays import Array
from animviz.parts import LABEL, NEAR_ONE, first_fitting, near_one

from .dot_names import DotNames, in_one_spot

__all__ = ["ClassPlane", "lowest_level"]

LEFT, BELOW, ABOVE, RIGHT = 62.0, 76.0, 46.0, 16.0  # units for the values at the left and below, the title, and air
TAIL = 3.0  # snapshots after which a way has faded
WAY, DOT, BOLD = 4.0, 17.0, 5.0  # units of a way's width, of a dot, and of the way that is told of
HIDDEN, GROWN = 3.0, 0.4  # units between dots of which one would hide the other, and by how much such a one is larger
FEW, KEPT = 5, 0.55  # classes of which all ways stay where none is told of, and strength of what stays
NESTED = 2.6, 0.6  # widths of the first and the last of the ways that stay, in those of others
CLEAR = 20  # snapshots of the way that is told of that no name lies on
PRECISION = ("precision: how often it is right", "precision")
RECALL = ("recall: how much is found", "recall")


class ClassPlane:
    """Dots with names, the last of their ways, and the line on which F1 is high enough.

    Args:
        stage: where.
        box: room for everything.
        epochs: of the snapshots, shape (snapshots,).
        values: precision and recall, from 0 to 1, shape (snapshots, classes, 2); not finite where the weights diverged.
        names: of the classes.
        remarks: what may be said of classes, before their names.
        colors: of the classes, RGB in [0, 1], shape (classes, 3).
        hero: the class of which all of the way is seen, or -1.
        enough: the F1 whose line is marked, with its name.
    """

    def __init__(
        self, stage: Stage, box: Box, epochs: Array, values: Array, names: Sequence[str],
        remarks: Sequence[str], colors: Array, hero: int, enough: tuple[float, str],
    ) -> None:  # fmt: skip
        self._stage, self._epochs = stage, epochs
        self._begin = lowest_level(values)
        self._places = self._at(values)[..., ::-1]
        self.room = Box(box.left + LEFT, box.top + ABOVE, box.width - LEFT - RIGHT, box.height - ABOVE - BELOW)
        self._axes = stage.axes(self.room, (0, 1), (0, 1), color=stage.theme.mix(stage.theme.grid, 0.18))
        self._set_up_scales(box)
        self._mark(*enough)
        self._hero, self._colors = hero, np.asarray(colors)
        self._tails = LineCollection([], linewidths=stage.points(WAY), capstyle="round")
        self._axes.add_collection(self._tails, autolim=False)
        stage.moves(self._tails)
        self._way = stage.curve(self._axes, colors[hero], BOLD, 0)
        marks = {"marker": "o", "markersize": stage.points(DOT), "markeredgewidth": 0, "clip_on": False}
        self._dots = [stage.line(self._axes, color, 0, **marks) for color in colors]
        ground = stage.theme.mix(stage.theme.grid, 0.18)
        self._names = DotNames(stage, self.room, names, remarks, self._colors, DOT, ground)

    def show(self, epoch: float, now: Array, remarked: NDArray[np.int64]) -> None:
        """Draw the dots, and the ways up to a moment.

        Args:
            epoch: the moment.
            now: precision and recall at it, shape (classes, 2).
            remarked: number of the remark on each class, -1 where there is none, shape (classes,).
        """
        past, ends = self._places[self._epochs < epoch - 1e-9], self._at(now)[:, ::-1]
        ways = np.concatenate([past, ends[None]])
        if self._hero >= 0:
            self._way.set_data(*ways[:, self._hero].T)
        self._show_tails(ways, float(np.interp(epoch, self._epochs, np.arange(len(self._epochs)))))
        dots, pixel = self._on_stage(ends), self._stage.pixel
        self._show_dots(ends, dots)
        way = self._on_stage(ways[-CLEAR:, self._hero]) if self._hero >= 0 else dots[:0]
        between = (way[1:] + way[:-1]) / 2
        self._names.show(dots * pixel, remarked, pixel * np.concatenate([way[:-1], between]))

    def _on_stage(self, places: Array) -> Array:
        """Return places of the axes in units of the stage, shape (places, 2)."""
        room = self.room
        return np.stack([room.left + places[:, 0] * room.width, room.bottom - places[:, 1] * room.height], axis=1)

    def _show_dots(self, ends: Array, dots: Array) -> None:
        """Show the dots: of several in one spot each inside the one before, so that all are seen."""
        for spot in in_one_spot(dots, np.zeros(len(dots)), HIDDEN):
            sizes = DOT * np.linspace(1, 0, len(spot), endpoint=False) * (1 + GROWN * (len(spot) > 1))
            for place, size in zip(spot, sizes, strict=True):
                self._dots[place].set_data(*ends[place][:, None])
                self._dots[place].set_markersize(self._stage.points(size))

    def _show_tails(self, ways: Array, now: float) -> None:
        """Show the last of the ways, the older the fainter; of few classes of which none is told of all of them.

        Args:
            ways: places at the snapshots of the past and at the moment, shape (moments, classes, 2).
            now: the moment, in snapshots.
        """
        heads = np.append(np.arange(1, len(ways) - 1), now)[: len(ways) - 1]
        kept = KEPT if self._hero < 0 and ways.shape[1] <= FEW else 0.0
        strength = np.clip(1 - (now - heads) / TAIL, kept, 1)
        seen = np.flatnonzero(strength > 0)
        others = np.flatnonzero(np.arange(ways.shape[1]) != self._hero)
        self._tails.set_segments([ways[k : k + 2, place] for k in seen for place in others])
        mix = self._stage.theme.mix
        self._tails.set_color([mix(self._colors[place], strength[k]) for k in seen for place in others])
        # Of ways that lie in one line each is seen.
        widths = WAY * np.linspace(*NESTED, len(others)) if kept else np.full(len(others), WAY)
        self._tails.set_linewidth(np.tile(self._stage.points(1) * widths, len(seen)).tolist())

    def _at(self, shares: Array | float) -> Array:
        """Return where shares stand on either axis, from 0 to 1."""
        begin = near_one(self._begin)
        return np.asarray((near_one(shares) - begin) / (1 - begin))

    def _set_up_scales(self, box: Box) -> None:
        """Draw the lines of both scales, their values, and what they are."""
        stage, room, quiet = self._stage, self.room, self._stage.theme.quiet
        levels = [level for level in NEAR_ONE if level >= self._begin]
        for level in levels:
            place = float(self._at(level))
            for x, y in (([0, 1], [place, place]), ([place, place], [0, 1])):
                self._axes.plot(x, y, color=stage.theme.grid, linewidth=stage.points(1), clip_on=False, zorder=0)
        kept: list[float] = []
        least = 46.0 / min(room.width, 1.3 * room.height)
        for level in reversed(levels):
            place = float(self._at(level))
            if not kept or kept[-1] - place >= least:
                kept.append(place)
                stage.text(
                    room.left - 12, room.bottom - place * room.height + 8, f"{level:g}", color=quiet, align="right"
                )
                half = stage.measure(f"{level:g}", LABEL) / 2
                left = room.left + max(place * room.width, half - 8)  # clear of the value beside it
                stage.text(left, room.bottom + 30, f"{level:g}", color=quiet, align="center")
        precision, recall = (first_fitting(stage, said, box.width, "medium") for said in (PRECISION, RECALL))
        stage.text(box.left, box.top + 22, precision, weight="medium")
        stage.text(room.right, room.bottom + 62, recall, weight="medium", align="right")

    def _mark(self, enough: float, name: str) -> None:
        """Draw the line on which F1 is enough: precision p and recall r with 2pr/(p + r) = F1."""
        stage, room = self._stage, self.room
        recall = np.linspace(max(enough / (2 - enough), self._begin), 1, 60)
        line = self._at(np.stack([recall, enough * recall / (2 * recall - enough)], axis=1))
        self._axes.plot(*line.T, color=stage.theme.quiet, linewidth=stage.points(2.5), linestyle=(0, (3, 2)))
        left, top = room.left + line[0, 0] * room.width, room.bottom - line[0, 1] * room.height
        fits = stage.measure(name, LABEL) + 16 <= left - room.left
        stage.text(
            left - 8 if fits else left + 10, top + 24, name, color=stage.theme.quiet, align="right" if fits else "left"
        )


def lowest_level(shares: Array) -> float:
    """Return where the axes begin: the highest level of the scale below all shares of a film, so that two cells are left.

    Args:
        shares: precision and recall, of any shape; not finite ones do not count.
    """
    finite = shares[np.isfinite(shares)]
    return max((level for level in NEAR_ONE[:-2] if finite.size and level <= finite.min()), default=0.0)
