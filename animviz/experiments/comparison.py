"""Comparing runs: every architecture with the data that it fits, and a table of what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from animviz.errors import InputError, RecordingError
from animviz.experiments.experiment import Experiment, Run
from animviz.experiments.grid import MOST
from animviz.recording.recording import Recording
from animviz.tables import Column

__all__ = ["Finished", "columns", "finished", "natural_scene", "score_of"]

_PLANAR = ("two_rings", "moons", "spirals", "xor", "blobs", "points")
_SCENES = {"polynomial": "polyfit", **dict.fromkeys(_PLANAR, "rings")}


def natural_scene(experiment: Experiment) -> str:
    """Return the scene that shows best how the runs of an experiment differ."""
    return _SCENES.get(experiment.name, "confusion")


@dataclass(frozen=True)
class Finished:
    """A run that was recorded before, called by its folder.

    Attributes:
        recording: what was recorded.
        arch: the folder's name without ".rec", which pictures and tables call it by.
        reduction: how its data are reduced, such as "pca:154"; empty where they are whole or unknown.
    """

    recording: Recording
    arch: str
    reduction: str


def finished(paths: Sequence[Path], output: str | None = None) -> list[Finished]:
    """Open recordings that are to be compared.

    Args:
        paths: of the recordings.
        output: name of the output that is compared, of models that have several.

    Raises:
        InputError: there are not 2 to 12 of them, or two have one name, or they hold other samples than the first.
        RecordingError: one cannot be read.
    """
    if not 2 <= len(paths) <= MOST:
        raise InputError(f"--from names {len(paths)} recording{'s' * (len(paths) > 1)}; expected 2 to {MOST}")
    names = [path.resolve().stem for path in paths]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"--from: two recordings are called {name}, by which they are told apart; rename one")
    found = [Recording(path, output=output) for path in paths]
    for other in found[1:]:
        if not np.array_equal(_labels(other), _labels(found[0])):
            raise InputError(
                f"--from: {other.path} holds other samples than {found[0].path}; record both with the same data"
            )
    return [Finished(one, name, _reduction(one)) for one, name in zip(found, names, strict=True)]


def _labels(recording: Recording) -> Any:
    try:
        return recording.labels
    except RecordingError:
        return None


def _reduction(recording: Recording) -> str:
    text = str(recording.manifest.setting("data", "reduce", "none")).strip()
    return "" if text == "none" else text


def columns(
    runs: Sequence[Run | Finished], recordings: Sequence[Recording], seconds: Sequence[float | None]
) -> list[Column]:
    """Return the table of finished runs: what they are, what they cost, and how good they are.

    The scores are those of the samples in the recording at its last snapshot: a test set where the data have one, else
    what was trained on, and the title says which. Columns without any value are left out.

    Args:
        runs: what was trained, now or before.
        recordings: of these runs.
        seconds: how long each training took, where that is known.
    """
    score = score_of(recordings[0])
    form = ".1%" if score == "accuracy" else ".4g"
    last = [recording[-1] for recording in recordings]
    found = [
        Column("network", tuple(str(run.arch) for run in runs)),
        Column("data", tuple(run.reduction or None for run in runs)),
        Column("parameters", tuple(_parameters(recording) for recording in recordings), ",d"),
        Column("epochs", tuple(snapshot.epoch for snapshot in last), "g"),
        Column("training seconds", tuple(None if s is None else round(s, 2) for s in seconds), ".1f"),
        Column(f"validation {score}", tuple(snapshot.logs.get(f"val_{score}") for snapshot in last), form),
        Column(f"{recordings[0].measured_on} {score}", tuple(snapshot.scores.get(score) for snapshot in last), form),
    ]
    return [column for column in found if any(value is not None for value in column.values)]


def score_of(recording: Recording) -> str:
    """Return the score by which runs are compared: "accuracy" of classifiers, else "loss"."""
    return "accuracy" if "accuracy" in recording.noted(source="scores") else "loss"


def _parameters(recording: Recording) -> int:
    return sum(prod(spec.shape) for spec in recording.manifest.weights.values())
