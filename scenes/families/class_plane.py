"""Classes in the plane of recall and precision: each a dot on its way to the corner where all is right."""

from collections.abc import Sequence

import numpy as np
from matplotlib.collections import LineCollection

from animviz import Box, Stage
from animviz.arrays import Array
from animviz.parts import LABEL, NEAR_ONE, Sprites, apart, chip, first_fitting, near_one

__all__ = ["ClassPlane", "lowest_level"]

LEFT, BELOW, ABOVE, RIGHT = 62.0, 76.0, 46.0, 16.0  # units for the values at the left and below, the title, and air
TAIL = 3.0  # snapshots after which a way has faded
WAY, DOT, BOLD = 4.0, 17.0, 5.0  # units of a way's width, of a dot, and of the way that is told of
ROUNDS, STILL = 24, 0.1  # of pushing names apart and back into the plane, and pixels that are no move
AIR, LEADER = 7.0, 2.0  # units from a dot to its name, and of the line between them
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
        colors: of the classes, RGB in [0, 1], shape (classes, 3).
        hero: the class of which all of the way is seen, or -1.
        enough: the F1 whose line is marked, with its name.
    """

    def __init__(
        self, stage: Stage, box: Box, epochs: Array, values: Array, names: Sequence[str], colors: Array, hero: int,
        enough: tuple[float, str],
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
        self._leaders = LineCollection([], colors=colors, linewidths=stage.points(LEADER))
        stage.overlay().add_collection(self._leaders, autolim=False)
        stage.moves(self._leaders)
        marks = {"marker": "o", "markersize": stage.points(DOT), "markeredgewidth": 0, "clip_on": False}
        self._dots = [stage.line(self._axes, color, 0, **marks) for color in colors]
        ground = stage.theme.mix(stage.theme.grid, 0.18)
        tags = [chip(stage, name, ground, LABEL) for name in names]
        self._sizes = np.array([tag.shape[1::-1] for tag in tags], float).reshape(-1, 2)
        self._names = Sprites(stage, tags)

    def show(self, epoch: float, now: Array) -> None:
        """Draw the dots, and the ways up to a moment.

        Args:
            epoch: the moment.
            now: precision and recall at it, shape (classes, 2).
        """
        past, ends = self._places[self._epochs < epoch - 1e-9], self._at(now)[:, ::-1]
        ways = np.concatenate([past, ends[None]])
        for dot, end in zip(self._dots, ends, strict=True):
            dot.set_data(*end[:, None])
        if self._hero >= 0:
            self._way.set_data(*ways[:, self._hero].T)
        self._show_tails(ways, float(np.interp(epoch, self._epochs, np.arange(len(self._epochs)))))
        room, pixel = self.room, self._stage.pixel
        dots = np.stack([room.left + ends[:, 0] * room.width, room.bottom - ends[:, 1] * room.height], axis=1)
        names = self._placed(dots * pixel)
        self._names.set_middles(names)
        self._leaders.set_segments(list(np.stack([dots, names / pixel], axis=1)))

    def _show_tails(self, ways: Array, now: float) -> None:
        """Show the last of the ways, the older the fainter.

        Args:
            ways: places at the snapshots of the past and at the moment, shape (moments, classes, 2).
            now: the moment, in snapshots.
        """
        heads = np.append(np.arange(1, len(ways) - 1), now)[: len(ways) - 1]
        strength = np.clip(1 - (now - heads) / TAIL, 0, 1)
        seen = np.flatnonzero(strength > 0)
        others = np.flatnonzero(np.arange(ways.shape[1]) != self._hero)
        self._tails.set_segments([ways[k : k + 2, place] for k in seen for place in others])
        self._tails.set_color([(*self._colors[place], strength[k]) for k in seen for place in others])

    def _placed(self, dots: Array) -> Array:
        """Return where the names of dots stand, both in pixels: at their outer side, none over another or a dot."""
        stage, room = self._stage, self.room
        middle = np.nanmean(dots, axis=0)
        ways = dots - middle
        length = np.linalg.norm(ways, axis=1, keepdims=True)
        ways = np.where(length > 1e-6, ways / np.maximum(length, 1e-6), [0.0, -1.0])
        wished = dots + ways * (self._sizes / 2 + AIR * stage.pixel)
        half = self._sizes / 2
        low, high = np.array([room.left, room.top]) * stage.pixel, np.array([room.right, room.bottom]) * stage.pixel
        sizes = np.concatenate([self._sizes, np.full_like(dots, (DOT + AIR) * stage.pixel)])
        for _ in range(ROUNDS):  # the edge may push names over each other again; dots stay where they are
            before = wished
            moved = apart(np.concatenate([wished, dots]), sizes)[: len(dots)]
            wished = np.clip(moved, low + half, high - half)
            if np.abs(wished - before).max() < STILL:
                break
        return wished

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
