"""Autoencoders of dense layers; what is recorded is the way through the codes without noise."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras

from animviz.experiments.experiment import Run
from animviz.experiments.ideas.autoencoder import CodeTraining
from animviz.experiments.keras.models import MAX_SEEDS
from animviz.experiments.keras.record import recorder_of, trained
from animviz.experiments.telling import Progress
from animviz.recorders.watcher import Watcher
from animviz.recording.recording import Recording

__all__ = ["Scatter", "record"]


class Scatter(keras.layers.Layer):  # type: ignore[misc]
    """Takes mean and logarithm of the variance of each code, adds noise of that size, and the penalty to the loss.

    The penalty is the Kullback-Leibler divergence from the standard normal distribution; Kingma and Welling (2013).

    Args:
        weight: of the penalty in the loss.
        seed: of the noise.
    """

    def __init__(self, weight: float, seed: int) -> None:
        super().__init__(name="scatter")
        self._weight, self._seeds = weight, keras.random.SeedGenerator(seed)

    def call(self, mean: Any, spread: Any) -> Any:
        """Return scattered codes, shape (samples, units)."""
        ops = keras.ops
        self.add_loss(-0.5 * self._weight * ops.mean(ops.sum(1 + spread - mean**2 - ops.exp(spread), axis=-1)))
        return mean + ops.exp(spread / 2) * keras.random.normal(ops.shape(mean), seed=self._seeds)


def record(run: Run, path: Path, progress: Progress, watchers: Sequence[Watcher]) -> Recording:
    """Train and record; see `animviz.experiments.experiment.Maker`."""
    training, dataset = run.training, run.dataset
    assert isinstance(training, CodeTraining)
    assert dataset.shown is not None
    assert dataset.validation is not None
    narrow = min(range(1, len(run.widths) - 1), key=lambda place: run.widths[place])
    layers = [_dense(run, place, code=place == narrow) for place in range(1, len(run.widths))]
    inputs = keras.Input(dataset.x.shape[1:], name="input")
    chain = keras.Sequential([inputs, *layers], name="network")
    model = _scattered(run, inputs, layers, narrow) if training.weight else chain
    for each in dict.fromkeys(
        (chain, model)
    ):  # a set has another order in each process, and Keras numbers what it makes
        each.compile(keras.optimizers.Adam(training.learning_rate), "binary_crossentropy")
    shown, labels = dataset.shown
    recorder = recorder_of(
        run, path, progress, watchers, inputs=shown, labels=labels, targets=shown, task="reconstruction"
    )
    return trained(
        run, model, dataset.x, dataset.x, _watching(recorder, chain), progress,
        validation_data=(dataset.validation[0], dataset.validation[0]),
    )  # fmt: skip


def _dense(run: Run, place: int, *, code: bool) -> Any:
    last = place == len(run.widths) - 1
    return keras.layers.Dense(
        run.widths[place], "sigmoid" if last else None if code else run.training.activation,
        kernel_initializer=keras.initializers.GlorotUniform(run.training.seed * MAX_SEEDS + place),
        name="output" if last else "code" if code else f"hidden_{place}",
    )  # fmt: skip


def _scattered(run: Run, inputs: Any, layers: Sequence[Any], narrow: int) -> Any:
    """Return a model of the same layers that scatters the codes: it is trained, and the chain is seen."""
    training = run.training
    assert isinstance(training, CodeTraining)
    values = inputs
    for layer in layers[: narrow - 1]:
        values = layer(values)
    initial = keras.initializers.GlorotUniform(training.seed * MAX_SEEDS + len(run.widths))
    spread = keras.layers.Dense(run.widths[narrow], kernel_initializer=initial, name="spread")(values)
    # The mean over pixels in the loss stands for their sum in the bound.
    scatter = Scatter(training.weight / run.widths[-1], training.seed * MAX_SEEDS + len(run.widths) + 1)
    values = scatter(layers[narrow - 1](values), spread)
    for layer in layers[narrow:]:
        values = layer(values)
    return keras.Model(inputs, values, name="scattered")


def _watching(recorder: Any, model: Any) -> Any:
    """Return a recorder that sees one model while another one of the same layers is trained."""
    recorder.set_model(model)
    recorder.set_model = lambda trained: None
    return recorder
