"""A layer of a net while images are summed: what it makes of each, of the sum so far, and how like others both are."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from animviz import Box, Stage
from animviz.analysis.likeness import likeness, sums_of
from animviz.arrays import Array
from animviz.parts import Colors, heatmap, tiled

__all__ = ["Course", "CourseView", "view_of"]

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
    def average(self) -> NDArray[np.float64]:
        """How like the others single images are on average, of the first so many, shape (counts,)."""
        known = np.isfinite(self.alone)
        with np.errstate(invalid="ignore"):
            return np.asarray(np.cumsum(np.where(known, self.alone, 0)) / np.cumsum(known))[self.counts - 1]

    @cached_property
    def together(self) -> NDArray[np.float64]:
        """How like the others each sum is, shape (counts,)."""
        return likeness(self.means, self.others)

    @cached_property
    def means(self) -> NDArray[np.float64]:
        """The sums as means, which have the same shape and one scale; shape (counts, ...)."""
        sums = sums_of(self.values, self.counts)
        return sums / self.counts.reshape(-1, *[1] * (sums.ndim - 1))


class _Map:
    """The values of a layer as a heat map of one scale."""

    def __init__(self, stage: Stage, box: Box, course: Course, values: Array) -> None:
        self._image = course.title == "input" and course.others.ndim == 3
        self._order = None if course.title == "input" else _order(course.others)
        low, size = float(values.min()), float(np.quantile(np.abs(values), 0.998))
        kind: Colors = "gray" if course.title == "input" else "signed" if low < 0 else "heat"
        shape = self._laid(course.others).shape[:2]
        self._map, _ = heatmap(stage, box, shape, kind=kind, low=-size if kind == "signed" else 0.0, high=size or 1.0)

    def show(self, values: Array) -> None:
        self._map.set_values(self._laid(values))

    def _laid(self, values: Array) -> Array:
        return values if self._image else tiled(values if self._order is None else values[..., self._order])


class _Answer:
    """The probability of each class as a column, that of the true class bright."""

    def __init__(self, stage: Stage, box: Box, course: Course, values: Array) -> None:
        count = len(course.answers)
        axes = stage.axes(box, (-0.5, count - 0.5), (0, 1))
        axes.bar(np.arange(count), np.ones(count), 0.8, color=stage.theme.mix(stage.theme.grid, 0.5), linewidth=0)
        colors = [stage.theme.ink if k == course.true else stage.theme.quiet for k in range(count)]
        self._bars = axes.bar(np.arange(count), np.zeros(count), 0.8, color=colors, linewidth=0)
        stage.moves(*self._bars)

    def show(self, values: Array) -> None:
        for bar, value in zip(self._bars, values, strict=True):
            bar.set_height(value)


CourseView = _Map | _Answer


def view_of(stage: Stage, box: Box, course: Course, values: Array) -> CourseView:
    """Return a picture of what a layer makes of an image or of a sum, whose `show` takes the values.

    Args:
        stage: where.
        box: room for it.
        course: of the layer.
        values: from which the scale is taken.
    """
    return (_Answer if course.answers else _Map)(stage, box, course, values)


def _order(others: Array) -> Array:
    """Return the units, or some of the maps, in the order in which other images of the class excite them."""
    strength = others.reshape(-1, others.shape[-1]).mean(axis=0)
    return np.argsort(-strength, kind="stable")[: MOST_MAPS if others.ndim == 3 else None]
