"""How many samples of each class are answered rightly, as bars."""

import numpy as np

from animviz import Box, Recording, Stage
from animviz.analysis.verdicts import Verdicts
from animviz.arrays import Array
from animviz.parts import LABEL, Words, cut, pair

__all__ = ["ClassShares"]

ROW, THICK = 36.0, 8.0  # units of height: a class at most, and its bar
BAR = 64.0  # units of the length of a bar at least, beside its name
STACKED, UNDER, THIN = 26.0, 15.0, 4.0  # units of height of a row with the name over the bar, down to it, and of it
HEAD = 44.0  # units of the line above


class ClassShares:
    """A bar for each class: the share of its samples that are answered rightly, with its number.

    Args:
        stage: where.
        box: room for it.
        recording: of a classifier with labels.
    """

    def __init__(self, stage: Stage, box: Box, recording: Recording) -> None:
        self._verdicts = Verdicts(recording, "the bars")
        names = self._verdicts.names
        colors = stage.theme.palette(max(2, len(names)))
        row = min(1.3 * ROW, (box.height - HEAD) / len(names))
        stage.text(box.left, box.top + LABEL, "answered rightly", color=stage.theme.quiet)
        tops = box.top + HEAD + row * (np.arange(len(names)) + 0.5)
        number = stage.measure("100 %", LABEL) + 12
        name = max(stage.measure(text, LABEL) for text in names) + 12
        above = name > box.width - number - BAR and row >= STACKED  # long names stand over their bars
        name = min(name, box.width - number - (0 if above else BAR))
        left, self._length = (box.left, box.width) if above else (box.left + name, box.width - name - number)
        self._left, self._shift = left, min(UNDER, 0.45 * row) if above else 0.0
        axes = stage.overlay()
        for text, top in zip(names, tops, strict=True):
            stage.text(box.left, top + 8, cut(stage, text, name - 12))
            axes.plot(
                (left, left + self._length), [top + self._shift] * 2, color=stage.theme.grid, linewidth=stage.points(2)
            )
        self._tops = tops
        self._bars = [stage.line(axes, color, THIN if above else THICK) for color in colors[: len(names)]]
        places = np.column_stack([np.full(len(names), box.right), tops + 8])
        self._numbers = Words(stage, places, align="right")
        pair(stage, "answered rightly", self._written, self._drawn)

    @staticmethod
    def least(classes: int) -> float:
        """Return the units of height that so many classes need."""
        return HEAD + ROW * classes

    def show(self, epoch: float) -> None:
        """Show a moment, blended between snapshots."""
        shares = np.diagonal(self._verdicts.blended(epoch, self._verdicts.shares))
        for bar, top, share in zip(self._bars, self._tops, shares, strict=True):
            bar.set_data((self._left, self._left + self._length * share), [top + self._shift] * 2)
        self._numbers.set_words(["–" if np.isnan(share) else f"{100 * share:.0f} %" for share in shares])

    def _written(self) -> list[str]:
        return ["" if text == "–" else text for text in self._numbers.texts]

    def _drawn(self) -> Array:
        ends = np.asarray([bar.get_xdata() for bar in self._bars], np.float64)[:, 1]
        return np.asarray(100 * (ends - self._left) / self._length)
