"""The recordings of a storyboard: those that are there, and the runs that would make the others."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from animviz.errors import AnimvizError, InputError
from animviz.experiments.catalogue import experiment_named
from animviz.experiments.experiment import Run
from animviz.experiments.homes import home_of
from animviz.experiments.runs import recorded
from animviz.experiments.telling import Telling
from animviz.files import resolved
from animviz.options import Option
from animviz.recording.recording import Recording
from animviz.storyboard.deciding.placed_needs import PlacedNeeds
from animviz.storyboard.file.board import RecordingTable, Value
from animviz.storyboard.file.reading import Storyboard

__all__ = ["Source", "moment_of", "sources_of", "train", "with_paths"]


@dataclass(frozen=True)
class Source:
    """Where a recording comes from.

    Attributes:
        name: in the storyboard.
        path: of its folder.
        run: what is trained where it is missing, or None.
    """

    name: str
    path: Path
    run: Run | None

    @cached_property
    def recording(self) -> Recording:
        """The recording, which must be there by now."""
        return Recording(self.path)

    @property
    def planned(self) -> tuple[float, float]:
        """First and last epoch, those that are planned where it is to be trained."""
        if self.run is not None:
            return 0.0, float(self.run.training.epochs)
        return float(self.recording.epochs[0]), float(self.recording.epochs[-1])

    def label(self) -> str:
        """Return what stands above its picture by default: the architecture, else its name."""
        arch = self.run.arch if self.run is not None else self.recording.manifest.arch
        return str(arch) if arch is not None else self.name


def moment_of(value: float | str, recording: Recording | None) -> float | None:
    """Return the epoch that a storyboard means: the one place that knows of landmarks.

    Args:
        value: an epoch, or the name of a landmark.
        recording: in which it is looked for; None before it is trained.

    Returns:
        The epoch, or None for a landmark of a recording that is not there yet.

    Raises:
        InputError: the recording has no landmark of this name.
    """
    if not isinstance(value, str):
        return float(value)
    return None if recording is None else _landmark(value, recording)


@lru_cache
def _landmark(name: str, recording: Recording) -> float:
    from animviz.analysis.landmarks import landmark_named

    return landmark_named(name, recording).epoch


def sources_of(storyboard: Storyboard) -> dict[str, Source]:
    """Check all recordings and settings of a storyboard; nothing is trained.

    Raises:
        InputError: a table names neither or both of a path and an experiment, or settings that cannot be used.
    """
    found: dict[str, Source] = {}
    for name, table in storyboard.board.recordings.items():
        try:
            found[name] = _source(storyboard, name, table, found.values())
        except AnimvizError as error:
            raise storyboard.lines.error(("recordings", name), str(error)) from None
    return found


def _source(storyboard: Storyboard, name: str, table: RecordingTable, others: Iterable[Source]) -> Source:
    if (table.path is None) == (table.experiment is None):
        raise InputError("expected either 'path' or 'experiment'")
    if table.path is not None:
        if table.options:
            raise InputError(f"{next(iter(table.options))!r} is an option of an experiment; with 'path' leave it out")
        source = Source(name, resolved(storyboard.beside(table.path)), None)
        assert source.recording
        return source
    experiment = experiment_named(str(table.experiment))
    options = (*experiment.data_options, *experiment.training_options)
    run = experiment.run(with_paths(storyboard, table.options, options))
    home = home_of(run)
    for other in others:
        if other.run is not None and other.path == home and other.run.settings() != run.settings():
            home = home.with_name(f"{home.stem}-{name}.rec")
    return Source(name, home, run)


def with_paths(storyboard: Storyboard, values: Mapping[str, Value], options: Iterable[Option]) -> dict[str, Any]:
    """Return options whose paths are seen from the storyboard's folder."""
    paths = {option.name for option in options if option.kind is Path}
    return {
        name: storyboard.beside(value) if name in paths and isinstance(value, str) else value
        for name, value in values.items()
    }


def train(
    sources: Iterable[Source], needs: Iterable[tuple[str, PlacedNeeds]], *, retrain: bool, telling: Telling
) -> None:
    """Train what is missing, or all; a recording that is there with the same settings is used as it is.

    Args:
        sources: the recordings.
        needs: what shots need of them, by their names.
        retrain: train even what is there.
        telling: says what goes on.

    Raises:
        InputError: a shot could not show what is trained for it; before its first epoch.
    """
    wanted = list(needs)
    for source in sources:
        if source.run is not None:
            watchers = [one for name, one in wanted if name == source.name]
            stage = f"training {source.name}"
            recorded(source.run, source.path, retrain=retrain, stage=stage, telling=telling, watchers=watchers)
