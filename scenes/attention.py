"""Attention: where each head looks, and how a head is born that looks up what came next the last time.

After Olsson et al., "In-context Learning and Induction Heads" (2022).
"""

import math
from typing import Annotated

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from animviz import Box, Draw, Moment, Range, Recording, Stage, scene
from animviz.analysis.heads import Heads
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.parts import (
    LABEL,
    ColorScale,
    Plot,
    Sheet,
    Words,
    cut,
    epoch_limits,
    heatmap,
    joined,
    whole_ticks,
)

from .families.attention_course import Course
from .families.attention_reading import Reading
from .families.named_traces import NamedTraces
from .families.one_sample import require_sample

LONGEST = 90.0  # units of a word
PITCH = 19.0  # units from one letter to the next at least
KEY = 440.0  # units from which a matrix is wide enough for a scale of colours in its empty corner
GAP = 3  # cells between two small matrices
WIDE, TALL = 1.9, 0.8  # width over height of a room


@scene(experiment="induction", group="ideas")
def attention(
    stage: Stage, recording: Recording, *, names: str = "", head: Annotated[int, Range(0, 10_000)] = 0,
    sample: Annotated[int, Range(0, 1_000_000)] = 0,
) -> Draw:  # fmt: skip
    """Where the heads of a transformer look, and how one comes to look up what followed the last time.

    Args:
        stage: where to draw.
        recording: of activations that hold attention, (samples, heads, queries, keys), beside the tokens as inputs.
        names: of the activations that hold it, with commas between; by default all whose rows sum to one.
        head: the one that is drawn large, counted through all layers from 1; by default the one that in the end looks most
            at what followed the last time.
        sample: number of the sequence that is drawn.
    """
    heads = Heads.of(recording, [name.strip() for name in names.split(",") if name.strip()])
    text = Reading.of(recording, heads)
    course = Course.of(recording, heads, text)
    require_sample(recording, sample, "attention")
    _require(recording, heads, head)
    large = head - 1 if head else int(course.final.argmax())
    sheet = Sheet(
        stage, recording, course.title(large), numbers=course.numbers(), foot=_foot(text), subtitle=_subtitle(recording, sample),
    )  # fmt: skip
    matrix_box, small_box, plot_box = _layout(sheet.room)
    matrix = _Matrix(stage, matrix_box, heads, text, sample, large)
    small = _Small(stage, small_box, heads, large)
    plot = _Plot(stage, plot_box, course, large)

    def draw(moment: Moment) -> None:
        state = recording.at(moment.epoch)
        seen = heads.at(state)[sample]
        matrix.show(seen[large], text.guesses(state))
        small.show(seen)
        plot.show(course.clock(moment.epoch))
        sheet.show(state, **course.noted(state.snapshot.index))

    return draw


class _Matrix:
    """One head over one sequence: a row for each token that is read; beside it, what is guessed to come next."""

    def __init__(self, stage: Stage, box: Box, heads: Heads, text: Reading, sample: int, head: int) -> None:
        self._sample = sample
        rows, columns = heads.shape
        words = [cut(stage, word, LONGEST) for word in text.words[sample]]
        names = [cut(stage, name, LONGEST) for name in text.names]
        own, guessed = _widest(stage, words) + 14, max(58.0, _widest(stage, names) + 20) if names else 0.0
        inner = Box(box.left + own, box.top + 40, box.width - own - guessed, box.height - 40 - 34)
        self._heat, place = heatmap(stage, inner, heads.shape)
        self._ahead = heads.ahead
        shift = place.left - own
        if heads.ahead.any() and place.width > KEY:  # where nothing can be seen there is room
            key = Box(place.left + 0.5 * place.width, place.top + 16, 0.5 * place.width, 60)
            ColorScale(stage, key, "heat", ("0 %", "100 %"), "attention")
        title = cut(stage, heads.titles[head], place.width, weight="medium")
        stage.text(place.left, place.top - 14, title, color=stage.theme.spoken(stage.theme.positive), weight="medium")
        _outline(stage, place, text.stripe[sample])
        across, down = place.width / columns, place.height / rows
        self._names = names
        lefts = place.left + (np.arange(columns) + 0.5) * across
        tops = place.top + (np.arange(rows) + 0.5) * down + 8
        below = np.stack([lefts, np.full(columns, place.bottom + 26)], axis=1)
        _written(stage, below, words, across, _widest(stage, words) + 1)
        beside = words if rows == columns else [str(row + 1) for row in range(rows)]
        _written(stage, np.stack([np.full(rows, shift + own / 2 - 2), tops], axis=1), beside, down, PITCH)
        self._guesses = None
        if text.names:
            stage.text(place.right + 8, place.top - 14, "guess" if text.follows else "answer", color=stage.theme.quiet)
            self._every = _every(down, PITCH)
            places = np.stack([np.full(rows, place.right + guessed / 2 + 1), tops], axis=1)[:: self._every]
            self._guesses = Words(stage, places, align="center", weight="medium")
            self._colors = np.array([to_rgb(stage.theme.quiet), to_rgb(stage.theme.ink)])

    def show(self, seen: Array, guesses: tuple[Array, Array] | None) -> None:
        self._heat.set_values(np.where(self._ahead, np.nan, seen))
        if self._guesses is not None and guesses is not None:
            answers, right = (array[self._sample][:: self._every] for array in guesses)
            self._guesses.set_words([self._names[answer] for answer in answers], self._colors[right.astype(int)])


class _Small:
    """All heads over the same sequence, side by side, or a row for each layer."""

    def __init__(self, stage: Stage, box: Box, heads: Heads, large: int) -> None:
        rows, columns = heads.shape
        inner = Box(box.left, box.top + 40, box.width, box.height - 40)
        per = max(heads.counts)
        total = sum(heads.counts)

        def side(down: int, across: int) -> float:
            return min(inner.width / across, inner.height / down)

        in_line = len(set(heads.counts)) > 1 or side(1, total) >= side(len(heads.counts), per)
        down, across = (1, total) if in_line else (len(heads.counts), per)
        self._corners = [(place // across * (rows + GAP), place % across * (columns + GAP)) for place in range(total)]
        self._shape = (down * (rows + GAP) - GAP, across * (columns + GAP) - GAP)
        self._size, self._ahead = heads.shape, heads.ahead
        self._heat, place = heatmap(stage, inner, self._shape)
        cell = place.width / self._shape[1]
        top, left = self._corners[large]
        axes = stage.axes(place, (0, place.width), (place.height, 0))
        _frame(stage, axes, np.array([left, top, left + columns, top + rows]) * cell)
        if down > 1 and len(heads.layers) > 1:
            said = [(0.0, "a row for each layer", box.width)]
        else:
            firsts = np.cumsum([0, *heads.counts[:-1]])
            said = [
                (self._corners[first][1] * cell, name.replace("_", " "), count * (columns + GAP) * cell)
                for first, name, count in zip(firsts, heads.layers, heads.counts, strict=True)
            ]
        for shift, name, width in said:
            stage.text(place.left + shift, place.top - 14, cut(stage, name, width - 8), color=stage.theme.quiet)

    def show(self, seen: Array) -> None:
        values = np.full(self._shape, np.nan, np.float32)
        rows, columns = self._size
        for (top, left), one in zip(self._corners, seen, strict=True):
            values[top : top + rows, left : left + columns] = np.where(self._ahead, np.nan, one)
        self._heat.set_values(values)


class _Plot:
    """Attention on the stripe and right guesses, over the steps."""

    def __init__(self, stage: Stage, box: Box, course: Course, large: int) -> None:
        self._stage = stage
        theme = stage.theme
        what = "on the stripe" if course.striped else "on its first choice"
        curves = [(what, course.shares[:, large], theme.positive)]
        if np.isfinite(course.again[:, 1]).any():
            curves.insert(0, ("right on repeats", course.again[:, 1], theme.ink))
        if np.isfinite(course.new[:, 1]).any():
            curves.append(("right on new", course.new[:, 1], theme.quiet))
        limits = epoch_limits(course.moments)
        right = max(stage.measure(f"{name} 100 %", LABEL) for name, _, _ in curves) + 22
        ticks = whole_ticks(*limits, most=max(1, int((box.width - right) // 110)))
        self._plot = Plot(
            stage, box, limits, (0, 1), percent=True, right=right, ticks=[(tick, f"{tick:,.0f}") for tick in ticks],
            title=cut(stage, "attention, and right answers" if len(curves) > 1 else "attention", box.width - right),
        )  # fmt: skip
        for head in range(course.shares.shape[1]):
            if head != large:
                self._plot.axes.plot(
                    course.moments, course.shares[:, head], color=theme.mix(theme.positive, 0.35),
                    linewidth=stage.points(1.5), clip_on=False,
                )  # fmt: skip
        if (since := course.since(large)) is not None:
            self._plot.axes.axvline(
                since, color=theme.quiet, linewidth=stage.points(1.5), linestyle=(0, (4, 4)), zorder=0
            )
        self._curves = NamedTraces(stage, self._plot, course.moments, curves)

    def show(self, moment: float) -> None:
        tops = self._curves.show(moment)
        # In a fixed order, so that labels do not change places where curves cross.
        below = self._plot.room.bottom + 38
        places = [below := min(below - 30, top) for top in reversed(tops)]
        self._curves.place(places[::-1])


def _require(recording: Recording, heads: Heads, head: int) -> None:
    """Refuse a head that is not there."""
    total = len(heads.titles)
    if head > total:
        raise SceneError(f"--head is {head}; {recording.path} has {total} heads: {', '.join(heads.titles)[:200]}")


def _subtitle(recording: Recording, sample: int) -> str:
    count, title = recording.basis.sample_count, recording.manifest.title
    return f"{title}: sample {sample}, curves of all {count:,}" if count > 1 else title


def _foot(text: Reading) -> list[str]:
    answer = "guess: what comes next, grey if wrong" if text.follows else "answer: grey if wrong"
    outlined = "; outlined: what followed it before" if text.stripe.any() else ""
    return [
        ("a row: where a token looks" if text.read else "a row: where one place looks") + outlined,
        answer if text.names else "",
    ]


def _widest(stage: Stage, words: list[str]) -> float:
    return max(PITCH, *(stage.measure(word, LABEL) for word in words))


def _every(pitch: float, least: float) -> int:
    """Return every which word is written, where words stand a pitch apart and need more."""
    return max(1, math.ceil(least / pitch - 0.05))


def _written(stage: Stage, places: Array, words: list[str], pitch: float, least: float) -> None:
    """Write as many of some words as there is room for."""
    every = _every(pitch, least)
    Words(stage, places[::every], align="center").set_words(words[::every])


def _outline(stage: Stage, place: Box, cells: Array) -> None:
    """Draw a thin frame around each of some cells."""
    axes = stage.axes(place, (0, cells.shape[1]), (cells.shape[0], 0))
    rows, columns = np.nonzero(cells)
    if len(rows):
        corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)])
        frames = [corners + np.array([column, row]) for row, column in zip(rows, columns, strict=True)]
        stage.line(axes, stage.theme.positive, 1.2, clip_on=False).set_data(*joined(frames).T)


def _frame(stage: Stage, axes: Axes, edges: Array) -> None:
    left, top, right, bottom = edges
    xs, ys = [left, right, right, left, left], [top, top, bottom, bottom, top]
    stage.line(axes, stage.theme.positive, 3, clip_on=False, solid_joinstyle="miter").set_data(xs, ys)


def _layout(room: Box) -> tuple[Box, Box, Box]:
    """Return the boxes of the large matrix, of all heads, and of the curves."""
    if room.width > WIDE * room.height:
        width = min(room.height - 74 + 88, 0.52 * room.width)
        left = room.left + width + 36
        rest, high = room.right - left, 0.37 * room.height
        return (
            Box(room.left, room.top, width, room.height), Box(left, room.top, rest, high),
            Box(left, room.top + high + 14, rest, room.height - high - 14),
        )  # fmt: skip
    if room.width > TALL * room.height:
        high = 0.62 * room.height
        width = min(high - 74 + 88, 0.62 * room.width)
        return (
            Box(room.left, room.top, width, high),
            Box(room.left + width + 24, room.top, room.width - width - 24, high),
            Box(room.left, room.top + high + 8, room.width, room.height - high - 8),
        )
    high = min(room.width - 88 + 74, 0.6 * room.height)
    rest = room.height - high
    return (
        Box(room.left, room.top, room.width, high),
        Box(room.left, room.top + high + 10, room.width, 0.45 * rest),
        Box(room.left, room.top + high + 0.45 * rest + 20, room.width, 0.55 * rest - 20),
    )
