"""What is answered, below a row of output nodes: at each its name, a column, and the number that the column shows."""

from collections.abc import Sequence

import numpy as np

from animviz import Box, Stage
from animviz.arrays import Array
from animviz.parts import LABEL, joined, pair

from .output_bars import VALUE, limits_of
from .turned_names import names_height, write_names

__all__ = ["OutputColumns", "columns_height"]

HIGH, NUMBER = 110.0, 34.0  # units: of a column, and of the numbers below
AIR = 10.0  # units between names and columns
WIDEST = 36.0  # units


def columns_height(stage: Stage, names: Sequence[str], step: float) -> float:
    """Return the units of height that names, columns and numbers need.

    Args:
        stage: where.
        names: of the outputs.
        step: units from one output to the next.
    """
    return names_height(stage, names, step) + AIR + HIGH + NUMBER


class OutputColumns:
    """Names, columns and numbers.

    Args:
        stage: where.
        box: room for them; at its left edge stands the unit where the numbers have no room for it.
        middles: of the outputs, units from the left edge, shape (outputs,).
        step: units from one output to the next.
        names: of the outputs.
        values: of the whole video, shape (moments, outputs), for the limits.
        percent: whether they are probabilities.
    """

    def __init__(
        self, stage: Stage, box: Box, middles: Array, step: float, names: Sequence[str], values: Array, *, percent: bool
    ) -> None:
        self._middles, self._percent = middles, percent
        write_names(stage, names, middles, box.top, step, over=False)
        top = box.top + names_height(stage, names, step) + AIR
        low, high = limits_of(values, percent=percent)
        axes = stage.axes(Box(0, top, stage.width, HIGH), (0, stage.width), (low, high))
        width = min(WIDEST, 0.5 * step)
        tracks = joined(np.array([[(x, low), (x, high)] for x in middles]))
        track = stage.theme.mix(stage.theme.grid, 0.5)
        axes.plot(*tracks.T, color=track, linewidth=stage.points(width), solid_capstyle="butt")
        self._columns = stage.line(axes, stage.theme.ink, width, solid_capstyle="butt")
        base = top + HIGH + NUMBER - 8
        self._unit = " %" if percent and stage.measure("100 %", LABEL, "medium") + 4 <= step else ""
        if percent and not self._unit:
            stage.text(box.left, base, "in %", color=stage.theme.quiet)
        self._texts = [stage.text(x, base, "", weight="medium", align="center", moves=True) for x in middles]
        scale = 100 if percent else 1
        pair(
            stage, "answer", lambda: [text.get_text() for text in self._texts],
            lambda: scale * np.asarray(self._columns.get_ydata())[1::3],
        )  # fmt: skip

    def show(self, values: Array) -> None:
        """Show what the outputs say."""
        ends = [[(x, 0), (x, value)] for x, value in zip(self._middles, values, strict=True)]
        self._columns.set_data(*joined(np.array(ends)).T)
        for text, value in zip(self._texts, values, strict=True):
            said = f"{100 * value:.0f}{self._unit}" if self._percent else VALUE.text(float(value)).replace("-", "−")
            text.set_text(said)
