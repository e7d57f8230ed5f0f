"""Points of the plane, and a circle around the mean of each class that grows over them; their distances in rows beside it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.colors import to_hex
from numpy.typing import NDArray

from animviz import Box, Stage
from animviz.analysis.plane import input_limits
from animviz.analysis.spread import Spread
from animviz.arrays import Array
from animviz.parts import PointCloud

from .distance_rows import DistanceRows

__all__ = ["DistancePlane"]

GAP, ROW = 44.0, 64.0  # units between plane and rows, and of a row below the plane at most
LEAST = 0.45  # share of the height that a plane over rows takes at least
MEAN, RIM = 18.0, 14.0  # units of diameter of a mean, and more for each that lies on it
DASH = 4.0  # length of a dash, in widths of a circle
FAINT = 0.3  # share of a point's colour until it is lit
TURN = np.linspace(0, 2 * np.pi, 181)


class DistancePlane:
    """Points that light up when the circle of their class comes to them.

    Args:
        stage: where.
        room: for plane and names.
        points: shape (samples, 2).
        spreads: of each class.
        names: of these classes.
        counts: how many samples each has, where that is to be said.
        palette: colours of these classes, RGB in [0, 1], shape (classes, 3).
    """

    def __init__(
        self, stage: Stage, room: Box, points: Array, spreads: Sequence[Spread], names: Sequence[str],
        counts: Sequence[str], palette: Array,
    ) -> None:  # fmt: skip
        self._spreads = spreads
        self._points = np.concatenate([points[spread.order] for spread in spreads])
        self._distances = np.concatenate([spread.distances for spread in spreads])
        self._means = np.array([spread.mean for spread in spreads])
        wide = stage.width > 1.2 * stage.height
        low = max(LEAST * room.height, room.height - ROW * (len(names) + 1) - GAP)
        side = room.height if wide else min(room.width, low)
        self._set_up_plane(
            stage, Box(room.left + (0 if wide else (room.width - side) / 2), room.top, side, side), palette
        )
        beside = Box(room.left + side + GAP, room.top, room.width - side - GAP, room.height)
        below = Box(room.left, room.top + side + 16, room.width, room.height - side - 16)
        self._rows = DistanceRows(stage, beside if wide else below, None, spreads, names, counts, palette)

    def show(self, reach: float) -> None:
        """Show the samples up to a distance from the mean of their class, with the circles there."""
        self._lit.set_positions(np.where(self._distances[:, None] <= reach, self._points, np.nan))
        around = reach * np.stack([np.cos(TURN), np.sin(TURN)], axis=1)
        for circle, mean in zip(self._circles, self._means, strict=True):
            circle.set_data(*(mean + around).T)
        self._rows.show(reach)

    def _set_up_plane(self, stage: Stage, box: Box, palette: Array) -> None:
        axes = stage.axes(box, *input_limits(self._points), color=stage.theme.mix(stage.theme.grid, 0.18))
        classes = np.repeat(np.arange(len(self._spreads)), [len(spread.order) for spread in self._spreads])
        radius = max(0.9, (1.6 if len(classes) > 4000 else 3.0) * stage.pixel)
        everywhere, self._lit = (
            PointCloud(
                axes, classes, np.array([stage.theme.mix(color, share) for color in palette], np.float32), radius
            )
            for share in (FAINT, 1.0)
        )
        everywhere.set_positions(self._points)
        stage.moves(everywhere, self._lit)
        units = box.width / (axes.get_xlim()[1] - axes.get_xlim()[0])
        near = np.linalg.norm(self._means[:, None] - self._means, axis=2) * units < MEAN / 2
        self._circles = [stage.line(axes, to_hex(palette[k]), 3, **_dashes(near[k], k)) for k in range(len(near))]
        for k, (mean, color) in enumerate(zip(self._means, palette, strict=True)):
            size = stage.points(MEAN + RIM * near[k, k + 1 :].sum())  # those that lie on it leave a rim
            dot = stage.line(
                axes, to_hex(color), 0, marker="o", markersize=size, markeredgewidth=stage.points(3),
                markeredgecolor=stage.theme.ink,
            )  # fmt: skip
            dot.set_data(*mean[:, None])


def _dashes(near: NDArray[np.bool_], number: int) -> dict[str, Any]:
    """Return the style of a circle: where others have its middle, and so its line, each has its share of dashes."""
    count, turn = int(near.sum()), int(near[:number].sum())
    if count == 1:
        return {}
    return {"linestyle": (-DASH * turn, (DASH, DASH * (count - 1))), "dash_capstyle": "butt"}
