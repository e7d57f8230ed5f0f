"""Train a run in Keras and record it."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from animviz.experiments.experiment import Run
from animviz.experiments.keras.best import kept_best
from animviz.experiments.keras.fit import fit
from animviz.experiments.keras.models import network_of
from animviz.experiments.telling import UNSAID, Progress
from animviz.recorders.keras.callback import Recorder
from animviz.recorders.watcher import Watcher
from animviz.recording.recording import Recording

__all__ = ["record", "recorder_of", "told"]


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
    stopping = [keras.callbacks.EarlyStopping(monitor=monitor, mode=mode, patience=patience)] if patience else []
    fit(
        model,
        dataset.x,
        target(dataset.y),
        epochs=run.training.epochs,
        batch_size=run.training.batch_size,
        callbacks=[recorder_of(run, path, watchers), *stopping, *told(progress)],
        validation_data=(dataset.validation[0], target(dataset.validation[1])) if dataset.validation else None,
        seed=run.training.seed,
    )
    return kept_best(Recording(path), *watched) if run.training.restore_best else Recording(path)


def recorder_of(run: Run, path: Path, watchers: Sequence[Watcher] = (), **about: Any) -> Recorder:
    """Return the recorder of a run, which replaces a recording that is there.

    Args:
        run: what is trained.
        path: folder of the recording.
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
    return Recorder(path, overwrite=True, watchers=watchers, **{**implied, **about})


def told(progress: Progress) -> list[Any]:
    """Return the Keras callbacks that tell how far a training is."""
    begun = time.perf_counter()

    def begin(logs: Any) -> None:
        nonlocal begun
        begun = time.perf_counter()

    return [
        keras.callbacks.LambdaCallback(
            on_train_begin=begin,
            on_epoch_end=lambda epoch, logs: progress.done(epoch + 1),
            on_train_end=lambda logs: progress.trained(time.perf_counter() - begun),
        )
    ]
