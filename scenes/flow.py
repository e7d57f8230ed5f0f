"""Flow matching: noise streams into data, along velocities that a network learns.

After Lipman et al., "Flow Matching for Generative Modeling" (2022), and Chen et al., "Neural Ordinary Differential Equations"
(2018).
"""

from collections.abc import Sequence
from typing import Annotated

import numpy as np
from matplotlib.axes import Axes

from animviz import Box, Draw, Moment, Range, Recording, Stage, scene
from animviz.analysis.flow import nearest, streamed, velocities, way_ends
from animviz.analysis.states import sampled_states
from animviz.analysis.tasks import FLOW
from animviz.arrays import Array
from animviz.errors import DivergedError, SceneError
from animviz.parts import LABEL, Number, Plot, PointCloud, Sheet, Trace, cut, epoch_number, joined, pair, whole_ticks
from animviz.recording.replay.layers import hindrance, is_chain
from animviz.recording.state import State

from .families.camera import eased
from .families.log_epochs import LogEpochs

REACHED = 2.0  # times the distance that true points have to each other: the noise has become data
MANY = 1_600  # samples that are looked at; half of them are the goal, and the noise of the others streams
STATES = 40  # of which the distance is measured, evenly on a log scale
OUTER = 0.995  # of the places lie within the limits at least
FORWARD, REST = 0.62, 0.8  # of a run: when the noise has arrived, and when it begins to flow back
DISTANCE = Number("", ".3f", "0.000")
HEADING, LOW = 52.0, 220.0  # units of height: of what stands above a curve, and of curves without a heading
CELL = 46.0  # units between two arrows
WIDE = 1.5  # width over height of a room in which the clocks stand beside the plane


@scene(experiment="flow", group="ideas", tasks=(FLOW,))
def flow(
    stage: Stage, recording: Recording, *, runs: Annotated[int, Range(1, 100)] = 3,
    trails: Annotated[int, Range(0, 800)] = 120,
) -> Draw:  # fmt: skip
    """Noise streams into data: places that follow a velocity, and the field of velocities that a network learns.

    Args:
        stage: where to draw.
        recording: of a chain of layers that is given places in the plane, each with a time from 0 to 1, and answers
            velocities; it is trained on straight ways from noise to data.
        runs: how often the noise streams while the network learns.
        trails: places whose way is drawn.
    """
    if not is_chain(recording.layers):
        raise SceneError(
            f"flow needs a chain of layers that NumPy replays; {recording.path} has {hindrance(recording.layers)}"
        )
    begins, ends = (each[:MANY] for each in way_ends(recording))
    goal, noise = ends[::2], begins[1::2]
    known = _Distances(recording, noise, goal, ends[1::2])
    time = Number("time of flow", ".2f", "0.00")
    sheet = Sheet(
        stage, recording, _title(recording, known), subtitle=_subtitle(recording),
        numbers=[epoch_number(recording), time], foot=["orange: noise on its way to the data, blue", "arrows: velocity now"],
    )  # fmt: skip
    box, flowing, learning = _layout(sheet.room)
    plane = _Plane(stage, box, recording, noise, goal, trails)
    clock = _Clock(stage, flowing)
    course = _Course(stage, learning, recording, known)

    def draw(moment: Moment) -> None:
        state, now = recording.at(moment.epoch), flow_time(moment.progress, runs)
        plane.show(state, now)
        clock.show(now)
        course.show(moment.epoch)
        sheet.show(state, **{time.label: now})

    return draw


def flow_time(progress: float, runs: int) -> float:
    """Return the time of the flow: each run goes from 0 to 1, rests and goes back; the last one ends at 1.

    Args:
        progress: of the film, from 0 to 1.
        runs: how many there are.
    """
    place = progress * (runs - 1 + REST)
    share = place - min(int(place), runs - 1)
    if share < FORWARD:
        return eased(share / FORWARD)
    return 1 - eased((share - REST) / (1 - REST)) if share > REST else 1.0


class _Distances:
    """How far the noise of some states ends from the data, and how far true points are from it."""

    def __init__(self, recording: Recording, noise: Array, goal: Array, others: Array) -> None:
        span = float(recording.epochs[-1] - recording.epochs[0])
        wanted = recording.epochs[0] + np.geomspace(1, 1 + span, STATES) - 1
        self.epochs = np.unique(recording.epochs[np.searchsorted(recording.epochs, wanted - 1e-9)])
        self.values = np.array([_distance(recording.at(epoch), noise, goal) for epoch in self.epochs])
        self.true = nearest(others, goal)


def _distance(state: State, noise: Array, goal: Array) -> float:
    try:
        return nearest(streamed(state, noise, 1.0)[-1], goal)
    except DivergedError:
        return float("nan")


class _Plane:
    """The data, the velocities at the time of the flow, and the noise with the way it has come."""

    def __init__(self, stage: Stage, box: Box, recording: Recording, noise: Array, goal: Array, trails: int) -> None:
        theme = stage.theme
        axes = _axes_around(stage, box, np.concatenate([noise, goal]))
        truth = PointCloud(axes, np.zeros(len(goal), int), _one(theme.mix(theme.negative, 0.6)), 1.8 * stage.pixel)
        truth.set_positions(goal)
        stage.moves(truth)
        self._arrows = stage.strokes(axes, theme.mix(theme.quiet, 0.6), 1.4)
        self._ways = stage.strokes(axes, theme.mix(theme.positive, 0.4), 1.3)
        self._places = PointCloud(
            axes, np.zeros(len(noise), int), _one(theme.mix(theme.positive, 1)), 2.5 * stage.pixel
        )
        stage.moves(self._places)
        self._noise, self._trails = noise, trails
        self._grid, cell = _grid(axes, box)
        self._scale = 1.15 * cell / _fastest(recording, self._grid)

    def show(self, state: State, time: float) -> None:
        way = streamed(state, self._noise, time)
        self._places.set_positions(way[-1])
        self._ways.set_lines(joined(np.moveaxis(way[:, : self._trails], 0, 1)))
        self._arrows.set_lines(_arrows(self._grid, self._scale * velocities(state, self._grid, time)))


class _Clock:
    """The time of the flow, from noise to data."""

    def __init__(self, stage: Stage, box: Box) -> None:
        stage.text(box.left, box.top + LABEL, "the flow", weight="medium")
        line = Box(box.left + 8, box.top + 40, box.width - 16, 24)
        axes = stage.axes(line, (0, 1), (-1, 1))
        axes.plot([0, 1], [0, 0], color=stage.theme.grid, linewidth=stage.points(2.5), clip_on=False)
        self._past = stage.curve(axes, stage.theme.positive, 4, 16)
        top = line.bottom + LABEL
        stage.text(box.left, top, "noise", color=stage.theme.quiet)
        stage.text(box.right, top, "data", color=stage.theme.quiet, align="right")

    def show(self, time: float) -> None:
        self._past.set_data([0, time], [0, 0])


class _Course:
    """How far from the data the noise ends, over the training on a log scale."""

    def __init__(self, stage: Stage, box: Box, recording: Recording, known: _Distances) -> None:
        self._scale = scale = LogEpochs(recording)
        last = max(float(scale.moments[-1]), 0.3)
        finite = known.values[np.isfinite(known.values)]
        low = min([known.true or 1.0, *finite[finite > 0]])
        high = max([known.true, *finite])
        right = stage.measure("0.000", LABEL) + 22
        measured, above = "distance from ends to data", LABEL
        if box.height > LOW:
            stage.text(box.left, box.top + LABEL, "the training, in epochs", weight="medium")
            above = HEADING
        stage.text(box.left, box.top + above, cut(stage, measured, box.width), color=stage.theme.quiet)
        above += 14
        below = Box(box.left, box.top + above, box.width, box.height - above)
        floor = low / (2 if box.height > LOW else 8)  # so that a name has room below the line of true points
        plot = Plot(
            stage, below, (0, last), (floor, 1.4 * high or 1.0), log=True, ticks=_ticks(recording, scale), right=right
        )
        color = stage.theme.negative
        plot.axes.plot([0, last], [known.true] * 2, color=color, linewidth=stage.points(2), linestyle=(0, (4, 3)))
        top = plot.top_of(known.true or low)
        top += 26 if top + 30 < plot.room.bottom else -12
        stage.text(plot.room.right, top, "true points", color=color, align="right")
        self._plot, self._stage = plot, stage
        self._trace = Trace(stage, plot.axes, scale.at(known.epochs), known.values, stage.theme.positive)
        self._text = stage.text(0, 0, "", moves=True)
        pair(stage, "distance", lambda: [self._text.get_text()], lambda: [self._trace.value])

    def show(self, epoch: float) -> None:
        self._trace.show(float(self._scale.at(epoch)))
        value = self._trace.value
        self._text.set_text(DISTANCE.text(value) if np.isfinite(value) else "")
        if value > 0:
            left = self._plot.left_of(float(self._scale.at(epoch))) + 12
            self._text.set_position((left / self._stage.width, 1 - (self._plot.top_of(value) - 8) / self._stage.height))


def _axes_around(stage: Stage, box: Box, places: Array) -> Axes:
    """Add axes with equal scales, in which nearly all places lie."""
    middle = (places.min(axis=0) + places.max(axis=0)) / 2
    half = np.quantile(np.abs(places - middle), OUTER, axis=0)
    unit = 1.06 * max(half[0] / box.width, half[1] / box.height)
    reach = unit * np.array([box.width, box.height])
    (left, low), (right, high) = middle - reach, middle + reach
    return stage.axes(box, (float(left), float(right)), (float(low), float(high)))


def _grid(axes: Axes, box: Box) -> tuple[Array, float]:
    """Return the places of the arrows, (places, 2), and how far they are apart."""
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    columns, rows = round(box.width / CELL), round(box.height / CELL)
    xs = left + (np.arange(columns) + 0.5) * (right - left) / columns
    ys = low + (np.arange(rows) + 0.5) * (high - low) / rows
    return np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2).astype(np.float32), float((right - left) / columns)


def _fastest(recording: Recording, grid: Array) -> float:
    """Return the greatest speed on the grid of some states and times, so that one scale fits all."""
    states = sampled_states(recording, 8)
    speeds = [
        np.linalg.norm(velocities(state, grid, time), axis=1).max() for state in states for time in (0.0, 0.5, 1.0)
    ]
    return float(max(speeds)) or 1.0


def _arrows(places: Array, vectors: Array) -> Array:
    """Return arrows through places as polylines that NaN separates: a shaft, and a head of its size."""
    tail, tip = places - vectors / 2, places + vectors / 2
    side = np.stack([-vectors[:, 1], vectors[:, 0]], axis=1)
    one, other = (tip - 0.32 * vectors + turn * side for turn in (0.17, -0.17))
    return joined(np.stack([tail, tip, one, tip, other], axis=1))


def _one(color: tuple[float, float, float]) -> Array:
    return np.array([color], np.float32)


def _ticks(recording: Recording, scale: LogEpochs) -> Sequence[tuple[float, str]]:
    """Return the epochs at which the log scale is marked."""
    first, span = scale.first, float(recording.epochs[-1]) - scale.first
    if span < 9:
        return [(float(scale.at(first + at)), f"{first + at:g}") for at in whole_ticks(0, max(span, 1.0), most=3)]
    return [(0.0, f"{first:g}"), *scale.tens()]


def _title(recording: Recording, known: _Distances) -> str:
    """Say whether the noise becomes data in the end."""
    name = recording.manifest.title
    name = name[:1].lower() + name[1:]
    if np.isfinite(known.values[-1]) and known.values[-1] < REACHED * known.true:
        return f"Noise streams into {name}"
    return f"Noise does not reach {name}"


def _subtitle(recording: Recording) -> str:
    arch = recording.manifest.arch
    return f"{arch or 'a network'} gives each place and time a velocity"


def _layout(room: Box) -> tuple[Box, Box, Box]:
    """Return the boxes of the plane, of the clock of the flow and of that of the training."""
    if room.width > WIDE * room.height:
        width = 0.64 * room.width
        left = room.left + width + 40
        right = room.right - left
        return (
            Box(room.left, room.top, width, room.height), Box(left, room.top, right, 96),
            Box(left, room.top + 130, right, room.height - 130),
        )  # fmt: skip
    below = (0.4 if room.height < WIDE * room.width else 0.36) * room.height
    high = room.height - below - 16
    top = room.top + high + 16
    if room.height < WIDE * room.width:
        half = 0.42 * room.width
        return (
            Box(room.left, room.top, room.width, high), Box(room.left, top, half, 96),
            Box(room.left + half + 40, top, room.width - half - 40, below),
        )  # fmt: skip
    return (
        Box(room.left, room.top, room.width, high), Box(room.left, top, room.width, 96),
        Box(room.left, top + 116, room.width, below - 116),
    )  # fmt: skip
