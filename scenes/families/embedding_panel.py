"""One embedded layer: the samples in their plane, names and images among them, and how good the embedding is."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from animviz import Box, Moment, Recording, Stage
from animviz.arrays import Array
from animviz.embed import Embedding
from animviz.embed.sets import Sets
from animviz.errors import DivergedError
from animviz.parts import (
    PointCloud,
    Points,
    Tags,
    centred,
    cut,
    far_apart,
    flat,
    images_of,
    last_places,
    plane_axes,
    thumbnail,
)
from animviz.sampling import last_at

from .embedding_coloring import Coloring
from .embedding_facts import Facts, quality_curve
from .embedding_layout import Layout

__all__ = ["Panel", "Pictures"]

SMALL = 1.2  # units: radius of training points
FAINT = 0.5  # of a training point's colour
IMAGE = 38.0  # units of an image
FEW, ROOMY = 6, 330.0  # images by default, in a panel of this many units


class Panel:
    """One layer: the plane, its name above, numbers and a curve below or beside."""

    def __init__(
        self, stage: Stage, layout: Layout, cell: Box, name: str, embedding: Embedding, sets: Sets, coloring: Coloring,
        named: tuple[Array, list[Any]], pictures: "Pictures", limits: tuple[float, float], trails: int,
    ) -> None:  # fmt: skip
        self._embedding = embedding = centred(embedding)
        self._trails, colors = trails, coloring.numbers(sets.shown_labels, len(sets.shown))
        number = layout.cells.index(cell)
        plane, story = layout.plane(number), layout.story(number)
        stage.text(cell.left, cell.top + 24, cut(stage, name, plane.width, weight="medium"), weight="medium")
        axes = plane_axes(stage, plane, embedding)
        self._set_up_background(stage, axes, sets, coloring)
        self._points = Points(stage, axes, colors, len(coloring.palette), palette=coloring.palette)
        images = pictures.some(stage, plane, axes, embedding, colors, coloring.palette)
        self._tags = Tags(stage, axes, colors, named, images)
        self._facts = Facts(stage, story, embedding, votes=sets.classes)
        top = story.top + self._facts.height + 4
        below = Box(story.left, top, story.width, story.bottom - top)
        self._curve = quality_curve(stage, below, embedding, sets, limits)
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

    def _set_up_background(self, stage: Stage, axes: Any, sets: Sets, coloring: Coloring) -> None:
        """Add what lies under the samples: those of the training, and tails."""
        theme = stage.theme
        self._small: PointCloud | None = None
        if sets.place is not None:
            ground = np.asarray(theme.mix(theme.background, 1), np.float32)
            faint = (FAINT * coloring.palette + (1 - FAINT) * ground).astype(np.float32)
            colors = coloring.numbers(sets.fit_labels, 0)
            self._small = PointCloud(axes, colors, faint, max(0.6, SMALL * stage.pixel))
            stage.moves(self._small)
        self._tails = stage.strokes(axes, theme.mix(theme.quiet, 0.6), 1.0) if self._trails else None

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


class Pictures:
    """Images of a few samples."""

    def __init__(self, recording: Recording, asked: int | None, sets: Sets, scene: str) -> None:
        one = recording.basis.has_one_input
        images = "images" in recording.extras or (one and recording.single_input(recording.inputs).ndim > 2)
        self._asked = asked if asked is not None else (None if images else 0)
        self._images = images_of(recording, scene)[sets.shown] if self._asked != 0 else None

    def some(
        self, stage: Stage, plane: Box, axes: Any, embedding: Embedding, colors: Array, palette: Array
    ) -> tuple[NDArray[np.intp], list[Any]]:
        """Return the numbers of samples far from each other, and their images."""
        count = (FEW if min(plane.width, plane.height) >= ROOMY else 0) if self._asked is None else self._asked
        if not count or self._images is None:
            return np.zeros(0, np.intp), []
        left, right = axes.get_xlim()
        apart = 1.5 * IMAGE * (right - left) / plane.width
        chosen = far_apart(last_places(embedding), colors, count, apart if self._asked is None else 0.0)
        return chosen, [thumbnail(stage, self._images[k], palette[colors[k]], IMAGE) for k in chosen]
