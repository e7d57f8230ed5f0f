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
from animviz.recording.replay.layers import Layer
from animviz.recording.state import State
from animviz.sampling import numbers_in

from .families.blocks import layer_words
from .families.distributions import activations_of
from .families.layer_places import Places, most_maps
from .families.layers import PIXELS, LayerMap, Probe, Scale, class_of, extent_of, hidden_layers, seen_by_net, taken_for
from .families.unit_values import sorted_by_class

EACH = 10  # images of each of several classes
SURE = 0.99  # probability of the true class from which on a net is sure


@scene(experiment="digits_mlp", group="inside", tasks=CLASSES)
def digits(
    stage: Stage,
    recording: Recording,
    *,
    digit: str | None = None,
    samples: str = "",
    count: Annotated[int, Range(1, 500)] | None = None,
    layers: str = "",
) -> Draw:
    """Inside the net: one image layer by layer over the epochs, or many images at the last one.

    Args:
        stage: where to draw.
        recording: of a classifier of images.
        digit: class of the image; by default 5 where it has samples, else the first that has. Several with commas, such as
            5,6, or 0-4: images of each pass at the last epoch.
        samples: number of the image in the recording; by default the one learnt last of those that are sure in the end.
            Several, such as 3,17 or 3,17,40-44, pass at the last epoch.
        count: let so many images of each class pass at the last epoch; by default one image is shown over all of them, and
            of several classes 10 of each.
        layers: names with commas between them; by default all that change something, as many as fit.

    Raises:
        SceneError: the recording is not of a classifier of images, or has no such class or layer.
        InputError: it has no such sample.
    """
    labels = labels_of(recording, "digits")
    reading: _OverEpochs | _OverSamples
    classes = _classes(recording, digit)
    chosen = _chosen(recording, labels, classes, samples, count)
    if len(chosen) == 1 or not (samples or count or len(classes) > 1):
        reading = _OverEpochs(recording, labels, chosen)
    else:
        short = not samples and len(chosen) < (count or EACH) * len(classes)
        reading = _OverSamples(recording, labels, chosen, short=short)
    sheet = Sheet(stage, recording, reading.title, numbers=reading.numbers)
    hidden, left_out = hidden_layers(recording, layers, most_maps(stage, sheet.room.top + 8) - 1, "digits")
    orders, names = _orders(recording, hidden, labels), recording.output.class_names
    sheet.write_foot(
        "rows: the class that raises a unit most in the end" if orders else "",
        "; ".join(filter(None, [seen_by_net(recording), left_out])),
    )
    places = Places.of(stage, sheet.room.top + 8, sheet.room.bottom, 1 + len(hidden))

    images, trues = images_of(recording, "digits")[reading.chosen], labels[reading.chosen]
    note = f"true: {names[trues[0]]}" if len(set(trues)) == 1 else ""
    maps = [LayerMap(stage, places.maps[0], "input", images[0], PIXELS, reading.detail, note=note)]
    words = layer_words(recording)
    for layer, box in zip(hidden, places.maps[1:], strict=True):
        values = np.concatenate([reading.probe.activations(state, layer.name) for state in reading.states])
        title, short_title = words.get(layer.name, (layer.name, layer.name))
        sort = (*orders[layer.name], names) if layer.name in orders else None
        scale, extent = Scale.of(layer, values), extent_of(values[0])
        maps.append(LayerMap(stage, box, title, values[0], scale, extent, sort=sort, short=short_title))
    strength = np.concatenate([reading.probe.probabilities(state) for state in reading.states]).max(axis=0)
    strength[trues] = np.inf
    answer = Answer(stage, places.answer, names, int(trues[0]), strength)
    reading.set_up(stage, places.story, images)

    def draw(moment: Moment) -> None:
        epoch, place = reading.now(moment)
        state = recording.at(epoch)
        probe = Probe(recording, reading.chosen[[place]])
        maps[0].show(images[place])
        for layer, panel in zip(hidden, maps[1:], strict=True):
            panel.show(probe.activations(state, layer.name)[0], int(trues[place]))
        answer.show(probe.probabilities(state)[0], int(trues[place]))
        reading.show(epoch, place)
        sheet.show(state, sample=place + 1)

    return draw


def _orders(recording: Recording, layers: Sequence[Layer], labels: NDArray[np.int64]) -> dict[str, tuple[Array, Array]]:
    """Return the order of the units of each layer that has no maps, and the classes that they answer to in the end."""
    last, known, few = sampled_states(recording)[-1], labels >= 0, Probe(recording, np.array([0]))
    flat = [layer.name for layer in layers if few.activations(last, layer.name).ndim == 2]
    values = activations_of(last, flat)
    count = len(recording.output.class_names)
    return {name: sorted_by_class(values[name][known], labels[known], count) for name in flat}


def _classes(recording: Recording, text: str | None) -> list[int]:
    """Return the numbers of the classes that a text lists: by their names, also from one number to another.

    Raises:
        SceneError: there is no class of a name.
    """
    names = recording.output.class_names
    if text is None or text in names:
        return [class_of(recording, text, "digits")]
    found = []
    for part in (part.strip() for part in text.split(",")):
        first, dash, last = part.partition("-")
        if part not in names and dash and first.isdecimal() and last.isdecimal() and int(first) < int(last) < 10**4:
            found += [class_of(recording, str(k), "digits") for k in range(int(first), int(last) + 1)]
        else:
            found.append(class_of(recording, part, "digits"))
    return list(dict.fromkeys(found))


def _chosen(
    recording: Recording, labels: NDArray[np.int64], classes: list[int], samples: str, count: int | None
) -> NDArray[np.intp]:
    """Return the numbers of the samples from which a picture is made: those that are named, or those of the classes.

    Raises:
        SceneError: a class has no sample, or that of a sample is ignored.
        InputError: there is no such sample.
    """
    if samples:
        chosen = np.array(numbers_in(samples, len(labels), name="--samples", most=500), np.intp)
        if (labels[chosen] < 0).any():
            ignored = chosen[labels[chosen] < 0][0]
            raise SceneError(f"digits: the class of sample {ignored} is ignored; choose other --samples")
        return chosen
    members = [np.flatnonzero(labels == true) for true in classes]
    for true, own in zip(classes, members, strict=True):
        if not len(own):
            raise SceneError(f"digits: {recording.path} has no sample of class {recording.output.class_names[true]!r}")
    each = count or (EACH if len(classes) > 1 else None)
    return np.concatenate([own[:each] for own in members])


class _OverEpochs:
    """One image over the epochs: the only one of some, or that which is most worth watching."""

    def __init__(self, recording: Recording, labels: NDArray[np.int64], members: NDArray[np.intp]) -> None:
        self._recording, self._true = recording, int(labels[members[0]])
        self.states = sampled_states(recording)
        self.chosen = members if len(members) == 1 else members[[self._learnt_last(members)]]
        self.probe = Probe(recording, self.chosen)
        self.numbers: Sequence[str | Number] = ["epoch", "accuracy"]
        self.detail = f"sample {self.chosen[0]}"
        self.title = self._story()

    def set_up(self, stage: Stage, box: Box, images: Array) -> None:
        """Draw the probability of the true class over the epochs, faintly."""
        recording = self._recording
        epochs = recording.epochs
        values = np.array([self._probability(recording.at(epoch)) for epoch in epochs])
        title = f"probability of {recording.output.class_names[self._true]} over epochs"
        plot = Plot(stage, box, epoch_limits(epochs), (0, 1), title=title, percent=True, right=8)
        self._trace = Trace(stage, plot.axes, epochs, values, stage.theme.ink, 3.5, 13)

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

    def _story(self) -> str:
        """Say for what the net takes the image first and last."""
        names = self._recording.output.class_names
        first, last = (int(self.probe.probabilities(state)[0].argmax()) for state in (self.states[0], self.states[-1]))
        return taken_for(names[self._true], names[first], names[last])

    def _probability(self, state: State) -> float:
        try:
            return float(self.probe.probabilities(state)[0, self._true])
        except DivergedError:
            return float("nan")


class _OverSamples:
    """Image after image at the last epoch. They are cut, not blended: a blend is an image nobody drew.

    Args:
        recording: of the net.
        labels: class of each sample.
        chosen: numbers of the samples.
        short: whether there are fewer than were asked for.
    """

    def __init__(
        self, recording: Recording, labels: NDArray[np.int64], chosen: NDArray[np.intp], *, short: bool
    ) -> None:
        self.states = sampled_states(recording)[-1:]
        self._epoch = self.states[0].epoch
        self.chosen = chosen
        self.probe = Probe(recording, chosen)
        self.detail = ""
        count, names = len(chosen), recording.output.class_names
        self.numbers: Sequence[str | Number] = ["epoch", Number("sample", ".0f", str(count), f" of {count}")]
        self._right = self.probe.probabilities(self.states[0]).argmax(axis=1) == labels[chosen]
        self._label = f"{self._right.sum()} of {'all ' if short else ''}{count} right, × wrong"
        classes = [names[k] for k in dict.fromkeys(labels[chosen])]
        of = ", ".join(classes[:-1]) + " and " + classes[-1] if len(classes) > 1 else classes[0]
        self.title = f"{count} {'image' if count == 1 else 'images'} of {of}, one after another"

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
            axes.plot(x, y, color=stage.theme.ink, linewidth=stage.points(width))
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
