"""Distributions over time as ridges: one for each of some epochs, time running downwards, that of now bright."""

from collections.abc import Sequence

import numpy as np
from matplotlib.collections import PolyCollection

from animviz import Box, Recording, Stage
from animviz.arrays import Array
from animviz.parts import LABEL, MARGIN, Words, cut, joined, pair, whole_ticks

from .amounts import rounded
from .value_axis import FEW, Axis

__all__ = ["Ridges"]

ABOVE, BELOW = 34.0, 40.0  # units for the title and for the numbers on the axis
NARROW, LINE = 190.0, 26.0  # units of a box in which the share at zero has a line of its own, and of that line
TICK = 28.0  # units from one epoch's number to the next at least
CLEAR = 42.0  # units of height of a ridge from which there is room for a word between title and first epoch
OVERLAP = 2.6  # heights of a ridge, in distances from one to the next


class Ridges:
    """The ridges of one quantity; of few values the path of each instead.

    Args:
        stage: where.
        box: room for everything.
        recording: whose epochs run downwards.
        title: what is measured.
        axis: where its values stand.
        epochs: of the ridges, rising.
        moments: the values at these epochs.
        marked: whether the way of the median is drawn over the ridges and the mean has a mark, and what an axis runs
            over is named.
    """

    def __init__(
        self, stage: Stage, box: Box, recording: Recording, title: str, axis: Axis, epochs: Array,
        moments: Sequence[Array], marked: bool = False,
    ) -> None:  # fmt: skip
        self._axis, self._epochs = axis, epochs
        first, last = float(epochs[0]), float(max(epochs[-1], epochs[0] + 1e-9))
        ticks = whole_ticks(first, last, most=max(1, int((box.height - ABOVE - BELOW) // 50)))
        left = max((stage.measure(f"{tick:.0f}", LABEL) for tick in ticks), default=0.0) + 14
        above = ABOVE if box.width >= NARROW else ABOVE + LINE
        room = Box(box.left + left, box.top + above, box.width - left, box.height - above - BELOW)
        # In units, with the first ridge's height above its line.
        self._pitch = room.height / (len(epochs) + OVERLAP - 1)
        self._high = OVERLAP * self._pitch
        self._span = room.height - self._high
        self._room, self._first, self._last = room, first, last
        self.axes = stage.axes(room, (axis.edges[0], axis.edges[-1]), (room.height, 0))
        stage.text(box.left, box.top + 20, cut(stage, title, box.width, weight="medium"), weight="medium")
        self._scales(stage, ticks)
        self._past = 0
        self._few = max(len(values) for values in moments) <= FEW
        self._shares = np.array([_zeros(values) for values in moments])
        self._sticks = axis.zeros and bool(self._shares.max() > 0) and not self._few
        counts = [] if self._few else [axis.counts(values) for values in moments]
        self._ridges = [self._ridge(each, epoch) for each, epoch in zip(counts, epochs, strict=False)]
        self._paths = np.stack([axis.places(v) for v in moments]) if self._few else np.zeros((0, 0))
        self._medians = np.array([_median(values) for values in moments]) if marked else None
        self._set_up(stage)

    def measure(self, values: Array) -> dict[str, Array]:
        """Return what is drawn of the values of a moment, in numbers that can be blended."""
        if self._few:
            return {"places": self._axis.places(values)}
        found = {"counts": self._axis.counts(values), "zeros": np.array(_zeros(values))}
        if self._medians is None:
            return found
        return {**found, "median": np.array(_median(values)), "mean": np.array(_mean(values))}

    def show(self, epoch: float, measured: dict[str, Array]) -> None:
        """Show a moment.

        Args:
            epoch: when.
            measured: from `measure`, blended.
        """
        past = int(np.searchsorted(self._epochs, epoch + 1e-9, side="right"))
        if self._few:
            self._show_paths(epoch, past, measured["places"])
            return
        if past != self._past:
            self._behind.set_verts(self._ridges[:past])
            self._past = past
        ridge = self._ridge(measured["counts"], epoch)
        self._now.set_verts([ridge])
        if self._medians is not None:
            self._show_averages(epoch, past, float(measured["median"]), float(measured["mean"]))
        if self._sticks:
            share, base = float(measured["zeros"]), self._base(epoch)
            self._stick.set_data([0.0, 0.0], [base, base - share * self._high])
            self._words.set_words([f"{100 * share:.0f} % at 0"])

    def _set_up(self, stage: Stage) -> None:
        theme = stage.theme
        if self._few:
            lines = [np.stack([column, self._bases()], axis=1) for column in self._paths.T]
            self.axes.plot(*joined(lines).T, color=theme.grid, linewidth=stage.points(2))
            self._trails = stage.strokes(self.axes, theme.quiet, 2)
            self._dots = stage.line(
                self.axes, theme.ink, 0, marker="o", markersize=stage.points(9), markeredgewidth=0, clip_on=False
            )
            return
        for ridge in self._ridges:
            self.axes.plot(*ridge.T, color=theme.grid, linewidth=stage.points(1))
        ground = theme.mix(theme.quiet, 0.22)
        self._behind, self._now = (
            PolyCollection([], facecolors=[face], edgecolors=[edge], linewidths=[stage.points(width)])
            for face, edge, width in ((ground, theme.quiet, 1.2), (theme.mix(theme.ink, 0.55), theme.ink, 2.5))
        )
        for artist in (self._behind, self._now):
            self.axes.add_collection(artist, autolim=False)
            artist.set_clip_on(False)
            stage.moves(artist)
        if self._medians is not None:
            self._set_up_averages(stage)
        if self._sticks:
            self._stick = stage.line(self.axes, theme.ink, 5)
            self._words = Words(stage, [(self._room.right, self._room.top - ABOVE + 20)], align="right")
            pair(
                stage, "share at 0", lambda: [text.removesuffix(" at 0") for text in self._words.texts], self._drawn_share
            )  # fmt: skip

    def _set_up_averages(self, stage: Stage) -> None:
        """Add the way of the median through the ridges, a ring at the mean of now, and the values of both."""
        accent, theme, room = stage.theme.positive, stage.theme, self._room
        if self._high >= CLEAR:
            stage.text(MARGIN, room.top + self._high - 26, "epoch", color=theme.quiet)
        # A ring that the median's dot, painted later, does not hide.
        self._ring = stage.line(
            self.axes, theme.ink, 0, marker="o", markersize=stage.points(20), markeredgewidth=stage.points(2.5),
            markerfacecolor=theme.background, clip_on=False,
        )  # fmt: skip
        self._way = stage.curve(self.axes, accent, 3, 12)
        line, between = room.top - ABOVE + 20, stage.measure("median 000,000", LABEL, "medium") + 20
        self._averages = Words(
            stage, [(room.right, line), (room.right - between, line)], weight="medium", align="right"
        )
        self._inks = np.array([theme.mix(color, 1.0) for color in (accent, theme.ink)])
        pair(stage, "averages", lambda: [text.split()[1] for text in self._averages.texts], lambda: self._told)

    def _show_averages(self, epoch: float, past: int, median: float, mean: float) -> None:
        assert self._medians is not None
        before = self._epochs[:past] < epoch - 1e-9
        x = self._axis.places(np.append(self._medians[:past][before], median))
        self._way.set_data(x, np.append(self._bases()[:past][before], self._base(epoch)))
        place = self._axis.places(np.array([mean]))
        off = place[0] < self._axis.edges[0] or place[0] > self._axis.edges[-1]
        self._ring.set_data([np.nan] if off else place, [self._base(epoch)])
        places = [float(self._way.end[0]), float(place[0])]
        self._told = [10**each if self._axis.log else each for each in places]
        said = f"mean {rounded(mean)}{' off the axis' if off else ''}"
        self._averages.set_words([f"median {rounded(median)}", said], self._inks)

    def _drawn_share(self) -> list[float]:
        base, top = np.asarray(self._stick.get_ydata())
        return [100 * float(base - top) / self._high]

    def _show_paths(self, epoch: float, past: int, places: Array) -> None:
        x = np.vstack([self._paths[:past], places])
        y = np.append(self._bases()[:past], self._base(epoch))
        self._trails.set_lines(joined(np.stack([column, y], axis=1) for column in x.T))
        self._dots.set_data(places, np.full(len(places), y[-1]))

    def _base(self, epoch: float) -> float:
        """Return how far below the upper edge of the room the line of an epoch lies."""
        return float(self._high + (epoch - self._first) / (self._last - self._first) * self._span)

    def _bases(self) -> Array:
        return np.array([self._base(epoch) for epoch in self._epochs])

    def _ridge(self, counts: Array, epoch: float) -> Array:
        """Return the outline of a ridge, on its own scale."""
        base = self._base(epoch)
        middles = (self._axis.edges[:-1] + self._axis.edges[1:]) / 2
        x = np.concatenate([self._axis.edges[:1], middles, self._axis.edges[-1:]])
        heights = counts * (self._high / max(float(counts.max()), 1e-12))
        return np.stack([x, base - np.concatenate([[0.0], heights, [0.0]])], axis=1)

    def _far_apart(self, ticks: Sequence[float]) -> Sequence[float]:
        """Return every so many of the ticks, so that their numbers do not touch."""
        step = self._base(ticks[1]) - self._base(ticks[0]) if len(ticks) > 1 else TICK
        return ticks[:: max(1, int(np.ceil(TICK / step)))]

    def _scales(self, stage: Stage, ticks: Sequence[float]) -> None:
        theme, room = stage.theme, self._room
        low, high = self._axis.edges[0], self._axis.edges[-1]
        for tick in self._far_apart(ticks):
            stage.text(room.left - 14, room.top + self._base(tick) + 8, f"{tick:.0f}", color=theme.quiet, align="right")
        lefts = [room.left + (place - low) / (high - low) * room.width for place, _ in self._axis.ticks]
        taken: list[tuple[float, float]] = []
        for (place, label), left in sorted(
            zip(self._axis.ticks, lefts, strict=True), key=lambda tick: self._rank(tick[0][0])
        ):
            half = stage.measure(label, LABEL) / 2
            color = theme.quiet if place == 0 and not self._axis.log else theme.grid
            self.axes.plot([place] * 2, [self._high, room.height], color=color, linewidth=stage.points(1), zorder=0)
            free = all(abs(left - other) > half + wide + 10 for other, wide in taken)
            if free and left + half <= stage.width - 4:
                stage.text(left, room.bottom + 28, label, color=theme.quiet, align="center")
                taken.append((left, half))

    def _rank(self, place: float) -> float:
        """Return which labels come first where there is little room: the leftmost, on a linear axis those near zero."""
        return place if self._axis.log else abs(place)


def _median(values: Array) -> float:
    """Return the median of the finite values."""
    known = values[np.isfinite(values)]
    return float(np.median(known)) if known.size else float("nan")


def _mean(values: Array) -> float:
    """Return the mean of the finite values."""
    known = values[np.isfinite(values)]
    return float(np.mean(known, dtype=np.float64)) if known.size else float("nan")


def _zeros(values: Array) -> float:
    """Return the share of values that are exactly zero."""
    return float(np.mean(values == 0)) if values.size else 0.0
