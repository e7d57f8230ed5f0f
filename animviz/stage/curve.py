"""A curve up to the present moment, with a dot at its end.

`matplotlib.lines.Line2D` takes twice as long. It also puts its markers on whole pixels, so that a slow dot jerks.
"""

from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, IdentityTransform
from numpy.typing import ArrayLike

__all__ = ["Curve"]

_CIRCLE = Path.unit_circle()


class Curve(Artist):
    """A line through points with a dot on the last one. It is not clipped to the axes.

    Args:
        axes: to which it belongs.
        color: of line and dot.
        width: of the line in points.
        dot: diameter of the dot in points.
        dash: lengths of dashes and gaps, in widths of the line; by default the line is solid.
    """

    def __init__(self, axes: Axes, color: Any, width: float, dot: float, dash: tuple[float, ...] = ()) -> None:
        super().__init__()
        self._rgba, self._width, self._dot = to_rgba(color), width, dot
        self._dash = [width * length for length in dash]
        self._xy = np.empty((0, 2))
        axes.add_artist(self)

    def set_data(self, x: ArrayLike, y: ArrayLike) -> None:
        """Set the points, data coordinates of shape (points,) each. A point that is not finite leaves a gap."""
        self._xy = np.stack([np.asarray(x, np.float64), np.asarray(y, np.float64)], axis=1)
        self.stale = True

    @property
    def end(self) -> tuple[float, float]:
        """Where the dot is, in data coordinates; not finite where there is none."""
        x, y = self._xy[-1] if len(self._xy) else (np.nan, np.nan)
        return float(x), float(y)

    def draw(self, renderer: Any) -> None:
        """Draw line and dot into the renderer."""
        if not self.get_visible() or not len(self._xy):
            return
        pixels = self.axes.transData.transform(self._xy)  # type: ignore[union-attr]
        pen = renderer.new_gc()
        pen.set_foreground(self._rgba, isRGBA=True)
        if len(pixels) > 1:
            pen.set_linewidth(self._width)
            pen.set_joinstyle("round")
            pen.set_capstyle("butt" if self._dash else "round")
            if self._dash:
                pen.set_dashes(0, self._dash)
            renderer.draw_path(pen, Path(pixels), IdentityTransform())
        if np.isfinite(pixels[-1]).all():
            pen.set_linewidth(0)
            radius = renderer.points_to_pixels(self._dot) / 2
            renderer.draw_path(pen, _CIRCLE, Affine2D().scale(radius).translate(*pixels[-1]), self._rgba)
