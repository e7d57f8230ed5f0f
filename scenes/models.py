"""Models of several kinds part the same points of the plane, each on its own clock, from the simplest to the closest fit."""

import math
from dataclasses import dataclass

import numpy as np

from animviz import Box, Draw, Moment, Recording, Stage, scene
from animviz.analysis.models import Course, axes_of, courses_of, unseen_of
from animviz.analysis.tasks import MODELS
from animviz.arrays import Array
from animviz.errors import DivergedError
from animviz.parts import LABEL, Field, PointCloud, Sheet, boundary_lines, cut, field_colors
from animviz.sampling import last_at

from .families.endings import count_in_words
from .families.model_curves import HIGH, ModelCurves, limits_of

LINE = 30.0  # units of height of a line above a plane
GAP = 30.0  # units between models
AIR = 0.04  # of the plane's height, around the points where its sides are left out
RADIUS = 2.5  # units of a point
CHANCE = 2.0  # standard errors of a share, which chance seldom exceeds


@scene(experiment="models", group="ideas", tasks=(MODELS,))
def models(stage: Stage, recording: Recording, *, points: bool = True) -> Draw:
    """Models of several kinds part the same points, each on its own clock, from the simplest to the closest fit.

    Args:
        stage: where to draw.
        recording: of what several models answer all over the plane, see `animviz.recorders.sklearn.record_models`.
        points: draw the points that the models learn.
    """
    courses, plane = courses_of(recording), _Plane.of(recording)
    limits, unseen = limits_of(courses), unseen_of(recording)
    asked = f", measured on {unseen:,} unseen ones" if unseen else ""
    subtitle = f"{recording.manifest.title}, {len(recording.extras['points']):,} points to learn{asked}"
    most = _by_chance(courses, unseen)
    worse = sum(_overfits(course, most) for course in courses)
    foot = _foot(limits, most if worse else None)
    sheet = Sheet(stage, recording, _title(worse, len(courses), most), subtitle=subtitle, numbers=[], foot=foot)
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
        self.course, self._theme = course, stage.theme
        labels = recording.extras["point_labels"]
        self._palette = stage.theme.palette(max(2, int(labels.max()) + 1))
        least, most = plane.aspects
        high = box.height - HIGH - LINE * lines
        wide = min(box.width, most * high)
        self._shape = (len(plane.ys), len(plane.xs))
        self._columns = plane.seen(float(np.clip(wide / high, least, most)))
        self._xs, self._ys = plane.xs[self._columns], plane.ys
        place = Box(box.left, box.bottom - HIGH - high, box.width, high)
        axes = stage.axes(place, _ends(self._xs), _ends(self._ys))
        self._field = Field(axes)
        stage.moves(self._field)
        if points:
            cloud = PointCloud(axes, labels, self._palette, max(0.8, RADIUS * stage.pixel))
            cloud.set_positions(recording.extras["points"])
            stage.moves(cloud)
        self._boundary = stage.line(axes, stage.theme.ink, 2.6)
        self._name(stage, box, lines)
        self._curves = ModelCurves(
            stage, Box(box.left, box.bottom - HIGH, box.width, HIGH), recording.epochs, course, limits
        )

    def _name(self, stage: Stage, box: Box, lines: int) -> None:
        """Write the model's name, and the reading of its clock beside it or below it."""
        top = box.top + LABEL - 2
        stage.text(box.left, top, cut(stage, self.course.name, box.width, weight="medium"), weight="medium")
        if lines == 1:
            self._reading = stage.text(box.right, top, "", color=stage.theme.quiet, align="right", moves=True)
        else:
            self._reading = stage.text(box.left, top + LINE, "", color=stage.theme.quiet, moves=True)

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
        self._curves.show(place)
        self._reading.set_text(_said(self.course, self.course.readings[place]))


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


def _title(worse: int, models: int, most: float) -> str:
    """Say how many models overfit, and by how much at least."""
    count = count_in_words(models, "model")
    if not worse:
        return f"{count[0].upper()}{count[1:]}, each on its own clock"
    some = "the model" if models == 1 else f"{count_in_words(worse)} of {count}" if worse < models else f"all {count}"
    words = ("overfits", "its") if worse == 1 else ("overfit", "their")
    return f"{some[0].upper()}{some[1:]} {words[0]}: over {most:g} % below {words[1]} best"


def _by_chance(courses: list[Course], unseen: int) -> float:
    """Return how much chance may take from the best share of a model, in tenths of a per cent; 0 if nobody knows."""
    best = [float(np.nanmax(course.test)) for course in courses if np.isfinite(course.test).any()]
    if not unseen or not best:
        return 0.0
    error = max(math.sqrt(share * (1 - share) / unseen) for share in best)
    return max(1, math.ceil(1_000 * CHANCE * error)) / 10


def _overfits(course: Course, most: float) -> bool:
    """Say whether from its best moment on a model lost more than chance takes, and on learned points nothing."""
    if not most or not np.isfinite(course.test).any():
        return False
    best = int(np.nanargmax(course.test))
    return bool(100 * (course.test[best] - course.test[-1]) > most and course.training[-1] >= course.training[best])


def _foot(limits: tuple[float, float], most: float | None) -> list[str]:
    """Say which curve is which, between which shares they are drawn, and what the share in the title is."""
    span = f"{100 * limits[0]:.0f} to {100 * limits[1]:.0f} %"
    return [
        f"drawn from {span} right, thick: unseen, thin: learned",
        "" if most is None else f"{most:g} % of unseen points: two standard errors",
    ]


def _layout(stage: Stage, room: Box, courses: list[Course], plane: _Plane) -> tuple[list[Box], int]:
    """Return a box for each model, in the rows and columns that make the planes largest, and the lines above each plane."""
    count, (least, most) = len(courses), plane.aspects
    widest = max(_widest(stage, course) for course in courses)
    best = (0.0, 1, 0.0, 0.0, 1)
    for columns in range(1, count + 1):
        rows = math.ceil(count / columns)
        wide = (room.width - (columns - 1) * GAP) / columns
        lines = 1 if widest <= wide else 2
        high = (room.height - (rows - 1) * 10) / rows - LINE * lines - HIGH
        wide, high = min(wide, most * high), min(high, wide / least)
        best = max(best, (wide * high, columns, wide, high, lines))
    _, columns, wide, high, lines = best
    rows, height = math.ceil(count / columns), high + LINE * lines + HIGH
    across = (room.width - columns * wide) / max(1, columns - 1)
    down = min(40.0, (room.height - rows * height) / max(1, rows - 1))
    boxes = [
        Box(room.left + (k % columns) * (wide + across), room.top + (k // columns) * (height + down), wide, height)
        for k in range(count)
    ]
    return boxes, lines
