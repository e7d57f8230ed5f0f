"""What stands above the cells of a split frame, and the curves of all networks where there is room left."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from matplotlib.text import Text

from animviz.arrays import Array
from animviz.parts.header import ACCURACY, LABEL, LOSS, cut
from animviz.parts.plot import Plot, Trace, share_limits
from animviz.pictures.clock import Clock
from animviz.pictures.layout import LINE
from animviz.recording.recording import Recording
from animviz.stage.box import Box
from animviz.stage.stage import Stage

__all__ = ["Curves", "Headings", "Score"]

BETWEEN = 18.0  # units between the texts of a heading
TYPE = 24.0
TITLED = 190.0  # units of height from which the curves have a title


class Score:
    """The number by which networks are compared: the accuracy of the recorded states, else their loss.

    Args:
        recordings: one for each cell.

    Attributes:
        name: what it is.
        number: how it is written.
        histories: epochs and values of each recording.
    """

    def __init__(self, recordings: Sequence[Recording]) -> None:
        classified = "accuracy" in recordings[0].noted(source="scores")
        self.number, self.name = (ACCURACY, "accuracy") if classified else (LOSS, "loss")
        self.histories = [recording.history(self.name, source="scores") for recording in recordings]

    @property
    def limits(self) -> tuple[float, float]:
        """Limits of an axis that holds all values."""
        values = np.concatenate([values for _, values in self.histories])
        if self.name == "accuracy":
            return share_limits(values)
        finite = values[np.isfinite(values)]
        return 0.0, float(finite.max()) if finite.size and finite.max() > 0 else 1.0


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


class Curves:
    """The number of every network over the clock in one plot, each named at its end.

    Args:
        stage: the frame.
        box: room for everything.
        names: of the networks.
        score: the number.
        clock: of the frame.
        colored: whether each has a colour of its own, where the pictures beside it have no more than two.
    """

    def __init__(
        self, stage: Stage, box: Box, names: Sequence[str], score: Score, clock: Clock, *, colored: bool
    ) -> None:
        self._clock = clock
        theme = stage.theme
        right = max(stage.measure(name, LABEL) for name in names) + 46
        titled = f"{score.name} {clock.axis}" if box.height >= TITLED else ""
        plot = Plot(
            stage, box, (0, 1), score.limits, title=titled, ticks=clock.ticks(max(2, int(box.width // 140))),
            percent=score.name == "accuracy", right=right,
        )  # fmt: skip
        colors = theme.classes[2 : 2 + len(names)] if colored else [theme.ink] * len(names)
        self._traces = []
        lasts: list[float] = []
        for place, ((epochs, values), color) in enumerate(zip(score.histories, colors, strict=True)):
            self._traces.append(Trace(stage, plot.axes, _shares(clock, place, epochs), values, color))
            finite = values[np.isfinite(values)]
            lasts.append(plot.top_of(float(finite[-1])) if finite.size else plot.room.bottom)
        for name, color, top in zip(names, colors, _apart(lasts, plot.room), strict=True):
            stage.dot(plot.room.right + 26, top, 14, color)
            stage.text(plot.room.right + 42, top + 8, name)

    def show(self, reading: float) -> None:
        """Draw up to a reading of the clock."""
        for trace in self._traces:
            trace.show(self._clock.share(reading))


def _shares(clock: Clock, place: int, epochs: Array) -> Array:
    """Return the shares of the clock's way at which a cell shows epochs."""
    return np.array([clock.share(clock.reading_at(place, float(epoch))) for epoch in epochs])


def _apart(tops: Sequence[float], room: Box) -> list[float]:
    """Move places that are too near to each other apart, as little as it takes from above downwards."""
    order = np.argsort(tops)
    apart = min(28.0, (room.height + 24) / max(1, len(tops) - 1))
    found = np.array(tops, dtype=float)
    for before, after in pairwise(order):
        found[after] = max(found[after], found[before] + apart)
    return list(found - max(0.0, float(found.max()) - room.bottom - 12))
