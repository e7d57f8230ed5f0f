"""Heat maps and images that change from frame to frame, painted straight into the Agg buffer, and their colour scale."""

from typing import Literal

import matplotlib
import numpy as np
from matplotlib.colors import LinearSegmentedColormap, to_hex
from numpy.typing import NDArray

from animviz.stage.box import Box
from animviz.stage.heatmap import SHADES, Heatmap
from animviz.stage.stage import Stage
from animviz.stage.theme import Theme

__all__ = ["ColorScale", "Colors", "color_map", "heatmap"]

Colors = Literal["heat", "signed", "evidence", "gray"]


def _evidence_colors(theme: Theme) -> tuple[str, str]:
    """Return the colours of what speaks against and of what speaks for: told apart by colour-blind viewers, of no class."""
    return ("#d873ff", "#4be38a") if theme.name == "dark" else ("#8a2fb8", "#0f8a48")


def color_map(theme: Theme, kind: Colors) -> NDArray[np.uint8]:
    """Return the colours of a map from its lowest to its highest value, uint8 of shape (256, 3).

    Args:
        theme: whose colours.
        kind: "heat" for values from zero up (viridis), "signed" for values around zero (blue, background, orange),
            "evidence" likewise in colours of no class (purple, background, green), "gray" for images.
    """
    table = matplotlib.colormaps["viridis" if kind == "heat" else "gray"]
    if kind in ("signed", "evidence"):
        middle = to_hex(theme.mix(theme.grid, 0.35))
        low, high = (theme.negative, theme.positive) if kind == "signed" else _evidence_colors(theme)
        table = LinearSegmentedColormap.from_list(kind, [low, middle, high])
    return np.asarray(table(np.linspace(0, 1, SHADES))[:, :3] * 255 + 0.5).astype(np.uint8)


def heatmap(
    stage: Stage,
    box: Box,
    shape: tuple[int, int],
    *,
    kind: Colors = "heat",
    low: float = 0.0,
    high: float = 1.0,
    square: bool = True,
) -> tuple[Heatmap, Box]:
    """Add a moving heat map in the middle of a box.

    Args:
        stage: where.
        box: room for it, in units.
        shape: rows and columns of the values that will be shown.
        kind: which colours.
        low: value of the first colour.
        high: value of the last colour.
        square: whether cells are square; else they fill the box.

    Returns:
        The artist, and the box that it really takes.
    """
    rows, columns = shape
    side = min(box.width / columns, box.height / rows)
    width, height = (side * columns, side * rows) if square else (box.width, box.height)
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

    def __init__(self, stage: Stage, box: Box, kind: Colors, labels: tuple[str, str], title: str = "") -> None:
        axes = stage.axes(Box(box.left, box.top, box.width, 14), (0, 1), (0, 1))
        colors = color_map(stage.theme, kind)[None].repeat(2, axis=0)
        axes.imshow(colors, extent=(0, 1, 0, 1), aspect="auto", interpolation="bilinear")
        top, quiet = box.top + 40, stage.theme.quiet
        stage.text(box.left, top, labels[0], color=quiet)
        stage.text(box.right, top, labels[1], color=quiet, align="right")
        stage.text(box.left + box.width / 2, top, title, color=quiet, align="center")
