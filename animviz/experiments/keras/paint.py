"""Networks that paint a picture side by side: one model with an output for each, so that all see the same pixels."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import keras
import numpy as np

from animviz.experiments.experiment import Run
from animviz.experiments.ideas.paint import PaintTraining
from animviz.experiments.keras.models import MAX_SEEDS
from animviz.experiments.keras.record import recorder_of, trained
from animviz.experiments.telling import Progress
from animviz.recorders.watcher import Watcher
from animviz.recording.recording import Recording

__all__ = ["record"]

GREY = 0.5
APART = 10_000  # between the seeds of two networks


def record(run: Run, path: Path, progress: Progress, watchers: Sequence[Watcher]) -> Recording:
    """Train and record; see `animviz.experiments.experiment.Maker`."""
    training, dataset = run.training, run.dataset
    assert isinstance(training, PaintTraining)
    makers = {"ReLU": _relu, "Fourier": _fourier, "sine": _sine}
    places = keras.Input(dataset.x.shape[1:], name="input")
    outputs = {name: makers[name](places, name, run.widths, training) for name in training.painting}
    model = keras.Model(places, outputs, name="network")
    # Each weight belongs to one network, and Adam scales each by itself: all are trained as if they were alone.
    steps = training.epochs * -(-len(dataset.x) // training.batch_size)
    rate = keras.optimizers.schedules.CosineDecay(training.learning_rate, steps)
    model.compile(keras.optimizers.Adam(rate), dict.fromkeys(outputs, "mse"))
    targets = dict.fromkeys(outputs, dataset.y)
    recorder = recorder_of(
        run, path, progress, watchers, targets=targets, labels=dataset.y.mean(axis=1), output=training.painting[-1],
        layers=training.painting,  # whose outputs are kept then; the others are large, and no picture shows them
        task=dict.fromkeys(outputs, "regression"),
    )  # fmt: skip
    return trained(run, model, dataset.x, targets, recorder, progress)


def _relu(places: Any, name: str, widths: tuple[int, ...], training: PaintTraining, start: int = 1) -> Any:
    """Return a plain network with ReLU behind what it is given."""
    values = places
    for place, units in enumerate(widths[start:], start=start):
        last = place == len(widths) - 1
        layer = keras.layers.Dense(
            units, None if last else "relu", kernel_initializer=keras.initializers.GlorotUniform(_seed(training, name, place)),
            bias_initializer=_canvas(last), name=name if last else f"{name}_{place}",
        )  # fmt: skip
        values = layer(values)
    return values


def _fourier(places: Any, name: str, widths: tuple[int, ...], training: PaintTraining) -> Any:
    """Return the same network behind waves of random directions and widths, which are not trained."""
    half = max(1, widths[1] // 2)
    directions = np.random.default_rng(_seed(training, name, 0)).normal(0, training.fourier_scale * np.pi, (2, half))
    waves = keras.layers.Dense(2 * half, keras.ops.sin, trainable=False, name=f"{name}_waves")
    values = waves(places)
    waves.set_weights([np.tile(directions, 2), np.repeat([0, np.pi / 2], half)])  # a cosine is a sine that is ahead
    return _relu(values, name, widths, training, start=min(2, len(widths) - 1))


def _sine(places: Any, name: str, widths: tuple[int, ...], training: PaintTraining) -> Any:
    """Return a network of sines with the initial weights of Sitzmann et al."""
    values, scale = places, training.sine_scale
    for place, (fan_in, units) in enumerate(pairwise(widths), start=1):
        last = place == len(widths) - 1
        reach = 1 / fan_in if place == 1 else np.sqrt(6 / fan_in) / scale
        layer = keras.layers.Dense(
            units, name=name if last else f"{name}_{place}",
            kernel_initializer=keras.initializers.RandomUniform(-reach, reach, _seed(training, name, place)),
            bias_initializer=keras.initializers.RandomUniform(
                -(fan_in**-0.5), fan_in**-0.5, _seed(training, name, place) + MAX_SEEDS // 2
            ) if not last else _canvas(last),
        )  # fmt: skip
        values = layer(values)
        if not last:
            values = keras.layers.Rescaling(scale, name=f"{name}_scale_{place}")(values)
            values = keras.layers.Activation(keras.ops.sin, name=f"{name}_sine_{place}")(values)
    return values


def _canvas(last: bool) -> Any:
    """Return the first biases: what is painted begins grey."""
    return keras.initializers.Constant(GREY if last else 0.0)


def _seed(training: PaintTraining, name: str, place: int) -> int:
    """Return a seed that no other layer has."""
    return training.seed * MAX_SEEDS + place + APART * (1 + training.painting.index(name))
