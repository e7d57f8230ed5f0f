"""A bar that is parted by classes, with the names of those that have room for them."""

from collections.abc import Sequence

import numpy as np

from animviz import Box, Stage
from animviz.arrays import Array
from animviz.parts import LABEL, letters_on

AIR = 4.0


class ClassStrip:
    """How many of a number of samples are of each class."""

    def __init__(
        self, stage: Stage, box: Box, count: int, classes: int, names: Sequence[str] = (), *, moves: bool = False
    ) -> None:
        """Lay the strip out.

        Args:
            stage: where it is drawn.
            box: its place.
            count: of all samples, for which its whole width stands.
            classes: how many there are.
            names: of the classes, if they are to be written on their parts.
            moves: whether the counts change from frame to frame.
        """
        self._stage, self._box, self._count = stage, box, max(1, count)
        colors, nothing = stage.theme.palette(max(2, classes)), np.zeros(max(2, classes))
        axes = stage.axes(box, (0, self._count), (0, 1), color=stage.theme.mix(stage.theme.grid, 0.3))
        self._bars = axes.bar(nothing, nothing + 1, nothing, color=colors, align="edge")
        if moves:
            stage.moves(*self._bars)
        self._texts, self._needs = list(names), [stage.measure(name, LABEL, "medium") + AIR for name in names]
        inks = ["#ffffff" if letters_on(color) else "#0e1420" for color in colors]
        height = box.top + box.height / 2 + LABEL / 3
        self._names = [
            stage.text(0, height, name, color=ink, weight="medium", align="center", moves=moves)
            for name, ink in zip(names, inks, strict=False)
        ]

    def show(self, counts: Array) -> None:
        """Show how many samples each class has, float64 of shape (classes,)."""
        ends = np.cumsum(counts)
        for bar, start, width in zip(self._bars, ends - counts, counts, strict=False):
            bar.set_x(start)
            bar.set_width(width)
        for name, text, need, end, width in zip(self._names, self._texts, self._needs, ends, counts, strict=False):
            share = self._box.width / self._count
            name.set_text(text if need <= width * share else "")
            name.set_x((self._box.left + (end - width / 2) * share) / self._stage.width)
