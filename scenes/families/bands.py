"""The units of a layer in bands, one for each class that they answer to, so that places mean something."""

from collections.abc import Sequence

import numpy as np

from animviz import Box, Stage
from animviz.arrays import Array
from animviz.parts import LABEL, Words, short_names

__all__ = ["Bands"]

PITCH = 21.0  # least height of a band whose name stands beside it: that of its ink, which is less than a line
FINE, APART = 3, 2  # parts of a cell, and how many of them a band is away from the next
THINNEST = 3  # bands for each name at most
IDLE = "idle"  # the name of a band of units that never vary
WIDEST = 1.6  # width over height of a cell, where there is room
NAMED = 0.3  # share of the width that names take at most


class Bands:
    """Where the units of a dense layer stand: in rows, those of each class together, the most telling ones first.

    Args:
        stage: where.
        box: room for all.
        order: numbers of the units in the order of the classes that they answer to, see `sorted_by_class`.
        classes: these classes, -1 for units that do not vary and stand last.
        names: of all classes.

    Attributes:
        shape: rows and columns, in parts of cells.
        named: for how many bands there is a name beside them; 0 where no bands fit, and all units stand in rows.
        place: box of the cells.
    """

    def __init__(self, stage: Stage, box: Box, order: Array, classes: Array, names: Sequence[str]) -> None:
        known = [*np.unique(classes[classes >= 0]), *([-1] if (classes < 0).any() else [])]
        sizes = [int((classes == label).sum()) for label in known]
        called = [names[label] if label >= 0 else IDLE for label in known]
        widest = max((stage.measure(name, LABEL) for name in called), default=0.0)
        before = min(widest, NAMED * box.width) + 10
        room = Box(box.left + before, box.top, box.width - before, box.height)
        self.named, columns, cell = _named(sizes, room)
        if not self.named:
            room, called, sizes = box, [""], [len(order)]
            columns, cell = _columns(sizes, room, 0)
        every = max(1, self.named)
        pitch = PITCH / every if self.named else 0.0
        slots = [_slot(size, columns, cell, pitch) for size in sizes]
        heights = FINE * -(-np.array(sizes) // columns)
        tops = np.cumsum([0, *slots[:-1]]) + (slots - heights) // 2
        self.shape = sum(slots), FINE * columns
        self._order = order
        places = [np.divmod(np.arange(size), columns) for size in sizes]
        self._rows = np.concatenate([top + FINE * rows for top, (rows, _) in zip(tops, places, strict=True)])
        self._columns = np.concatenate([FINE * column for _, column in places])
        height = cell / FINE * self.shape[0]
        wide = min(room.width, WIDEST * cell * columns)
        self.place = Box(room.left, room.top + (room.height - height) / 2, wide, height)
        middles = self.place.top + cell / FINE * (tops + heights / 2) + 8
        self._words = Words(stage, [(room.left - 8, top) for top in middles], align="right")
        self._names, self._known = short_names(stage, called, before - 10), np.array(known)
        self._tones = np.array([stage.theme.mix(tone, 1) for tone in (stage.theme.quiet, stage.theme.ink)])
        self.mark(-2)

    def mark(self, label: int) -> None:
        """Write the name of a class bright, and all others that have room beside it quiet.

        Args:
            label: number of the class; one that no band has marks none.
        """
        every, count = max(1, self.named), len(self._names)
        first = (count - 1) % every if self._known[-1] < 0 else 0  # idle units have their name in any case
        marked = np.flatnonzero(self._known == label) if self.named else np.array([], int)
        seen = set(range(first, count, every))
        seen = {k for k in seen if not len(marked) or abs(k - marked[0]) >= every} | set(marked.tolist())
        colors = self._tones[np.isin(np.arange(count), marked).astype(int)]
        self._words.set_words([name if k in seen else "" for k, name in enumerate(self._names)], colors)

    def laid(self, values: Array) -> Array:
        """Return the activations of one sample, shape (units,), in rows and columns; NaN where no unit is."""
        cells = np.full(self.shape, np.nan, np.float32)
        for down in range(FINE):
            for right in range(FINE):
                cells[self._rows + down, self._columns + right] = values[self._order]
        return cells


def _named(sizes: Sequence[int], room: Box) -> tuple[int, int, float]:
    """Return for how many bands there is a name, in how many columns they stand, and the side of a cell; else zeros."""
    for every in range(1, THINNEST + 1):
        columns, cell = _columns(sizes, room, PITCH / every)
        if cell > 0:
            return every, columns, cell
    return 0, 0, 0.0


def _slot(size: int, columns: int, cell: float, pitch: float) -> int:
    """Return how high a band is with the gap to the next one, in parts of a cell."""
    return max(FINE * -(-size // columns) + APART, int(np.ceil(pitch * FINE / cell - 1e-9)))


def _columns(sizes: Sequence[int], room: Box, pitch: float) -> tuple[int, float]:
    """Return in how many columns bands of so many units have the largest cells, and the side of a cell.

    It is 0 where bands as high as the pitch do not fit.
    """
    found = (1, 0.0)
    if pitch * len(sizes) > room.height:
        return found
    for columns in range(1, max(sizes) + 1):
        side = room.width / columns
        for _ in range(40):  # smaller cells leave more bands at their least height
            high = room.height * FINE / sum(_slot(size, columns, side, pitch) for size in sizes)
            if high >= side:
                break
            side = 0.98 * high
        else:
            continue
        if side > found[1]:
            found = columns, side
    return found
