"""Samples on their way from wrong to right: how much more probable the true class is than the next best.

The margin is that of Bartlett et al. (1998). It takes the place of deepreplay's histograms of probabilities (Godoy, 2018).
"""

import numpy as np
from numpy.typing import NDArray

from animviz import Box, Draw, Moment, Recording, Stage, scene
from animviz.analysis.classifier import ignored_in_words
from animviz.analysis.tasks import CLASSES
from animviz.analysis.verdicts import Verdicts
from animviz.arrays import Array
from animviz.errors import DivergedError, RecordingError, SceneError
from animviz.parts import LABEL, VALUE, PointCloud, Sheet, Sprites, Words, cut, images_of, pair, thumbnail

from .families.spacing import every

ABOVE, BELOW = 40.0, 36.0  # units above the rows for the shares, and below them for the ends of the axis
SIDE = (26.0, 48.0)  # units of an image, least and most
FREE = 4.0  # units between two images
MOST = 12  # images
FEW = 3  # classes up to which a row has several images
GOLDEN = 0.6180339887498949  # steps of this share fill a row evenly, whatever number of them


@scene(experiment="digits_mlp", group="wrong", tasks=CLASSES)
def margins(stage: Stage, recording: Recording) -> Draw:
    """Samples walking from wrong to right: probability of the true class minus the highest other, the hardest as images.

    Args:
        stage: where to draw.
        recording: of any classifier with labels that puts out probabilities or logits.
    """
    verdicts = Verdicts(recording, "margins")
    table = verdicts.table(verdicts.margins, verdicts.labels.shape)
    finite = table[np.isfinite(table[:, verdicts.known]).all(axis=1)]
    if not len(finite):
        raise DivergedError(f"{recording.path}: no snapshot has finite weights; train again with a smaller step")
    sheet = Sheet(stage, recording, _title(finite[0], finite[-1]), numbers=["epoch", *_loss(recording)])
    axis = "probability of the true class minus the highest other"
    images = _images(recording)
    shown = "" if images is None else "images: the hardest in the end"
    sheet.write_foot(axis, shown, *ignored_in_words(verdicts.labels))
    walk = _Walk(stage, sheet.room, verdicts, finite[-1], images)

    def draw(moment: Moment) -> None:
        state = recording.at(moment.epoch)
        walk.show(verdicts.blended(moment.epoch, table.__getitem__))
        sheet.show(state)

    return draw


class _Walk:
    """A row for each class, in which its samples walk; left of the line they are wrong, right of it right."""

    def __init__(self, stage: Stage, box: Box, verdicts: Verdicts, end: Array, images: Array | None) -> None:
        self._stage, names = stage, verdicts.names
        self._palette = stage.theme.palette(max(2, len(names)))
        before = min(130.0, max(stage.measure(name, LABEL) for name in names)) + 14
        self._room = room = Box(box.left + before, box.top + ABOVE, box.width - before, box.height - ABOVE - BELOW)
        self._reach = 1 / (1 - (SIDE[1] + 4) / room.width)  # images at the ends of the axis are whole
        _ground(stage, room, names, before - 14, 0.5 / self._reach)
        axes = stage.axes(room, (-self._reach, self._reach), (len(names), 0))
        self._heights = _heights(verdicts.labels, len(names))
        radius = float(np.clip(90 / np.sqrt(len(end)), 1.8, 6)) * stage.pixel
        self._dots = PointCloud(axes, verdicts.labels, self._palette, radius)
        stage.moves(self._dots)
        self._places = np.full((len(end), 2), np.nan)
        stage.covers(*axes.plot([0, 0], [0, len(names)], color=stage.theme.ink, linewidth=stage.points(3)))
        middle, top = room.left + room.width / 2, room.top - 14
        self._wrong = Words(stage, [(middle - 20, top)], size=VALUE, weight="medium", align="right")
        self._right = Words(stage, [(middle + 20, top)], size=VALUE, weight="medium")
        pair(stage, "share", lambda: [*self._wrong.texts, *self._right.texts], self._sides)
        self._set_up_images(verdicts.labels, room.height / len(names), end, images)

    def show(self, margins: Array) -> None:
        """Show the samples at their margins, shape (samples,)."""
        self._places = np.stack([margins, self._heights], axis=1)
        self._dots.set_positions(self._places)
        wrong, right = self._sides()
        self._wrong.set_words([f"wrong {wrong:.1f} %"])
        self._right.set_words([f"right {right:.1f} %"])
        if self._imaged.size:
            x = self._room.left + (margins[self._imaged] / self._reach + 1) / 2 * self._room.width
            self._sprites.set_middles(np.stack([x, self._tops], axis=1) * self._stage.pixel)

    def _sides(self) -> list[float]:
        """Return how many per cent of the dots are left and right of the line."""
        across = self._places[np.isfinite(self._places[:, 0]), 0]
        return [100 * float((across < 0).mean()), 100 * float((across > 0).mean())]

    def _set_up_images(self, labels: NDArray[np.int64], row: float, end: Array, images: Array | None) -> None:
        """Make pictures of the samples that end farthest to the left, in places that do not overlap."""
        self._imaged = np.zeros(0, np.intp)
        if images is None:
            return
        side = float(np.clip(0.86 * row, *SIDE))
        one_each = row * FEW < self._room.height  # then an image stands in the middle of its row
        tops = (labels + 0.5 if one_each else self._heights) * row
        tops = self._room.top + np.clip(tops, side / 2, self._room.height - side / 2)
        self._imaged = _hardest(end, tops, side + FREE)
        self._tops = tops[self._imaged]
        pictures = [thumbnail(self._stage, images[one], self._palette[labels[one]], side) for one in self._imaged]
        self._sprites = Sprites(self._stage, pictures)


def _ground(stage: Stage, room: Box, names: list[str], width: float, half: float) -> None:
    """Draw the rows with the names of the classes, as many as fit, and the ends of the axis, half of it away from its middle."""
    row, quiet = room.height / len(names), stage.theme.quiet
    axes = stage.axes(room, (0, 1), (len(names), 0))
    for place in range(0, len(names), 2):
        axes.axhspan(place, place + 1, color=stage.theme.mix(stage.theme.grid, 0.25), linewidth=0)
    step = every(row, 26)
    for place in range(0, len(names), step):
        top = room.top + (place + 0.5) * row + 8
        stage.text(room.left - 14, top, cut(stage, names[place], width), align="right")
    sure, below = ("sure of " if room.width >= 720 else ""), room.bottom + 26
    low, middle, high = (room.left + (0.5 + side * half) * room.width for side in (-1, 0, 1))
    axes.vlines([0.5 - half, 0.5 + half], 0, len(names), color=stage.theme.grid, linewidth=stage.points(1.5))
    stage.text(low, below, f"−1 {sure}another class", color=quiet)
    stage.text(middle, below, "0 undecided", color=quiet, align="center")
    stage.text(high, below, f"{sure}the true class 1", color=quiet, align="right")


def _heights(labels: NDArray[np.int64], count: int) -> Array:
    """Return how far down each sample stands, in rows: evenly spread within the row of its class."""
    heights = np.full(len(labels), np.nan)
    for label in range(count):
        members = np.flatnonzero(labels == label)
        heights[members] = label + 0.1 + 0.8 * ((np.arange(len(members)) + 0.5) * GOLDEN % 1)
    return heights


def _hardest(end: Array, tops: Array, apart: float) -> NDArray[np.intp]:
    """Return the samples with the least margins whose places are far enough apart, the hardest first."""
    chosen: list[int] = []
    for sample in np.argsort(end, kind="stable"):  # those without a class come last
        if len(chosen) == MOST or not np.isfinite(end[sample]):
            break
        if all(abs(tops[sample] - tops[other]) >= apart for other in chosen):
            chosen.append(int(sample))
    return np.array(chosen, np.intp)


def _loss(recording: Recording) -> list[str]:
    """Return the number beside the epoch; the accuracy is the share of the samples right of the line, and stands there."""
    return ["loss"] if "loss" in recording.noted(source="scores") else []


def _images(recording: Recording) -> Array | None:
    """Return the samples as images, or None where they are none."""
    try:
        images = images_of(recording, "margins")
    except (SceneError, RecordingError):  # no images, or several inputs
        return None
    return images if min(images.shape[1:3]) > 2 else None


def _title(first: Array, last: Array) -> str:
    """Return how many of the samples that were wrong at first are right at last, and how many the other way round."""
    wrong = first < 0
    crossed, lost = int((wrong & (last > 0)).sum()), int(((first > 0) & (last < 0)).sum())
    return f"{crossed:,} of {int(wrong.sum()):,} wrong answers put right, {lost:,} right ones lost"
