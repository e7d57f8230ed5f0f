"""Classes in the plane of recall and precision: each a dot on its way to the corner where all is right."""

from collections.abc import Sequence

import numpy as np
from matplotlib.collections import LineCollection

from animviz import Box, Stage
from animviz.arrays import Array
from animviz.parts import LABEL, NEAR_ONE, Sprites, apart, chip, first_fitting, near_one

__all__ = ["ClassPlane"]

LEFT, BELOW, ABOVE, RIGHT = 62.0, 76.0, 46.0, 16.0  # units for the values at the left and below, the title, and air
FAINT = 0.5  # share of a class's colour in its way
WAY, DOT, SMALL = 2.5, 16.0, 21.0  # units of a way's width, of a dot, and of the letters of a name
BOLD = 5.0  # units of the way that is told of
ROUNDS = 24  # of pushing names apart and back into the plane
AIR, LEADER = 8.0, 2.0  # units from a dot to its name, and of the line to a name that had to give way
PRECISION = ("precision: how often it is right", "precision")
RECALL = ("recall: how much is found", "recall")


class ClassPlane:
    """Dots with names, their ways, and the line on which F1 is high enough.

    Args:
        stage: where.
        box: room for everything.
        epochs: of the snapshots, shape (snapshots,).
        values: precision and recall, from 0 to 1, shape (snapshots, classes, 2); not finite where the weights diverged.
        names: of the classes.
        colors: of the classes, RGB in [0, 1], shape (classes, 3).
        hero: the class whose way is bold, or -1.
        enough: the F1 whose line is marked, with its name.
    """

    def __init__(
        self, stage: Stage, box: Box, epochs: Array, values: Array, names: Sequence[str], colors: Array, hero: int,
        enough: tuple[float, str],
    ) -> None:  # fmt: skip
        self._stage, self._epochs = stage, epochs
        self._places = near_one(values)[..., ::-1]
        self.room = Box(box.left + LEFT, box.top + ABOVE, box.width - LEFT - RIGHT, box.height - ABOVE - BELOW)
        self._axes = stage.axes(self.room, (0, 1), (0, 1), color=stage.theme.mix(stage.theme.grid, 0.18))
        self._set_up_scales(box)
        self._mark(*enough)
        self._ways = [
            stage.curve(self._axes, color, BOLD, 0)
            if place == hero
            else stage.curve(self._axes, stage.theme.mix(color, FAINT), WAY, 0)
            for place, color in enumerate(colors)
        ]
        marks = {"marker": "o", "markersize": stage.points(DOT), "markeredgewidth": 0, "clip_on": False}
        self._dots = [stage.line(self._axes, color, 0, **marks) for color in colors]
        self._leaders = LineCollection([], colors=colors, linewidths=stage.points(LEADER))
        stage.overlay().add_collection(self._leaders, autolim=False)
        stage.moves(self._leaders)
        tags = [chip(stage, name, color, SMALL) for name, color in zip(names, colors, strict=True)]
        self._sizes = np.array([tag.shape[1::-1] for tag in tags], float).reshape(-1, 2)
        self._names = Sprites(stage, tags)

    def show(self, epoch: float, now: Array) -> None:
        """Draw the ways up to a moment.

        Args:
            epoch: the moment.
            now: precision and recall at it, shape (classes, 2).
        """
        past, ends = self._places[self._epochs < epoch - 1e-9], near_one(now)[:, ::-1]
        for place, (way, dot, end) in enumerate(zip(self._ways, self._dots, ends, strict=True)):
            way.set_data(*np.concatenate([past[:, place], end[None]]).T)
            dot.set_data(*end[:, None])
        room, pixel = self.room, self._stage.pixel
        dots = np.stack([room.left + ends[:, 0] * room.width, room.bottom - ends[:, 1] * room.height], axis=1)
        names = self._placed(dots * pixel)
        self._names.set_middles(names)
        self._leaders.set_segments(list(np.stack([dots, names / pixel], axis=1)))

    def _placed(self, dots: Array) -> Array:
        """Return where the names of dots stand, both in pixels: at their outer side, none over another."""
        stage, room = self._stage, self.room
        middle = np.nanmean(dots, axis=0)
        ways = dots - middle
        length = np.linalg.norm(ways, axis=1, keepdims=True)
        ways = np.where(length > 1e-6, ways / np.maximum(length, 1e-6), [0.0, -1.0])
        wished = dots + ways * (self._sizes / 2 + AIR * stage.pixel)
        half = self._sizes / 2
        low, high = np.array([room.left, room.top]) * stage.pixel, np.array([room.right, room.bottom]) * stage.pixel
        for _ in range(ROUNDS):  # the edge may push names over each other again
            wished = np.clip(apart(wished, self._sizes), low + half, high - half)
        return wished

    def _set_up_scales(self, box: Box) -> None:
        """Draw the lines of both scales, their values, and what they are."""
        stage, room, quiet = self._stage, self.room, self._stage.theme.quiet
        for level in NEAR_ONE:
            place = float(near_one(level))
            for x, y in (([0, 1], [place, place]), ([place, place], [0, 1])):
                self._axes.plot(x, y, color=stage.theme.grid, linewidth=stage.points(1), clip_on=False, zorder=0)
        kept: list[float] = []
        least = 46.0 / min(room.width, 1.3 * room.height)
        for level in reversed(NEAR_ONE):
            place = float(near_one(level))
            if not kept or kept[-1] - place >= least:
                kept.append(place)
                stage.text(
                    room.left - 12, room.bottom - place * room.height + 8, f"{level:g}", color=quiet, align="right"
                )
                left = room.left + place * room.width
                stage.text(left, room.bottom + 30, f"{level:g}", color=quiet, align="center")
        precision, recall = (first_fitting(stage, said, box.width, "medium") for said in (PRECISION, RECALL))
        stage.text(box.left, box.top + 22, precision, weight="medium")
        stage.text(room.right, room.bottom + 62, recall, weight="medium", align="right")

    def _mark(self, enough: float, name: str) -> None:
        """Draw the line on which F1 is enough: precision p and recall r with 2pr/(p + r) = F1."""
        stage, room = self._stage, self.room
        recall = np.linspace(enough / (2 - enough), 1, 60)
        line = near_one(np.stack([recall, enough * recall / (2 * recall - enough)], axis=1))
        self._axes.plot(*line.T, color=stage.theme.quiet, linewidth=stage.points(2.5), linestyle=(0, (3, 2)))
        left, top = room.left + line[0, 0] * room.width, room.bottom - line[0, 1] * room.height
        fits = stage.measure(name, LABEL) + 16 <= left - room.left
        stage.text(
            left - 8 if fits else left + 10, top + 24, name, color=stage.theme.quiet, align="right" if fits else "left"
        )
