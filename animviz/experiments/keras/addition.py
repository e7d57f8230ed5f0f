"""A network without biases that learns modular addition in whole batches, by AdamW."""

from collections.abc import Sequence
from pathlib import Path

import keras

from animviz.experiments.experiment import Run
from animviz.experiments.ideas.addition import DecayingTraining
from animviz.experiments.keras.models import MAX_SEEDS
from animviz.experiments.keras.record import recorder_of, trained
from animviz.experiments.telling import Progress
from animviz.recorders.watcher import Watcher
from animviz.recording.recording import Recording

__all__ = ["record"]

FORGETS = 0.98  # of the squared gradients AdamW keeps this share, less than by default: steps are few


def record(run: Run, path: Path, progress: Progress, watchers: Sequence[Watcher]) -> Recording:
    """Train and record; see `animviz.experiments.experiment.Maker`."""
    training, dataset = run.training, run.dataset
    assert isinstance(training, DecayingTraining)
    model = keras.Sequential([keras.Input(dataset.x.shape[1:], name="input")], name="network")
    for place, units in enumerate(run.widths[1:], start=1):
        last = place == len(run.widths) - 1
        square = training.activation == "square"
        layer = keras.layers.Dense(
            units, "softmax" if last else keras.ops.square if square else training.activation, use_bias=False,
            kernel_initializer=keras.initializers.GlorotUniform(training.seed * MAX_SEEDS + place),
            name="output" if last else f"hidden_{place}",
        )  # fmt: skip
        model.add(layer)
    optimizer = keras.optimizers.AdamW(training.learning_rate, weight_decay=training.weight_decay, beta_2=FORGETS)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    recorder = recorder_of(run, path, progress, watchers)
    return trained(run, model, dataset.x, dataset.y, recorder, progress, batch_size=len(dataset.x), shuffle=False)
