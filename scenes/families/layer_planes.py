"""A small plane per layer of a net, in the order of the way, with what neighbours tell in it once it is reached.

A teaching notebook on UMAP of MNIST ends with a table of 3, 5 and 10 neighbours, for raw pixels and both hidden layers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.patches import Rectangle

from animviz import Box, Recording, Stage
from animviz.arrays import Array
from animviz.embed import Embedding
from animviz.parts import LABEL, Meters, cut, first_fitting, joined, pair

from .embedding_facts import TRUST, percents
from .embedding_layout import TITLE
from .embedding_words import short_name
from .neighbour_votes import MIDDLE, NEIGHBOURS

__all__ = ["Cells", "LayerPlanes", "cells_in", "have_ticks"]

OVER, UNDER, LINE, GAP = 32.0, 74.0, 27.0, 20.0  # units over and under a plane, of a line below it, and between planes
BELOW, BAR, TICK = 9.0, 5.0, 13.0  # units from a plane to the bar below it, of the bar, and of the tick across it
LEAST, COLUMN, WIDE = 24.0, 62.0, 1.8  # units of a plane's height at least, of a number; width of use, in heights
LAYER, PLANE = "layer", "plane"  # where neighbours are looked for: in the layer itself, and as laid out
BOTH = "layer, plane", "both"  # where they have the same
FRAME = 3.0  # units of the frame around the plane that is drawn large


@dataclass(frozen=True)
class Cells:
    """Boxes of small planes.

    Attributes:
        planes: one for each layer.
        height: units that all take, with the line above them and what stands below each.
    """

    planes: list[Box]
    height: float


def cells_in(room: Box, count: int) -> Cells:
    """Return boxes for so many planes, as large as they can be, row by row from the upper left.

    Args:
        room: for all of them.
        count: how many.
    """

    def size(columns: int) -> tuple[float, float]:
        width = (room.width - (columns - 1) * GAP) / columns
        height = (room.height - TITLE) / -(-count // columns) - OVER - UNDER
        return width, max(LEAST, min(width, height))

    def use(columns: int) -> float:
        """Return the area of a plane, as far as it is not too wide for its height."""
        width, height = size(columns)
        return height * min(width, WIDE * height)

    columns = max(range(1, count + 1), key=use)
    width, height = size(columns)
    step = height + OVER + UNDER
    planes = [
        Box(
            room.left + k % columns * (width + GAP), room.top + TITLE + k // columns * step + OVER, width, height
        )
        for k in range(count)
    ]  # fmt: skip
    return Cells(planes, TITLE + -(-count // columns) * step)


def have_ticks(stage: Stage, planes: Sequence[Box]) -> bool:
    """Say whether there is room for the shares in the planes, which ticks show, beside those in the layers.

    Args:
        stage: where.
        planes: see `cells_in`.
    """
    return stage.measure(PLANE, LABEL) + 10 + COLUMN <= planes[0].width


class LayerPlanes:
    """Names over the planes; below each what 5 neighbours name rightly in it and in its layer, in the end also 3 and 10.

    A bar is the share in the layer itself, a tick across it that in the plane.
    Samples without classes have how near stays near (trust). A frame stands around the plane that is drawn large.

    Args:
        stage: where.
        room: for all; its upper edge has the heading.
        planes: see `cells_in`.
        recording: of any model.
        names: of the layers.
        found: their common layout.
        votes: shares that neighbours name rightly in each plane, see `neighbour_votes`; empty without classes.
        before: the same in each layer itself.
    """

    def __init__(
        self, stage: Stage, room: Box, planes: Sequence[Box], recording: Recording, names: Sequence[str],
        found: Embedding, votes: Sequence[Sequence[float]], before: Sequence[Sequence[float]],
    ) -> None:  # fmt: skip
        self._stage, self._planes = stage, planes
        self._headings = _headings(stage, room.width, votes=bool(votes))
        self._heading = stage.text(room.left, room.top + 24, "", color=stage.theme.quiet, moves=True)
        self._lines: list[list[_Line]] = []
        self._shares = np.full((2, len(names)), np.nan)
        for place, (name, plane) in enumerate(zip(names, planes, strict=True)):
            title = cut(stage, short_name(recording, name), plane.width, weight="medium")
            stage.text(plane.left, plane.top - 8, title, weight="medium")
            top = plane.bottom + BELOW + LINE
            if not votes:
                self._shares[0, place] = trust = found.scores.trustworthiness[place]
                self._lines.append([_Line(stage, plane, top, "", [TRUST.text(trust)])])
                continue
            self._shares[0, place] = before[place][MIDDLE]
            told = [percents(before[place])]
            if have_ticks(stage, planes):
                self._shares[1, place] = votes[place][MIDDLE]
                told.append(percents(votes[place]))
            self._lines.append(_lines(stage, plane, top, told))
        self._meters = Meters(stage, [(box.left, box.right, box.bottom + BELOW) for box in planes], BAR)
        self._ticks = stage.line(stage.overlay(), stage.theme.quiet, 4, solid_capstyle="butt")
        self._pair(stage, 100 if votes else 1)
        self._frame = Rectangle((0, 0), 1, 1, fill=False, edgecolor=stage.theme.ink, linewidth=stage.points(FRAME))
        stage.overlay().add_patch(self._frame)
        stage.moves(self._frame)

    def _pair(self, stage: Stage, scale: float) -> None:
        """Declare the numbers that bars and ticks show."""
        pair(
            stage, "layer", lambda: [lines[0].said for lines in self._lines], lambda: scale * self._meters.values
        )  # fmt: skip
        if np.isfinite(self._shares[1]).any():
            pair(
                stage, "plane", lambda: [lines[-1].said for lines in self._lines if lines[-1].said],
                lambda: scale * self._ticked(),
            )  # fmt: skip

    def _ticked(self) -> Array:
        """Return what the ticks show, read off their places."""
        lefts, widths = np.array([(box.left, box.width) for box in self._planes]).T
        across = np.asarray(self._ticks.get_xdata(), float)[::3]
        return np.asarray((across - lefts[: len(across)]) / widths[: len(across)])

    def show(self, place: float) -> None:
        """Show the way up to a place among the layers, 0 the first."""
        reached = np.arange(len(self._planes)) <= place
        self._meters.show(np.where(reached, self._shares[0], 0.0))
        ticks = [
            np.array([(box.left + share * box.width, box.bottom + BELOW + way) for way in (-TICK / 2, TICK / 2)])
            for box, share in zip(self._planes, np.nan_to_num(self._shares[1]), strict=True)
        ]
        shown = ticks[: reached.sum()] if np.isfinite(self._shares[1]).any() else []
        self._ticks.set_data(*joined(shown).T)
        ended = place >= len(self._planes) - 1 and all(line.full for lines in self._lines for line in lines)
        self._heading.set_text(self._headings[ended])
        for number, lines in enumerate(self._lines):
            for line in lines:
                line.show(number <= place, ended)
        before, after = (self._planes[int(end)] for end in (np.floor(place), np.ceil(place)))
        here, there = (np.array([box.left, box.top, box.width, box.height]) for box in (before, after))
        self._frame.set_bounds(*(here + (place - np.floor(place)) * (there - here)))


def _lines(stage: Stage, plane: Box, top: float, told: Sequence[Sequence[str]]) -> list["_Line"]:
    """Return the lines of a plane and of its layer; one for both where they say the same, one number where all do."""
    if len(told) == 1 or told[0] != told[1]:
        colors = None, stage.theme.quiet
        return [
            _Line(stage, plane, top + row * LINE, name, values, color, first=not row)
            for row, (name, values, color) in enumerate(zip((LAYER, PLANE), told, colors, strict=False))
        ]
    values = told[0] if len(set(told[0])) > 1 else told[0][:1]
    rooms = [plane.width - count * COLUMN - 10 for count in (len(values), 1)]  # or that of the middle one alone
    fitting = (name for room in rooms for name in BOTH if stage.measure(name, LABEL) <= room)
    name = next(fitting, BOTH[-1])
    return [_Line(stage, plane, top, name, values)]


class _Line:
    """A name and its numbers: the middle one always, the others in the end, where there is room for them.

    The first line of a layer that is not reached says so.

    Attributes:
        full: whether there is room for all numbers.
        said: the middle number, where it is shown.
    """

    def __init__(
        self, stage: Stage, plane: Box, top: float, name: str, values: Sequence[str], color: str | None = None, *,
        first: bool = True,
    ) -> None:  # fmt: skip
        room = stage.measure(name, LABEL) + 10
        self.full = room + len(values) * COLUMN <= plane.width
        quiet = stage.theme.quiet
        self._values = list(values) if self.full else [values[len(values) // 2]]
        self._name = stage.text(plane.left, top, "", color=quiet, moves=True)
        self._said = name if room + COLUMN <= plane.width else ""
        self._ahead = first_fitting(stage, ["still to come", "to come", ""], plane.width) if first else ""
        middle = len(self._values) // 2
        columns = np.arange(len(self._values))[::-1] * COLUMN
        self._texts: list[Any] = [
            stage.text(plane.right - column, top, "", color=color if k == middle else quiet, align="right", moves=True,
                       weight="medium" if k == middle and not color else "regular")
            for k, column in enumerate(columns)
        ]  # fmt: skip
        self._middle, self.said = middle, ""

    def show(self, reached: bool, ended: bool) -> None:
        """Show the numbers of a layer that is reached, all of them in the end."""
        self._name.set_text(self._said if reached else self._ahead)
        for place, (text, value) in enumerate(zip(self._texts, self._values, strict=True)):
            text.set_text(value if reached and (ended or place == self._middle) else "")
        self.said = self._values[self._middle] if reached else ""


def _headings(stage: Stage, room: float, *, votes: bool) -> list[str]:
    """Return what the numbers are, on the way and in the end."""
    if not votes:
        return [first_fitting(stage, ["near stays near (trust)", "trust"], room)] * 2
    found = []
    for count in (str(NEIGHBOURS[MIDDLE]), ", ".join(map(str, NEIGHBOURS))):
        words = f"{count} neighbours, %"
        found.append(first_fitting(stage, [f"class named by {words}", f"named by {words}", words], room))
    return found
