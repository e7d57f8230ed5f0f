"""Learning curves, with pictures of what the network does pinned to them."""

import numpy as np

from animviz import Box, Draw, Moment, Recording, Stage, scene
from animviz.parts import Number, Sheet, epoch_number

from .families.learning_curves import Source, stacked
from .families.pinned import CAPTION, Strip, height_of_key, pins_of
from .families.small_pictures import pictured, small_pictures
from .families.stems import Stems

MOST = 1  # numbers beside the loss
SLOT = 220.0  # units across for a picture and its caption
LARGEST = 0.28  # of the height of all that a picture takes at most
ELBOW = 24.0  # units between pictures and curves
TWO = 420.0  # units of height for two plots


@scene(experiment="two_rings", group="learning")
def history(stage: Stage, recording: Recording, *, log: bool = False) -> Draw:
    """Learning curves of any recording, with pictures of what the network does at its landmarks.

    The loss, and where there is room accuracy or another number; training and validation, or where the recorder was
    told of none those of the recorded states. The pictures are the plane of a planar classifier, the confusion table
    of another one, and the curve of a fit; of other models the landmarks are named alone.

    Args:
        stage: where to draw.
        recording: of any model, with at least one epoch of training.
        log: logarithmic scale for the loss.
    """
    source = _source(recording)
    noted = recording.noted(source=source)
    names = [name for name in noted if not name.startswith("val_")]
    names = (["loss"] if "loss" in names else []) + [name for name in names if name != "loss"][:MOST]
    pins = pins_of(recording, max(3, int((stage.width - 80) // SLOT)))
    subtitle = _of_training(recording) if source == "logs" else None
    sheet = Sheet(stage, recording, _title(recording, names, source), subtitle=subtitle, numbers=["epoch"])
    seen = small_pictures(stage, recording)[0] is not None
    side = min((stage.width - 80) / len(pins) - 24, (LARGEST if names else 0.7) * sheet.room.height)
    high = CAPTION + seen * side + height_of_key(recording)
    strip = Strip(stage, Box(sheet.room.left, sheet.room.top, sheet.room.width, high), recording, pins)
    sheet.write_foot(_foot(recording, names, source), strip.note)
    below = Box(sheet.room.left, sheet.room.top + high + ELBOW, sheet.room.width, sheet.room.height - high - ELBOW)
    curves = stacked(stage, below, recording, names if below.height >= TWO else names[:1], source, log)
    stems = Stems(stage, strip, pins, curves[0].plot, curves[0].value, bend=below.top) if curves else None

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


def _of_training(recording: Recording) -> str:
    """Return what was trained, and of which samples the pictures are."""
    about = recording.manifest
    pictures = ""
    if pictured(recording):
        pictures = f"pictures of {recording.basis.sample_count:,} {recording.measured_on} samples"
    return ", ".join(filter(None, [about.title, about.arch, pictures]))


def _title(recording: Recording, names: list[str], source: Source) -> str:
    """Return what becomes of the loss, from its first to its last value."""
    name = names[0] if names else "loss"
    name = f"val_{name}" if f"val_{name}" in recording.noted(source=source) else name
    epochs, values = recording.history(name, source=source)
    epochs, values = epochs[np.isfinite(values)], values[np.isfinite(values)]
    if len(values) < 2:
        return "Learning curves"
    number = Number("", ".3f", "0.000")
    first, last = number.text(values[0]), number.text(values[-1])
    verb = "falls" if values[-1] < values[0] else "rises"
    kind = "" if source == "scores" else "validation " if name.startswith("val_") else "training "
    what = (kind + name.removeprefix("val_").replace("_", " ")).capitalize()
    when = {"validation ": "after", "training ": "in", "": "at"}[kind]
    since = f" {when} epoch {epoch_number(recording).text(epochs[0])}" if epochs[0] > 0 else ""
    return f"{what} stays at {first}" if first == last else f"{what} {verb} from {first}{since} to {last}"


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
