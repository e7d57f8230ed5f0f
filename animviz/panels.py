"""Parts that many scenes share: the header with its numbers, the foot line, the ruler of time, the network diagram."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from animviz.choice import evenly
from animviz.errors import DivergedError
from animviz.recording import Recording, State
from animviz.stage import MARGIN, Box, Stage

__all__ = ["Header", "Network", "Number", "Ruler", "cut", "epoch_number", "foot", "sampled_states", "titled"]

Array = NDArray[Any]
LABEL, VALUE, TITLE = 22.0, 28.0, 30.0
MIN_TITLE = 22.0
WIDE = 1100.0  # units from which title and numbers share a line


@dataclass(frozen=True)
class Number:
    """A number in the header.

    Attributes:
        label: what stands before it.
        form: format specification of the value, such as ".3f".
        widest: the longest text that it will show, for which room is kept so that nothing shifts.
        unit: what stands behind it.
    """

    label: str
    form: str
    widest: str
    unit: str = ""

    def text(self, value: float) -> str:
        """Return the value as it is shown; a dash where there is none."""
        if not np.isfinite(value):
            return "–"
        text = format(value, self.form)
        return (text if len(text) <= len(self.widest) + 1 else format(value, ".2g")) + self.unit


def epoch_number(recording: Recording) -> Number:
    """Return the header's epoch: whole where all snapshots are, else with the decimals that tell them apart."""
    whole = bool(np.all(recording.epochs == np.round(recording.epochs)))
    form = ".0f" if whole else ".2f"
    return Number("epoch", form, format(recording.epochs[-1], form))


def titled(recording: Recording, what: str) -> str:
    """Return a title: the recording's, what is seen, and of which architecture."""
    manifest = recording.manifest
    return f"{manifest.title}, {what}" + (f" of {manifest.arch}" if manifest.arch else "")


LOSS = Number("loss", ".3f", "0.000")
ACCURACY = Number("accuracy", ".1f", "100.0", " %")


class Header:
    """A title, and numbers that keep their places.

    Args:
        stage: where.
        title: shrunk, and in the end cut, if there is no room for it.
        numbers: from left to right.

    Attributes:
        bottom: units from the upper edge at which the picture may begin.
    """

    def __init__(self, stage: Stage, title: str, numbers: Sequence[Number]) -> None:
        self._numbers = numbers
        one_line = stage.width >= WIDE
        baseline = 46.0 if one_line or not numbers else 88.0
        right = stage.width - MARGIN
        self._values = []
        places = []
        for number in reversed(numbers):
            value_width = stage.measure(number.widest + number.unit, VALUE, "medium")
            label_width = stage.measure(number.label, LABEL)
            places.append((right, right - value_width - 14 - label_width))
            right = places[-1][1] - (52 if one_line else 36)
        shift = 0.0 if one_line or not places else places[-1][1] - MARGIN
        for number, (value_right, label_left) in zip(numbers, reversed(places), strict=True):
            stage.text(label_left - shift, baseline, number.label, size=LABEL, color=stage.theme.quiet)
            text = stage.text(value_right - shift, baseline, "", size=VALUE, weight="medium", align="right", moves=True)
            self._values.append(text)
        room = (right if one_line else stage.width - MARGIN) - MARGIN
        _fitted(stage, MARGIN, 46.0, title, room, TITLE, "medium")
        self.bottom = baseline + 22

    def show(self, *values: float) -> None:
        """Show these values, in the order of the numbers."""
        for number, text, value in zip(self._numbers, self._values, values, strict=True):
            text.set_text(number.text(value))


def foot(stage: Stage, *parts: str) -> float:
    """Write the line at the foot that says in plain words what is seen; return where it begins, in units from the top."""
    separator = "   ·   "
    lines: list[str] = []
    for part in parts:
        joined = separator.join([lines[-1], part]) if lines else part
        if lines and stage.measure(joined, LABEL) <= stage.width - 2 * MARGIN:
            lines[-1] = joined
        else:
            lines.append(part)
    top = stage.height - 20 - 30 * (len(lines) - 1)
    for row, line in enumerate(lines):
        _fitted(stage, MARGIN, top + 30 * row, line, stage.width - 2 * MARGIN, LABEL, "regular", stage.theme.quiet)
    return top - LABEL


def _fitted(
    stage: Stage, left: float, top: float, text: str, room: float, size: float,
    weight: Literal["regular", "medium"], color: str | None = None,
) -> None:  # fmt: skip
    """Write a line in the largest type that fits, and cut it with an ellipsis where even the smallest does not."""
    while size > MIN_TITLE and stage.measure(text, size, weight) > room:
        size -= 1
    stage.text(left, top, cut(stage, text, room, size, weight), size=size, weight=weight, color=color)


def cut(
    stage: Stage, text: str, room: float, size: float = LABEL, weight: Literal["regular", "medium"] = "regular"
) -> str:
    """Return the text, cut with an ellipsis if it is wider than the room in units."""
    while len(text) > 1 and stage.measure(text, size, weight) > room:
        text = text[:-2].rstrip() + "…"
    return text


class Ruler:
    """A number over the epochs on a ruler of time: past bright, now a dot, future faint.

    Args:
        stage: where.
        box: room for curve, ruler and tick labels.
        recording: what is drawn; the number is the score "loss" of the states, or Keras' own where there is none.

    Attributes:
        name: what the curve shows.
    """

    def __init__(self, stage: Stage, box: Box, recording: Recording) -> None:
        source = recording.loss_source
        self._epochs, self._values = recording.history("loss", source=source)
        self.name = "loss" if source == "scores" else "training loss"
        first, last = float(recording.epochs[0]), float(recording.epochs[-1])
        last = last if last > first else first + 1
        finite = self._values[np.isfinite(self._values)]
        top = float(finite.max()) if finite.size and finite.max() > 0 else 1.0
        curve = Box(box.left, box.top, box.width, box.height - 34)
        # A little air at the edges, so that the dot is whole at both ends; the ruler is as long as the box all the same.
        pad_x = (last - first) * 8 / (curve.width - 16)
        pad_y = top * 9 / (curve.height - 18)
        self._axes = stage.axes(
            Box(curve.left - 8, curve.top, curve.width + 16, curve.height),
            (first - pad_x, last + pad_x),
            (-pad_y, top + pad_y),
        )
        self._axes.plot(self._epochs, self._values, color=stage.theme.grid, linewidth=stage.points(2.5), clip_on=False)
        self._rule(stage, curve, first, last)
        self._past = stage.curve(self._axes, stage.theme.ink, 3, 12)

    def show(self, epoch: float) -> None:
        """Move to a moment, in epochs."""
        if not len(self._epochs):
            return
        past = self._epochs <= epoch
        value = np.interp(epoch, self._epochs, self._values)
        self._past.set_data(np.append(self._epochs[past], epoch), np.append(self._values[past], value))

    def _rule(self, stage: Stage, curve: Box, first: float, last: float) -> None:
        ticks = MaxNLocator(nbins=max(2, int(curve.width // 110)), steps=[1, 2, 2.5, 5, 10], integer=True)
        whole = [tick for tick in ticks.tick_values(first, last) if first <= tick <= last and tick == round(tick)]
        self._axes.plot([first, last], [0, 0], color=stage.theme.quiet, linewidth=stage.points(1), zorder=0)
        for tick in whole:
            left = curve.left + (tick - first) / (last - first) * curve.width
            stage.text(left, curve.bottom + 24, f"{tick:.0f}", size=LABEL, color=stage.theme.quiet, align="center")
            self._axes.plot(
                [tick, tick], [0, -self._axes.get_ylim()[1] * 0.03], color=stage.theme.quiet, linewidth=stage.points(1)
            )


class Network:
    """The network as nodes and links: width is the size of a weight, colour its sign, on one scale over the video.

    Layers of more than a few units show some of them; their number is written below.

    Args:
        stage: where.
        box: room for the diagram.
        recording: a chain of dense layers.
    """

    MOST = 8

    def __init__(self, stage: Stage, box: Box, recording: Recording) -> None:
        self._stage = stage
        self._kernels = [layer.kernel for layer in recording.layers if layer.kernel is not None]
        shapes = [recording.manifest.weights[name].shape for name in self._kernels]
        widths = [shapes[0][0], *(shape[1] for shape in shapes)]
        self._shown = [evenly(width, self.MOST) for width in widths]
        caption = 26.0 if max(widths) > self.MOST else 0.0
        room = Box(box.left + 12, box.top + 12, box.width - 24, box.height - 24 - caption)
        xs = np.linspace(room.left, room.right, len(widths))
        step = min(86.0, room.height / max(1, max(map(len, self._shown)) - 1))
        middle = room.top + room.height / 2
        self._places = [
            np.stack([np.full(len(units), x), middle + step * (np.arange(len(units)) - (len(units) - 1) / 2)], axis=1)
            for x, units in zip(xs, self._shown, strict=True)
        ]
        for x, width in zip(xs, widths, strict=True):
            if caption:
                stage.text(x, box.bottom, str(width), size=LABEL, color=stage.theme.quiet, align="center")
        self._scale = max((np.abs(w).max() for w in self._sizes(recording)), default=0.0) or 1.0
        axes = stage.axes(Box(0, 0, stage.width, stage.height), (0, stage.width), (stage.height, 0))
        axes.patch.set_visible(False)
        self._links = LineCollection(self._segments(), capstyle="round")
        axes.add_collection(self._links, autolim=False)
        stage.moves(self._links)
        nodes = axes.plot(
            *np.concatenate(self._places).T, "o", color=stage.theme.ink, markersize=stage.points(min(19.0, 0.6 * step)),
            markerfacecolor=stage.theme.background, markeredgewidth=stage.points(2),
        )  # fmt: skip
        stage.covers(*nodes)

    def show(self, state: State) -> None:
        """Show the weights of a state."""
        theme = self._stage.theme
        size = np.concatenate([self._visible(state.weights[name], k).ravel() for k, name in enumerate(self._kernels)])
        share = np.clip(np.abs(size) / self._scale, 0, 1)
        self._links.set_linewidth([self._stage.points(0.4 + 6 * s) for s in share])
        positive, negative = theme.mix(theme.positive, 0.75), theme.mix(theme.negative, 0.75)
        self._links.set_color([positive if value > 0 else negative for value in size])

    def _visible(self, kernel: Array, layer: int) -> Array:
        return np.asarray(kernel[np.ix_(self._shown[layer], self._shown[layer + 1])])

    def _segments(self) -> list[Array]:
        pairs = zip(self._places[:-1], self._places[1:], strict=True)
        return [np.stack([start, end]) for before, after in pairs for start in before for end in after]

    def _sizes(self, recording: Recording) -> list[Array]:
        states = sampled_states(recording)
        return [self._visible(state.weights[name], k) for state in states for k, name in enumerate(self._kernels)]


def sampled_states(recording: Recording, most: int = 60) -> list[State]:
    """Return the states of evenly spread snapshots, first and last among them, from which fixed limits are taken.

    Raises:
        DivergedError: no snapshot has finite weights.
    """
    states = [recording.at(recording.epochs[index]) for index in evenly(len(recording), most)]
    finite = []
    for state in states:
        try:
            state.weights  # noqa: B018
        except DivergedError:
            continue
        finite.append(state)
    if not finite:
        raise DivergedError(f"{recording.path}: no snapshot has finite weights; train again with a smaller step")
    return finite
