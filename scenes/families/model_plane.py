"""The part of a grid over the plane that is drawn: its points and a little air, in the shape of a box."""

from dataclasses import dataclass

import numpy as np

from animviz import Recording
from animviz.analysis.models import axes_of
from animviz.arrays import Array

__all__ = ["GridPlane"]

AIR = 0.15  # of the extent of the points, around them in all


@dataclass(frozen=True)
class GridPlane:
    """The grid over the plane, and where its points lie.

    Attributes:
        xs: coordinates of the columns.
        ys: coordinates of the rows.
        middle: of the points, (x, y).
        extent: of the points with air around them, (width, height).
    """

    xs: Array
    ys: Array
    middle: Array
    extent: Array

    @classmethod
    def of(cls, recording: Recording) -> "GridPlane":
        """Return the plane of a recording; see `animviz.analysis.models.is_models`."""
        xs, ys = axes_of(recording)
        low, high = (end(recording.extras["points"], axis=0) for end in (np.min, np.max))
        cell = np.array([xs[1] - xs[0], ys[1] - ys[0]])
        return cls(xs, ys, (low + high) / 2, np.maximum((1 + AIR) * (high - low), 2 * cell))

    def scale(self, width: float, height: float) -> float:
        """Return how large the points are drawn in a box: units for one of the plane."""
        return float(min(width / self.extent[0], height / self.extent[1]))

    def seen(self, width: float, height: float) -> tuple[slice, slice]:
        """Return the rows and columns that fill a box, as far as the grid goes, with its points in the middle."""
        across, down = np.array([width, height]) / self.scale(width, height)
        return _around(self.ys, self.middle[1], down), _around(self.xs, self.middle[0], across)


def _around(places: Array, middle: float, length: float) -> slice:
    """Return the places that lie in a stretch, moved where it would begin before the first or end behind the last."""
    step = float(places[1] - places[0])
    count = min(len(places), max(2, round(length / step)))
    first = round((middle - length / 2 - float(places[0])) / step + 0.5)
    first = min(max(0, first), len(places) - count)
    return slice(first, first + count)
