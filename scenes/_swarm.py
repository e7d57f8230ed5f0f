"""Samples in the plane: coloured by class, wrong answers with a rim, the classes named where they are."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from animviz import Stage
from animviz.artists import PointCloud
from animviz.embed import Embedding
from animviz.errors import DivergedError
from animviz.stage import Box

from ._embedding import LARGE, RIM, _centred, _limits, _shown
from ._sprites import Sprites, apart

__all__ = ["Swarm"]

Array = NDArray[Any]


class Swarm:
    """The shown samples of an embedding in two dimensions, on fixed limits around all their places.

    Args:
        stage: where.
        plane: box that they fill.
        embedding: its placed samples are shown where there are any, else those it was fitted on.
        labels: class of each shown sample, (samples,).
        count: of classes.
        named: the classes that are named and their tags, see `_name_tags`.
        radius: of a point, in units.
    """

    def __init__(
        self, stage: Stage, plane: Box, embedding: Embedding, labels: Array, count: int,
        named: tuple[Array, list[Any]], radius: float = LARGE,
    ) -> None:  # fmt: skip
        self._embedding, self._labels = _centred(embedding), labels
        axes = stage.axes(plane, *_limits(self._embedding, plane), color=stage.theme.mix(stage.theme.grid, 0.18))
        self._to_pixels: Any = axes.transData.frozen()
        self._height = stage.size[1]
        self._frame = np.array(
            [[axes.bbox.x0, self._height - axes.bbox.y1], [axes.bbox.x1, self._height - axes.bbox.y0]]
        )
        radius, palette = max(0.8, radius * stage.pixel), stage.theme.palette(max(2, count))
        ink = np.asarray([stage.theme.mix(stage.theme.ink, 1)], np.float32)
        self._right = PointCloud(axes, labels, palette, radius)
        self._rims = PointCloud(axes, np.zeros_like(labels), ink, radius + max(0.7, RIM * stage.pixel))
        self._wrong = PointCloud(axes, labels, palette, radius)
        stage.moves(self._right, self._rims, self._wrong)
        self._classes, tags = named
        self._sprites = Sprites(stage, tags)
        self._sizes = np.array([tag.shape[1::-1] for tag in tags], float).reshape(-1, 2)

    def show(self, epoch: float, wrong: Array) -> None:
        """Show a moment of the embedding.

        Args:
            epoch: the moment.
            wrong: which of the samples are answered wrongly, bool (samples,).

        Raises:
            DivergedError: the activations are not finite there.
        """
        places = _shown(*self._embedding.at(epoch))
        if not np.isfinite(places).all():
            raise DivergedError("the activations are not finite here (the training diverged)")
        self._right.set_positions(np.where(wrong[:, None], np.nan, places))
        for cloud in (self._rims, self._wrong):
            cloud.set_positions(np.where(wrong[:, None], places, np.nan))
        self._sprites.set_middles(self._tag_places(places))

    def _tag_places(self, places: Array) -> Array:
        """Return where names stand, in pixels: at the medians of their classes, pushed apart, within the plane."""
        pixels = np.asarray(self._to_pixels.transform(places))
        pixels[:, 1] = self._height - pixels[:, 1]
        members = [pixels[self._labels == label] for label in self._classes]
        medians = [np.median(m, axis=0) if len(m) else np.full(2, np.nan) for m in members]
        half = self._sizes / 2
        return np.clip(apart(np.array(medians), self._sizes), self._frame[0] + half, self._frame[1] - half)
