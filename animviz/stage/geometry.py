"""Where the axes of an artist lie on the canvas, computed once per frame."""

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from animviz.arrays import Float, UInt64

__all__ = ["Geometry", "geometry_of", "tones"]


class Geometry(NamedTuple):
    """The affine map from axes with linear scales to a canvas.

    Attributes:
        box: left, top, right and bottom in pixels from the top left corner, on the canvas.
        scale: pixels to a unit of data, to the right and downwards.
        offset: where the data's origin is, in pixels from the top left corner.
    """

    box: tuple[int, int, int, int]
    scale: Float
    offset: Float

    def pixels(self, xy: NDArray[Any]) -> tuple[Float, Float]:
        """Return data coordinates in pixels from the top left corner, to a thousandth of a pixel."""
        x, y = (xy[:, k].astype(np.float32) * self.scale[k] + self.offset[k] for k in range(2))
        return x, y


def geometry_of(axes: Any, canvas: NDArray[np.uint8]) -> Geometry:
    """Return where axes lie on a canvas, uint8 (height, width, 4)."""
    return _computed(axes.bbox.get_points().tobytes(), axes.viewLim.get_points().tobytes(), canvas.shape[:2])


@lru_cache(maxsize=1000)
def _computed(corners: bytes, limits: bytes, size: tuple[int, int]) -> Geometry:
    """Compute a geometry. A frame asks for it dozens of times, and matplotlib's transforms take 20 us each time."""
    height, width = size
    (left, bottom), (right, top) = np.frombuffer(corners).reshape(2, 2)
    (x0, y0), (x1, y1) = np.frombuffer(limits).reshape(2, 2)
    box = (
        *(min(max(round(x), 0), width) for x in (left, right)),
        *(min(max(height - round(y), 0), height) for y in (top, bottom)),
    )
    scale = np.array([(right - left) / (x1 - x0), (bottom - top) / (y1 - y0)])
    offset = np.array([left, height - bottom]) - scale * (x0, y0)
    return Geometry((box[0], box[2], box[1], box[3]), scale.astype(np.float32), offset.astype(np.float32))


def tones(palette: NDArray[Any]) -> UInt64:
    """Return opaque colours, RGB in [0, 1] of shape (classes, 3), as words."""
    channels = np.full((len(palette), 4), 255, dtype=np.uint16)
    channels[:, :3] = np.rint(palette * 255)
    return channels.view(np.uint64)[:, 0]
