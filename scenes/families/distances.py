"""Samples at their distance from the mean of their class: as images that walk down a ruler, or as points of the plane."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.colors import to_hex, to_rgb

from animviz import Box, Stage
from animviz.analysis.plane import input_limits
from animviz.analysis.spread import Spread
from animviz.arrays import Array
from animviz.parts import PointCloud, Words, cut, heatmap, joined, levels, pair, still

__all__ = ["ImageRulers", "PlaneWalk", "columns_of"]

HEAD, FOOT, AXIS, GAP = 60.0, 34.0, 56.0, 34.0
LIST = 360.0  # width of the names beside a plane
COLUMN, DOTS = 100.0, 24.0  # least width of a column, and what its dots take of it


def columns_of(stage: Stage, room: Box) -> tuple[int, int]:
    """Return how many columns a row of rulers has, and how many rows there are room for."""
    return int((room.width - AXIS) / COLUMN), 2 if stage.height > 1.2 * stage.width else 1


class ImageRulers:
    """A ruler of distance for each class, its mean image at zero, a sample that walks down, dots for all.

    Args:
        stage: where.
        room: for all rulers.
        images: shape (samples, height, width) or (..., 3).
        spreads: of each class that is shown.
        heads: name and counts of each.
    """

    def __init__(
        self, stage: Stage, room: Box, images: Array, spreads: Sequence[Spread], heads: Sequence[tuple[str, str]]
    ) -> None:
        columns, most = columns_of(stage, room)
        rows = min(most, -(-len(spreads) // columns))
        across = -(-len(spreads) // rows)
        farthest = max(float(spread.distances[-1]) for spread in spreads) or 1.0
        self._images, self._spreads = images, spreads
        self._tiles: list[tuple[float, float, Any]] = []
        self._numbers: list[Words] = []
        self._nearest: list[Any] = []
        high = (room.height - (rows - 1) * GAP) / rows
        wide = (room.width - AXIS) / across
        side = min(wide - DOTS - 14, 0.26 * (high - HEAD - FOOT))
        shape = np.array(images.shape[1:3])
        self._shape = side * shape[1] / shape.max(), side * shape[0] / shape.max()
        self._stage, self._side, self._height = stage, side, high - HEAD - FOOT - side
        self._scale = self._height / farthest
        for row in range(rows):
            top = room.top + row * (high + GAP) + HEAD + side / 2
            self._levels(Box(room.left, top, room.width, self._height), farthest)
        for place, (spread, head) in enumerate(zip(spreads, heads, strict=True)):
            left, top = room.left + AXIS + place % across * wide, room.top + place // across * (high + GAP)
            self._ruler(Box(left, top, wide, high), spread, head, farthest)
        pair(stage, "distance", lambda: [number.texts[0] for number in self._numbers], self._marked)

    def show(self, progress: float) -> None:
        """Show the samples that a walk from the nearest to the farthest has come to."""
        stage, (width, height) = self._stage, self._shape
        for spread, (left, zero, artist), first, number in zip(
            self._spreads, self._tiles, self._nearest, self._numbers, strict=True
        ):
            place = spread.place(progress)
            top = zero + self._scale * spread.distances[place] - height / 2
            size = (width / stage.width, height / stage.height)
            artist.axes.set_position((left / stage.width, 1 - top / stage.height - size[1], *size))
            artist.set_values(self._images[spread.order[place]])
            walked = self._scale * (spread.distances[place] - spread.distances[0])
            first.set_visible(height < self._scale * spread.distances[0] and height < walked)
            number.set_words([f"{spread.distances[place]:.1f}"])

    def _ruler(self, box: Box, spread: Spread, head: tuple[str, str], farthest: float) -> None:
        stage, zero = self._stage, box.top + HEAD + self._side / 2
        stage.text(box.left, box.top + 20, cut(stage, head[0], box.width - 12, weight="medium"), weight="medium")
        stage.text(box.left, box.top + 48, cut(stage, head[1], box.width - 12), color=stage.theme.quiet)
        axes = stage.axes(Box(box.left + self._side + 8, zero, DOTS - 6, self._height), (0, 1), (farthest, 0))
        shift = np.random.default_rng(0).uniform(0.15, 0.85, len(spread.distances))
        size = stage.points(4 if len(shift) < 200 else 3)
        style: dict[str, Any] = {"markersize": size, "markeredgewidth": 0, "clip_on": False}
        axes.plot(shift, spread.distances, "o", color=stage.theme.quiet, **style)
        wide, high = self._shape
        still(stage, Box(box.left, zero - high / 2, wide, high), spread.mean)
        below = zero + float(spread.distances[0]) * self._scale - high / 2
        nearest, _ = heatmap(stage, Box(box.left, below, wide, high), spread.mean.shape[:2], kind="gray")
        nearest.set_values(self._images[spread.order[0]])
        self._nearest.append(nearest)
        artist, _ = heatmap(stage, Box(box.left, box.top, wide, high), spread.mean.shape[:2], kind="gray")
        self._tiles.append((box.left, zero, artist))
        self._numbers.append(Words(stage, [(box.left, box.bottom - 6)], weight="medium"))

    def _levels(self, box: Box, farthest: float) -> None:
        """Draw quiet lines at round distances, with their numbers at the left."""
        stage = self._stage
        axes = stage.axes(box, (0, 1), (farthest, 0))
        for level in levels(0, farthest):
            axes.plot(
                [AXIS / box.width, 1], [level, level], color=stage.theme.grid, linewidth=stage.points(1), clip_on=False
            )
            stage.text(
                box.left + AXIS - 14,
                box.top + level * self._scale + 8,
                f"{level:g}",
                color=stage.theme.quiet,
                align="right",
            )

    def _marked(self) -> list[float]:
        """Return how far below zero the tiles stand, in the unit of the ruler."""
        middles = [artist.axes.get_position().bounds for _, _, artist in self._tiles]
        tops = [self._stage.height * (1 - bottom - height / 2) for _, bottom, _, height in middles]
        return [(top - zero) / self._scale for top, (_, zero, _) in zip(tops, self._tiles, strict=True)]


class PlaneWalk:
    """Points of the plane that light up from the nearest to the mean of their class to the farthest.

    Args:
        stage: where.
        room: for plane and names.
        points: shape (samples, 2).
        spreads: of each class.
        heads: name and counts of each.
    """

    def __init__(
        self, stage: Stage, room: Box, points: Array, spreads: Sequence[Spread], heads: Sequence[tuple[str, str]]
    ) -> None:
        wide = stage.width > 1.2 * stage.height
        side = room.height if wide else min(room.width, room.height - 34 * len(heads) - 60)
        self._points, self._spreads = points, spreads
        classes = np.full(len(points), -1)
        for number, spread in enumerate(spreads):
            classes[spread.order] = number
        if wide:  # plane and names in the middle
            room = Box(room.left + (room.width - side - 40 - LIST) / 2, room.top, side + 40 + LIST, room.height)
        axes = stage.axes(Box(room.left, room.top, side, side), *input_limits(points))
        palette = stage.theme.palette(max(2, len(spreads)))
        ground = np.array(to_rgb(stage.theme.background))
        radius = max(0.9, (1.6 if len(points) > 4000 else 3.0) * stage.pixel)
        everywhere, self._lit = (
            PointCloud(axes, classes, colors.astype(np.float32), radius)
            for colors in (ground + 0.3 * (palette - ground), palette)
        )
        everywhere.set_positions(points)
        stage.moves(everywhere, self._lit)
        self._ways = stage.line(axes, stage.theme.ink, 2.5)
        means = np.array([spread.mean for spread in spreads])
        dots = stage.line(axes, stage.theme.ink, 0, marker="o", markersize=stage.points(12), markeredgewidth=0)
        dots.set_data(*means.T)
        box = Box(room.left + side + 40, room.top, room.right - room.left - side - 40, room.height)
        box = box if wide else Box(room.left, room.top + side + 16, room.width, room.bottom - room.top - side - 16)
        stage.text(box.right, box.top + 22, "distance", color=stage.theme.quiet, align="right")
        self._numbers = []
        for row, ((name, count), color) in enumerate(zip(heads, palette, strict=False)):
            base = box.top + 56 + 34 * row
            stage.dot(box.left + 8, base - 8, 16, to_hex(color))
            stage.text(box.left + 26, base, cut(stage, f"{name}: {count}", box.width - 100))
            self._numbers.append(Words(stage, [(box.right, base)], weight="medium", align="right"))
        pair(stage, "distance", lambda: [number.texts[0] for number in self._numbers], self._marked)

    def show(self, progress: float) -> None:
        """Show the samples that a walk from the nearest to the farthest has come to."""
        lit, ends = np.full((len(self._points), 2), np.nan), []
        for spread, number in zip(self._spreads, self._numbers, strict=True):
            place = spread.place(progress)
            lit[spread.order[: place + 1]] = self._points[spread.order[: place + 1]]
            ends.append(np.stack([spread.mean, self._points[spread.order[place]]]))
            number.set_words([f"{spread.distances[place]:.2f}"])
        self._lit.set_positions(lit)
        self._ways.set_data(*joined(ends).T)

    def _marked(self) -> list[float]:
        """Return how long the lines from the means are."""
        ends = np.asarray(self._ways.get_xydata(), float)
        return [float(np.hypot(*(ends[3 * k + 1] - ends[3 * k]))) for k in range(len(self._spreads))]
