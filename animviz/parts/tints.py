"""Tints of a field of decisions, and the faintest line that is seen on all of them."""

import numpy as np
from matplotlib.colors import to_rgb
from numpy.typing import NDArray

from animviz.arrays import Array
from animviz.stage.contrast import luminance
from animviz.stage.theme import Theme

__all__ = ["FAINTEST", "field_colors", "grid_color"]

FAINTEST = 1.6  # contrast of a grid line to whatever it lies on


def field_colors(probability: Array, palette: Array, theme: Theme, shape: tuple[int, int]) -> NDArray[np.uint8]:
    """Return the tint of a field: the colour of the likeliest class, as strong as the network is sure.

    Args:
        probability: shape (rows * columns, classes), bottom row first.
        palette: RGB in [0, 1], shape (classes, 3).
        theme: for the background, and the strength of the tint.
        shape: (rows, columns).

    Returns:
        uint8 of shape (rows, columns, 4), top row first, the fourth channel 255: for `animviz.stage.field.Field`.
    """
    classes = probability.shape[1]
    # From 0 where all classes are equally likely to 1 where one is certain, so that colours meet without an edge.
    sure = np.clip((probability - 1 / classes) / (1 - 1 / classes), 0, 1)
    under = np.array(theme.mix(theme.background, 1.0))
    color = under + theme.tint * (sure @ palette - sure.sum(axis=1, keepdims=True) * under)
    opaque = np.full((len(color), 4), 255, dtype=np.uint8)
    opaque[:, :3] = color * 255 + 0.5
    return np.ascontiguousarray(opaque.reshape(*shape, 4)[::-1])


def grid_color(theme: Theme, palette: Array) -> tuple[float, float, float]:
    """Return the faintest colour in which a line is still seen on every tint of a field.

    Args:
        theme: for ink and background.
        palette: RGB in [0, 1] of the classes, shape (classes, 3).
    """
    judged = theme.made_for
    under = np.array(to_rgb(judged.background))
    grounds = luminance(np.array([under, *(under + theme.tint * (np.asarray(palette) - under))]))
    shares = np.linspace(0.1, 1, 91)
    return theme.mix(theme.ink, next((s for s in shares if _stands_out(judged.mix(theme.ink, s), grounds)), 1.0))


def _stands_out(color: tuple[float, float, float], grounds: Array) -> bool:
    light = luminance(np.array(color))
    contrasts = (np.maximum(light, grounds) + 0.05) / (np.minimum(light, grounds) + 0.05)
    return bool((contrasts >= FAINTEST).all())
