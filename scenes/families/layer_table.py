"""The layers of a net from top to bottom, with what neighbours tell in each: numbers are uncovered when a layer is reached.

A teaching notebook on UMAP of MNIST ends with such a table, for raw pixels and both hidden layers.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
from matplotlib.patches import Rectangle

from animviz import Box, Recording, Stage
from animviz.arrays import Array
from animviz.embed import Embedding
from animviz.embed.sets import Sets
from animviz.parts import LABEL, cut

from .embedding_facts import TRUST, percents
from .embedding_words import short_name
from .neighbour_votes import NEIGHBOURS, in_layer, in_layout

__all__ = ["LEAST", "LayerTable", "narrow"]

HEAD, LEAST, MOST, DOUBLE = 66.0, 34.0, 84.0, 62.0  # units: heading; a row at least, at most, and with two lines
SMALLEST, LARGEST, AIR = 56.0, 112.0, 12.0  # units of a small plane, and between two of them
RAIL, NAME, BETWEEN = 34.0, 170.0, 18.0  # units of the rail, of a name at most, and between columns
BEFORE = "before UMAP"


def narrow(stage: Stage) -> bool:
    """Say whether a frame has no room for trust beside the votes.

    Args:
        stage: the frame.
    """
    return stage.height / 1.2 <= stage.width <= 1.2 * stage.height


class LayerTable:
    """A row per layer on a rail: the way so far bright, now a dot; votes of neighbours, and trust.

    Where there is room each row has a second line: the votes in the layer itself, before it was laid out. In wide frames
    a row has room for a small plane.

    Args:
        stage: where.
        room: for the table and what stands beside it.
        recording: of any model.
        names: of the layers.
        found: their common layout.
        sets: the samples.
        snapshot: number of the snapshot.

    Attributes:
        width: units that it needs.
        height: units that it needs at least.
        planes: a box in each row, once the table is put somewhere; none where rows are low.
    """

    def __init__(
        self, stage: Stage, room: Box, recording: Recording, names: Sequence[str], found: Embedding, sets: Sets,
        snapshot: int,
    ) -> None:  # fmt: skip
        self._stage, self._names = stage, names
        self._called = [short_name(recording, name) for name in names]
        self._itself: Callable[[str], list[float]] = lambda name: in_layer(recording, name, snapshot, sets)
        trust = [[TRUST.text(value)] for value in found.scores.trustworthiness]
        votes = [percents(in_layout(found, k, sets)) if sets.classes else [] for k in range(len(names))]
        self._columns, self._heading = slice(None), "class named by neighbours, %"
        heads = [*(map(str, NEIGHBOURS) if sets.classes else []), TRUST.label]
        if narrow(stage) and sets.classes:
            middle = len(NEIGHBOURS) // 2
            self._columns, self._heading = slice(middle, middle + 1), "class named by"
            heads = [*heads[:middle], f"{NEIGHBOURS[middle]} neighbours, %"]
        self._values = [[*vote, *good][self._columns] for vote, good in zip(votes, trust, strict=True)]
        self._heads = heads[self._columns]
        widest = ["100.0" if head != TRUST.label else TRUST.widest for head in self._heads]
        self._widths = [stage.measure(text, LABEL, "medium") for text in widest]  # a longer heading begins before them
        self._name = min(NAME, max(stage.measure(name, LABEL, "medium") for name in (*self._called, BEFORE)))
        self.planes: list[Box] = []
        side = min(LARGEST, (room.height - HEAD) / len(names) - AIR)
        self._side = side if side >= SMALLEST and stage.width > 1.2 * stage.height else 0.0
        self._indent = RAIL + (self._side + BETWEEN if self._side else 0.0)
        self.width = self._indent + self._name + sum(self._widths) + BETWEEN * len(self._widths)
        self.height = HEAD + LEAST * len(names)
        self._votes = sets.classes

    def put(self, box: Box) -> None:
        """Draw it in a box, in its middle where it is lower."""
        stage, count = self._stage, len(self._names)
        tall = min(box.height, HEAD + max(MOST, self._side + AIR) * count)
        box = Box(box.left, box.top + (box.height - tall) / 2, box.width, tall)
        row, quiet = (box.height - HEAD) / count, stage.theme.quiet
        double = row >= DOUBLE and self._votes
        rights = box.right - np.cumsum([0, *(width + BETWEEN for width in self._widths[:0:-1])])[::-1]
        if self._votes:
            heading = cut(stage, self._heading, box.width)
            last = rights[min(len(NEIGHBOURS), len(rights)) - 1]
            stage.text(max(last, box.left + stage.measure(heading, LABEL)), box.top + 20, heading, color=quiet,
                       align="right")  # fmt: skip
        for right, head in zip(rights, self._heads, strict=True):
            stage.text(right, box.top + 50, head, color=quiet, align="right")
        for place, name in enumerate(self._called):
            top = box.top + HEAD + (place + 0.5) * row + (-6 if double else 8)
            name = cut(stage, name, self._name, weight="medium")
            stage.text(box.left + self._indent, top, name, weight="medium")
            self._write(self._values[place], rights, top, "medium")
            if double:
                stage.text(box.left + self._indent, top + 28, BEFORE, color=quiet)
                self._write(
                    percents(self._itself(self._names[place]))[self._columns], rights, top + 28, "regular", quiet
                )
        if self._side:
            middles = [box.top + HEAD + (place + 0.5) * row for place in range(count)]
            self.planes = [Box(box.left + RAIL, m - self._side / 2, self._side, self._side) for m in middles]
        self._set_up_rail(Box(box.left, box.top + HEAD, 20, box.height - HEAD), count)
        left = rights[0] - self._widths[0] - 4
        self._rows = Box(left, box.top + HEAD, box.right + 4 - left, box.height - HEAD)
        self._cover = Rectangle((left, 0), self._rows.width, 0, color=stage.theme.background)
        stage.overlay().add_patch(self._cover)
        stage.moves(self._cover)

    def _write(
        self, values: Sequence[str], rights: Array, top: float, weight: Literal["regular", "medium"],
        color: str | None = None,
    ) -> None:  # fmt: skip
        for right, words in zip(rights, values, strict=False):
            self._stage.text(right, top, words, color=color, weight=weight, align="right")

    def _set_up_rail(self, box: Box, count: int) -> None:
        stage = self._stage
        axes = stage.axes(box, (-1, 1), (count - 0.5, -0.5))
        marks: dict[str, Any] = {"marker": "o", "markersize": stage.points(8), "markeredgewidth": 0}
        axes.plot(np.zeros(count), range(count), color=stage.theme.grid, linewidth=stage.points(2.5), **marks)
        self._past = stage.line(axes, stage.theme.ink, 2.5, **marks)
        self._now = stage.line(axes, stage.theme.ink, 0, **{**marks, "markersize": stage.points(16)})

    def show(self, place: float) -> None:
        """Show the way up to a place among the layers, 0 the first."""
        passed = np.arange(int(place) + 1)
        self._past.set_data([*(0 * passed), 0], [*passed, place])
        self._now.set_data([0], [place])
        top = self._rows.top + len(passed) * self._rows.height / len(self._names)
        self._cover.set_y(top)
        self._cover.set_height(self._rows.bottom - top)
