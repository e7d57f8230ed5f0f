"""Two input values of every sample, read as high or low: four cases, and the class that each case tells."""

import numpy as np
from numpy.typing import NDArray

from animviz import Recording
from animviz.analysis.telling import MOST_SAMPLES, MOST_VALUES, commonest_classes, most_telling_pair, quarters_of
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.parts import grid_shape, images_of
from animviz.sampling import numbers_in

from .unit_source import has_images

__all__ = ["TwoValues"]


class TwoValues:
    """Two input values of the samples whose class is known, and what they tell.

    Args:
        recording: of a classifier with at least two input values.
        asked: the two as flat numbers, such as "350,406"; "" for those that tell most of the class.
        known: which of the recorded samples have a class, bool.
        labels: class numbers of those.

    Attributes:
        labels: class of each sample, (samples,).
        values: the two values of each sample, (samples, 2).
        thresholds: above which each of the two is high, (2,).
        images: the samples as images, or None where they are none.
        cells: where the two lie in an image, row * columns + column.
        letters: how the two are called.
        quarters: the case of each sample: 0 where both are low, 1 only the first high, 2 only the second, 3 both.
        answers: class that each case tells, (4,).
        best: whether of all values they tell most of the class, in bits.

    Raises:
        SceneError: there are no two values, or not those that were asked for.
    """

    def __init__(self, recording: Recording, asked: str, known: NDArray[np.bool_], labels: NDArray[np.int64]) -> None:
        whole = _channels_last(recording, recording.extras.get("images", recording.single_input(recording.inputs)))
        flat = whole.reshape(len(whole), -1)[known]
        shape = whole.shape[1:] if whole.ndim > 2 else grid_shape(flat.shape[1]) if has_images(recording) else None
        self.labels = labels
        self.images = images_of(recording, "pixels")[known] if shape else None
        seen, seen_labels = _training(recording) or (flat, labels)
        middles = np.median(seen, axis=0) if shape is None else np.full(flat.shape[1], (seen.min() + seen.max()) / 2)
        chosen = _chosen(recording, asked, seen > middles, seen_labels)
        every = len(recording.extras.get("pixels", ())) < 2  # else among those that the network reads
        self.best = not asked and every and len(seen) <= MOST_SAMPLES and 2 < flat.shape[1] <= MOST_VALUES
        self.values, self.thresholds = flat[:, chosen], middles[chosen]
        channels = shape[2] if shape and len(shape) == 3 else 1
        self.cells = np.array(chosen) // channels
        named = [_named(value, None if shape is None else channels) for value in chosen]
        self.letters = [f"{letter}{name}" for letter, name in zip("AB", named, strict=True)]
        self.quarters = quarters_of(self.values > self.thresholds)
        told_of = quarters_of(seen[:, chosen] > self.thresholds)
        self.answers = commonest_classes(told_of, seen_labels, len(recording.output.class_names))

    @property
    def told(self) -> NDArray[np.int64]:
        """The class that the two values tell of each sample, (samples,)."""
        return np.asarray(self.answers[self.quarters])


def _named(value: int, channels: int | None) -> str:
    if channels is None:
        return f": input {value}"
    return f", {('red', 'green', 'blue')[value % 3]}" if channels == 3 else ""


def _training(recording: Recording) -> tuple[Array, NDArray[np.int64]] | None:
    """Return training samples as flat values with their class numbers, if the recording holds some."""
    extras = recording.extras
    values = extras.get("train_images", extras.get("train_inputs"))
    if values is None or "train_labels" not in extras:
        return None
    labels = recording.output.without_ignored(extras["train_labels"].reshape(-1).astype(np.int64))
    return _channels_last(recording, values).reshape(len(values), -1)[labels >= 0], labels[labels >= 0]


def _channels_last(recording: Recording, values: Array) -> Array:
    return recording.layers[0].channels_last(values) if values.ndim == 4 and recording.layers else values


def _chosen(recording: Recording, asked: str, high: NDArray[np.bool_], labels: NDArray[np.int64]) -> list[int]:
    """Return the two values that were asked for, or the most telling pair among those that the network reads."""
    count = high.shape[1]
    if count < 2:
        raise SceneError(f"pixels needs at least two input values; {recording.path} has {count}")
    if asked:
        found = numbers_in(asked, count, name="--pixels", most=2)
        if len(found) < 2:
            raise SceneError(f"pixels: --pixels is {asked!r}; expected two numbers from 0 to {count - 1}: 0,1")
        return found
    read = recording.extras.get("pixels", np.arange(count))
    read = np.asarray(read if len(read) > 1 else np.arange(count))
    return [int(read[place]) for place in most_telling_pair(high[:, read], labels)]
