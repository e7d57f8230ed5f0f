"""Learning curves, with pictures of what the network does pinned to them."""

import numpy as np

from animviz import Box, Draw, Moment, Recording, Stage, scene
from animviz.parts import Number, Sheet, joined

from .families.learning_curves import Curves, Source, stacked
from .families.pinned import CAPTION, Pin, Strip, pins_of

MOST = 1  # numbers beside the loss
SLOT = 210.0  # units across for a picture and its caption
ELBOW = 30.0  # units between pictures and curves
TWO = 300.0  # units of height for two plots


@scene(experiment="two_rings", group="learning")
def history(stage: Stage, recording: Recording, *, log: bool = False) -> Draw:
    """Learning curves of any recording, with pictures of what the network does at its landmarks.

    The loss, and accuracy or another number; training and validation, or where the recorder was told of none those of
    the recorded states. The pictures are the plane of a planar classifier, the confusion table of another one, the
    curve of a fit, and else the loss itself.

    Args:
        stage: where to draw.
        recording: any with at least one epoch of training, of any model.
        log: logarithmic scale for the loss.
    """
    source = _source(recording)
    noted = recording.noted(source=source)
    names = [name for name in noted if not name.startswith("val_")]
    names = (["loss"] if "loss" in names else []) + [name for name in names if name != "loss"][:MOST]
    pins = pins_of(recording, max(2, int((stage.width - 80) // SLOT)))
    about = recording.manifest
    of_training = ", ".join(filter(None, [about.title, about.arch])) if source == "logs" else None
    sheet = Sheet(stage, recording, _title(recording, names, source), subtitle=of_training, numbers=["epoch"])
    high = min(150.0, (stage.width - 80) / len(pins) - 40) + CAPTION
    strip = Strip(stage, Box(sheet.room.left, sheet.room.top, sheet.room.width, high), recording, pins)
    sheet.write_foot(_foot(recording, names, source), strip.note)
    below = Box(sheet.room.left, sheet.room.top + high + ELBOW, sheet.room.width, sheet.room.height - high - ELBOW)
    curves = stacked(stage, below, recording, names if below.height >= TWO else names[:1], source, log)
    stems = _Stems(stage, strip, curves[0], pins) if curves else None
    for curve in curves:
        curve.name(stage)

    def draw(moment: Moment) -> None:
        sheet.show(recording.at(moment.epoch))
        past = strip.show(moment.epoch)
        for curve in curves:
            curve.show(moment.epoch)
        if stems is not None:
            stems.show(moment.epoch, past)

    return draw


def _source(recording: Recording) -> Source:
    """Return where the numbers are: those of the training, or where it told of none those of the recorded states."""
    return "logs" if recording.noted() or recording.epochs[-1] <= 0 else "scores"


def _title(recording: Recording, names: list[str], source: Source) -> str:
    """Return what becomes of the loss, from its first to its last value."""
    name = names[0] if names else "loss"
    name = f"val_{name}" if f"val_{name}" in recording.noted(source=source) else name
    _, values = recording.history(name, source=source)
    values = values[np.isfinite(values)]
    if len(values) < 2:
        return "Learning curves"
    number = Number("", ".3f", "0.000")
    first, last = number.text(values[0]), number.text(values[-1])
    verb = "falls" if values[-1] < values[0] else "rises"
    kind = "" if source == "scores" else "validation " if name.startswith("val_") else "training "
    what = (kind + name.removeprefix("val_").replace("_", " ")).capitalize()
    return f"{what} stays at {first}" if first == last else f"{what} {verb} from {first} to {last}"


def _foot(recording: Recording, names: list[str], source: Source) -> str:
    if not names:
        untrained = recording.epochs[-1] <= 0
        return (
            "no epoch has been trained yet: there are no numbers to draw" if untrained else "no numbers were recorded"
        )
    if source == "scores":
        return "of each recorded state, on the recorded samples"
    if any(f"val_{name}" in recording.noted() for name in names):
        return "training: mean over the epoch; validation: at its end"
    return "mean over each epoch of training"


class _Stems:
    """Lines from the pictures down to their moments, and a ring on the curve for each."""

    def __init__(self, stage: Stage, strip: Strip, curves: Curves, pins: list[Pin]) -> None:
        self._curves, self._pins, self._anchors = curves, pins, strip.anchors
        axes = stage.overlay()
        self._lines = stage.line(axes, stage.theme.quiet, 1.5)
        self._rings = stage.line(
            axes, stage.theme.ink, 0, marker="o", markersize=stage.points(11), markeredgewidth=stage.points(2),
            markerfacecolor=stage.theme.background,
        )  # fmt: skip

    def show(self, epoch: float, past: int) -> None:
        """Draw the stems of the past, and that of the present."""
        now = [epoch] if past < len(self._pins) else []
        moments = [*(pin.epoch for pin in self._pins[:past]), *now]
        plot, rings, lines = self._curves.plot, [], []
        for (left, top), moment in zip(self._anchors, moments, strict=False):
            across, value = plot.left_of(moment), self._curves.value(moment)
            end = plot.top_of(value) if np.isfinite(value) else plot.room.bottom
            if np.isfinite(value) and moment is not epoch:
                rings.append((across, end))
            lines.append(np.array([(left, top), (across, plot.room.top - 4), (across, end)]))
        self._lines.set_data(*joined(lines).T)
        self._rings.set_data(*np.array(rings).reshape(-1, 2).T)
