"""What is answered, beside the output nodes: at each its name, a bar, and the number that the bar shows."""

from collections.abc import Sequence

import numpy as np

from animviz import Box, Stage
from animviz.arrays import Array
from animviz.parts import LABEL, Number, cut, first_fitting, joined, pair
from animviz.recording.meaning import Output

__all__ = ["VALUE", "OutputBars", "answer_width", "limits_of", "names_of", "target_words"]

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


def limits_of(values: Array, *, percent: bool) -> tuple[float, float]:
    """Return the limits of bars that hold zero and some values, or of probabilities all that there are.

    Args:
        values: of the whole video, of any shape.
        percent: whether they are probabilities.
    """
    low, high = (0.0, 1.0) if percent else (min(0.0, float(values.min())), max(0.0, float(values.max())))
    return low, high if high > low else low + 1


def target_words(wanted: Array, *, percent: bool) -> list[str]:
    """Return what names the marks of targets, from the longest: of a single one with its value.

    Args:
        wanted: what each output should be.
        percent: whether these are probabilities.
    """
    if len(wanted) > 1:
        return ["mark: target"]
    value = f"{100 * wanted[0]:.0f} %" if percent else VALUE.text(float(wanted[0])).replace("-", "−")
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
        named, self._percent = box.width - bar - number - BETWEEN, percent
        ends = values if wanted is None else np.concatenate([values.ravel(), wanted])
        low, high = limits_of(ends, percent=percent)
        axes = stage.axes(Box(box.left + named + 14, 0, bar, stage.height), (low, high), (stage.height, 0))
        step = float(np.diff(tops).min()) if len(tops) > 1 else APART
        size = min(20.0, 0.5 * step)
        tracks = joined(np.array([[(low, top), (high, top)] for top in tops]))
        track = stage.theme.mix(stage.theme.grid, 0.5)
        axes.plot(*tracks.T, color=track, linewidth=stage.points(size), solid_capstyle="butt")
        self._bars = stage.line(axes, stage.theme.ink, size, solid_capstyle="butt")
        self._tops, self._texts = tops, []
        if low < 0:
            zeros = joined(np.array([[(0, top - 0.8 * size), (0, top + 0.8 * size)] for top in tops]))
            axes.plot(*zeros.T, color=stage.theme.quiet, linewidth=stage.points(2), clip_on=False)
            left = box.left + named + 14 - bar * low / (high - low)
            stage.text(left, max(tops) + 0.8 * size + 24, "0", color=stage.theme.quiet, align="center")
        if wanted is not None:
            told = [(x, top) for x, top in zip(wanted, tops, strict=True) if x or not percent or len(wanted) == 1]
            marks = (
                joined(np.array([[(x, top - size), (x, top + size)] for x, top in told])) if told else np.empty((0, 2))
            )
            said = first_fitting(stage, target_words(wanted, percent=percent), box.width)
            stage.text(box.left + box.width, min(tops) - 34, said, color=stage.theme.quiet, align="right")
            line = axes.plot(*marks.T, color=mark, linewidth=stage.points(4), solid_capstyle="butt", clip_on=False)
            stage.covers(*line)
            if len(wanted) == 1 and said != "mark: target":
                pair(
                    stage, "target", lambda: [said.rpartition("target ")[2]],
                    lambda: (100 if percent else 1) * np.asarray(line[0].get_xdata())[:1],
                )  # fmt: skip
        for name, top in zip(names, tops, strict=True):
            stage.text(box.left, top + 8, cut(stage, name, named + 1))
            self._texts.append(
                stage.text(box.left + box.width, top + 8, "", weight="medium", align="right", moves=True)
            )
        scale = 100 if percent else 1
        pair(
            stage, "answer", lambda: [text.get_text() for text in self._texts if text.get_text()],
            lambda: scale * np.asarray(self._bars.get_xdata())[1::3],
        )  # fmt: skip

    def show(self, values: Array | None) -> None:
        """Show what the outputs say; nothing before they say anything."""
        ends = (
            [[(0, top), (value, top)] for value, top in zip(values, self._tops, strict=True)]
            if values is not None
            else []
        )
        self._bars.set_data(*(joined(np.array(ends)).T if ends else ([], [])))
        for text, value in zip(self._texts, self._tops if values is None else values, strict=True):
            said = f"{100 * value:.1f} %" if self._percent else VALUE.text(float(value)).replace("-", "−")
            text.set_text("" if values is None else said)
