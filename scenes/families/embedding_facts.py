"""How good layers and their layouts are: a bar for each layer now, and in the end a table of its neighbours' votes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from animviz import Box, Stage
from animviz.arrays import Array
from animviz.embed import Embedding
from animviz.embed.sets import Sets
from animviz.parts import Meters, Number, cut, joined, pair

from .embedding_layout import HEAD, LOW_HEAD, ROW
from .neighbour_votes import MIDDLE, NEIGHBOURS

__all__ = ["TRUST", "VOTE", "Course", "Story", "Table", "percents", "quality"]

VOTE, TRUST = Number("5-NN", ".1f", "100.0", " %", scale=100), Number("trust", ".3f", "0.000")
COLUMN = 70.0  # units of a number in the table
BELOW, BAR, TICK = 12.0, 5.0, 13.0  # units from a name to its bar, of the bar's height, and of the tick across it
IN_PLANE = "in the plane"
TALLEST = 110.0  # units of a row

Table = Callable[[int], tuple[list[float], list[float]]]


def quality(embedding: Embedding, sets: Sets) -> tuple[Array, Number]:
    """Return how good an embedding is at each epoch, 0 to 1, and what that is: k-NN accuracy, or trust without classes.

    Args:
        embedding: with scores.
        sets: its samples.
    """
    accuracy = embedding.scores.shown_accuracy
    if sets.classes and accuracy is not None:
        return accuracy, VOTE
    return embedding.scores.trustworthiness, TRUST


def percents(shares: Sequence[float]) -> list[str]:
    """Return shares as the table writes them: in per cent without the sign, a dash where there is none."""
    return [f"{100 * share:.1f}" if np.isfinite(share) else "–" for share in shares]


@dataclass(frozen=True)
class Course:
    """How good layers are over the epochs.

    Attributes:
        number: what is told: the share that neighbours name rightly, or trust where samples have no classes.
        epochs: moments, (epochs,).
        layer: of each layer itself, or its trust; shape (layers, epochs).
        plane: the shares of each as it is laid out; NaN for one that is drawn as it is, and without classes.
    """

    number: Number
    epochs: Array
    layer: Array
    plane: Array


class Story:
    """A row per layer: its name, a bar from nothing to all with its number, and at the last epoch a table.

    The bar is the share in the layer itself, a tick across it that in the plane, whose number stands below where there is
    room. The table has the votes of 3, 5 and 10 neighbours.

    Args:
        stage: where.
        box: room for the rows.
        names: of the layers.
        course: how good they are.
        table: returns the shares of a layer's two lines, of the plane and of the layer, by its place among the names; asked
            only where they are shown.

    Attributes:
        bottom: units from the upper edge at which the rows end.
    """

    def __init__(self, stage: Stage, box: Box, names: Sequence[str], course: Course, table: Table) -> None:
        self._course, self._table = course, table
        self._votes = course.number is VOTE
        full = (box.height - HEAD) / len(names) >= ROW - 1
        head = HEAD if full else LOW_HEAD
        row = min(TALLEST, (box.height - head) / len(names))
        quiet = stage.theme.quiet
        rights = box.right - COLUMN * np.arange(len(NEIGHBOURS))[::-1]
        self._middle = rights[1] if self._votes else box.right
        words = f"class named by {NEIGHBOURS[1]} neighbours, %", "class named by neighbours, %"
        self._headings = (
            [cut(stage, text, box.width) for text in words] if self._votes else ["near stays near (trust)"] * 2
        )
        self._heading = stage.text(box.left, box.top + 24, "", color=quiet, moves=True)
        self._heads = [
            (
                stage.text(right, box.top + (54 if full else 24), "", color=quiet, align="right", moves=True),
                str(count),
            )
            for right, count in zip(rights, NEIGHBOURS, strict=True)
            if self._votes
        ]
        self._rows: list[_Row] = []
        for place, name in enumerate(names):
            top = box.top + head + place * row + 24
            room = self._middle - COLUMN - box.left if self._votes else box.width - COLUMN - 20
            stage.text(box.left, top, cut(stage, name, room, weight="medium"), weight="medium")
            now = stage.text(self._middle, top, "", weight="medium", align="right", moves=True)
            others = [stage.text(x, top, "", weight="medium", align="right", moves=True) for x in rights[::2]]
            ticked = full and self._votes and bool(np.isfinite(course.plane[place]).any())
            below = self._lower(stage, box.left, rights, top + BELOW + 28) if ticked else []
            self._rows.append(_Row(now, others, below, top + BELOW))
        self._left, self._width = box.left, box.width
        self._meters = Meters(stage, [(box.left, box.right, row.line) for row in self._rows], BAR)
        self._ticks = stage.line(stage.overlay(), quiet, 4, solid_capstyle="butt")
        self.bottom = box.top + head + len(names) * row
        self._pair(stage)

    def _pair(self, stage: Stage) -> None:
        """Declare the numbers that bars and ticks show, in the unit of the numbers."""
        number, ticked = self._course.number, [row for row in self._rows if row.below]
        pair(
            stage, number.label, lambda: [row.now.get_text() for row in self._rows],
            lambda: np.asarray(self._meters.values * number.scale),
        )  # fmt: skip
        if ticked:
            pair(
                stage, "plane", lambda: [row.below[MIDDLE].get_text() for row in ticked],
                lambda: number.scale * (np.asarray(self._ticks.get_xdata(), float)[::3] - self._left) / self._width,
            )  # fmt: skip

    @staticmethod
    def _lower(stage: Stage, left: float, rights: Array, top: float) -> list[Any]:
        quiet = stage.theme.quiet
        stage.text(left, top, IN_PLANE, color=quiet)
        return [stage.text(x, top, "", color=quiet, align="right", moves=True) for x in rights]

    def show(self, epoch: float) -> None:
        """Show a moment; the table at the last epoch."""
        course = self._course
        ends = bool(epoch >= course.epochs[-1] - 1e-9) and self._votes
        self._heading.set_text(self._headings[ends])
        for text, words in self._heads:
            text.set_text(words if ends else "")
        layer, plane = (
            [_blended(course.epochs, values, epoch) for values in part] for part in (course.layer, course.plane)
        )
        self._meters.show(np.array(layer))
        ticks = []
        for place, row in enumerate(self._rows):
            row.now.set_text(percents([layer[place]])[0] if self._votes else course.number.text(layer[place]))
            told = self._table(place) if ends else ([np.nan] * 3, [np.nan] * 3)
            for text, share in zip(row.others, told[1][::2], strict=True):
                text.set_text(percents([share])[0] if ends else "")
            shown = [*told[0][:MIDDLE], plane[place], *told[0][MIDDLE + 1 :]]
            for column, (text, share) in enumerate(zip(row.below, shown, strict=False)):
                text.set_text(percents([share])[0] if ends or column == MIDDLE else "")
            if row.below:
                x = self._left + plane[place] * self._width
                ticks.append(np.array([(x, row.line - TICK / 2), (x, row.line + TICK / 2)]))
        self._ticks.set_data(*joined(ticks).T if ticks else ([], []))


@dataclass(frozen=True)
class _Row:
    """A layer's number of now, those beside it in the end, those of the plane below, and where its bar is."""

    now: Any
    others: list[Any]
    below: list[Any]
    line: float


def _blended(epochs: Array, values: Array, epoch: float) -> float:
    """Return a value at a moment, between those of the epochs around it; at an epoch its own, whatever is beside it."""
    at = np.flatnonzero(np.abs(epochs - epoch) < 1e-9)
    return float(values[at[0]] if len(at) else np.interp(epoch, epochs, values))
