"""Learning curves: loss and metrics, in training and validation, drawn up to the moment."""

from typing import Literal

import numpy as np

from animviz import Box, Draw, Moment, Recording, Stage, scene
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.parts import LABEL, VALUE, Number, Plot, Sheet, of_network, until

MOST = 3  # metrics beside the loss
Source = Literal["logs", "scores"]
_LABELS: dict[Source, str] = {"logs": "training", "scores": "samples"}


@scene(experiment="two_rings")
def history(stage: Stage, recording: Recording, *, log: bool = False) -> Draw:
    """Learning curves of any recording, loss and metrics, up to the moment.

    Where the recorder was told of none, loss and metrics of the recorded states are drawn.

    Args:
        stage: where to draw.
        recording: any with at least one epoch of training, of any model.
        log: logarithmic scale for the loss.
    """
    source = _source(recording)
    names = [name for name in recording.noted(source=source) if not name.startswith("val_")]
    names = (["loss"] if "loss" in names else []) + [name for name in names if name != "loss"][:MOST]
    parts = _foot(recording, names, source)
    sheet = Sheet(stage, recording, of_network(recording, "learning curves"), numbers=["epoch"], foot=parts)
    curves = [
        _Curves(stage, box, recording, name, source, log=log and name == "loss")
        for name, box in zip(names, _layout(stage, sheet.room, len(names)), strict=True)
    ]

    def draw(moment: Moment) -> None:
        sheet.show(recording.at(moment.epoch))
        for curve in curves:
            curve.show(moment.epoch)

    return draw


def _source(recording: Recording) -> Source:
    """Return where the numbers are: those of the training, or where it told of none those of the recorded states."""
    return "logs" if recording.noted() or recording.epochs[-1] <= 0 else "scores"


def _foot(recording: Recording, names: list[str], source: Source) -> list[str]:
    if not names:
        untrained = recording.epochs[-1] <= 0
        return [
            "no epoch has been trained yet: there are no numbers to draw" if untrained else "no numbers were recorded"
        ]
    if source == "scores":
        return ["of each recorded state, on the recorded samples"]
    if any(f"val_{name}" in recording.noted() for name in names):
        return ["solid: training, mean over the epoch", "dashed: validation, at its end"]
    return ["mean over each epoch of training"]


class _Curves:
    """One quantity over the epochs: training solid, validation dashed."""

    def __init__(self, stage: Stage, box: Box, recording: Recording, name: str, source: Source, *, log: bool) -> None:
        theme = stage.theme
        kinds = [("", theme.negative, ()), ("val_", theme.positive, (3, 2))]
        self._series = [
            (*recording.history(prefix + name, source=source), color, dash) for prefix, color, dash in kinds
        ]
        self._series = [entry for entry in self._series if len(entry[0])]
        values = np.concatenate([entry[1] for entry in self._series])
        low, high = _limits(values, name, log)
        first, last = float(recording.epochs[0]), float(recording.epochs[-1])
        right = max(stage.measure("validation", LABEL), stage.measure("0.000", VALUE, "medium")) + 52
        plot = Plot(stage, box, (first, last), (low, high), title=name.replace("_", " "), log=log, right=right)
        axes, room = plot.axes, plot.room
        self._curves = [stage.curve(axes, color, 3, 11, dash) for _, _, color, dash in self._series]
        self._values = []
        for row, (label, color) in enumerate(
            ((_LABELS[source], theme.negative), ("validation", theme.positive))[: len(self._series)]
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
        for (epochs, values, _, _), curve, text in zip(self._series, self._curves, self._values, strict=True):
            curve.set_data(*until(epochs, values, epoch))
            known = values[epochs <= epoch + 1e-9]
            text.set_text(self._number.text(known[-1]) if known.size else "–")


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


def _layout(stage: Stage, room: Box, count: int) -> list[Box]:
    """Return boxes: side by side in wide frames when there are two or more, else stacked."""
    columns = 1 if count <= 1 or stage.width < 1150 else 2
    rows = max(1, -(-count // columns))
    width = (room.width - 48 * (columns - 1)) / columns
    height = (room.height - 24 * (rows - 1)) / rows
    return [
        Box(room.left + (k % columns) * (width + 48), room.top + (k // columns) * (height + 24), width, height)
        for k in range(count)
    ]
