"""Where the numbers that a network reads lie in images; shared by the scenes that draw images."""

import numpy as np
from numpy.typing import NDArray

from animviz import Box, Recording, Stage
from animviz.analysis.classifier import labels_of
from animviz.arrays import Array, Float
from animviz.errors import SceneError
from animviz.parts import images_of, joined

__all__ = ["InputPlaces", "forest_values", "ground", "mark_pixels", "places_of", "training_images"]

FOREST_SEED = 0


class InputPlaces:
    """The places of a network's inputs in the images that they were taken from.

    Args:
        recording: of a network that reads images, or chosen pixels of images.
        scene: name, for the error.

    Attributes:
        images: the recorded samples, float32 in [0, 1] of shape (samples, rows, columns) or (..., 3).
        shape: rows and columns.
        channels: 1, or 3 for colour images.
        count: how many values the network reads.
        chosen: indices of the values that the network reads, where the images were reduced to some, else None.

    Raises:
        SceneError: the inputs have no place in an image.
    """

    def __init__(self, recording: Recording, scene: str) -> None:
        self.images = images_of(recording, scene)
        self.shape: tuple[int, int] = self.images.shape[1:3]
        self.channels = 3 if self.images.ndim == 4 else 1
        self.chosen = recording.extras.get("pixels")
        if "images" in recording.extras and self.chosen is None:
            raise SceneError(
                f"{scene} lays numbers out at their pixels; {recording.path} was trained on components that mix all "
                "of them; train with --reduce none, forest:70 or pixels:..."
            )
        self.count = int(np.prod(recording.single_input(recording.inputs).shape[1:]))
        self._places = places_of(recording, (*self.shape, self.channels))[: self.count]

    def laid_out(self, values: Array, *, mean: bool = False) -> Array:
        """Return numbers at their pixels, NaN where the network reads none: shape (..., rows, columns).

        Args:
            values: shape (..., inputs).
            mean: average the channels of a pixel instead of adding them.
        """
        rows, columns = self.shape
        flat = np.full((*values.shape[:-1], rows * columns * self.channels), np.nan)
        flat[..., self._places] = values
        cells = flat.reshape(*values.shape[:-1], rows, columns, self.channels)
        known = np.isfinite(cells)
        total = np.where(known, cells, 0).sum(axis=-1)
        count = known.sum(axis=-1)
        return np.where(count > 0, total / np.maximum(count, 1) if mean else total, np.nan)


def places_of(recording: Recording, shape: tuple[int, int, int]) -> Array:
    """Return where each value that the network reads lies in its image, (row * columns + column) * channels + channel.

    Args:
        recording: of a network that reads images, or chosen pixels of images.
        shape: rows, columns and channels of an image.
    """
    chosen = recording.extras.get("pixels")
    if chosen is not None:
        return chosen
    places = np.arange(int(np.prod(shape))).reshape(1, *shape)
    first = recording.single_input(recording.inputs).ndim == 4 and recording.layers[0].layout == "channels_first"
    return (np.moveaxis(places, -1, 1) if first else places).reshape(-1)


def training_images(recording: Recording, scene: str) -> tuple[Float, NDArray[np.int64], str]:
    """Return the training images, their class numbers, and what to call them: recorded samples where there are none.

    Images are float32 in [0, 1] of shape (samples, rows, columns) or (..., 3).
    """
    extras = recording.extras
    images = extras.get("train_images", extras.get("train_inputs"))
    if images is None or "train_labels" not in extras:
        labels = labels_of(recording, scene)
        return images_of(recording, scene)[labels >= 0], labels[labels >= 0], "recorded"
    return images_of(recording, scene, images), np.asarray(extras["train_labels"], np.int64), "training"


def forest_values(images: Array, labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return how important each value of the images is to a random forest, flat.

    See `animviz.analysis.importance.forest_importance`.
    """
    from animviz.analysis.importance import forest_importance

    return forest_importance(images.reshape(len(images), -1), labels, FOREST_SEED)


def ground(stage: Stage, place: Box) -> None:
    """Lay a quiet ground behind an image of which the network reads only some pixels.

    Args:
        stage: where.
        place: box of the image, in units.
    """
    stage.axes(place, (0, 1), (0, 1), color=stage.theme.mix(stage.theme.grid, 0.18))


def mark_pixels(stage: Stage, place: Box, shape: tuple[int, int], pixels: Array, width: float, color: str = "") -> None:
    """Draw frames around pixels of an image, over moving pictures too.

    Args:
        stage: where.
        place: box of the image.
        shape: its rows and columns.
        pixels: row * columns + column of each.
        width: of the lines in units.
        color: of the lines; by default the theme's ink.
    """
    axes = stage.axes(place, (0, shape[1]), (shape[0], 0))
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)])
    frames = [corners + np.array([pixel % shape[1], pixel // shape[1]]) for pixel in np.unique(pixels)]
    line = stage.line(axes, color or stage.theme.ink, width, clip_on=False, solid_joinstyle="miter")
    line.set_data(*joined(frames).T)
