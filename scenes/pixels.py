"""Two input values as four quarters: what they tell of the classes, and what a network that reads all of them says there.

After the teaching notebooks on MNIST, where two pixels are plotted against each other to show that they do not do.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from animviz import Box, Draw, Moment, Recording, Stage, scene
from animviz.analysis.tasks import CLASSES
from animviz.analysis.telling import MOST_SAMPLES, MOST_VALUES, commonest_right, most_telling_pair, quarters_of
from animviz.analysis.verdicts import Verdicts
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.parts import Sheet, cut, images_of, still
from animviz.sampling import numbers_in

from .families.class_mosaic import ClassMosaic, largest_square
from .families.inputs import mark_pixels

GAP = 28.0
HEAD = 32.0
MOST = 600  # squares of a quarter
MEAN = 0.4  # share of a quarter's width that its mean image takes at most
QUARTERS = (2, 3, 0, 1)  # from the upper left: B high above, A high to the right
TITLES = ("both {low}", "only A {high}", "only B {high}", "both {high}")


@scene(experiment="digits_mlp", group="way", tasks=CLASSES)
def pixels(
    stage: Stage, recording: Recording, *, pixels: str = "", by: Literal["both", "true", "predicted"] = "both"
) -> Draw:
    """Samples in four quarters by two input values, and what the network says in each while it learns.

    Args:
        stage: where to draw.
        recording: of a classifier with at least two input values.
        pixels: two of them as flat numbers from 0, such as 350,406; by default the two whose quarters tell most of the
            class.
        by: group and colour samples by their true class, by their predicted class, or group them by the true class and
            colour them by the predicted one.
    """
    plane = _Plane(recording, pixels)
    foot = [_meaning(by, plane.step), plane.explanation]
    sheet = Sheet(stage, recording, plane.title, numbers=["epoch", "accuracy"], foot=foot, air=16)
    where, boxes = _layout(stage, sheet.room, plane.images is not None)
    _where(stage, where, plane)
    parts = [_parted(_below(box), plane.images is not None) for box in boxes]
    shown = [plane.members(quarter) for quarter in QUARTERS]
    size = min(largest_square(stage, place, len(some)) for (_, place), some in zip(parts, shown, strict=True))
    mosaics = [
        ClassMosaic(stage, place, len(some), plane.names, size, plane.most(some, by))
        for (_, place), some in zip(parts, shown, strict=True)
    ]
    for box, (picture, _), quarter in zip(boxes, parts, QUARTERS, strict=True):
        _head(stage, box, picture, plane, quarter)

    def draw(moment: Moment) -> None:
        said = plane.said(moment.epoch)
        for mosaic, some in zip(mosaics, shown, strict=True):
            true, answer = plane.labels[some], said[some]
            mosaic.show(answer if by == "predicted" else true, true if by == "true" else answer)
        sheet.show(recording.at(moment.epoch))

    return draw


class _Plane:
    """Two values of every sample, and what is to be said of them.

    Attributes:
        chosen: the two, as flat numbers.
        names: of the classes.
        images: the samples as images, or None where they are none.
        labels: true class of each sample.
        quarters: of the samples.
        step: one of so many samples has a square.
        title: for the header.
        words: lines that name the two values.
        explanation: what two values tell, for the foot line.
        levels: how low and high values are called.
    """

    def __init__(self, recording: Recording, asked: str) -> None:
        self._recording, self._verdicts = recording, Verdicts(recording, "pixels")
        verdicts, self._known = self._verdicts, self._verdicts.known
        known, self.labels = self._known, verdicts.labels[self._known]
        self.names = verdicts.names
        whole = _channels_last(recording, recording.extras.get("images", recording.single_input(recording.inputs)))
        self.shape = whole.shape[1:] if whole.ndim > 2 else None
        self.images = images_of(recording, "pixels")[known] if self.shape else None
        flat = whole.reshape(len(whole), -1)[known]
        seen, seen_labels = _training(recording) or (flat, self.labels)
        threshold = np.median(seen, axis=0) if self.shape is None else (seen.min() + seen.max()) / 2
        self.chosen = _chosen(recording, asked, seen > threshold, seen_labels)
        self.quarters = quarters_of((flat > threshold)[:, self.chosen])
        self.step = max(1, -(-int(np.bincount(self.quarters).max()) // MOST))
        self._turns = np.random.default_rng(0).random(len(self.labels))
        right = commonest_right(
            self.quarters, self.labels, quarters_of((seen > threshold)[:, self.chosen]), seen_labels
        )
        self.levels = {"low": "low", "high": "high"} if self.shape is None else {"low": "dark", "high": "bright"}
        last = verdicts.last()
        told = f", the network in the end {100 * verdicts.accuracy(last):.0f} %" if last is not None else ""
        which = "inputs, high or low," if self.shape is None else "pixels"
        self.title = f"Two {which} tell {100 * right:.0f} %{told}"
        self.words = [f"{way}: {self._name(value)}" for way, value in zip("AB", self.chosen, strict=True)]
        if not asked and len(seen) <= MOST_SAMPLES and 2 < flat.shape[1] <= MOST_VALUES:
            self.words += ["no other two tell", "more of the class"]
        of = "its commonest class" if seen is flat else "its commonest class of training"
        self.explanation = f"two alone: each quarter answers {of}"

    def members(self, quarter: int) -> NDArray[np.intp]:
        """Return the numbers of the samples of a quarter that have a square, class by class."""
        found = np.flatnonzero(self.quarters == quarter)
        return found[np.argsort(self.labels[found], kind="stable")][:: self.step]

    def most(self, some: NDArray[np.intp], by: str) -> Array:
        """Return how many of some samples stand with each class at any moment at most, (classes,)."""
        count = len(self.names)
        if by != "predicted":
            return np.bincount(self.labels[some], minlength=count)
        told = self._verdicts.table(
            lambda index: np.bincount(self._verdicts.answers(index)[self._known][some], minlength=count), (count,)
        )
        # Between two snapshots some may have come before others leave.
        return np.asarray(2 * np.nanmax(told, axis=0, initial=0))

    def said(self, epoch: float) -> NDArray[np.int64]:
        """Return the class that each sample is told to be of; between two snapshots they turn one by one, evenly."""
        state = self._recording.at(epoch)
        before = self._verdicts.answers(state.snapshot.index)[self._known]
        if not state.share:
            return before
        after = self._verdicts.answers(state.snapshot.index + 1)[self._known]
        return np.where(self._turns < state.share, after, before)

    def _name(self, value: int) -> str:
        if self.shape is None:
            return f"input {value}"
        channels = self.shape[2] if len(self.shape) == 3 else 1
        row, column = divmod(value // channels, self.shape[1])
        channel = f", {('red', 'green', 'blue')[value % 3]}" if channels == 3 else ""
        return f"row {row}, column {column}{channel}"


def _meaning(by: str, step: int) -> str:
    """Say what a square is."""
    one = "squares: samples" if step == 1 else f"squares: one of {step} samples"
    told = {
        "true": "by their class",
        "predicted": "by the answer",
        "both": "by their class, in the colour of the answer",
    }
    return f"{one}, {told[by]}"


def _head(stage: Stage, box: Box, picture: Box, plane: _Plane, quarter: int) -> None:
    """Say which quarter it is and of how many samples, and show their mean with the two pixels."""
    inside = plane.quarters == quarter
    number = f"{inside.sum():,}"
    title = cut(stage, TITLES[quarter].format(**plane.levels), box.width - 70, weight="medium")
    stage.text(box.left, box.top + 20, title, weight="medium")
    stage.text(box.right, box.top + 20, number, align="right")
    if plane.images is None or not inside.any():
        return
    mean = plane.images[inside].mean(axis=0)
    channels = 3 if mean.ndim == 3 else 1
    place = still(stage, picture, mean)
    mark_pixels(stage, place, mean.shape[:2], np.array(plane.chosen) // channels, 2, "#ffffff")


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


def _where(stage: Stage, box: Box, plane: _Plane) -> None:
    """Show the mean sample with the two pixels framed and named, and say what they are."""
    tall = box.height > box.width
    high = (box.width - 36 if plane.images is not None else 0) + 32 * len(plane.words)
    top, left = box.top + (max(0, box.height - high) / 2 if tall else 0), box.left
    if plane.images is not None:
        mean = plane.images.mean(axis=0)
        side = box.width - 56 if tall else box.height
        place = still(stage, Box(left + 28, top, side, side if tall else box.height), mean)
        channels = 3 if mean.ndim == 3 else 1
        cells = np.array(plane.chosen) // channels
        mark_pixels(stage, place, mean.shape[:2], cells, 2.4, "#ffffff")
        rows, columns = np.divmod(cells, mean.shape[1])
        first = int(columns[1] < columns[0])  # whichever is further left has its name to the left
        overlay = stage.overlay()
        for pixel, letter in enumerate("AB"):
            middle = place.top + (rows[pixel] + 0.5) * place.height / mean.shape[0]
            edge = place.left + (columns[pixel] + (pixel != first)) * place.width / mean.shape[1]
            outer = place.left if pixel == first else place.right
            step = -6 if pixel == first else 6
            overlay.plot([outer + step, edge], [middle, middle], color=stage.theme.quiet, linewidth=stage.points(1.5))
            stage.text(
                outer + 1.5 * step, middle + 8, letter, weight="medium", align="right" if pixel == first else "left"
            )
        top, left = (place.bottom + 20, box.left) if tall else (box.top, place.right + 48)
    for row, line in enumerate(plane.words):
        color = stage.theme.ink if row < 2 else stage.theme.quiet
        stage.text(left, top + 22 + 32 * row, cut(stage, line, box.right - left), color=color)


def _below(box: Box) -> Box:
    """Return the room of a quarter below its heading."""
    return Box(box.left, box.top + HEAD, box.width, box.height - HEAD)


def _parted(room: Box, pictures: bool) -> tuple[Box, Box]:
    """Return the boxes of the mean image and of the squares: side by side, or below each other."""
    if not pictures:
        return room, room
    if room.width > room.height:
        side = min(room.height, MEAN * room.width)
        left = room.left + side + 16
        return Box(room.left, room.top, side, room.height), Box(left, room.top, room.right - left, room.height)
    side = 0.45 * room.height
    top = room.top + side + 12
    return Box(room.left, room.top, room.width, side), Box(room.left, top, room.width, room.bottom - top)


def _layout(stage: Stage, room: Box, pictures: bool) -> tuple[Box, list[Box]]:
    """Return the box that says where the two values are, and those of the quarters: B high above, A high to the right."""
    if stage.width > 1.2 * stage.height:
        where = Box(room.left, room.top, 0.2 * room.width, room.height)
        plane = Box(where.right + 36, room.top, room.right - where.right - 36, room.height)
    else:
        where = Box(room.left, room.top, room.width, (0.16 if pictures else 0.13) * stage.height)
        plane = Box(room.left, where.bottom + GAP, room.width, room.bottom - where.bottom - GAP)
    wide, high = (plane.width - GAP) / 2, (plane.height - GAP) / 2
    corners = [(row, column) for row in (0, 1) for column in (0, 1)]
    return where, [Box(plane.left + c * (wide + GAP), plane.top + r * (high + GAP), wide, high) for r, c in corners]
