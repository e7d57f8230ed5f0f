"""Comparing runs: every architecture with the data that it fits, and a table of what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from animviz.errors import InputError, RecordingError
from animviz.experiments.experiment import Experiment, Run
from animviz.experiments.grid import MOST
from animviz.files import resolved
from animviz.recording.recording import Recording
from animviz.tables import Column

__all__ = ["Finished", "Network", "columns", "finished", "natural_scene", "score_of"]

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
    names = [resolved(path).stem for path in paths]
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


@dataclass(frozen=True)
class Network:
    """A network that was trained once, or once for each of several seeds.

    Attributes:
        run: the typical run: the one whose score is in the middle, or the last but one below it.
        recording: of that run.
        others: recordings of the other runs.
        scores: of all runs at their last snapshots, as far as they are known.
    """

    run: Run | Finished
    recording: Recording
    others: tuple[Recording, ...] = ()
    scores: tuple[float, ...] = ()

    @classmethod
    def of(cls, runs: Sequence[Run | Finished], recordings: Sequence[Recording]) -> "Network":
        """Return the network of several runs.

        Args:
            runs: of the network.
            recordings: of these runs.
        """
        score = score_of(recordings[0])
        scores = [recording[-1].scores.get(score, float("nan")) for recording in recordings]
        middle = int(np.argsort(scores, kind="stable")[(len(scores) - 1) // 2])
        others = tuple(recording for place, recording in enumerate(recordings) if place != middle)
        return cls(runs[middle], recordings[middle], others, tuple(scores))

    @property
    def seed(self) -> int | None:
        """Seed of the typical run, where there are others."""
        return self.run.training.seed if self.others and isinstance(self.run, Run) else None

    @property
    def note(self) -> str:
        """What stands beside its name: how its data are reduced, and which run is seen."""
        return " ".join(filter(None, [self.run.reduction, f"seed {self.seed}" if self.seed is not None else ""]))


def columns(networks: Sequence[Network], seconds: Sequence[float | None]) -> list[Column]:
    """Return the table of networks: what they are, what they cost, and how good they are.

    The scores are those of the samples in the recording at its last snapshot: a test set where the data have one, else
    what was trained on, and the title says which. Of several seeds they are mean, lowest and highest, and all else is of
    the typical run. Columns without any value are left out.

    Args:
        networks: trained now or before.
        seconds: how long the training of the typical run took, where that is known.
    """
    runs, recordings = [network.run for network in networks], [network.recording for network in networks]
    score = score_of(recordings[0])
    form = ".1%" if score == "accuracy" else ".4g"
    last = [recording[-1] for recording in recordings]
    title = f"{recordings[0].measured_on} {score}"
    scored = [Column(title, tuple(snapshot.scores.get(score) for snapshot in last), form)]
    if networks[0].others:
        spread = [(fmean(network.scores), min(network.scores), max(network.scores)) for network in networks]
        names = (f"mean {title}", "lowest", "highest")
        scored = [Column(name, values, form) for name, values in zip(names, zip(*spread, strict=True), strict=True)]
        scored.append(Column("typical seed", tuple(network.seed for network in networks), "d"))
    typical = ", typical seed" if networks[0].others else ""
    found = [
        Column("network", tuple(str(run.arch) for run in runs)),
        Column("data", tuple(run.reduction or None for run in runs)),
        Column("parameters", tuple(_parameters(recording) for recording in recordings), ",d"),
        Column("epochs", tuple(snapshot.epoch for snapshot in last), "g"),
        Column("training seconds", tuple(None if s is None else round(s, 2) for s in seconds), ".1f"),
        Column(f"validation {score}{typical}", tuple(snapshot.logs.get(f"val_{score}") for snapshot in last), form),
        *scored,
    ]
    return [column for column in found if any(value is not None for value in column.values)]


def score_of(recording: Recording) -> str:
    """Return the score by which runs are compared: "accuracy" of classifiers, else "loss"."""
    return "accuracy" if "accuracy" in recording.noted(source="scores") else "loss"


def _parameters(recording: Recording) -> int:
    return sum(spec.parameters for spec in recording.manifest.weights.values())
