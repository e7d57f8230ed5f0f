"""Three hidden units in space, seen from a view that swings slowly."""

import numpy as np

from animviz.arrays import Array
from animviz.moment import Moment
from animviz.recording.state import State

__all__ = ["Orbit", "plane_cut"]


class Orbit:
    """Three units: an orthographic view that swings to and fro about the third axis, once in 24 seconds.

    It looks along the plane in which the answer of two classes flips in the end, a little from the side.
    """

    equal = True
    axes = "its three units in space"
    PERIOD = 24.0
    TILT, ASIDE, SWING = np.radians((24, 30, 16))

    def __init__(self, span: tuple[float, float], normal: Array | None) -> None:
        self._middle = (span[0] + span[1]) / 2
        self._half = (span[1] - span[0]) / 2
        self._begin = 0.6 if normal is None else float(self.ASIDE - np.arctan2(normal[1], normal[0]))
        self.limits = (-1.5, 1.5), (-1.64, 1.64)

    def place(self, state: State, moment: Moment, hidden: Array, inputs: Array) -> Array:
        """See `Projection`."""
        return self._turned(hidden, self.SWING * np.sin(2 * np.pi * moment.seconds / self.PERIOD))

    def _turned(self, hidden: Array, swing: float) -> Array:
        x, y, z = ((hidden - self._middle) / self._half).T
        angle = self._begin - swing  # first towards the edge of the plane of the flip, where the sides are seen apart
        right = x * np.cos(angle) - y * np.sin(angle)
        depth = x * np.sin(angle) + y * np.cos(angle)
        return np.stack([right, z * np.cos(self.TILT) + depth * np.sin(self.TILT)], axis=1)

    def lift(self, state: State, places: Array) -> Array | None:
        """See `Projection`."""
        return None

    def named_edges(self) -> Array:
        """Return where the names of the units stand, shape (3, 3): at the middles of two edges of the cube, and on top of one."""
        middles = np.array([edge.mean(axis=0) for edge in self.cube()])
        seen = self._turned(middles, 0.0)
        along = np.array([np.flatnonzero(edge[0] != edge[1])[0] for edge in self.cube()])
        lowest = [min(np.flatnonzero(along == unit), key=lambda edge: seen[edge, 1]) for unit in range(2)]
        leftmost = min(np.flatnonzero(along == 2), key=lambda edge: seen[edge, 0])
        top = self.cube()[leftmost][1]
        return np.asarray([*middles[lowest], top])

    def cube(self) -> list[Array]:
        """Return the twelve edges of the cube of possible activations, each of shape (2, 3)."""
        return _edges(np.full(3, self._middle), self._half)

    def cut(self, normal: Array, offset: float) -> Array:
        """Return where the plane normal·h + offset = 0 cuts the cube; see `plane_cut`."""
        return plane_cut(np.full(3, self._middle), self._half, normal, offset)


def plane_cut(middle: Array, half: float, normal: Array, offset: float) -> Array:
    """Return the polygon in which a plane cuts a cube, shape (corners, 3), in order; without corners where it does not.

    Args:
        middle: of the cube, shape (3,).
        half: half of its side.
        normal: of the plane normal·h + offset = 0, shape (3,).
        offset: of the plane.
    """
    found = []
    for start, end in _edges(middle, half):
        a, b = start @ normal + offset, end @ normal + offset
        if (a > 0) != (b > 0):
            found.append(start + (end - start) * a / (a - b))
    if len(found) < 3:
        return np.empty((0, 3))
    points = np.array(found)
    arms = points - points.mean(axis=0)
    across = np.cross(normal, arms[0])
    order = np.argsort(np.arctan2(arms @ across / np.linalg.norm(across), arms @ arms[0] / np.linalg.norm(arms[0])))
    return points[order]


def _edges(middle: Array, half: float) -> list[Array]:
    """Return the twelve edges of a cube, each of shape (2, 3)."""
    corners = np.array(np.meshgrid(*[[-1, 1]] * 3)).reshape(3, 8).T * half + middle
    pairs = [(a, b) for a in range(8) for b in range(a + 1, 8) if (corners[a] != corners[b]).sum() == 1]
    return [corners[list(pair)] for pair in pairs]
