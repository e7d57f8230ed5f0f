"""What is answered, below the output nodes: at each its name, a standing bar, and the number that the bar shows."""

from collections.abc import Sequence

import numpy as np

from animviz import Box, Stage
from animviz.arrays import Array
from animviz.parts import LABEL, Number, joined, pair

__all__ = ["StandingBars", "bars_stand"]

NAME, NUMBER = 32.0, 34.0  # units above the bars for names, and below them for numbers
WIDEST, LARGEST = "100", 60.0  # the longest number of probabilities, and units of a bar's width at most
VALUE = Number("", ".2f", "−100.0")


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
        self._lefts, self._percent, theme = lefts, percent, stage.theme
        ends = values if wanted is None else np.concatenate([values.ravel(), wanted])
        low, high = (0.0, 1.0) if percent else (min(0.0, float(ends.min())), max(0.0, float(ends.max())))
        high = high if high > low else low + 1
        step = float(np.diff(np.sort(lefts)).min()) if len(lefts) > 1 else LARGEST
        size = min(LARGEST, 0.5 * step)
        place = Box(0, box.top + NAME, stage.width, box.height - NAME - NUMBER)
        axes = stage.axes(place, (0, stage.width), (low, high))
        tracks = joined([np.array([(left, low), (left, high)]) for left in lefts])
        axes.plot(*tracks.T, color=theme.mix(theme.grid, 0.5), linewidth=stage.points(size), solid_capstyle="butt")
        if low < 0:
            zeros = joined([np.array([(left - 0.8 * size, 0), (left + 0.8 * size, 0)]) for left in lefts])
            axes.plot(*zeros.T, color=theme.quiet, linewidth=stage.points(2), clip_on=False)
            level = place.bottom + place.height * low / (high - low)
            stage.text(min(lefts) - 0.8 * size - 8, level + 8, "0", color=theme.quiet, align="right")
        self._bars = stage.line(axes, theme.ink, size, solid_capstyle="butt")
        if wanted is not None:
            told = [
                (left, value)
                for left, value in zip(lefts, wanted, strict=True)
                if value or not percent or len(wanted) == 1
            ]
            marks = joined([np.array([(left - size, value), (left + size, value)]) for left, value in told])
            line = axes.plot(*marks.T, color=theme.ink, linewidth=stage.points(4), solid_capstyle="butt", clip_on=False)
            stage.covers(*line)
        self._texts = []
        for name, left in zip(names, lefts, strict=True):
            stage.text(left, box.top + NAME - 10, name, align="center")
            self._texts.append(
                stage.text(left, box.bottom - NUMBER + 26, "", weight="medium", align="center", moves=True)
            )
        scale = 100 if percent else 1
        pair(
            stage, "answer", lambda: [text.get_text() for text in self._texts if text.get_text()],
            lambda: scale * np.asarray(self._bars.get_ydata())[1::3],
        )  # fmt: skip

    def show(self, values: Array | None) -> None:
        """Show what the outputs say; nothing before they say anything."""
        ends = [] if values is None else [
            np.array([(left, 0), (left, value)]) for left, value in zip(self._lefts, values, strict=True)
        ]  # fmt: skip
        self._bars.set_data(*joined(ends).T)
        for text, value in zip(self._texts, self._lefts if values is None else values, strict=True):
            said = f"{100 * value:.0f}" if self._percent else VALUE.text(float(value)).replace("-", "−")
            text.set_text("" if values is None else said)
