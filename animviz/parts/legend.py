"""Names with their colours in rows: a dot and a name each."""

from collections.abc import Iterable, Sequence
from typing import Any

from animviz.parts.header import LABEL, cut
from animviz.stage.stage import Stage

__all__ = ["Legend"]

ROW = 32.0  # units from one row to the next
DOT, BEFORE, BETWEEN = 16.0, 25.0, 22.0  # units: of a dot, from its left edge to the name, and between two entries


class Legend:
    """Names with their colours, laid out in as many rows as they need, up to a number.

    Args:
        stage: where.
        names: of what the colours stand for.
        colors: one for each name, as matplotlib takes them.
        width: units that a row may take.
        most: rows at most; where not all names fit, the last entry says how many are left out.

    Attributes:
        height: units that the rows take.
    """

    def __init__(
        self, stage: Stage, names: Sequence[str], colors: Iterable[Any], width: float, *, most: int = 2
    ) -> None:
        self._stage = stage
        self._entries = [(cut(stage, name, width - BEFORE), color) for name, color in zip(names, colors, strict=True)]
        self._rest = 0
        self._places = self._laid_out(width)
        while _rows(self._places) > most and len(self._entries) > 1:
            self._entries.pop()
            self._rest = len(names) - len(self._entries)
            self._places = self._laid_out(width)
        self.height = ROW * _rows(self._places)

    def put(self, left: float, top: float) -> None:
        """Draw it below and to the right of a place, in units."""
        for (name, color), (x, row) in zip(self._entries, self._places, strict=False):
            baseline = top + ROW * (row + 1) - 10
            self._stage.dot(left + x + DOT / 2, baseline - 8, DOT, color)
            self._stage.text(left + x + BEFORE, baseline, name, color=self._stage.theme.quiet)
        if self._rest:
            x, row = self._places[-1]
            self._stage.text(left + x, top + ROW * (row + 1) - 10, self._more, color=self._stage.theme.quiet)

    @property
    def _more(self) -> str:
        return f"and {self._rest} more"

    def _laid_out(self, width: float) -> list[tuple[float, int]]:
        """Return where each entry begins, in units from the left, and in which row."""
        widths = [BEFORE + self._stage.measure(name, LABEL) for name, _ in self._entries]
        widths += [self._stage.measure(self._more, LABEL)] if self._rest else []
        places, x, row = [], 0.0, 0
        for each in widths:
            if x and x + each > width:
                x, row = 0.0, row + 1
            places.append((x, row))
            x += each + BETWEEN
        return places


def _rows(places: Sequence[tuple[float, int]]) -> int:
    return places[-1][1] + 1 if places else 0
