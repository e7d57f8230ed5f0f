"""Classes in the plane of recall and precision: each a dot on its way to the corner where all is right."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.collections import LineCollection
from numpy.typing import NDArray

from animviz import Box, Stage
from animviz.arrays import Array
from animviz.parts import LABEL, NEAR_ONE, first_fitting, near_one

from .dot_names import DotNames, in_one_spot

__all__ = ["FEW", "TAIL", "ClassPlane", "lowest_level"]

LEFT, BELOW, ABOVE, RIGHT = 62.0, 76.0, 46.0, 16.0  # units for the values at the left and below, the title, and air
TAIL = 3.0  # snapshots after which a way has faded
WAY, DOT, BOLD = 4.0, 17.0, 5.0  # units of a way's width, of a dot, and of the way that is told of
HIDDEN, GROWN = 3.0, 0.4  # units between dots of which one would hide the other, and by how much such a one is larger
FEW, KEPT = 5, 0.7  # classes of which all ways stay where none is told of, and strength of what stays
LEAP, THIN = 0.4, 3.0  # of the plane, in one step, from which on a way is dotted, and units of its dots
CLEAR = 20.0  # units between places of ways, on which no name lies
PRECISION = ("precision: how often it is right", "precision")
RECALL = ("recall: how much is found", "recall")


class ClassPlane:
    """Dots with names, the last of their ways, and the line on which F1 is high enough.

    A way that leaps in a single step is dotted, as nothing was measured between; those in one line take turns.

    Args:
        stage: where.
        box: room for everything.
        epochs: of the snapshots, shape (snapshots,).
        values: precision and recall, from 0 to 1, shape (snapshots, classes, 2); not finite where the weights diverged.
        names: of the classes.
        remarks: what may be said of classes, before their names.
        colors: of the classes, RGB in [0, 1], shape (classes, 3).
        hero: the class of which all of the way is seen up to where it is learned, or -1.
        until: the snapshot at which it is.
        enough: the F1 whose line is marked, with its name.
    """

    def __init__(
        self, stage: Stage, box: Box, epochs: Array, values: Array, names: Sequence[str],
        remarks: Sequence[str], colors: Array, hero: int, until: int, enough: tuple[float, str],
    ) -> None:  # fmt: skip
        self._stage, self._epochs = stage, epochs
        self._begin = lowest_level(values)
        self._places = self._at(values)[..., ::-1]
        self._leaps = np.linalg.norm(np.diff(self._places, axis=0), axis=2) > LEAP
        self.room = Box(box.left + LEFT, box.top + ABOVE, box.width - LEFT - RIGHT, box.height - ABOVE - BELOW)
        self._axes = stage.axes(self.room, (0, 1), (0, 1), color=stage.theme.mix(stage.theme.grid, 0.18))
        self._set_up_scales(box)
        self._label = self._mark(*enough)
        self._hero, self._until, self._colors = hero, until, np.asarray(colors)
        self._tails = LineCollection([], linewidths=stage.points(WAY), capstyle="round")
        self._axes.add_collection(self._tails, autolim=False)
        stage.moves(self._tails)
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
        seen = self._show_tails(ways, float(np.interp(epoch, self._epochs, np.arange(len(self._epochs)))))
        dots, pixel = self._on_stage(ends), self._stage.pixel
        self._show_dots(ends, dots)
        taken = np.concatenate([self._label, *map(self._along, seen)])
        self._names.show(dots * pixel, remarked, pixel * taken)

    def _on_stage(self, places: Array) -> Array:
        """Return places of the axes in units of the stage, shape (places, 2)."""
        room = self.room
        return np.stack([room.left + places[:, 0] * room.width, room.bottom - places[:, 1] * room.height], axis=1)

    def _along(self, step: Array) -> Array:
        """Return places along a step of a way, in units of the stage; not its end, where the dot may be."""
        begin, end = self._on_stage(step)
        count = max(1, int(np.linalg.norm(end - begin) / CLEAR))
        return np.linspace(begin, end, count, endpoint=False)

    def _show_dots(self, ends: Array, dots: Array) -> None:
        """Show the dots: of several in one spot each inside the one before, so that all are seen."""
        for spot in in_one_spot(dots, HIDDEN):
            sizes = DOT * np.linspace(1, 0, len(spot), endpoint=False) * (1 + GROWN * (len(spot) > 1))
            for place, size in zip(spot, sizes, strict=True):
                self._dots[place].set_data(*ends[place][:, None])
                self._dots[place].set_markersize(self._stage.points(size))

    def _show_tails(self, ways: Array, now: float) -> list[Array]:
        """Show the last of the ways, the older the fainter; those of few classes of which none is told of stay.

        Args:
            ways: places at the snapshots of the past and at the moment, shape (moments, classes, 2).
            now: the moment, in snapshots.

        Returns:
            The steps whose ways stay, each of shape (2, 2).
        """
        heads = np.append(np.arange(1, len(ways) - 1), now)[: len(ways) - 1]
        count = ways.shape[1]
        kept = np.full((len(heads), count), KEPT if self._hero < 0 and count <= FEW else 0.0)
        if self._hero >= 0:
            kept[: self._until, self._hero] = 1
        strength = np.clip(1 - (now - heads[:, None]) / TAIL, kept, 1)
        seen = [
            (step, place)
            for step, place in np.argwhere(strength > 0)
            if np.isfinite(ways[step : step + 2, place]).all()
        ]
        seen.sort(key=lambda where: where[1] == self._hero)
        steps = [ways[step : step + 2, place] for step, place in seen]
        self._tails.set_segments(steps)
        self._tails.set_color([self._stage.theme.mix(self._colors[where[1]], strength[where]) for where in seen])
        widths, dashes = zip(*(self._stroke(*where) for where in seen), strict=True) if seen else ((1.0,), ("-",))
        self._tails.set_linewidth(list(widths))
        self._tails.set_linestyle(list(dashes))
        return [step for step, where in zip(steps, seen, strict=True) if kept[where]]

    def _stroke(self, step: int, place: int) -> tuple[float, Any]:
        """Return width and dashes of a step of a class."""
        if not self._leaps[step, place]:
            return self._stage.points(BOLD if place == self._hero else WAY), "-"
        leaping = np.flatnonzero(self._leaps[step])
        turns, turn = min(len(leaping), FEW), int(np.searchsorted(leaping, place))
        return self._stage.points(THIN), (2 * (turn % max(2, turns)), (0.1, 2 * max(2, turns) - 0.1))

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

    def _mark(self, enough: float, name: str) -> Array:
        """Draw the line on which F1 is enough: precision p and recall r with 2pr/(p + r) = F1.

        Returns:
            Places of its name, in units of the stage, shape (places, 2): at the end of the line, on the side of more;
            none where all of the plane is enough.
        """
        stage, room = self._stage, self.room
        if self._begin >= enough:
            return np.zeros((0, 2))
        recall = np.linspace(max(enough / (2 - enough), self._begin), 1, 60)
        line = self._at(np.stack([recall, enough * recall / (2 * recall - enough)], axis=1))
        self._axes.plot(*line.T, color=stage.theme.quiet, linewidth=stage.points(2.5), linestyle=(0, (3, 2)))
        top, left = room.bottom - max(0.0, line[-1, 1]) * room.height - 12, room.right - 8 - stage.measure(name, LABEL)
        stage.text(left, top, name, color=stage.theme.quiet)
        return np.array([[across, top - 8] for across in np.arange(left, room.right, CLEAR)])


def lowest_level(shares: Array) -> float:
    """Return where the axes begin: the highest level of the scale below all shares of a film, so that two cells are left.

    Args:
        shares: precision and recall, of any shape; not finite ones do not count.
    """
    finite = shares[np.isfinite(shares)]
    return max((level for level in NEAR_ONE[:-2] if finite.size and level <= finite.min()), default=0.0)
