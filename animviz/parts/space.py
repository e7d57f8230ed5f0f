"""The space of a hidden layer with the decision of the layers behind it."""

import numpy as np
from matplotlib.patches import Polygon

from animviz.analysis.classifier import labels_of
from animviz.analysis.decision import class_scores, probabilities_of
from animviz.analysis.plane import input_limits, plane_grid
from animviz.arrays import Array
from animviz.moment import Moment
from animviz.parts.plane import boundary_lines, field_colors
from animviz.parts.projections import Orbit, Shadow, projection_of
from animviz.recording.recording import Recording
from animviz.recording.state import State
from animviz.stage.box import Box
from animviz.stage.field import Field
from animviz.stage.points import PointCloud
from animviz.stage.stage import Stage, joined

__all__ = ["HiddenSpace", "grid_lines"]

VERTICES = 121  # of a line of the grid
CELLS = 72  # of the tinted field along each side


class HiddenSpace:
    """Points and bent lines in a hidden layer, with the decision over them.

    Args:
        recording: a classifier whose layers behind the hidden one are dense.
        layer: name of the hidden layer, or "input".
        inputs: the samples that are drawn, shape (samples, ...).
        lines: polylines of the input space that the network bends, shape (lines, points, features), or None.

    Attributes:
        projection: how the space is laid onto the picture.
    """

    def __init__(self, recording: Recording, layer: str, inputs: Array, lines: Array | None = None) -> None:
        self._recording = recording
        self._inputs = inputs
        self._layer = layer
        self._lines = lines
        self.projection = projection_of(recording, layer, inputs)

    def set_up(self, stage: Stage, box: Box, *, points: bool = True, radius: float = 1.6) -> None:
        """Put it into a box of the stage; the points have a radius in units."""
        theme = stage.theme
        self._theme = theme
        self._palette = theme.palette(len(self._recording.output.class_names))
        x, y = self.projection.limits
        axes = stage.axes(box, x, y, color=theme.mix(theme.grid, 0.18))
        self._xs, self._ys, self._plane = plane_grid(x, y, CELLS, CELLS)
        self._field = Field(axes)
        stage.moves(self._field)
        self._space = stage.line(axes, theme.grid, 1.4)
        self._bent = stage.strokes(axes, theme.grid, 1.3)
        self._cloud = None
        if points:
            labels = labels_of(self._recording, "the hidden space")
            self._cloud = PointCloud(axes, labels, self._palette, max(0.8, radius * stage.pixel))
            stage.moves(self._cloud)
        self._wall = Polygon(np.zeros((3, 2)), facecolor=(*theme.mix(theme.ink, 1), 0.12), edgecolor=theme.ink)
        self._wall.set_linewidth(stage.points(2.6))
        axes.add_patch(self._wall)
        self._boundary = stage.line(axes, theme.ink, 3)
        stage.moves(self._wall)
        self._share = stage.text(box.right - 14, box.bottom - 16, "", color=theme.ink, align="right", moves=True)

    def show(self, state: State, moment: Moment) -> None:
        """Show a state; the moment's seconds turn the view of three units."""
        hidden = state.activations(self._layer, self._inputs)
        if self._cloud is not None:
            self._cloud.set_positions(self.projection.place(state, moment, hidden, self._inputs))
        if self._lines is not None and len(self._lines):
            flat = self._lines.reshape(-1, self._lines.shape[-1])
            places = self.projection.place(state, moment, state.activations(self._layer, flat), flat)
            self._bent.set_lines(joined(places.reshape(*self._lines.shape[:2], 2)))
        self._show_decision(state)
        self._show_space(state, moment)
        if isinstance(self.projection, Shadow):
            self._share.set_text(f"{100 * self.projection.share(state, hidden):.0f} % of the variance")

    def _show_decision(self, state: State) -> None:
        lifted = self.projection.lift(state, self._plane)
        self._field.set_visible(lifted is not None)
        if lifted is None:
            return
        scores = class_scores(state, self._layer, lifted)
        colors = field_colors(probabilities_of(state, scores), self._palette, self._theme, (CELLS, CELLS))
        self._field.set_colors(colors)
        self._boundary.set_data(*boundary_lines(scores, self._xs, self._ys).T)

    def _show_space(self, state: State, moment: Moment) -> None:
        """Show the cube of three units, and the plane in which the answer of two classes flips."""
        orbit = self.projection
        self._wall.set_visible(False)
        if not isinstance(orbit, Orbit):
            return
        edges = [orbit.place(state, moment, edge, edge) for edge in orbit.cube()]
        self._space.set_data(*joined(edges).T)
        last = next(layer for layer in reversed(self._recording.layers) if layer.kernel is not None)
        kernel = last.kernel_of(state.weights)
        if kernel.shape[1] == 1:
            offset = float(state.weights[last.bias][0]) if last.bias else 0.0
            corners = orbit.cut(kernel[:, 0], offset)
            self._wall.set_visible(len(corners) > 0)
            self._wall.set_xy(orbit.place(state, moment, corners, corners) if len(corners) else np.zeros((3, 2)))


def grid_lines(inputs: Array, count: int) -> Array:
    """Return a grid over points of the plane as polylines, for `HiddenSpace` to bend.

    Args:
        inputs: the points, shape (samples, 2).
        count: lines in each direction.

    Returns:
        float32 of shape (2 * count, vertices, 2).
    """
    x, y = input_limits(inputs)
    along = [np.linspace(low, high, VERTICES, dtype=np.float32) for low, high in (x, y)]
    across = [np.linspace(low, high, count, dtype=np.float32) for low, high in (x, y)]
    upright = [np.stack([np.full(VERTICES, at, np.float32), along[1]], axis=1) for at in across[0]]
    level = [np.stack([along[0], np.full(VERTICES, at, np.float32)], axis=1) for at in across[1]]
    return np.array(upright + level).reshape(-1, VERTICES, 2)
