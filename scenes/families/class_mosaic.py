"""A square for each of some samples: those of a class stand together, and colours say of which class they are told to be."""

from collections.abc import Sequence

import numpy as np
from matplotlib.colors import to_rgb
from numpy.typing import NDArray

from animviz import Box, Stage
from animviz.arrays import Array
from animviz.parts import LABEL, Sprites, chip, heatmap

__all__ = ["ClassMosaic", "largest_square"]

SMALLEST = 2  # pixels of a square with the gap to the next one
ROOMY = 5  # pixels from which a square has a gap


def largest_square(stage: Stage, box: Box, count: int) -> int:
    """Return how many pixels a square may have if so many are to fit, column by column.

    Args:
        stage: where.
        box: for all of them.
        count: how many there are.
    """
    width, height = box.width * stage.pixel, box.height * stage.pixel
    sizes = range(int(min(width, height)), SMALLEST, -1)
    return next((size for size in sizes if (width // size) * (height // size) >= count), SMALLEST)


class ClassMosaic:
    """Squares in columns, class by class, with the names of the classes that have room for them.

    Args:
        stage: where.
        box: its place.
        count: how many samples there are.
        names: of all classes.
        size: pixels of a square, see `largest_square`.
        most: how many samples stand with each class at any moment at most, (classes,); others have no names ready.
    """

    def __init__(self, stage: Stage, box: Box, count: int, names: Sequence[str], size: int, most: Array) -> None:
        self._count, self._size, self._classes = count, size, len(names)
        self._rows = max(1, int(box.height * stage.pixel) // size)
        self._columns = max(1, -(-count // self._rows))
        self._palette = np.rint(255 * stage.theme.palette(max(2, len(names)))).astype(np.uint8)
        ground = np.rint(255 * np.array(to_rgb(stage.theme.background))).astype(np.uint8)
        self._ground = np.append(ground, np.uint8(255))
        side = size / stage.pixel
        self._corner = np.array([box.left, box.top]) * stage.pixel
        place = Box(box.left, box.top, self._columns * side, self._rows * side)
        self._squares, _ = heatmap(stage, place, (self._rows, self._columns), square=False)
        self._named = np.flatnonzero(most * size >= self._rows * LABEL * stage.pixel)  # no name is narrower than high
        tags = [chip(stage, names[k], self._palette[k] / 255, LABEL) for k in self._named.tolist()]
        self._widths = np.array([tag.shape[1] for tag in tags])
        self._tags = Sprites(stage, tags)

    def show(self, grouped: NDArray[np.int64], colored: NDArray[np.int64]) -> None:
        """Show the samples.

        Args:
            grouped: the class with which each stands, (samples,).
            colored: the class whose colour it has, (samples,).
        """
        order = np.argsort(grouped, kind="stable")
        cells = np.tile(self._ground, (self._columns * self._rows, 1))
        cells[: self._count, :3] = self._palette[colored[order]]
        cells = cells.reshape(self._columns, self._rows, 4).transpose(1, 0, 2)
        cells = cells.repeat(self._size, axis=0).repeat(self._size, axis=1)
        if self._size >= ROOMY:
            cells[self._size - 1 :: self._size] = cells[:, self._size - 1 :: self._size] = self._ground
        self._squares.set_cells(np.ascontiguousarray(cells))
        self._tags.set_middles(self._middles(grouped))

    def _middles(self, grouped: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return where the names stand, in pixels: in the middle of their class, where it is as wide as its name."""
        counts = np.bincount(grouped, minlength=self._classes)
        across = ((np.cumsum(counts) - counts / 2) / self._rows)[self._named]
        places = self._corner + self._size * np.stack([across, np.full(len(across), self._rows / 2)], axis=1)
        wide = counts[self._named] / self._rows * self._size >= self._widths
        return np.where(wide[:, None], places, np.nan)
