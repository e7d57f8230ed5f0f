"""Stamps of many points, added up and mixed by compiled code: worth its start only where much is drawn.

NumPy's way, in `animviz.artists.PointCloud`, keeps a layer of coverage for each class and looks through all of them for
what is covered. Here one layer serves class after class, and what a class has covered goes on a list.
"""

from typing import Any

import numpy as np

from animviz.artists import PHASES
from animviz.compiled import compiled, is_kept
from animviz.ink import HALF, MOST, WHOLE

__all__ = ["KEPT", "laid", "pasted", "stamped"]

_F4, _I8, _U8 = np.float32, np.int64, np.uint64  # signed: processors turn those into floats and back at once
_WHOLE, _HALF, _PHASES = _U8(WHOLE), _U8(HALF[0]), _F4(PHASES)
_LOW, _HIGH = _U8(0xFFFFFFFF), _U8(32)


@compiled(nogil=True)
def stamped(
    xy: Any,
    order: Any,
    starts: Any,
    scale: Any,
    offset: Any,
    box: Any,
    taps: Any,
    weights: Any,
    tones: Any,
    stride: Any,
) -> Any:
    """Stamp points on a canvas; the same as NumPy's way, bit by bit.

    Args:
        xy: data coordinates, (points, 2).
        order: numbers of the points, class by class, int64 (points,).
        starts: where each class begins in it, int64 (classes + 1,).
        scale: pixels to a unit of data, to the right and downwards, two float32.
        offset: where the origin is, in pixels from the top left corner, two float32.
        box: left, top, right and bottom between which a point must lie, in pixels.
        taps: rows and pairs of pixels of a stamp, counted from its middle, int64 (2, taps).
        weights: their coverage, two 32-bit numbers to a word, uint64 (taps, phases).
        tones: the classes' colours as words, uint64 (classes,).
        stride: pairs in a row of the canvas.

    Returns:
        The three arrays of an `animviz.ink.Ink`.
    """
    rows, pairs, phases, ends = _placed(xy, order, starts, scale, offset, box)
    if not len(rows):
        return np.zeros(0, np.int64), np.zeros(0, np.uint64), np.zeros(0, np.uint64)
    top, left = rows.min() + taps[0].min(), pairs.min() + taps[1].min()
    high, wide = rows.max() + taps[0].max() + 1 - top, pairs.max() + taps[1].max() + 1 - left
    cells, shifts = (rows - top) * wide + pairs - left, taps[0] * wide + taps[1]
    touched, places, cover, ends = _covered(cells, phases, ends, shifts, np.ascontiguousarray(weights.T), high * wide)
    keep, tint = _mixed(len(touched), places, cover, ends, tones)
    return (top + touched // wide) * stride + left + touched % wide, keep, tint


@compiled(nogil=True)
def _placed(xy: Any, order: Any, starts: Any, scale: Any, offset: Any, box: Any) -> Any:
    """Return row, pair and phase of each point inside the box, and where the classes end, from a zero on."""
    left, top, right, bottom = box
    rows, pairs, phases = np.empty((3, len(order)), np.int64)
    ends, count = np.zeros(len(starts), np.int64), 0
    for tone in range(len(starts) - 1):
        for k in range(starts[tone], starts[tone + 1]):
            x = _F4(xy[order[k], 0]) * scale[0] + offset[0]
            y = _F4(xy[order[k], 1]) * scale[1] + offset[1]
            if x >= left and x < right and y >= top and y < bottom:
                across, down = np.int64(x * _PHASES), np.int64(y * _PHASES)
                rows[count], pairs[count], phases[count] = down >> 3, across >> 4, (down & 7) << 4 | across & 15
                count += 1
        ends[tone + 1] = count
    return rows[:count], pairs[:count], phases[:count], ends


@compiled(nogil=True)
def _covered(cells: Any, phases: Any, ends: Any, shifts: Any, weights: Any, area: Any) -> Any:
    """Return the cells that are touched, and class by class which of them it covers, how much, and where its list ends."""
    layer, number = np.zeros(area, np.uint64), np.zeros(area, np.int32)
    most = len(cells) * len(shifts)
    touched, count = np.empty(min(most, area), np.int64), 0
    listed = min(most, area * (len(ends) - 1))
    places, cover = np.empty(listed, np.int32), np.empty(listed, np.uint64)
    list_ends, end = np.zeros(len(ends), np.int64), 0
    for tone in range(len(ends) - 1):
        begin = end
        for k in range(ends[tone], ends[tone + 1]):
            for tap in range(len(shifts)):
                weight, cell = weights[phases[k], tap], cells[k] + shifts[tap]
                if weight:
                    if not layer[cell]:
                        places[end] = cell
                        end += 1
                    layer[cell] += weight
        for k in range(begin, end):
            cell = places[k]
            cover[k], layer[cell] = layer[cell], 0
            if not number[cell]:
                touched[count] = cell
                count += 1
                number[cell] = count
            places[k] = number[cell] - 1
        list_ends[tone + 1] = end
    return touched[:count], places[:end], cover[:end], list_ends


@compiled(nogil=True)
def _mixed(count: Any, places: Any, cover: Any, ends: Any, tones: Any) -> Any:
    """Return how much of each pixel stays and what comes on top: the colours of its classes in proportion."""
    total = np.zeros((count, 2), np.float32)
    for k in range(len(places)):
        total[places[k], 0] += _F4(_I8(cover[k] & _LOW))
        total[places[k], 1] += _F4(_I8(cover[k] >> _HIGH))
    scale = MOST / np.maximum(total, MOST)
    keep, tint = np.full((count, 2), _WHOLE), np.full((count, 2), _HALF)
    for tone in range(len(tones)):
        for k in range(ends[tone], ends[tone + 1]):
            place = places[k]
            left = _U8(_I8(_F4(_I8(cover[k] & _LOW)) * scale[place, 0]))
            right = _U8(_I8(_F4(_I8(cover[k] >> _HIGH)) * scale[place, 1]))
            keep[place, 0] -= left
            keep[place, 1] -= right
            tint[place, 0] += left * tones[tone]
            tint[place, 1] += right * tones[tone]
    return keep.reshape(-1), tint.reshape(-1)


@compiled(nogil=True)
def laid(words: Any, pairs: Any, keep: Any, tint: Any) -> None:
    """Lay ink over a canvas; the same as `animviz.ink.Ink.lay`.

    Args:
        words: pairs of pixels of the canvas, uint64 (pairs,).
        pairs: see `animviz.ink.Ink`.
        keep: see there.
        tint: see there.
    """
    for k in range(len(pairs)):
        word = words[pairs[k]]
        left = _over(word & _LOW, keep[2 * k], tint[2 * k])
        right = _over(word >> _HIGH, keep[2 * k + 1], tint[2 * k + 1])
        words[pairs[k]] = left | right << _HIGH


@compiled(nogil=True)
def pasted(words: Any, keep: Any, tint: Any) -> None:
    """Lay a picture over a part of a canvas of its size.

    Args:
        words: the pixels of that part, uint32 (height, width).
        keep: how much of each pixel stays, from 0 to WHOLE, uint64 (height, width).
        tint: what comes on top, uint64 (height, width), 16 bits to a channel.
    """
    for row in range(keep.shape[0]):
        for column in range(keep.shape[1]):
            words[row, column] = _over(_U8(words[row, column]), keep[row, column], tint[row, column])


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
