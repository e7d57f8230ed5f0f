"""Heat maps and images that change from frame to frame, painted straight into the Agg buffer, and their colour scale."""

from typing import Any, Literal

import matplotlib
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_hex
from numpy.typing import NDArray

from animviz.artists import canvas_of
from animviz.stage import Box, Stage
from animviz.theme import Theme

__all__ = ["ColorScale", "Heatmap", "Map", "color_map", "heatmap"]

Array = NDArray[Any]
Map = Literal["heat", "signed", "gray"]
SHADES = 256


def color_map(theme: Theme, kind: Map) -> NDArray[np.uint8]:
    """Return the colours of a map from its lowest to its highest value, uint8 of shape (256, 3).

    Args:
        theme: whose colours.
        kind: "heat" for values from zero up (viridis), "signed" for values around zero (blue, background, orange),
            "gray" for images.
    """
    table = matplotlib.colormaps["viridis" if kind == "heat" else "gray"]
    if kind == "signed":
        middle = to_hex(theme.mix(theme.grid, 0.35))
        table = LinearSegmentedColormap.from_list("signed", [theme.negative, middle, theme.positive])
    return np.asarray(table(np.linspace(0, 1, SHADES))[:, :3] * 255 + 0.5).astype(np.uint8)


class Heatmap(Artist):
    """A grid of cells, each in the colour of its value, that fills its axes.

    Args:
        axes: what it fills, best with the aspect of the grid, see `heatmap`.
        colors: uint8 of shape (256, 3), from `color_map`.
        low: value of the first colour; the scale is fixed.
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

        Cells that are NaN show what is behind them.
        """
        rgb = values.ndim == 3
        share = values if rgb else (values - self._low) / (self._high - self._low)
        known = np.isfinite(share)
        level = (np.clip(np.where(known, share, 0), 0, 1) * (SHADES - 1) + 0.5).astype(np.uint8)
        cells = np.empty((*values.shape[:2], 4), np.uint8)
        cells[..., :3] = level if rgb else self._colors[level]
        cells[..., 3] = 255 * (known.all(axis=2) if rgb else known)
        self._cells = cells
        self.stale = True

    def draw(self, renderer: Any) -> None:
        """Paint the cells into the renderer's buffer."""
        if self._cells is None or not self.get_visible():
            return
        canvas = canvas_of(renderer)
        assert self.axes is not None
        box = self.axes.bbox
        left, right = round(box.x0), round(box.x1)
        top, bottom = canvas.shape[0] - round(box.y1), canvas.shape[0] - round(box.y0)
        # A pixel is moved as one number; a cell that is not known has none.
        window = canvas.view(np.uint32)[max(0, top) : bottom, max(0, left) : right, 0]
        cells = self._cells.view(np.uint32)[..., 0]
        rows, columns = (_nearest(*pair) for pair in zip(window.shape, cells.shape, strict=True))
        spread = cells.take(columns, axis=1)
        if self._cells[..., 3].all():
            window[:] = spread[rows]
        else:
            np.copyto(window, spread[rows], where=(self._cells[..., 3] > 0).take(columns, axis=1)[rows])


def heatmap(
    stage: Stage, box: Box, shape: tuple[int, int], *, kind: Map = "heat", low: float = 0.0, high: float = 1.0
) -> tuple[Heatmap, Box]:
    """Add a moving heat map of square cells in the middle of a box.

    Args:
        stage: where.
        box: room for it, in units.
        shape: rows and columns of the values that will be shown.
        kind: which colours.
        low: value of the first colour.
        high: value of the last colour.

    Returns:
        The artist, and the box that it really takes.
    """
    rows, columns = shape
    side = min(box.width / columns, box.height / rows)
    width, height = side * columns, side * rows
    place = Box(box.left + (box.width - width) / 2, box.top + (box.height - height) / 2, width, height)
    axes = stage.axes(place, (0, columns), (rows, 0))
    artist = Heatmap(axes, color_map(stage.theme, kind), low, high)
    stage.moves(artist)
    return artist, place


class ColorScale:
    """A bar that says which colour is which value.

    Args:
        stage: where.
        box: room for bar and labels, at least 60 units high.
        kind: which colours.
        labels: text at the lower and at the upper end.
        title: what is measured, written between them.
    """

    def __init__(self, stage: Stage, box: Box, kind: Map, labels: tuple[str, str], title: str = "") -> None:
        axes = stage.axes(Box(box.left, box.top, box.width, 14), (0, 1), (0, 1))
        colors = color_map(stage.theme, kind)[None].repeat(2, axis=0)
        axes.imshow(colors, extent=(0, 1, 0, 1), aspect="auto", interpolation="bilinear")
        top, quiet = box.top + 40, stage.theme.quiet
        stage.text(box.left, top, labels[0], color=quiet)
        stage.text(box.right, top, labels[1], color=quiet, align="right")
        stage.text(box.left + box.width / 2, top, title, color=quiet, align="center")


def _nearest(pixels: int, cells: int) -> NDArray[np.intp]:
    """Return for each pixel the cell that its middle lies in."""
    return ((np.arange(pixels) + 0.5) * cells / max(1, pixels)).astype(np.intp)
