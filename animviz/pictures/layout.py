"""How the cells of a split frame share it: as large as they get, and what is left over in one piece."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from animviz.errors import InputError
from animviz.pictures.scene import Scene
from animviz.stage.box import MARGIN, Box

__all__ = ["LINE", "Layout", "check_room", "layout_of"]

GAP = 32.0  # units between cells
LINE = 30.0  # height of a line of a heading
LEAST = 64  # pixels of a cell's sides
LEAST_REST = (280.0, 130.0)  # units of width and height from which what is left over holds something
MOST = 6  # cells of which something can be said there


@dataclass(frozen=True)
class Layout:
    """Where everything is, in units.

    Attributes:
        cells: their boxes, with room for a heading at the top.
        rest: room that no cell takes, or None.
    """

    cells: list[Box]
    rest: Box | None


@dataclass(frozen=True)
class _Grid:
    """Cells of one size in rows."""

    room: Box
    count: int
    columns: int

    @property
    def rows(self) -> int:
        return -(-self.count // self.columns)

    @property
    def width(self) -> float:
        return (self.room.width - GAP * (self.columns - 1)) / self.columns

    @property
    def height(self) -> float:
        return (self.room.height - GAP / 2 * (self.rows - 1)) / self.rows

    def box(self, place: int, top: float, height: float) -> Box:
        """Return a cell of this height, in rows from this place downwards."""
        row, column = divmod(place, self.columns)
        left = self.room.left + column * (self.width + GAP)
        return Box(left, top + row * (height + GAP / 2), self.width, height)


def layout_of(room: Box, count: int, scene: Scene, heading: Callable[[float], float]) -> Layout:
    """Part a box into equal cells in as many columns as make the pictures largest.

    Args:
        room: for all of them.
        count: how many there are.
        scene: whose pictures they are: what they do not fill, since they come in certain shapes, is left over.
        heading: returns the height of a heading, given its width.
    """
    grids = [_Grid(room, count, columns) for columns in range(1, count + 1)]
    if not scene.shapes:
        best = max(grids, key=lambda grid: min(grid.width, scene.aspect * (grid.height - 2 * LINE)))
        return _laid(best, best.height)
    # The pictures as a share of all places in the grid: an empty one is worth avoiding.
    best = max(grids, key=lambda grid: _area(grid, scene, heading) / (grid.rows * grid.columns))
    return _laid(best, heading(best.width) + _shape(best, scene, heading)[1])


def _laid(grid: _Grid, height: float) -> Layout:
    """Place cells of a height, and say what is left over: the end of the last row, or what is below all rows."""
    room, gap = grid.room, GAP / 2
    below = room.height - grid.rows * (height + gap) + gap
    end = grid.box(grid.count, room.top, height)  # of the last row
    at_the_end = grid.count % grid.columns > 0 and room.right - end.left >= LEAST_REST[0] and grid.count <= MOST
    whole = below >= LEAST_REST[1] and not at_the_end and grid.count <= MOST
    top = room.top if whole else room.top + below / 2
    cells = [grid.box(place, top, height) for place in range(grid.count)]
    if whole:
        return Layout(cells, Box(room.left, room.bottom - below + gap, room.width, below - gap))
    rest = Box(end.left, end.top + below / 2, room.right - end.left, height)
    return Layout(cells, rest if at_the_end else None)


def _shape(grid: _Grid, scene: Scene, heading: Callable[[float], float]) -> tuple[float, float]:
    """Return width and height of the largest picture of the scene in a cell below its heading."""
    high = max(1.0, grid.height - heading(grid.width))
    return max(
        ((min(grid.width, a * high), min(grid.width / a, high)) for a in scene.shapes), key=lambda s: s[0] * s[1]
    )


def _area(grid: _Grid, scene: Scene, heading: Callable[[float], float]) -> float:
    width, height = _shape(grid, scene, heading)
    return width * height


def check_room(size: tuple[int, int], count: int, scene: Scene) -> None:
    """Refuse a frame in which so many cells would be too small.

    Args:
        size: width and height of the frame in pixels.
        count: how many cells there are.
        scene: whose pictures they are.

    Raises:
        InputError: says how large it must be.
    """
    width, height = (720 * side / min(size) for side in size)
    room = Box(MARGIN, 90, width - 2 * MARGIN, height - 190)
    cell = layout_of(room, count, scene, lambda _: 3 * LINE).cells[0]
    least = min(cell.width, cell.height - 3 * LINE) * min(size) / 720
    if least < LEAST:
        needed = int(np.ceil(min(size) * LEAST / least / 2)) * 2
        raise InputError(
            f"--size {size[0]}x{size[1]} is too small for {count} pictures; the shorter side needs {needed}"
        )
