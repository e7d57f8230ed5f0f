"""Ink: colour that is mixed once and laid over the canvas, the coverage of many small shapes added up before.

It works on pairs of pixels, 64 bits, so that one operation serves two; a stage's rows always hold whole pairs. Coverage
is counted in whole numbers, which add up to the same in any order.
"""

from collections.abc import Iterable, Sequence
from functools import reduce
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from animviz.arrays import Array, Index, UInt64
from animviz.stage.kernels import compiled_code
from animviz.stage.pixels import HALF, WHOLE, over, pairs_of, widened

__all__ = ["FEW", "Ink"]

FEW = 2  # classes that are mixed by shares; more are mixed by sums, as compiled code does it too
MOST = np.float32(WHOLE + 0.5)  # the half lets a sum of shares reach WHOLE though each is rounded down, never exceed it


class Ink(NamedTuple):
    """Colour that is ready to be laid over the canvas. A word of 64 bits holds a pixel's four channels, 16 bits each.

    Attributes:
        pairs: which pairs of pixels it touches, shape (pairs,).
        keep: how much of a pixel's colour stays, from 0 to WHOLE, shape (2 * pairs,).
        tint: what comes on top, the channels times WHOLE, shape (2 * pairs,).
    """

    pairs: Index
    keep: UInt64
    tint: UInt64

    @classmethod
    def mixed(cls, cover: UInt64, corner: tuple[int, int], stride: int, tones: UInt64) -> "Ink":
        """Mix the classes' colours in proportion, as opaque as they cover.

        Args:
            cover: coverage by class, two 32-bit numbers to a word, shape (classes, rows, pairs).
            corner: row and pair of the canvas where it begins.
            stride: pairs in a row of the canvas.
            tones: the classes' colours as words, shape (classes,).
        """
        layers = list(cover.reshape(len(cover), -1))
        pairs = np.flatnonzero(reduce(np.bitwise_or, layers) != 0)
        covers = [layer[pairs].view(np.uint32) for layer in layers]
        keep, tint = _by_shares(covers, tones) if len(tones) <= FEW else _shared_out(*_sums(covers, tones))
        return cls(_placed(pairs, cover.shape[2], corner, stride), keep, tint)

    @classmethod
    def summed(cls, covers: Iterable[tuple[UInt64, UInt64]], wide: int, corner: tuple[int, int], stride: int) -> "Ink":
        """Mix the colours of many classes, a few at a time, so that memory does not grow with their number.

        Args:
            covers: coverage and colours of some classes after the other, as `mixed` takes those of all.
            wide: pairs in a row of the coverage.
            corner: row and pair of the canvas where it begins.
            stride: pairs in a row of the canvas.
        """
        total, colors = reduce(
            lambda one, two: (one[0] + two[0], one[1] + two[1]),
            (_sums(list(cover.reshape(len(cover), -1).view(np.uint32)), tones) for cover, tones in covers),
        )
        pairs = np.flatnonzero(total.reshape(-1, 2).any(axis=1))
        keep, tint = _shared_out(total.reshape(-1, 2)[pairs].reshape(-1), colors.reshape(-1, 8)[pairs].reshape(-1, 4))
        return cls(_placed(pairs, wide, corner, stride), keep, tint)

    @classmethod
    def lifted(cls, sheet: NDArray[np.uint8]) -> "Ink":
        """Take up what was drawn on a clear sheet, uint8 of shape (height, width, 4), and clear it again."""
        words = pairs_of(sheet)
        pairs = np.flatnonzero(words != 0)
        pixels = widened(words[pairs])
        words[pairs] = 0
        alpha = pixels.view(np.uint16)[3::4]
        opacity = (alpha + (alpha >> 7)).astype(np.uint64)  # 255 becomes WHOLE
        alpha[:] = 255
        return cls(pairs, WHOLE - opacity, pixels * opacity + HALF)

    @staticmethod
    def joined(inks: Sequence["Ink"]) -> list["Ink"]:
        """Put inks into one, which is quicker to lay; they stay as they are where two touch the same pixel."""
        pairs, places = np.unique(np.concatenate([ink.pairs for ink in inks]), return_inverse=True)
        cover, color, touched = np.zeros((3, len(pairs), 2), np.uint64)
        covers = WHOLE - np.concatenate([ink.keep for ink in inks]).reshape(-1, 2)
        colors = np.concatenate([ink.tint for ink in inks]).reshape(-1, 2) - HALF
        for total, parts in ((cover, covers), (color, colors), (touched, covers != 0)):
            np.add.at(total, places, parts)
        if (touched > 1).any():
            return list(inks)
        return [Ink(pairs, (WHOLE - cover).reshape(-1), (color + HALF).reshape(-1))]

    def moved(self, rows: int, pairs: int, canvas: tuple[int, int]) -> "Ink":
        """Move it down and to the right on a canvas of so many rows and pairs in a row; what leaves it is cut off."""
        row, column = np.divmod(self.pairs, canvas[1])
        row, column = row + rows, column + pairs
        inside = (row >= 0) & (row < canvas[0]) & (column >= 0) & (column < canvas[1])
        both = np.repeat(inside, 2)
        return Ink((row * canvas[1] + column)[inside], self.keep[both], self.tint[both])

    def odd(self) -> "Ink":
        """Move it to the right by one pixel."""
        touched = np.flatnonzero(self.keep != WHOLE)
        pixels = 2 * self.pairs[touched // 2] + touched % 2 + 1
        pairs, place = np.unique(pixels // 2, return_inverse=True)
        keep, tint = np.full(2 * len(pairs), WHOLE, np.uint64), np.full(2 * len(pairs), HALF[0], np.uint64)
        keep[2 * place + pixels % 2], tint[2 * place + pixels % 2] = self.keep[touched], self.tint[touched]
        return Ink(pairs, keep, tint)

    def lay(self, canvas: NDArray[np.uint8]) -> None:
        """Lay it over the canvas, uint8 of shape (height, width, 4)."""
        words = pairs_of(canvas)
        if (code := compiled_code()) is not None:
            code.laid(words, *self)
            return
        words[self.pairs] = over(words[self.pairs], self.keep, self.tint).view(np.uint64)


def _by_shares(covers: list[NDArray[np.uint32]], tones: UInt64) -> tuple[UInt64, UInt64]:
    """Mix by how much of a pixel each class takes, rounded down; quick for a few classes.

    Args:
        covers: coverage of each pixel by each class, (pixels,).
        tones: the classes' colours as words, (classes,).

    Returns:
        Keep and tint of an `Ink`.
    """
    if len(covers) == 1:
        shares = [np.minimum(covers[0], WHOLE).astype(np.uint64)]
    else:
        parts = [cover.astype(np.float32) for cover in covers]
        scale = MOST / np.maximum(reduce(np.add, parts), MOST)
        shares = [(part * scale).astype(np.uint16).astype(np.uint64) for part in parts]
    return WHOLE - reduce(np.add, shares), reduce(np.add, map(np.multiply, shares, tones)) + HALF


def _placed(pairs: Index, wide: int, corner: tuple[int, int], stride: int) -> Index:
    """Return where pairs of a part that is so wide lie on the canvas."""
    return pairs + pairs // wide * (stride - wide) + (corner[0] * stride + corner[1])


def _sums(covers: Sequence[NDArray[np.uint32]], tones: UInt64) -> tuple[Array, Array]:
    """Add up the colours, each as often as its class covers; whole numbers, exact in any order.

    Args:
        covers: coverage of each pixel by each class, (pixels,).
        tones: the classes' colours as words, (classes,).

    Returns:
        Coverage of each pixel, (pixels,), and its four channels, (pixels, 4); float64.
    """
    parts = np.stack(covers).astype(np.float64)
    return parts.sum(axis=0), parts.T @ tones.view(np.uint16).reshape(-1, 4).astype(np.float64)


def _shared_out(total: Array, colors: Array) -> tuple[UInt64, UInt64]:
    """Return keep and tint of an `Ink`: no pixel is covered more than whole; as in `animviz.stage.kernels_numba`.

    Args:
        total: see `_sums`.
        colors: see `_sums`.
    """
    colors = colors * (WHOLE / np.maximum(total, WHOLE))[:, None]
    keep = WHOLE - np.minimum(total, WHOLE).astype(np.uint64)
    return keep, colors.astype(np.uint16).view(np.uint64)[:, 0] + HALF
