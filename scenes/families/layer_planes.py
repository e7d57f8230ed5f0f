"""A small plane per layer of a net, in the order of the way, with what neighbours tell in it once it is reached.

A teaching notebook on UMAP of MNIST ends with a table of 3, 5 and 10 neighbours, for raw pixels and both hidden layers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.patches import Rectangle

from animviz import Box, Recording, Stage
from animviz.embed import Embedding
from animviz.embed.sets import Sets
from animviz.parts import LABEL, cut, first_fitting

from .embedding_facts import TRUST, percents
from .embedding_layout import TITLE
from .embedding_words import short_name
from .neighbour_votes import NEIGHBOURS, in_layer, in_layout

__all__ = ["Cells", "LayerPlanes", "cells_in"]

OVER, UNDER, LINE, GAP = 32.0, 62.0, 28.0, 20.0  # units over and under a plane, of a line below it, and between planes
LEAST, COLUMN = 24.0, 62.0  # units of a plane's height at least, and of a number
PLANE, LAYER = "plane", "layer"  # where neighbours are looked for: as laid out, and before
FRAME = 3.0  # units of the frame around the plane that is drawn large
MIDDLE = len(NEIGHBOURS) // 2


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

    columns = max(range(1, count + 1), key=lambda some: min(size(some)))
    width, height = size(columns)
    step = height + OVER + UNDER
    planes = [
        Box(
            room.left + k % columns * (width + GAP), room.top + TITLE + k // columns * step + OVER, width, height
        )
        for k in range(count)
    ]  # fmt: skip
    return Cells(planes, TITLE + -(-count // columns) * step)


class LayerPlanes:
    """Names over the planes; below each what 5 neighbours name rightly in it and in its layer, in the end also 3 and 10.

    Samples without classes have how near stays near (trust). A frame stands around the plane that is drawn large.

    Args:
        stage: where.
        room: for all; its upper edge has the heading.
        planes: see `cells_in`.
        recording: of any model.
        names: of the layers.
        found: their common layout.
        sets: the samples.
        snapshot: number of the snapshot.
    """

    def __init__(
        self, stage: Stage, room: Box, planes: Sequence[Box], recording: Recording, names: Sequence[str],
        found: Embedding, sets: Sets, snapshot: int,
    ) -> None:  # fmt: skip
        self._stage, self._planes = stage, planes
        self._headings = _headings(stage, room.width, votes=sets.classes)
        self._heading = stage.text(room.left, room.top + 24, "", color=stage.theme.quiet, moves=True)
        self._lines: list[list[_Line]] = []
        for place, (name, plane) in enumerate(zip(names, planes, strict=True)):
            title = cut(stage, short_name(recording, name), plane.width, weight="medium")
            stage.text(plane.left, plane.top - 8, title, weight="medium")
            top = plane.bottom + LINE
            if not sets.classes:
                self._lines.append([_Line(stage, plane, top, "", [TRUST.text(found.scores.trustworthiness[place])])])
                continue
            lines = [_Line(stage, plane, top, PLANE, percents(in_layout(found, place, sets)))]
            if lines[0].named:
                known = percents(in_layer(recording, name, snapshot, sets))
                lines.append(_Line(stage, plane, top + LINE, LAYER, known, stage.theme.quiet))
            self._lines.append(lines)
        self._frame = Rectangle((0, 0), 1, 1, fill=False, edgecolor=stage.theme.ink, linewidth=stage.points(FRAME))
        stage.overlay().add_patch(self._frame)
        stage.moves(self._frame)

    def show(self, place: float) -> None:
        """Show the way up to a place among the layers, 0 the first."""
        ended = place >= len(self._planes) - 1 and all(line.full for lines in self._lines for line in lines)
        self._heading.set_text(self._headings[ended])
        for number, lines in enumerate(self._lines):
            for line in lines:
                line.show(number <= place, ended)
        before, after = (self._planes[int(end)] for end in (np.floor(place), np.ceil(place)))
        here, there = (np.array([box.left, box.top, box.width, box.height]) for box in (before, after))
        self._frame.set_bounds(*(here + (place - np.floor(place)) * (there - here)))


class _Line:
    """A name and its numbers: the middle one always, the others in the end, where there is room for them.

    Attributes:
        named: whether there is room for the name.
        full: whether there is room for all numbers.
    """

    def __init__(
        self, stage: Stage, plane: Box, top: float, name: str, values: Sequence[str], color: str | None = None
    ) -> None:
        room = stage.measure(name, LABEL) + 10
        self.named = room + COLUMN <= plane.width
        self.full = len(values) > 1 and room + len(values) * COLUMN <= plane.width
        quiet = stage.theme.quiet
        self._values = list(values) if self.full else [values[len(values) // 2]]
        self._name = stage.text(plane.left, top, "", color=quiet, moves=True)
        self._said = name if self.named else ""
        middle = len(self._values) // 2
        columns = np.arange(len(self._values))[::-1] * COLUMN
        self._texts: list[Any] = [
            stage.text(plane.right - column, top, "", color=color if k == middle else quiet, align="right", moves=True,
                       weight="medium" if k == middle and not color else "regular")
            for k, column in enumerate(columns)
        ]  # fmt: skip
        self._middle = middle

    def show(self, reached: bool, ended: bool) -> None:
        """Show the numbers of a layer that is reached, all of them in the end."""
        self._name.set_text(self._said if reached else "")
        for place, (text, value) in enumerate(zip(self._texts, self._values, strict=True)):
            text.set_text(value if reached and (ended or place == self._middle) else "")


def _headings(stage: Stage, room: float, *, votes: bool) -> list[str]:
    """Return what the numbers are, on the way and in the end."""
    if not votes:
        return [first_fitting(stage, ["near stays near (trust)", "trust"], room)] * 2
    found = []
    for count in (str(NEIGHBOURS[MIDDLE]), ", ".join(map(str, NEIGHBOURS))):
        words = f"{count} neighbours, %"
        found.append(first_fitting(stage, [f"class named by {words}", f"named by {words}", words], room))
    return found
