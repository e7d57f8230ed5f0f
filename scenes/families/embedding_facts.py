"""How good the layouts of layers are: a bar for each layer now, and in the end a table of its neighbours' votes."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from animviz import Box, Stage
from animviz.arrays import Array
from animviz.embed import Embedding
from animviz.embed.sets import Sets
from animviz.parts import Meters, Number, cut, pair

from .embedding_layout import HEAD, LOW_HEAD, ROW
from .neighbour_votes import NEIGHBOURS

__all__ = ["TRUST", "VOTE", "Story", "Table", "percents", "quality"]

VOTE, TRUST = Number("5-NN", ".1f", "100.0", " %", scale=100), Number("trust", ".3f", "0.000")
COLUMN = 70.0  # units of a number in the table
BELOW, BAR = 12.0, 5.0  # units from a name to its bar, and of the bar's height
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


class Story:
    """A row per layer: its name, a bar from nothing to all with its number, and at the last epoch a table.

    The table has the votes of 3, 5 and 10 neighbours: in the plane, and below it in the layer before it was laid out.

    Args:
        stage: where.
        box: room for the rows.
        names: of the layers.
        found: their embeddings, over the same epochs.
        sets: their samples.
        before: what each layer is called before it was laid out, such as "before UMAP"; empty where it is drawn as it is.
        table: returns the shares of a layer's two lines, by its place among the names; asked only where they are shown.

    Attributes:
        bottom: units from the upper edge at which the rows end.
    """

    def __init__(
        self, stage: Stage, box: Box, names: Sequence[str], found: Sequence[Embedding], sets: Sets,
        before: Sequence[str], table: Table,
    ) -> None:  # fmt: skip
        pairs = [quality(embedding, sets) for embedding in found]
        self._epochs, self._values = found[0].epochs, np.stack([values for values, _ in pairs])
        self._number, self._table = pairs[0][1], table
        self._votes = self._number is VOTE
        self._full = (box.height - HEAD) / len(names) >= ROW - 1
        head = HEAD if self._full else LOW_HEAD
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
                stage.text(right, box.top + (54 if self._full else 24), "", color=quiet, align="right", moves=True),
                str(count),
            )
            for right, count in zip(rights, NEIGHBOURS, strict=True)
            if self._votes
        ]
        lines = []
        self._rows: list[tuple[Any, list[Any], list[Any]]] = []
        self._before = [cut(stage, words, rights[0] - COLUMN - box.left + 14) for words in before]
        for place, (name, earlier) in enumerate(zip(names, before, strict=True)):
            top = box.top + head + place * row + 24
            room = self._middle - COLUMN - box.left if self._votes else box.width - COLUMN - 20
            stage.text(box.left, top, cut(stage, name, room, weight="medium"), weight="medium")
            now = stage.text(self._middle, top, "", weight="medium", align="right", moves=True)
            line = top + BELOW
            lines.append(line)
            others = [stage.text(x, top, "", weight="medium", align="right", moves=True) for x in rights[::2]]
            lower = self._full and self._votes and earlier
            below = self._lower(stage, box.left, rights, line + 28) if lower else []
            self._rows.append((now, others, below))
        self._meters = Meters(stage, [(box.left, box.right, line) for line in lines], BAR)
        self.bottom = box.top + head + len(names) * row
        pair(stage, self._number.label, lambda: [now.get_text() for now, *_ in self._rows], self._seen)

    @staticmethod
    def _lower(stage: Stage, left: float, rights: Array, top: float) -> list[Any]:
        quiet = stage.theme.quiet
        label = stage.text(left, top, "", color=quiet, moves=True)
        return [label, *(stage.text(x, top, "", color=quiet, align="right", moves=True) for x in rights)]

    def _seen(self) -> Array:
        """Return what the bars say, in the unit of the numbers."""
        return np.asarray(self._meters.values * self._number.scale)

    def show(self, epoch: float) -> None:
        """Show a moment; the table at the last epoch."""
        ends = bool(epoch >= self._epochs[-1] - 1e-9) and self._votes
        self._heading.set_text(self._headings[ends])
        for text, words in self._heads:
            text.set_text(words if ends else "")
        shown = [_blended(self._epochs, values, epoch) for values in self._values]
        self._meters.show(np.array(shown))
        for place, (now, others, below) in enumerate(self._rows):
            now.set_text(percents([shown[place]])[0] if self._votes else self._number.text(shown[place]))
            plane, layer = self._table(place) if ends else ([np.nan] * 3, [np.nan] * 3)
            for text, share in zip(others, plane[::2], strict=True):
                text.set_text(percents([share])[0] if ends else "")
            for text, words in zip(below, [self._before[place], *percents(layer)] if below else [], strict=True):
                text.set_text(words if ends else "")


def _blended(epochs: Array, values: Array, epoch: float) -> float:
    """Return a value at a moment, between those of the epochs around it; at an epoch its own, whatever is beside it."""
    at = np.flatnonzero(np.abs(epochs - epoch) < 1e-9)
    return float(values[at[0]] if len(at) else np.interp(epoch, epochs, values))
