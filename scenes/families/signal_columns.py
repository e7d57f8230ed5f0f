"""Columns of a network from its input to its output: few units as nodes, many as cells, maps side by side, images."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from animviz import Box, Stage
from animviz.arrays import Array
from animviz.parts import heatmap, tiled

__all__ = ["Cells", "ColumnView", "column_view", "columns_in"]

FEW = 12  # units that are drawn as nodes
NODE, APART, STRIP = 64.0, 120.0, 104.0  # units: diameter of a node, from one to the next, width of many units, at most
TALL = 0.24  # of the height, from one node to the next in tall rooms
HEAD = 44.0  # units above the columns for what they are called
LEAST, SHARE = 60.0, 0.3  # units of an image's side at least, and share of the width that it takes at most
THIN = 40.0  # units of many units' width at least
GROUND = 0.35  # strength of what is behind cells


class ColumnView(ABC):
    """The units of a layer, bright by what they put out, in the colour of the error where it has come back.

    Args:
        stage: where.
        ground: what stands behind a unit that puts out nothing.
        scales: the largest value and the largest error that there are.

    Attributes:
        places: middle of each unit, shape (units, 2).
        top: of the units.
    """

    places: Array
    top: float

    def __init__(self, stage: Stage, ground: tuple[float, float, float], scales: tuple[float, float]) -> None:
        theme = stage.theme
        self._ground, self._scales = np.array(ground), scales
        self._ink, self._warm = (np.array(theme.mix(color, 1)) for color in (theme.ink, theme.positive))

    def show(self, values: Array, errors: Array, bright: float, back: float) -> None:
        """Show what the units put out, and the error.

        Args:
            values: shape (units,).
            errors: likewise.
            bright: how strongly values are seen, from 0 to 1.
            back: how strongly errors are seen, from 0 to 1.
        """
        value, error = (
            np.clip(np.abs(part) / scale, 0, 1)[:, None]
            for part, scale in zip((values, errors), self._scales, strict=True)
        )
        colors = self._ground + bright * value * (self._ink - self._ground)
        self._paint(colors + back * error * (self._warm - colors))

    @abstractmethod
    def put(self) -> None:
        """Draw what stands over the links."""

    @abstractmethod
    def _paint(self, colors: Array) -> None:
        """Give the units their colours, RGB of shape (units, 3)."""


class Nodes(ColumnView):
    """Few units, one below the other.

    Args:
        stage: see `ColumnView`.
        box: room; they stand in its middle.
        order: unit at each place.
        scales: see `ColumnView`.
    """

    def __init__(self, stage: Stage, box: Box, order: NDArray[np.intp], scales: tuple[float, float]) -> None:
        super().__init__(stage, stage.theme.mix(stage.theme.background, 1), scales)
        step = min(max(APART, TALL * box.height), box.height / len(order))
        tops = box.top + box.height / 2 + step * (np.argsort(order) - (len(order) - 1) / 2)
        self.places = np.stack([np.full(len(order), box.left + box.width / 2), tops], axis=1)
        self._stage, self._size = stage, min(NODE, 0.76 * step)
        self.top = float(tops.min()) - self._size / 2

    def put(self) -> None:
        """Draw the nodes."""
        stage = self._stage
        self._nodes = stage.overlay().scatter(
            self.places[:, 0], self.places[:, 1], s=stage.points(self._size) ** 2, linewidths=stage.points(2.5),
            edgecolors=stage.theme.quiet,
        )  # fmt: skip
        stage.moves(self._nodes)

    def _paint(self, colors: Array) -> None:
        self._nodes.set_facecolor(list(map(tuple, colors)))


class Cells(ColumnView):
    """Many units as cells.

    Args:
        stage: see `ColumnView`.
        box: room.
        numbers: unit in each cell, (rows, columns); -1 where there is none.
        scales: see `ColumnView`.
    """

    def __init__(self, stage: Stage, box: Box, numbers: NDArray[np.intp], scales: tuple[float, float]) -> None:
        super().__init__(stage, stage.theme.mix(stage.theme.grid, GROUND), scales)
        self._numbers, self._there = numbers, numbers >= 0
        self._cells, place = heatmap(stage, box, numbers.shape)
        self.top = place.top
        rows, columns = np.nonzero(self._there)
        cell = place.width / numbers.shape[1]
        self.places = np.empty((len(rows), 2))
        self.places[numbers[rows, columns]] = np.stack(
            [place.left + (columns + 0.5) * cell, place.top + (rows + 0.5) * cell], axis=1
        )

    def put(self) -> None:
        """Draw nothing: links end within cells."""

    def _paint(self, colors: Array) -> None:
        cells = np.full((*self._numbers.shape, 3), np.nan)
        cells[self._there] = colors[self._numbers[self._there]]
        self._cells.set_values(cells)


def column_view(
    stage: Stage, box: Box, shape: tuple[int, ...], order: NDArray[np.intp], scales: tuple[float, float]
) -> ColumnView:
    """Return the view of a layer.

    Args:
        stage: where.
        box: room.
        shape: of the values, channels last.
        order: of the units of a layer that has no places.
        scales: see `ColumnView`.
    """
    if is_few(shape):
        return Nodes(stage, box, order, scales)
    if len(shape) == 1:
        columns = max(1, round(np.sqrt(shape[0] * box.width / box.height)))
        cells = np.full(-(-shape[0] // columns) * columns, -1, np.intp)
        cells[: shape[0]] = order
        return Cells(stage, box, cells.reshape(-1, columns), scales)
    numbers = tiled(np.arange(int(np.prod(shape)), dtype=np.float32).reshape(shape))
    return Cells(stage, box, np.where(np.isfinite(numbers), numbers, -1).astype(np.intp), scales)


def is_few(shape: tuple[int, ...]) -> bool:
    """Say whether values of a shape are drawn as nodes."""
    return len(shape) == 1 and shape[0] <= FEW


def columns_in(room: Box, shapes: Sequence[tuple[int, ...]]) -> list[Box]:
    """Return boxes for columns from left to right: images as large as leaves gaps between them, units as high strips.

    Args:
        room: for all of them.
        shapes: of their values, channels last.
    """
    places = np.array([len(shape) > 1 for shape in shapes])
    few = np.array([is_few(shape) for shape in shapes])
    strip = float(np.clip(0.09 * room.width, THIN, STRIP))
    gap = np.clip((0.07 if places.sum() > 1 else 0.1) * room.width, 30, 130)
    free = room.width - gap * (len(shapes) - 1) - NODE * few.sum() - strip * (~few & ~places).sum()
    side = float(np.clip(free / max(1, places.sum()), LEAST, min(room.height - HEAD, SHARE * room.width)))
    widths = np.where(places, side, np.where(few, NODE, strip))
    apart = (room.width - widths.sum()) / (len(shapes) - 1)
    lefts = room.left + np.cumsum([0, *(widths[:-1] + apart)])
    height = room.height - HEAD
    heights = np.where(places, np.minimum(widths, height), height)
    return [
        Box(float(left), float(room.top + HEAD + (height - tall) / 2), float(width), float(tall))
        for left, width, tall in zip(lefts, widths, heights, strict=True)
    ]
