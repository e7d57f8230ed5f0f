"""Artists that paint straight into the Agg buffer: point clouds, thin strokes and colour fields.

matplotlib's own ways cost 14 ms for 40,000 points (and snap them to whole pixels), 4 ms for the 42 lines of a bent
grid, and several for an image. These place everything at sub-pixel positions and take a fraction of that.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from numpy.typing import NDArray

from animviz.arrays import Float, Index, UInt64
from animviz.stage.geometry import geometry_of, tones
from animviz.stage.ink import FEW, Ink
from animviz.stage.kernels import compiled_code, spend
from animviz.stage.pixels import PHASES, WHOLE, canvas_of

__all__ = ["PointCloud"]

AT_ONCE = 32  # classes whose coverage is held
MANY = 2000  # so many points of one class NumPy stamps as quickly as compiled code


class PointCloud(Artist):
    """Many round points in the colours of their classes, at sub-pixel positions.

    Where points of several classes fall on one pixel their colours mix in proportion, so that none hides another and
    the order of the points does not matter. Compiled code takes over where that pays, see `animviz.stage.kernels`; the pixels
    are the same.

    Args:
        axes: where they live, with linear scales; points outside are not drawn.
        classes: class number of each point, shape (points,); points of a negative one are not drawn.
        palette: RGB in [0, 1] of each class, shape (classes, 3).
        radius: in pixels.
        hole: radius of a hole in each, in pixels, which makes rings of them; 0 for none.

    Raises:
        ValueError: a class has no colour.
    """

    def __init__(self, axes: Axes, classes: NDArray[Any], palette: Float, radius: float, hole: float = 0.0) -> None:
        super().__init__()
        known = np.asarray(classes, dtype=np.intp)
        if not (known < len(palette)).all():
            raise ValueError(f"classes from 0 to {len(palette) - 1} have a colour; others are among the points'")
        self._drawn = known >= 0
        self._classes = known[self._drawn]
        self._tones = tones(palette)
        self._discs = _discs(radius, hole)
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

    def set_classes(self, classes: NDArray[Any]) -> None:
        """Give the points the colours of other classes, as many of them as before and all of them drawn."""
        known = np.asarray(classes, dtype=np.intp)
        if not np.array_equal(known, self._classes):
            self._drawn, self._classes, self._contents = known >= 0, known, b""

    @property
    def count(self) -> int:
        """How many points have a place."""
        return int(np.isfinite(self._xy).all(axis=1).sum())

    def set_positions(self, xy: NDArray[Any]) -> None:
        """Move the points: data coordinates of shape (points, 2). Points that stand still are not stamped anew.

        Raises:
            ValueError: there are not as many as classes.
        """
        if np.shape(xy) != (len(self._drawn), 2):
            raise ValueError(f"positions have shape {np.shape(xy)}; expected {(len(self._drawn), 2)}")
        if len(self._classes) < len(self._drawn):
            xy = np.asarray(xy)[self._drawn]
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
        (left, top, right, bottom), scale, offset = geometry_of(self.axes, canvas)
        first = left // 2
        area = (top, first, (right + 1) // 2 - first)
        sums = code.SUMS.of((bottom - top) * area[2])
        room = self._room((left, top, right, bottom))
        stride, words, discs = canvas.shape[1] // 2, self._words, self._by_phase
        return Ink(*code.stamped(self._xy, self._classes, words, scale, offset, room, area, stride, discs, sums))

    @cached_property
    def _words(self) -> UInt64:
        """The classes' colours as compiled code adds them up."""
        channels = self._tones.view(np.uint16).reshape(-1, 4).astype(np.uint32)
        channels[:, 3] = 1
        return channels.view(np.uint64)

    @cached_property
    def _by_phase(self) -> tuple[Index, Index, Index, UInt64]:
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
        geometry, reach = geometry_of(self.axes, canvas), self._reach
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
        cell, phase = (row - top) * wide + pair - left, (down & 7) << 4 | across & 15
        place, size = ((top, left), canvas.shape[1] // 2), (high, wide)
        if len(self._tones) <= AT_ONCE:
            return Ink.mixed(self._cover(cell, phase, classes, len(self._tones), size), *place, self._tones)

        def covers() -> Iterator[tuple[UInt64, UInt64]]:
            for number in np.unique(classes // AT_ONCE):
                first, some = number * AT_ONCE, classes // AT_ONCE == number
                of_some = self._tones[first : first + AT_ONCE]
                yield self._cover(cell[some], phase[some], classes[some] - first, len(of_some), size), of_some

        return Ink.summed(covers(), wide, *place)

    def _cover(self, cell: Index, phase: Index, classes: Index, count: int, size: tuple[int, int]) -> UInt64:
        """Return how much points of so many classes cover, by class, row and pair."""
        high, wide = size
        cover = np.zeros((count, high, wide), dtype=np.uint64)
        cells, cell = cover.reshape(-1), classes * (high * wide) + cell
        for shift, weight in zip(self._taps[0] * wide + self._taps[1], self._weights, strict=True):
            np.add.at(cells, cell + shift, weight.take(phase))
        return cover


def _discs(radius: float, hole: float) -> NDArray[np.uint32]:
    """Return the coverage of a disc or ring at each sub-pixel position, shape (side, side, PHASES, PHASES)."""
    reach = int(np.ceil(radius + 0.5))
    offset = np.arange(-reach, reach + 1)[:, None] - ((np.arange(PHASES) + 0.5) / PHASES - 0.5)
    distance = np.hypot(offset[:, None, :, None], offset[None, :, None, :])
    inside = np.clip(hole + 0.5 - distance, 0, 1) if hole else 0.0
    return np.rint(WHOLE * (np.clip(radius + 0.5 - distance, 0, 1) - inside)).astype(np.uint32)


def _paired(discs: NDArray[np.uint32]) -> UInt64:
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
