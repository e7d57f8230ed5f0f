"""Tags: names and images that stand at samples, pushed apart within the plane."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from animviz.arrays import Array
from animviz.parts.tags import apart
from animviz.stage.sprites import Sprites
from animviz.stage.stage import Stage

__all__ = ["Tags"]

FAR = 1.2  # heights of a name from the middle of its class
OUTER = 0.85  # share of a class that lies further inwards than its name
LIFT, THIN = 0.8, 3.0  # heights of a name, that it stands above a line; and of a crowd that is no line
ABOVE = 8.0  # units from a sample to its image


class Tags:
    """Names at the middles of classes, and images above their samples, pushed apart within the plane.

    Args:
        stage: where.
        axes: of the plane.
        labels: class of each sample, (samples,).
        named: the classes that are named and their tags, see `name_tags`.
        imaged: numbers of the samples that are shown as images, and these images.
        outward: whether a name stands at the outer side of its class, seen from the middle of all, where classes lie
            over each other; else at the middle of its class.
    """

    def __init__(
        self, stage: Stage, axes: Axes, labels: Array, named: tuple[Array, Sequence[Any]],
        imaged: tuple[Array, Sequence[Any]] = (np.zeros(0, np.intp), ()), outward: bool = False,
    ) -> None:  # fmt: skip
        self._labels, self._outward = labels, outward
        (self._imaged, images), (self._classes, tags) = imaged, named
        self._to_pixels: Any = axes.transData.frozen()
        self._height, self._air = stage.size[1], ABOVE * stage.pixel
        box = axes.bbox
        self._corners = np.array([[box.x0, self._height - box.y1], [box.x1, self._height - box.y0]])
        self._sprites = Sprites(stage, [*images, *tags])
        self._sizes = np.array([picture.shape[1::-1] for picture in (*images, *tags)], float).reshape(-1, 2)

    def in_pixels(self, samples: Array) -> Array:
        """Return samples at these places, (samples, 2), in pixels from the top left corner."""
        pixels = np.array(self._to_pixels.transform(samples))
        pixels[:, 1] = self._height - pixels[:, 1]
        return pixels

    def places(self, samples: Array, labels: Array | None = None, *, thin: bool = False) -> Array:
        """Return where images and names stand, in pixels; no name stands where most would have to stand far off.

        Args:
            samples: where they are, (samples, 2).
            labels: their classes, where they are not those given before.
            thin: whether the crowd may be a line from left to right; the thinner it is, the farther names stand above it.
        """
        labels = self._labels if labels is None else labels
        pixels = self.in_pixels(samples)
        members = [pixels[labels == label] for label in self._classes]
        middle = np.median(pixels, axis=0) if self._outward else None
        anchors = np.reshape([_anchor(m, middle) for m in members], (-1, 2))
        if thin and len(anchors):
            heights = self._sizes[len(self._imaged) :, 1]
            spread = np.ptp(pixels[:, 1])
            anchors[:, 1] -= LIFT * heights * np.clip(1 - spread / (THIN * heights), 0, 1)
        above = pixels[self._imaged] - [0, 1] * (self._sizes[: len(self._imaged)] / 2 + self._air)
        middles = apart(np.concatenate([above, anchors]), self._sizes)
        half, named = self._sizes / 2, slice(len(self._imaged), None)
        places = np.clip(middles, self._corners[0] + half, self._corners[1] - half)
        moved = np.linalg.norm(places[named] - anchors, axis=1) > FAR * self._sizes[named, 1]
        if moved.sum() > len(moved) / 2:  # all classes are one knot, and names beside it would point at nothing
            places[:] = np.nan
        return places

    def show(self, places: Array) -> None:
        """Show them at places from `places`."""
        self._sprites.set_middles(places)


def _anchor(members: Array, middle: Array | None) -> Array:
    """Return the middle of some points, or a place towards their end away from another middle; NaN without points."""
    if not len(members):
        return np.full(2, np.nan)
    median = np.asarray(np.median(members, axis=0))
    if middle is None:
        return median
    way = (median - middle) / max(float(np.linalg.norm(median - middle)), 1e-9)
    return np.asarray(median + max(0.0, float(np.quantile((members - median) @ way, OUTER))) * way)
