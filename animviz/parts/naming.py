"""Names of classes on a plane whose points stand still: each beside its own points, and on none."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from animviz.arrays import Array
from animviz.parts.tags import chips
from animviz.sampling import evenly
from animviz.stage.sprites import Sprites
from animviz.stage.stage import Stage

__all__ = ["PlaneNames", "free_places"]

POINTS = 600  # that are looked at
STEP, CLEAR, NEAR, AMPLE = 12.0, 7.0, 24.0, 150.0  # units: of the grid, and to points: least, near enough, far enough


class PlaneNames:
    """The names of the classes, beside their points.

    Args:
        stage: where.
        axes: of the plane.
        points: data coordinates, shape (points, 2).
        labels: class of each point, (points,).
        names: of all classes.
    """

    def __init__(self, stage: Stage, axes: Axes, points: Array, labels: Array, names: Sequence[str]) -> None:
        box = axes.bbox
        low, high = np.array([box.x0, stage.size[1] - box.y1]), np.array([box.x1, stage.size[1] - box.y0])
        chosen, tags = chips(stage, names, float(np.prod((high - low) / stage.pixel)))
        pixels = np.array(axes.transData.transform(points))
        pixels[:, 1] = stage.size[1] - pixels[:, 1]
        sizes = np.array([tag.shape[1::-1] for tag in tags], float).reshape(-1, 2) / stage.pixel
        places = free_places(pixels / stage.pixel, labels, chosen, sizes, (low / stage.pixel, high / stage.pixel))
        Sprites(stage, tags).set_middles(places * stage.pixel)


def free_places(points: Array, labels: Array, classes: Array, sizes: Array, corners: tuple[Array, Array]) -> Array:
    """Return a place for each name: near its own points, nearer than to others, on no point and on no other name.

    Args:
        points: shape (points, 2).
        labels: class of each point, (points,).
        classes: numbers of those that are named.
        sizes: width and height of each name, shape (classes, 2).
        corners: the upper left and the lower right one of the plane.

    Returns:
        Middles, shape (classes, 2); NaN for a class without points.
    """
    some = evenly(len(points), POINTS)
    points, labels = points[some], labels[some]
    taken: list[tuple[Array, Array]] = []
    found = np.full((len(classes), 2), np.nan)
    for row, (label, size) in enumerate(zip(classes, sizes, strict=True)):
        own = labels == label
        if not own.any():
            continue
        places = _grid(corners[0] + size / 2 + 4, corners[1] - size / 2 - 4)
        apart = _distance(places, points, size)
        near, far = apart[:, own].min(axis=1), np.min(apart[:, ~own], axis=1, initial=1e4)
        on_names = sum(
            (_distance(places, place[None], size + other)[:, 0] < CLEAR for place, other in taken), np.False_
        )
        bad = 1e6 * on_names + 1e4 * (np.minimum(near, far) < CLEAR) + 1e3 * (far < near)
        found[row] = places[np.argmin(bad + np.maximum(near, NEAR) - 0.5 * np.minimum(far, AMPLE))]
        taken.append((found[row], size))
    return found


def _grid(low: Array, high: Array) -> Array:
    """Return places between two corners, shape (places, 2); the middle where there is no room."""
    across, down = (np.arange(a, b, STEP) if b > a else np.array([(a + b) / 2]) for a, b in zip(low, high, strict=True))
    return np.stack(np.meshgrid(across, down), axis=-1).reshape(-1, 2).astype(np.float32)


def _distance(places: Array, points: Array, size: Array) -> Array:
    """Return how far points are from boxes of a size with these middles, shape (places, points)."""
    gaps = [np.maximum(np.abs(places[:, None, k] - points[None, :, k]) - size[k] / 2, 0) for k in range(2)]
    return np.asarray(np.hypot(*gaps))
