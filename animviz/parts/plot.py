"""Axes to read numbers off: quiet level lines with their values, ticks below, limits that never move."""

import math
from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator
from numpy.typing import NDArray

from animviz.arrays import Array
from animviz.parts.header import LABEL, cut
from animviz.stage.box import Box
from animviz.stage.stage import Stage

__all__ = ["NEAR_ONE", "Plot", "Trace", "epoch_limits", "levels", "near_one", "share_limits", "until", "whole_ticks"]

Limits = tuple[float, float]
Place = TypeVar("Place", float, Array)
BELOW = 40.0  # units for tick labels
ABOVE = 48.0  # units for the title
APART = 28.0  # units between two labels
NEAREST = 0.02  # how far from 1 a scale is bent that gives most room to what lies near 1
NEAR_ONE = (0.0, 0.5, 0.8, 0.9, 0.95, 1.0)
"""Levels of a scale that gives most room to what lies near 1."""


class Plot:
    """A plot with level lines, their values to the left, and ticks below.

    Args:
        stage: where.
        box: room for everything.
        x: limits of the horizontal axis.
        y: limits of the vertical axis.
        title: what is measured, written above.
        ticks: places below the plot with their labels; by default whole numbers, as for epochs.
        log: whether the vertical scale is logarithmic.
        percent: whether values from 0 to 1 are written from 0 to 100 %.
        near_one: whether the vertical scale, from 0 to 1, gives most room to what lies near 1, by the logarithm of what
            is missing.
        right: units left free at the right, for labels of curves.
        left: units for the values at the left at least, so that plots below each other begin at the same place.

    Attributes:
        axes: to draw on, with `Stage.line` and the like.
        room: the plot itself, without title and labels.
    """

    def __init__(
        self,
        stage: Stage,
        box: Box,
        x: Limits,
        y: Limits,
        *,
        title: str = "",
        ticks: Sequence[tuple[float, str]] | None = None,
        log: bool = False,
        percent: bool = False,
        near_one: bool = False,
        right: float = 0.0,
        left: float = 0.0,
    ) -> None:
        lines = [
            (level, f"{100 * level:g} %" if percent else f"{level:g}")
            for level in (NEAR_ONE if near_one else levels(*y, log))
        ]
        left = max(left, *(stage.measure(label, LABEL) + 14 for _, label in lines))
        above = ABOVE if title else 12.0
        self.room = room = Box(box.left + left, box.top + above, box.width - left - right, box.height - above - BELOW)
        every = 1 if near_one else math.ceil(APART * (len(lines) - 1) / max(APART, room.height))  # as many as have room
        if not log and not near_one and len(lines) > 1:  # the levels need not span the whole scale
            every = max(every, math.ceil(24 / (self.room.height * (lines[1][0] - lines[0][0]) / (y[1] - y[0]))))
        lines = lines[:: max(1, every)]
        self.axes: Axes = stage.axes(room, x, y)
        if log:
            self.axes.set_yscale("log")
        if near_one:
            self.axes.set_yscale("function", functions=(_missing, _kept))
            self.axes.yaxis.set_major_locator(NullLocator())
        self.axes.xaxis.set_minor_locator(NullLocator())
        if title:
            stage.text(box.left, box.top + 22, cut(stage, title, box.width, weight="medium"), weight="medium")
        self._stage, self._y = stage, y
        self._scale = np.log if log else _missing if near_one else np.asarray
        for level, label in self._apart(lines):
            self.axes.plot(
                x, [level, level], color=stage.theme.grid, linewidth=stage.points(1), clip_on=False, zorder=0
            )
            stage.text(room.left - 14, self.top_of(level) + 8, label, color=stage.theme.quiet, align="right")
        if ticks is None:
            ticks = [(tick, f"{tick:.0f}") for tick in whole_ticks(*x, most=max(2, int(room.width // 90)))]
        for tick, label in ticks:
            stage.text(self.left_of(tick), room.bottom + 34, label, color=stage.theme.quiet, align="center")

    def _apart(self, lines: list[tuple[float, str]]) -> list[tuple[float, str]]:
        """Return levels whose labels do not touch: on a log scale they may lie close together."""
        kept: list[tuple[float, str]] = []
        for level, label in lines:
            if not kept or self.top_of(kept[-1][0]) - self.top_of(level) >= APART:
                kept.append((level, label))
        return kept

    def left_of(self, value: Place) -> Place:
        """Return how far right of the frame's left edge places of the horizontal axis lie, in units."""
        low, high = self.axes.get_xlim()
        return self.room.left + (value - low) / (high - low) * self.room.width

    def top_of(self, value: Place) -> Place:
        """Return how far below the frame's upper edge values lie, in units."""
        low, high, place = (self._scale(each) for each in (*self._y, value))
        top: Place = self.room.bottom - (place - low) / (high - low) * self.room.height
        return top


def _missing(share: Any) -> Any:
    """Return the place of a share on a scale that gives most room to what lies near 1."""
    return -np.log(1 + NEAREST - np.clip(share, 0, 1))


def _kept(place: Any) -> Any:
    return 1 + NEAREST - np.exp(-place)


def near_one(shares: Any) -> Array:
    """Return where shares stand between the ends of a scale that gives most room to what lies near 1.

    Args:
        shares: from 0 to 1, of any shape.
    """
    first, last = _missing(0.0), _missing(1.0)
    return np.asarray((_missing(np.asarray(shares)) - first) / (last - first))


class Trace:
    """A number over the epochs in a plot: all of it faint, the past bright, and a dot where it is now.

    Args:
        stage: where.
        axes: of the plot.
        epochs: shape (points,), rising.
        values: shape (points,); nothing is drawn where they are not finite.
        color: by default the theme's ink.
        width: of the bright line, in units.
        dot: diameter of the dot, in units.
    """

    def __init__(
        self,
        stage: Stage,
        axes: Axes,
        epochs: Array,
        values: Array,
        color: Any = None,
        width: float = 3,
        dot: float = 12,
    ) -> None:
        self._epochs, self._values = epochs, values
        faint = stage.theme.grid if color is None else stage.theme.mix(color, 0.35)
        axes.plot(epochs, values, color=faint, linewidth=stage.points(2.5), clip_on=False)
        self._past = stage.curve(axes, stage.theme.ink if color is None else color, width, dot)

    def show(self, epoch: float) -> None:
        """Draw up to a moment, in epochs."""
        self._past.set_data(*until(self._epochs, self._values, epoch))

    @property
    def value(self) -> float:
        """What the dot shows."""
        return self._past.end[1]


def epoch_limits(epochs: Array) -> Limits:
    """Return the limits of an axis of epochs: the first and the last, at least one apart.

    Args:
        epochs: shape (points,), rising.
    """
    first, last = float(epochs[0]), float(epochs[-1])
    return first, last if last > first else first + 1


def until(epochs: NDArray[Any], values: NDArray[Any], epoch: float) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return a curve as it is drawn up to a moment: the pen runs along the line that joins the epochs, without jumps.

    Args:
        epochs: shape (points,), rising.
        values: shape (points,).
        epoch: the moment.

    Returns:
        Epochs and values of the past, the moment last.
    """
    known = epochs <= epoch + 1e-9
    pen = [epoch] if known.any() and not known.all() else []
    return np.append(epochs[known], pen), np.append(values[known], np.interp(pen, epochs, values) if pen else [])


def share_limits(shares: NDArray[Any]) -> Limits:
    """Return limits of an axis of shares: multiples of 0.05 around those that are finite, at least 0.05 apart.

    Args:
        shares: from 0 to 1, of any shape.
    """
    finite = shares[np.isfinite(shares)]
    if not finite.size:
        return 0.0, 1.0
    low, high = float(np.floor(20 * finite.min()) / 20), float(np.ceil(20 * finite.max()) / 20)
    return (low, high) if high > low else (low, low + 0.05) if low < 1 else (0.95, 1.0)


def levels(low: float, high: float, log: bool = False) -> list[float]:
    """Return the values at which level lines are drawn: at least one.

    Args:
        low: lower limit of the axis.
        high: upper limit.
        log: whether the axis is logarithmic; it has three values at least where its decades can be divided.
    """
    even = MaxNLocator(4, steps=[1, 2, 2.5, 5, 10])
    inside: list[float] = []
    for locator in (LogLocator(), LogLocator(subs=(1, 2, 5))) if log else (even,):
        inside = [float(v) for v in locator.tick_values(low, high) if low <= v <= high]
        if len(inside) >= 3:
            break
    return inside or [low]


def whole_ticks(low: float, high: float, *, most: int) -> list[float]:
    """Return whole numbers for the ticks of an axis.

    Args:
        low: lower limit of the axis.
        high: upper limit.
        most: intervals between ticks at most.
    """
    ticks = MaxNLocator(nbins=most, steps=[1, 2, 2.5, 5, 10], integer=True).tick_values(low, high)
    return [float(tick) for tick in ticks if low <= tick <= high and tick == round(tick)]
