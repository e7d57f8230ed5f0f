"""Names on trails, each where its own trail is farthest from all others."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from animviz import Stage
from animviz.arrays import Array
from animviz.parts import LABEL, Sprites, apart, chip
from animviz.sampling import evenly

__all__ = ["TrailNames"]

POINTS = 400  # of a trail, that are looked at


class TrailNames:
    """A name on each trail, from the moment on at which the trail has come there.

    Args:
        stage: where.
        axes: of the map.
        ways: places over the steps, shape (steps, trails, 2).
        names: of the trails.
        colors: of the trails, (trails, 3).
    """

    def __init__(self, stage: Stage, axes: Axes, ways: Array, names: Sequence[str], colors: Array) -> None:
        tags = [chip(stage, name, color, LABEL) for name, color in zip(names, colors, strict=True)]
        sizes = np.array([tag.shape[1::-1] for tag in tags], float)
        pixels = np.asarray(axes.transData.transform(ways.reshape(-1, 2))).reshape(ways.shape)
        pixels[..., 1] = stage.size[1] - pixels[..., 1]
        box = axes.bbox
        low, high = np.array([box.x0, stage.size[1] - box.y1]), np.array([box.x1, stage.size[1] - box.y0])
        inside = np.all(np.abs(pixels - (low + high) / 2) < (high - low - sizes) / 2, axis=2)
        some = np.array(evenly(len(ways), POINTS))
        self._since = some[_clearest(pixels[some], inside[some])]
        found = pixels[self._since, np.arange(len(names))]
        found[~inside[self._since, np.arange(len(names))]] = np.nan
        self._places = apart(found, sizes)
        self._sprites = Sprites(stage, tags)

    def show(self, steps: int) -> None:
        """Show the names that so many steps have come to."""
        self._sprites.set_middles(np.where((self._since < steps)[:, None], self._places, np.nan))


def _clearest(pixels: Array, inside: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return the step at which each trail is farthest from all others, inside of the map; the first where it never is."""
    found = []
    for number in range(pixels.shape[1]):
        others = np.delete(pixels, number, axis=1).reshape(-1, 2)
        others = others[np.isfinite(others).all(axis=1)]
        away = np.linalg.norm(pixels[:, number, None] - others, axis=2).min(axis=1, initial=1e9)
        found.append(np.where(inside[:, number], away, -1.0).argmax())
    return np.array(found, np.intp)
