"""What is answered, beside the output nodes: at each its name, a bar, and the number that the bar shows."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from animviz import Box, Stage
from animviz.arrays import Array
from animviz.parts import LABEL, Number, first_fitting, pair, short_names
from animviz.recording.meaning import Output

from .value_bars import ValueBars, limits_of

__all__ = ["OutputBars", "answer_width", "names_of", "said", "target_words"]

NUMBER, BETWEEN, APART = "100.0 %", 34.0, 150.0  # the longest number, units beside it, and of a row at most
VALUE = Number("", ".2f", "−100.0")


def names_of(output: Output, units: int) -> tuple[str, ...]:
    """Return what the units of an output are called: by their classes or labels, else by their numbers.

    Args:
        output: what it means.
        units: how many it has; a single one of two classes is that of the second.
    """
    if output.class_names:
        return output.class_names[-units:]
    return ("output",) if units == 1 else tuple(f"output {k}" for k in range(units))


def answer_width(stage: Stage, names: Sequence[str], bar: float) -> float:
    """Return the units that names, bars and numbers need.

    Args:
        stage: where.
        names: of the outputs.
        bar: units of a bar.
    """
    longest = min(max(stage.measure(name, LABEL) for name in names), 0.16 * stage.width)
    return longest + bar + stage.measure(NUMBER, LABEL, "medium") + BETWEEN


def said(value: float, *, percent: bool, digits: int = 1, unit: str = " %") -> str:
    """Return a value in words.

    Args:
        value: what is answered, or wanted.
        percent: whether it is a probability.
        digits: of probabilities, after the point.
        unit: of probabilities.
    """
    return f"{100 * value:.{digits}f}{unit}" if percent else VALUE.text(value).replace("-", "−")


def target_words(wanted: Array, *, percent: bool) -> list[str]:
    """Return what names the marks of targets, from the longest: of a single one with its value.

    Args:
        wanted: what each output should be.
        percent: whether these are probabilities.
    """
    if len(wanted) > 1:
        return ["mark: target"]
    value = said(float(wanted[0]), percent=percent, digits=0)
    return [f"mark: target {value}", f"target {value}", "mark: target"]


class OutputBars:
    """Names, bars and numbers.

    Args:
        stage: where.
        box: its left edge and its width are taken.
        bar: units of a bar.
        tops: of the outputs' middles, from the upper edge of the frame, shape (outputs,).
        names: of the outputs.
        values: of the whole video, shape (moments, outputs), for the limits.
        percent: whether they are probabilities.
        wanted: what the answer should be, likewise, marked across the bar; of probabilities, those above zero.
        mark: colour of these marks.
    """

    def __init__(
        self, stage: Stage, box: Box, bar: float, tops: Array, names: Sequence[str], values: Array, *, percent: bool,
        wanted: Array | None = None, mark: str = "",
    ) -> None:  # fmt: skip
        number = stage.measure(NUMBER, LABEL, "medium")
        named = box.width - bar - number - BETWEEN
        ends = values if wanted is None else np.concatenate([values.ravel(), wanted])
        low, high = limits_of(ends, percent=percent)
        axes = stage.axes(Box(box.left + named + 14, 0, bar, stage.height), (low, high), (stage.height, 0))
        step = float(np.diff(tops).min()) if len(tops) > 1 else APART
        size, scale = min(20.0, 0.5 * step), 100 if percent else 1
        self._bars = ValueBars(stage, axes, tops, size, (low, high), standing=False)
        if low < 0:
            self._bars.mark_zero()
            left = box.left + named + 14 - bar * low / (high - low)
            stage.text(left, max(tops) + 0.8 * size + 24, "0", color=stage.theme.quiet, align="center")
        if wanted is not None:
            target = first_fitting(stage, target_words(wanted, percent=percent), box.width)
            stage.text(box.left + box.width, min(tops) - 34, target, color=stage.theme.quiet, align="right")
            marked = self._bars.mark(wanted, mark, percent=percent)
            if len(wanted) == 1 and target != "mark: target":
                pair(stage, "target", lambda: [target.rpartition("target ")[2]], lambda: scale * marked())
        texts = []
        for name, top in zip(short_names(stage, names, named + 1), tops, strict=True):
            stage.text(box.left, top + 8, name)
            texts.append(stage.text(box.left + box.width, top + 8, "", weight="medium", align="right", moves=True))
        self._bars.number(texts, partial(said, percent=percent), scale)

    def show(self, values: Array | None) -> None:
        """Show what the outputs say; nothing before they say anything."""
        self._bars.show(values)
