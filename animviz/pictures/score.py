"""The number by which networks are compared, and its curves where a split frame has room left."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from animviz.arrays import Array
from animviz.parts.header import ACCURACY, LABEL, LOSS, cut
from animviz.parts.plot import Plot, Trace, share_limits
from animviz.pictures.clock import Clock
from animviz.recording.recording import Recording
from animviz.stage.box import Box
from animviz.stage.stage import Stage

__all__ = ["Curves", "Score"]

TITLED = 190.0  # units of height from which the curves have a title


class Score:
    """The number by which networks are compared: the accuracy of the recorded states, else their loss.

    Args:
        recordings: one for each cell.
        others: of each cell, recordings of the same network from other seeds.

    Attributes:
        name: what it is.
        number: how it is written.
        histories: epochs and values of each recording.
        others: those of the other recordings of each cell.
    """

    def __init__(self, recordings: Sequence[Recording], others: Sequence[Sequence[Recording]] = ()) -> None:
        classified = "accuracy" in recordings[0].noted(source="scores")
        self.number, self.name = (ACCURACY, "accuracy") if classified else (LOSS, "loss")
        self.histories = [recording.history(self.name, source="scores") for recording in recordings]
        self.others = [[one.history(self.name, source="scores") for one in several] for several in others]

    @property
    def limits(self) -> tuple[float, float]:
        """Limits of an axis that holds all values."""
        curves = [*self.histories, *(curve for several in self.others for curve in several)]
        values = np.concatenate([values for _, values in curves])
        if self.name == "accuracy":
            return share_limits(values)
        finite = values[np.isfinite(values)]
        return 0.0, float(finite.max()) if finite.size and finite.max() > 0 else 1.0


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
        names = [cut(stage, name, 0.3 * box.width) for name in names]
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
            for others, seen in score.others[place] if score.others else ():
                plot.axes.plot(_shares(clock, place, others), seen, color=color, linewidth=stage.points(1), alpha=0.4)
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
    """Return when a cell shows each of these epochs: the share of the clock's time that is over then, 0 to 1."""
    return np.array([clock.share(clock.reading_at(place, float(epoch))) for epoch in epochs])


def _apart(tops: Sequence[float], room: Box) -> list[float]:
    """Move places that are too near to each other apart, as little as it takes from above downwards."""
    order = np.argsort(tops)
    apart = min(28.0, (room.height + 24) / max(1, len(tops) - 1))
    found = np.array(tops, dtype=float)
    for before, after in pairwise(order):
        found[after] = max(found[after], found[before] + apart)
    return list(found - max(0.0, float(found.max()) - room.bottom - 12))
