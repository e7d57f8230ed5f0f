"""Curves of one quantity over the epochs, in training and validation, with the values of now at their dots."""

from typing import Literal

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from animviz import Box, Recording, Stage
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.parts import LABEL, Number, Plot, Words, epoch_limits, levels, pair, until

__all__ = ["Curves", "Source", "stacked"]

GAP = 22.0  # units between two plots
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
    heights = (room.height - GAP * (len(names) - 1) - 40 - 12 * len(names)) * shares / shares.sum() if names else []
    top, curves = room.top, []
    for place, (name, ends, height) in enumerate(zip(names, limits, heights, strict=True)):
        box = Box(room.left, top, room.width, height + 52)  # the room for tick labels is the last one's
        last = place == len(names) - 1
        curves.append(Curves(stage, box, recording, name, source, ends, log and name == "loss", left, last))
        top += height + 12 + GAP
    return curves


class Curves:
    """One quantity over the epochs: training solid, validation dashed, with the values of now at their dots."""

    def __init__(
        self, stage: Stage, box: Box, recording: Recording, name: str, source: Source, limits: tuple[float, float],
        log: bool, left: float, ticks: bool,
    ) -> None:  # fmt: skip
        theme, percent = stage.theme, _is_share(name, limits)
        self._stage = stage
        self._number = Number(name, ".1f", "100.0", " %", scale=100) if percent else Number(name, ".3f", "0.000")
        words = {"": "training ", "val_": "validation "} if source == "logs" else {"": ""}
        series = [(word, *recording.history(prefix + name, source=source)) for prefix, word in words.items()]
        self._series = [entry for entry in series if len(entry[1])]
        self._names = [word + name.replace("_", " ") for word, _, _ in self._series]
        self.plot = plot = Plot(
            stage, box, epoch_limits(recording.epochs), limits, log=log, percent=percent, right=8, left=left,
            ticks=None if ticks else [],
        )  # fmt: skip
        colors, dashes = (theme.ink, theme.quiet), ((), (3, 2))
        self._pens = []
        for (_, epochs, values), color, dash in zip(self._series, colors, dashes, strict=False):
            style = (0, dash) if dash else "-"
            plot.axes.plot(
                epochs, values, color=theme.grid, linewidth=stage.points(2), linestyle=style, clip_on=False
            )  # fmt: skip
            self._pens.append(stage.curve(plot.axes, color, 3, 11, dash))
        self._lengths = [
            stage.measure(f"{word}  {self._number.widest}{self._number.unit}", LABEL) + 16 for word in self._names
        ]
        self._corners = [self._places(epochs, values) for _, epochs, values in self._series]
        self._above = self._is_free_above()
        self._now = np.full(len(self._series), np.nan)

    def name(self, stage: Stage) -> None:
        """Add the texts, over all that was added before."""
        self._page = stage.overlay()
        self._ground = Rectangle((0, 0), 0, 0, facecolor=stage.theme.background, edgecolor="none")
        self._page.add_patch(self._ground)
        stage.moves(self._ground)
        self._words = Words(stage, np.zeros((len(self._series), 2)))
        colors = np.array([to_rgb(color) for color in (stage.theme.ink, stage.theme.quiet)])
        self._words.set_words([""] * len(self._series), colors[: len(self._series)])
        texts = self._words
        pair(stage, self._number.label, lambda: [text.rpartition("  ")[2] for text in texts.texts], self._drawn)

    def show(self, epoch: float) -> None:
        """Draw up to a moment."""
        for place, ((_, epochs, values), pen) in enumerate(zip(self._series, self._pens, strict=True)):
            x, y = until(epochs, values, epoch)
            pen.set_data(x, y)
            self._now[place] = y[-1] if len(y) else np.nan
        self._place(epoch)

    def value(self, epoch: float) -> float:
        """Return the first curve's value at a moment, NaN where it has none."""
        _, epochs, values = self._series[0]
        return float(np.interp(epoch, epochs, values)) if epochs[0] <= epoch + 1e-9 else np.nan

    def _place(self, epoch: float) -> None:
        """Write the values right of the dots: above them where the curve falls, else below, the higher one first."""
        known = np.flatnonzero(np.isfinite(self._now))
        order = known[np.argsort(-self._now[known])]
        room, line = self.plot.room, 26
        texts, places = [""] * len(self._now), np.zeros((len(self._now), 2))
        self._ground.set_visible(bool(len(order)))
        if len(order):
            width = max(self._lengths[place] for place in order)
            left = min(self.plot.left_of(epoch) + 14, room.right - width)
            tops = [self.plot.top_of(value) for value in self._now[order]]
            tops += [top for x, y in self._corners for top in y[(x >= left) & (x <= self.plot.left_of(epoch))]]
            first = min(tops) - 12 - line * (len(order) - 1) if self._above else max(tops) + 30
            first = min(max(first, room.top + 12), room.bottom - 8 - line * (len(order) - 1))
            self._ground.set_bounds(left - 4, first - 20, width, line * len(order))
        for row, place in enumerate(order):
            texts[place] = f"{self._names[place]}  {self._number.text(self._now[place])}"
            places[place] = left, first + line * row
        self._words.set_words(texts)
        self._words.move(places)

    def _places(self, epochs: Array, values: Array) -> tuple[Array, Array]:
        """Return where the points of a curve stand, in units from the left and from the top; those that can be drawn."""
        low, _ = self.plot.axes.get_ylim()
        drawn = np.isfinite(values) & (values >= low)
        return self.plot.left_of(epochs[drawn]), self.plot.top_of(values[drawn])

    def _is_free_above(self) -> bool:
        """Say whether the texts stand above the curves at the end, where there is less in their way than below."""
        room = self.plot.room
        least = room.right - max(self._lengths)
        tops = np.concatenate([y[x > least] for x, y in self._corners])
        last = np.array([y[-1] for _, y in self._corners if len(y)] or [0.0])
        above, below = np.sum(tops < last.min() - 6), np.sum(tops > last.max() + 6)
        return bool(above < below or (above == below and last.min() > room.top + room.height / 2))

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
        return float(positive.min()) / 2.5, 1.3 * float(positive.max())  # with room for words below
    top, bottom = float(finite.max()), min(0.0, float(finite.min()))
    if "acc" in name and bottom >= 0 and top <= 1:
        return 0.0, 1.0
    return bottom, top if top > bottom else bottom + 1.0


def _is_share(name: str, limits: tuple[float, float]) -> bool:
    return "acc" in name and limits == (0.0, 1.0)


def _level(level: float, name: str, limits: tuple[float, float]) -> str:
    return f"{100 * level:g} %" if _is_share(name, limits) else f"{level:g}"
