"""Where the panels of embedded layers stand, and where a panel's plane, numbers and curve do."""

from dataclasses import dataclass
from typing import Any

from animviz import Box

__all__ = ["CURVE", "FACT", "GAP", "TITLE", "Layout"]

TITLE, FACT, CURVE = 34.0, 32.0, 116.0  # units of height for a name, a line of numbers, a curve at least
BESIDE, GAP = 250.0, 32.0  # units


@dataclass(frozen=True)
class Layout:
    """Where the panels stand.

    Attributes:
        cells: a box per panel, for all that belongs to it.
        beside: whether numbers and curve stand to the right of the plane or below it.
        lines: of numbers below it.
        filled: share of the grid that holds panels.
    """

    cells: list[Box]
    beside: bool
    lines: int
    filled: float

    @classmethod
    def of(cls, room: Box, count: int, lines: Any) -> "Layout":
        """Return the layout in which the planes are largest."""
        layouts = [
            cls._grid(room, count, columns, beside, lines)
            for columns in range(1, count + 1)
            for beside in (False, True)
        ]
        return max(layouts, key=lambda layout: min(layout.plane(0).width, layout.plane(0).height) * layout.filled)

    @classmethod
    def _grid(cls, room: Box, count: int, columns: int, beside: bool, lines: Any) -> "Layout":
        rows = -(-count // columns)
        width, height = (room.width - (columns - 1) * GAP) / columns, (room.height - (rows - 1) * 14) / rows
        cells = [
            Box(room.left + k % columns * (width + GAP), room.top + k // columns * (height + 14), width, height)
            for k in range(count)
        ]
        return cls(cells, beside, lines(BESIDE if beside else width), count / (rows * columns))

    def plane(self, number: int) -> Box:
        """Return the box of a panel's plane."""
        cell = self.cells[number]
        if self.beside:
            return Box(cell.left, cell.top + TITLE, min(cell.height - TITLE, cell.width - BESIDE), cell.height - TITLE)
        height = cell.height - TITLE - self.lines * FACT - CURVE
        return Box(cell.left, cell.top + TITLE, cell.width, max(1.0, min(height, 1.15 * cell.width)))

    def story(self, number: int) -> Box:
        """Return the box of a panel's numbers and curve."""
        cell, plane = self.cells[number], self.plane(number)
        if self.beside:
            return Box(plane.right + GAP, plane.top, cell.right - plane.right - GAP, plane.height)
        return Box(cell.left, plane.bottom + 4, cell.width, cell.bottom - plane.bottom - 4)
