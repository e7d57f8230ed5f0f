"""Learning curves: loss and metrics, in training and validation, drawn up to the moment."""

from typing import Any

import numpy as np
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator
from numpy.typing import NDArray

from animviz import Moment, Recording, Stage, scene
from animviz.errors import SceneError
from animviz.panels import LABEL, VALUE, Header, Number, epoch_number, foot
from animviz.stage import MARGIN, Box, Draw

Array = NDArray[Any]
MOST = 3  # metrics beside the loss


@scene(experiment="two_rings")
def history(stage: Stage, recording: Recording, *, log: bool = False) -> Draw:
    """Learning curves of any recording, loss and metrics, up to the moment.

    Args:
        stage: where to draw.
        recording: any with at least one epoch of training, of any model.
        log: logarithmic scale for the loss.
    """
    names = [name for name in recording.noted() if not name.startswith("val_")]
    names = (["loss"] if "loss" in names else []) + [name for name in names if name != "loss"][:MOST]
    if not names:
        names = []
    validated = any(f"val_{name}" in recording.noted() for name in names)
    numbers = [epoch_number(recording)]
    title = f"{recording.manifest.title}, learning curves" + (
        f" of {recording.manifest.arch}" if recording.manifest.arch else ""
    )
    header = Header(stage, title, numbers)
    if not names:
        foot(stage, "no epoch has been trained yet: there are no numbers to draw")
        return lambda moment: header.show(recording.at(moment.epoch).snapshot.epoch)
    parts = (
        ["solid: training, mean over the epoch", "dashed: validation, at its end"]
        if validated
        else ["mean over each epoch of training"]
    )
    bottom = foot(stage, *parts)
    curves = [
        _Curves(stage, box, recording, name, log=log and name == "loss")
        for name, box in zip(names, _layout(stage, len(names), header.bottom, bottom - 14), strict=True)
    ]

    def draw(moment: Moment) -> None:
        header.show(recording.at(moment.epoch).snapshot.epoch)
        for curve in curves:
            curve.show(moment.epoch)

    return draw


class _Curves:
    """One quantity over the epochs: training solid, validation dashed."""

    def __init__(self, stage: Stage, box: Box, recording: Recording, name: str, *, log: bool) -> None:
        theme = stage.theme
        series = [("", theme.negative, "-"), ("val_", theme.positive, (0, (3, 2)))]
        self._series = [(*recording.history(prefix + name), color, dash) for prefix, color, dash in series]
        self._series = [entry for entry in self._series if len(entry[0])]
        values = np.concatenate([entry[1] for entry in self._series])
        low, high = _limits(values, name, log)
        first, last = float(recording.epochs[0]), float(recording.epochs[-1])
        left = max(stage.measure(f"{level:g}", LABEL) for level in _levels(low, high, log)) + 14
        right = max(stage.measure("validation", LABEL), stage.measure("0.000", VALUE, "medium")) + 52
        room = Box(box.left + left, box.top + 48, box.width - left - right, box.height - 48 - 40)
        axes = stage.axes(room, (first, last), (low, high))
        if log:
            axes.set_yscale("log")
        stage.text(box.left, box.top + 22, name.replace("_", " "), weight="medium")
        self._rules(stage, axes, room, (first, last), (low, high), log)
        self._lines, self._dots, self._values = [], [], []
        for _, _, color, dash in self._series:
            self._lines.append(stage.line(axes, color, 3, linestyle=dash, clip_on=False))
            dot = stage.line(axes, color, 0, marker="o", markersize=stage.points(11), markeredgewidth=0, clip_on=False)
            self._dots.append(dot)
        for row, (label, color) in enumerate(
            (("training", theme.negative), ("validation", theme.positive))[: len(self._series)]
        ):
            top = room.top + 16 + 84 * row
            # The colour is in the dot: coloured letters would be too faint on white.
            stage.text(box.right, top, label, color=theme.quiet, align="right")
            stage.dot(box.right - stage.measure(label, LABEL) - 16, top - 8, 13, color)
            value = stage.text(box.right, top + 34, "", size=VALUE, weight="medium", align="right", moves=True)
            self._values.append(value)
        self._number = Number(name, ".3f", "0.000")

    def show(self, epoch: float) -> None:
        """Draw up to a moment; the numbers are those of the last epoch that is complete."""
        for (epochs, values, _, _), line, dot, text in zip(
            self._series, self._lines, self._dots, self._values, strict=True
        ):
            known = epochs <= epoch + 1e-9
            # The pen runs along the line that joins the epochs, so the curve grows without jumps.
            x = np.append(epochs[known], [epoch] if known.any() and not known.all() else [])
            y = np.append(values[known], np.interp(x[known.sum() :], epochs, values))
            line.set_data(x, y)
            dot.set_data(x[-1:], y[-1:])
            text.set_text(self._number.text(values[known][-1]) if known.any() else "–")

    @staticmethod
    def _rules(stage: Stage, axes: Any, room: Box, x: tuple[float, float], y: tuple[float, float], log: bool) -> None:
        """Draw quiet level lines with their values, and the epochs below."""
        theme = stage.theme
        axes.xaxis.set_minor_locator(NullLocator())
        for level in _levels(*y, log):
            share = (np.log(level / y[0]) / np.log(y[1] / y[0])) if log else (level - y[0]) / (y[1] - y[0])
            axes.plot(x, [level, level], color=theme.grid, linewidth=stage.points(1), clip_on=False)
            top = room.bottom - share * room.height + 8
            stage.text(room.left - 14, top, f"{level:g}", color=theme.quiet, align="right")
        ticks = MaxNLocator(nbins=max(2, int(room.width // 90)), steps=[1, 2, 2.5, 5, 10], integer=True)
        for tick in (t for t in ticks.tick_values(*x) if x[0] <= t <= x[1] and t == round(t)):
            left = room.left + (tick - x[0]) / (x[1] - x[0]) * room.width
            stage.text(left, room.bottom + 34, f"{tick:.0f}", color=theme.quiet, align="center")


def _levels(low: float, high: float, log: bool) -> list[float]:
    """Return the values at which level lines are drawn: at least one, and three where a decade can be divided."""
    even = MaxNLocator(4, steps=[1, 2, 2.5, 5, 10])
    inside: list[float] = []
    for locator in (LogLocator(), LogLocator(subs=(1, 2, 5))) if log else (even,):
        inside = [float(v) for v in locator.tick_values(low, high) if low <= v <= high]
        if len(inside) >= 3:
            break
    return inside or [low]


def _limits(values: Array, name: str, log: bool) -> tuple[float, float]:
    """Return limits that hold for the whole video; a linear scale starts at zero, so that no axis is cut."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return (0.1, 1.0) if log else (0.0, 1.0)
    if log:
        positive = finite[finite > 0]
        if not positive.size:
            raise SceneError(f"--log needs positive values; {name} is never above zero")
        low, high = float(positive.min()), float(positive.max())
        return low / 1.3, high * 1.3
    top = float(finite.max())
    bottom = min(0.0, float(finite.min()))
    if "acc" in name and bottom >= 0 and top <= 1:
        return 0.0, 1.0
    return bottom, top if top > bottom else bottom + 1.0


def _layout(stage: Stage, count: int, top: float, bottom: float) -> list[Box]:
    """Return boxes: side by side in wide frames when there are two or more, else stacked."""
    columns = 1 if count == 1 or stage.width < 1150 else 2
    rows = -(-count // columns)
    width = (stage.width - 2 * MARGIN - 48 * (columns - 1)) / columns
    height = (bottom - top - 24 * (rows - 1)) / rows
    return [
        Box(MARGIN + (k % columns) * (width + 48), top + (k // columns) * (height + 24), width, height)
        for k in range(count)
    ]
