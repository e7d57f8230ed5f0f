"""A row for each layer on one scale of likeness: images gather as dots, their average below them, their sum as a pin."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from animviz import Box, Stage
from animviz.arrays import Array
from animviz.parts import LABEL, PointCloud, Words, cut, levels, pair

from .course import Course, view_of

__all__ = ["LikenessRows", "most_likeness_rows"]

HEAD, AXIS = 34.0, 32.0  # units: of the headings, and of the numbers below
LEAST = 70.0  # units of a row at least
NAME, BELOW, APART = 30.0, 14.0, 10.0  # units in a row: of its name, below the base line, and to the next row
DOT, PIN = 9.0, 16.0  # units of diameter of an image's dot, and of the head of a pin
COLUMN, END = 92.0, 20.0  # units of a column of numbers, and right of the scale


def most_likeness_rows(room: Box) -> int:
    """Return how many rows there is room for, at least three.

    Args:
        room: for all of them.
    """
    return max(3, int((room.height - HEAD - AXIS) / LEAST))


class LikenessRows:
    """Rows with the sum so far as an image, and a heap of dots to its right.

    Args:
        stage: where.
        box: for everything.
        courses: of the layers, from the input on.
    """

    def __init__(self, stage: Stage, box: Box, courses: Sequence[Course]) -> None:
        self._pitch = (box.height - HEAD - AXIS) / len(courses)
        side = min(self._pitch - APART, 0.22 * box.width)
        scale = Box(box.left + side + 20, box.top, box.width - side - 20 - 2 * COLUMN - END, box.height)
        low = _lowest(courses)
        self._stage, self._box, self._scale, self._low = stage, box, scale, low
        self._per = scale.width / (1 - low)  # units of a correlation of one
        self._axes = stage.overlay()
        self._levels()
        self._heads()
        self._rows = [_Row(self, course, box.top + HEAD + k * self._pitch, side) for k, course in enumerate(courses)]

    def show(self, place: int) -> None:
        """Show the sum over the first so many images, by its place among the counts."""
        for row in self._rows:
            row.show(place)

    def left_of(self, values: Array) -> NDArray[np.float64]:
        """Return where correlations lie, in units."""
        return np.asarray(self._scale.left + (values - self._low) * self._per, np.float64)

    def _levels(self) -> None:
        stage, box = self._stage, self._box
        for level in levels(self._low, 1):
            left = float(self.left_of(np.array(level)))
            ends = [box.bottom - AXIS, box.top + HEAD]
            self._axes.plot([left, left], ends, color=stage.theme.grid, linewidth=stage.points(1))
            said = f"{level:g}".replace("-", "−")
            stage.text(left, box.bottom - 6, said, color=stage.theme.quiet, align="center")

    def _heads(self) -> None:
        """Write what the scale is, and over the numbers which marks are theirs."""
        stage, box, quiet = self._stage, self._box, self._stage.theme.quiet
        stage.text(self._scale.left, box.top + 20, "correlation", color=quiet)
        for right, said, marker in ((box.right - COLUMN, "average", "^"), (box.right, "sum", "o")):
            color = quiet if marker == "^" else stage.theme.ink
            stage.text(right, box.top + 20, said, color=color, align="right")
            left = right - stage.measure(said, LABEL) - 14
            self._axes.plot([left], [box.top + 12], marker, color=color, markersize=stage.points(13), markeredgewidth=0)


class _Row:
    """One layer; see `LikenessRows`."""

    def __init__(self, rows: LikenessRows, course: Course, top: float, side: float) -> None:
        stage, scale, pitch = rows._stage, rows._scale, rows._pitch
        self._rows, self._course = rows, course
        self._base = top + pitch - APART - BELOW
        self._top = top + NAME
        self._sum = view_of(stage, Box(rows._box.left, top, side, pitch - APART), course, course.means)
        stage.text(scale.left, top + 22, cut(stage, course.title, scale.width, weight="medium"), weight="medium")
        self._places = self._heap()
        ground = [scale.left, scale.right], [self._base, self._base]
        rows._axes.plot(*ground, color=stage.theme.grid, linewidth=stage.points(1.5))
        self._dots = PointCloud(
            rows._axes, np.zeros(len(self._places), int), np.array([stage.theme.mix(stage.theme.quiet, 1)]),
            max(0.8, DOT / 2 * stage.pixel - 0.3),
        )  # fmt: skip
        self._stem = stage.line(rows._axes, stage.theme.ink, 2.5)
        stage.moves(self._dots)
        dot = {"markeredgewidth": 0, "clip_on": False}
        axes = rows._axes
        self._average = stage.line(axes, stage.theme.quiet, 0, marker="^", markersize=stage.points(13), **dot)
        hollow = {"markeredgewidth": stage.points(2.5), "markerfacecolor": stage.theme.background}
        self._last = stage.line(axes, stage.theme.ink, 0, marker="o", markersize=stage.points(DOT + 1), **hollow)
        self._head = stage.line(axes, stage.theme.ink, 0, marker="o", markersize=stage.points(PIN), **dot)
        middle = (self._top + self._base) / 2 + 8
        rights = (rows._box.right - COLUMN, rows._box.right)
        self._said = Words(stage, [(right, middle) for right in rights], weight="medium", align="right")
        pair(
            stage, f"likeness in {course.title}",
            lambda: [text.replace("none", "") for text in self._said.texts],
            self._marked,
        )  # fmt: skip

    def show(self, place: int) -> None:
        """See `LikenessRows.show`."""
        course = self._course
        arrived = np.arange(len(self._places)) < course.counts[place]
        average, together = course.average[place], course.together[place]
        self._sum.show(course.means[place])
        self._dots.set_positions(np.where(arrived[:, None], self._places, np.nan))
        at, sum_at = self._rows.left_of(np.array([average, together]))
        self._average.set_data([at], [self._base + BELOW / 2])
        self._last.set_data(*self._places[course.counts[place] - 1][:, None])
        self._stem.set_data([sum_at, sum_at], [self._base, self._top])
        self._head.set_data([sum_at], [self._top])
        self._said.set_words([_number(average), _number(together)])

    def _marked(self) -> list[float]:
        """Return what the marks of the average and of the sum say."""
        rows = self._rows
        places = [float(np.asarray(mark.get_xdata())[0]) for mark in (self._average, self._head)]
        return [(place - rows._scale.left) / rows._per + rows._low for place in places]

    def _heap(self) -> NDArray[np.float64]:
        """Return where each image has its dot: at its likeness, upon those that came there before it, (images, 2)."""
        across = self._rows.left_of(self._course.alone)
        bins = np.floor(np.where(np.isfinite(across), across, -1) / DOT).astype(int)
        order = np.argsort(bins, kind="stable")
        first = np.searchsorted(bins[order], bins[order])
        level = np.empty(len(bins), int)
        level[order] = np.arange(len(bins)) - first
        step = min(DOT, (self._base - self._top - DOT - PIN) / max(1, level.max()))
        return np.stack([across, self._base - DOT / 2 - level * step], axis=1)


def _lowest(courses: Sequence[Course]) -> float:
    """Return where one scale of likeness begins that all courses fit: at zero, or at a fifth below it."""
    known = np.concatenate([values for course in courses for values in (course.alone, course.together)])
    return float(np.floor(5 * known[np.isfinite(known)].min(initial=0)) / 5)


def _number(value: float) -> str:
    return f"{value:.2f}".replace("-", "−") if np.isfinite(value) else "none"
