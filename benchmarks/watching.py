"""The cost of watching loops of PyTorch and scikit-learn: their time, against the same less the time in animviz."""

import shutil
import time
from collections.abc import Iterator
from typing import Any

import numpy as np

import animviz
from benchmarks.cloud import FOLDER
from benchmarks.measure import timed
from benchmarks.row import Row, at_most

__all__ = ["recorded_passes", "watched_epoch"]

SAMPLES, BATCH, EPOCHS, ROUNDS = 50_000, 128, 4, 5


def watched_epoch() -> Iterator[Row]:
    """Epochs of a 784-256-64-10 net, recording weights and activations of 2,000 samples after each."""
    import torch
    from torch import nn

    from benchmarks.loops import one_epoch

    torch.manual_seed(0)
    x, y = torch.rand(SAMPLES, 784), torch.randint(0, 10, (SAMPLES,))
    loss = nn.CrossEntropyLoss()

    def record() -> tuple[float, float]:
        hidden = [nn.Linear(784, 256), nn.ReLU(), nn.Dropout(0.5), nn.Linear(256, 64), nn.ReLU(), nn.Dropout(0.5)]
        model = nn.Sequential(*hidden, nn.Linear(64, 10))
        optimizer = torch.optim.Adam(model.parameters())
        options: dict[str, Any] = {"inputs": x[:2000], "labels": y[:2000], "loss": loss, "layers": ["1", "4", "6"]}
        shutil.rmtree(path := FOLDER / "watched.rec", ignore_errors=True)
        started = time.perf_counter()
        run = animviz.watch(model, path, **options)
        begun = time.perf_counter() - started
        spent = timed(run, "step", "epoch", "close")
        for _ in range(EPOCHS):
            one_epoch(model, x, y, loss, optimizer, run, BATCH)
            run.epoch()
        run.close()
        return time.perf_counter() - started, begun + sum(spent)

    # Two loops differ by a fifth on a shared machine. So the share of watching is measured within one.
    with_it, spent = map(float, np.median([record() for _ in range(ROUNDS + 1)][1:], axis=0))
    what = f"{EPOCHS} epochs of that net in PyTorch, `watch` with weights and activations of 2,000 samples"
    yield at_most(what, "the same less the time in `watch`", with_it, with_it - spent, 1.03)


def recorded_passes() -> Iterator[Row]:
    """Passes of scikit-learn's perceptron over the same data, recorded, against the time in `partial_fit`."""
    from sklearn.neural_network import MLPClassifier

    from animviz.recorders.sklearn import record

    rng = np.random.default_rng(0)
    x, y = rng.random((SAMPLES, 784), dtype=np.float32), rng.integers(0, 10, SAMPLES)

    def run() -> tuple[float, float]:
        net = MLPClassifier((256, 64), random_state=0)
        spent = timed(net, "partial_fit")
        started = time.perf_counter()
        asked = {"inputs": x[:2000], "targets": y[:2000]}
        record(net, x, y, FOLDER / "passes.rec", epochs=EPOCHS, batch_size=BATCH, overwrite=True, **asked)
        return time.perf_counter() - started, sum(spent)

    whole, inside = map(float, np.median([run() for _ in range(3)][1:], axis=0))
    what = f"{EPOCHS} passes of such a perceptron in scikit-learn, recorded"
    yield at_most(what, "the time in `partial_fit`", whole, inside, 1.03)
