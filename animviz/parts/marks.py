"""Signs and stills for pictures of single samples: a check or a cross that needs no colour, and the sample itself."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from animviz.arrays import Array
from animviz.stage.box import Box
from animviz.stage.stage import Stage, joined

__all__ = ["CROSS", "Signs", "still"]

CHECK = np.array([(-0.5, 0.05), (-0.15, 0.4), (0.5, -0.4)])
CROSS = np.array([(-0.4, -0.4), (0.4, 0.4), (np.nan, np.nan), (-0.4, 0.4), (0.4, -0.4)])


class Signs:
    """A check where an answer is right, a cross where it is wrong.

    Args:
        stage: where.
        places: middles in units, shape (signs, 2).
        size: units.
    """

    def __init__(self, stage: Stage, places: Any, size: float = 18.0) -> None:
        axes = stage.overlay()
        self._places, self._size = np.asarray(places, float).reshape(-1, 2), size
        self._lines = [stage.line(axes, stage.theme.ink, 3.5) for _ in range(2)]

    def move(self, places: Any) -> None:
        """Set the middles in units, shape (signs, 2); seen with the next `show`."""
        self._places = np.asarray(places, float).reshape(-1, 2)

    def show(self, right: Any) -> None:
        """Show which answers are right, shape (signs,)."""
        for kind, (line, shape) in enumerate(zip(self._lines, (CROSS, CHECK), strict=True)):
            places = self._places[np.asarray(right, bool) == bool(kind)]
            line.set_data(*joined(place + self._size * shape for place in places).T)


def still(stage: Stage, box: Box, image: Array, axes: Axes | None = None) -> Box:
    """Show an image in the middle of a box, as large as fits; return the box that it takes.

    Args:
        stage: where.
        box: room for it.
        image: values in [0, 1], shape (height, width) or (height, width, 3).
        axes: an overlay of the stage that many stills share; by default it has axes of its own, which take longer.
    """
    side = min(box.width / image.shape[1], box.height / image.shape[0])
    width, height = side * image.shape[1], side * image.shape[0]
    place = Box(box.left + (box.width - width) / 2, box.top + (box.height - height) / 2, width, height)
    extent = (place.left, place.right, place.bottom, place.top)
    axes = axes or stage.axes(place, extent[:2], extent[2:])
    axes.imshow(image, cmap="gray", vmin=0, vmax=1, extent=extent, aspect="auto", interpolation="nearest")
    return place
