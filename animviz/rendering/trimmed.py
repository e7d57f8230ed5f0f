"""Frames with an odd side: they are painted one pixel larger, since a stage needs even sides, and trimmed."""

import numpy as np

from animviz.arrays import Pixels
from animviz.moment import Moment
from animviz.pictures.painter import Paints
from animviz.pictures.picture import Subject
from animviz.stage.stage import Stage

__all__ = ["painter_of"]


def painter_of(picture: Subject, stage: Stage, size: tuple[int, int]) -> Paints:
    """Set a picture up, and return what paints frames of a size.

    Args:
        picture: what is drawn.
        stage: where, with even sides; see `animviz.stage.box.evened`.
        size: width and height in pixels of the frames.

    Raises:
        AnimvizError: a scene cannot draw its recording.
    """
    painter = picture.painter(stage)
    return painter if stage.size == size else _Trimmed(painter, size)


class _Trimmed:
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
