"""A network whose last hidden layer is linear, and kept small together with the layer behind it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras

from animviz.experiments.experiment import Run
from animviz.experiments.ideas.collapse import CollapseTraining
from animviz.experiments.keras.models import MAX_SEEDS
from animviz.experiments.keras.record import recorder_of, trained
from animviz.experiments.telling import Progress
from animviz.recorders.watcher import Watcher
from animviz.recording.recording import Recording

__all__ = ["record"]

CALM = 0.01  # of the learning rate is left in the end


def record(run: Run, path: Path, progress: Progress, watchers: Sequence[Watcher]) -> Recording:
    """Train and record; see `animviz.experiments.experiment.Maker`."""
    training, dataset = run.training, run.dataset
    model = keras.Sequential([keras.Input(dataset.x.shape[1:], name="input"), *_layers(run)], name="network")
    steps = training.epochs * -(-len(dataset.x) // training.batch_size)
    rate = keras.optimizers.schedules.CosineDecay(training.learning_rate, steps, alpha=CALM)
    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return trained(run, model, dataset.x, dataset.y, recorder_of(run, path, progress, watchers), progress)


def _layers(run: Run) -> list[Any]:
    """Return dense layers of which the last hidden one is linear."""
    training, last = run.training, len(run.widths) - 1
    assert isinstance(training, CollapseTraining)
    small = keras.regularizers.L2(training.decay)
    return [
        keras.layers.Dense(
            units, "softmax" if place == last else "linear" if place == last - 1 else training.activation,
            kernel_initializer=keras.initializers.GlorotUniform(training.seed * MAX_SEEDS + place),
            kernel_regularizer=small if place == last else None,
            activity_regularizer=small if place == last - 1 else None,
            name="output" if place == last else f"hidden_{place}",
        )
        for place, units in enumerate(run.widths[1:], start=1)
    ]  # fmt: skip
