"""Which pixels matter: to a random forest, and to the network while it learns.

The forest's map is the notebooks' way to choose pixels (Breiman, "Random Forests", 2001); the network's own is after
Simonyan, Vedaldi and Zisserman, "Deep Inside Convolutional Networks" (2013).
"""

from functools import cache
from typing import Any

import numpy as np

from animviz import Box, Draw, Moment, Recording, Stage, scene
from animviz.analysis.classifier import labels_of
from animviz.analysis.saliency import mean_saliency
from animviz.analysis.states import sampled_states
from animviz.analysis.tasks import CLASSES
from animviz.arrays import Array
from animviz.parts import (
    MARGIN,
    ColorScale,
    Number,
    Plot,
    Sheet,
    Trace,
    cut,
    epoch_limits,
    heatmap,
)
from animviz.recording.state import State
from animviz.sampling import evenly

from .families.inputs import InputPlaces, forest_values, ground, mark_pixels, training_images

MOST_SAMPLES = 1_000
CORRELATION = Number("correlation", ".2f", "−0.00")
TITLE_ROOM, SCALE_ROOM = 44.0, 62.0


@scene(experiment="digits_mlp", tasks=CLASSES)
def importance(stage: Stage, recording: Recording) -> Draw:
    """Pixels that matter to a random forest, beside those that the network looks at.

    Args:
        stage: where to draw.
        recording: of a classifier of images that is a chain of dense layers.
    """
    places = InputPlaces(recording, "importance")
    looks = _Looks(recording, places)
    images, labels, kind = training_images(recording, "importance")
    forest = forest_values(images, labels).reshape(*places.shape, -1).sum(axis=-1)
    parts = _explanation(len(labels), kind, places, looks)
    numbers = ("epoch", "accuracy", CORRELATION)
    sheet = Sheet(stage, recording, "pixels that matter", numbers=numbers, foot=parts, air=16)
    boxes = _layout(stage, sheet.room)
    _map(stage, boxes[0], places.shape, "to a random forest", "importance", float(forest.max())).set_values(forest)
    own = _map(stage, boxes[1], places.shape, "to the network", "size of the gradient", looks.largest)
    _sample(stage, boxes[2], recording, places)
    trace = _correlations(stage, boxes[3], recording, *looks.correlations(forest))

    def draw(moment: Moment) -> None:
        state = recording.at(moment.epoch)
        own.set_values(looks.between(state))
        trace.show(moment.epoch)
        sheet.show(state, correlation=correlation(forest, looks.at(state.snapshot.index)))

    return draw


class _Looks:
    """Where the network looks: the mean size of the gradient of the true class's score, at its pixel.

    Attributes:
        samples: how many recorded samples it is the mean of.
        largest: upper end of the colour scale for the whole video.
    """

    def __init__(self, recording: Recording, places: InputPlaces) -> None:
        inputs, labels = recording.single_input(recording.inputs), labels_of(recording, "importance")
        known = np.flatnonzero(labels >= 0)
        chosen = known[evenly(len(known), MOST_SAMPLES)]
        self._recording, self._places = recording, places
        self._inputs, self._labels = inputs[chosen], labels[chosen]
        self.samples = len(chosen)
        self.at = cache(self._at)
        self._sampled = sampled_states(recording)
        self.largest = max(float(np.nanmax(self.at(state.snapshot.index))) for state in self._sampled)

    def between(self, state: State) -> Array:
        """Return the map of a moment, blended between those of the snapshots around it."""
        before = state.snapshot
        share = state.epoch - before.epoch
        if share <= 0:
            return self.at(before.index)
        share /= self._recording.epochs[before.index + 1] - before.epoch
        return np.asarray((1 - share) * self.at(before.index) + share * self.at(before.index + 1))

    def correlations(self, other: Array) -> tuple[Array, Array]:
        """Return epochs, and how alike the network's map and another one were then."""
        values = [correlation(other, self.at(state.snapshot.index)) for state in self._sampled]
        return np.array([state.epoch for state in self._sampled]), np.array(values)

    def _at(self, index: int) -> Array:
        weights = self._recording.at(self._recording.epochs[index]).weights
        sizes = mean_saliency(self._recording.layers, weights, self._inputs, self._labels)
        return self._places.laid_out(sizes.reshape(-1))


def correlation(one: Array, other: Array) -> float:
    """Return Pearson's correlation of two maps over the cells that both have; NaN where one of them is flat."""
    known = np.isfinite(one) & np.isfinite(other)
    a, b = one[known], other[known]
    if a.size < 2 or a.std() == 0 or b.std() == 0:
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])


def _correlations(stage: Stage, box: Box, recording: Recording, epochs: Array, values: Array) -> Trace:
    """Add a plot of the correlation over the epochs."""
    low = -1.0 if np.nanmin(values, initial=0) < 0 else 0.0
    plot = Plot(stage, box, epoch_limits(recording.epochs), (low, 1), title="correlation of the maps", right=10)
    return Trace(stage, plot.axes, epochs, values)


def _map(stage: Stage, box: Box, shape: tuple[int, int], title: str, unit: str, largest: float) -> Any:
    """Add a heat map with its title above and its scale below."""
    room = Box(box.left, box.top + TITLE_ROOM, box.width, box.height - TITLE_ROOM - SCALE_ROOM)
    artist, place = heatmap(stage, room, shape, high=largest)
    ground(stage, place)
    stage.text(box.left, box.top + 22, cut(stage, title, box.width, weight="medium"), weight="medium")
    scale = Box(box.left, place.bottom + 14, box.width, SCALE_ROOM)
    ColorScale(stage, scale, "heat", ("0", f"{largest:.2g}"), unit if box.width > 280 else "")
    return artist


def _sample(stage: Stage, box: Box, recording: Recording, places: InputPlaces) -> None:
    """Show the first sample, with the pixels that a reduction has left framed."""
    name = recording.output.class_names[int(labels_of(recording, "importance")[0])]
    stage.text(box.left, box.top + 22, cut(stage, f"a sample: {name}", box.width, weight="medium"), weight="medium")
    room = Box(box.left, box.top + TITLE_ROOM, box.width, box.height - TITLE_ROOM)
    picture, place = heatmap(stage, room, places.shape, kind="gray")
    picture.set_values(places.images[0])
    if places.chosen is not None:
        mark_pixels(stage, place, places.shape, places.chosen // places.channels, 1.6)


def _explanation(count: int, kind: str, places: InputPlaces, looks: _Looks) -> list[str]:
    parts = [
        f"forest: 100 trees on {count:,} {kind} images",
        "network: how strongly the true class's score answers to a pixel",
        f"mean over {looks.samples:,} samples",
    ]
    if places.channels == 3:
        parts.append("red, green and blue added")
    if places.chosen is not None:
        parts.append(f"orange frames: the {len(places.chosen)} values that the network reads")
    return parts


def _layout(stage: Stage, room: Box) -> list[Box]:
    """Return boxes of the forest's map, the network's map, the sample and the curve."""
    top, bottom, width, height = room.top, room.bottom, room.width, room.height
    extra = TITLE_ROOM + SCALE_ROOM
    if stage.width >= 1150:
        side = min(height - extra, (width - 300 - 2 * 40) / 2)
        column = Box(MARGIN + 2 * (side + 40), top, width - 2 * (side + 40), side + extra)
        half = column.height / 2
        maps = [Box(MARGIN + k * (side + 40), top, side, side + extra) for k in (0, 1)]
        return [*maps, Box(column.left, top, column.width, half - 16), Box(column.left, top + half, column.width, half)]
    side = min((width - 40) / 2, height - extra - 200)
    maps = [Box(MARGIN + k * (width / 2 + 20), top, width / 2 - 20, side + extra) for k in (0, 1)]
    below = maps[0].bottom + 12
    rest = bottom - below
    if rest > 500:  # tall frames
        sample = Box((stage.width - 300) / 2, below, 300, 300 + TITLE_ROOM)
        return [*maps, sample, Box(MARGIN, sample.bottom + 12, width, bottom - sample.bottom - 12)]
    return [*maps, Box(MARGIN, below, rest - TITLE_ROOM, rest), Box(MARGIN + rest, below, width - rest, rest)]
