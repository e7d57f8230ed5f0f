"""How good an embedding is at an epoch: numbers with their labels, and a curve over the epochs."""

from typing import Any

from animviz import Box, Stage
from animviz.arrays import Array
from animviz.embed import Embedding
from animviz.embed.sets import Sets
from animviz.parts import LABEL, Number, Plot, Trace, epoch_limits

from .embedding_layout import CURVE, FACT

__all__ = ["TRUST", "VOTE", "Facts", "fact_lines", "quality", "quality_curve"]

VOTE, TRUST = Number("5-NN", ".1f", "100.0", " %", scale=100), Number("trust", ".3f", "0.000")
TALLEST_CURVE = 240.0  # units
SPACE = 12.0  # units between numbers


class Facts:
    """How good an epoch of an embedding is, as labels with numbers.

    Args:
        stage: where.
        box: room for them; they break into lines.
        embedding: with scores.
        votes: whether there are classes to vote for.

    Attributes:
        height: units that they take.
    """

    def __init__(self, stage: Stage, box: Box, embedding: Embedding, *, votes: bool) -> None:
        scores = embedding.scores
        shown = scores.shown_accuracy if votes else None
        self._rows = [] if shown is None else [[VOTE.text(value) for value in shown]]
        self._rows.append([TRUST.text(value) for value in scores.trustworthiness])
        labels = _fact_labels(embedding.method, votes)
        if embedding.shares is not None:
            self._rows.append([f"{100 * embedding.shares.sum():.0f} %"] * len(embedding.epochs))
        self._texts = []
        line, left = 0, box.left
        for label, widest in labels:
            width = stage.measure(label, LABEL) + 6 + stage.measure(widest, LABEL, "medium")
            if left > box.left and left + width > box.right + 1:
                line, left = line + 1, box.left
            top = box.top + 24 + line * FACT
            stage.text(left, top, label, color=stage.theme.quiet)
            self._texts.append(stage.text(left + width, top, "", weight="medium", align="right", moves=True))
            left += width + SPACE
        self.height = (line + 1) * FACT

    def show(self, index: int) -> None:
        """Show the numbers of an epoch."""
        for text, row in zip(self._texts, self._rows, strict=True):
            text.set_text(row[index])


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


def quality_curve(stage: Stage, box: Box, embedding: Embedding, sets: Sets, limits: tuple[float, float]) -> Trace:
    """Add a plot of `quality` over the epochs.

    Args:
        stage: where.
        box: room for it, in units.
        embedding: whose scores are drawn.
        sets: its samples.
        limits: of the quality, from 0 to 1.
    """
    values, number = quality(embedding, sets)
    titled = box.height >= CURVE + 40
    box = Box(box.left, box.top, box.width, min(box.height, max(TALLEST_CURVE, 0.7 * box.width)))
    title = f"{number.label} over epochs" if titled else ""
    percent = number.scale == 100
    plot = Plot(stage, box, epoch_limits(embedding.epochs), limits, percent=percent, title=title, right=14)
    return Trace(stage, plot.axes, embedding.epochs, values, width=2.5, dot=11)


def _fact_labels(method: str, votes: bool) -> list[tuple[str, str]]:
    shown = (VOTE, TRUST) if votes else (TRUST,)
    numbers = [(number.label, number.widest + number.unit) for number in shown]
    return [*numbers, *([("kept", "100 %")] if method == "pca" else [])]


def fact_lines(stage: Stage, method: str, *, votes: bool) -> Any:
    """Return a function of a width: how many lines the numbers take there."""
    widths = [stage.measure(a, LABEL) + 6 + stage.measure(b, LABEL, "medium") for a, b in _fact_labels(method, votes)]

    def lines(width: float) -> int:
        count, left = 1, 0.0
        for each in widths:
            if left and left + each > width + 1:
                count, left = count + 1, 0.0
            left += each + SPACE
        return count

    return lines
