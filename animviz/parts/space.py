"""The space of a hidden layer with the decision of the layers behind it."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Polygon
from matplotlib.text import Text

from animviz.analysis.classifier import labels_of
from animviz.analysis.decision import class_scores, last_hidden, probabilities_of
from animviz.analysis.plane import input_limits, plane_grid
from animviz.arrays import Array
from animviz.moment import Moment
from animviz.parts.header import LABEL, first_fitting
from animviz.parts.orbit import Orbit
from animviz.parts.plane import GRID, boundary_lines, point_radius
from animviz.parts.projections import Limits, Shadow, projection_of
from animviz.parts.tagging import Tags
from animviz.parts.tags import chips
from animviz.parts.tints import field_colors, grid_color
from animviz.recording.recording import Recording
from animviz.recording.state import State
from animviz.stage.box import Box
from animviz.stage.field import Field
from animviz.stage.points import PointCloud
from animviz.stage.stage import Stage, joined
from animviz.stage.words import Words

__all__ = ["HiddenSpace", "grid_lines"]

VERTICES = 121  # of a line of the grid
EVERY = 10  # of them counts for the limits; the first and the last do
CELLS = 72  # of the tinted field along the shorter side
NUDGES = ((0, 26), (0, 26), (0, -12))  # units from an edge to the name of its unit, to the right and down


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
        corners = None if lines is None else lines[:, ::EVERY].reshape(-1, lines.shape[-1])
        self.projection = projection_of(recording, layer, inputs, corners)

    @property
    def decides(self) -> str:
        """How the decision is drawn: "line", "plane" in space, or "" where places of the picture do not decide it."""
        single = self._recording.layers[-1].output_shape == (1,)
        if isinstance(self.projection, Orbit):
            return "plane" if single and self._layer == last_hidden(self._recording) else ""
        return "" if isinstance(self.projection, Shadow) and not single else "line"

    def set_up(
        self,
        stage: Stage,
        box: Box,
        *,
        points: bool = True,
        heading: str = "",
        named: bool = False,
    ) -> None:
        """Put it into a box of the stage.

        Args:
            stage: where.
            box: for the space.
            points: whether to draw the samples.
            heading: what the space is, written above the box with the names of the axes.
            named: whether to write the names of the classes at their samples.
        """
        theme = stage.theme
        self._stage, self._theme = stage, theme
        self._palette = theme.palette(len(self._recording.output.class_names))
        x, y = _fitted(self.projection.limits, box) if self.projection.equal else self.projection.limits
        self._axes = axes = stage.axes(box, x, y, color=theme.mix(theme.grid, 0.18))
        columns, rows = (round(CELLS * side / min(box.width, box.height)) for side in (box.width, box.height))
        self._xs, self._ys, self._plane = plane_grid(x, y, columns, rows)
        self._field = Field(axes)
        stage.moves(self._field)
        flat = not isinstance(self.projection, Orbit)
        self._space = stage.line(axes, theme.grid, 1.4)
        self._bent = stage.strokes(axes, grid_color(theme, self._palette) if flat else theme.mix(theme.ink, 0.32), GRID)
        labels = labels_of(self._recording, "the hidden space")
        size = max(0.8, point_radius(len(self._inputs), box) * stage.pixel)
        self._cloud = PointCloud(axes, labels, self._palette, size) if points else None
        if self._cloud is not None:
            stage.moves(self._cloud)
        self._wall = Polygon(np.zeros((3, 2)), facecolor=(*theme.mix(theme.ink, 1), 0.16), edgecolor=theme.ink)
        self._wall.set_linewidth(stage.points(2.6))
        axes.add_patch(self._wall)
        self._boundary = stage.line(axes, theme.ink, 3)
        stage.moves(self._wall)
        self._tags = _tags(stage, box, axes, labels, self._recording.output.class_names) if named else None
        if isinstance(self.projection, Orbit):
            self._cube = self.projection.cube()
        self._head(stage, box, heading)

    def _head(self, stage: Stage, box: Box, heading: str) -> None:
        """Write what lies in which direction: above the box, and in space along the edges of the cube."""
        self._share: Text | None = None
        self._names: Words | None = None
        if not heading:
            return
        if isinstance(self.projection, Shadow):
            self._share = stage.text(box.right, box.top - 12, "", color=stage.theme.quiet, align="right", moves=True)
        axes, wide = (
            self.projection.axes,
            box.width - (stage.measure("100 % of variance", LABEL) + 20 if isinstance(self.projection, Shadow) else 0),
        )
        said = first_fitting(stage, [f"{heading}: {axes}", axes], wide)
        stage.text(box.left, box.top - 12, said, color=stage.theme.quiet)
        if isinstance(self.projection, Orbit):
            self._named = self.projection.named_edges()
            self._names = Words(stage, np.zeros((3, 2)), align="center")
            self._names.set_words([f"unit {unit}" for unit in (1, 2, 3)], np.array([to_rgb(stage.theme.quiet)] * 3))

    def show(self, state: State, moment: Moment) -> None:
        """Show a state; the moment's seconds turn the view of three units."""
        hidden = state.activations(self._layer, self._inputs)
        places = self.projection.place(state, moment, hidden, self._inputs)
        if self._cloud is not None:
            self._cloud.set_positions(places)
        if self._tags is not None:
            self._tags.show(self._tags.places(places))
        if self._lines is not None and len(self._lines):
            flat = self._lines.reshape(-1, self._lines.shape[-1])
            bent = self.projection.place(state, moment, state.activations(self._layer, flat), flat)
            self._bent.set_lines(joined(bent.reshape(*self._lines.shape[:2], 2)))
        self._show_decision(state)
        self._show_space(state, moment)
        if self._share is not None and isinstance(self.projection, Shadow):
            self._share.set_text(f"{100 * self.projection.share(state, hidden):.0f} % of variance")

    def _show_decision(self, state: State) -> None:
        lifted = self.projection.lift(state, self._plane)
        self._field.set_visible(lifted is not None)
        if lifted is None:
            return
        scores = class_scores(state, self._layer, lifted)
        colors = field_colors(
            probabilities_of(state, scores), self._palette, self._theme, (len(self._ys), len(self._xs))
        )
        self._field.set_colors(colors)
        self._boundary.set_data(*boundary_lines(scores, self._xs, self._ys).T)

    def _show_space(self, state: State, moment: Moment) -> None:
        """Show the cube of three units, and the plane in which the answer of two classes flips."""
        orbit = self.projection
        self._wall.set_visible(False)
        if not isinstance(orbit, Orbit):
            return
        edges = orbit.place(state, moment, *[np.concatenate(self._cube)] * 2)
        self._space.set_data(*joined(edges.reshape(-1, 2, 2)).T)
        if self._names is not None:
            pixels = self._axes.transData.transform(orbit.place(state, moment, self._named, self._named))
            self._names.move(np.array([0, self._stage.height]) + pixels * (1, -1) / self._stage.pixel + NUDGES)
        if self.decides:
            last = next(layer for layer in reversed(self._recording.layers) if layer.kernel is not None)
            offset = float(state.weights[last.bias][0]) if last.bias else 0.0
            corners = orbit.cut(last.kernel_of(state.weights)[:, 0], offset)
            self._wall.set_visible(len(corners) > 0)
            self._wall.set_xy(orbit.place(state, moment, corners, corners) if len(corners) else np.zeros((3, 2)))


def _tags(stage: Stage, box: Box, axes: Axes, labels: Array, names: Sequence[str]) -> Tags:
    return Tags(stage, axes, labels, chips(stage, names, box.width * box.height))


def _fitted(limits: Limits, box: Box) -> Limits:
    """Return limits in the shape of a box that hold others, with equal scales."""
    middles = [(low + high) / 2 for low, high in limits]
    sides = (box.width, box.height)
    unit = max((high - low) / side for (low, high), side in zip(limits, sides, strict=True))
    x, y = ((middle - unit * side / 2, middle + unit * side / 2) for middle, side in zip(middles, sides, strict=True))
    return x, y


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
