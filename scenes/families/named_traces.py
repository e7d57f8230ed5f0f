"""Curves with a label at the end of each, and labels that do not touch."""

from collections.abc import Sequence

import numpy as np
from matplotlib.text import Text

from animviz import Stage
from animviz.arrays import Array
from animviz.parts import Plot, Trace, pair

__all__ = ["NamedTraces"]


class NamedTraces:
    """Shares as curves, each with its name and its number behind its end.

    Args:
        stage: where.
        plot: in which they are drawn.
        moments: places of the values on its horizontal axis, (values,).
        curves: the name, the values and the colour of each.
    """

    def __init__(self, stage: Stage, plot: Plot, moments: Array, curves: Sequence[tuple[str, Array, str]]) -> None:
        self._stage, self._plot = stage, plot
        self._curves: list[tuple[str, Trace, Text]] = []
        for name, values, color in curves:
            trace = Trace(stage, plot.axes, moments, values, color)
            text = stage.text(plot.room.right + 18, 0, "", color=stage.theme.spoken(color), moves=True)
            self._curves.append((name, trace, text))
            self._declare(name, trace, text)

    def _declare(self, name: str, trace: Trace, text: Text) -> None:
        pair(self._stage, name, lambda: [text.get_text().removeprefix(name)], lambda: [100 * trace.value])

    def show(self, moment: float) -> list[float]:
        """Draw up to a place on the horizontal axis.

        Returns:
            Baselines of the labels beside the ends, from the upper edge of the frame; where there is no end, at the bottom.
        """
        for name, trace, text in self._curves:
            trace.show(moment)
            text.set_text(f"{name} {100 * trace.value:.0f} %" if np.isfinite(trace.value) else "")
        ends = (trace.value if np.isfinite(trace.value) else 0.0 for _, trace, _ in self._curves)
        return [self._plot.top_of(end) + 8 for end in ends]

    def place(self, tops: Sequence[float]) -> None:
        """Put the labels at these baselines."""
        for (_, _, text), top in zip(self._curves, tops, strict=True):
            text.set_y(1 - top / self._stage.height)
