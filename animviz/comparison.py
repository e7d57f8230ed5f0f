"""Comparing runs: every architecture with the data that it fits, and a table of what came of it."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from animviz.encode import check_output
from animviz.errors import EncodeError, InputError, RecordingError
from animviz.experiment import Experiment, Run
from animviz.files import replace_file
from animviz.recording import Recording

__all__ = [
    "MOST",
    "TABLES",
    "Column",
    "Finished",
    "check_table",
    "columns",
    "decide",
    "finished",
    "keep_time",
    "measured_on",
    "natural_scene",
    "score_of",
    "text_of",
    "time_of",
    "write_table",
]

MOST = 12
TABLES = (".md", ".csv")
_PLANAR = ("two_rings", "moons", "spirals", "xor", "blobs", "points")
_SCENES = {"polynomial": "polyfit", **dict.fromkeys(_PLANAR, "rings")}


def natural_scene(experiment: Experiment) -> str:
    """Return the scene that shows best how the runs of an experiment differ."""
    return _SCENES.get(experiment.name, "confusion")


def decide(
    experiment: Experiment, values: Mapping[str, Any], architectures: Sequence[str], reductions: Sequence[str]
) -> list[Run]:
    """Combine every architecture with every reduction of the data whose width it fits.

    Args:
        experiment: what is trained.
        values: the other data and training options, by name.
        architectures: as text; none stands for the experiment's own.
        reductions: values of the data's option "reduce"; none stands for its default.

    Raises:
        InputError: a value cannot be used, an architecture fits none of the data, a run comes twice, or there are not
            2 to 12 of them.
    """
    bases = [experiment.run({**values, "reduce": reduction}) for reduction in reductions] or [experiment.run(values)]
    runs = [run for text in architectures or [experiment.training.arch] for run in _fitting(text, bases)]
    labels = [run.label for run in runs]
    for label in labels:
        if labels.count(label) > 1:
            raise InputError(f"--arch: {label} is asked for twice; leave one of them out")
    if not 2 <= len(runs) <= MOST:
        number = "a single run" if len(runs) == 1 else f"{len(runs)} runs"
        raise InputError(f"this is {number}; expected 2 to {MOST}, by giving --arch or --reduce more or less often")
    return runs


def _fitting(text: str, bases: Sequence[Run]) -> list[Run]:
    """Return a run for each of the data that the architecture fits."""
    first = text.partition("-")[0].strip()
    fixed = int(first) if first.isascii() and first.isdecimal() and len(first) < 9 else None
    if bases[0].experiment.network != "dense" or len(bases) == 1 or fixed is None:
        return [base.with_arch(text) for base in bases]
    widths = [prod(base.dataset.x.shape[1:]) for base in bases]
    if fixed not in widths:
        there = ", ".join(f"{width} ({base.reduction or 'whole'})" for base, width in zip(bases, widths, strict=True))
        raise InputError(f"--arch {text} fits none of the data, whose widths are {there}")
    return [base.with_arch(text) for base, width in zip(bases, widths, strict=True) if width == fixed]


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


def finished(paths: Sequence[Path]) -> list[Finished]:
    """Open recordings that are to be compared.

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
    found = [Recording(path) for path in paths]
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
    text = str((recording.manifest.settings or {}).get("data", {}).get("reduce", "none")).strip()
    return "" if text == "none" else text


@dataclass(frozen=True)
class Column:
    """A column of the table.

    Attributes:
        title: what stands above it.
        values: one for each run; None where there is none.
        form: format specification for people; files for programs get the plain numbers.
    """

    title: str
    values: tuple[Any, ...]
    form: str = ""

    @property
    def texts(self) -> list[str]:
        """The values as people read them."""
        return ["–" if value is None else format(value, self.form) for value in self.values]


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
        Column(f"{measured_on(recordings[0])} {score}", tuple(snapshot.scores.get(score) for snapshot in last), form),
    ]
    return [column for column in found if any(value is not None for value in column.values)]


def score_of(recording: Recording) -> str:
    """Return the score by which runs are compared: "accuracy" of classifiers, else "loss"."""
    return "accuracy" if "accuracy" in recording.noted(source="scores") else "loss"


def measured_on(recording: Recording) -> str:
    """Return which samples its scores are about: "test", or "training" where there are no others, or just "recorded"."""
    if "train_inputs" in recording.extras:
        return "test"
    return "training" if recording.manifest.settings else "recorded"


def _parameters(recording: Recording) -> int:
    return sum(prod(spec.shape) for spec in recording.manifest.weights.values())


def text_of(table: Sequence[Column], suffix: str) -> str:
    """Return the table as Markdown for ".md", or as comma-separated values for ".csv"."""
    if suffix == ".csv":
        file = io.StringIO()
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([column.title for column in table])
        writer.writerows(zip(*(column.values for column in table), strict=True))
        return file.getvalue()
    shown = []
    for column in table:
        cells = [column.title, *column.texts]
        width = max(map(len, cells))
        left = column.form == ""
        shown.append([cell.ljust(width) if left else cell.rjust(width) for cell in cells])
        shown[-1].insert(1, "-" * width if left else "-" * (width - 1) + ":")
    return "".join(f"| {' | '.join(row)} |\n" for row in zip(*shown, strict=True))


def check_table(path: Path) -> None:
    """Refuse a table that could not be written.

    Raises:
        EncodeError: it is a folder, or its own folder cannot be written.
    """
    if path.is_dir():
        raise EncodeError(f"-o {path} is a folder; expected the name of a file")
    check_output(path.with_name(f"{path.name}.png"), 25)


def write_table(path: Path, table: Sequence[Column]) -> None:
    """Write a table in the form that its extension asks for, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, text_of(table, path.suffix.lower()).encode())


def keep_time(recording: Recording, seconds: float) -> None:
    """Note beside a recording how long its training took; within it the note would change the same run's bytes."""
    note = {"recording": recording.id, "seconds": seconds}
    replace_file(_time_file(recording), json.dumps(note).encode())


def time_of(recording: Recording) -> float | None:
    """Return how long the training of a recording took, in seconds, where that was noted."""
    try:
        note = json.loads(_time_file(recording).read_bytes())
        return float(note["seconds"]) if note["recording"] == recording.id else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _time_file(recording: Recording) -> Path:
    return recording.path.with_suffix(".time.json")
