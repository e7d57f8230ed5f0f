"""Train a run and record it."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from animviz.experiments.experiment import Run
from animviz.experiments.keras.best import kept_best
from animviz.experiments.keras.fit import fit
from animviz.experiments.keras.models import network_of
from animviz.recorders.keras.callback import Recorder
from animviz.recorders.watcher import Watcher
from animviz.recording.recording import Recording

__all__ = ["epoch_callback", "record", "time_callback"]


def epoch_callback(done: Callable[[int], None]) -> Any:
    """Return a Keras callback that reports the number of epochs done."""
    return keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: done(epoch + 1))


def time_callback(done: Callable[[float], None]) -> Any:
    """Return a Keras callback that reports the seconds of a whole training."""
    begun = time.perf_counter()

    def begin(logs: Any) -> None:
        nonlocal begun
        begun = time.perf_counter()

    return keras.callbacks.LambdaCallback(
        on_train_begin=begin, on_train_end=lambda logs: done(time.perf_counter() - begun)
    )


def record(run: Run, path: Path, callbacks: Sequence[Any] = (), watchers: Sequence[Watcher] = ()) -> Recording:
    """Train what an experiment asks for, and record it.

    Args:
        run: the decided experiment, see `animviz.experiments.experiment.Experiment.run`.
        path: folder of the recording; a recording that is there is replaced.
        callbacks: further Keras callbacks, for progress.
        watchers: are told when the recording grows.

    Raises:
        RecordingError: the recording cannot be written.
        AnimvizError: a watcher refuses.
    """
    dataset = run.dataset
    inputs, labels = dataset.shown or (dataset.x, dataset.y)
    recorder = Recorder(
        path,
        inputs,
        labels,
        every=run.training.every,
        class_names=dataset.class_names,
        title=dataset.title or run.experiment.title,
        overwrite=True,
        settings=run.settings(),
        extras=dataset.extras,
        gradients=run.training.gradients,
        watchers=watchers,
    )
    model = network_of(run)
    outputs = model.output_shape[-1]
    one_hot = run.training.loss != "crossentropy" and outputs > 1

    def target(y: NDArray[Any]) -> NDArray[Any]:
        return np.eye(outputs, dtype=np.float32)[y] if one_hot else y.astype(np.float32)[:, None]

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
        callbacks=[recorder, *stopping, *callbacks],
        validation_data=(dataset.validation[0], target(dataset.validation[1])) if dataset.validation else None,
        seed=run.training.seed,
    )
    return kept_best(Recording(path), *watched) if run.training.restore_best else Recording(path)
