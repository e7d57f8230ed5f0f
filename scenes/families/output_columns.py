"""What is answered, below a row of output nodes: at each its name, a column, and the number that the column shows."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from animviz import Box, Stage
from animviz.arrays import Array
from animviz.parts import LABEL

from .output_bars import said, target_words
from .turned_names import names_height, write_names
from .value_bars import ValueBars, limits_of

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
        wanted: what the answer should be, likewise, marked across the columns; of probabilities, those above zero.
    """

    def __init__(
        self, stage: Stage, box: Box, middles: Array, step: float, names: Sequence[str], values: Array, *,
        percent: bool, wanted: Array | None = None,
    ) -> None:  # fmt: skip
        write_names(stage, names, middles, box.top, step, over=False)
        top = box.top + names_height(stage, names, step) + AIR
        limits = limits_of(values if wanted is None else np.concatenate([values.ravel(), wanted]), percent=percent)
        axes = stage.axes(Box(0, top, stage.width, HIGH), (0, stage.width), limits)
        wide = min(WIDEST, 0.5 * step)
        room = float(min(middles)) - wide - box.left
        self._bars = ValueBars(stage, axes, middles, wide, limits, standing=True)
        if wanted is not None:
            self._bars.mark(wanted, stage.theme.ink, percent=percent)
            words = [text for text in target_words(wanted, percent=percent) if stage.measure(text, LABEL) <= room]
            stage.text(box.left, top + HIGH / 2 + 8, next(iter(words), ""), color=stage.theme.quiet)
        base = top + HIGH + NUMBER - 8
        unit = " %" if percent and stage.measure("100 %", LABEL, "medium") + 4 <= step else ""
        if percent and not unit:
            stage.text(box.left, base, "in %", color=stage.theme.quiet)
        texts = [stage.text(x, base, "", weight="medium", align="center", moves=True) for x in middles]
        self._bars.number(texts, partial(said, percent=percent, digits=0, unit=unit), 100 if percent else 1)

    def show(self, values: Array) -> None:
        """Show what the outputs say."""
        self._bars.show(values)
