"""A layer of a net while images are summed: one image alone, the sum so far, and how like others of the class both are."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from animviz import Box, Stage
from animviz.analysis.likeness import likeness, sums_of
from animviz.arrays import Array
from animviz.parts import LABEL, Colors, Plot, Words, cut, heatmap, pair, tiled

__all__ = ["Course", "CourseRow", "GrowingSum", "course_boxes", "lowest", "most_courses"]

HEAD, BELOW = 32.0, 40.0  # units above a map for its name, and below curves for the numbers of images
SAID, BRIEF = 140.0, 84.0  # units of width behind the curves, and without the words
SMALLEST = 108.0  # units of height of a row
WIDE, NARROW = 0.4, 0.42  # share of the width that the large sum takes
AMPLE = 450.0  # units of width from which a row shows one image too, and says which mark is which
MOST_MAPS = 64  # channels of a layer that are shown


@dataclass(eq=False)
class Course:
    """What a layer makes of single images, and of sums over more and more of them.

    Attributes:
        title: what the layer is called.
        values: of every image, shape (images, ...).
        others: mean over other images of the class, shape (...).
        counts: numbers of images that are summed, rising.
        answers: names of the classes, where the values are their probabilities.
        true: number of the class.
    """

    title: str
    values: Array
    others: Array
    counts: NDArray[np.intp]
    answers: tuple[str, ...] = ()
    true: int = 0

    @cached_property
    def alone(self) -> NDArray[np.float64]:
        """How like the others each image is, shape (images,)."""
        return likeness(self.values, self.others)

    @cached_property
    def together(self) -> NDArray[np.float64]:
        """How like the others each sum is, shape (counts,)."""
        return likeness(self.means, self.others)

    @cached_property
    def means(self) -> NDArray[np.float64]:
        """The sums as means, which have the same shape and one scale; shape (counts, ...)."""
        sums = sums_of(self.values, self.counts)
        return sums / self.counts.reshape(-1, *[1] * (sums.ndim - 1))


class GrowingSum:
    """The sum so far of a course, large, under the number of images.

    Args:
        stage: where.
        box: room for all.
        course: what is drawn.
    """

    def __init__(self, stage: Stage, box: Box, course: Course) -> None:
        self._course = course
        self._heading = stage.text(box.left, box.top + 20, "", weight="medium", moves=True)
        self._map = _view(course)(stage, Box(box.left, box.top + HEAD, box.width, box.width), course, course.means)

    def show(self, place: int) -> None:
        """Show the sum over the first so many images, by its place among the counts."""
        count = int(self._course.counts[place])
        self._heading.set_text(f"sum of {count:,}")
        self._map.show(self._course.means[place])


class CourseRow:
    """A course as a row: the image that was added last, the sum so far, and likeness over the number of images.

    Args:
        stage: where.
        box: room for all.
        course: what is drawn.
        low: where the axis of likeness begins.
        first: whether it is the first row, over which a narrow one says which mark is which.
        ticks: whether the numbers of images stand below.
    """

    def __init__(self, stage: Stage, box: Box, course: Course, low: float, *, first: bool, ticks: bool) -> None:
        self._course, self._alone, self._together = course, course.alone, course.together
        stage.text(box.left, box.top + 20, cut(stage, course.title, box.width / 2, weight="medium"), weight="medium")
        side = min(box.height - HEAD - 12, 0.17 * box.width)
        left, top, draw = box.left, box.top + HEAD, _view(course)
        self._one = None
        ample = box.width >= AMPLE
        said = SAID if ample else BRIEF
        if ample:
            self._one = draw(stage, Box(left, top, side, side), course, course.values, small=True)
            left += side + 12
        self._sum = draw(stage, Box(left, top, side, side), course, course.means, small=True)
        left += side + 28
        lower = 0 if ample else 12  # long titles reach over the scale
        plot = Box(left, top - 14 + lower, box.right - left - said, box.height - HEAD + 2 + BELOW - lower)
        self._curves(stage, plot, low, ticks=ticks)
        left, middle = box.right - said + 18, top + (box.height - HEAD - 12) / 2
        _marks(stage, (left, middle - 4), (left, middle + 28), named=ample)
        if first and not ample:
            _marks(stage, (box.right - 138, box.top + 20), (box.right - 60, box.top + 20), named=True)
        self._sum_value, self._alone_value = (
            Words(stage, [(box.right, middle + below)], weight="medium", align="right") for below in (-4, 28)
        )
        marks, values = (self._last, self._head), (self._alone_value, self._sum_value)
        pair(
            stage, f"likeness in {course.title}",
            lambda: [value.texts[0].replace("none", "") for value in values],
            lambda: [float(np.asarray(mark.get_ydata(), float)[-1]) for mark in marks],
        )  # fmt: skip

    def show(self, place: int) -> None:
        """Show the sum over the first so many images, by its place among the counts."""
        count = int(self._course.counts[place])
        if self._one is not None:
            self._one.show(self._course.values[count - 1])
        self._sum.show(self._course.means[place])
        x = np.log10(self._course.counts[: place + 1])
        self._curve.set_data(x, self._together[: place + 1])
        self._head.set_data(x[-1:], self._together[place : place + 1])
        self._dots.set_data(np.log10(np.arange(1, count + 1)), self._alone[:count])
        self._last.set_data(x[-1:], self._alone[count - 1 : count])
        self._alone_value.set_words([_number(self._alone[count - 1])])
        self._sum_value.set_words([_number(self._together[place])])

    def _curves(self, stage: Stage, box: Box, low: float, *, ticks: bool) -> None:
        most = int(self._course.counts[-1])
        tens = [(float(np.log10(ten)), f"{ten:,}") for ten in (1, 10, 100, 1000) if ten <= most] if ticks else []
        plot = Plot(stage, box, (0, max(0.1, float(np.log10(most)))), (low, 1), ticks=tens, right=10)
        dot = {"marker": "o", "markeredgewidth": 0, "clip_on": False}
        hollow = {**dot, "markeredgewidth": stage.points(2.5), "markerfacecolor": stage.theme.background}
        self._dots = stage.line(plot.axes, stage.theme.quiet, 0, markersize=stage.points(4.5), **dot)
        self._curve = stage.line(plot.axes, stage.theme.ink, 3.5, clip_on=False)
        self._last = stage.line(plot.axes, stage.theme.quiet, 0, markersize=stage.points(12), **hollow)
        self._head = stage.line(plot.axes, stage.theme.ink, 0, markersize=stage.points(13), **dot)


class _Map:
    """The values of a layer as a heat map of one scale."""

    def __init__(self, stage: Stage, box: Box, course: Course, values: Array, small: bool = False) -> None:
        self._image = course.title == "input" and course.others.ndim == 3
        self._order = None if course.title == "input" else _order(course.others)
        low = float(values.min())
        size = float(np.quantile(np.abs(values), 0.998)) if small else float(np.abs(values[-1]).max())
        kind: Colors = "gray" if course.title == "input" else "signed" if low < 0 else "heat"
        shape = self._laid(course.others).shape[:2]
        self._map, _ = heatmap(stage, box, shape, kind=kind, low=-size if kind == "signed" else 0.0, high=size or 1.0)

    def show(self, values: Array) -> None:
        self._map.set_values(self._laid(values))

    def _laid(self, values: Array) -> Array:
        return values if self._image else tiled(values if self._order is None else values[..., self._order])


class _Answer:
    """The probability of each class as a column; the names stand below, or that of the true class alone."""

    def __init__(self, stage: Stage, box: Box, course: Course, values: Array, small: bool = False) -> None:
        names, count = course.answers, len(course.answers)
        pitch = box.width / count
        below = 0.0 if small else 28.0
        room = Box(box.left, box.top, box.width, box.height - below)
        axes = stage.axes(room, (-0.5, count - 0.5), (0, 1))
        track = stage.theme.mix(stage.theme.grid, 0.5)
        axes.bar(np.arange(count), np.ones(count), 0.8, color=track, linewidth=0)
        colors = [stage.theme.ink if k == course.true else stage.theme.quiet for k in range(count)]
        self._bars = axes.bar(np.arange(count), np.zeros(count), 0.8, color=colors, linewidth=0)
        stage.moves(*self._bars)
        if small:
            return
        fit = all(stage.measure(name, LABEL) < pitch for name in names)
        for k, name in enumerate(names):
            if fit or k == course.true:
                said = name if fit else cut(stage, name, box.width)
                half = stage.measure(said, LABEL) / 2
                middle = min(max(box.left + (k + 0.5) * pitch, box.left + half), box.right - half)
                color = stage.theme.ink if k == course.true else stage.theme.quiet
                stage.text(middle, box.bottom - 4, said, color=color, align="center")

    def show(self, values: Array) -> None:
        for bar, value in zip(self._bars, values, strict=True):
            bar.set_height(value)


def _marks(stage: Stage, together: tuple[float, float], alone: tuple[float, float], *, named: bool) -> None:
    """Draw the marks of a sum and of one image as they end the curves, left of two texts' base lines."""
    stage.dot(together[0] + 7, together[1] - 8, 14, stage.theme.ink)
    stage.dot(alone[0] + 7, alone[1] - 8, 14, stage.theme.quiet)
    stage.dot(alone[0] + 7, alone[1] - 8, 8, stage.theme.background)
    if named:
        stage.text(together[0] + 22, together[1], "sum")
        stage.text(alone[0] + 22, alone[1], "one", color=stage.theme.quiet)


def lowest(courses: Sequence[Course]) -> float:
    """Return where one axis of likeness begins that all courses fit: at zero, or at a fifth below it."""
    known = np.concatenate([values for course in courses for values in (course.alone, course.together)])
    return float(np.floor(5 * known[np.isfinite(known)].min(initial=0)) / 5)


def course_boxes(stage: Stage, room: Box, count: int) -> tuple[Box, list[Box]]:
    """Return the box of the large sum, and one for each layer: rows at its right, or below it in tall frames."""
    rest = room
    if _tall(stage):
        side = min(room.width, 0.42 * room.height)
        large = Box(room.left, room.top, side, side + HEAD)
        rest = Box(room.left, large.bottom + 24, room.width, room.bottom - large.bottom - 24)
    else:
        side = min(room.height - HEAD, (WIDE if room.width >= 2 * AMPLE else NARROW) * room.width)
        large = Box(room.left, room.top, side, side + HEAD)
        gap = 40 if room.width >= 2 * AMPLE else 24
        rest = Box(large.right + gap, room.top, room.right - large.right - gap, room.height)
    height = (rest.height - BELOW + 12) / count
    return large, [Box(rest.left, rest.top + row * height, rest.width, height) for row in range(count)]


def most_courses(stage: Stage, room: Box) -> int:
    """Return how many layers there is room for, at least three."""
    height = (0.58 * room.height if _tall(stage) else room.height) - BELOW - HEAD
    return max(3, int(height / SMALLEST))


def _tall(stage: Stage) -> bool:
    return stage.height > 1.2 * stage.width


def _view(course: Course) -> "type[_Answer] | type[_Map]":
    return _Answer if course.answers else _Map


def _order(others: Array) -> Array:
    """Return the units, or some of the maps, in the order in which other images of the class excite them."""
    strength = others.reshape(-1, others.shape[-1]).mean(axis=0)
    return np.argsort(-strength, kind="stable")[: MOST_MAPS if others.ndim == 3 else None]


def _number(value: float) -> str:
    return f"{value:.2f}".replace("-", "−") if np.isfinite(value) else "none"
