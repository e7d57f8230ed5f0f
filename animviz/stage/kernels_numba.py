"""Stamps of many points, added up and mixed by compiled code: worth its start only where much is drawn.

NumPy's way, in `animviz.stage.points.PointCloud`, keeps a layer of coverage for each class. Here colours are added up straight
away, in whole numbers: the same whatever the order, and whatever the number of classes.
"""

import threading
from typing import Any

import numpy as np

from animviz.compiling import compiled, is_kept
from animviz.stage.pixels import HALF, PHASES, WHOLE

__all__ = ["KEPT", "MOST_POINTS", "SUMS", "laid", "pasted", "stamped"]

_F4, _F8, _I8, _U8 = np.float32, np.float64, np.int64, np.uint64  # signed: processors turn those into floats at once
_ZERO, _ONE, _TWO, _EIGHT = _U8(0), _U8(1), _U8(2), _U8(8)  # unsigned indices need no look whether they are negative
_WHOLE, _HALF, _PHASES, _OPAQUE = _U8(WHOLE), _U8(HALF[0]), _F4(PHASES), _U8(255)
_LOW, _HIGH = _U8(0xFFFFFFFF), _U8(32)
MOST_POINTS = 2**32 // (255 * WHOLE)
"""So many points on one pixel are added up in 32 bits."""


class _Sums(threading.local):
    """Where a thread adds up colours; all zero between two clouds, so that nothing is cleared but what was touched."""

    _room = 0

    def of(self, pairs: int) -> tuple[Any, Any, Any]:
        """Return room for an area of so many pairs of pixels.

        Returns:
            Sums of each pixel, two 32-bit numbers to a word (red and green, blue and coverage), uint64
            (2 * pairs or more, 2); whether a pair is touched, uint8 (pairs or more,), whole words; and room for a list of
            the pairs, uint64.
        """
        if max(pairs, 1) > self._room:
            self._room = -(-max(pairs, 1) // 8) * 8
            self._sums = np.zeros((2 * self._room, 2), np.uint64)
            self._touched = np.zeros(self._room, np.uint8)
            self._list = np.empty(self._room, np.uint64)
        return self._sums, self._touched, self._list


SUMS = _Sums()


@compiled(nogil=True)
def stamped(
    xy: Any, classes: Any, tones: Any, scale: Any, offset: Any, room: Any, area: Any, stride: Any, discs: Any, sums: Any
) -> Any:  # fmt: skip
    """Stamp points on a canvas; paints the same pixels as NumPy's way.

    Args:
        xy: data coordinates, (points, 2).
        classes: class of each point, int64 (points,).
        tones: the classes' colours, red and green and blue and 1, two 32-bit numbers to a word, uint64 (classes, 2).
        scale: pixels to a unit of data, to the right and downwards, two float32.
        offset: where the origin is, in pixels from the top left corner, two float32.
        room: left, top, right and bottom between which a point must lie, in pixels.
        area: top row, first pair and pairs in a row of the part of the canvas that is stamped on.
        stride: pairs in a row of the canvas.
        discs: of a stamp at each of its positions within a pixel: where its pixels begin in the other arrays, int64
            (positions + 1,), their rows and columns from its middle, int64, and how much they are covered, uint64.
        sums: what `SUMS.of` gave for the area.

    Returns:
        The three arrays of an `animviz.stage.ink.Ink`.
    """
    top, first, wide = area
    _add(xy, classes, tones, scale, offset, room, (2 * first, top, 2 * wide), discs, sums[0], sums[1])
    count = _listed(sums[1], sums[2])
    keep, tint = _mixed(sums[0], sums[2][:count])
    pairs = np.empty(count, np.int64)
    for k in range(count):
        pair = sums[2][k]
        pairs[k] = _I8(pair) + _I8(pair // _U8(wide)) * (stride - wide) + (top * stride + first)
    return pairs, keep, tint


@compiled(nogil=True)
def _add(
    xy: Any, classes: Any, tones: Any, scale: Any, offset: Any, room: Any, area: Any, discs: Any, sums: Any, touched: Any
) -> None:  # fmt: skip
    """Add every point's disc to the sums, and mark the pairs that it touches."""
    starts, rows, columns, weights = discs
    shifts = rows * area[2] + columns
    for k in range(len(xy)):
        x = _F4(xy[k, 0]) * scale[0] + offset[0]
        y = _F4(xy[k, 1]) * scale[1] + offset[1]
        if x >= room[0] and x < room[2] and y >= room[1] and y < room[3]:
            across, down = _I8(x * _PHASES), _I8(y * _PHASES)
            middle = ((down >> 3) - area[1]) * area[2] + (across >> 3) - area[0]
            phase, tone = _U8((down & 7) << 3 | across & 7), _U8(classes[k])
            reds, blues = tones[tone, _ZERO], tones[tone, _ONE]
            for tap in range(_U8(starts[phase]), _U8(starts[phase + _ONE])):
                pixel, weight = _U8(middle + shifts[tap]), weights[tap]
                sums[pixel, _ZERO] += weight * reds
                sums[pixel, _ONE] += weight * blues
                touched[pixel >> _ONE] = 1


@compiled(nogil=True)
def _listed(touched: Any, pairs: Any) -> Any:
    """List the pairs that are touched, in order, and unmark them; return how many there are."""
    count, words = _ZERO, touched.view(np.uint64)
    for word in range(_U8(len(words))):
        if words[word]:
            for pair in range(_EIGHT * word, _EIGHT * word + _EIGHT):
                pairs[count] = pair  # the next one takes its place unless it is touched: cheaper than a branch
                count += _U8(touched[pair])
            words[word] = 0
    return _I8(count)


@compiled(nogil=True)
def _mixed(sums: Any, pairs: Any) -> Any:
    """Return how much of each pixel stays and what comes on top, as in `animviz.stage.ink`; clears the sums."""
    keep, tint = np.empty((2, 2 * len(pairs)), np.uint64)
    for k in range(_U8(len(pairs))):  # gathered first, so that the processor can work on several at once
        for side in range(_TWO):
            pixel, place = _TWO * pairs[k] + side, _TWO * k + side
            keep[place], tint[place] = sums[pixel, _ZERO], sums[pixel, _ONE]
            sums[pixel, _ZERO], sums[pixel, _ONE] = _ZERO, _ZERO
    for at in range(len(keep)):
        reds, blues = keep[at], tint[at]
        scale = _F8(WHOLE) / max(_F8(_I8(blues >> _HIGH)), _F8(WHOLE))
        cover = min(blues >> _HIGH, _WHOLE)
        red, green, blue = _scaled(reds & _LOW, scale), _scaled(reds >> _HIGH, scale), _scaled(blues & _LOW, scale)
        keep[at] = _WHOLE - cover
        tint[at] = (red | green << _U8(16) | blue << _HIGH | cover * _OPAQUE << _U8(48)) + _HALF
    return keep, tint


@compiled(nogil=True)
def _scaled(amount: Any, scale: Any) -> Any:
    return _U8(_I8(_F8(_I8(amount)) * scale))


@compiled(nogil=True)
def laid(words: Any, pairs: Any, keep: Any, tint: Any) -> None:
    """Lay ink over a canvas; the same as `animviz.stage.ink.Ink.lay`.

    Args:
        words: pairs of pixels of the canvas, uint64 (pairs,).
        pairs: see `animviz.stage.ink.Ink`.
        keep: see there.
        tint: see there.
    """
    for k in range(len(pairs)):
        word = words[pairs[k]]
        left = _over(word & _LOW, keep[2 * k], tint[2 * k])
        right = _over(word >> _HIGH, keep[2 * k + 1], tint[2 * k + 1])
        words[pairs[k]] = left | right << _HIGH


@compiled(nogil=True)
def pasted(pixels: Any, corners: Any, sizes: Any, starts: Any, keep: Any, tint: Any) -> None:
    """Lay pictures over a canvas, one after the other; what leaves it is cut off.

    Args:
        pixels: of the canvas, uint32 (height, width).
        corners: row and column of each picture's top left corner, int64 (pictures, 2).
        sizes: their heights and widths, int64 (pictures, 2).
        starts: where their pixels begin in the other arrays, int64 (pictures,).
        keep: how much of each pixel stays, from 0 to WHOLE, uint64.
        tint: what comes on top, uint64, 16 bits to a channel.
    """
    for k in range(len(starts)):
        top, left, width = corners[k, 0], corners[k, 1], sizes[k, 1]
        for row in range(max(0, -top), min(sizes[k, 0], pixels.shape[0] - top)):
            for column in range(max(0, -left), min(width, pixels.shape[1] - left)):
                at = starts[k] + row * width + column
                pixels[top + row, left + column] = _over(_U8(pixels[top + row, left + column]), keep[at], tint[at])


@compiled(nogil=True)
def _over(pixel: Any, keep: Any, tint: Any) -> Any:
    """Return a pixel of four bytes under a colour; on the way it has 16 bits to a channel."""
    spread = (pixel | pixel << _U8(16)) & _U8(0x0000FFFF0000FFFF)
    spread = (spread | spread << _U8(8)) & _U8(0x00FF00FF00FF00FF)
    mixed = (spread * keep + tint) >> _U8(8) & _U8(0x00FF00FF00FF00FF)
    mixed = (mixed | mixed >> _U8(8)) & _U8(0x0000FFFF0000FFFF)
    return (mixed | mixed >> _U8(16)) & _LOW


KEPT: bool = is_kept(stamped.py_func)
"""Whether the machine code outlives the process; compiling it anew takes seconds."""
