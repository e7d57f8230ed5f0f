"""Curves of one quantity over the epochs, in training and validation, with their names and the values of now above."""

from typing import Literal

import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from animviz import Box, Recording, Stage
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.parts import LABEL, Number, Plot, cut, epoch_limits, levels, pair, until

__all__ = ["Curves", "Source", "stacked"]

GAP = 22.0  # units between two plots
NAMES, APART, SAMPLE = 34.0, 20.0, 26.0  # units above a plot for names, between two of them, and of a piece of a line
DASHES: tuple[tuple[float, ...], ...] = ((), (3, 2))
Source = Literal["logs", "scores"]


def stacked(
    stage: Stage, room: Box, recording: Recording, names: list[str], source: Source, log: bool
) -> list["Curves"]:
    """Set up the plots below each other on one axis of epochs, the first one larger."""
    limits = [_limits(recording, name, source, log and name == "loss") for name in names]
    left = max(
        (stage.measure(_level(level, name, ends), LABEL) + 14 for name, ends in zip(names, limits, strict=True)
         for level in levels(*ends, log and name == "loss")), default=0.0
    )  # fmt: skip
    shares = np.array([1.0, 0.62][: len(names)])
    heights = (
        (room.height - GAP * (len(names) - 1) - 40 - (12 + NAMES) * len(names)) * shares / shares.sum() if names else []
    )
    top, curves = room.top, []
    for place, (name, ends, height) in enumerate(zip(names, limits, heights, strict=True)):
        box = Box(room.left, top, room.width, NAMES + height + 52)  # the room for tick labels is the last one's
        last = place == len(names) - 1
        curves.append(Curves(stage, box, recording, name, source, ends, log and name == "loss", left, last))
        top += NAMES + height + 12 + GAP
    return curves


class Curves:
    """One quantity over the epochs: training solid, validation dashed; their names and the values of now stand above."""

    def __init__(
        self, stage: Stage, box: Box, recording: Recording, name: str, source: Source, limits: tuple[float, float],
        log: bool, left: float, ticks: bool,
    ) -> None:  # fmt: skip
        theme, percent = stage.theme, _is_share(name, limits)
        self._number = Number(name, ".1f", "100.0", " %", scale=100) if percent else Number(name, ".3f", "0.000")
        words = {"": "training ", "val_": "validation "} if source == "logs" else {"": ""}
        series = [(word, *recording.history(prefix + name, source=source)) for prefix, word in words.items()]
        self._series = [entry for entry in series if len(entry[1])]
        self._names, self.box = [word + name.replace("_", " ") for word, _, _ in self._series], box
        below = Box(box.left, box.top + NAMES, box.width, box.height - NAMES)
        self.plot = plot = Plot(
            stage, below, epoch_limits(recording.epochs), limits, log=log, percent=percent, right=8, left=left,
            ticks=None if ticks else [],
        )  # fmt: skip
        self._pens = []
        for (_, epochs, values), color, dash in zip(self._series, (theme.ink, theme.quiet), DASHES, strict=False):
            style = (0, dash) if dash else "-"
            plot.axes.plot(
                epochs, values, color=theme.grid, linewidth=stage.points(2), linestyle=style, clip_on=False
            )  # fmt: skip
            self._pens.append(stage.curve(plot.axes, color, 3, 11, dash))

    def name(self, stage: Stage) -> None:
        """Write the names above the plot, behind a piece of their lines, and the values of now, over all added before."""
        number, box = 12 + stage.measure(self._number.widest + self._number.unit, LABEL), self.box
        count, widths = len(self._names), [stage.measure(name, LABEL) for name in self._names]
        free = box.width - count * (SAMPLE + 10 + number) - APART * (count - 1)
        width = max(widths, default=0.0) + 1 if sum(widths) <= free else free / count
        page, left, top = stage.overlay(), box.left, box.top + 22
        self._values: list[Text] = []
        for name, color, dash in zip(self._names, (stage.theme.ink, stage.theme.quiet), DASHES, strict=False):
            text = cut(stage, name, width)
            wide = SAMPLE + 10 + stage.measure(text, LABEL) + number
            ground = Rectangle((left - 4, top - 22), wide + 8, 30, facecolor=stage.theme.background, edgecolor="none")
            page.add_patch(ground)
            (line,) = page.plot(
                [left, left + SAMPLE], [top - 8] * 2, color=color, linewidth=stage.points(3),
                linestyle=(0, dash) if dash else "-",
            )  # fmt: skip
            said = stage.text(left + SAMPLE + 10, top, text, color=color)
            stage.covers(ground, line, said)
            self._values.append(stage.text(left + wide - number + 12, top, "", moves=True))
            left += wide + APART
        pair(stage, self._number.label, lambda: [text.get_text() for text in self._values], self._drawn)

    def show(self, epoch: float) -> None:
        """Draw up to a moment."""
        for (_, epochs, values), pen, text in zip(self._series, self._pens, self._values, strict=True):
            x, y = until(epochs, values, epoch)
            pen.set_data(x, y)
            text.set_text(self._number.text(y[-1]) if len(y) else "")

    def value(self, epoch: float) -> float:
        """Return the first curve's value at a moment, NaN where it has none."""
        _, epochs, values = self._series[0]
        return float(np.interp(epoch, epochs, values)) if epochs[0] <= epoch + 1e-9 else np.nan

    def _drawn(self) -> Array:
        """Return where the dots stand, in the unit of the texts."""
        ends = [pen.end for pen in self._pens]
        return self._number.scale * np.array([end[1] if end is not None else np.nan for end in ends])


def _limits(recording: Recording, name: str, source: Source, log: bool) -> tuple[float, float]:
    """Return limits that hold for the whole video; a linear scale starts at zero, so that no axis is cut."""
    values = np.concatenate([recording.history(prefix + name, source=source)[1] for prefix in ("", "val_")])
    finite = values[np.isfinite(values)]
    if not finite.size:
        return (0.1, 1.0) if log else (0.0, 1.0)
    if log:
        positive = finite[finite > 0]
        if not positive.size:
            raise SceneError(f"--log needs positive values; {name} is never above zero")
        return float(positive.min()) / 1.3, 1.3 * float(positive.max())
    top, bottom = float(finite.max()), min(0.0, float(finite.min()))
    if "acc" in name and bottom >= 0 and top <= 1:
        return 0.0, 1.0
    return bottom, top if top > bottom else bottom + 1.0


def _is_share(name: str, limits: tuple[float, float]) -> bool:
    return "acc" in name and limits == (0.0, 1.0)


def _level(level: float, name: str, limits: tuple[float, float]) -> str:
    return f"{100 * level:g} %" if _is_share(name, limits) else f"{level:g}"
