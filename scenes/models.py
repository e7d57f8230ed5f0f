"""Models of several kinds part the same points of the plane, each on its own clock, from the simplest to the closest fit."""

import math
from dataclasses import dataclass

import numpy as np

from animviz import Box, Draw, Moment, Recording, Stage, scene
from animviz.analysis.models import Course, axes_of, courses_of
from animviz.analysis.tasks import MODELS
from animviz.arrays import Array
from animviz.errors import DivergedError
from animviz.parts import LABEL, Field, PointCloud, Sheet, Trace, boundary_lines, cut, field_colors, pair, share_limits
from animviz.sampling import last_at

from .families.endings import count_in_words

LINE, STRIP = 30.0, 72.0  # units of height: of a line above a plane, and of the curves below it
GAP = 30.0  # units between models
AIR = 0.04  # of the plane's height, around the points where its sides are left out
RADIUS = 2.5  # units of a point


@scene(experiment="models", group="ideas", tasks=(MODELS,))
def models(stage: Stage, recording: Recording, *, points: bool = True) -> Draw:
    """Models of several kinds part the same points, each on its own clock, from the simplest to the closest fit.

    Args:
        stage: where to draw.
        recording: of what several models answer all over the plane, see `animviz.recorders.sklearn.record_models`.
        points: draw the points that the models learn.
    """
    courses, plane = courses_of(recording), _Plane.of(recording)
    limits = share_limits(np.array([values for course in courses for values in (course.training, course.test)]))
    learned = len(recording.extras["points"])
    span = f"{100 * limits[0]:.0f} to {100 * limits[1]:.0f} % right"
    sheet = Sheet(
        stage, recording, _title(courses), subtitle=f"{recording.manifest.title}, {learned:,} points to learn", numbers=[],
        foot=[f"bright: unseen points, faint: learned ones, {span}", "ring: the best on unseen points"],
    )  # fmt: skip
    boxes, lines = _layout(stage, sheet.room, courses, plane)
    views = [
        _Model(stage, box, recording, course, plane, limits, lines=lines, points=points)
        for box, course in zip(boxes, courses, strict=True)
    ]

    def draw(moment: Moment) -> None:
        place = last_at(recording.epochs, moment.epoch)  # a blend of two models is none that was trained
        outputs = recording[place].outputs
        if not all(np.isfinite(said).all() for said in outputs.values()):
            raise DivergedError(f"state {place}: an answer is not finite")
        for view in views:
            view.show(place, outputs[view.course.name])

    return draw


@dataclass(frozen=True)
class _Plane:
    """The grid over the plane, and which of its columns hold points.

    Attributes:
        xs: coordinates of the columns.
        ys: coordinates of the rows.
        inner: first and last column that is to be seen.
    """

    xs: Array
    ys: Array
    inner: tuple[int, int]

    @classmethod
    def of(cls, recording: Recording) -> "_Plane":
        xs, ys = axes_of(recording)
        across, air = recording.extras["points"][:, 0], AIR * np.ptp(ys)
        first, last = np.searchsorted(xs, [across.min() - air, across.max() + air])
        return cls(xs, ys, (max(0, int(first) - 1), min(len(xs) - 1, int(last))))

    @property
    def aspects(self) -> tuple[float, float]:
        """Least and greatest width over height in which it may be drawn."""
        first, last = self.inner
        cell = (self.xs[1] - self.xs[0]) / (self.ys[1] - self.ys[0]) / len(self.ys)
        return float(cell * (last - first + 1)), float(cell * len(self.xs))

    def seen(self, aspect: float) -> slice:
        """Return the columns that fill a box of this width over height."""
        left, right = self.inner
        count = int(np.clip(round(aspect / self.aspects[1] * len(self.xs)), right - left + 1, len(self.xs)))
        first = int(np.clip((left + right - count) // 2 + 1, 0, len(self.xs) - count))
        return slice(first, first + count)


class _Model:
    """One model: what it answers in the plane, the reading of its clock, and how often it is right."""

    def __init__(
        self, stage: Stage, box: Box, recording: Recording, course: Course, plane: _Plane, limits: tuple[float, float],
        *, lines: int, points: bool,
    ) -> None:  # fmt: skip
        self.course, self._theme, self._epochs = course, stage.theme, recording.epochs
        labels = recording.extras["point_labels"]
        self._palette = stage.theme.palette(max(2, int(labels.max()) + 1))
        least, most = plane.aspects
        high = box.height - STRIP - LINE * lines
        wide = min(box.width, most * high)
        self._shape = (len(plane.ys), len(plane.xs))
        self._columns = plane.seen(float(np.clip(wide / high, least, most)))
        self._xs, self._ys = plane.xs[self._columns], plane.ys
        place = Box(box.left, box.bottom - STRIP - high, box.width, high)
        axes = stage.axes(place, _ends(self._xs), _ends(self._ys))
        self._field = Field(axes)
        stage.moves(self._field)
        if points:
            cloud = PointCloud(axes, labels, self._palette, max(0.8, RADIUS * stage.pixel))
            cloud.set_positions(recording.extras["points"])
            stage.moves(cloud)
        self._boundary = stage.line(axes, stage.theme.ink, 2.6)
        self._name(stage, box, lines)
        self._curves(stage, Box(box.left, box.bottom - STRIP, box.width, STRIP), limits)

    def _name(self, stage: Stage, box: Box, lines: int) -> None:
        """Write the model's name, and the reading of its clock beside it or below it."""
        top = box.top + LABEL - 2
        stage.text(box.left, top, cut(stage, self.course.name, box.width, weight="medium"), weight="medium")
        if lines == 1:
            self._reading = stage.text(box.right, top, "", color=stage.theme.quiet, align="right", moves=True)
        else:
            self._reading = stage.text(box.left, top + LINE, "", color=stage.theme.quiet, moves=True)

    def _curves(self, stage: Stage, box: Box, limits: tuple[float, float]) -> None:
        """Draw how often it is right over its clock, and where it was best."""
        epochs, course, theme = self._epochs, self.course, stage.theme
        right = stage.measure("best 100 %", LABEL) + 16
        place = Box(box.left + 6, box.top + 14, box.width - right - 6, box.height - 34)
        axes = stage.axes(place, (epochs[0], max(epochs[-1], epochs[0] + 1)), limits)
        for level in limits:
            axes.axhline(level, color=theme.grid, linewidth=stage.points(1), clip_on=False)
        faint = theme.mix(theme.quiet, 0.8)
        axes.plot(epochs, course.training, color=faint, linewidth=stage.points(1.6), clip_on=False)
        self._trace = Trace(stage, axes, epochs, course.test, width=2.6, dot=10)
        if np.isfinite(course.test).any():
            best, below = int(np.nanargmax(course.test)), box.top + 2 * LINE
            stage.text(box.right, below, f"best {_percent(course.test[best])}", color=theme.quiet, align="right")
            axes.plot(
                epochs[best], course.test[best], "o", markersize=stage.points(12), markerfacecolor="none",
                markeredgecolor=theme.ink, markeredgewidth=stage.points(1.6), clip_on=False,
            )  # fmt: skip
        self._share = stage.text(box.right, box.top + LINE, "", align="right", moves=True)
        pair(stage, course.name, lambda: [self._share.get_text()], lambda: [100 * self._trace.value])

    def show(self, place: int, said: Array) -> None:
        """Show a snapshot.

        Args:
            place: its number.
            said: probability of each class on the grid, (places, classes).
        """
        probability = np.asarray(said, np.float64).reshape(*self._shape, -1)[:, self._columns]
        flat = probability.reshape(-1, probability.shape[2])
        palette = self._palette[: flat.shape[1]]
        self._field.set_colors(field_colors(flat, palette, self._theme, probability.shape[:2]))
        self._boundary.set_data(*boundary_lines(flat, self._xs, self._ys).T)
        self._trace.show(float(self._epochs[place]))
        self._share.set_text(_percent(self._trace.value))
        self._reading.set_text(_said(self.course, self.course.readings[place]))


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if np.isfinite(share) else "–"


def _widest(stage: Stage, course: Course) -> float:
    """Return the width of a model's name and of the widest reading of its clock, in one line."""
    widest = max(stage.measure(_said(course, reading), LABEL) for reading in {*course.readings})
    return stage.measure(course.name, LABEL, "medium") + 16 + widest


def _said(course: Course, reading: float) -> str:
    """Return the reading of a clock in words, such as "depth 3"; nothing where there is none."""
    if not course.unit or not np.isfinite(reading):
        return ""
    whole = reading == round(reading) or abs(reading) >= 10
    return f"{course.unit} {reading:,.0f}" if whole else f"{course.unit} {reading:.2g}"


def _ends(places: Array) -> tuple[float, float]:
    """Return the limits of an axis on which cells have these places as their middles."""
    half = float(places[1] - places[0]) / 2
    return float(places[0]) - half, float(places[-1]) + half


def _title(courses: list[Course]) -> str:
    """Say how many models were better before they fitted the points so closely."""
    worse = sum(_percent(course.test[-1]) != _percent(np.nanmax(course.test, initial=0.0)) for course in courses)
    count = count_in_words(len(courses), "model")
    if not worse:
        return f"{count[0].upper()}{count[1:]}, each on its own clock"
    if len(courses) == 1:
        return "The model was better before it fitted so closely"
    some = count_in_words(worse) if worse < len(courses) else "all"
    return f"{some[0].upper()}{some[1:]} of {count} {'was' if worse == 1 else 'were'} better before fitting so closely"


def _layout(stage: Stage, room: Box, courses: list[Course], plane: _Plane) -> tuple[list[Box], int]:
    """Return a box for each model, in the rows and columns that make the planes largest, and the lines above each plane."""
    count, (least, most) = len(courses), plane.aspects
    widest = max(_widest(stage, course) for course in courses)
    best = (0.0, 1, 0.0, 0.0, 1)
    for columns in range(1, count + 1):
        rows = math.ceil(count / columns)
        wide = (room.width - (columns - 1) * GAP) / columns
        lines = 1 if widest <= wide else 2
        high = (room.height - (rows - 1) * 10) / rows - LINE * lines - STRIP
        wide, high = min(wide, most * high), min(high, wide / least)
        best = max(best, (wide * high, columns, wide, high, lines))
    _, columns, wide, high, lines = best
    rows, height = math.ceil(count / columns), high + LINE * lines + STRIP
    across = (room.width - columns * wide) / max(1, columns - 1)
    down = min(40.0, (room.height - rows * height) / max(1, rows - 1))
    boxes = [
        Box(room.left + (k % columns) * (wide + across), room.top + (k // columns) * (height + down), wide, height)
        for k in range(count)
    ]
    return boxes, lines
