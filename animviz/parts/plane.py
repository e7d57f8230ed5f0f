"""The input plane of a 2-D classifier: predicted field, boundary and points, and the line of each hidden unit."""

from typing import Any

import numpy as np
from contourpy import contour_generator
from numpy.typing import NDArray

from animviz.analysis.classifier import labels_of
from animviz.analysis.decision import class_scores, probabilities_of
from animviz.analysis.plane import Limits, input_limits, plane_grid
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.parts.cuts import UnitLines
from animviz.parts.naming import PlaneNames
from animviz.parts.tints import field_colors, grid_color
from animviz.recording.recording import Recording
from animviz.recording.state import State
from animviz.stage.box import Box
from animviz.stage.field import Field
from animviz.stage.points import PointCloud
from animviz.stage.stage import Stage, joined

__all__ = ["GRID", "InputPlane", "boundary_lines", "planar_inputs", "point_radius"]

RADIUS, LARGEST = 1.5, 3.2  # units of a point, and of one among few
MANY = 20_000  # points that are as small as they get
LARGE = 400.0  # units of a plane in which points may be large
GRID = 1.3  # units of the width of a grid line


def planar_inputs(recording: Recording, scene: str) -> NDArray[np.float32]:
    """Return the inputs of a recording as points of the plane, float32 of shape (samples, 2).

    Args:
        recording: of a model with two inputs.
        scene: name of the scene, for the error.

    Raises:
        SceneError: the inputs are not points of a plane.
    """
    inputs = recording.single_input(recording.inputs)
    if inputs.ndim != 2 or inputs.shape[1] != 2:
        raise SceneError(f"{scene} draws points of a plane; the inputs of {recording.path} have shape {inputs.shape}")
    return inputs.astype(np.float32)


class InputPlane:
    """The plane in which the data lie, tinted by what the network predicts there, with the names of the classes.

    Args:
        stage: where.
        box: for the plane; its scales are equal, so that more is seen along the longer side.
        recording: of a classifier with two inputs.
        inputs: the points, shape (samples, 2).
        points: whether to draw them.
        line: width of the boundary in units.
        grid: polylines that stand still, shape (lines, points, 2), see `animviz.parts.grid_lines`.
        units: whether to draw the lines of the first hidden units, see `UnitLines`.
        named: whether to write the names of the classes.
    """

    def __init__(
        self, stage: Stage, box: Box, recording: Recording, inputs: NDArray[Any], *, points: bool, line: float,
        grid: Array | None = None, units: bool = False, named: bool = True,
    ) -> None:  # fmt: skip
        self._theme = stage.theme
        self._palette = stage.theme.palette(len(recording.output.class_names))
        x, y = _limits(box, inputs)
        # A cell of the field spans about four pixels: finer is not seen, since colours and boundary are interpolated.
        cells = (int(np.clip(side * stage.pixel / 4, 40, 240)) for side in (box.width, box.height))
        self._xs, self._ys, self._grid = plane_grid(x, y, *cells)
        axes = stage.axes(box, x, y)
        self._field = Field(axes)
        stage.moves(self._field)
        if grid is not None and len(grid):
            straight = axes.plot(
                *joined(grid[:, [0, -1]]).T, color=grid_color(stage.theme, self._palette), linewidth=stage.points(GRID)
            )
            stage.covers(*straight)
        labels = labels_of(recording, "the plane")
        if points:
            cloud = PointCloud(axes, labels, self._palette, max(0.8, point_radius(len(inputs), box) * stage.pixel))
            cloud.set_positions(inputs)
            stage.moves(cloud)
        self._units = UnitLines(stage, axes, recording) if units else None
        self._boundary = stage.line(axes, stage.theme.ink, line)
        if named:
            PlaneNames(stage, axes, inputs, labels, recording.output.class_names)

    def show(self, state: State) -> None:
        """Show what a state predicts."""
        scores = class_scores(state, "input", self._grid)
        shape = (len(self._ys), len(self._xs))
        self._field.set_colors(field_colors(probabilities_of(state, scores), self._palette, self._theme, shape))
        self._boundary.set_data(*boundary_lines(scores, self._xs, self._ys).T)
        if self._units is not None:
            self._units.show(state)


def point_radius(count: int, box: Box) -> float:
    """Return the radius of points in units: few in a large plane are larger, so that they are seen.

    Args:
        count: how many there are.
        box: of their plane.
    """
    most = LARGEST if min(box.width, box.height) >= LARGE else 0.7 * LARGEST
    return float(np.clip(RADIUS * (MANY / count) ** 0.25, RADIUS, most))


def _limits(box: Box, inputs: Array) -> tuple[Limits, Limits]:
    """Return limits around the points in the shape of a box, with equal scales."""
    x, y = input_limits(inputs)
    wider, higher = max(1.0, box.width / box.height), max(1.0, box.height / box.width)
    return _stretched(x, wider), _stretched(y, higher)


def _stretched(limits: Limits, factor: float) -> Limits:
    middle, half = (limits[0] + limits[1]) / 2, (limits[1] - limits[0]) / 2
    return middle - half * factor, middle + half * factor


def boundary_lines(scores: Array, xs: Array, ys: Array) -> NDArray[np.float64]:
    """Return where the decision changes, as polylines joined by NaN rows, shape (points, 2).

    Args:
        scores: shape (rows * columns, classes), from `class_scores`.
        xs: horizontal coordinates of the columns.
        ys: vertical coordinates of the rows.
    """
    classes = scores.shape[1]
    columns = np.ascontiguousarray(scores.T)
    winner, best = columns.argmax(axis=0), columns.max(axis=0)
    second = np.where(np.arange(classes)[:, None] == winner, -np.inf, columns).max(axis=0).astype(scores.dtype)
    lines: list[Any] = []
    for k in range(1, classes) if classes == 2 else range(classes):
        margin = columns[k] - np.where(winner == k, second, best)
        above = margin > 0
        if above.any() and not above.all():
            lines.extend(contour_generator(xs, ys, margin.reshape(len(ys), len(xs))).lines(0.0))
    return joined(lines)
