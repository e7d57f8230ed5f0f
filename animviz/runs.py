"""Runs on disk: a recording is made once, and used again as long as the settings are the same."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from animviz.errors import RecordingError
from animviz.experiment import Run
from animviz.files import watched
from animviz.lean import without
from animviz.progress import Progress, muted_stderr, note
from animviz.recording import Recording
from animviz.writer import require_replaceable

__all__ = ["RENDERS", "home_of", "interruptible", "interruptible_film", "recorded"]

RENDERS = Path("renders")


def home_of(run: Run) -> Path:
    """Return where the recording of a run is kept unless a place is named: all commands share it."""
    return RENDERS / f"{run.experiment.name}-{run.label}.rec"


def recorded(
    run: Run,
    path: Path,
    *,
    retrain: bool,
    stage: str = "training",
    on_stop: Callable[[], str] | None = None,
    on_trained: Callable[[float], None] | None = None,
) -> Recording:
    """Return the recording of a run: the one that is there if it is finished and of the same settings, else a new one.

    Args:
        run: what to train.
        path: folder of the recording.
        retrain: train anew in any case.
        stage: what stands beside the bar of progress.
        on_stop: what to say on Ctrl-C; by default where the finished epochs are.
        on_trained: called with the seconds that the training took, where it was done now.

    Raises:
        RecordingError: something else is there, or it cannot be written.
    """
    require_replaceable(path)
    found = _existing(path)
    if isinstance(found, Recording) and not retrain:
        reason = _difference(found, run)
        if reason is None:
            note(f"drawing from {path}, which is there already (--retrain trains anew)")
            return found
        note(f"training anew: {reason}")
    elif isinstance(found, str):
        note(f"training anew: {found}")

    def finished_epochs() -> str:
        if not (path / "manifest.json").exists():
            return "nothing was trained yet; run the same command again"
        return f"the finished epochs are in {path}: draw them with --from {path}, or run again to train anew"

    with interruptible(on_stop or finished_epochs), Progress() as progress:
        loading = progress.stage("TensorFlow", 1)
        with muted_stderr(), without("sklearn", "pandas"):
            from animviz.training import epoch_callback, record, time_callback, warm_up

            warm_up()
        loading(1)
        callbacks = [epoch_callback(progress.stage(stage, run.training.epochs))]
        callbacks += [time_callback(on_trained)] if on_trained is not None else []
        return record(run, path, callbacks)


@contextmanager
def interruptible(how_to_go_on: Callable[[], str]) -> Iterator[None]:
    """On Ctrl-C say how to go on, and leave."""
    try:
        yield
    except KeyboardInterrupt:
        note(f"stopped; {how_to_go_on()}")
        raise click.Abort from None


@contextmanager
def interruptible_film(target: Path, kept: str) -> Iterator[None]:
    """On Ctrl-C say whether the video is there, and what is kept for another try, and leave."""
    written = watched(target)
    # The signal may come between the moment that the file gets its name and the end of the command.
    with interruptible(lambda: f"{target} is written" if written() else f"no video was written; run again, {kept}"):
        yield


def _existing(path: Path) -> Recording | str | None:
    """Return the recording at a path, or why it cannot be used, or None if there is nothing."""
    if not (path / "manifest.json").exists():
        return None
    try:
        recording = Recording(path)
    except RecordingError as error:
        return str(error)
    if recording.manifest.settings is None:
        raise RecordingError(f"{path} was recorded by other means; draw it with --from {path}, or choose another -o")
    return recording


def _difference(recording: Recording, run: Run) -> str | None:
    """Return why a recording is not of this run, or None if it is."""
    if not recording.manifest.finished:
        return f"{recording.path} ends at epoch {recording.epochs[-1]:g}, its training was cut short"
    then, now = _flat(recording.manifest.settings or {}), _flat(run.settings())
    for name in now:
        if then.get(name) != now[name]:
            return f"{recording.path} has {name} {then.get(name)}, asked for is {now[name]}"
    return None


def _flat(settings: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in settings.items():
        found |= value if isinstance(value, dict) else {name: value}
    return found
