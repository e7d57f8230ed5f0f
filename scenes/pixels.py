"""Two input features as a plane: what a network of hundreds of inputs tells apart is not seen in any two of them.

After the teaching notebooks on MNIST, where two pixels are plotted against each other to show that they do not do.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from animviz import Box, Draw, Moment, Recording, Stage, scene
from animviz.analysis.classifier import labels_of, predictions
from animviz.analysis.tasks import CLASSES
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.parts import (
    MARGIN,
    Plot,
    PointCloud,
    Sheet,
    cut,
    heatmap,
    images_of,
    levels,
)

from .families.inputs import forest_values, mark_pixels

MOST_CLASSES = 10  # that colours tell apart
JITTER = 0.08  # share of the axis
PAD = 0.1
ROW = 32.0


@scene(experiment="digits_mlp", tasks=CLASSES)
def pixels(stage: Stage, recording: Recording, *, pixels: str = "") -> Draw:
    """Scatter of two input values by class, and what the network makes of the same samples.

    Args:
        stage: where to draw.
        recording: of a classifier with at least two input values.
        pixels: two of them as flat numbers from 0, such as 350,406; by default a random forest's two favourites.
    """
    plane = _Plane(recording, pixels)
    sheet = Sheet(stage, recording, plane.title, numbers=["epoch", "accuracy"], foot=plane.explanation, air=16)
    left, right, image, words, key = _layout(stage, sheet.room)
    palette = stage.theme.palette(max(2, len(plane.names)))
    radius = max(0.9, (2.6 if len(plane.shown) > 400 else 4.5) * stage.pixel)
    clouds = []
    for box, title in ((left, "true classes"), (right, "told rightly by the network")):
        plot = Plot(stage, box, plane.limits[0], plane.limits[1], title=title, ticks=plane.ticks)
        clouds.append(PointCloud(plot.axes, plane.labels, palette, radius))
        stage.moves(clouds[-1])
    clouds[0].set_positions(plane.places)
    cross = {"marker": "x", "markersize": stage.points(7), "markeredgewidth": stage.points(1.6)}
    wrong = stage.line(plot.axes, stage.theme.quiet, 0, **cross)
    _where(stage, image, recording, plane)
    for row, line in enumerate(plane.words):
        stage.text(words.left, words.top + 22 + ROW * row, cut(stage, line, words.width), color=stage.theme.quiet)
    _key(stage, key, plane.names)

    labels = labels_of(recording, "pixels")

    @cache
    def rightly(index: int) -> NDArray[np.bool_]:
        return np.asarray(predictions(recording.at(recording.epochs[index])) == labels)

    def draw(moment: Moment) -> None:
        state = recording.at(moment.epoch)
        right = rightly(state.snapshot.index)
        told = right[plane.shown][:, None]
        clouds[1].set_positions(np.where(told, plane.places, np.nan))
        wrong.set_data(*np.where(told, np.nan, plane.places).T)
        sheet.show(state, accuracy=right[labels >= 0].mean())

    return draw


class _Plane:
    """Two values of every sample, and what is to be said of them.

    Attributes:
        chosen: the two, as flat numbers.
        names: of the classes that are drawn.
        shown: numbers of the samples that are drawn.
        labels: their classes.
        places: where they stand, shape (samples, 2).
        limits: of both axes.
        ticks: of the lower axis.
        title: for the header.
        words: lines that name the two values, and what they are worth.
        explanation: parts of the foot line.
        image: shape of one image, or None where the inputs are none.
    """

    def __init__(self, recording: Recording, asked: str) -> None:
        labels = labels_of(recording, "pixels")
        self.names = recording.output.class_names[:MOST_CLASSES]
        whole = _channels_last(recording, recording.extras.get("images", recording.single_input(recording.inputs)))
        self.image = whole.shape[1:] if whole.ndim > 2 else None
        flat = whole.reshape(len(whole), -1)
        train = _training(recording)
        known = labels >= 0
        self.chosen = _chosen(recording, asked, *(train or (flat[known], labels[known])))
        self.shown = np.flatnonzero((labels >= 0) & (labels < MOST_CLASSES))
        self.labels = labels[self.shown]
        places = flat[self.shown][:, self.chosen].astype(np.float64)
        low, high = places.min(axis=0), places.max(axis=0)
        if self.image is not None and low.min() >= 0 and high.max() <= 1:
            low, high = np.zeros(2), np.ones(2)  # what a pixel can be
        span = np.where(high > low, high - low, 1)
        self.limits = [(float(a - PAD * s), float(a + (1 + PAD) * s)) for a, s in zip(low, span, strict=True)]
        self.ticks = [(level, f"{level:g}") for level in levels(*self.limits[0])]
        crowded = len(np.unique(places, axis=0)) < 0.9 * len(places)
        jitter = np.random.default_rng(0).uniform(-JITTER, JITTER, places.shape)
        self.places = places + jitter * span if crowded else places
        self.title = f"two of {flat.shape[1]} {'pixel values' if self.image else 'inputs'}"
        self.words = [f"{way}: {self._name(value)}" for way, value in zip(("x", "y"), self.chosen, strict=True)]
        if train:
            alone = _alone(train[0][:, self.chosen], train[1], flat[known][:, self.chosen], labels[known])
            self.words.append(f"these two alone: {100 * alone:.1f} %")
        read = int(np.prod(recording.single_input(recording.inputs).shape[1:]))
        self.explanation = [f"the same {len(self.shown):,} samples twice", "cross: told wrongly"]
        self.explanation.append(f"the network reads {read} inputs" + ", a random forest these two alone" * bool(train))
        if crowded:
            self.explanation.append(f"points are shifted by up to {JITTER:g}: many are equal")
        if len(recording.output.class_names) > MOST_CLASSES:
            self.explanation.append(f"the first {MOST_CLASSES} of {len(recording.output.class_names)} classes")

    def _name(self, value: int) -> str:
        if self.image is None:
            return f"input {value}"
        channels = self.image[2] if len(self.image) == 3 else 1
        row, column = divmod(value // channels, self.image[1])
        channel = f", {('red', 'green', 'blue')[value % 3]}" if channels == 3 else ""
        return f"row {row}, column {column}{channel}"


def _training(recording: Recording) -> tuple[Array, NDArray[np.int64]] | None:
    """Return training samples as flat values with their class numbers, if the recording holds some."""
    extras = recording.extras
    values = extras.get("train_images", extras.get("train_inputs"))
    if values is None or "train_labels" not in extras:
        return None
    flat = _channels_last(recording, values).reshape(len(values), -1)
    return flat, np.asarray(extras["train_labels"], np.int64)


def _channels_last(recording: Recording, values: Array) -> Array:
    return recording.layers[0].channels_last(values) if values.ndim == 4 and recording.layers else values


def _chosen(recording: Recording, asked: str, flat: Array, labels: NDArray[np.int64]) -> list[int]:
    """Return the two values that were asked for, or a forest's favourites among those that the network reads."""
    count = flat.shape[1]
    if count < 2:
        raise SceneError(f"pixels needs at least two input values; {recording.path} has {count}")
    if not asked:
        read = recording.extras.get("pixels", np.arange(count))
        read = read if len(read) > 1 else np.arange(count)
        order = np.argsort(-forest_values(flat, labels)[read], kind="stable")
        return [int(value) for value in read[order[:2]]]
    tokens = [token.strip() for token in asked.split(",")]
    good = len(tokens) == 2 and all(token.isascii() and token.isdigit() and len(token) < 9 for token in tokens)
    if not good or max(map(int, tokens)) >= count or int(tokens[0]) == int(tokens[1]):
        raise SceneError(
            f"pixels: --pixels is {asked[:60]!r}; expected two different numbers from 0 to {count - 1}: 3,5"
        )
    return [int(token) for token in tokens]


def _alone(train: Array, train_labels: Array, test: Array, labels: Array) -> float:
    """Return the accuracy on recorded samples of a random forest that learns from the two values alone."""
    from sklearn.ensemble import RandomForestClassifier

    forest = RandomForestClassifier(n_estimators=100, random_state=0, n_jobs=-1).fit(train, train_labels)
    return float(forest.score(test, labels))


def _where(stage: Stage, box: Box, recording: Recording, plane: _Plane) -> None:
    """Show the mean sample, with the two pixels framed."""
    if plane.image is None:
        return
    mean = images_of(recording, "pixels").mean(axis=0)
    artist, place = heatmap(stage, box, mean.shape[:2], kind="gray")
    artist.set_values(mean)
    channels = 3 if mean.ndim == 3 else 1
    mark_pixels(stage, place, mean.shape[:2], np.array(plane.chosen) // channels, 2.4)


def _key(stage: Stage, box: Box, names: tuple[str, ...]) -> None:
    """Name the classes' colours, in two columns."""
    rows = -(-len(names) // 2)
    for place, (name, color) in enumerate(zip(names, stage.theme.classes, strict=False)):
        left = box.left + place // rows * box.width / 2
        top = box.top + ROW * (place % rows)
        stage.dot(left + 8, top + 14, 16, color)
        stage.text(left + 26, top + 22, cut(stage, name, box.width / 2 - 34))


def _layout(stage: Stage, room: Box) -> list[Box]:
    """Return boxes of the two scatters, the image, the words and the key: in a column or a row beside the scatters."""
    top, bottom, width, height = room.top, room.bottom, room.width, room.height
    if stage.width >= 1150:
        side = min(height, (width - 280 - 2 * 28) / 2 + 32)
        scatters = [Box(MARGIN + k * ((width - 280) / 2), top, (width - 280) / 2 - 28, side) for k in (0, 1)]
        left = stage.width - MARGIN - 260
        image = Box(left, top + 12, 260, min(220, height - 300))
        words = Box(left, image.bottom + 12, 260, 3 * ROW)
        return [*scatters, image, words, Box(left, words.bottom + 24, 260, 5 * ROW)]
    below = 5 * ROW + 8
    if stage.height > 1.2 * stage.width:
        side = (height - below - 24) / 2
        tall = min(side, width)
        scatters = [Box((stage.width - tall) / 2, top + k * (side + 8), tall, side) for k in (0, 1)]
    else:
        side = height - below - 12
        scatters = [Box(MARGIN + k * (width + 28) / 2, top, (width - 28) / 2, side) for k in (0, 1)]
    row = bottom - below + 8
    image = Box(MARGIN, row, 150, 150)
    words = Box(MARGIN + 166, row, 0.56 * (width - 166), 3 * ROW)
    return [*scatters, image, words, Box(words.right + 24, row, stage.width - MARGIN - words.right - 24, 5 * ROW)]
