"""Fields: a coarse grid of colours, interpolated over the pixels of its axes."""

from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from numpy.typing import NDArray

from animviz.arrays import Index, UInt64
from animviz.stage.geometry import geometry_of
from animviz.stage.pixels import HALF, WHOLE, canvas_of, widened

__all__ = ["CACHED", "Field"]

CACHED = 2**18  # bytes of pixels that are worked on at once: more would not stay in the processor's cache


class Field(Artist):
    """A coarse grid of colours, enlarged to the axes by bilinear interpolation.

    Args:
        axes: which it fills.
    """

    def __init__(self, axes: Axes) -> None:
        super().__init__()
        self._colors: NDArray[np.uint8] | None = None
        axes.add_artist(self)

    def set_colors(self, colors: NDArray[np.uint8]) -> None:
        """Set the colours: uint8 of shape (rows, columns, 4), top row first; the fourth channel is 255."""
        self._colors = colors
        self.stale = True

    def draw(self, renderer: Any) -> None:
        """Draw the interpolated colours into the renderer's buffer."""
        canvas = canvas_of(renderer)
        left, top, right, bottom = geometry_of(self.axes, canvas).box
        if self._colors is None or not self.get_visible() or left >= right or top >= bottom:
            return
        rows, columns = self._colors.shape[:2]
        pixels = widened(np.ascontiguousarray(self._colors)).reshape(rows, columns)
        before, share = _between(columns, right - left)
        after = np.minimum(before + 1, columns - 1)
        across = pixels.take(before, axis=1) * (WHOLE - share) + pixels.take(after, axis=1) * share + HALF
        wide = across.view(np.uint16) >> np.uint16(8)
        before, share = _between(rows, bottom - top)
        steps = np.diff(wide, axis=0, append=wide[-1:])  # negative steps wrap around, and the sum wraps back
        starts, shares = wide * np.uint16(WHOLE) + np.uint16(WHOLE // 2), share.astype(np.uint16)[:, None]
        at_once = max(1, CACHED // wide[0].nbytes)
        for first in range(0, bottom - top, at_once):
            some = slice(first, first + at_once)
            mixed = steps[before[some]]
            mixed *= shares[some]
            mixed += starts[before[some]]
            mixed >>= np.uint16(8)
            canvas[top:bottom, left:right][some] = mixed.reshape(-1, right - left, 4)


def _between(count: int, size: int) -> tuple[Index, UInt64]:
    """Return for each pixel the index of the cell before it, and the weight of the next cell, of WHOLE."""
    place = np.clip((np.arange(size) + 0.5) * count / size - 0.5, 0, count - 1)
    before = place.astype(np.intp)
    return before, np.rint((place - before) * WHOLE).astype(np.uint64)
