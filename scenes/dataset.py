"""The data that a network learns from: how many samples each class has, and what they look like."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from animviz import Box, Draw, Moment, Recording, Stage, scene
from animviz.analysis.classifier import ignored_in_words, labels_of
from animviz.analysis.tasks import CLASSES
from animviz.arrays import Array
from animviz.parts import LABEL, MARGIN, Field, Number, Sheet, cut

from .families.inputs import training_images

TITLE_ROOM = 36.0
LOWEST, TALLEST = 40.0, 120.0  # units of a row
GAP = 8.0  # units between samples
SCREENS = 2.0  # samples that pass by, in widths of the picture


@scene(experiment="digits_mlp", tasks=CLASSES)
def dataset(stage: Stage, recording: Recording) -> Draw:
    """Class counts of the data, and samples of every class passing by.

    Args:
        stage: where to draw.
        recording: of a classifier of images.
    """
    sets = _sets(recording)
    names = recording.output.class_names
    ignored = ignored_in_words(labels_of(recording, "dataset"))
    counts = {name: len(labels) for name, labels in sets.items()}
    numbers = [Number(name, ",.0f", f"{count:,}") for name, count in counts.items()]
    sheet = Sheet(stage, recording, f"{len(names)} classes", numbers=numbers, air=16)
    room = stage.height - 110 - sheet.room.top - TITLE_ROOM
    rows = min(len(names), int(room / LOWEST))
    chosen = np.linspace(0, len(names) - 1, rows).round().astype(int)
    part = f"{rows} of {len(names)} classes, evenly chosen" if rows < len(names) else ""
    sheet.write_foot("samples pass by in the order of the data", "counts: what this recording holds", part, *ignored)
    table = Box(MARGIN, sheet.room.top + TITLE_ROOM, sheet.room.width, sheet.room.height - TITLE_ROOM)
    step = min(TALLEST, table.height / rows)
    left = _counts(stage, table, step, [names[number] for number in chosen], _counted(sets, chosen))
    stage.text(left, table.top - 14, "samples of each class", color=stage.theme.quiet)
    samples = _Samples(stage, Box(left, table.top, table.right - left, step * rows), recording, chosen)

    def draw(moment: Moment) -> None:
        span = recording.epochs[-1] - recording.epochs[0]
        samples.show(float((moment.epoch - recording.epochs[0]) / span) if span else 0.0)
        sheet.show(recording.at(moment.epoch), **counts)

    return draw


def _sets(recording: Recording) -> dict[str, NDArray[np.int64]]:
    """Return the class numbers of each set of samples that the recording holds, by name."""
    shown = labels_of(recording, "dataset")
    if "train_labels" not in recording.extras:
        return {"samples": shown}
    return {"training": np.asarray(recording.extras["train_labels"], np.int64), "test": shown}


def _counted(sets: dict[str, NDArray[np.int64]], classes: Array) -> dict[str, list[int]]:
    """Return how many samples of each of these classes every set has."""
    return {name: [int((labels == number).sum()) for number in classes] for name, labels in sets.items()}


def _counts(stage: Stage, table: Box, step: float, names: list[str], counts: dict[str, list[int]]) -> float:
    """Draw a row with name and bars for every class; return where the row may go on, in units from the left."""
    theme = stage.theme
    colors = (theme.negative, theme.positive)
    texts = [" + ".join(f"{value:,}" for value in row) for row in zip(*counts.values(), strict=True)]
    name_room = min(max(stage.measure(name, LABEL, "medium") for name in names), 0.16 * table.width)
    text_room = max(stage.measure(text, LABEL) for text in texts) + 14
    left = table.left + name_room + 20
    bars = Box(left, table.top, 0.36 * table.width - text_room, step * len(names))
    axes = stage.axes(bars, (0, max(1, *map(max, counts.values()))), (len(names), 0))
    thick = min(0.32, 18 / step)  # of a row
    for place, ((name, values), color) in enumerate(zip(counts.items(), colors, strict=False)):
        tops = np.arange(len(names)) + 0.5 + 1.1 * thick * (place - (len(counts) - 1) / 2)
        axes.barh(tops, values, thick, color=color, linewidth=0)
        stage.dot(left + 8, table.top - 22, 16, color)
        stage.text(left + 24, table.top - 14, name, color=theme.quiet)
        left += stage.measure(name, LABEL) + 44
    for row, (name, text) in enumerate(zip(names, texts, strict=True)):
        top = table.top + (row + 0.5) * step + 8
        stage.text(table.left, top, cut(stage, name, name_room, weight="medium"), weight="medium")
        stage.text(bars.right + text_room, top, text, color=theme.quiet, align="right")
    return bars.right + text_room + 28


class _Samples:
    """Samples of some classes, a row each, that pass by from right to left."""

    def __init__(self, stage: Stage, box: Box, recording: Recording, classes: Array) -> None:
        axes = stage.axes(box, (0, 1), (0, 1))
        self._field = Field(axes)
        stage.moves(self._field)
        # Painted pixel by pixel, so that every sample looks the same wherever it is.
        width, height = (round(high) - round(low) for low, high in zip(axes.bbox.p0, axes.bbox.p1, strict=True))
        gap = max(1, round(GAP * stage.pixel))
        images, labels, _ = training_images(recording, "dataset")
        tall = max(1, height // len(classes) - gap)
        wide = max(1, round(tall * images.shape[2] / images.shape[1]))
        most = round(SCREENS * width / (wide + gap))
        rows = [images[np.flatnonzero(labels == number)[:most]] for number in classes]
        longest = max(len(row) for row in rows) * (wide + gap) - gap
        ground = [round(255 * channel) for channel in stage.theme.mix(stage.theme.background, 1)]
        self._strip = np.full((height, max(width, longest), 4), [*ground, 255], np.uint8)
        for place, row in enumerate(rows):
            top = round(place * height / len(classes)) + gap // 2
            for column, image in enumerate(row):
                left = column * (wide + gap)
                self._strip[top : top + tall, left : left + wide, :3] = _resized(image, wide, tall)
        self._width = width

    def show(self, share: float) -> None:
        """Show the part that is in sight when this share of the way is over."""
        left = round(share * (self._strip.shape[1] - self._width))
        self._field.set_colors(np.ascontiguousarray(self._strip[:, left : left + self._width]))


def _resized(image: Array, wide: int, tall: int) -> NDArray[np.uint8]:
    """Return an image as uint8 of shape (tall, wide, 3); its pixels stay squares with sharp edges."""
    picture = Image.fromarray(np.round(255 * image).astype(np.uint8)).convert("RGB")
    return np.asarray(picture.resize((wide, tall), Image.Resampling.BOX))
