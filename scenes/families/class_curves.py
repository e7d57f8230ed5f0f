"""A number of each class over the epochs: a curve each; names and values at the ends of the mean and of few others."""

from collections.abc import Sequence

import numpy as np
from matplotlib.collections import LineCollection

from animviz import Box, Stage
from animviz.arrays import Array
from animviz.parts import LABEL, Plot, Words, cut, epoch_limits, pair

from .spacing import parted

__all__ = ["Named"]

LINE = 24.0  # units from one name to the next
LEADER, WIDEST = 34.0, 130.0  # units from a dot to its name, and of a name
BOLD, THIN = 5.0, 2.0  # units of a curve
CALM = 0.7  # strength of the grey of curves of which nothing is told
DASH = (3.0, 2.0)  # lengths of dashes and gaps of the mean


class Named:
    """Curves, in grey but for those that are told of, and a ring where each is learned.

    The highest and the lowest in the end, the hero and the mean have names and values at their ends.

    Args:
        stage: where.
        box: room for everything.
        epochs: of the snapshots, shape (snapshots,).
        values: F1, from 0 to 1, shape (snapshots, classes); not finite where the weights diverged.
        mean: of all classes, also of those that are not shown, shape (snapshots,).
        names: of the classes.
        colors: of the classes, RGB in [0, 1], shape (classes, 3); of use for the hero and for those never learned.
        learned: the snapshot from which on each class is learned, int (classes,); -1 where there is none.
        hero: the class whose curve is drawn bold, or -1.
    """

    def __init__(
        self,
        stage: Stage,
        box: Box,
        epochs: Array,
        values: Array,
        mean: Array,
        names: Sequence[str],
        colors: Array,
        learned: Array,
        hero: int,
    ) -> None:
        values = np.column_stack([values, mean])
        self._named = [*_extremes(values[:, :-1], hero), len(names)]
        names = [cut(stage, [*names, "mean"][k], WIDEST) for k in self._named]
        width = max(stage.measure(name, LABEL) for name in names) + 16
        value = stage.measure("0.000", LABEL)
        self._rings = [(epochs[at], values[at, k]) for k, at in enumerate(learned) if at >= 0]
        told = (np.arange(len(colors)) == hero) | (learned < 0)
        calm = stage.theme.mix(stage.theme.quiet, CALM)
        colors = np.vstack([np.where(told[:, None], colors, calm), stage.theme.mix(stage.theme.quiet, 1.0)])
        self._epochs, self._values = epochs, values
        right = LEADER + width + value + 4
        self.plot = Plot(stage, box, epoch_limits(epochs), (0, 1), title="F1", right=right, near_one=True)
        self._pens = [
            stage.curve(self.plot.axes, color, BOLD if place == hero else THIN, 12)
            for place, color in enumerate(colors[:-1])
        ]
        self._pens.append(stage.curve(self.plot.axes, colors[-1], THIN, 12, DASH))
        self._page = stage.overlay()
        self._leaders = LineCollection([], colors=colors[self._named], linewidths=stage.points(1.5))
        self._page.add_collection(self._leaders, autolim=False)
        stage.moves(self._leaders)
        self._marks = stage.line(
            self.plot.axes, stage.theme.ink, 0, marker="o", markersize=stage.points(12), markeredgewidth=stage.points(2),
            markerfacecolor="none", clip_on=False,
        )  # fmt: skip
        self._offset = width
        self._words = Words(stage, np.zeros((len(names), 2)), weight="medium")
        self._numbers = Words(stage, np.zeros((len(names), 2)))
        loud = np.append(told, False)[self._named, None]
        inks = np.where(loud, *(stage.theme.mix(color, 1.0) for color in (stage.theme.ink, stage.theme.quiet)))
        self._words.set_words(names, inks)
        self._numbers.set_words([""] * len(names), inks)
        pair(stage, "F1", lambda: self._numbers.texts, lambda: [self._pens[k].end[1] for k in self._named])

    def show(self, epoch: float) -> None:
        """Draw up to a moment, with the names in the order of their values."""
        now, room = np.array([np.interp(epoch, self._epochs, column) for column in self._values.T]), self.plot.room
        past = self._epochs < epoch - 1e-9
        for pen, column, end in zip(self._pens, self._values.T, now, strict=True):
            pen.set_data(np.append(self._epochs[past], epoch), np.append(column[past], end))
        left, now = self.plot.left_of(epoch), now[self._named]
        tops = np.array([self.plot.top_of(value) for value in np.nan_to_num(now)])
        lines = np.array(parted(tops.tolist(), LINE, room.bottom, room.top))
        across = np.array([left + 8, left + LEADER - 14, left + LEADER - 4])
        self._leaders.set_segments(
            [np.column_stack([across, [top, line, line]]) for top, line in zip(tops, lines, strict=True)]
        )  # fmt: skip
        self._words.move(np.column_stack([np.full(len(lines), left + LEADER), lines + 8]))
        self._numbers.move(np.column_stack([np.full(len(lines), left + LEADER + self._offset), lines + 8]))
        self._numbers.set_words([f"{value:.3f}" if np.isfinite(value) else "" for value in now])
        rings = np.array([ring for ring in self._rings if ring[0] <= epoch + 1e-9]).reshape(-1, 2)
        self._marks.set_data(*rings.T)


def _extremes(values: Array, hero: int) -> list[int]:
    """Return the classes that end lowest and highest, of equal ones those that were so before, and the hero, in their order."""
    known = values[np.isfinite(values).all(axis=1)]
    order = np.lexsort([known.mean(axis=0), known[-1]]) if len(known) else np.arange(values.shape[1])
    return sorted({int(order[0]), int(order[-1])} | ({hero} if hero >= 0 else set()))
