"""The input plane of a 2-D classifier: predicted field, boundary and points."""

from typing import Any

import numpy as np
from contourpy import contour_generator
from numpy.typing import NDArray

from animviz.analysis.classifier import labels_of
from animviz.analysis.decision import class_scores, probabilities_of
from animviz.analysis.plane import input_limits, plane_grid
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.recording.recording import Recording
from animviz.recording.state import State
from animviz.stage.box import Box
from animviz.stage.field import Field
from animviz.stage.points import PointCloud
from animviz.stage.stage import Stage, joined
from animviz.stage.theme import Theme

__all__ = ["InputPlane", "boundary_lines", "field_colors", "planar_inputs"]


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
    """The plane in which the data lie, tinted by what the network predicts there.

    Args:
        stage: where.
        box: a square.
        recording: of a classifier with two inputs.
        inputs: the points, shape (samples, 2).
        points: whether to draw them.
        line: width of the boundary in units.
    """

    def __init__(
        self, stage: Stage, box: Box, recording: Recording, inputs: NDArray[Any], *, points: bool, line: float
    ) -> None:
        self._theme = stage.theme
        self._palette = stage.theme.palette(len(recording.output.class_names))
        x, y = input_limits(inputs)
        # A cell of the field spans about four pixels: finer is not seen, since colours and boundary are interpolated.
        cells = int(np.clip(box.width * stage.pixel / 4, 40, 240))
        self._xs, self._ys, self._grid = plane_grid(x, y, cells, cells)
        axes = stage.axes(box, x, y)
        self._field = Field(axes)
        stage.moves(self._field)
        if points:
            radius = max(0.8, 1.5 * stage.pixel)
            cloud = PointCloud(axes, labels_of(recording, "the plane"), self._palette, radius)
            cloud.set_positions(inputs)
            stage.moves(cloud)
        self._boundary = stage.line(axes, stage.theme.ink, line)

    def show(self, state: State) -> None:
        """Show what a state predicts."""
        scores = class_scores(state, "input", self._grid)
        shape = (len(self._ys), len(self._xs))
        self._field.set_colors(field_colors(probabilities_of(state, scores), self._palette, self._theme, shape))
        self._boundary.set_data(*boundary_lines(scores, self._xs, self._ys).T)


def field_colors(probability: Array, palette: Array, theme: Theme, shape: tuple[int, int]) -> NDArray[np.uint8]:
    """Return the tint of a field: the colour of the likeliest class, as strong as the network is sure.

    Args:
        probability: shape (rows * columns, classes), bottom row first.
        palette: RGB in [0, 1], shape (classes, 3).
        theme: for the background, and the strength of the tint.
        shape: (rows, columns).

    Returns:
        uint8 of shape (rows, columns, 4), top row first, the fourth channel 255: for `animviz.stage.field.Field`.
    """
    classes = probability.shape[1]
    # From 0 where all classes are equally likely to 1 where one is certain, so that colours meet without an edge.
    sure = np.clip((probability - 1 / classes) / (1 - 1 / classes), 0, 1)
    under = np.array(theme.mix(theme.background, 1.0))
    color = under + theme.tint * (sure @ palette - sure.sum(axis=1, keepdims=True) * under)
    opaque = np.full((len(color), 4), 255, dtype=np.uint8)
    opaque[:, :3] = color * 255 + 0.5
    return np.ascontiguousarray(opaque.reshape(*shape, 4)[::-1])


def boundary_lines(scores: Array, xs: Array, ys: Array) -> NDArray[np.float64]:
    """Return where the decision changes, as polylines joined by NaN rows, shape (points, 2).

    Args:
        scores: shape (rows * columns, classes), from `class_scores`.
        xs: horizontal coordinates of the columns.
        ys: vertical coordinates of the rows.
    """
    classes = scores.shape[1]
    lines: list[Any] = []
    for k in range(1, classes) if classes == 2 else range(classes):
        others = np.delete(scores, k, axis=1).max(axis=1)
        margin = (scores[:, k] - others).reshape(len(ys), len(xs))
        lines.extend(contour_generator(xs, ys, margin).lines(0.0))
    return joined(lines)
