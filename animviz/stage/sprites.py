"""Sprites: small images at places on a stage, blended into its pixels."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist

from animviz.arrays import Array, Pixels
from animviz.stage.kernels import compiled_code
from animviz.stage.pixels import HALF, WHOLE, canvas_of, over, widened
from animviz.stage.stage import Stage

__all__ = ["Sprites"]


class Sprites(Artist):
    """Pictures at places that change.

    Args:
        stage: where.
        pictures: RGBA of shape (height, width, 4), one per sprite.
    """

    def __init__(self, stage: Stage, pictures: Sequence[Pixels]) -> None:
        super().__init__()
        inks = [_keep_and_tint(picture) for picture in pictures]
        self._sizes = np.reshape([keep.shape for keep, _ in inks], (-1, 2)).astype(np.int64)
        self._starts = np.cumsum([0, *self._sizes.prod(axis=1)])
        self._keep, self._tint = (
            np.concatenate([np.zeros(0, np.uint64), *(ink[part].ravel() for ink in inks)]) for part in range(2)
        )
        self._middles: Array = np.full((len(pictures), 2), np.nan)
        stage.moves(self)

    def set_middles(self, middles: Array) -> None:
        """Move the sprites: middles in pixels from the top left corner, shape (sprites, 2); NaN hides one."""
        self._middles = middles
        self.stale = True

    def draw(self, renderer: Any) -> None:
        """Blend the sprites into the renderer's buffer."""
        pixels, code = canvas_of(renderer).view(np.uint32)[..., 0], compiled_code()
        shown = np.flatnonzero(np.isfinite(self._middles).all(axis=1))
        corners = np.rint(self._middles[shown, ::-1] - self._sizes[shown] / 2).astype(np.int64)
        paste = _pasted if code is None else code.pasted
        paste(pixels, corners, self._sizes[shown], self._starts[shown], self._keep, self._tint)


def _pasted(pixels: Array, corners: Array, sizes: Array, starts: Array, keep: Array, tint: Array) -> None:
    """Blend images into pixels; see `animviz.stage.kernels_numba.pasted`."""
    for (top, left), (height, width), start in zip(corners.tolist(), sizes.tolist(), starts.tolist(), strict=True):
        rows = slice(min(max(0, -top), height), max(0, min(height, pixels.shape[0] - top)))
        columns = slice(min(max(0, -left), width), max(0, min(width, pixels.shape[1] - left)))
        own = slice(start, start + height * width)
        parts = (part[own].reshape(height, width)[rows, columns] for part in (keep, tint))
        window = pixels[max(0, top) :, max(0, left) :][: rows.stop - rows.start, : columns.stop - columns.start]
        if window.size:
            window[:] = over(np.ascontiguousarray(window), *parts).view(np.uint32)


def _keep_and_tint(picture: Pixels) -> tuple[Array, Array]:
    """Return for each pixel the share of the background that stays, of WHOLE, and the tint that is added; see `Ink`."""
    cover = np.rint(picture[..., 3] * (WHOLE / 255)).astype(np.uint64)
    opaque = picture | np.array([0, 0, 0, 255], np.uint8)  # as the canvas stays
    return WHOLE - cover, widened(opaque).reshape(cover.shape) * cover + HALF
