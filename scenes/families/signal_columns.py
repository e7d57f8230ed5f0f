"""Columns of a network from its input to its output: few units as nodes, many as cells, maps side by side, images.

In tall frames they are rows, one below the other.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from animviz import Box, Stage
from animviz.arrays import Array
from animviz.parts import Number, Words, heatmap, letters_on, tiled

__all__ = ["Cells", "ColumnView", "column_view", "columns_in", "is_few", "rows_in"]

FEW = 12  # units that are drawn as nodes
NODE, APART, STRIP = 64.0, 120.0, 104.0  # units: diameter of a node, from one to the next, width of many units, at most
LARGE, VALUED, LETTERS = 92.0, 52.0, 20.0  # units: a node with its value in it at most, at least, and of the digits
TALL = 0.24  # of the height, from one node to the next in tall rooms
HEAD = 44.0  # units above the columns for what they are called
LEAST, SHARE = 60.0, 0.42  # units of an image's side at least, and share of the width that it takes at most
THIN = 40.0  # units of many units' width at least
ROW, BETWEEN, HIGH = 84.0, 0.12, 0.36  # of rows: units of many units' height, and shares of all for a gap, an image
GROUND = 0.35  # strength of what is behind cells
VALUE = Number("", ".2f", "0.00")


class ColumnView(ABC):
    """The units of a layer, bright by what they put out, in the colour of the error where it has come back.

    Args:
        stage: where.
        ground: what stands behind a unit that puts out nothing.
        scales: the largest value and the largest error that there are.

    Attributes:
        places: middle of each unit, shape (units, 2).
        top: of the units.
        box: which cells fill; None of nodes.
    """

    places: Array
    top: float
    box: Box | None = None

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
    """Few units, one below the other, or side by side where the box is wider than high.

    Args:
        stage: see `ColumnView`.
        box: room; they stand in its middle.
        order: unit at each place.
        scales: see `ColumnView`.
        valued: whether values are written into them, where they are large enough.
    """

    def __init__(
        self, stage: Stage, box: Box, order: NDArray[np.intp], scales: tuple[float, float], *, valued: bool
    ) -> None:
        super().__init__(stage, stage.theme.mix(stage.theme.background, 1), scales)
        long = max(box.width, box.height)
        step = min(max(APART, TALL * long), long / len(order))
        shifts = step * (np.argsort(order) - (len(order) - 1) / 2)
        along = np.array([1.0, 0.0] if box.width > box.height else [0.0, 1.0])
        middle = np.array([box.left + box.width / 2, box.top + box.height / 2])
        self.places = middle + shifts[:, None] * along
        self._stage, self._size = stage, min(box.width, box.height, 0.86 * step) if valued else min(NODE, 0.76 * step)
        self._valued = valued and self._size >= VALUED
        self.top = float(self.places[:, 1].min()) - self._size / 2

    def show(self, values: Array, errors: Array, bright: float, back: float) -> None:
        """Show what the units put out, in digits while no error has their colour; see `ColumnView.show`."""
        told = bright == 1 and not back
        self._said = [VALUE.text(float(value)).replace("-", "−") if told else "" for value in values]
        super().show(values, errors, bright, back)

    def put(self) -> None:
        """Draw the nodes."""
        stage = self._stage
        self._nodes = stage.overlay().scatter(
            self.places[:, 0], self.places[:, 1], s=stage.points(self._size) ** 2, linewidths=stage.points(2.5),
            edgecolors=stage.theme.quiet,
        )  # fmt: skip
        stage.moves(self._nodes)
        self._words = None
        if self._valued:
            below = np.array([0.0, 0.36 * LETTERS])
            self._words = Words(stage, self.places + below, size=LETTERS, weight="medium", align="center")

    def _paint(self, colors: Array) -> None:
        self._nodes.set_facecolor(list(map(tuple, colors)))
        if self._words is not None:
            self._words.set_words(self._said, np.repeat(letters_on(colors)[:, None], 3, axis=1))


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
        self.top, self.box = place.top, place
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
    stage: Stage,
    box: Box,
    shape: tuple[int, ...],
    order: NDArray[np.intp],
    scales: tuple[float, float],
    *,
    valued: bool,
) -> ColumnView:
    """Return the view of a layer.

    Args:
        stage: where.
        box: room.
        shape: of the values, channels last.
        order: of the units of a layer that has no places.
        scales: see `ColumnView`.
        valued: see `Nodes`.
    """
    if is_few(shape):
        return Nodes(stage, box, order, scales, valued=valued)
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
    most = min(LARGE, 0.66 * room.width / len(shapes)) if few.all() else NODE
    node = np.array([min(most, room.height / shape[0]) if is_few(shape) else 0.0 for shape in shapes])
    strip = float(np.clip(0.09 * room.width, THIN, STRIP))
    gap = np.clip((0.07 if places.sum() > 1 else 0.1) * room.width, 30, 130)
    free = room.width - gap * (len(shapes) - 1) - node.sum() - strip * (~few & ~places).sum()
    side = float(np.clip(free / max(1, places.sum()), LEAST, min(room.height - HEAD, SHARE * room.width)))
    widths = np.where(places, side, np.where(few, node, strip))
    apart = (room.width - widths.sum()) / (len(shapes) - 1)
    lefts = room.left + np.cumsum([0, *(widths[:-1] + apart)])
    height = room.height - HEAD
    heights = np.where(places, np.minimum(widths, height), height)
    return [
        Box(float(left), float(room.top + HEAD + (height - tall) / 2), float(width), float(tall))
        for left, width, tall in zip(lefts, widths, heights, strict=True)
    ]


def rows_in(room: Box, shapes: Sequence[tuple[int, ...]]) -> list[Box]:
    """Return boxes for rows from top to bottom: images as large as leaves gaps between them, units as wide strips.

    Args:
        room: for all of them.
        shapes: of their values, channels last.
    """
    images = np.array([len(shape) > 1 for shape in shapes])
    few = np.array([is_few(shape) for shape in shapes])
    node = LARGE if few.all() else NODE
    free = room.height * (1 - BETWEEN * (len(shapes) - 1)) - node * few.sum() - ROW * (~few & ~images).sum()
    side = float(np.clip(free / max(1, images.sum()), LEAST, min(HIGH * room.height, room.width)))
    heights = np.where(images, side, np.where(few, node, ROW))
    apart = (room.height - heights.sum()) / (len(shapes) - 1)
    tops = room.top + np.cumsum([0, *(heights[:-1] + apart)])
    widths = np.where(images, side, room.width)
    return [
        Box(float(room.left + (room.width - width) / 2), float(top), float(width), float(height))
        for top, width, height in zip(tops, widths, heights, strict=True)
    ]
