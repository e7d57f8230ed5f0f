"""Pixels as numbers: the pairs of channels, halves and wholes that both ways to lay ink share."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from animviz.arrays import UInt64

__all__ = ["DPI", "HALF", "PHASES", "WHOLE", "NoPixelsError", "canvas_of", "has_pixels", "over", "pairs_of", "widened"]

DPI = 100  # by which matplotlib turns points into pixels; ours are counted in pixels alone
PHASES = 8  # sub-pixel positions along each axis for which a stamp is kept; the shifts in the stamping rely on it


class NoPixelsError(TypeError):
    """A renderer writes vectors: whoever draws pixels must be drawn elsewhere, see `animviz.stage.vector`."""


def has_pixels(renderer: Any) -> bool:
    """Say whether a renderer has pixels, or writes vectors."""
    return hasattr(renderer, "buffer_rgba")


def canvas_of(renderer: Any) -> NDArray[np.uint8]:
    """Return the renderer's pixels, a writable uint8 view of shape (height, width, 4), top row first.

    Raises:
        NoPixelsError: it has none.
    """
    if not has_pixels(renderer):
        raise NoPixelsError("this renderer has no pixels")
    return np.asarray(renderer.buffer_rgba())


WHOLE = 256  # coverage of a pixel that is covered once and entirely
HALF = np.full(4, WHOLE // 2, dtype=np.uint16).view(np.uint64)  # what rounds a pixel's four channels


def pairs_of(canvas: NDArray[np.uint8]) -> UInt64:
    """Return the canvas as pairs of pixels, a view of shape (height * width / 2,)."""
    return canvas.reshape(-1).view(np.uint64)


def over(pixels: NDArray[Any], keep: UInt64, tint: UInt64) -> NDArray[np.uint8]:
    """Return pixels of four bytes, contiguous, under a colour: what stays of each and what comes on top as in `Ink`."""
    words = widened(pixels)
    words *= keep
    words += tint
    return (words.view(np.uint16) >> 8).astype(np.uint8)


def widened(pixels: NDArray[Any]) -> UInt64:
    """Return pixels of four bytes with 16 bits to a channel, a word to a pixel: pairs become twice as many words."""
    return pixels.view(np.uint8).astype(np.uint16).view(np.uint64)
