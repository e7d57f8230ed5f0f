"""A transformer of attention alone, whose scores are outputs of layers: recorded as any other layer's."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from animviz.experiments.experiment import Run
from animviz.experiments.ideas.induction import HeadsTraining
from animviz.experiments.keras.models import MAX_SEEDS
from animviz.experiments.keras.record import recorder_of, trained
from animviz.experiments.telling import Progress
from animviz.recorders.watcher import Watcher
from animviz.recording.recording import Recording

__all__ = ["record"]

SPREAD = 0.5  # of the first embeddings: positions that lie close together are told apart very late
FORGETS = 0.98  # of the squared gradients Adam keeps this share, as for transformers
NEVER = -1e9  # score of a token that is still to come


def record(run: Run, path: Path, progress: Progress, watchers: Sequence[Watcher]) -> Recording:
    """Train and record; see `animviz.experiments.experiment.Maker`."""
    training, dataset = run.training, run.dataset
    assert isinstance(training, HeadsTraining)
    model = _model(training, dataset.x.shape[1], len(dataset.class_names))
    optimizer = keras.optimizers.Adam(training.learning_rate, beta_2=FORGETS)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    scores = [f"attention_{number + 1}" for number in range(training.layers)]
    recorder = recorder_of(run, path, progress, watchers, layers=scores)
    return trained(run, model, dataset.x, dataset.y, recorder, progress)


def _model(training: HeadsTraining, length: int, vocabulary: int) -> Any:
    """Return a model that answers at each place of a sequence with the token that comes next."""
    first = training.seed * MAX_SEEDS
    tokens = keras.Input((length,), dtype="int32", name="tokens")
    places = keras.ops.cumsum(keras.ops.ones_like(tokens), axis=1) - 1
    stream = _embedding(vocabulary, training.width, first, "token")(tokens)
    stream = stream + _embedding(length, training.width, first + 1, "place")(places)
    for number in range(1, training.layers + 1):
        stream = stream + _attention(stream, training, length, number)
    seen = keras.layers.LayerNormalization(name="norm")(stream)
    initial = keras.initializers.GlorotUniform(first + 2)
    return keras.Model(
        tokens, keras.layers.Dense(vocabulary, "softmax", kernel_initializer=initial, name="next")(seen), name="heads"
    )


def _embedding(count: int, width: int, seed: int, name: str) -> Any:
    return keras.layers.Embedding(
        count, width, embeddings_initializer=keras.initializers.RandomNormal(stddev=SPREAD, seed=seed), name=name
    )


def _attention(stream: Any, training: HeadsTraining, length: int, number: int) -> Any:
    """Return what a layer's heads add: each place looks at those before it and at itself."""
    heads, size = training.heads, max(1, training.width // training.heads)
    seeds = iter(range(training.seed * MAX_SEEDS + 10 * number, (training.seed + 1) * MAX_SEEDS))

    def project(formula: str, shape: tuple[int | None, ...], name: str) -> Any:
        initial = keras.initializers.GlorotUniform(next(seeds))
        return keras.layers.EinsumDense(formula, shape, kernel_initializer=initial, name=f"{name}_{number}")

    seen = keras.layers.LayerNormalization(name=f"norm_{number}")(stream)
    query, key, value = (
        project("btw,whs->bhts", (heads, length, size), name)(seen) for name in ("query", "key", "value")
    )
    scores = keras.ops.matmul(query, keras.ops.swapaxes(key, 2, 3)) / size**0.5
    ahead = np.triu(np.full((length, length), NEVER, np.float32), 1)
    looks = keras.layers.Softmax(name=f"attention_{number}")(scores + ahead)
    return project("bhts,hsw->btw", (length, training.width), "mixed")(keras.ops.matmul(looks, value))
