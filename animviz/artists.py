"""Artists that paint straight into the Agg buffer: point clouds, thin strokes and colour fields.

matplotlib's own ways cost 14 ms for 40,000 points (and snap them to whole pixels), 4 ms for the 42 lines of a bent
grid, and several for an image. These place everything at sub-pixel positions and take a fraction of that.
"""

from functools import reduce
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from numpy.typing import NDArray
from PIL import Image

__all__ = ["Field", "PointCloud", "Strokes", "canvas_of"]

Float = NDArray[np.float32]
Index = NDArray[np.intp]
PHASES = 8  # sub-pixel positions along each axis for which a stamp is kept


def canvas_of(renderer: Any) -> NDArray[np.uint8]:
    """Return the renderer's pixels, a writable uint8 view of shape (height, width, 4), top row first."""
    return np.asarray(renderer.buffer_rgba())


class PointCloud(Artist):
    """Many round points in the colours of their classes, at sub-pixel positions.

    Where points of several classes fall on one pixel their colours mix in proportion, so that none hides another and
    the order of the points does not matter.

    Args:
        axes: where they live, with linear scales; points outside are not drawn.
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
        self._covered: tuple[slice, slice, Float] | None = None
        axes.add_artist(self)

    def set_positions(self, xy: NDArray[Any]) -> None:
        """Move the points: data coordinates of shape (points, 2)."""
        self._xy = xy
        self._covered = None
        self.stale = True

    def draw(self, renderer: Any) -> None:
        """Stamp the points into the renderer's buffer."""
        if not self.get_visible() or not len(self._xy):
            return
        window = _window(self.axes, canvas_of(renderer))
        if self._covered is None:
            self._covered = self._cover(*_pixels(self.axes, self._xy, renderer), *window.shape[:2])
        rows, columns, cover = self._covered
        if cover.size:
            _blend(window[rows, columns], cover, self._palette)

    def _cover(self, x: Float, y: Float, height: int, width: int) -> tuple[slice, slice, Float]:
        """Add up the stamps of all points in the window; return the rows and columns touched, and their coverage."""
        # A stamp lies inside the axes or is left out: cut ones would need a margin that is added and cut off again.
        reach = self._stamps.shape[1] // 2
        with np.errstate(invalid="ignore"):
            inside = (x >= reach) & (x < width - reach) & (y >= reach) & (y < height - reach)
        classes = self._classes
        if not inside.all():
            x, y, classes = x[inside], y[inside], classes[inside]
        column, row = x.astype(np.intp), y.astype(np.intp)
        rows, columns = _span(row, reach), _span(column, reach)
        high, wide = rows.stop - rows.start, columns.stop - columns.start
        phase = ((y - row) * PHASES).astype(np.intp) * PHASES + ((x - column) * PHASES).astype(np.intp)
        cell = classes * (high * wide) + (row - rows.start) * wide + (column - columns.start)
        cover = np.zeros(len(self._palette) * high * wide, dtype=np.float32)
        for down in range(-reach, reach + 1):
            for right in range(-reach, reach + 1):
                weight = self._stamps[:, down + reach, right + reach]
                if weight.any():
                    np.add.at(cover, cell + (down * wide + right), weight[phase])
        return rows, columns, cover.reshape(len(self._palette), high * wide)


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
        self._color = np.array([to_rgb(color)], dtype=np.float32) * 255
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
        window = _window(self.axes, canvas_of(renderer))
        height, width = window.shape[:2]
        x, y = _pixels(self.axes, self._xy, renderer)
        cover = np.zeros(height * width, dtype=np.float32)
        with np.errstate(invalid="ignore"):
            steep = np.abs(np.diff(y)) > np.abs(np.diff(x))
        self._sweep(cover, x, y, ~steep, (width, height), (1, width))
        self._sweep(cover, y, x, steep, (height, width), (width, 1))
        _blend(window, cover[None], self._color)

    def _sweep(
        self, cover: Float, along: Float, across: Float, chosen: NDArray[np.bool_], limits: tuple[int, int],
        strides: tuple[int, int],
    ) -> None:  # fmt: skip
        """Add the chosen segments, which run mainly along the first of two directions."""
        start, end = np.minimum(along[:-1], along[1:]), np.maximum(along[:-1], along[1:])
        with np.errstate(invalid="ignore", divide="ignore"):
            slope = np.diff(across) / np.diff(along)
            first = np.clip(np.ceil(start - 0.5), 0, limits[0])
            count = np.clip(np.ceil(end - 0.5), 0, limits[0]) - first
        kept = np.flatnonzero(chosen & (count > 0))  # a comparison with NaN is false: gaps between lines fall out
        times = count[kept].astype(np.intp)
        segment = np.repeat(kept, times)
        place = np.arange(len(segment)) - np.repeat(np.cumsum(times) - times, times)
        pixel = first[segment].astype(np.intp) + place
        tilt = slope[segment]
        middle = across[segment] + (pixel.astype(np.float32) + np.float32(0.5) - along[segment]) * tilt
        half = np.float32(self._width / 2) * np.sqrt(1 + tilt * tilt, dtype=np.float32)
        low, high = middle - half, middle + half
        # What lies far outside is drawn nowhere; the cast to whole numbers must not overflow on the way.
        edge = np.floor(np.clip(low, -8, limits[1] + 8))
        cell = pixel * strides[0] + edge.astype(np.intp) * strides[1]
        taps = int(np.ceil(self._width * np.sqrt(2))) + 1
        for _ in range(taps):
            weight = np.clip(np.minimum(high, edge + 1) - np.maximum(low, edge), 0, 1)
            weight[(edge < 0) | (edge >= limits[1])] = 0
            # All in float32: numpy adds at indices ten times slower where it has to convert.
            np.add.at(cover, np.where(weight > 0, cell, 0), weight)
            cell += strides[1]
            edge += 1


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
        window = _window(self.axes, canvas_of(renderer))
        if self._colors is None or not self.get_visible() or not window.size:
            return
        rows, columns = self._colors.shape[:2]
        # RGBX and not RGBA, which Pillow would multiply by its alpha and divide again.
        picture = Image.frombuffer("RGBX", (columns, rows), self._colors.tobytes(), "raw", "RGBX", 0, 1)
        window[:] = np.asarray(picture.resize(window.shape[1::-1], Image.Resampling.BILINEAR))


def _window(axes: Any, canvas: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the part of the canvas that the axes fill, a view."""
    left, top = _corner(axes, canvas.shape[0])
    right, bottom = round(axes.bbox.x1), canvas.shape[0] - round(axes.bbox.y0)
    return canvas[max(0, top) : bottom, max(0, left) : right]


def _corner(axes: Any, height: int) -> tuple[int, int]:
    return round(axes.bbox.x0), height - round(axes.bbox.y1)


def _pixels(axes: Any, xy: NDArray[Any], renderer: Any) -> tuple[Float, Float]:
    """Return data coordinates in pixels to the right of and below the axes' top left corner.

    The axes are linear, so two points give the transform; in float32 a place is off by under a thousandth of a pixel.
    """
    height = renderer.height
    left, top = _corner(axes, int(height))
    (x0, y0), (x1, y1) = axes.transData.transform([(0, 0), (1, 1)]).astype(np.float32)
    x = xy[:, 0].astype(np.float32) * (x1 - x0) + np.float32(x0 - max(0, left))
    y = xy[:, 1].astype(np.float32) * (y0 - y1) + np.float32(height - y0 - max(0, top))
    return x, y


def _span(cells: Index, reach: int) -> slice:
    """Return the run of rows or columns that points in these cells touch."""
    return slice(int(cells.min()) - reach, int(cells.max()) + reach + 1) if len(cells) else slice(0, 0)


def _stamps(radius: float) -> Float:
    """Return the coverage of a disc at each sub-pixel position, shape (PHASES * PHASES, size, size)."""
    reach = int(np.ceil(radius + 0.5))
    pixel = np.arange(-reach, reach + 1, dtype=np.float32)
    phase = (np.arange(PHASES, dtype=np.float32) + 0.5) / PHASES - 0.5
    dx = pixel[None, :] - phase[:, None]
    distance = np.hypot(dx[:, None, :, None], dx[None, :, None, :])
    return np.clip(radius + 0.5 - distance, 0, 1).reshape(PHASES**2, pixel.size, pixel.size).astype(np.float32)


def _blend(window: NDArray[np.uint8], cover: Float, palette: Float) -> None:
    """Lay the classes' colours over the window: as opaque as they cover, mixed in proportion.

    Args:
        window: part of the canvas, shape (height, width, 4).
        cover: coverage by class, shape (classes, height * width).
        palette: colours from 0 to 255, shape (classes, 3).
    """
    total = reduce(np.add, cover)
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
