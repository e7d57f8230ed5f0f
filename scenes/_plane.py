"""The input plane of a 2-D classifier: predicted field, boundary and points; shared by `rings` and `boundary`."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from animviz.artists import Field, PointCloud
from animviz.decision import boundary_lines, field_colors, input_limits, plane_grid, probabilities, scores_at
from animviz.errors import SceneError
from animviz.recording import Recording, State
from animviz.stage import Box, Stage

__all__ = ["InputPlane", "planar_inputs"]


def planar_inputs(recording: Recording, scene: str) -> NDArray[np.float32]:
    """Return the inputs of a 2-D experiment, float32 of shape (samples, 2).

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
        self._palette = stage.theme.palette(len(recording.manifest.class_names))
        x, y = input_limits(inputs)
        # A cell of the field spans about four pixels: finer is not seen, since colours and boundary are interpolated.
        cells = int(np.clip(box.width * stage.pixel / 4, 40, 240))
        self._xs, self._ys, self._grid = plane_grid(x, y, cells, cells)
        axes = stage.axes(box, x, y)
        self._field = Field(axes)
        stage.moves(self._field)
        if points:
            radius = max(0.8, 1.5 * stage.pixel)
            cloud = PointCloud(axes, recording.labels, self._palette, radius)
            cloud.set_positions(inputs)
            stage.moves(cloud)
        self._boundary = stage.line(axes, stage.theme.ink, line)

    def show(self, state: State) -> None:
        """Show what a state predicts."""
        scores = scores_at(state, "input", self._grid)
        shape = (len(self._ys), len(self._xs))
        self._field.set_colors(field_colors(probabilities(state, scores), self._palette, self._theme, shape))
        self._boundary.set_data(*boundary_lines(scores, self._xs, self._ys).T)
