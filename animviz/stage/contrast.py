"""Contrast: how light colours are, and whether black or white letters stand out more from them."""

import numpy as np

from animviz.arrays import Array

__all__ = ["letters_on", "luminance"]

EVEN = 0.179  # luminance at which the contrast with black and with white is the same, 4.6 : 1


def luminance(colors: Array) -> Array:
    """Return the relative luminance of colours, as WCAG 2 defines it.

    Args:
        colors: sRGB in [0, 1], shape (..., 3).

    Returns:
        Shape (...), from 0 for black to 1 for white.
    """
    linear = np.where(colors <= 0.04045, colors / 12.92, ((colors + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ np.array([0.2126, 0.7152, 0.0722]))


def letters_on(colors: Array) -> Array:
    """Return the grey of letters that stand out more from colours: 0 for black, 1 for white.

    Args:
        colors: sRGB in [0, 1], shape (..., 3).
    """
    return np.where(luminance(colors) > EVEN, 0.0, 1.0)
