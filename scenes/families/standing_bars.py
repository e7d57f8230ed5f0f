"""What is answered, below the output nodes: at each its name, a standing bar, and the number that the bar shows."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from animviz import Box, Stage
from animviz.arrays import Array
from animviz.parts import LABEL

from .output_bars import said
from .turned_names import names_height, write_names
from .value_bars import ValueBars, limits_of

__all__ = ["StandingBars", "bars_stand", "standing_height"]

AIR, HIGH, NUMBER = 6.0, 130.0, 34.0  # units: from names to bars, of bars with it, and below the bars for numbers
WIDEST, LARGEST = {True: "100", False: "−100.0"}, 60.0  # the longest number, and units of a bar's width at most


def bars_stand(stage: Stage, step: float, *, percent: bool) -> bool:
    """Say whether the numbers of bars have room beside each other.

    Args:
        stage: where.
        step: units from one bar to the next.
        percent: whether they are probabilities.
    """
    return stage.measure(WIDEST[percent], LABEL) + 10 <= step


def standing_height(stage: Stage, names: Sequence[str], step: float) -> float:
    """Return the units of height that names, bars and numbers need.

    Args:
        stage: where.
        names: of the outputs.
        step: units from one to the next.
    """
    return names_height(stage, names, step) + HIGH + NUMBER


class StandingBars:
    """Names, bars and numbers.

    Args:
        stage: where.
        box: room; its left and right edges are of no account.
        lefts: of the outputs' middles, from the left edge of the frame, shape (outputs,).
        room: units from one output to the next that names and numbers have.
        names: of the outputs.
        values: of the whole video, shape (moments, outputs), for the limits.
        percent: whether they are probabilities.
        wanted: what the answer should be, likewise, marked across the bar; of probabilities, those above zero.
    """

    def __init__(
        self, stage: Stage, box: Box, lefts: Array, room: float, names: Sequence[str], values: Array, *, percent: bool,
        wanted: Array | None,
    ) -> None:  # fmt: skip
        theme = stage.theme
        ends = values if wanted is None else np.concatenate([values.ravel(), wanted])
        low, high = limits_of(ends, percent=percent)
        step = float(np.diff(np.sort(lefts)).min()) if len(lefts) > 1 else LARGEST
        size = min(LARGEST, 0.5 * step)
        above = names_height(stage, names, room) + AIR
        place = Box(0, box.top + above, stage.width, box.height - above - NUMBER)
        axes = stage.axes(place, (0, stage.width), (low, high))
        self._bars = ValueBars(stage, axes, lefts, size, (low, high), standing=True)
        if low < 0:
            self._bars.mark_zero()
            level = place.bottom + place.height * low / (high - low)
            stage.text(min(lefts) - 0.8 * size - 8, level + 8, "0", color=theme.quiet, align="right")
        if wanted is not None:
            self._bars.mark(wanted, theme.ink, percent=percent)
        write_names(stage, names, lefts, box.top + 2, room, over=False)
        base = box.bottom - NUMBER + 26
        texts = [stage.text(left, base, "", weight="medium", align="center", moves=True) for left in lefts]
        self._bars.number(texts, partial(said, percent=percent, digits=0, unit=""), 100 if percent else 1)

    def show(self, values: Array | None) -> None:
        """Show what the outputs say; nothing before they say anything."""
        self._bars.show(values)
