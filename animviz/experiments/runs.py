"""Runs on disk: a recording is made once, and used again as long as the settings are the same."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from animviz.errors import RecordingError
from animviz.experiments.experiment import Maker, Run
from animviz.experiments.homes import difference
from animviz.experiments.keras.starting import warm_up, without
from animviz.experiments.telling import Progress, Silence, Stages, Telling
from animviz.files import contents_of, replace_file
from animviz.loading import loading
from animviz.recorders.muting import muted_stderr
from animviz.recorders.watcher import Watcher
from animviz.recording.recording import Recording
from animviz.recording.writer import require_replaceable

__all__ = ["keep_time", "recorded", "time_of"]


def recorded(
    run: Run,
    path: Path,
    *,
    retrain: bool,
    stage: str = "training",
    telling: Telling | None = None,
    watchers: Sequence[Watcher] = (),
    on_trained: Callable[[float], None] | None = None,
) -> Recording:
    """Return the recording of a run: the one that is there if it is finished and of the same settings, else a new one.

    Args:
        run: what to train.
        path: folder of the recording.
        retrain: train anew in any case.
        stage: what stands beside the bar of progress.
        telling: says what goes on; by default nothing is said.
        watchers: are told of the recording where it is made now; what they refuse is not trained.
        on_trained: called with the seconds that the training took, where it was done now.

    Raises:
        RecordingError: something else is there, or a finished recording of other settings; or it cannot be written.
        AnimvizError: a watcher refuses.
    """
    telling = telling or Silence()
    require_replaceable(path)
    if not retrain and (found := _usable(path, run, telling)) is not None:
        telling.note(f"drawing from {path}, which is there already (--retrain trains anew)")
        return found
    with telling.training(path) as begin:
        make = _maker(run.experiment.maker, begin)
        progress = Progress(begin(stage, run.training.epochs))
        return make(run, path, progress if on_trained is None else replace(progress, trained=on_trained), watchers)


def _maker(reference: str, begin: Stages) -> Maker:
    """Return what trains and records runs; where that is Keras, TensorFlow is started first."""
    module, _, name = reference.partition(":")
    if ".keras." in module:
        started = begin("TensorFlow", 1)
        with muted_stderr(), loading(), without("sklearn", "pandas"):
            import_module(module)
            warm_up()
        started(1)
    make: Maker = getattr(import_module(module), name)
    return make


def _usable(path: Path, run: Run, telling: Telling) -> Recording | None:
    """Return the recording at a path if it is of this run and finished; say why one that is there is replaced.

    Raises:
        RecordingError: it was recorded by other means, or is finished and of other settings.
    """
    if not (path / "manifest.json").exists():
        return None
    try:
        recording = Recording(path)
    except RecordingError as error:
        telling.note(f"training anew: {error}")
        return None
    if recording.manifest.settings is None:
        raise RecordingError(f"{path} was recorded by other means; draw it with --from {path}, or choose another -o")
    if not recording.manifest.finished:
        telling.note(f"training anew: {path} ends at epoch {recording.epochs[-1]:g}, its training was cut short")
        return None
    other = difference(recording.manifest, run)
    if other is not None:
        raise RecordingError(f"{path} is finished and has {other}; replace it with --retrain, or choose another -o")
    return recording


def keep_time(recording: Recording, seconds: float) -> None:
    """Note beside a recording how long its training took; within it the note would change the same run's bytes.

    Args:
        recording: what the training made.
        seconds: how long it took.

    Raises:
        OSError: the note cannot be written.
    """
    note = {"recording": recording.id, "seconds": seconds}
    replace_file(_time_file(recording), json.dumps(note).encode())


def time_of(recording: Recording) -> float | None:
    """Return how long the training of a recording took, in seconds, where that was noted."""
    try:
        note = json.loads(contents_of(_time_file(recording)))
        return float(note["seconds"]) if note["recording"] == recording.id else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _time_file(recording: Recording) -> Path:
    return recording.path.with_suffix(".time.json")
