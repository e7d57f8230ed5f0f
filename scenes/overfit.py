"""Double descent: a curve through noisy points with more and more features, and how wrong it is.

After Belkin et al., "Reconciling modern machine-learning practice and the classical bias-variance trade-off" (2019).
"""

import numpy as np

from animviz import Box, Draw, Moment, Recording, Stage, scene
from animviz.analysis.states import finite_states
from animviz.analysis.tasks import CURVE
from animviz.arrays import Array
from animviz.parts import LABEL, Legend, Number, Plot, PointCloud, Sheet, Trace, Words, levels, pair

from .families.endings import DIVERGED
from .families.log_epochs import LogEpochs
from .families.spacing import parted

ROOM = 0.5  # of the height of the points that is left above and below them
BETWEEN = 16  # points of a curve of errors between two snapshots
APART = 28.0  # units between the baselines of two labels
WIDTH = 56.0  # units between two ticks
DOTS = (20.0, 10.0)  # units of the dots at the ends of both curves: where they meet, both are seen
LEGEND, POINT = 36.0, 5.0  # units of height, and of the radius of a point


@scene(experiment="overfit", group="ideas", tasks=(CURVE,))
def overfit(stage: Stage, recording: Recording) -> Draw:
    """Double descent: a curve through a few points with more and more features; its error falls, rises and falls again.

    Args:
        stage: where to draw.
        recording: of a curve; where its logs note "features", each snapshot is a fit with so many of them, and the points are
            "train_inputs" and "train_targets" of its extras.
    """
    low, high = _heights(recording)
    answers = (state.outputs() for state in finite_states(recording, len(recording)))
    leaves = any(answer.min() < low or answer.max() > high for answer in answers)
    sheet = Sheet(
        stage, recording, _title(recording), numbers=[_clock(recording)],
        foot=[
            f"{_name(recording)}: against the curve, at all places",
            "the fit is cut off where it leaves the picture" if leaves else "",
        ],
    )  # fmt: skip
    left, right = _layout(sheet.room)
    fit = _Fit(stage, left, recording)
    errors = _Errors(stage, right, recording)

    def draw(moment: Moment) -> None:
        state = recording.at(moment.epoch)
        fit.show(state.outputs()[:, 0])
        errors.show(moment.epoch)
        sheet.show(state, features=state.snapshot.logs.get("features", np.nan))

    return draw


class _Fit:
    """The curve, the points that are fitted, and the fit."""

    def __init__(self, stage: Stage, box: Box, recording: Recording) -> None:
        theme, inputs = stage.theme, recording.single_input(recording.inputs)[:, 0]
        self._order = np.argsort(inputs, kind="stable")
        self._x, target = inputs[self._order], np.asarray(recording.targets, float)[self._order]
        given = _given(recording)
        reach = float(self._x[0]), float(max(self._x[-1], self._x[0] + 1e-9))
        names = (
            ["the curve", "the fit"]
            if given is None
            else ["the curve", "the fit", f"{len(given)} points of it, with noise"]
        )
        colors = [theme.negative, theme.positive, theme.ink][: len(names)]
        Legend(stage, names, colors, box.width, most=1).put(box.left, box.top)
        plot = Plot(
            stage, Box(box.left, box.top + LEGEND, box.width, box.height - LEGEND), reach, _heights(recording),
            ticks=[(level, f"{level:g}") for level in levels(*reach)], right=14,
        )  # fmt: skip
        plot.axes.plot(self._x, target, color=theme.negative, linewidth=stage.points(3.5))
        self._line = stage.line(plot.axes, theme.positive, 4)
        if given is not None:
            cloud = PointCloud(plot.axes, np.zeros(len(given), int), _rgb(stage), POINT * stage.pixel)
            cloud.set_positions(given.astype(np.float32))
            stage.moves(cloud)

    def show(self, answer: Array) -> None:
        """Show a fit at the recorded inputs."""
        self._line.set_data(self._x, answer[self._order])


class _Errors:
    """Training and test error on a log scale, over the number of features or the epochs."""

    def __init__(self, stage: Stage, box: Box, recording: Recording) -> None:
        self._stage, self._scale = stage, LogEpochs(recording)
        curves = [(_name(recording), *recording.history("loss", source="scores"), stage.theme.positive)]
        if "loss" in recording.noted():
            curves.append(("training error", *recording.history("loss"), stage.theme.ink))
        self._floor = floor = _floor(*(values for _, _, values, _ in curves))
        top = max(float(values[np.isfinite(values)].max(initial=3 * floor)) for _, _, values, _ in curves)
        last = max(self._scale.at(recording.epochs[-1]), 0.3)
        names, colors = [name for name, _, _, _ in curves], [color for _, _, _, color in curves]
        Legend(stage, names, colors, box.width, most=1).put(box.left, box.top)
        right = stage.measure("<0.00001", LABEL) + 22
        self._plot = plot = Plot(
            stage, Box(box.left, box.top + LEGEND, box.width, box.height - LEGEND), (0.0, last),
            (floor / 1.6, 1.6 * top), ticks=[], log=True, right=right,
        )  # fmt: skip
        for place, label in self._ticks(plot.room.width / last, recording.epochs[-1]):
            stage.text(plot.left_of(place), plot.room.bottom + 34, label, color=stage.theme.quiet, align="center")
        what = "features" if "features" in recording.noted() else "epochs"
        stage.text(plot.room.right + 30, plot.room.bottom + 34, what, color=stage.theme.quiet)
        self._mark(recording)
        self._traces = []
        for (_, epochs, values, color), dot in zip(curves, DOTS, strict=False):
            at, seen = _finer(self._scale.at(epochs), values, floor)
            self._traces.append(Trace(stage, plot.axes, at, seen, color, dot=dot))
        self._words = Words(stage, np.zeros((len(curves), 2)))
        self._colors = np.array([_rgb(stage, color)[0] for _, _, _, color in curves])
        pair(stage, "error", lambda: self._words.texts, lambda: [trace.value for trace in self._traces])

    def show(self, epoch: float) -> None:
        """Move to a moment."""
        for trace in self._traces:
            trace.show(self._scale.at(epoch))
        values = [trace.value for trace in self._traces]
        self._words.set_words([self._said(value) for value in values], self._colors)
        tops = parted([self._plot.top_of(value) + 8 for value in values], APART)
        self._words.move([(self._plot.room.right + 18, top) for top in tops])

    def _said(self, value: float) -> str:
        if not np.isfinite(value):
            return ""
        return f"<{self._floor:g}" if value < self._floor else f"{value:.3g}"

    def _ticks(self, unit: float, last: float) -> list[tuple[float, str]]:
        """Return round numbers of features or epochs that have room; a step of one on their scale takes so many units."""
        first, at = self._scale.first, self._scale.at
        kept: list[float] = []
        for number in (first, *(k * 10**power for power in range(6) for k in (1, 2, 5)), last):
            if first <= number <= last and (not kept or unit * (at(number) - at(kept[-1])) >= WIDTH):
                kept.append(number)
        if kept[-1] != last:
            kept[-1] = last
        return [(at(number), f"{number:,.0f}") for number in kept]

    def _mark(self, recording: Recording) -> None:
        """Mark where there are as many features as points."""
        given, plot, stage = _given(recording), self._plot, self._stage
        if given is None or "features" not in recording.noted() or not len(given) <= recording.epochs[-1]:
            return
        place = self._scale.at(len(given))
        plot.axes.plot(
            [place] * 2, plot.axes.get_ylim(), color=stage.theme.quiet, linewidth=stage.points(1.5), zorder=0
        )
        words = f"{len(given)} points"
        before = plot.left_of(place) - 10 - stage.measure(words, LABEL) >= plot.room.left  # behind it the error falls
        stage.text(
            plot.left_of(place) + (-10 if before else 10), plot.room.top + 18, words, color=stage.theme.quiet,
            align="right" if before else "left",
        )  # fmt: skip


def _finer(at: Array, values: Array, floor: float) -> tuple[Array, Array]:
    """Return a curve with points between, so that it is straight on a log scale; what is below the floor lies just below it."""
    heights = np.log10(np.maximum(values, floor / 1.3))
    steps = np.arange(0, len(at) - 1 + 0.5 / BETWEEN, 1 / BETWEEN)
    places = np.interp(steps, np.arange(len(at)), at)
    return places, 10 ** np.interp(places, at, heights)


def _floor(errors: Array, *others: Array) -> float:
    """Return a power of ten below the least of errors; others may fall ten times as low before they are cut off."""
    least = [float(known.min(initial=np.inf, where=known > 0)) for known in (errors, *others)]
    lowest = max(min(least), least[0] / 10)
    return float(10.0 ** np.floor(np.log10(lowest))) if np.isfinite(lowest) else 1e-3


def _name(recording: Recording) -> str:
    """Return what the error of the recorded samples is called."""
    return "test error" if recording.measured_on == "test" else "error of the fit"


def _given(recording: Recording) -> Array | None:
    """Return the points that were fitted, (points, 2); None where they were not recorded."""
    extras = recording.extras
    if "train_inputs" not in extras or "train_targets" not in extras:
        return None
    return np.column_stack([extras["train_inputs"].reshape(-1), extras["train_targets"].reshape(-1)])


def _heights(recording: Recording) -> tuple[float, float]:
    """Return the limits of the picture: curve and points, with room above and below; a fit may leave them."""
    given = _given(recording)
    heights = np.asarray(recording.targets, float)
    heights = heights if given is None else np.append(heights, given[:, 1])
    low, high = float(heights.min()), float(heights.max())
    room = ROOM * ((high - low) or 1.0)
    return low - room, high + room


def _clock(recording: Recording) -> Number:
    """Return what stands for the moment: features, where they were noted."""
    label = "features" if "features" in recording.noted() else "epoch"
    return Number(label, ".0f", f"{recording.epochs[-1]:.0f}")


def _title(recording: Recording) -> str:
    """Say what the test error does."""
    epochs, errors = recording.history("loss", source="scores")
    if not len(errors) or not np.isfinite(errors[-1]):
        return DIVERGED
    given = _given(recording)
    if given is None or "features" not in recording.noted():
        best = float(epochs[np.nanargmin(errors)])
        return "The error falls to the end" if best == epochs[-1] else f"The error is least at epoch {best:g}"
    few, many = errors[epochs < len(given)], errors[epochs >= len(given)]
    if not len(few) or len(many) < 2:
        return "The error with fewer features than points"
    if errors[-1] > many.max() / 2:
        return "More features than points, and the error stays"
    return f"More features than points, and the error falls again{', even lower' if errors[-1] < few.min() else ''}"


def _rgb(stage: Stage, color: str = "") -> Array:
    return np.array([stage.theme.mix(color or stage.theme.ink, 1.0)], np.float32)


def _layout(room: Box) -> tuple[Box, Box]:
    """Return the boxes of the fit and of the errors: beside each other in wide rooms, else below."""
    if room.width > max(850.0, 1.3 * room.height):
        width = 0.54 * room.width
        return Box(room.left, room.top, width, room.height), Box(
            room.left + width + 40, room.top, 0.46 * room.width - 40, room.height
        )
    high = (0.56 if room.height > 1.3 * room.width else 0.5) * room.height
    return Box(room.left, room.top, room.width, high), Box(
        room.left, room.top + high + 10, room.width, room.height - high - 10
    )
