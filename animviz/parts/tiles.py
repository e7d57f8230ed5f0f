"""Where the numbers of a layer stand in a picture: images as they are, units in a grid, channels side by side."""

import math

import numpy as np
from numpy.typing import NDArray

from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.recording.recording import Recording

__all__ = ["grid_shape", "images_of", "tiled"]


def grid_shape(count: int) -> tuple[int, int]:
    """Return (rows, columns) of a nearly square grid for that many units, such as 16x16 for 256 and 3x4 for 10.

    A number whose divisors would give a long strip gets a grid with a few empty cells.
    """
    rows = math.isqrt(count)
    exact = next(r for r in range(rows, 0, -1) if count % r == 0)
    if count <= 2 * exact**2:
        return exact, count // exact
    return rows, -(-count // rows)


def tiled(values: Array) -> Array:
    """Lay out the activations of one sample in rows and columns.

    Args:
        values: shape (units,), (height, width), or (height, width, channels).

    Returns:
        Array of shape (rows, columns); NaN where nothing is. Channels stand side by side in a grid, one cell apart.
    """
    if values.ndim == 2:
        return values
    if values.ndim == 1:
        rows, columns = grid_shape(len(values))
        cells = np.full(rows * columns, np.nan, np.float32)
        cells[: len(values)] = values
        return cells.reshape(rows, columns)
    height, width, channels = values.shape
    rows, columns = grid_shape(channels)
    cells = np.full((rows * (height + 1), columns * (width + 1)), np.nan, np.float32)
    for channel in range(channels):
        top, left = channel // columns * (height + 1), channel % columns * (width + 1)
        cells[top : top + height, left : left + width] = values[:, :, channel]
    return cells[:-1, :-1]


def images_of(recording: Recording, scene: str, inputs: Array | None = None) -> NDArray[np.float32]:
    """Return the samples as images, float32 in [0, 1] of shape (samples, height, width) or (..., 3).

    Whole images that were kept beside reduced inputs come first; inputs that are flat are laid out in a grid, and channels
    that stand first, as in PyTorch, are moved behind the pixels.

    Args:
        recording: of any model with one input.
        scene: name, for the error.
        inputs: the samples; by default the recording's own.

    Raises:
        SceneError: the samples are neither images nor flat.
    """
    if inputs is None:
        inputs = recording.extras.get("images", recording.single_input(recording.inputs))
    if inputs.ndim == 2:
        rows, columns = grid_shape(inputs.shape[1])
        flat = np.zeros((len(inputs), rows * columns), np.float32)
        flat[:, : inputs.shape[1]] = inputs
        inputs = flat.reshape(-1, rows, columns)
    if inputs.ndim == 4 and recording.layers and inputs.shape[1] in (1, 3):
        inputs = recording.layers[0].channels_last(inputs)
    if inputs.ndim == 4 and inputs.shape[3] == 1:
        inputs = inputs[..., 0]
    if inputs.ndim not in (3, 4) or (inputs.ndim == 4 and inputs.shape[3] != 3):
        raise SceneError(f"{scene} draws images; the samples of {recording.path} have shape {inputs.shape[1:]}")
    low, high = min(0.0, float(inputs.min())), max(1.0, float(inputs.max()))
    return np.asarray((inputs - low) / (high - low), np.float32)
