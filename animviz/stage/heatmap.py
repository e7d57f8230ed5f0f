"""Heat maps on a stage: a cell for each value."""

from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from numpy.typing import NDArray

from animviz.arrays import Array
from animviz.stage.pixels import canvas_of

__all__ = ["SHADES", "Heatmap"]

SHADES = 256


class Heatmap(Artist):
    """A grid of cells, each in the colour of its value, that fills its axes.

    Args:
        axes: which it fills, best with the aspect of the grid, see `heatmap`.
        colors: uint8 of shape (256, 3), from `color_map`.
        low: value of the first colour; the scale does not change.
        high: value of the last colour.
    """

    def __init__(self, axes: Axes, colors: NDArray[np.uint8], low: float, high: float) -> None:
        super().__init__()
        self._colors = colors
        self._low, self._high = low, high if high > low else low + 1
        self._cells: NDArray[np.uint8] | None = None
        axes.add_artist(self)

    def set_values(self, values: Array) -> None:
        """Show values: shape (rows, columns), or (rows, columns, 3) with red, green and blue from 0 to 1.

        Cells that are NaN are transparent.
        """
        rgb = values.ndim == 3
        share = values if rgb else (values - self._low) / (self._high - self._low)
        known = np.isfinite(share)
        level = (np.clip(np.where(known, share, 0), 0, 1) * (SHADES - 1) + 0.5).astype(np.uint8)
        cells = np.empty((*values.shape[:2], 4), np.uint8)
        cells[..., :3] = level if rgb else self._colors[level]
        cells[..., 3] = 255 * (known.all(axis=2) if rgb else known)
        self.set_cells(cells)

    def set_cells(self, cells: NDArray[np.uint8]) -> None:
        """Show colours: uint8 of shape (rows, columns, 4); cells whose last number is 0 are transparent."""
        self._cells = cells
        self.stale = True

    def draw(self, renderer: Any) -> None:
        """Draw the cells into the renderer's buffer."""
        if self._cells is None or not self.get_visible():
            return
        canvas = canvas_of(renderer)
        assert self.axes is not None
        box = self.axes.bbox
        left, right = round(box.x0), round(box.x1)
        top, bottom = canvas.shape[0] - round(box.y1), canvas.shape[0] - round(box.y0)
        # A pixel's four channels are copied as one number. Cells that are not known are left out.
        window = canvas.view(np.uint32)[max(0, top) : bottom, max(0, left) : right, 0]
        cells = self._cells.view(np.uint32)[..., 0]
        rows, columns = (_nearest(*pair) for pair in zip(window.shape, cells.shape, strict=True))
        wide = cells.take(columns, axis=1)
        if self._cells[..., 3].all():
            window[:] = wide[rows]
        else:
            np.copyto(window, wide[rows], where=(self._cells[..., 3] > 0).take(columns, axis=1)[rows])


def _nearest(pixels: int, cells: int) -> NDArray[np.intp]:
    """Return for each pixel the cell that its middle lies in."""
    return ((np.arange(pixels) + 0.5) * cells / max(1, pixels)).astype(np.intp)
