"""A curve that a network is trained on, and what the network answers; shared by `polyfit` and its small form."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Polygon

from animviz import Box, Recording, Stage
from animviz.analysis.states import sampled_states
from animviz.arrays import Array
from animviz.errors import DivergedError, SceneError
from animviz.parts import Plot, Tags, free_places, levels, name_tags
from animviz.recording.replay.layers import is_dense_chain
from animviz.recording.state import State

__all__ = ["Fit", "residual_share"]

INNER = 0.42  # of the axis: names stand no nearer to its ends
AWAY = 24.0  # units from a curve to its name


class Fit:
    """The target, the network's answer, and what is between them.

    Args:
        stage: where.
        box: room for it.
        recording: of a network with one input and one output, trained on a curve.
        peers: the recordings whose answers the limits hold.
        band: fill the residual.
        numbered: write numbers on the axes, and name the curves.
    """

    def __init__(
        self, stage: Stage, box: Box, recording: Recording, peers: Sequence[Recording], *, band: bool,
        numbered: bool = False,
    ) -> None:  # fmt: skip
        theme = stage.theme
        self._x, self._target = x, target = _curve(recording)
        limits = [_limits(peer, *_curve(peer)) for peer in peers]
        reach = float(x[0, 0]), float(x[-1, 0])
        height = min(low for low, _ in limits), max(high for _, high in limits)
        if numbered:  # a low picture needs more room for a name outside of the curves
            air = max(0.0, (AWAY + 14) / box.height - 0.06) * (height[1] - height[0])
            height = height[0] - air, height[1] + air
        ticks = [(tick, f"{tick:g}") for tick in levels(*reach)]
        axes = Plot(stage, box, reach, height, ticks=ticks).axes if numbered else stage.axes(box, reach, height)
        axes.axhline(0, color=theme.grid, linewidth=stage.points(1))
        axes.axvline(0, color=theme.grid, linewidth=stage.points(1))
        self._fill = Polygon(
            np.zeros((3, 2)), facecolor=theme.mix(theme.positive, 0.28), edgecolor="none", visible=band
        )
        axes.add_patch(self._fill)
        stage.moves(self._fill)
        goal = stage.line(axes, theme.negative, 3.5)
        goal.set_data(x[:, 0], target)
        self._fit = stage.line(axes, theme.positive, 4)
        self._names = _Names(stage, axes, recording, x[:, 0], target) if numbered else None

    def show(self, state: State) -> None:
        """Show what a state answers."""
        x, answer = self._x[:, 0], state.outputs(self._x)[:, 0]
        self._fit.set_data(x, answer)
        self._fill.set_xy(np.column_stack([np.append(x, x[::-1]), np.append(self._target, answer[::-1])]))
        if self._names is not None:
            self._names.show(answer)


class _Names:
    """The names of both curves: the target's stands, the answer's goes with its curve."""

    def __init__(self, stage: Stage, axes: Axes, recording: Recording, x: Array, target: Array) -> None:
        _, tags = named = name_tags(stage, ("target", "answer"), stage.width * stage.height)
        self._tags = Tags(stage, axes, np.arange(len(tags)), named)
        answers = [state.outputs(x[:, None])[:, 0] for state in sampled_states(recording, 8)]
        low, high = axes.get_ylim()
        # Beside the answer's name the curves are far apart at first, and level; it stands where they are bent outwards.
        slope = np.gradient(target, x) if len(np.unique(x)) == len(x) else np.zeros_like(target)
        level = 1 + np.abs(slope) / (np.abs(slope).mean() or 1.0)
        inner = np.abs(x - x.mean()) < INNER * np.ptp(x)
        self._at = int(np.where(inner, np.abs(answers[0] - target) / level, -1.0).argmax())
        near = np.abs(x - x[self._at]) <= 0.1 * np.ptp(x)
        bent = target[near].mean() > target[self._at]
        self._away = (-1 if bent else 1) * AWAY * stage.pixel * (high - low) / axes.bbox.height
        self._x = x
        self._goal = self._free(stage, axes, target, answers, tags[0])

    def _free(self, stage: Stage, axes: Axes, target: Array, answers: list[Array], tag: Array) -> Array:
        """Return a place beside the target on which no curve lies, in data coordinates."""
        curves = [target, *answers, answers[0] + self._away, answers[-1] + self._away]
        places = np.concatenate([np.column_stack([self._x, curve]) for curve in curves])
        pixels = axes.transData.transform(places)
        labels = np.repeat(np.arange(len(curves)) > 0, len(target)).astype(int)
        corners = axes.bbox.get_points()
        (found,) = free_places(pixels, labels, np.zeros(1, int), np.array([tag.shape[1::-1]], float), tuple(corners))
        return np.asarray(axes.transData.inverted().transform(found))

    def show(self, answer: Array) -> None:
        self._tags.show(self._tags.places(np.array([self._goal, (self._x[self._at], answer[self._at] + self._away)])))


def residual_share(recording: Recording) -> float | None:
    """Return the share of the target's variance that the last state's answer leaves; None where it has diverged."""
    x, target = _curve(recording)
    try:
        answer = recording.at(float(recording.epochs[-1])).outputs(x)[:, 0]
    except DivergedError:
        return None
    return float(np.mean((answer - target) ** 2) / (np.var(target) or 1.0))


def _curve(recording: Recording) -> tuple[Array, Array]:
    """Return the recorded inputs in rising order, shape (samples, 1), and their targets, shape (samples,).

    Raises:
        SceneError: the recording is not of a curve.
    """
    if recording.output.task != "regression" or not is_dense_chain(recording.layers):
        raise SceneError(
            f"polyfit draws a chain of dense layers trained on a curve; {recording.path} is of another kind"
        )
    inputs = recording.single_input(recording.inputs)
    target = recording.targets.reshape(len(inputs), -1)
    if inputs.ndim != 2 or inputs.shape[1] != 1 or target.shape[1] != 1:
        shapes = f"{inputs.shape} and {target.shape}"
        raise SceneError(f"polyfit needs one input and one output; {recording.path} has arrays of shape {shapes}")
    order = np.argsort(inputs[:, 0], kind="stable")
    return inputs[order], target[order, 0]


def _limits(recording: Recording, x: Array, target: Array) -> tuple[float, float]:
    """Return limits that hold the target and every state's answer, unless an answer runs far away."""
    low, high = float(target.min()), float(target.max())
    span = high - low or 1.0
    answers = [state.outputs(x) for state in sampled_states(recording)]
    low = max(min(low, float(min(a.min() for a in answers))), low - 0.5 * span)
    high = min(max(high, float(max(a.max() for a in answers))), high + 0.5 * span)
    return low - 0.08 * span, high + 0.08 * span
