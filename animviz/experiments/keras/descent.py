"""A race of Keras' optimizers over a map, recorded as plain arrays: a place for each of them, step after step."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from animviz.analysis.formula import Formula
from animviz.arrays import Array
from animviz.experiments.experiment import Run
from animviz.experiments.ideas.descent import DescentTraining, Map, map_of
from animviz.experiments.telling import Progress
from animviz.recorders.arrays import ArrayRecorder
from animviz.recorders.watcher import Watcher
from animviz.recording.recording import Recording

__all__ = ["record"]

FAR = 1.0  # widths of the map beyond its border, where a race is given up


def record(run: Run, path: Path, progress: Progress, watchers: Sequence[Watcher]) -> Recording:
    """Race and record; see `animviz.experiments.experiment.Maker`."""
    training, dataset = run.training, run.dataset
    assert isinstance(training, DescentTraining)
    place = map_of(*(run.options[name] for name in ("map", "start", "limits")))
    rate, adaptive = training.learning_rate or place.rate, training.adaptive_rate or place.adaptive_rate
    makers: dict[str, Any] = {
        "SGD": lambda: keras.optimizers.SGD(rate),
        "Momentum": lambda: keras.optimizers.SGD(rate, training.momentum),
        "Nesterov": lambda: keras.optimizers.SGD(rate, training.momentum, nesterov=True),
        "RMSprop": lambda: keras.optimizers.RMSprop(adaptive),
        "Adam": lambda: keras.optimizers.Adam(adaptive),
    }
    begun = time.perf_counter()
    noise = np.random.default_rng(training.seed).normal(0, training.noise, (training.epochs, 2))
    slope = _slope(place.formula)
    ways = {name: _way(place, slope, makers[name](), noise) for name in training.racing}
    adapts = [name for name in ways if name in ("RMSprop", "Adam")]
    title = f"{dataset.title}, rate {rate:g}" + (f" ({', '.join(adapts)} {adaptive:g})" if adapts else "")
    with ArrayRecorder(
        path, dataset.x, dataset.y, title=title, overwrite=True, settings=run.settings(), extras=dataset.extras,
        watchers=watchers,
    ) as session:  # fmt: skip
        for step in range(training.epochs + 1):
            places = {name: next(way) for name, way in ways.items()}
            heights = {name: float(place.formula.value(*at)) for name, at in places.items()}
            session.capture(places, step=step, logs={n: h for n, h in heights.items() if np.isfinite(h)})
            progress.done(step)
    progress.trained(time.perf_counter() - begun)
    return Recording(path)


def _way(place: Map, slope: Any, optimizer: Any, noise: Array) -> Iterator[Array]:
    """Yield where an optimizer is, from the start on; nowhere once it is far off the map."""
    variable = keras.Variable(place.start, dtype="float64")
    left, right, low, high = place.limits
    far = FAR * max(right - left, high - low)
    yield variable.numpy()
    on = True
    for added in noise:
        if on:
            optimizer.apply([slope(variable.value) + added], [variable])
            x, y = variable.numpy()
            on = left - far <= x <= right + far and low - far <= y <= high + far
        yield variable.numpy() if on else np.full(2, np.nan)


def _slope(formula: Formula) -> Any:
    """Return what takes the gradient of a formula at a place."""

    def slope(place: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(place)
            height = formula.value(place[0], place[1], tf.math)
        return tape.gradient(height, place, unconnected_gradients="zero")

    return tf.function(slope, autograph=False)
