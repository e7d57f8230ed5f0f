"""A layer of a net while images are summed: one image alone, the sum so far, and how like others of the class both are."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from animviz import Box, Stage
from animviz.analysis.likeness import likeness, sums_of
from animviz.arrays import Array
from animviz.parts import LABEL, VALUE, Colors, Plot, Words, cut, heatmap, pair, tiled

__all__ = ["Course", "CourseView", "course_boxes", "lowest", "most_courses"]

HEAD, WORDS, GAP = 32.0, 38.0, 36.0
CURVES = 150.0  # height of likeness over the number of images
SMALLEST = 170.0  # width of a column, height of a row
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


class CourseView:
    """A course drawn: the image that was added last, the sum so far, and likeness over the number of images.

    Args:
        stage: where.
        box: room for all; side by side where it is wide.
        course: what is drawn.
        low: where the axis of likeness begins.
    """

    def __init__(self, stage: Stage, box: Box, course: Course, low: float) -> None:
        self._course, self._alone, self._means = course, course.alone, course.means
        self._together = course.together
        stage.text(box.left, box.top + 20, cut(stage, course.title, box.width, weight="medium"), weight="medium")
        alone, summed, curves = _parted(box)
        draw = _Answer if course.answers else _Map
        self._one = draw(stage, alone, course, course.values, small=True)
        self._sum = draw(stage, summed, course, self._means)
        self._curves(stage, curves, low)
        beside = alone.bottom < summed.top
        left, top = (alone.right + 14, alone.bottom - 38) if beside else (alone.left, alone.bottom + 28)
        for dot_left, dot_top, color in (
            (left, top, stage.theme.quiet),
            (summed.left, summed.bottom + 30, stage.theme.ink),
        ):
            stage.dot(dot_left + 7, dot_top - 8, 14, color)
        stage.dot(left + 7, top - 8, 8, stage.theme.background)
        stage.text(left + 22, top, "alone", color=stage.theme.quiet)
        stage.text(summed.left + 22, summed.bottom + 30, "summed", color=stage.theme.quiet)
        self._alone_value = Words(stage, [(left, top + 34)], size=VALUE, weight="medium")
        self._sum_value = Words(stage, [(summed.right, summed.bottom + 30)], size=VALUE, weight="medium", align="right")
        marks, values = (self._last, self._head), (self._alone_value, self._sum_value)
        pair(
            stage, f"likeness in {course.title}",
            lambda: [value.texts[0].replace("none", "") for value in values],
            lambda: [float(np.asarray(mark.get_ydata(), float)[-1]) for mark in marks],
        )  # fmt: skip

    def show(self, place: int) -> None:
        """Show the sum over the first so many images, by its place among the counts."""
        count = int(self._course.counts[place])
        self._one.show(self._course.values[count - 1])
        self._sum.show(self._means[place])
        x = np.log10(self._course.counts[: place + 1])
        self._curve.set_data(x, self._together[: place + 1])
        self._head.set_data(x[-1:], self._together[place : place + 1])
        self._dots.set_data(np.log10(np.arange(1, count + 1)), self._alone[:count])
        self._last.set_data(x[-1:], self._alone[count - 1 : count])
        self._alone_value.set_words([_number(self._alone[count - 1])])
        self._sum_value.set_words([_number(self._together[place])])

    def _curves(self, stage: Stage, box: Box, low: float) -> None:
        most = int(self._course.counts[-1])
        ticks = [(float(np.log10(tick)), f"{tick:,}") for tick in (1, 10, 100, 1000) if tick <= most]
        plot = Plot(stage, box, (0, max(0.1, float(np.log10(most)))), (low, 1), ticks=ticks, right=10)
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


def lowest(courses: Sequence[Course]) -> float:
    """Return where one axis of likeness begins that all courses fit: at zero, or at a fifth below it."""
    known = np.concatenate([values for course in courses for values in (course.alone, course.together)])
    return float(np.floor(5 * known[np.isfinite(known)].min(initial=0)) / 5)


def course_boxes(stage: Stage, room: Box, count: int) -> list[Box]:
    """Return a box for each layer: columns, or rows in tall frames."""
    if stage.height > 1.2 * stage.width:
        height = (room.height - (count - 1) * GAP) / count
        return [Box(room.left, room.top + k * (height + GAP), room.width, height) for k in range(count)]
    width = (room.width - (count - 1) * GAP) / count
    return [Box(room.left + k * (width + GAP), room.top, width, room.height) for k in range(count)]


def most_courses(stage: Stage, room: Box) -> int:
    """Return how many layers there is room for, at least three."""
    length = room.height if stage.height > 1.2 * stage.width else room.width
    return max(3, int((length + GAP) / (SMALLEST + GAP)))


def _parted(box: Box) -> tuple[Box, Box, Box]:
    """Return the boxes of one image, of the sum and of the curves: below each other, or beside where it is wide."""
    top = box.top + HEAD
    if box.width <= box.height:
        rest = box.bottom - top - CURVES - WORDS - 24
        side = min(box.width, rest / 1.42)
        one = Box(box.left, top, 0.4 * side, 0.4 * side)
        summed = Box(box.left, one.bottom + 14, side, side)
        below = summed.bottom + WORDS + 10
        return one, summed, Box(box.left, below, box.width, box.bottom - below)
    side = box.bottom - top - WORDS
    one = Box(box.left, top, 0.6 * side, 0.6 * side)
    summed = Box(box.left + 150, top, side, side)
    left = summed.right + 24
    return one, summed, Box(left, top - 12, box.right - left, box.bottom - top + 12)


def _order(others: Array) -> Array:
    """Return the units, or some of the maps, in the order in which other images of the class excite them."""
    strength = others.reshape(-1, others.shape[-1]).mean(axis=0)
    return np.argsort(-strength, kind="stable")[: MOST_MAPS if others.ndim == 3 else None]


def _number(value: float) -> str:
    return f"{value:.2f}".replace("-", "−") if np.isfinite(value) else "none"
