"""The hidden space of a classifier of the plane, warping around its decision boundary while the network learns.

After Olah, "Neural Networks, Manifolds, and Topology" (2014), and the teaching notebooks on concentric rings.
"""

from typing import Annotated, Any

import numpy as np
from matplotlib.patches import Polygon
from numpy.typing import NDArray

from animviz import Moment, Recording, Stage, scene
from animviz.artists import Field, PointCloud
from animviz.decision import (
    boundary_lines,
    class_count,
    field_colors,
    last_hidden,
    plane_grid,
    probabilities,
    scores_at,
)
from animviz.options import Range
from animviz.panels import ACCURACY, LOSS, Header, Network, Ruler, epoch_number, foot
from animviz.recording import State
from animviz.stage import MARGIN, Box, Draw, joined

from ._hidden import _Orbit, _Shadow, projection_of
from ._plane import InputPlane, input_limits, planar_inputs

Array = NDArray[Any]
LINE_POINTS = 121  # vertices of a bent grid line
CELLS = 72  # of the tinted field along each side


@scene(experiment="two_rings")
def rings(stage: Stage, recording: Recording, *, grid: Annotated[int, Range(0, 101)] = 21, points: bool = True) -> Draw:
    """Hidden space of a ring classifier, warping around its decision boundary.

    Args:
        stage: where to draw.
        recording: of a chain of dense layers with two inputs and up to ten classes.
        grid: lines of the input grid in each direction.
        points: draw the training points.
    """
    class_count(recording, "rings")
    inputs = planar_inputs(recording, "rings")
    title = f"{recording.manifest.title}, hidden space of {recording.manifest.arch}"
    header = Header(stage, title, [epoch_number(recording), LOSS, ACCURACY])
    hidden = _HiddenSpace(recording, inputs, grid)
    flips = f"{stage.theme.ink_name}: where the answer flips"
    bottom = foot(stage, *filter(None, ["lines: the input grid, bent by the network", flips, hidden.projection.note]))
    boxes = _layout(stage, header.bottom, bottom - 14)
    hidden.set_up(stage, boxes["hidden"], points=points)
    plane = InputPlane(stage, boxes["input"], recording, inputs, points=points, line=2.6)
    network = Network(stage, boxes["network"], recording)
    ruler = Ruler(stage, boxes["ruler"], recording)
    for name, label in (("input", "input space"), ("network", "network"), ("ruler", f"{ruler.name} over epochs")):
        stage.text(boxes[name].left, boxes[name].top - 12, label, color=stage.theme.quiet)

    def draw(moment: Moment) -> None:
        state = recording.at(moment.epoch)
        scores = state.snapshot.scores
        hidden.show(state, moment.seconds)
        plane.show(state)
        network.show(state)
        ruler.show(moment.epoch)
        header.show(state.snapshot.epoch, scores.get("loss", np.nan), 100 * scores.get("accuracy", np.nan))

    return draw


class _HiddenSpace:
    """The large panel: points and bent grid in the last hidden layer, with the decision over it."""

    def __init__(self, recording: Recording, inputs: Array, grid: int) -> None:
        self._recording = recording
        self._inputs = inputs
        self._layer = last_hidden(recording)
        self._lines = _grid_lines(inputs, grid)
        self.projection = projection_of(recording, self._layer, inputs)

    def set_up(self, stage: Stage, box: Box, *, points: bool) -> None:
        theme = stage.theme
        self._theme = theme
        self._palette = theme.palette(len(self._recording.manifest.class_names))
        x, y = self.projection.limits
        axes = stage.axes(box, x, y, color=theme.mix(theme.grid, 0.18))
        self._xs, self._ys, self._plane = plane_grid(x, y, CELLS, CELLS)
        self._field = Field(axes)
        stage.moves(self._field)
        self._space = stage.line(axes, theme.grid, 1.4)
        self._bent = stage.strokes(axes, theme.grid, 1.3)
        self._cloud = None
        if points:
            self._cloud = PointCloud(axes, self._recording.labels, self._palette, max(0.8, 1.6 * stage.pixel))
            stage.moves(self._cloud)
        self._wall = Polygon(np.zeros((3, 2)), facecolor=(*theme.mix(theme.ink, 1), 0.12), edgecolor=theme.ink)
        self._wall.set_linewidth(stage.points(2.6))
        axes.add_patch(self._wall)
        self._boundary = stage.line(axes, theme.ink, 3)
        stage.moves(self._wall)
        self._share = stage.text(box.right - 14, box.bottom - 16, "", color=theme.ink, align="right", moves=True)

    def show(self, state: State, seconds: float) -> None:
        """Show a state; the seconds turn the view of three units."""
        hidden = state.activations(self._layer, self._inputs)
        if self._cloud is not None:
            self._cloud.set_positions(self.projection.place(state, seconds, hidden, self._inputs))
        if len(self._lines):
            at = state.activations(self._layer, self._lines.reshape(-1, 2))
            places = self.projection.place(state, seconds, at, self._lines.reshape(-1, 2))
            self._bent.set_lines(joined(places.reshape(*self._lines.shape)))
        self._show_decision(state)
        self._show_space(state, seconds)
        if isinstance(self.projection, _Shadow):
            self._share.set_text(f"{100 * self.projection.share(state, hidden):.0f} % of the variance")

    def _show_decision(self, state: State) -> None:
        lifted = self.projection.lift(state, self._plane)
        self._field.set_visible(lifted is not None)
        if lifted is None:
            return
        scores = scores_at(state, self._layer, lifted)
        colors = field_colors(probabilities(state, scores), self._palette, self._theme, (CELLS, CELLS))
        self._field.set_colors(colors)
        self._boundary.set_data(*boundary_lines(scores, self._xs, self._ys).T)

    def _show_space(self, state: State, seconds: float) -> None:
        """Show the cube of three units, and the plane in which the answer of two classes flips."""
        orbit = self.projection
        self._wall.set_visible(False)
        if not isinstance(orbit, _Orbit):
            return
        edges = [orbit.place(state, seconds, edge, edge) for edge in orbit.cube()]
        self._space.set_data(*joined(edges).T)
        last = next(layer for layer in reversed(self._recording.layers) if layer.kernel is not None)
        kernel = state.weights[last.kernel or ""]
        if kernel.shape[1] == 1:
            offset = float(state.weights[last.bias][0]) if last.bias else 0.0
            corners = orbit.cut(kernel[:, 0], offset)
            self._wall.set_visible(len(corners) > 0)
            self._wall.set_xy(orbit.place(state, seconds, corners, corners) if len(corners) else np.zeros((3, 2)))


def _grid_lines(inputs: Array, count: int) -> Array:
    """Return the grid of the input space as polylines, float32 of shape (2 * count, LINE_POINTS, 2)."""
    x, y = input_limits(inputs)
    along = [np.linspace(low, high, LINE_POINTS, dtype=np.float32) for low, high in (x, y)]
    across = [np.linspace(low, high, count, dtype=np.float32) for low, high in (x, y)]
    upright = [np.stack([np.full(LINE_POINTS, at, np.float32), along[1]], axis=1) for at in across[0]]
    level = [np.stack([along[0], np.full(LINE_POINTS, at, np.float32)], axis=1) for at in across[1]]
    return np.array(upright + level).reshape(-1, LINE_POINTS, 2)


def _layout(stage: Stage, top: float, bottom: float) -> dict[str, Box]:
    """Return the boxes of the four panels: two columns in wide and square frames, rows in tall ones."""
    width = stage.width - 2 * MARGIN
    if stage.height > 1.2 * stage.width:
        side = min(width, 0.52 * (bottom - top))
        below = top + side + 48
        plane = min(0.5 * width - 22, bottom - below - 220)
        return {
            "hidden": Box((stage.width - side) / 2, top, side, side),
            "input": Box(MARGIN, below, plane, plane),
            "network": Box(MARGIN + plane + 44, below, width - plane - 44, plane),
            "ruler": Box(MARGIN, bottom - 160, width, 160),
        }
    wide = stage.width >= 1150
    side = min(bottom - top, 0.6 * width)
    left = MARGIN + side + (56 if wide else 40)
    room = stage.width - MARGIN - left
    hidden = Box(MARGIN, top, side, side)
    if wide:
        plane = min(300.0, 0.56 * room, bottom - top - 56 - 210)
        network = Box(left + plane + 44, top + 56, room - plane - 44, plane)
        return _boxes(hidden, Box(left, top + 56, plane, plane), network, Box(left, bottom - 166, room, 166))
    first = top + 24
    if bottom - hidden.bottom >= 120:  # room below the square: the ruler takes it
        plane = min(room, side - 24)
        network = Box(left, first + plane + 44, room, hidden.bottom - first - plane - 44)
        return _boxes(
            hidden,
            Box(left, first, plane, plane),
            network,
            Box(MARGIN, hidden.bottom + 40, width, bottom - hidden.bottom - 40),
        )
    plane = min(room, 0.4 * (bottom - first))
    rest = (bottom - first - plane) / 2
    network = Box(left, first + plane + 36, room, rest - 36)
    return _boxes(hidden, Box(left, first, plane, plane), network, Box(left, bottom - rest + 44, room, rest - 44))


def _boxes(hidden: Box, plane: Box, network: Box, ruler: Box) -> dict[str, Box]:
    return {"hidden": hidden, "input": plane, "network": network, "ruler": ruler}
