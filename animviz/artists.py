"""Artists that paint straight into the Agg buffer: point clouds, thin strokes and colour fields.

matplotlib's own ways cost 14 ms for 40,000 points (and snap them to whole pixels), 4 ms for the 42 lines of a bent
grid, and several for an image. These place everything at sub-pixel positions and take a fraction of that.
"""

from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from numpy.typing import NDArray

from animviz.ink import FEW, HALF, WHOLE, Ink, spread
from animviz.takeover import compiled_code, spend

__all__ = ["Field", "PointCloud", "Strokes", "canvas_of"]

Float = NDArray[np.float32]
Index = NDArray[np.intp]
Words = NDArray[np.uint64]
PHASES = 8  # sub-pixel positions along each axis for which a stamp is kept; the shifts in the stamping rely on it
MANY = 2000  # so many points of one class NumPy stamps as quickly as compiled code
CACHED = 2**18  # bytes of pixels that are worked on at once: more would leave the processor's cache between two steps


def canvas_of(renderer: Any) -> NDArray[np.uint8]:
    """Return the renderer's pixels, a writable uint8 view of shape (height, width, 4), top row first."""
    return np.asarray(renderer.buffer_rgba())


class PointCloud(Artist):
    """Many round points in the colours of their classes, at sub-pixel positions.

    Where points of several classes fall on one pixel their colours mix in proportion, so that none hides another and
    the order of the points does not matter. Compiled code takes over where that pays, see `animviz.takeover`; the pixels
    are the same.

    Args:
        axes: where they live, with linear scales; points outside are not drawn.
        classes: class number of each point, shape (points,).
        palette: RGB in [0, 1] of each class, shape (classes, 3).
        radius: in pixels.

    Raises:
        ValueError: a class has no colour.
    """

    def __init__(self, axes: Axes, classes: NDArray[Any], palette: Float, radius: float) -> None:
        super().__init__()
        self._classes = np.asarray(classes, dtype=np.intp)
        if not ((self._classes >= 0) & (self._classes < len(palette))).all():
            raise ValueError(f"classes from 0 to {len(palette) - 1} have a colour; others are among the points'")
        self._tones = _tones(palette)
        self._discs = _discs(radius)
        self._reach = len(self._discs) // 2
        stamps = _paired(self._discs)
        # Those parts of a stamp that are ever covered: row and pair from the middle, and how much at each phase.
        rows, pairs = np.nonzero(stamps.any(axis=2))
        self._taps = np.stack([rows - self._reach, pairs - stamps.shape[1] // 2])
        self._weights = stamps[rows, pairs]
        self._xy: NDArray[Any] = np.zeros((0, 2), dtype=np.float32)
        self._contents = b""  # of the coordinates, which their owner may change in place
        self._ink: Ink | None = None
        axes.add_artist(self)

    def set_positions(self, xy: NDArray[Any]) -> None:
        """Move the points: data coordinates of shape (points, 2). Points that stand still are not stamped anew.

        Raises:
            ValueError: there are not as many as classes.
        """
        if np.shape(xy) != (len(self._classes), 2):
            raise ValueError(f"positions have shape {np.shape(xy)}; expected {(len(self._classes), 2)}")
        contents = np.asarray(xy).tobytes()
        if contents != self._contents:
            self._xy, self._contents, self._ink = xy, contents, None
            self.stale = True

    def draw(self, renderer: Any) -> None:
        """Stamp the points into the renderer's buffer."""
        if not self.get_visible() or not len(self._xy):
            return
        canvas = canvas_of(renderer)
        if self._ink is None:
            spend(max(0, len(self._tones) - FEW))
            code = compiled_code() if self._suits_sums() else None
            compiles = code is not None and len(self._xy) <= code.MOST_POINTS
            self._ink = self._compiled(code, canvas) if compiles else self._stamped(canvas)
        self._ink.lay(canvas)

    def _suits_sums(self) -> bool:
        """Say whether compiled code may stamp it, which mixes by sums; one class looks the same either way."""
        return len(self._tones) > FEW or (len(self._tones) == 1 and len(self._xy) < MANY)

    def _compiled(self, code: Any, canvas: NDArray[np.uint8]) -> Ink:
        """Do the same as `_stamped`, compiled."""
        (left, top, right, bottom), scale, offset = _geometry(self.axes, canvas)
        first = left // 2
        area = (top, first, (right + 1) // 2 - first)
        sums = code.SUMS.of((bottom - top) * area[2])
        room = self._room((left, top, right, bottom))
        stride, words, discs = canvas.shape[1] // 2, self._words, self._by_phase
        return Ink(*code.stamped(self._xy, self._classes, words, scale, offset, room, area, stride, discs, sums))

    @cached_property
    def _words(self) -> Words:
        """The classes' colours as compiled code adds them up."""
        channels = self._tones.view(np.uint16).reshape(-1, 4).astype(np.uint32)
        channels[:, 3] = 1
        return channels.view(np.uint64)

    @cached_property
    def _by_phase(self) -> tuple[Index, Index, Index, Words]:
        """The pixels of a stamp at each position within a pixel, as compiled code wants them."""
        side = len(self._discs)
        discs = self._discs.reshape(side, side, -1).transpose(2, 0, 1)
        phases, rows, columns = np.nonzero(discs)
        starts = np.searchsorted(phases, np.arange(len(discs) + 1))
        weights = discs[phases, rows, columns].astype(np.uint64)
        return starts, rows - self._reach, columns - self._reach, weights

    def _room(self, box: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
        """Return left, top, right and bottom between which a point must lie.

        A stamp lies inside the axes or is left out: cut ones would need a margin that is added and cut off again.
        """
        left, top, right, bottom = box
        return left + self._reach, top + self._reach, right - self._reach, bottom - self._reach

    def _stamped(self, canvas: NDArray[np.uint8]) -> Ink:
        """Add up the stamps of all points."""
        geometry, reach = _geometry(self.axes, canvas), self._reach
        x, y = geometry.pixels(self._xy)
        left, top, right, bottom = self._room(geometry.box)
        with np.errstate(invalid="ignore"):
            inside = (x >= left) & (x < right) & (y >= top) & (y < bottom)
        classes = self._classes
        if not inside.all():
            x, y, classes = x[inside], y[inside], classes[inside]
        if not len(x):
            return Ink(np.zeros(0, np.intp), *np.zeros((2, 0), np.uint64))
        across, down = (x * PHASES).astype(np.intp), (y * PHASES).astype(np.intp)
        row, pair = down >> 3, across >> 4  # PHASES to a row, twice as many to a pair
        (top, bottom), (left, right) = ((int(place.min()) - reach, int(place.max()) + reach) for place in (row, pair))
        high, wide = bottom - top + 1, right - left + 1
        cell, phase = (classes * high + row - top) * wide + pair - left, (down & 7) << 4 | across & 15
        cover = np.zeros((len(self._tones), high, wide), dtype=np.uint64)
        cells = cover.reshape(-1)
        for shift, weight in zip(self._taps[0] * wide + self._taps[1], self._weights, strict=True):
            np.add.at(cells, cell + shift, weight.take(phase))
        return Ink.mixed(cover, (top, left), canvas.shape[1] // 2, self._tones)


class Strokes(Artist):
    """Many thin lines of one colour, at sub-pixel positions.

    Each line is swept one pixel at a time along its longer direction, and covers across it exactly the pixels that
    its width covers. Made for lines of one to three pixels; ends and corners are plain.

    Args:
        axes: where they live, with linear scales.
        color: any colour that matplotlib knows.
        width: in pixels.
    """

    def __init__(self, axes: Axes, color: Any, width: float) -> None:
        super().__init__()
        self._tones = _tones(np.array([to_rgb(color)]))
        self._width = width
        self._xy: NDArray[Any] = np.zeros((0, 2), dtype=np.float32)
        axes.add_artist(self)

    def set_lines(self, xy: NDArray[Any]) -> None:
        """Move the lines: data coordinates of shape (points, 2), lines being separated by rows of NaN."""
        self._xy = xy
        self.stale = True

    def draw(self, renderer: Any) -> None:
        """Sweep the lines into the renderer's buffer."""
        if not self.get_visible() or len(self._xy) < 2:
            return
        canvas = canvas_of(renderer)
        geometry = _geometry(self.axes, canvas)
        left, top, right, bottom = geometry.box
        if left >= right or top >= bottom:
            return
        first, taps = left // 2, int(np.ceil(self._width * np.sqrt(2))) + 1
        wide = 2 * ((right + 1) // 2 - first)
        x, y = geometry.pixels(self._xy)
        x, y = x - np.float32(2 * first), y - np.float32(top)
        # The spare rows are for taps behind the last that a line covers.
        cover = np.zeros((bottom - top + taps, wide), dtype=np.uint32)
        with np.errstate(invalid="ignore"):
            steep = np.abs(np.diff(y)) > np.abs(np.diff(x))
        rows, columns = (0, bottom - top), (left - 2 * first, right - 2 * first)
        self._sweep(cover.reshape(-1), x, y, np.flatnonzero(~steep), (columns, rows), (1, wide), taps)
        self._sweep(cover.reshape(-1), y, x, np.flatnonzero(steep), (rows, columns), (wide, 1), taps)
        Ink.mixed(cover.view(np.uint64)[None], (top, first), canvas.shape[1] // 2, self._tones).lay(canvas)

    def _sweep(
        self, cover: NDArray[np.uint32], along: Float, across: Float, chosen: Index,
        limits: tuple[tuple[int, int], tuple[int, int]], strides: tuple[int, int], taps: int,
    ) -> None:  # fmt: skip
        """Add the chosen segments, which run mainly along the first of two directions."""
        here, there = along[chosen], along[chosen + 1]
        start, end = (
            np.clip(np.ceil(pick(here, there) - np.float32(0.5)), *limits[0]) for pick in (np.minimum, np.maximum)
        )
        with np.errstate(invalid="ignore", divide="ignore"):
            slope = (across[chosen + 1] - across[chosen]) / (there - here)
            base = across[chosen] + (np.float32(0.5) - here) * slope
        kept = np.flatnonzero((end > start) & np.isfinite(base))  # gaps between lines fall out
        first, slope, base = start[kept].astype(np.intp), slope[kept], base[kept]
        half = np.float32(self._width / 2) * np.sqrt(1 + slope * slope)
        times = end[kept].astype(np.intp) - first
        segment = np.repeat(np.arange(len(kept)), times)
        pixel = np.arange(len(segment)) + (first - np.cumsum(times) + times)[segment]
        middle, half = pixel.astype(np.float32) * slope[segment] + base[segment], half[segment]
        low, high = ((np.clip(side, *limits[1]) * WHOLE).astype(np.uint32) for side in (middle - half, middle + half))
        edge = low // WHOLE
        cell = pixel * strides[0] + edge.astype(np.intp) * strides[1]
        for _ in range(taps):
            edge += 1
            inner = np.minimum(high, edge * WHOLE)
            np.add.at(cover, cell, inner - low)
            low = inner
            cell += strides[1]


class Field(Artist):
    """A coarse grid of colours, stretched over the axes with bilinear interpolation.

    Args:
        axes: what it fills.
    """

    def __init__(self, axes: Axes) -> None:
        super().__init__()
        self._colors: NDArray[np.uint8] | None = None
        axes.add_artist(self)

    def set_colors(self, colors: NDArray[np.uint8]) -> None:
        """Set the colours: uint8 of shape (rows, columns, 4), top row first; the fourth channel is 255."""
        self._colors = colors
        self.stale = True

    def draw(self, renderer: Any) -> None:
        """Stretch the colours over the axes' pixels."""
        canvas = canvas_of(renderer)
        left, top, right, bottom = _geometry(self.axes, canvas).box
        if self._colors is None or not self.get_visible() or left >= right or top >= bottom:
            return
        rows, columns = self._colors.shape[:2]
        pixels = spread(np.ascontiguousarray(self._colors)).reshape(rows, columns)
        before, share = _between(columns, right - left)
        after = np.minimum(before + 1, columns - 1)
        across = pixels.take(before, axis=1) * (WHOLE - share) + pixels.take(after, axis=1) * share + HALF
        wide = across.view(np.uint16) >> np.uint16(8)
        before, share = _between(rows, bottom - top)
        steps = np.diff(wide, axis=0, append=wide[-1:])  # falls wrap around, and the sum wraps back
        starts, shares = wide * np.uint16(WHOLE) + np.uint16(WHOLE // 2), share.astype(np.uint16)[:, None]
        at_once = max(1, CACHED // wide[0].nbytes)
        for first in range(0, bottom - top, at_once):
            some = slice(first, first + at_once)
            mixed = steps[before[some]]
            mixed *= shares[some]
            mixed += starts[before[some]]
            mixed >>= np.uint16(8)
            canvas[top:bottom, left:right][some] = mixed.reshape(-1, right - left, 4)


class _Geometry(NamedTuple):
    """Where axes with linear scales are on a canvas.

    Attributes:
        box: left, top, right and bottom in pixels from the top left corner, on the canvas.
        scale: pixels to a unit of data, to the right and downwards.
        offset: where the data's origin is, in pixels from the top left corner.
    """

    box: tuple[int, int, int, int]
    scale: Float
    offset: Float

    def pixels(self, xy: NDArray[Any]) -> tuple[Float, Float]:
        """Return data coordinates in pixels from the top left corner; in float32 a place is off by under a thousandth."""
        x, y = (xy[:, k].astype(np.float32) * self.scale[k] + self.offset[k] for k in range(2))
        return x, y


def _geometry(axes: Any, canvas: NDArray[np.uint8]) -> _Geometry:
    return _geometry_of(axes.bbox.get_points().tobytes(), axes.viewLim.get_points().tobytes(), canvas.shape[:2])


@lru_cache(maxsize=1000)
def _geometry_of(corners: bytes, limits: bytes, size: tuple[int, int]) -> _Geometry:
    """Work out a geometry, which a frame asks for dozens of times: matplotlib's transforms take 20 us each time."""
    height, width = size
    (left, bottom), (right, top) = np.frombuffer(corners).reshape(2, 2)
    (x0, y0), (x1, y1) = np.frombuffer(limits).reshape(2, 2)
    box = (
        *(min(max(round(x), 0), width) for x in (left, right)),
        *(min(max(height - round(y), 0), height) for y in (top, bottom)),
    )
    scale = np.array([(right - left) / (x1 - x0), (bottom - top) / (y1 - y0)])
    offset = np.array([left, height - bottom]) - scale * (x0, y0)
    return _Geometry((box[0], box[2], box[1], box[3]), scale.astype(np.float32), offset.astype(np.float32))


def _discs(radius: float) -> NDArray[np.uint32]:
    """Return the coverage of a disc at each sub-pixel position, shape (side, side, PHASES, PHASES)."""
    reach = int(np.ceil(radius + 0.5))
    offset = np.arange(-reach, reach + 1)[:, None] - ((np.arange(PHASES) + 0.5) / PHASES - 0.5)
    distance = np.hypot(offset[:, None, :, None], offset[None, :, None, :])
    return np.rint(WHOLE * np.clip(radius + 0.5 - distance, 0, 1)).astype(np.uint32)


def _paired(discs: NDArray[np.uint32]) -> Words:
    """Return the coverage of a disc at each sub-pixel position within a pair of pixels.

    Returns:
        Pairs of 32-bit numbers as words, shape (rows, pairs, PHASES * 2 * PHASES), the disc in the middle.
    """
    side = len(discs)
    pairs = (side // 2 + 1) // 2
    start = 2 * pairs - side // 2
    cover = np.zeros((side, 2 * (2 * pairs + 1), PHASES, 2, PHASES), np.uint32)
    for pixel in range(2):
        cover[:, start + pixel : start + pixel + side, :, pixel] = discs
    paired = cover.reshape(side, 2 * pairs + 1, 2, -1).swapaxes(2, 3)
    return np.ascontiguousarray(paired).view(np.uint64)[..., 0]


def _between(count: int, size: int) -> tuple[Index, Words]:
    """Return between which of so many cells each of the pixels lies: the cell before it, and the share of the next."""
    place = np.clip((np.arange(size) + 0.5) * count / size - 0.5, 0, count - 1)
    before = place.astype(np.intp)
    return before, np.rint((place - before) * WHOLE).astype(np.uint64)


def _tones(palette: NDArray[Any]) -> Words:
    """Return opaque colours, RGB in [0, 1] of shape (classes, 3), as words."""
    channels = np.full((len(palette), 4), 255, dtype=np.uint16)
    channels[:, :3] = np.rint(palette * 255)
    return channels.view(np.uint64)[:, 0]
