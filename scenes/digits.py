"""What happens inside a net for one image, layer by layer: over the epochs, or image after image of one class.

After the heat maps of layers in the teaching notebooks on MNIST, which show image after image at the last epoch; one
image over the epochs is what no notebook shows.
"""

from collections.abc import Sequence
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from animviz import Box, Draw, Moment, Range, Recording, Stage, scene
from animviz.analysis.classifier import labels_of
from animviz.analysis.states import sampled_states
from animviz.analysis.tasks import CLASSES
from animviz.arrays import Array
from animviz.errors import DivergedError, SceneError
from animviz.parts import (
    CROSS,
    Answer,
    Number,
    Plot,
    Sheet,
    Trace,
    cut,
    epoch_limits,
    images_of,
)
from animviz.recording.state import State

from .families.layer_places import Places, most_maps
from .families.layers import PIXELS, LayerMap, Probe, Scale, class_of, extent_of, hidden_layers, seen

SURE = 0.99  # probability of the true class from which on a net is sure


@scene(experiment="digits_mlp", tasks=CLASSES)
def digits(
    stage: Stage,
    recording: Recording,
    *,
    digit: str | None = None,
    sample: Annotated[int, Range(0, 1e9)] | None = None,
    samples: Annotated[int, Range(1, 500)] | None = None,
    layers: str = "",
) -> Draw:
    """Inside the net: one image layer by layer over the epochs, or many of one class.

    Args:
        stage: where to draw.
        recording: of a classifier of images.
        digit: class of the image; by default 5 where there is one, else the first.
        sample: number of the image in the recording; by default the one learnt last of those that are sure in the end.
        samples: show so many images of the class at the last epoch, one after the other, instead of one over all.
        layers: names with commas between them; by default all that change something, as many as fit.

    Raises:
        SceneError: the recording is not of a classifier of images, or has no such class, sample or layer; or both
            a sample and a number of samples are asked for.
    """
    true, members = _members(recording, digit, sample)
    reading: _OverEpochs | _OverSamples
    if samples is None:
        reading = _OverEpochs(recording, true, members)
    elif sample is None:
        reading = _OverSamples(recording, true, members, samples)
    else:
        raise SceneError("digits: --sample is one image over the epochs, --samples many at the last; give one of them")
    sheet = Sheet(stage, recording, f"inside {recording.manifest.arch or 'the net'}", numbers=reading.numbers)
    hidden, left_out = hidden_layers(recording, layers, most_maps(stage, sheet.room.top + 8) - 1, "digits")
    sheet.write_foot(seen(recording, hidden), "output: probability of each class", left_out)
    places = Places.of(stage, sheet.room.top + 8, sheet.room.bottom, 1 + len(hidden))

    images = images_of(recording, "digits")[reading.chosen]
    name = recording.output.class_names[true]
    maps = [LayerMap(stage, places.maps[0], "input", images[0], PIXELS, reading.detail, note=f"true: {name}")]
    for layer, box in zip(hidden, places.maps[1:], strict=True):
        values = np.concatenate([reading.probe.activations(state, layer.name) for state in reading.states])
        maps.append(LayerMap(stage, box, layer.name, values[0], Scale.of(layer, values), extent_of(values[0])))
    strength = np.concatenate([reading.probe.probabilities(state) for state in reading.states]).max(axis=0)
    answer = Answer(stage, places.answer, recording.output.class_names, true, strength)
    reading.set_up(stage, places.story, images)

    def draw(moment: Moment) -> None:
        epoch, place = reading.now(moment)
        state = recording.at(epoch)
        probe = Probe(recording, reading.chosen[[place]])
        maps[0].show(images[place])
        for layer, panel in zip(hidden, maps[1:], strict=True):
            panel.show(probe.activations(state, layer.name)[0])
        answer.show(probe.probabilities(state)[0])
        reading.show(epoch, place)
        sheet.show(state, sample=place + 1)

    return draw


def _members(recording: Recording, digit: str | None, sample: int | None) -> tuple[int, NDArray[np.intp]]:
    """Return a class and the numbers of its samples; of a sample that is asked for, its own class and number alone.

    Raises:
        SceneError: there is no such class or sample.
    """
    labels = labels_of(recording, "digits")
    if sample is None:
        true = class_of(recording, digit, "digits")
        members = np.flatnonzero(labels == true)
        if not len(members):
            raise SceneError(f"digits: {recording.path} has no sample of class {recording.output.class_names[true]!r}")
        return true, members
    if sample >= len(labels):
        raise SceneError(f"digits: --sample is {sample}; {recording.path} has samples 0 to {len(labels) - 1}")
    if labels[sample] < 0:
        raise SceneError(f"digits: the class of sample {sample} is ignored; choose another --sample")
    return int(labels[sample]), np.array([sample])


class _OverEpochs:
    """One image over the epochs."""

    def __init__(self, recording: Recording, true: int, members: NDArray[np.intp]) -> None:
        self._recording, self._true = recording, true
        self.states = sampled_states(recording)
        self.chosen = members if len(members) == 1 else members[[self._learnt_last(members)]]
        self.probe = Probe(recording, self.chosen)
        self.numbers: Sequence[str | Number] = ["epoch", "accuracy"]
        self.detail = f"sample {self.chosen[0]}"

    def set_up(self, stage: Stage, box: Box, images: Array) -> None:
        """Draw the probability of the true class over the epochs, faintly."""
        recording = self._recording
        epochs = recording.epochs
        values = np.array([self._probability(recording.at(epoch)) for epoch in epochs])
        title = f"probability of {recording.output.class_names[self._true]} over epochs"
        plot = Plot(stage, box, epoch_limits(epochs), (0, 1), title=title, percent=True, right=8)
        self._trace = Trace(stage, plot.axes, epochs, values, stage.theme.negative, 3.5, 13)

    def now(self, moment: Moment) -> tuple[float, int]:
        """Return the epoch and the place of the image that a moment shows."""
        return moment.epoch, 0

    def show(self, epoch: float, place: int) -> None:
        """Move to an epoch."""
        self._trace.show(epoch)

    def _learnt_last(self, members: NDArray[np.intp]) -> int:
        """Return which sample is most worth watching: sure in the end, and yet a long way there."""
        probe = Probe(self._recording, members)
        given = np.array([probe.probabilities(state)[:, self._true] for state in self.states])
        sure = given[-1] >= min(SURE, given[-1].max())
        return int(np.where(sure, given.mean(axis=0), np.inf).argmin())

    def _probability(self, state: State) -> float:
        try:
            return float(self.probe.probabilities(state)[0, self._true])
        except DivergedError:
            return float("nan")


class _OverSamples:
    """Image after image of a class at the last epoch. They are cut, not blended: a blend is an image nobody drew."""

    def __init__(self, recording: Recording, true: int, members: NDArray[np.intp], asked: int) -> None:
        self.states = sampled_states(recording)[-1:]
        self._epoch = self.states[0].epoch
        self.chosen = members[:asked]
        self.probe = Probe(recording, self.chosen)
        self.detail = ""
        count = len(self.chosen)
        self.numbers: Sequence[str | Number] = ["epoch", Number("sample", ".0f", str(count), f" of {count}")]
        self._right = self.probe.probabilities(self.states[0]).argmax(axis=1) == true
        every = "all " if count < asked else ""
        self._label = f"{self._right.sum()} of {every}{count} right, × wrong"

    def set_up(self, stage: Stage, box: Box, images: Array) -> None:
        """Draw all images small, those that are answered wrongly with a cross."""
        stage.text(box.left, box.top + 22, cut(stage, self._label, box.width), color=stage.theme.quiet)
        room = Box(box.left, box.top + 40, box.width, box.height - 40)
        high, wide = images.shape[1:3]
        columns, cell = _columns(len(images), room, wide + 4, high + 4)
        pitch = (room.width / cell - wide) / max(1, columns - 1)
        axes = stage.axes(room, (0, room.width / cell), (room.height / cell, 0))
        k = np.arange(len(images))
        self._corners = np.stack([k % columns * min(pitch, 1.4 * wide), k // columns * (high + 4) + 2], axis=1)
        colors = images if images.ndim == 4 else images[..., None].repeat(3, axis=3)
        for (left, top), image in zip(self._corners, colors, strict=True):
            axes.imshow(image, extent=(left, left + wide, top + high, top), aspect="auto")
        axes.set(xlim=(0, room.width / cell), ylim=(room.height / cell, 0))
        width = max(1.5, min(4, cell * wide / 10))
        for left, top in self._corners[~self._right]:
            x, y = (left + wide * (0.79 + 0.34 * CROSS[:, 0]), top + high - wide * (0.21 + 0.34 * CROSS[:, 1]))
            axes.plot(x, y, color=stage.theme.positive, linewidth=stage.points(width))
        self._frame = stage.line(axes, stage.theme.ink, 3, clip_on=False)
        self._outline = np.array([[-1, -1], [wide + 1, -1], [wide + 1, high + 1], [-1, high + 1], [-1, -1]])

    def now(self, moment: Moment) -> tuple[float, int]:
        """Return the epoch and the place of the image that a moment shows."""
        return self._epoch, min(int(moment.progress * len(self.chosen)), len(self.chosen) - 1)

    def show(self, epoch: float, place: int) -> None:
        """Frame the image that is shown large."""
        self._frame.set_data(*(self._outline + self._corners[place]).T)


def _columns(count: int, room: Box, wide: float, high: float) -> tuple[int, float]:
    """Return the number of columns in which cells of a shape are largest, and their scale."""

    def scale(columns: int) -> float:
        return min(room.width / (columns * wide), room.height / (-(-count // columns) * high))

    columns = max(range(1, count + 1), key=scale)
    return columns, scale(columns)
