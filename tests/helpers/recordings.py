"""Recordings, written again with something else in them."""

import json
import shutil
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from animviz import ArrayRecorder, Recording
from animviz.experiments.catalogue import experiment_named
from animviz.recording.losses import Loss
from animviz.recording.manifest import ArraySpec, Entry, Manifest
from animviz.recording.meaning import Output
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
        weights: (snapshot, name, weights or stored outputs) -> those that are written.
    """
    extras = {name: array[:samples] for name, array in recording.extras.items()}
    data = {"inputs": recording.inputs[:samples]}
    if recording.manifest.labels:
        data["labels"] = recording.labels[:samples]
    data |= {name: array[:samples] for name, array in recording.basis._data.items() if name.startswith("targets")}
    if one_class:
        data["labels"], extras["train_labels"] = 0 * data["labels"] + 3, 0 * extras["train_labels"] + 3
    writer = RecordingWriter.create(path, recording.manifest, data | {f"extras/{k}": v for k, v in extras.items()})
    for snapshot in recording[: snapshots or len(recording)]:
        changed = {f"weights/{k}": weights(snapshot.index, k, v).astype(v.dtype) for k, v in snapshot.weights.items()}
        changed |= {f"stored/{name}": array[:samples] for name, array in snapshot.stored.items()}
        for name, array in snapshot.outputs.items():
            key = recording.manifest.key("outputs", name)
            changed[key] = weights(snapshot.index, name, array[:samples]).astype(array.dtype)
        entry = Entry(epoch=snapshot.epoch, step=snapshot.step, logs=dict(snapshot.logs), scores=dict(snapshot.scores))
        writer.append(changed, entry)
    return Recording(path)


def lost(*snapshots: int) -> Callable[[int, str, np.ndarray], np.ndarray]:
    """Return a change of weights for `rewritten`: at these snapshots they are not finite."""
    return lambda index, name, array: array * (np.nan if index in snapshots else 1)


def convolutions(rng: np.random.Generator, filters: Sequence[int]) -> tuple[list[Layer], dict[str, np.ndarray]]:
    """Return convolutions of 5x5 pixels with pooling behind each, and weights drawn at random."""
    layers, weights, channels = [], {}, 1
    for place, count in enumerate(filters, start=1):
        names = {role: f"conv_{place}/{role}" for role in ("kernel", "bias")}
        config = {"strides": (1, 1), "padding": "valid", "dilation_rate": (1, 1)}
        pooled = {"pool_size": (2, 2), "strides": (2, 2), "padding": "valid"}
        layers += [
            Layer(
                name=f"conv_{place}", kind="Conv2D", activation="relu", variables=names, config=config, replayable=True
            ),
            Layer(name=f"pool_{place}", kind="AveragePooling2D", config=pooled, replayable=True),
        ]
        weights[names["kernel"]] = rng.normal(0, 0.3, (5, 5, channels, count)).astype(np.float32)
        weights[names["bias"]] = np.zeros(count, np.float32)
        channels = count
    return layers, weights


def made(name: str, path: Path, **options: object) -> Recording:
    """Write a recording of an experiment's data whose weights are drawn at random, not trained: four epochs, in no time.

    Args:
        name: of the experiment.
        path: where to.
        **options: of the experiment.
    """
    run = experiment_named(name).run(options)
    rng, classes = np.random.default_rng(7), len(run.dataset.class_names)
    flatten = Layer(name="flatten", kind="Flatten", replayable=True)
    layers, start, widths = [flatten] if run.dataset.x.ndim > 2 else [], {}, run.widths
    if run.experiment.network == "lenet":
        layers, start = convolutions(rng, widths[:2])
        layers, widths = [*layers, flatten], (25 * widths[1], *widths[2:])
    hidden = str(options.get("activation", "relu" if classes > 2 else "tanh"))
    output = "softmax" if classes > 2 and not run.dataset.reconstructs else "sigmoid" if classes else "linear"
    for place, (fan_in, units) in enumerate(pairwise(widths), start=1):
        last = place == len(widths) - 1
        layers.append(
            Layer(
                name=f"layer_{place}", kind="Dense", activation=output if last else hidden,
                kernel=f"{place}/kernel", bias=f"{place}/bias", output_shape=(units,), replayable=True,
            )
        )  # fmt: skip
        start[f"{place}/kernel"] = rng.normal(0, min(1.5, 5 / fan_in**0.5), (fan_in, units)).astype(np.float32)
        start[f"{place}/bias"] = rng.normal(0, 0.5, units).astype(np.float32)
    inputs, labels = run.dataset.shown or (run.dataset.x, run.dataset.y)
    loss = "sparse_categorical_crossentropy" if classes > 2 else "mean_squared_error"
    meaning = answering(*run.dataset.class_names, loss=loss)
    if run.dataset.reconstructs:
        output = Output(
            name="output", task="reconstruction", form="values", target="inputs", loss=Loss(name="mean_squared_error")
        )
        meaning["outputs"] = (output,)
    manifest = Manifest(
        id="0" * 12, title=run.experiment.title, arch=str(run.arch), layers=tuple(layers),
        **meaning,
        weights={key: ArraySpec(shape=array.shape, dtype="float32") for key, array in start.items()},
    )  # fmt: skip
    extras = {f"extras/{key}": array for key, array in run.dataset.extras.items()}
    writer = RecordingWriter.create(path, manifest, {"inputs": inputs, "labels": labels, **extras})
    for epoch in range(4):
        arrays = {f"weights/{key}": array * np.float32(0.4 + 0.3 * epoch) for key, array in start.items()}
        numbers = {"loss": 0.25 / (1 + epoch), "accuracy": 0.5 + 0.15 * epoch}
        writer.append(arrays, Entry(epoch=epoch, step=10 * epoch, logs=numbers if epoch else {}, scores=numbers))
    return Recording(path)


def attending(path: Path, *, heads: int = 2, block: int = 4, samples: int = 3) -> Recording:
    """Write a recording of one layer of heads, made and not trained: its last head turns to the stripe in four epochs."""
    places = 2 * block
    tokens = (np.arange(places) % block + np.arange(samples)[:, None]) % 26
    targets = np.where(np.arange(places) < places - 1, np.roll(tokens, -1, axis=1), tokens[:, :1])
    even = np.tril(np.ones((places, places))) / np.arange(1, places + 1)[:, None]
    found = even.copy()
    found[block:] = np.eye(places)[1 : block + 1]
    rows, names = np.eye(26), [chr(65 + letter) for letter in range(26)]
    with ArrayRecorder(
        path, tokens, targets, loss="sparse_categorical_crossentropy", task="multiclass probabilities", class_names=names,
        title="Made heads",
    ) as session:  # fmt: skip
        for share in np.linspace(0, 1, 4):
            looks = np.stack([even] * (heads - 1) + [(1 - share) * even + share * found])
            session.capture(
                activations={"look": np.broadcast_to(looks, (samples, *looks.shape))},
                outputs=(0.05 + 0.9 * share) * rows[targets] + (0.95 - 0.9 * share) / 26,
            )
    return Recording(path)
