"""Curves of one quantity over the epochs, in training and validation, with names and values of now at their right ends."""

from typing import Literal

import numpy as np
from matplotlib.colors import to_rgb

from animviz import Box, Recording, Stage
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.parts import LABEL, Number, Plot, Words, cut, epoch_limits, levels, pair, until

from .spacing import parted

__all__ = ["Curves", "Source", "stacked"]

GAP = 22.0  # units between two plots
BEHIND, LINE = 18.0, 27.0  # units from a plot to the names at its right, and from line to line of these
NAMED = 0.2  # of the frame's width, that the name of a quantity takes at most
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
    labels = [_Label(stage, name, source, ends) for name, ends in zip(names, limits, strict=True)]
    right = max((label.width for label in labels), default=0.0)
    shares = np.array([1.0, 0.62][: len(names)])
    heights = (room.height - GAP * (len(names) - 1) - 40 - 12 * len(names)) * shares / shares.sum() if names else []
    top, curves = room.top, []
    for place, (label, ends, height) in enumerate(zip(labels, limits, heights, strict=True)):
        box = Box(room.left, top, room.width, height + 52)  # the room for tick labels is the last one's
        plot = Plot(
            stage, box, epoch_limits(recording.epochs), ends, log=log and label.name == "loss", percent=label.percent,
            right=BEHIND + right, left=left, ticks=None if place == len(names) - 1 else [],
        )  # fmt: skip
        curves.append(Curves(stage, plot, recording, label))
        top += height + 12 + GAP
    return curves


class _Label:
    """How a quantity and its values are written behind the curves."""

    def __init__(self, stage: Stage, name: str, source: Source, limits: tuple[float, float]) -> None:
        self.name, self.source, self.percent = name, source, _is_share(name, limits)
        self.number = Number(name, ".1f", "100.0", " %", scale=100) if self.percent else Number(name, ".3f", "0.000")
        self.kinds = {"": "training", "val_": "validation"} if source == "logs" else {"": ""}
        self.quantity = cut(stage, name.replace("_", " "), NAMED * stage.width)
        widest = [*self.kinds.values(), f"{self.quantity} {self.number.widest}{self.number.unit}"]
        self.width = max(stage.measure(text, LABEL) for text in widest)


class Curves:
    """One quantity over the epochs: training solid, validation dashed; behind each its name and its value of now.

    Args:
        stage: where.
        plot: in which they are drawn.
        recording: of any model.
        label: what they are.
    """

    def __init__(self, stage: Stage, plot: Plot, recording: Recording, label: _Label) -> None:
        self.plot, self._label, self._stage = plot, label, stage
        found = [(kind, *recording.history(f"{prefix}{label.name}", source=label.source))
                 for prefix, kind in label.kinds.items()]  # fmt: skip
        self._series = [series for series in found if len(series[1])]
        self._pens, colors = [], []
        self._lines = 2 if all(label.kinds.values()) else 1
        for (_, epochs, values), color, dash in zip(
            self._series, (stage.theme.ink, stage.theme.quiet), DASHES, strict=False
        ):
            plot.axes.plot(
                epochs, values, color=stage.theme.grid, linewidth=stage.points(2),
                linestyle=(0, dash) if dash else "-", clip_on=False,
            )  # fmt: skip
            self._pens.append(stage.curve(plot.axes, color, 3, 11, dash))
            colors += [to_rgb(color)] * self._lines
        self._words, self._colors = Words(stage, np.zeros((len(colors), 2))), np.reshape(colors, (-1, 3))
        pair(stage, label.name, self._written, self._drawn)

    def show(self, epoch: float) -> None:
        """Draw up to a moment; the names stand as high as the ends of the lines, and apart."""
        tops, words = [], []
        for (kind, epochs, values), pen in zip(self._series, self._pens, strict=True):
            x, y = until(epochs, values, epoch)
            pen.set_data(x, y)
            value = f" {self._label.number.text(y[-1])}" if len(y) else ""
            words += [*([kind] if kind else []), f"{self._label.quantity}{value}"]
            finite, lowest = np.isfinite(values), float(self.plot.axes.get_ylim()[0])
            height = float(np.interp(epoch, epochs[finite], values[finite])) if finite.any() else lowest
            tops.append(self.plot.top_of(max(height, lowest)) + 8 - LINE / 2 * (self._lines - 1))
        room, high = self.plot.room, LINE * self._lines
        places = parted(tops, high + 4, room.bottom + 8 - high / 2, room.top + 14)
        lines = [(room.right + BEHIND, top + line * LINE) for top in places for line in range(self._lines)]
        self._words.move(lines)
        self._words.set_words(words, self._colors)

    def value(self, epoch: float) -> float:
        """Return the first curve's value at a moment, NaN where it has none."""
        _, epochs, values = self._series[0]
        return float(np.interp(epoch, epochs, values)) if epochs[0] <= epoch + 1e-9 else np.nan

    def _written(self) -> list[str]:
        said = self._words.texts[self._lines - 1 :: self._lines]
        return [text.removeprefix(self._label.quantity).strip() for text in said]

    def _drawn(self) -> Array:
        """Return where the dots stand, in the unit of the texts."""
        ends = [pen.end for pen in self._pens]
        return self._label.number.scale * np.array([end[1] if end is not None else np.nan for end in ends])


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
