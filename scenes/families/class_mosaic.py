"""A square for each sample, in rows by class: by its own, in the colour of the answer, or the other way round."""

from collections.abc import Sequence

import numpy as np
from matplotlib.colors import to_rgb
from numpy.typing import NDArray

from animviz import Box, Stage
from animviz.parts import VALUE, Words, first_fitting, heatmap, pair

__all__ = ["ClassMosaic"]

HEAD, SHARE = 40.0, 110.0  # units above the squares for the heading, and of width for the share
LARGEST, GAP = 40.0, 8.0  # units of a square at most, and between two rows at least
ROOMY = 5  # pixels from which a square has a gap


class ClassMosaic:
    """Squares in rows of equal height, column by column, under a heading and the share of right answers.

    Args:
        stage: where.
        box: for everything.
        headings: who answers, from the longest to the shortest.
        labels: true class of every sample, (samples,).
        rows: how many there are.
        most: squares of a row at most.
        count: of classes.
    """

    def __init__(
        self,
        stage: Stage,
        box: Box,
        headings: Sequence[str],
        labels: NDArray[np.int64],
        rows: int,
        most: int,
        count: int,
    ) -> None:
        self._labels = self._answers = labels
        heading = first_fitting(stage, headings, box.width - SHARE, "medium")
        stage.text(box.left, box.top + 22, heading, weight="medium")
        room = Box(box.left, box.top + HEAD, box.width, box.height - HEAD)
        width, height = int(room.width * stage.pixel), int(room.height * stage.pixel)
        self._grid = _Grid(width, height, stage.pixel, rows, max(1, most))
        self._rows: Sequence[NDArray[np.intp]] = ()
        colors = np.full((count + 1, 4), 255, np.uint8)
        colors[:count, :3] = np.rint(255 * stage.theme.palette(max(2, count))[:count])
        colors[count, :3] = np.rint(255 * np.array(to_rgb(stage.theme.background)))
        self._colors = colors
        left, top = (
            round(edge * stage.pixel) / stage.pixel for edge in (room.left, room.top)
        )  # no pixel twice or never
        place = Box(left, top, width / stage.pixel, height / stage.pixel)
        self._squares, _ = heatmap(stage, place, (height, width), square=False)
        self._share = Words(stage, [(box.right, box.top + 24)], size=VALUE, weight="medium", align="right")
        pair(stage, f"right answers {headings[0]}", lambda: self._share.texts, lambda: [self._right])

    def show(self, answers: NDArray[np.int64], rows: Sequence[NDArray[np.intp]], *, by_answer: bool = False) -> None:
        """Show the samples in their rows.

        Args:
            answers: class that is answered for every sample, (samples,).
            rows: numbers of the samples that have a square in each row, in their order.
            by_answer: whether rows are those of the answers, and colours those of the classes.
        """
        if rows is self._rows and np.array_equal(answers, self._answers):
            return
        self._answers = answers
        if rows is not self._rows:
            self._rows, self._index = rows, self._grid.index(rows, len(self._labels))
        colors = self._labels if by_answer else answers
        self._squares.set_cells(self._colors[np.append(colors, len(self._colors) - 1)[self._index]])
        self._share.set_words([f"{self._right:.1f} %"])

    @property
    def _right(self) -> float:
        """Per cent of the samples that have the colour of their own class."""
        return 100 * float((self._answers == self._labels).mean())


class _Grid:
    """Where squares lie: rows of equal height, in each as few lanes as will do, so that rows are long.

    Args:
        width: pixels.
        height: pixels.
        pixel: pixels per unit.
        rows: how many there are.
        most: squares of a row at most.
    """

    def __init__(self, width: int, height: int, pixel: float, rows: int, most: int) -> None:
        self._shape, self._pitch = (height, width), height / rows
        high = self._pitch - min(GAP * pixel, 0.2 * self._pitch)
        sizes = range(max(1, int(min(high, width, LARGEST * pixel))), 1, -1)
        self._size = next((size for size in sizes if (width // size) * int(high // size) >= most), 1)
        self._lanes = max(1, -(-most // (width // self._size)))

    def index(self, rows: Sequence[NDArray[np.intp]], nothing: int) -> NDArray[np.intp]:
        """Return the number of the sample at each pixel, shape (height, width), and another one where none is."""
        found, size = np.full(self._shape, nothing, np.intp), self._size
        side = size - 1 if size >= ROOMY else size
        for number, row in enumerate(rows):
            used = min(self._lanes, max(1, len(row)))
            top = int(number * self._pitch + (self._pitch - used * size) / 2)
            for place, sample in enumerate(row.tolist()):
                column, lane = divmod(place, used)
                found[top + lane * size :, column * size :][:side, :side] = sample
        return found
