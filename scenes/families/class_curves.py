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
NEAR, ALL = 16.0, "all"  # units from a dot to the line for all, and its word
DASH = (3.0, 2.0)  # lengths of dashes and gaps of the mean


class Named:
    """Curves, in grey but for those that are told of, and a ring where each is learned.

    The highest and the lowest in the end, the hero and the mean have names and values at their ends. While all curves
    end in one spot one line says from where to where.

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
        value, together = (stage.measure(said, LABEL) for said in ("0.000", "0.000–0.000"))
        self._short = stage.measure(ALL, LABEL) + 10
        self._rings = [(epochs[at], values[at, k]) for k, at in enumerate(learned) if at >= 0]
        told = (np.arange(len(colors)) == hero) | (learned < 0)
        calm = stage.theme.mix(stage.theme.quiet, CALM)
        colors = np.vstack([np.where(told[:, None], colors, calm), stage.theme.mix(stage.theme.quiet, 1.0)])
        self._epochs, self._values = epochs, values
        right = max(LEADER + width + value, NEAR + self._short + together) + 4
        self.plot = Plot(stage, box, epoch_limits(epochs), (0, 1), title="F1", right=right, near_one=True)
        self._pens = [
            stage.curve(self.plot.axes, color, BOLD if place == hero else THIN, 12)
            for place, color in enumerate(colors[:-1])
        ]
        self._pens.append(stage.curve(self.plot.axes, colors[-1], THIN, 12, DASH))
        self._page = stage.overlay()
        # Level lines end before names.
        self._ground = stage.line(self._page, stage.theme.background, LINE, solid_capstyle="butt")
        self._leaders = LineCollection([], colors=colors[self._named], linewidths=stage.points(1.5))
        self._page.add_collection(self._leaders, autolim=False)
        stage.moves(self._leaders)
        self._marks = stage.line(
            self.plot.axes, stage.theme.ink, 0, marker="o", markersize=stage.points(12), markeredgewidth=stage.points(2),
            markerfacecolor="none", clip_on=False,
        )  # fmt: skip
        self._names, self._offset, self._right = names, width, right
        self._words = Words(stage, np.zeros((len(names), 2)), weight="medium")
        self._numbers = Words(stage, np.zeros((len(names), 2)))
        loud = np.append(told, False)[self._named, None]
        self._inks = np.where(loud, *(stage.theme.mix(color, 1.0) for color in (stage.theme.ink, stage.theme.quiet)))
        self._calm = np.tile(stage.theme.mix(stage.theme.quiet, 1.0), (len(names), 1))
        self._stated: list[str] = []
        pair(stage, "F1", lambda: self._stated, self._drawn)

    def show(self, epoch: float) -> None:
        """Draw up to a moment, with the names in the order of their values.

        Args:
            epoch: the moment.
        """
        now = np.array([np.interp(epoch, self._epochs, column) for column in self._values.T])
        past = self._epochs < epoch - 1e-9
        for pen, column, end in zip(self._pens, self._values.T, now, strict=True):
            pen.set_data(np.append(self._epochs[past], epoch), np.append(column[past], end))
        self._write(self.plot.left_of(epoch), now)
        rings = np.array([ring for ring in self._rings if ring[0] <= epoch + 1e-9]).reshape(-1, 2)
        self._marks.set_data(*rings.T)

    def _write(self, left: float, now: Array) -> None:
        """Write names and values to the right of the ends of curves; where these are one spot, one line for all."""
        tops, count = self.plot.top_of(np.nan_to_num(now)), len(self._named)
        self._together = bool(np.isfinite(now).all() and np.ptp(tops) < LINE)
        if self._together:
            self._stated = sorted({f"{value:.3f}" for value in (now.min(), now.max())})
            ends, begin, offset = np.append(tops.mean(), np.full(count - 1, np.nan)), left + NEAR, self._short
            words, numbers = ([said] + [""] * (count - 1) for said in (ALL, "–".join(self._stated)))
        else:
            numbers = self._stated = [f"{value:.3f}" if np.isfinite(value) else "" for value in now[self._named]]
            ends, begin, offset, words = tops[self._named], left + LEADER, self._offset, self._names
        room, inks = self.plot.room, self._calm if self._together else self._inks
        lines = np.array(parted(ends.tolist(), LINE, room.bottom - LINE / 2 - 1, room.top))
        self._words.set_words(words, inks)
        self._numbers.set_words(numbers, inks)
        self._words.move(np.column_stack([np.full(count, begin), lines + 8]))
        self._numbers.move(np.column_stack([np.full(count, begin + offset), lines + 8]))
        self._lead(left, ends, lines)
        across = [begin - 4, max(left + self._right, room.right), np.nan]
        self._ground.set_data(np.tile(across, count), np.repeat(lines, 3))

    def _lead(self, left: float, ends: Array, lines: Array) -> None:
        """Draw lines from the ends of curves to their names; one line for all stands beside its end."""
        across = np.array([left + 8, left + LEADER - 14, left + LEADER - 4])
        each = () if self._together else zip(ends, lines, strict=True)
        self._leaders.set_segments([np.column_stack([across, [end, line, line]]) for end, line in each])

    def _drawn(self) -> list[float]:
        """Return where the curves end whose values are written."""
        ends = [pen.end[1] for pen in self._pens]
        return [min(ends), max(ends)][-len(self._stated) :] if self._together else [ends[k] for k in self._named]


def _extremes(values: Array, hero: int) -> list[int]:
    """Return the classes that end lowest and highest, of equal ones those that were so before, and the hero, in their order."""
    known = values[np.isfinite(values).all(axis=1)]
    order = np.lexsort([known.mean(axis=0), known[-1]]) if len(known) else np.arange(values.shape[1])
    return sorted({int(order[0]), int(order[-1])} | ({hero} if hero >= 0 else set()))
