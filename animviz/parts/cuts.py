"""The cuts of the first hidden layer: a straight line in the input plane for each of its units."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb

from animviz.analysis.states import finite_states
from animviz.arrays import Array
from animviz.recording.recording import Recording
from animviz.recording.state import State
from animviz.stage.stage import Stage

__all__ = ["UnitLines"]


class UnitLines:
    """For each unit of the first hidden layer the line on which it is zero before its activation.

    A line is as strong as the weights with which its unit goes on, on one scale over the video.

    Args:
        stage: where.
        axes: of the input plane.
        recording: a chain of dense layers with two inputs.

    Attributes:
        count: how many lines there are; none without a hidden layer.
    """

    def __init__(self, stage: Stage, axes: Axes, recording: Recording) -> None:
        self._layers = [layer for layer in recording.layers if layer.kernel is not None][:2]
        self.count = self._layers[0].widths_of(recording.manifest.weights)[1] if len(self._layers) > 1 else 0
        self._stage, self._ink = stage, to_rgb(stage.theme.ink)
        self._reach = 2 * float(np.abs([axes.get_xlim(), axes.get_ylim()]).max())
        strengths = [self._strengths(state).max() for state in finite_states(recording, 60)] if self.count else []
        self._most = max(strengths, default=0.0) or 1.0
        self._lines = LineCollection([], capstyle="butt")
        axes.add_collection(self._lines, autolim=False)
        stage.moves(self._lines)

    def show(self, state: State) -> None:
        """Show the lines of a state."""
        if not self.count:
            return
        layer = self._layers[0]
        kernel = layer.kernel_of(state.weights).astype(np.float64)
        bias = state.weights[layer.bias] if layer.bias else np.zeros(self.count)
        size = np.maximum(np.linalg.norm(kernel, axis=0), 1e-12)
        foot, along = -kernel * bias / size**2, np.stack([-kernel[1], kernel[0]]) / size
        reach = self._reach + np.linalg.norm(foot, axis=0)
        share = np.clip(self._strengths(state) / self._most, 0, 1)
        ends = np.stack([foot - reach * along, foot + reach * along]).transpose(2, 0, 1)
        self._lines.set_segments(list(ends))
        self._lines.set_color([(*self._ink, 0.12 + 0.68 * strength) for strength in share])
        self._lines.set_linewidth([self._stage.points(1.0 + 1.4 * strength) for strength in share])

    def _strengths(self, state: State) -> Array:
        return np.asarray(np.linalg.norm(self._layers[1].kernel_of(state.weights), axis=1))
