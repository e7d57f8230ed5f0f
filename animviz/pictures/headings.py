"""What stands above the cells of a split frame."""

from collections.abc import Sequence

import numpy as np
from matplotlib.text import Text

from animviz.parts.header import LABEL, cut
from animviz.pictures.layout import LINE
from animviz.pictures.score import Score
from animviz.stage.box import Box
from animviz.stage.stage import Stage

__all__ = ["Headings"]

BETWEEN = 18.0  # units between the texts of a heading
TYPE = 24.0


class Headings:
    """Above each cell its label, its note, the number reached, and where it stopped before the others.

    All cells break into the same lines, so that their pictures stand in rows.

    Args:
        stage: the frame.
        labels: what the cells are called, and a note for each.
        score: the number.
        ends: what is said of each cell that has come to its end before the others.
    """

    def __init__(self, stage: Stage, labels: Sequence[tuple[str, str]], score: Score, ends: Sequence[str]) -> None:
        self._stage, self._labels, self._score, self._ends = stage, labels, score, ends
        self._width = stage.measure(score.number.widest + score.number.unit, TYPE, "medium")
        self._widths = [
            max(stage.measure(label, TYPE, "medium") for label, _ in labels),
            max(stage.measure(note, LABEL) for _, note in labels),
            max(stage.measure(end, LABEL) for end in ends),
        ]
        self._scores: list[Text] = []
        self._stops: list[Text] = []

    def height(self, width: float) -> float:
        """Return how high a heading of a width is, in units."""
        row, places = self._places(width)
        return LINE * (1 + max(row, *(line for _, line in places))) + 6

    def write(self, boxes: Sequence[Box]) -> list[Box]:
        """Write the headings at the top of boxes, and return what these have left."""
        stage, quiet, width = self._stage, self._stage.theme.quiet, boxes[0].width
        row, places = self._places(width)
        for box, (label, note) in zip(boxes, self._labels, strict=True):
            at_label, at_note, at_end = [(box.left + x, box.top + 22 + LINE * line) for x, line in places]
            stage.text(*at_label, cut(stage, label, width, TYPE, "medium"), size=TYPE, weight="medium")
            stage.text(*at_note, cut(stage, note, width - (self._width if places[1][1] == row else 0)), color=quiet)
            self._stops.append(stage.text(*at_end, "", color=quiet, moves=True))
            top = box.top + 22 + LINE * row
            self._scores.append(stage.text(box.right, top, "", size=TYPE, weight="medium", align="right", moves=True))
        height = self.height(width)
        return [Box(box.left, box.top + height, box.width, box.height - height) for box in boxes]

    def show(self, epochs: Sequence[float], ended: Sequence[bool]) -> None:
        """Show the numbers of the last true snapshots."""
        for epoch, (known_at, values), text in zip(epochs, self._score.histories, self._scores, strict=True):
            known = int(np.searchsorted(known_at, epoch + 1e-9, side="right"))
            text.set_text(self._score.number.text(values[known - 1] if known else np.nan))
        for over, end, stop in zip(ended, self._ends, self._stops, strict=True):
            stop.set_text(end if over else "")

    def _places(self, width: float) -> tuple[int, list[tuple[float, int]]]:
        """Return the line in which the number stands, and where label, note and end stand, as (left, line)."""
        row = 0 if self._widths[0] + BETWEEN + self._width <= width else 1
        places: list[tuple[float, int]] = []
        left, line = 0.0, 0
        for text in self._widths:
            if left and left + text > width - (self._width + BETWEEN if line == row else 0):
                left, line = 0.0, line + 1
            places.append((left, line))
            left += text + BETWEEN if text else 0.0
        return row, places
