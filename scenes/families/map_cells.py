"""Where filters stand: each with its map and the patches that excite it most."""

from dataclasses import dataclass

from animviz import Box

__all__ = ["Cell", "cells_in", "most_cells"]

AIR, APART = 12.0, 40.0  # units between the parts of a cell, and between columns of cells
ENOUGH = 100.0  # units of the side of a map in which something is seen


@dataclass(frozen=True)
class Cell:
    """Where a filter, its map and its patches stand.

    Attributes:
        kernel: of the filter, where it is an image itself.
        map: of its map.
        patches: of the patches, the strongest first.
    """

    kernel: Box | None
    map: Box
    patches: list[Box]


def most_cells(box: Box, wanted: int, plain: bool) -> int:
    """Return how many filters are shown so that something is seen in their maps; one at least.

    Args:
        box: room for all of them.
        wanted: how many there may be.
        plain: whether the filters are images themselves.
    """
    fitting = (count for count in range(wanted, 1, -1) if _largest(box, count, plain)[0] >= ENOUGH)
    return next(fitting, 1)


def cells_in(box: Box, count: int, plain: bool) -> list[Cell]:
    """Arrange filters in as many columns as make their maps largest.

    Args:
        box: room for all of them.
        count: how many there are.
        plain: whether the filters are images themselves.
    """
    side, columns = _largest(box, count, plain)
    width = side * (2.5 if plain else 2) + 2 * AIR
    rows = -(-count // columns)
    down = min((box.height - rows * side) / max(1, rows - 1), 4 * AIR) if rows > 1 else 0.0
    across = min((box.width - columns * width) / max(1, columns - 1), 2 * APART) if columns > 1 else 0.0
    found = []
    for number in range(count):
        left, top = box.left + number % columns * (width + across), box.top + number // columns * (side + down)
        half = side / 2
        kernel = Box(left, top + (side - half) / 2, half, half) if plain else None
        middle = left + (half + AIR if plain else 0)
        small = (side - 6) / 2
        patches = [
            Box(middle + side + AIR + column * (small + 6), top + row * (small + 6), small, small)
            for row in range(2) for column in range(2)
        ]  # fmt: skip
        found.append(Cell(kernel, Box(middle, top, side, side), patches))
    return found


def _largest(box: Box, count: int, plain: bool) -> tuple[float, int]:
    """Return the side of the largest maps that have room, and in how many columns they stand."""
    best: tuple[float, int] = (0.0, 1)
    for columns in range(1, count + 1):
        rows = -(-count // columns)
        side = min(
            (box.height + AIR) / rows - AIR, ((box.width + APART) / columns - APART - 2 * AIR) / (2.5 if plain else 2)
        )
        best = max(best, (side, -columns))
    return best[0], -best[1]
