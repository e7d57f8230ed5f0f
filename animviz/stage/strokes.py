"""Strokes: many lines of one width and colour each, as one artist."""

from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.path import Path
from matplotlib.transforms import IdentityTransform
from numpy.typing import NDArray

from animviz.arrays import Float, Index
from animviz.stage.geometry import geometry_of, tones
from animviz.stage.ink import Ink
from animviz.stage.pixels import DPI, WHOLE, canvas_of, has_pixels

__all__ = ["Strokes"]


class Strokes(Artist):
    """Many thin lines of one colour, at sub-pixel positions.

    Each line is swept one pixel at a time along its longer direction, and covers across it exactly the pixels that
    its width covers. Made for lines of one to three pixels; ends and corners are plain.

    Args:
        axes: where they live, with linear scales.
        color: any colour that matplotlib knows.
        width: in pixels.
    """

    def __init__(self, axes: Axes, color: Any, width: float) -> None:
        super().__init__()
        self._tones = tones(np.array([to_rgb(color)]))
        self._color, self._width = to_rgb(color), width
        self._xy: NDArray[Any] = np.zeros((0, 2), dtype=np.float32)
        axes.add_artist(self)

    def set_lines(self, xy: NDArray[Any]) -> None:
        """Move the lines: data coordinates of shape (points, 2), lines being separated by rows of NaN."""
        self._xy = xy
        self.stale = True

    def draw(self, renderer: Any) -> None:
        """Sweep the lines into the renderer's buffer."""
        if not self.get_visible() or len(self._xy) < 2:
            return
        if not has_pixels(renderer):
            self._draw_paths(renderer)
            return
        canvas = canvas_of(renderer)
        geometry = geometry_of(self.axes, canvas)
        left, top, right, bottom = geometry.box
        if left >= right or top >= bottom:
            return
        first, taps = left // 2, int(np.ceil(self._width * np.sqrt(2))) + 1
        wide = 2 * ((right + 1) // 2 - first)
        x, y = geometry.pixels(self._xy)
        x, y = x - np.float32(2 * first), y - np.float32(top)
        # The spare rows are for taps behind the last that a line covers.
        cover = np.zeros((bottom - top + taps, wide), dtype=np.uint32)
        with np.errstate(invalid="ignore"):
            steep = np.abs(np.diff(y)) > np.abs(np.diff(x))
        rows, columns = (0, bottom - top), (left - 2 * first, right - 2 * first)
        self._sweep(cover.reshape(-1), x, y, np.flatnonzero(~steep), (columns, rows), (1, wide), taps)
        self._sweep(cover.reshape(-1), y, x, np.flatnonzero(steep), (rows, columns), (wide, 1), taps)
        Ink.mixed(cover.view(np.uint64)[None], (top, first), canvas.shape[1] // 2, self._tones).lay(canvas)

    def _draw_paths(self, renderer: Any) -> None:
        """Draw the lines as vectors."""
        axes = self.axes
        assert axes is not None
        pen = renderer.new_gc()
        pen.set_foreground(self._color)
        pen.set_linewidth(self._width * 72 / DPI)
        pen.set_clip_rectangle(axes.bbox)
        renderer.draw_path(pen, Path(axes.transData.transform(self._xy)), IdentityTransform())

    def _sweep(
        self, cover: NDArray[np.uint32], along: Float, across: Float, chosen: Index,
        limits: tuple[tuple[int, int], tuple[int, int]], strides: tuple[int, int], taps: int,
    ) -> None:  # fmt: skip
        """Add the chosen segments, which run mainly along the first of two directions."""
        here, there = along[chosen], along[chosen + 1]
        start, end = (
            np.clip(np.ceil(pick(here, there) - np.float32(0.5)), *limits[0]) for pick in (np.minimum, np.maximum)
        )
        with np.errstate(invalid="ignore", divide="ignore"):
            slope = (across[chosen + 1] - across[chosen]) / (there - here)
            base = across[chosen] + (np.float32(0.5) - here) * slope
        kept = np.flatnonzero((end > start) & np.isfinite(base))  # gaps between lines fall out
        first, slope, base = start[kept].astype(np.intp), slope[kept], base[kept]
        half = np.float32(self._width / 2) * np.sqrt(1 + slope * slope)
        times = end[kept].astype(np.intp) - first
        segment = np.repeat(np.arange(len(kept)), times)
        pixel = np.arange(len(segment)) + (first - np.cumsum(times) + times)[segment]
        middle, half = pixel.astype(np.float32) * slope[segment] + base[segment], half[segment]
        low, high = ((np.clip(side, *limits[1]) * WHOLE).astype(np.uint32) for side in (middle - half, middle + half))
        edge = low // WHOLE
        cell = pixel * strides[0] + edge.astype(np.intp) * strides[1]
        for _ in range(taps):
            edge += 1
            inner = np.minimum(high, edge * WHOLE)
            np.add.at(cover, cell, inner - low)
            low = inner
            cell += strides[1]
