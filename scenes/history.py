"""Learning curves: loss and metrics, in training and validation, drawn up to the moment."""

import numpy as np

from animviz import Moment, Recording, Stage, scene
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.moment import Draw
from animviz.parts.header import LABEL, VALUE, Header, Number, epoch_number, foot, titled
from animviz.parts.plot import Plot, until
from animviz.stage.box import MARGIN, Box

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
    header = Header(stage, titled(recording, "learning curves"), numbers)
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
        series = [("", theme.negative, ()), ("val_", theme.positive, (3, 2))]
        self._series = [(*recording.history(prefix + name), color, dash) for prefix, color, dash in series]
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
