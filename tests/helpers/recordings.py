"""Recordings, written again with something else in them."""

import json
import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np

from animviz import Recording
from animviz.experiments.catalogue import experiment_named
from animviz.recording.manifest import ArraySpec, Entry, Manifest
from animviz.recording.replay.layers import Layer
from animviz.recording.writer import RecordingWriter
from helpers.meaning import answering


def copied(recording: Recording, path: Path, **manifest: object) -> Recording:
    """Copy a recording, without the embeddings that were stored in it.

    Args:
        recording: of which.
        path: where to.
        **manifest: entries of the manifest that say something else in the copy.
    """
    shutil.copytree(recording.path, path, ignore=shutil.ignore_patterns("embeddings", "landscapes"))
    if manifest:
        said = json.loads((path / "manifest.json").read_text())
        (path / "manifest.json").write_text(json.dumps({**said, **manifest}))
    return Recording(path)


def rewritten(
    recording: Recording, path: Path, *, snapshots: int | None = None, samples: int | None = None,
    one_class: bool = False, weights: Callable[[int, str, np.ndarray], np.ndarray] = lambda index, name, array: array,
) -> Recording:  # fmt: skip
    """Write a recording again.

    Args:
        recording: of which.
        path: where to.
        snapshots: how many of the first ones are kept; all by default.
        samples: likewise.
        one_class: whether all samples are of class 3.
        weights: (snapshot, name, weights) -> those that are written.
    """
    extras = {name: array[:samples] for name, array in recording.extras.items()}
    data = {"inputs": recording.inputs[:samples]}
    if recording.manifest.labels:
        data["labels"] = recording.labels[:samples]
    elif recording.output_name:
        data["targets"] = recording.targets[:samples]
    if one_class:
        data["labels"], extras["train_labels"] = 0 * data["labels"] + 3, 0 * extras["train_labels"] + 3
    writer = RecordingWriter.create(path, recording.manifest, data | {f"extras/{k}": v for k, v in extras.items()})
    for snapshot in recording[: snapshots or len(recording)]:
        arrays = {f"weights/{k}": v for k, v in snapshot.weights.items()} or {
            f"outputs/{k}": v for k, v in snapshot.outputs.items()
        }
        changed = {k: weights(snapshot.index, k.partition("/")[2], v).astype(v.dtype) for k, v in arrays.items()}
        entry = Entry(epoch=snapshot.epoch, step=snapshot.step, logs=dict(snapshot.logs), scores=dict(snapshot.scores))
        writer.append(changed, entry)
    return Recording(path)


def lost(*snapshots: int) -> Callable[[int, str, np.ndarray], np.ndarray]:
    """Return a change of weights for `rewritten`: at these snapshots they are not finite."""
    return lambda index, name, array: array * (np.nan if index in snapshots else 1)


def made(name: str, path: Path, **options: object) -> Recording:
    """Write a recording of an experiment's data whose weights are drawn at random, not trained: four epochs, in no time.

    Args:
        name: of the experiment.
        path: where to.
        **options: of the experiment; all layers are dense.
    """
    run = experiment_named(name).run(options)
    rng, classes = np.random.default_rng(7), len(run.dataset.class_names)
    flatten = Layer(name="flatten", kind="Flatten", replayable=True)
    layers, start = [flatten] if run.dataset.x.ndim > 2 else [], {}
    hidden = str(options.get("activation", "relu" if classes > 2 else "tanh"))
    output = "softmax" if classes > 2 else "sigmoid" if classes else "linear"
    for place, (fan_in, units) in enumerate(pairwise(run.widths), start=1):
        last = place == len(run.widths) - 1
        layers.append(
            Layer(
                name=f"layer_{place}", kind="Dense", activation=output if last else hidden,
                kernel=f"{place}/kernel", bias=f"{place}/bias", output_shape=(units,), replayable=True,
            )
        )  # fmt: skip
        start[f"{place}/kernel"] = rng.normal(0, min(1.5, 5 / fan_in**0.5), (fan_in, units)).astype(np.float32)
        start[f"{place}/bias"] = rng.normal(0, 0.5, units).astype(np.float32)
    inputs, labels = run.dataset.shown or (run.dataset.x, run.dataset.y)
    manifest = Manifest(
        id="0" * 12, title=run.experiment.title, arch=str(run.arch), layers=tuple(layers),
        **answering(
            *run.dataset.class_names,
            loss="sparse_categorical_crossentropy" if classes > 2 else "mean_squared_error",
        ),
        weights={key: ArraySpec(shape=array.shape, dtype="float32") for key, array in start.items()},
    )  # fmt: skip
    extras = {f"extras/{key}": array for key, array in run.dataset.extras.items()}
    writer = RecordingWriter.create(path, manifest, {"inputs": inputs, "labels": labels, **extras})
    for epoch in range(4):
        arrays = {f"weights/{key}": array * np.float32(0.4 + 0.3 * epoch) for key, array in start.items()}
        numbers = {"loss": 0.25 / (1 + epoch), "accuracy": 0.5 + 0.15 * epoch}
        writer.append(arrays, Entry(epoch=epoch, step=10 * epoch, logs=numbers if epoch else {}, scores=numbers))
    return Recording(path)
