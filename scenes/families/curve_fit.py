"""A curve that a network is trained on, and what the network answers; shared by `polyfit` and its small form."""

from collections.abc import Sequence

import numpy as np
from matplotlib.patches import Polygon

from animviz import Box, Recording, Stage
from animviz.analysis.states import sampled_states
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.recording.replay.layers import is_dense_chain
from animviz.recording.state import State

__all__ = ["Fit"]


class Fit:
    """The target, the network's answer, and what is between them.

    Args:
        stage: where.
        box: room for it.
        recording: of a network with one input and one output, trained on a curve.
        peers: the recordings whose answers the limits hold.
        band: fill the residual.
    """

    def __init__(self, stage: Stage, box: Box, recording: Recording, peers: Sequence[Recording], *, band: bool) -> None:
        theme = stage.theme
        self._x, self._target = x, target = _curve(recording)
        limits = [_limits(peer, *_curve(peer)) for peer in peers]
        low, high = min(low for low, _ in limits), max(high for _, high in limits)
        axes = stage.axes(box, (float(x[0, 0]), float(x[-1, 0])), (low, high))
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

    def show(self, state: State) -> None:
        """Show what a state answers."""
        x, answer = self._x[:, 0], state.outputs(self._x)[:, 0]
        self._fit.set_data(x, answer)
        self._fill.set_xy(np.column_stack([np.append(x, x[::-1]), np.append(self._target, answer[::-1])]))


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
