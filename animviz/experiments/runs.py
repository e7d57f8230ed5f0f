"""Runs on disk: a recording is made once, and used again as long as the settings are the same."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from animviz.cli.progress import Progress, note
from animviz.cli.stopping import interruptible
from animviz.errors import RecordingError
from animviz.experiments.experiment import Run
from animviz.experiments.keras.starting import muted_stderr, without
from animviz.files import replace_file
from animviz.recording.recording import Recording
from animviz.recording.writer import require_replaceable

__all__ = ["RENDERS", "home_of", "keep_time", "recorded", "time_of"]

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
            from animviz.experiments.keras.record import epoch_callback, record, time_callback
            from animviz.experiments.keras.starting import warm_up

            warm_up()
        loading(1)
        callbacks = [epoch_callback(progress.stage(stage, run.training.epochs))]
        callbacks += [time_callback(on_trained)] if on_trained is not None else []
        return record(run, path, callbacks)


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
