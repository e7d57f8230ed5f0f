"""Samples in the plane: coloured by class, wrong answers with a rim, the classes named where they are."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from animviz import Stage
from animviz.artists import PointCloud
from animviz.embed import Embedding
from animviz.errors import DivergedError
from animviz.stage import Box

from ._places import centred, limits
from ._sprites import Sprites, apart

__all__ = ["Points", "Swarm", "Tags", "plane_axes"]

Array = NDArray[Any]
RADIUS, RIM = 2.6, 1.7  # units: of points, and the width of the rim of wrong ones


def plane_axes(stage: Stage, plane: Box, embedding: Embedding) -> Axes:
    """Add the axes of a plane, with limits around all places of a centred embedding."""
    return stage.axes(plane, *limits(embedding, plane), color=stage.theme.mix(stage.theme.grid, 0.18))


class Points:
    """Samples as points in the colours of their classes; those answered wrongly lie on top, with a rim.

    Args:
        stage: where.
        axes: of the plane.
        labels: class of each sample, (samples,).
        count: of classes.
        radius: of a point, in units.
    """

    def __init__(self, stage: Stage, axes: Axes, labels: Array, count: int, radius: float = RADIUS) -> None:
        radius, palette = max(0.8, radius * stage.pixel), stage.theme.palette(max(2, count))
        ink = np.asarray([stage.theme.mix(stage.theme.ink, 1)], np.float32)
        self._right = PointCloud(axes, labels, palette, radius)
        self._rims = PointCloud(axes, np.zeros_like(labels), ink, radius + max(0.7, RIM * stage.pixel))
        self._wrong = PointCloud(axes, labels, palette, radius)
        stage.moves(self._right, self._rims, self._wrong)

    def show(self, places: Array, wrong: Array) -> None:
        """Show the samples at these places, (samples, 2); which of them are answered wrongly, bool (samples,)."""
        self._right.set_positions(np.where(wrong[:, None], np.nan, places))
        for cloud in (self._rims, self._wrong):
            cloud.set_positions(np.where(wrong[:, None], places, np.nan))


class Tags:
    """Names at the middles of classes, and images at their samples, pushed apart within the plane.

    Args:
        stage: where.
        axes: of the plane.
        labels: class of each sample, (samples,).
        named: the classes that are named and their tags, see `name_tags`.
        imaged: numbers of the samples that are shown as images, and these images.
    """

    def __init__(
        self, stage: Stage, axes: Axes, labels: Array, named: tuple[Array, Sequence[Any]],
        imaged: tuple[Array, Sequence[Any]] = (np.zeros(0, np.intp), ()),
    ) -> None:  # fmt: skip
        self._labels = labels
        (self._imaged, images), (self._classes, tags) = imaged, named
        self._to_pixels: Any = axes.transData.frozen()
        self._height = stage.size[1]
        box = axes.bbox
        self._corners = np.array([[box.x0, self._height - box.y1], [box.x1, self._height - box.y0]])
        self._sprites = Sprites(stage, [*images, *tags])
        self._sizes = np.array([picture.shape[1::-1] for picture in (*images, *tags)], float).reshape(-1, 2)

    def places(self, samples: Array) -> Array:
        """Return where images and names stand, in pixels, when the samples are at these places, (samples, 2)."""
        pixels = np.asarray(self._to_pixels.transform(samples))
        pixels[:, 1] = self._height - pixels[:, 1]
        members = [pixels[self._labels == label] for label in self._classes]
        medians = [np.median(m, axis=0) if len(m) else np.full(2, np.nan) for m in members]
        middles = apart(np.concatenate([pixels[self._imaged], np.reshape(medians, (-1, 2))]), self._sizes)
        half = self._sizes / 2
        return np.clip(middles, self._corners[0] + half, self._corners[1] - half)

    def show(self, places: Array) -> None:
        """Show them at places from `places`."""
        self._sprites.set_middles(places)


class Swarm:
    """The shown samples of an embedding in two dimensions, on fixed limits around all their places.

    Args:
        stage: where.
        plane: box that they fill.
        embedding: its placed samples are shown where there are any, else those it was fitted on.
        labels: class of each shown sample, (samples,).
        count: of classes.
        named: see `Tags`.
        radius: of a point, in units.
    """

    def __init__(
        self, stage: Stage, plane: Box, embedding: Embedding, labels: Array, count: int,
        named: tuple[Array, Sequence[Any]], radius: float = RADIUS,
    ) -> None:  # fmt: skip
        self._embedding = centred(embedding)
        axes = plane_axes(stage, plane, self._embedding)
        self._points = Points(stage, axes, labels, count, radius)
        self._tags = Tags(stage, axes, labels, named)

    def show(self, epoch: float, wrong: Array) -> None:
        """Show a moment of the embedding.

        Args:
            epoch: the moment.
            wrong: which of the samples are answered wrongly, bool (samples,).

        Raises:
            DivergedError: the activations are not finite there.
        """
        places = self._embedding.shown_at(epoch)
        if not np.isfinite(places).all():
            raise DivergedError("the activations are not finite here (the training diverged)")
        self._points.show(places, wrong)
        self._tags.show(self._tags.places(places))
