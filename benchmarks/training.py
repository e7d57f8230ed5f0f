"""Rows on training: an epoch against Keras' `fit`, and the cost of recording it."""

import time
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

import numpy as np

import animviz
from animviz.experiments.catalogue import experiment_named
from benchmarks.cloud import FOLDER
from benchmarks.measure import in_turn, timed
from benchmarks.row import Row, at_least, at_most

__all__ = ["digits_epoch", "experiments", "ring_epoch"]

EPOCHS = 8
POINTS, IMAGES = ("moons", "polynomial"), ("digits_mlp", "digits_plane", "lenet")


def ring_epoch() -> Iterator[Row]:
    """An epoch of the rings against Keras' fit."""
    from animviz.experiments.keras.fit import fit
    from animviz.experiments.keras.models import network_of

    run = experiment_named("two_rings").run({})
    y = run.dataset.y.astype(np.float32)[:, None]
    ours, theirs = (network_of(run) for _ in range(2))
    epochs = 200
    # Each call of fit compiles (0.4 s), which a training of 100 epochs does once. So the time of more epochs is taken.
    few, many, slow = in_turn(
        5,
        lambda: fit(ours, run.dataset.x, y, epochs=epochs),
        lambda: fit(ours, run.dataset.x, y, epochs=3 * epochs),
        lambda: theirs.fit(run.dataset.x, y, batch_size=32, verbose=0),
    )
    ours_epoch = (many - few) / (2 * epochs)
    yield at_least("an epoch of the rings, 1,250 steps of 32", "Keras `fit`", ours_epoch, slow, 200)


def digits_epoch() -> Iterator[Row]:
    """An epoch of a 784-256-64-10 net with dropout against Keras' fit, and the cost of recording it."""
    import keras

    from animviz.experiments.keras.fit import fit

    rng = np.random.default_rng(0)
    x = rng.random((50_000, 784), dtype=np.float32)
    y = rng.integers(0, 10, 50_000)

    def net() -> keras.Model:
        layers = keras.layers
        model = keras.Sequential([
            keras.Input((784,)), layers.Dense(256, activation="relu"), layers.Dropout(0.5),
            layers.Dense(64, activation="relu"), layers.Dropout(0.5), layers.Dense(10, activation="softmax"),
        ])  # fmt: skip
        model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
        return model

    ours, theirs, recorded = net(), net(), net()

    def record() -> tuple[float, float]:
        dense = [layer.name for layer in recorded.layers if "dense" in layer.name]
        recorder = animviz.Recorder(FOLDER / "digits.rec", x[:2000], y[:2000], layers=dense, overwrite=True)
        spent = timed(
            recorder, "on_train_begin", "on_epoch_begin", "on_train_batch_end", "on_epoch_end", "on_train_end"
        )
        started = time.perf_counter()
        recorded.fit(x, y, batch_size=128, epochs=4, verbose=0, callbacks=[recorder])
        return time.perf_counter() - started, sum(spent)

    three, one, keras_one = in_turn(
        3,
        lambda: fit(ours, x, y, epochs=4, batch_size=128),
        lambda: fit(ours, x, y, epochs=1, batch_size=128),
        lambda: theirs.fit(x, y, batch_size=128, epochs=1, verbose=0),
    )
    what = "an epoch of 784-256-64-10 with dropout, 50,000 samples, Adam, batch 128"
    yield at_least(what, "Keras `fit`", (three - one) / 3, keras_one, 1.3)
    # Two runs of `fit` differ by a fifth on a shared machine. So the recorder's share is measured within one run.
    with_it, spent = map(float, np.median([record() for _ in range(6)][1:], axis=0))
    what = "`model.fit` of that net, 4 epochs, recording weights and activations of 2,000 samples"
    yield at_most(what, "the same less the time in the recorder", with_it, with_it - spent, 1.03)


def experiments() -> Iterator[Row]:
    """Eight epochs of experiments as they are shipped, recorded, against the same through Keras' fit."""
    from animviz.experiments.keras.record import record

    def fit(model: Any, x: Any, y: Any, *, seed: int, **options: Any) -> None:
        model.fit(x, y, verbose=0, **options)

    def train(name: str) -> Callable[[], object]:
        return lambda: record(experiment_named(name).run({"epochs": EPOCHS}), FOLDER / f"{name}-training.rec")

    def slow(name: str) -> Callable[[], None]:
        def run() -> None:
            with patch("animviz.experiments.keras.record.fit", fit):
                train(name)()

        return run

    for name in POINTS + IMAGES:
        ours, theirs = in_turn(2, train(name), slow(name))
        yield at_least(
            f"{EPOCHS} epochs of `{name}`, recorded", "Keras `fit`", ours, theirs, 2 if name in IMAGES else 1
        )
