"""Bars that begin at zero, lying or standing, with a number for each, a mark for zero and marks for what is wanted."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Text

from animviz import Stage
from animviz.arrays import Array
from animviz.parts import joined, pair

__all__ = ["ValueBars", "limits_of"]

BESIDE = 0.8  # of a bar's thickness, that the mark of zero reaches to either side


def limits_of(values: Array, *, percent: bool) -> tuple[float, float]:
    """Return the limits of bars that hold zero and some values, or of probabilities all that there are.

    Args:
        values: of the whole video, of any shape.
        percent: whether they are probabilities.
    """
    low, high = (0.0, 1.0) if percent else (min(0.0, float(values.min())), max(0.0, float(values.max())))
    return low, high if high > low else low + 1


class ValueBars:
    """Bars on tracks of all that they can be.

    Args:
        stage: where.
        axes: whose one direction has the values, between these limits, and whose other one counts in units.
        places: middles of the bars, in units.
        size: thickness of a bar in units.
        limits: of the values.
        standing: whether the values go up, and not to the right.
    """

    def __init__(
        self, stage: Stage, axes: Axes, places: Array, size: float, limits: tuple[float, float], *, standing: bool
    ) -> None:
        self._stage, self._axes, self._places, self._size, self._standing = stage, axes, places, size, standing
        track = stage.theme.mix(stage.theme.grid, 0.5)
        tracks = self._along([limits] * len(places))
        axes.plot(*tracks, color=track, linewidth=stage.points(size), solid_capstyle="butt")
        self._bars = stage.line(axes, stage.theme.ink, size, solid_capstyle="butt")
        self._texts: list[Text] = []
        self._say: Callable[[float], str] = str

    def mark_zero(self) -> None:
        """Draw a quiet tick across each bar at zero."""
        ticks = self._across([(0.0, place) for place in self._places], BESIDE)
        self._axes.plot(*ticks, color=self._stage.theme.quiet, linewidth=self._stage.points(2), clip_on=False)

    def mark(self, wanted: Array, color: Any, *, percent: bool) -> Callable[[], Array]:
        """Draw a tick across each bar at what is wanted; of several probabilities, at those above zero.

        Args:
            wanted: what the values should be.
            color: of the ticks.
            percent: whether they are probabilities.

        Returns:
            What tells at which values the ticks stand.
        """
        pairs = zip(wanted, self._places, strict=True)
        told = [(value, place) for value, place in pairs if value or not percent or len(wanted) == 1]
        (line,) = self._axes.plot(
            *self._across(told, 1.0), color=color, linewidth=self._stage.points(4), solid_capstyle="butt", clip_on=False
        )
        self._stage.covers(line)
        return lambda: np.asarray(line.get_data()[self._standing], float)[::3]

    def number(self, texts: Sequence[Text], say: Callable[[float], str], scale: float) -> None:
        """Let texts say the values from now on, and declare that these are the bars' own.

        Args:
            texts: one for each bar.
            say: returns a value in words.
            scale: how many times larger the number in words is.
        """
        self._texts, self._say = list(texts), say
        pair(
            self._stage, "answer", lambda: [text.get_text() for text in self._texts if text.get_text()],
            lambda: scale * np.asarray(self._bars.get_data()[self._standing], float)[1::3],
        )  # fmt: skip

    def show(self, values: Array | None) -> None:
        """Show values, shape (bars,); nothing before there are any."""
        self._bars.set_data(*self._along([] if values is None else [(0.0, value) for value in values]))
        for number, text in enumerate(self._texts):
            text.set_text("" if values is None else self._say(float(values[number])))

    def _along(self, ends: Sequence[tuple[float, float]]) -> Array:
        """Return lines between two values at the place of each bar, horizontal and vertical coordinates."""
        lines = [np.array([(a, place), (b, place)]) for (a, b), place in zip(ends, self._places, strict=False)]
        return self._turned(joined(lines))

    def _across(self, points: Sequence[tuple[float, float]], share: float) -> Array:
        """Return lines across bars at some values and places, to either side by a share of a bar's thickness."""
        half = share * self._size
        return self._turned(joined([np.array([(v, place - half), (v, place + half)]) for v, place in points]))

    def _turned(self, lines: Array) -> Array:
        return np.asarray(lines[:, ::-1].T if self._standing else lines.T)
