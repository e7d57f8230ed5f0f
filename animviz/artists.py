"""Artists that paint straight into the Agg buffer: point clouds, colour fields and markers of a failed state.

matplotlib's own ways cost 14 ms for 40,000 points (and snap them to whole pixels) and several for an image; these take
a fraction of that and place points at sub-pixel positions.
"""

from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from numpy.typing import NDArray
from PIL import Image

__all__ = ["Field", "PointCloud", "canvas_of"]

Float = NDArray[np.float32]


def canvas_of(renderer: Any) -> NDArray[np.uint8]:
    """Return the renderer's pixels, a writable uint8 view of shape (height, width, 4), top row first."""
    return np.asarray(renderer.buffer_rgba())


def _window(axes: Axes, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """Return the pixel box of the axes, top row first: left, top, right, bottom, inside the canvas."""
    box = axes.bbox
    height, width = shape[:2]
    left, right = (int(np.clip(round(v), 0, width)) for v in (box.x0, box.x1))
    top, bottom = (int(np.clip(round(height - v), 0, height)) for v in (box.y1, box.y0))
    return left, top, right, bottom


class PointCloud(Artist):
    """Many round points in the colours of their classes, at sub-pixel positions.

    Where points of several classes fall on one pixel their colours mix in proportion, so that none hides another and
    the order of the points does not matter.

    Args:
        axes: where they live; points outside are not drawn.
        classes: class number of each point, shape (points,).
        palette: RGB in [0, 1] of each class, shape (classes, 3).
        radius: in pixels.
    """

    def __init__(self, axes: Axes, classes: NDArray[Any], palette: Float, radius: float) -> None:
        super().__init__()
        self._classes = np.asarray(classes, dtype=np.intp)
        self._palette = palette.astype(np.float32) * 255
        self._stamps = _stamps(radius)
        self._xy: NDArray[Any] = np.zeros((0, 2), dtype=np.float32)
        self._covered: Float | None = None
        axes.add_artist(self)

    def set_positions(self, xy: NDArray[Any]) -> None:
        """Move the points: data coordinates of shape (points, 2)."""
        self._xy = xy
        self._covered = None
        self.stale = True

    def draw(self, renderer: Any) -> None:
        """Stamp the points into the renderer's buffer."""
        canvas = canvas_of(renderer)
        assert isinstance(self.axes, Axes)
        left, top, right, bottom = _window(self.axes, canvas.shape)
        width, height = right - left, bottom - top
        if not self.get_visible() or not len(self._xy) or width <= 0 or height <= 0:
            return
        if self._covered is None:
            self._covered = self._cover(left, canvas.shape[0] - top, width, height)
        _blend(canvas[top:bottom, left:right], self._covered, self._palette)

    def _cover(self, left: int, top: int, width: int, height: int) -> Float:
        """Return the coverage of the axes' pixels by each class, shape (classes, height * width)."""
        assert isinstance(self.axes, Axes)
        # The axes are linear, so two points give the transform; in float32 a place is off by under 1/1000 pixel.
        (x0, y0), (x1, y1) = self.axes.transData.transform([(0, 0), (1, 1)]).astype(np.float32)
        x = self._xy[:, 0].astype(np.float32) * (x1 - x0) + (x0 - left)
        y = self._xy[:, 1].astype(np.float32) * (y0 - y1) + (top - y0)
        # A stamp lies inside the axes or is left out: cut ones would need a margin that is added and cut off again.
        reach = self._stamps.shape[1] // 2
        with np.errstate(invalid="ignore"):
            inside = (x >= reach) & (x < width - reach) & (y >= reach) & (y < height - reach)
        classes = self._classes
        if not inside.all():
            x, y, classes = x[inside], y[inside], classes[inside]
        return _cover(x, y, classes, len(self._palette), self._stamps, (height, width))


PHASES = 8  # sub-pixel positions along each axis for which a stamp is kept


def _stamps(radius: float) -> Float:
    """Return the coverage of a disc at each sub-pixel position, shape (PHASES * PHASES, size, size)."""
    reach = int(np.ceil(radius + 0.5))
    pixel = np.arange(-reach, reach + 1, dtype=np.float32)
    phase = (np.arange(PHASES, dtype=np.float32) + 0.5) / PHASES - 0.5
    dx = pixel[None, :] - phase[:, None]
    distance = np.hypot(dx[:, None, :, None], dx[None, :, None, :])
    return np.clip(radius + 0.5 - distance, 0, 1).reshape(PHASES**2, pixel.size, pixel.size).astype(np.float32)


def _cover(x: Float, y: Float, classes: NDArray[np.intp], count: int, stamps: Float, shape: tuple[int, int]) -> Float:
    """Add up the stamps of all points; return the coverage by class, shape (classes, pixels)."""
    high, wide = shape
    reach = stamps.shape[1] // 2
    column, row = x.astype(np.intp), y.astype(np.intp)
    phase = ((y - row) * PHASES).astype(np.intp) * PHASES + ((x - column) * PHASES).astype(np.intp)
    cell = classes * (high * wide) + row * wide + column
    cover = np.zeros(count * high * wide, dtype=np.float32)
    for down in range(-reach, reach + 1):
        for right in range(-reach, reach + 1):
            weight = stamps[:, down + reach, right + reach]
            if weight.any():
                np.add.at(cover, cell + (down * wide + right), weight[phase])
    return cover.reshape(count, high * wide)


def _blend(window: NDArray[np.uint8], cover: Float, palette: Float) -> None:
    """Lay the classes' colours over the window: as opaque as they cover, mixed in proportion.

    Args:
        window: part of the canvas, shape (height, width, 4).
        cover: coverage by class, shape (classes, height * width).
        palette: colours from 0 to 255, shape (classes, 3).
    """
    total = cover.sum(axis=0)
    covered = np.flatnonzero(total > 0)  # of booleans it is twice as fast as of floats
    # Picking out pixels pays while they are few; from about a sixth on, plain arithmetic on all of them is faster.
    chosen = covered if covered.size < total.size / 6 else slice(None)
    total = total[chosen]
    opacity = np.minimum(total, 1)
    share = opacity / np.maximum(total, 1e-9)
    parts = [part[chosen] * share for part in cover]
    pixels = window.reshape(-1, 4)
    for channel in range(3):
        color = pixels[chosen, channel] * (1 - opacity)
        for part, tone in zip(parts, palette[:, channel], strict=True):
            color += part * tone
        color += 0.5
        pixels[chosen, channel] = color
    window[:] = pixels.reshape(window.shape)


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
        """Set the colours: uint8 of shape (rows, columns, 3), top row first."""
        self._colors = colors
        self.stale = True

    def draw(self, renderer: Any) -> None:
        """Stretch the colours over the axes' pixels."""
        canvas = canvas_of(renderer)
        assert isinstance(self.axes, Axes)
        left, top, right, bottom = _window(self.axes, canvas.shape)
        if self._colors is None or not self.get_visible() or right <= left or bottom <= top:
            return
        size = (right - left, bottom - top)
        canvas[top:bottom, left:right, :3] = np.asarray(
            Image.fromarray(self._colors).resize(size, Image.Resampling.BILINEAR)
        )
