"""One embedded layer: its name, the samples in their plane, and names and images among them."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from numpy.typing import NDArray

from animviz import Box, Stage
from animviz.arrays import Array
from animviz.embed import Embedding
from animviz.embed.sets import Sets
from animviz.errors import DivergedError
from animviz.parts import (
    LABEL,
    Points,
    Tags,
    centred,
    first_fitting,
    flat,
    last_places,
    pair,
    plane_axes,
)
from animviz.sampling import last_at

from .embedding_coloring import By, Coloring
from .embedding_insets import Insets
from .embedding_pictures import NONE, Pictures
from .embedding_seen import Seen
from .embedding_training import Training

__all__ = ["Key", "Panel"]

LEAD, NEAR = 1.5, 2.0  # units: a line from a sample to its image, and from a name to a sample that it hides
ROUGH = 4.0  # units within which places of the crowd are one
GRID = np.stack(np.meshgrid(np.linspace(-1, 1, 5), np.linspace(-1, 1, 3)), axis=-1).reshape(-1, 2)
TURN = tuple(3.0 * k for k in range(8))  # seconds at which space is looked at


class Panel:
    """One layer: the plane, and its name above, which leaves some units free beside it."""

    def __init__(
        self, stage: Stage, plane: Box, title: Sequence[str], embedding: Embedding, sets: Sets, coloring: Coloring, *,
        trails: int, radius: float, by: By, named: tuple[Array, list[Any]] = NONE, pictures: Pictures | None = None,
        beside: float = 0.0,
    ) -> None:  # fmt: skip
        self._stage = stage
        self._embedding = embedding = centred(embedding)
        self._trails, self._labels = trails, coloring.numbers(sets.shown_labels, len(sets.shown))
        said = first_fitting(stage, title, plane.width - beside, "medium")
        stage.text(plane.left, plane.top - 10, said, weight="medium")
        axes = plane_axes(stage, plane, embedding)
        self._training = Training(stage, axes, sets, coloring, radius, by)
        self._tails = stage.strokes(axes, stage.theme.mix(stage.theme.quiet, 0.6), 1.0) if trails else None
        self._points = Points(stage, axes, self._labels, len(coloring.palette), radius, coloring.palette)
        leads = None if pictures is None else stage.strokes(stage.overlay(), stage.theme.ink, LEAD)
        images = NONE if pictures is None or pictures.at_rim else pictures.some(plane, axes, embedding, coloring)
        self._imaged, self._leads = images[0], leads if len(images[0]) else None
        self._tags = Tags(stage, axes, self._labels, named, images, outward=embedding.shares is not None)
        self._stands: dict[int, Array] = {}
        self._named = len(named[1])
        self._insets: Insets | None = None
        if pictures is not None and pictures.at_rim and pictures.exist and leads is not None:
            last = self._in_units(last_places(embedding))
            names = self._under_names(named[1])
            ends = names[-self._named :] if self._named else []
            chosen, found = pictures.some(plane, axes, embedding, coloring, _is_under(last, ends))
            if len(chosen):
                crowd = np.concatenate([self._crowd(), *(middle + reach * GRID for middle, reach in names)])
                self._insets = Insets(stage, plane, chosen, found, crowd, last[chosen], ends, leads)
                pictures.forget_unless(self._insets.count)

    @property
    def rings(self) -> int:
        """How many samples are drawn as wrong."""
        return self._points.rings

    def show(self, epoch: float, seconds: float, index: int, wrong: Array, colors: Array | None) -> None:
        """Show a moment, with the answers that are wrong at an epoch, and colours unless they are the labels'."""
        fitted, placed = self._embedding.at(epoch)
        if not np.isfinite(fitted).all() or (placed is not None and not np.isfinite(placed).all()):
            raise DivergedError(f"epoch {epoch:.4g}: the weights are not finite (the training diverged)")
        seconds = seconds if self._embedding.dimensions == 3 else 0.0
        self._training.show(flat(fitted, seconds))
        shown = flat(fitted if placed is None else placed, seconds)
        self._points.show(shown, wrong, colors)
        if self._tails is not None:
            self._tails.set_lines(self._past(epoch, seconds))
        places = self._tag_places(epoch, seconds, colors)
        self._tags.show(places)
        if self._leads is not None:
            self._leads.set_lines(self._from_points(shown, places))
        if self._insets is not None:
            self._insets.show(self._in_units(shown))

    def _shown(self, epoch: float, seconds: float) -> Array:
        return flat(self._embedding.shown_at(epoch), seconds)

    def _past(self, epoch: float, seconds: float) -> Array:
        """Return the ways of the shown samples over the last epochs, NaN between them."""
        epochs = self._embedding.epochs
        first = max(float(epochs[0]), epoch - self._trails)
        moments = [first, *(float(e) for e in epochs if first < e < epoch), epoch]
        ways = [self._shown(e, seconds) for e in moments]
        return np.stack([*ways, np.full_like(ways[0], np.nan)], axis=1).reshape(-1, 2)

    def _from_points(self, shown: Array, places: Array) -> Array:
        """Return lines from samples to their images, in units of the stage."""
        points = self._in_units(shown[self._imaged])
        ends = places[: len(points)] / self._stage.pixel
        return np.stack([points, ends, np.full_like(ends, np.nan)], axis=1).reshape(-1, 2)

    def _in_units(self, samples: Array) -> Array:
        return self._tags.in_pixels(samples) / self._stage.pixel

    def _crowd(self) -> Array:
        """Return where samples are over the film, in units, (points, 2)."""
        embedding, found = self._embedding, [np.zeros((0, 2))]
        for epoch in embedding.epochs:
            for seconds in TURN if embedding.dimensions == 3 else (0.0,):
                found.append(self._in_units(self._shown(float(epoch), seconds)))
        every = np.concatenate(found)
        return np.asarray(np.unique(np.rint(every[np.isfinite(every).all(axis=1)] / ROUGH), axis=0) * ROUGH)

    def _under_names(self, tags: Sequence[Any]) -> list[tuple[Array, Array]]:
        """Return middles and half sizes of the names over the film, in units; those of the end last."""
        pixel, found = self._stage.pixel, []
        for epoch in self._embedding.epochs:
            if np.isfinite(self._shown(float(epoch), 0.0)).all():
                middles = self._tag_places(float(epoch), 0.0, None)[len(self._imaged) :] / pixel
                sizes = [np.array(tag.shape[1::-1]) / pixel / 2 for tag in tags]
                found += [pair for pair in zip(middles, sizes, strict=True) if np.isfinite(pair[0]).all()]
        return found

    def _tag_places(self, epoch: float, seconds: float, colors: Array | None) -> Array:
        """Return where images and names stand; between epochs of the plane they go straight from place to place."""
        if self._embedding.dimensions == 3 or colors is not None:
            return self._tags.places(self._shown(epoch, seconds), colors)
        epochs = self._embedding.epochs
        before = last_at(epochs, epoch)
        after = before + 1 if epoch > epochs[before] + 1e-9 else before
        for index in (before, after):
            if index not in self._stands:
                self._stands[index] = self._tags.places(self._shown(float(epochs[index]), 0.0))
        share = (epoch - epochs[before]) / ((epochs[after] - epochs[before]) or 1.0)
        return np.asarray(self._stands[before] + share * (self._stands[after] - self._stands[before]))


class Key:
    """A line below the large plane: what its marks are, and how many of them.

    Args:
        stage: where.
        plane: the box of the plane.
        kinds: the diameter of a mark in units, and what it is; 0 for none, below 0 the side of an image.
        rings: returns how many samples are drawn as wrong.
        count: how many are drawn.
        named: how many classes have their names in the plane, and how many there are.
        seen: the recording.
    """

    def __init__(
        self, stage: Stage, plane: Box, kinds: Sequence[tuple[float, str]], rings: Callable[[], int],
        count: int, named: tuple[int, int], seen: Seen,
    ) -> None:  # fmt: skip
        self._rings, self._count, quiet = rings, count, stage.theme.quiet
        left, top = plane.left, plane.bottom + 28
        self._told: list[Text] = []
        if seen.verdicts is not None:
            for words in ("wrong", "right"):
                stage.dot(left + 8, top - 8, 16 if words == "wrong" else 14, quiet)
                self._told.append(stage.text(left + 22, top, "", color=quiet, moves=True))
                left += 34 + stage.measure(f"{count:,} {words}", LABEL)
            stage.dot(plane.left + 8, top - 8, 8, stage.theme.background)
            pair(
                stage, "answers", lambda: [text.get_text() for text in self._told], lambda: [rings(), count - rings()]
            )  # fmt: skip
        some = [(0.0, f"names: {named[0]} of {named[1]} classes")] if named[0] < named[1] else []
        for size, words in [*some, *(kind for kind in kinds if kind[1])]:
            begin = left + (20 if size > 0 else 28 if size else 0)
            if begin + stage.measure(words, LABEL) > plane.right + 1:
                break
            if size > 0:
                stage.dot(left + 7, top - 8, size, quiet)
            elif size:
                frame = Rectangle((left + 1, top - 8 + size / 2), -size, -size, fill=False, edgecolor=quiet)
                frame.set_linewidth(stage.points(2.5))
                stage.overlay().add_patch(frame)
            stage.text(begin, top, words, color=quiet)
            left = begin + stage.measure(words, LABEL) + 14

    def show(self) -> None:
        """Say how many samples are drawn as wrong, and how many as right."""
        wrong = self._rings()
        for text, number, words in zip(self._told, (wrong, self._count - wrong), ("wrong", "right"), strict=False):
            text.set_text(f"{number:,} {words}")


def _is_under(samples: Array, names: Sequence[tuple[Array, Array]]) -> NDArray[np.bool_]:
    """Return which samples names hide."""
    hidden = [(np.abs(samples - middle) < reach + NEAR).all(axis=1) for middle, reach in names]
    return np.asarray(np.any(hidden, axis=0)) if hidden else np.zeros(len(samples), bool)
