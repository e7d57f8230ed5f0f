"""Models of several kinds part the same points of the plane, each on its own clock, from the simplest to the closest fit."""

import math
from dataclasses import dataclass

import numpy as np

from animviz import Box, Draw, Moment, Recording, Stage, scene
from animviz.analysis.models import Course, courses_of, unseen_of
from animviz.analysis.tasks import MODELS
from animviz.arrays import Array
from animviz.errors import DivergedError
from animviz.parts import LABEL, Field, PointCloud, Sheet, boundary_lines, cut, field_colors
from animviz.sampling import last_at

from .families.endings import count_in_words
from .families.model_curves import HIGH, ModelCurves, limits_of, width_of
from .families.model_plane import GridPlane

LINE = 30.0  # units of height of a line above a plane
GAP, DOWN, BESIDE = (
    40.0,
    14.0,
    14.0,
)  # units between models, between rows of them, and from a plane to curves at its right
RADIUS = 2.5  # units of a point
LOST, FEWEST = 100, 10  # worse is a model that lost one in so many unseen points, and so many at least


@scene(experiment="models", group="ideas", tasks=(MODELS,))
def models(stage: Stage, recording: Recording, *, points: bool = True) -> Draw:
    """Models of several kinds part the same points, each on its own clock, from the simplest to the closest fit.

    Args:
        stage: where to draw.
        recording: of what several models answer all over the plane, see `animviz.recorders.sklearn.record_models`.
        points: draw the points that the models learn.
    """
    courses, plane = courses_of(recording), GridPlane.of(recording)
    limits, unseen = limits_of(courses), unseen_of(recording)
    asked = f", measured on {unseen:,} unseen ones" if unseen else ""
    subtitle = f"{recording.manifest.title}, {len(recording.extras['points']):,} points to learn{asked}"
    worse = sum(_lost(course, unseen) >= _enough(unseen) for course in courses)
    foot = _foot(limits, unseen if worse else 0)
    sheet = Sheet(stage, recording, _title(worse, len(courses)), subtitle=subtitle, numbers=[], foot=foot)
    places = _layout(stage, sheet.room, courses, plane)
    views = [
        _Model(stage, place, recording, course, plane, limits, points=points)
        for place, course in zip(places, courses, strict=True)
    ]

    def draw(moment: Moment) -> None:
        place = last_at(recording.epochs, moment.epoch)  # a blend of two models is none that was trained
        outputs = recording[place].outputs
        if not all(np.isfinite(said).all() for said in outputs.values()):
            raise DivergedError(f"state {place}: an answer is not finite")
        for view in views:
            view.show(place, outputs[view.course.name])

    return draw


class _Model:
    """One model: what it answers in the plane, the reading of its clock, and how often it is right."""

    def __init__(
        self, stage: Stage, place: "_Place", recording: Recording, course: Course, plane: GridPlane,
        limits: tuple[float, float], *, points: bool,
    ) -> None:  # fmt: skip
        self.course, self._theme = course, stage.theme
        labels = recording.extras["point_labels"]
        self._palette = stage.theme.palette(max(2, int(labels.max()) + 1))
        self._shape = (len(plane.ys), len(plane.xs))
        self._part = plane.seen(place.plane.width, place.plane.height)
        self._ys, self._xs = plane.ys[self._part[0]], plane.xs[self._part[1]]
        axes = stage.axes(place.plane, _ends(self._xs), _ends(self._ys))
        self._field = Field(axes)
        stage.moves(self._field)
        if points:
            cloud = PointCloud(axes, labels, self._palette, max(0.8, RADIUS * stage.pixel))
            cloud.set_positions(recording.extras["points"])
            stage.moves(cloud)
        self._boundary = stage.line(axes, stage.theme.ink, 2.6)
        self._name(stage, place.name, place.lines)
        self._curves = ModelCurves(stage, place.curves, recording.epochs, course, limits)

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
        probability = np.asarray(said, np.float64).reshape(*self._shape, -1)[self._part]
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


def _title(worse: int, models: int) -> str:
    """Say how many models end worse than they were."""
    count = count_in_words(models, "model")
    if not worse:
        return f"{count[0].upper()}{count[1:]}, each on its own clock"
    some = "the model" if models == 1 else f"{count_in_words(worse)} of {count}" if worse < models else f"all {count}"
    words = "ends worse than it was" if worse == 1 else "end worse than they were"
    return f"{some[0].upper()}{some[1:]} {words} at best"


def _lost(course: Course, unseen: int) -> int:
    """Return how many more of the unseen points a model had right at its best than it has in the end."""
    if not np.isfinite(course.test).any():
        return 0
    change = float(np.nanmax(course.test) - course.test[-1])
    return round(unseen * change) if np.isfinite(change) else 0


def _enough(unseen: int) -> int:
    """Return from how many lost points on a model counts as worse."""
    return max(FEWEST, math.ceil(unseen / LOST))


def _foot(limits: tuple[float, float], unseen: int) -> list[str]:
    """Say which curve is which, between which shares they are drawn, and what the title calls worse."""
    span = f"{100 * limits[0]:.0f} to {100 * limits[1]:.0f} %"
    return [
        f"drawn from {span} right, thick: unseen, thin: learned",
        f"worse: {_enough(unseen):,} or more of {unseen:,} unseen points lost" if unseen else "",
    ]


@dataclass(frozen=True)
class _Place:
    """Where the parts of a model stand.

    Attributes:
        name: of its name and the reading of its clock.
        lines: in how many lines they are written.
        plane: of the plane.
        curves: of the curves, below the plane or to its right.
    """

    name: Box
    lines: int
    plane: Box
    curves: Box

    @classmethod
    def within(cls, box: Box, lines: int, beside: float) -> "_Place":
        """Divide the room of a model; the curves stand to the right of the plane where they have a width, else below it."""
        name = Box(box.left, box.top, box.width, LINE * lines)
        high = box.height - name.height - (0 if beside else HIGH)
        plane = Box(box.left, name.bottom, box.width - (beside + BESIDE if beside else 0), high)
        below = Box(box.left, plane.bottom, box.width, HIGH)
        return cls(name, lines, plane, Box(box.right - beside, plane.top, beside, high) if beside else below)


def _layout(stage: Stage, room: Box, courses: list[Course], plane: GridPlane) -> list[_Place]:
    """Return a place for each model, in the rows and columns in which the points are largest."""
    count, widest = len(courses), max(_widest(stage, course) for course in courses)

    def arranged(columns: int, beside: float) -> list[_Place]:
        rows = math.ceil(count / columns)
        wide = (room.width - (columns - 1) * GAP) / columns
        high = (room.height - (rows - 1) * DOWN) / rows
        lines = 1 if widest <= wide else 2
        corners = [
            (room.left + k % columns * (wide + GAP), room.top + k // columns * (high + DOWN)) for k in range(count)
        ]
        return [_Place.within(Box(left, top, wide, high), lines, beside) for left, top in corners]

    every = [arranged(columns, beside) for columns in range(1, count + 1) for beside in (0.0, width_of(stage))]
    return max(every, key=lambda places: plane.scale(places[0].plane.width, places[0].plane.height))
