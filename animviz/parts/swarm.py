"""Samples in the plane: coloured by class, wrong answers as rings, the classes named where they are."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from animviz.arrays import Array
from animviz.embed import Embedding
from animviz.errors import DivergedError
from animviz.parts.tagging import Tags
from animviz.stage.box import Box
from animviz.stage.points import PointCloud
from animviz.stage.stage import Stage

__all__ = [
    "Points",
    "Swarm",
    "centred",
    "far_apart",
    "flat",
    "last_places",
    "limits",
    "plane_axes",
]

RADIUS = 2.6  # units
RING, HOLE = 1.5, 0.75  # radius of a ring and of its hole, as parts of a point's


def plane_axes(stage: Stage, plane: Box, embedding: Embedding) -> Axes:
    """Add axes whose limits hold all places of an embedding, seen from wherever, with equal scales.

    Args:
        stage: where.
        plane: box that they fill.
        embedding: see `centred`.
    """
    return stage.axes(plane, *limits(embedding, plane), color=stage.theme.mix(stage.theme.grid, 0.18))


class Points:
    """Samples as points in the colours of their classes; those answered wrongly lie on top, as rings.

    Args:
        stage: where.
        axes: of the plane.
        labels: class of each sample, (samples,).
        count: of classes.
        radius: of a point, in units.
        palette: colours by the number of the class, shape (classes, 3); by default those of so many classes.
    """

    def __init__(
        self, stage: Stage, axes: Axes, labels: Array, count: int, radius: float = RADIUS, palette: Array | None = None
    ) -> None:
        radius = max(0.8, radius * stage.pixel)
        palette = stage.theme.palette(max(2, count)) if palette is None else palette
        self._right = PointCloud(axes, labels, palette, radius)
        self._rings = PointCloud(axes, labels, palette, max(RING * radius, radius + 0.8), HOLE * radius)
        stage.moves(self._right, self._rings)

    def show(self, places: Array, wrong: Array, labels: Array | None = None) -> None:
        """Show the samples.

        Args:
            places: in data coordinates, shape (samples, 2).
            wrong: which of them are answered wrongly, bool (samples,).
            labels: classes whose colours they have from now on; by default those that they have.
        """
        if labels is not None:
            self._right.set_classes(labels)
            self._rings.set_classes(labels)
        self._right.set_positions(np.where(wrong[:, None], np.nan, places))
        self._rings.set_positions(np.where(wrong[:, None], places, np.nan))

    @property
    def rings(self) -> int:
        """How many samples are drawn as rings."""
        return self._rings.count


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
        palette: see `Points`.
    """

    def __init__(
        self, stage: Stage, plane: Box, embedding: Embedding, labels: Array, count: int,
        named: tuple[Array, Sequence[Any]], radius: float = RADIUS, palette: Array | None = None,
    ) -> None:  # fmt: skip
        self._embedding = centred(embedding)
        axes = plane_axes(stage, plane, self._embedding)
        self._points = Points(stage, axes, labels, count, radius, palette)
        self._tags = Tags(stage, axes, labels, named)

    @property
    def rings(self) -> int:
        """How many samples are drawn as wrong."""
        return self._points.rings

    def show(self, epoch: float, wrong: Array, labels: Array | None = None) -> None:
        """Show a moment of the embedding.

        Args:
            epoch: the moment.
            wrong: which of the samples are answered wrongly, bool (samples,).
            labels: their classes from now on; by default those that they have.

        Raises:
            DivergedError: the activations are not finite there.
        """
        places = self._embedding.shown_at(epoch)
        if not np.isfinite(places).all():
            raise DivergedError("the activations are not finite here (the training diverged)")
        self._points.show(places, wrong, labels)
        self._tags.show(self._tags.places(places, labels, thin=True))


AIR = 1.1  # room around the points
PERIOD, TILT = 24.0, np.radians(24)  # seconds of a turn, and how far from above one looks


def last_places(embedding: Embedding) -> Array:
    """Return where the shown samples are at the last epoch that has places, shape (samples, 2).

    Args:
        embedding: in space it is seen as at the start of a video.
    """
    places = embedding.shown
    finite = np.flatnonzero(np.isfinite(places).all(axis=(1, 2)))
    return flat(places[finite[-1]] if len(finite) else np.zeros_like(places[-1]), 0.0)


def flat(places: Array, seconds: float) -> Array:
    """Return places as they are seen, shape (samples, 2).

    Args:
        places: shape (samples, 2) or (samples, 3); those in space are seen from above, at an angle that turns.
        seconds: since the start of the video; a turn takes 24.
    """
    if places.shape[1] == 2:
        return places
    x, y, z = places.T
    angle = 2 * np.pi * seconds / PERIOD + 0.6
    right, depth = x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle)
    return np.stack([right, z * np.cos(TILT) + depth * np.sin(TILT)], axis=1)


def _every(embedding: Embedding) -> Array:
    """Return all places of all epochs, float64 (places, dimensions)."""
    parts = [embedding.positions, *([] if embedding.placed is None else [embedding.placed])]
    every = np.concatenate([part.reshape(-1, embedding.dimensions) for part in parts]).astype(np.float64)
    return np.asarray(every[np.isfinite(every).all(axis=1)])


def centred(embedding: Embedding) -> Embedding:
    """Return an embedding with the middle of all its places at zero, about which places in space turn.

    Args:
        embedding: float32 positions of shape (epochs, samples, 2 or 3).
    """
    every = _every(embedding)
    middle = ((every.min(axis=0) + every.max(axis=0)) / 2).astype(np.float32)
    placed = None if embedding.placed is None else embedding.placed - middle
    return replace(embedding, positions=embedding.positions - middle, placed=placed)


def limits(embedding: Embedding, plane: Box) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return fixed limits around all places of all epochs, seen from wherever, with equal scales."""
    reach = np.abs(_every(embedding))
    if embedding.dimensions == 3:
        around = np.hypot(reach[:, 0], reach[:, 1])
        reach = np.stack([around, reach[:, 2] * np.cos(TILT) + around * np.sin(TILT)], axis=1)
    half = reach.max(axis=0)
    unit = float(AIR * max(half[0] / plane.width, half[1] / plane.height)) or 1.0
    return (-unit * plane.width, unit * plane.width), (-unit * plane.height, unit * plane.height)


def far_apart(places: Array, labels: Array, count: int, least: float) -> NDArray[np.intp]:
    """Choose samples far from each other and from the middles of the classes, where the names stand.

    Args:
        places: of all samples, shape (samples, 2).
        labels: class of each sample, (samples,).
        count: how many at most.
        least: distance between two of them at least, in the scale of the places.

    Returns:
        Numbers of the samples.
    """
    middles = np.array([np.median(places[labels == label], axis=0) for label in np.unique(labels)])
    nearest = np.linalg.norm(places[:, None] - middles, axis=2).min(axis=1)
    chosen: list[int] = []
    while len(chosen) < min(count, len(places)) and nearest.max() >= least:
        chosen.append(int(nearest.argmax()))
        nearest = np.minimum(nearest, np.linalg.norm(places - places[chosen[-1]], axis=1))
    return np.array(chosen, np.intp)
