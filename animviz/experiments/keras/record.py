"""Train a run in Keras and record it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from animviz.experiments.experiment import Run
from animviz.experiments.keras.best import kept_best
from animviz.experiments.keras.fit import fit
from animviz.experiments.keras.keeping import Keeper, put_back
from animviz.experiments.keras.models import network_of
from animviz.experiments.telling import UNSAID, Progress
from animviz.recorders.keras.callback import Recorder
from animviz.recorders.watcher import Watcher
from animviz.recording.recording import Recording
from animviz.recording.writer import RecordingWriter

__all__ = ["record", "recorder_of", "trained"]


def record(
    run: Run,
    path: Path,
    progress: Progress = UNSAID,
    watchers: Sequence[Watcher] = (),
) -> Recording:
    """Train a classifier or a regression, and record it.

    Args:
        run: the decided experiment, see `animviz.experiments.experiment.Experiment.run`.
        path: folder of the recording; a recording that is there is replaced.
        progress: is told how far the training is.
        watchers: are told when the recording grows.

    Raises:
        RecordingError: the recording cannot be written.
        AnimvizError: a watcher refuses.
    """
    dataset = run.dataset
    model = network_of(run)
    outputs = model.output_shape[-1]
    one_hot = run.training.loss != "crossentropy" and outputs > 1 and bool(dataset.class_names)

    def target(y: NDArray[Any]) -> NDArray[Any]:
        return np.eye(outputs, dtype=np.float32)[y] if one_hot else y.astype(np.float32).reshape(len(y), -1)

    watched = ("val_accuracy", "max") if dataset.task == "classification" else ("val_loss", "min")
    patience = run.training.early_stopping
    monitor, mode = watched
    stopping = keras.callbacks.EarlyStopping(monitor=monitor, mode=mode, patience=patience) if patience else None
    recording = trained(
        run,
        model,
        dataset.x,
        target(dataset.y),
        recorder_of(run, path, progress, watchers),
        progress,
        stopping=stopping,
        validation_data=(dataset.validation[0], target(dataset.validation[1])) if dataset.validation else None,
    )
    return kept_best(recording, *watched) if run.training.restore_best else recording


def trained(
    run: Run, model: Any, x: Any, y: Any, recorder: Recorder, progress: Progress, *, stopping: Any = None, **how: Any
) -> Recording:
    """Train a model, from the first epoch or from where a training was cut short, and return its recording.

    Args:
        run: what is trained.
        model: compiled, with its first weights.
        x: inputs, see `fit`.
        y: targets, likewise.
        recorder: of the run, see `recorder_of`.
        progress: where the training starts; is told how far it is.
        stopping: a callback that ends the training early.
        **how: further arguments of `fit`, or others than those that the run implies.

    Raises:
        RecordingError: the recording cannot be written, or the training cannot go on from what is kept.
    """
    start, first = progress.start, 0
    if start is not None:
        put_back(model, start, recorder.path)
        kept = RecordingWriter.resume(Recording(recorder.path), start.snapshots)
        first = round(Recording(kept.path).epochs[-1])
    keeper = Keeper(recorder, stopping, start)
    ending = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: progress.done(epoch + 1),
        on_train_end=lambda logs: progress.trained(keeper.seconds),
    )
    implied = {"epochs": run.training.epochs, "batch_size": run.training.batch_size, "seed": run.training.seed}
    callbacks = [recorder, *([stopping] if stopping else []), ending, keeper]
    fit(model, x, y, callbacks=callbacks, initial_epoch=first, **{**implied, **how})
    return Recording(recorder.path)


def recorder_of(run: Run, path: Path, progress: Progress, watchers: Sequence[Watcher] = (), **about: Any) -> Recorder:
    """Return the recorder of a run, which goes on with a recording that is there, or replaces it.

    Args:
        run: what is trained.
        path: folder of the recording.
        progress: where the training starts.
        watchers: are told when the recording grows.
        **about: further arguments of `Recorder`, or others than those that the run implies.

    Raises:
        InputError: see `Recorder`.
    """
    dataset = run.dataset
    inputs, labels = dataset.shown or (dataset.x, dataset.y)
    implied = {
        "inputs": inputs,
        "labels": labels,
        "every": run.training.every,
        "class_names": dataset.class_names,
        "title": dataset.title or run.experiment.title,
        "settings": run.settings(),
        "extras": dataset.extras,
        "gradients": run.training.gradients,
    }
    goes_on = progress.start is not None
    return Recorder(path, overwrite=not goes_on, resume=goes_on, watchers=watchers, **{**implied, **about})
