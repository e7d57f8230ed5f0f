"""A camera that moves through space, and points that look smaller and fainter the farther they are."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from animviz import Stage
from animviz.arrays import Array
from animviz.parts import PointCloud

__all__ = ["DeepPoints", "View", "between", "eased"]

LAYERS = 5  # of depth; the middle one is the plane of the picture
LEAST, MOST = 0.72, 1.28  # sizes of the farthest and the nearest points
DIM = 0.5  # share of a point's colour that is left where it is farthest


def eased(share: float) -> float:
    """Return a share of a motion that begins and ends gently."""
    return share * share * (3 - 2 * share)


@dataclass(frozen=True)
class View:
    """From where space is seen: orthographic.

    Attributes:
        middle: what is in the middle of the picture, shape (3,).
        radius: how far from there the picture reaches.
        turn: about the third axis, in radians.
        tilt: from straight above to the side, in radians.
    """

    middle: Array
    radius: float
    turn: float = 0.0
    tilt: float = 0.0

    def seen(self, places: Array) -> Array:
        """Return places (points, 3) as (points, 3): to the right, upwards and nearer, in shares of the radius."""
        x, y, z = ((places - self.middle) / self.radius).T
        right = x * np.cos(self.turn) - y * np.sin(self.turn)
        away = x * np.sin(self.turn) + y * np.cos(self.turn)
        up = away * np.cos(self.tilt) + z * np.sin(self.tilt)
        near = z * np.cos(self.tilt) - away * np.sin(self.tilt)
        return np.stack([right, up, near], axis=1)


def between(first: View, last: View, share: float) -> View:
    """Return the view on the way from one to another, at a share from 0 to 1."""

    def mixed(a: float, b: float) -> float:
        return a + share * (b - a)

    radius = float(np.exp(mixed(np.log(first.radius), np.log(last.radius))))
    middle = first.middle + share * (last.middle - first.middle)
    return View(middle, radius, mixed(first.turn, last.turn), mixed(first.tilt, last.tilt))


class DeepPoints:
    """Points in space: the nearer, the larger and the stronger.

    Args:
        stage: where.
        axes: of the picture.
        classes: class number of each point, shape (points,).
        palette: RGB in [0, 1] of each class.
        radius: of a point in the plane of the picture, in units.
    """

    def __init__(self, stage: Stage, axes: Axes, classes: Array, palette: Array, radius: float) -> None:
        ground = np.array(stage.theme.mix(stage.theme.background, 1.0))
        self._clouds = []
        for layer in range(LAYERS):
            share = layer / (LAYERS - 1)
            size = radius * (LEAST + share * (MOST - LEAST))
            tone = min(1.0, DIM + 2 * share * (1 - DIM))
            colors = (ground + tone * (palette - ground)).astype(np.float32)
            cloud = PointCloud(axes, classes, colors, max(0.8, size * stage.pixel))
            stage.moves(cloud)
            self._clouds.append(cloud)

    def show(self, seen: Array) -> None:
        """Show the points: to the right, upwards and nearer, shape (points, 3)."""
        layer = np.clip(np.rint((seen[:, 2] + 1) / 2 * (LAYERS - 1)), 0, LAYERS - 1)
        for number, cloud in enumerate(self._clouds):
            cloud.set_positions(np.where((layer == number)[:, None], seen[:, :2], np.nan).astype(np.float32))
