"""Runs on disk: a recording is made once, and used again as long as the settings are the same."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from animviz.errors import RecordingError
from animviz.experiments.experiment import Maker, Run
from animviz.experiments.homes import difference
from animviz.experiments.keras.starting import uncollected, warm_up, without
from animviz.experiments.telling import Progress, Silence, Stages, Telling
from animviz.files import contents_of, replace_file
from animviz.recorders.description import versions_of
from animviz.recorders.muting import muted_stderr
from animviz.recorders.watcher import Watcher
from animviz.recording.recording import Recording
from animviz.recording.training_state import TrainingState, read_state
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

    A training of the same settings that was cut short goes on from what it has kept.

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
    found = None if retrain else _found(path, run, telling)
    if found is not None and found.manifest.finished:
        telling.note(f"drawing from {path}, which is there already (--retrain trains anew)")
        return found
    start = None if found is None else _start(found, run, telling)
    with telling.training(path) as begin:
        make = _maker(run.experiment.maker, begin)
        progress = Progress(begin(stage, run.training.epochs), start=start)
        return make(run, path, progress if on_trained is None else replace(progress, trained=on_trained), watchers)


def _maker(reference: str, begin: Stages) -> Maker:
    """Return what trains and records runs; where that is Keras, TensorFlow is started first."""
    module, _, name = reference.partition(":")
    if ".keras." in module:
        started = begin("TensorFlow", 1)
        with muted_stderr(), uncollected(), without("sklearn", "pandas"):
            import_module(module)
            warm_up()
        started(1)
    make: Maker = getattr(import_module(module), name)
    return make


def _found(path: Path, run: Run, telling: Telling) -> Recording | None:
    """Return the recording at a path; say why one that cannot be read is replaced.

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
    other = difference(recording.manifest, run)
    if recording.manifest.finished and other is not None:
        raise RecordingError(f"{path} is finished and has {other}; replace it with --retrain, or choose another -o")
    return recording


def _start(recording: Recording, run: Run, telling: Telling) -> TrainingState | None:
    """Return what a training goes on from that was cut short; say from where, or why it is trained anew."""
    path, manifest = recording.path, recording.manifest
    try:
        if other := difference(manifest, run):
            raise RecordingError(f"it has {other}")
        now = versions_of(*manifest.versions)
        if changed := [name for name, version in manifest.versions.items() if now[name] != version]:
            name = changed[0]
            raise RecordingError(f"it was begun with {name} {manifest.versions[name]}, here is {now[name]}")
        state = read_state(path)
        if state.snapshots > len(recording):
            raise RecordingError(
                f"it lacks snapshots before the one that it goes on from, number {state.snapshots - 1}"
            )
    except RecordingError as error:
        end = f"{path} ends at epoch {recording.epochs[-1]:g}, its training was cut short"
        telling.note(f"training anew: {end}; {error}")
        return None
    telling.note(f"going on from epoch {recording.epochs[state.snapshots - 1]:g} of {path} (--retrain trains anew)")
    return state


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
