"""Layers laid out in the plane over the epochs; shared by `umap`, `tsne` and `pca`.

After the interactive page of the teaching notebooks that shows LeNet's layers by UMAP, and the Embedding Projector
(Smilkov et al. 2016).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from animviz import Moment, Recording, Stage
from animviz.analysis.verdicts import Verdicts
from animviz.arrays import Array
from animviz.embed import Embedding
from animviz.embed.sets import Sets, embedded, layers_of, sets_of
from animviz.embed.stored import chosen_snapshots
from animviz.errors import DivergedError
from animviz.moment import Draw
from animviz.options import Range
from animviz.parts.header import ACCURACY, LABEL, Header, Number, cut, epoch_number, foot, titled
from animviz.parts.plot import Plot, share_limits, until
from animviz.parts.swarm import Points, Tags, centred, flat, last_places, plane_axes, spread
from animviz.parts.tags import name_tags, thumbnail
from animviz.parts.tiles import images_of
from animviz.sampling import last_at
from animviz.stage.box import MARGIN, Box
from animviz.stage.points import PointCloud
from animviz.stage.strokes import Strokes

__all__ = ["Samples", "Thumbnails", "Trails", "embedding_scene", "finite_somewhere"]

Samples = Annotated[int, Range(10, 20_000)]
Trails = Annotated[int, Range(0, 100)]
Thumbnails = Annotated[int, Range(0, 100)] | None
MOST_LAYERS = 3
MOST_EPOCHS = 60
NAMES = {"umap": "UMAP", "tsne": "t-SNE", "pca": "principal components"}
BEFORE = {
    "umap": "epochs are laid out together",
    "tsne": "each epoch starts from the next one",
    "pca": "one basis for all epochs",
}
TITLE, FACT, CURVE = 34.0, 32.0, 116.0  # units of height for a name, a line of numbers, a curve at least
TALLEST_CURVE, BESIDE, GAP = 240.0, 250.0, 32.0  # units
VOTE, TRUST = Number("5-NN", ".1f", "100.0", " %"), Number("trust", ".3f", "0.000")
SPACE = 12.0  # units between numbers
SMALL = 1.2  # units: radius of training points
FAINT = 0.5  # of a training point's colour
IMAGE = 38.0  # units of an image
FEW, ROOMY = 6, 330.0  # images by default, in a panel of this many units


def embedding_scene(
    stage: Stage, recording: Recording, method: str, *, layers: str, samples: int, trails: int, thumbnails: int | None,
    threads: int = 1, **settings: Any,
) -> Draw:  # fmt: skip
    """Set up layers side by side; see the scenes for the options."""
    verdicts = finite_somewhere(recording, method)
    names, note = layers_of(recording, layers, MOST_LAYERS, method)
    sets = sets_of(recording, verdicts.labels, samples)
    found = [embedded(recording, name, sets, method, method, threads=threads, **settings) for name in names]
    numbers = chosen_snapshots(len(recording), MOST_EPOCHS)
    header = Header(stage, titled(recording, f"{NAMES[method]} of the layers"), [epoch_number(recording), ACCURACY])
    few = [f"{len(numbers)} of {len(recording)} snapshots"] if len(numbers) < len(recording) else []
    area = (stage.width - 2 * MARGIN) * (stage.height - 300) / len(names)
    classes, tags = name_tags(stage, verdicts.names, area)
    some = [f"names: {len(classes)} of {len(verdicts.names)} classes"] if len(classes) < len(verdicts.names) else []
    parts = [*_words(stage, sets, method), *filter(None, [note]), *some, *few]
    bottom = foot(stage, *parts)
    room = Box(MARGIN, header.bottom, stage.width - 2 * MARGIN, bottom - 12 - header.bottom)
    layout = _Layout.of(room, len(names), _fact_lines(stage, method))
    votes = share_limits(np.concatenate([np.asarray(e.scores.shown_accuracy) for e in found]))
    pictures = _Pictures(recording, thumbnails, sets, method)
    panels = [
        _Panel(stage, layout, cell, name, embedding, sets, verdicts, (classes, tags), pictures, votes, trails)
        for cell, name, embedding in zip(layout.cells, names, found, strict=True)
    ]

    def draw(moment: Moment) -> None:
        index = last_at(found[0].epochs, moment.epoch)
        number = numbers[index]
        wrong = verdicts.answers(number)[sets.shown] != verdicts.labels[sets.shown]
        for panel in panels:
            panel.show(moment, index, wrong)
        header.show(recording.epochs[number], 100 * verdicts.accuracy(number))

    return draw


def finite_somewhere(recording: Recording, scene: str) -> Verdicts:
    """Return the verdicts of a classifier that has a state to draw.

    Raises:
        DivergedError: no snapshot has finite weights.
    """
    verdicts = Verdicts(recording, scene)
    if verdicts.last() is None:
        raise DivergedError(f"{recording.path}: no snapshot has finite weights; train again with a smaller step")
    return verdicts


def _words(stage: Stage, sets: Sets, method: str) -> list[str]:
    rim = f"{stage.theme.ink_name} rim: wrong answer"
    vote = "5-NN: named by 5 neighbours"
    last = "kept: share of the variance" if method == "pca" else BEFORE[method]
    who = [f"small: training, {sets.fitted}", f"large: test, {sets.placed} placed"]
    if not sets.placed:
        who = [f"points: {sets.fitted} samples"]
    return [*who, rim, vote, "trust: near here is near in the layer", last]


@dataclass(frozen=True)
class _Layout:
    """Where the panels stand.

    Attributes:
        cells: a box per panel, for all that belongs to it.
        beside: whether numbers and curve stand to the right of the plane or below it.
        lines: of numbers below it.
        filled: share of the grid that holds panels.
    """

    cells: list[Box]
    beside: bool
    lines: int
    filled: float

    @classmethod
    def of(cls, room: Box, count: int, lines: Any) -> "_Layout":
        """Return the layout in which the planes are largest."""
        layouts = [
            cls._grid(room, count, columns, beside, lines)
            for columns in range(1, count + 1)
            for beside in (False, True)
        ]
        return max(layouts, key=lambda layout: min(layout.plane(0).width, layout.plane(0).height) * layout.filled)

    @classmethod
    def _grid(cls, room: Box, count: int, columns: int, beside: bool, lines: Any) -> "_Layout":
        rows = -(-count // columns)
        width, height = (room.width - (columns - 1) * GAP) / columns, (room.height - (rows - 1) * 14) / rows
        cells = [
            Box(room.left + k % columns * (width + GAP), room.top + k // columns * (height + 14), width, height)
            for k in range(count)
        ]
        return cls(cells, beside, lines(BESIDE if beside else width), count / (rows * columns))

    def plane(self, number: int) -> Box:
        """Return the box of a panel's plane."""
        cell = self.cells[number]
        if self.beside:
            return Box(cell.left, cell.top + TITLE, min(cell.height - TITLE, cell.width - BESIDE), cell.height - TITLE)
        height = cell.height - TITLE - self.lines * FACT - CURVE
        return Box(cell.left, cell.top + TITLE, cell.width, max(1.0, min(height, 1.15 * cell.width)))

    def story(self, number: int) -> Box:
        """Return the box of a panel's numbers and curve."""
        cell, plane = self.cells[number], self.plane(number)
        if self.beside:
            return Box(plane.right + GAP, plane.top, cell.right - plane.right - GAP, plane.height)
        return Box(cell.left, plane.bottom + 4, cell.width, cell.bottom - plane.bottom - 4)


class _Panel:
    """One layer: the plane, its name above, numbers and a curve below or beside."""

    def __init__(
        self, stage: Stage, layout: _Layout, cell: Box, name: str, embedding: Embedding, sets: Sets, verdicts: Verdicts,
        named: tuple[Array, list[Any]], pictures: "_Pictures", votes: tuple[float, float], trails: int,
    ) -> None:  # fmt: skip
        self._embedding = embedding = centred(embedding)
        self._trails, labels, count = trails, verdicts.labels[sets.shown], len(verdicts.names)
        number = layout.cells.index(cell)
        plane, story = layout.plane(number), layout.story(number)
        stage.text(cell.left, cell.top + 24, cut(stage, name, plane.width, weight="medium"), weight="medium")
        axes = plane_axes(stage, plane, embedding)
        self._set_up_background(stage, axes, sets, count)
        self._points = Points(stage, axes, labels, count)
        images = pictures.some(stage, plane, axes, embedding, labels, verdicts.names)
        self._tags = Tags(stage, axes, labels, named, images)
        self._facts = _Facts(stage, story, layout, embedding)
        top = story.top + self._facts.height + 4
        self._curve = _Curve(stage, Box(story.left, top, story.width, story.bottom - top), embedding, votes)
        self._stands: dict[int, Array] = {}

    def show(self, moment: Moment, index: int, wrong: Array) -> None:
        """Show a moment, with the numbers of an epoch and the answers that are wrong at it."""
        fitted, placed = self._embedding.at(moment.epoch)
        if not np.isfinite(fitted).all() or (placed is not None and not np.isfinite(placed).all()):
            raise DivergedError(f"epoch {moment.epoch:.0f}: the weights are not finite (the training diverged)")
        seconds = moment.seconds if self._embedding.dimensions == 3 else 0.0
        if self._small is not None:
            self._small.set_positions(flat(fitted, seconds))
        self._points.show(flat(fitted if placed is None else placed, seconds), wrong)
        if self._tails is not None:
            self._tails.set_lines(self._past(moment.epoch, seconds))
        self._tags.show(self._tag_places(moment.epoch, seconds))
        self._facts.show(index)
        self._curve.show(moment.epoch)

    def _set_up_background(self, stage: Stage, axes: Any, sets: Sets, count: int) -> None:
        """Add what lies under the samples: those of the training, and tails."""
        theme = stage.theme
        self._small: PointCloud | None = None
        if sets.place is not None:
            ground = np.asarray(theme.mix(theme.background, 1), np.float32)
            faint = (FAINT * theme.palette(max(2, count)) + (1 - FAINT) * ground).astype(np.float32)
            self._small = PointCloud(axes, sets.fit_labels, faint, max(0.6, SMALL * stage.pixel))
            stage.moves(self._small)
        self._tails: Strokes | None = None
        if self._trails:
            self._tails = stage.strokes(axes, theme.mix(theme.quiet, 0.6), 1.0)

    def _shown(self, epoch: float, seconds: float) -> Array:
        return flat(self._embedding.shown_at(epoch), seconds)

    def _past(self, epoch: float, seconds: float) -> Array:
        """Return the ways of the shown samples over the last epochs, NaN between them."""
        epochs = self._embedding.epochs
        first = max(float(epochs[0]), epoch - self._trails)
        moments = [first, *(float(e) for e in epochs if first < e < epoch), epoch]
        ways = [self._shown(e, seconds) for e in moments]
        return np.stack([*ways, np.full_like(ways[0], np.nan)], axis=1).reshape(-1, 2)

    def _tag_places(self, epoch: float, seconds: float) -> Array:
        """Return where images and names stand; between epochs of the plane they go straight from place to place."""
        if self._embedding.dimensions == 3:
            return self._tags.places(self._shown(epoch, seconds))
        epochs = self._embedding.epochs
        before = last_at(epochs, epoch)
        after = before + 1 if epoch > epochs[before] + 1e-9 else before
        for index in (before, after):
            if index not in self._stands:
                self._stands[index] = self._tags.places(self._shown(float(epochs[index]), 0.0))
        share = (epoch - epochs[before]) / ((epochs[after] - epochs[before]) or 1.0)
        return np.asarray(self._stands[before] + share * (self._stands[after] - self._stands[before]))


class _Pictures:
    """Images of a few samples."""

    def __init__(self, recording: Recording, asked: int | None, sets: Sets, scene: str) -> None:
        inputs = recording.inputs
        images = "images" in recording.extras or (not isinstance(inputs, dict) and inputs.ndim > 2)
        self._asked = asked if asked is not None else (None if images else 0)
        self._images = images_of(recording, scene)[sets.shown] if self._asked != 0 else None

    def some(
        self, stage: Stage, plane: Box, axes: Any, embedding: Embedding, labels: Array, names: Sequence[str]
    ) -> tuple[NDArray[np.intp], list[Any]]:
        """Return the numbers of samples far from each other, and their images."""
        count = (FEW if min(plane.width, plane.height) >= ROOMY else 0) if self._asked is None else self._asked
        if not count or self._images is None:
            return np.zeros(0, np.intp), []
        left, right = axes.get_xlim()
        apart = 1.5 * IMAGE * (right - left) / plane.width
        chosen = spread(last_places(embedding), labels, count, apart if self._asked is None else 0.0)
        palette = stage.theme.palette(max(2, len(names)))
        return chosen, [thumbnail(stage, self._images[k], palette[labels[k]], IMAGE) for k in chosen]


class _Facts:
    """How good an epoch of an embedding is, as labels with numbers."""

    def __init__(self, stage: Stage, box: Box, layout: _Layout, embedding: Embedding) -> None:
        scores = embedding.scores
        assert scores.shown_accuracy is not None
        self._rows = [
            [VOTE.text(100 * value) for value in scores.shown_accuracy],
            [TRUST.text(value) for value in scores.trustworthiness],
        ]
        labels = _fact_labels(embedding.method)
        if embedding.shares is not None:
            self._rows.append([f"{100 * embedding.shares.sum():.0f} %"] * len(embedding.epochs))
        self._texts = []
        line, left = 0, box.left
        for label, widest in labels:
            width = stage.measure(label, LABEL) + 6 + stage.measure(widest, LABEL, "medium")
            if left > box.left and left + width > box.right + 1:
                line, left = line + 1, box.left
            top = box.top + 24 + line * FACT
            stage.text(left, top, label, color=stage.theme.quiet)
            self._texts.append(stage.text(left + width, top, "", weight="medium", align="right", moves=True))
            left += width + SPACE
        self.height = (line + 1) * FACT

    def show(self, index: int) -> None:
        for text, row in zip(self._texts, self._rows, strict=True):
            text.set_text(row[index])


class _Curve:
    """The k-NN accuracy over the epochs: past bright, now a dot, future faint."""

    def __init__(self, stage: Stage, box: Box, embedding: Embedding, limits: tuple[float, float]) -> None:
        self._values = np.asarray(embedding.scores.shown_accuracy)
        self._epochs = embedding.epochs
        first, last = float(self._epochs[0]), float(self._epochs[-1])
        last = last if last > first else first + 1
        titled = box.height >= CURVE + 40
        box = Box(box.left, box.top, box.width, min(box.height, max(TALLEST_CURVE, 0.7 * box.width)))
        title = "5-NN over epochs" if titled else ""
        plot = Plot(stage, box, (first, last), limits, percent=True, title=title, right=14)
        theme = stage.theme
        plot.axes.plot(self._epochs, self._values, color=theme.grid, linewidth=stage.points(2.5), clip_on=False)
        self._past = stage.curve(plot.axes, theme.ink, 2.5, 11)

    def show(self, epoch: float) -> None:
        self._past.set_data(*until(self._epochs, self._values, epoch))


def _fact_labels(method: str) -> list[tuple[str, str]]:
    numbers = [(number.label, number.widest + number.unit) for number in (VOTE, TRUST)]
    return [*numbers, *([("kept", "100 %")] if method == "pca" else [])]


def _fact_lines(stage: Stage, method: str) -> Any:
    """Return a function of a width: how many lines the numbers take there."""
    widths = [stage.measure(a, LABEL) + 6 + stage.measure(b, LABEL, "medium") for a, b in _fact_labels(method)]

    def lines(width: float) -> int:
        count, left = 1, 0.0
        for each in widths:
            if left and left + each > width + 1:
                count, left = count + 1, 0.0
            left += each + SPACE
        return count

    return lines
