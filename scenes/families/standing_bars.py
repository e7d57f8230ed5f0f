"""What is answered, below the output nodes: at each its name, a standing bar, and the number that the bar shows."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from animviz import Box, Stage
from animviz.arrays import Array
from animviz.parts import LABEL

from .output_bars import said
from .value_bars import ValueBars, limits_of

__all__ = ["StandingBars", "bars_stand"]

NAME, NUMBER = 32.0, 34.0  # units above the bars for names, and below them for numbers
WIDEST, LARGEST = "100", 60.0  # the longest number of probabilities, and units of a bar's width at most


def bars_stand(stage: Stage, names: Sequence[str], width: float) -> bool:
    """Say whether names and numbers have room beside each other over a width in units.

    Args:
        stage: where.
        names: of the outputs.
        width: for all of them.
    """
    return max(stage.measure(text, LABEL) for text in (*names, WIDEST)) + 10 <= width / len(names)


class StandingBars:
    """Names, bars and numbers.

    Args:
        stage: where.
        box: room; its left and right edges are of no account.
        lefts: of the outputs' middles, from the left edge of the frame, shape (outputs,).
        names: of the outputs.
        values: of the whole video, shape (moments, outputs), for the limits.
        percent: whether they are probabilities.
        wanted: what the answer should be, likewise, marked across the bar; of probabilities, those above zero.
    """

    def __init__(
        self, stage: Stage, box: Box, lefts: Array, names: Sequence[str], values: Array, *, percent: bool,
        wanted: Array | None,
    ) -> None:  # fmt: skip
        theme = stage.theme
        ends = values if wanted is None else np.concatenate([values.ravel(), wanted])
        low, high = limits_of(ends, percent=percent)
        step = float(np.diff(np.sort(lefts)).min()) if len(lefts) > 1 else LARGEST
        size = min(LARGEST, 0.5 * step)
        place = Box(0, box.top + NAME, stage.width, box.height - NAME - NUMBER)
        axes = stage.axes(place, (0, stage.width), (low, high))
        self._bars = ValueBars(stage, axes, lefts, size, (low, high), standing=True)
        if low < 0:
            self._bars.mark_zero()
            level = place.bottom + place.height * low / (high - low)
            stage.text(min(lefts) - 0.8 * size - 8, level + 8, "0", color=theme.quiet, align="right")
        if wanted is not None:
            self._bars.mark(wanted, theme.ink, percent=percent)
        texts = []
        for name, left in zip(names, lefts, strict=True):
            stage.text(left, box.top + NAME - 10, name, align="center")
            texts.append(stage.text(left, box.bottom - NUMBER + 26, "", weight="medium", align="center", moves=True))
        self._bars.number(texts, partial(said, percent=percent, digits=0, unit=""), 100 if percent else 1)

    def show(self, values: Array | None) -> None:
        """Show what the outputs say; nothing before they say anything."""
        self._bars.show(values)
