"""Frames with an odd side: they are painted one pixel larger, since a stage needs even sides, and trimmed."""

import numpy as np

from animviz.arrays import Pixels
from animviz.moment import Moment
from animviz.pictures.painter import Paints

__all__ = ["Trimmed"]


class Trimmed:
    """Paints frames without the last row or column.

    Args:
        painter: paints the larger frame.
        size: width and height in pixels of what is left.
    """

    def __init__(self, painter: Paints, size: tuple[int, int]) -> None:
        self._painter, self._size = painter, size

    def paint(self, moment: Moment) -> Pixels:
        """Paint a moment: uint8 of shape (height, width, 4), a new array each time."""
        width, height = self._size
        return np.ascontiguousarray(self._painter.paint(moment)[:height, :width])
