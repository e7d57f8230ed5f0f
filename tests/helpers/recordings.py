"""Recordings, written again with something else in them."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np

from animviz import Recording
from animviz.recording.manifest import Entry
from animviz.recording.writer import RecordingWriter


def copied(recording: Recording, path: Path, **manifest: object) -> Recording:
    """Copy a recording, without the embeddings that were stored in it.

    Args:
        recording: of which.
        path: where to.
        **manifest: entries of the manifest that say something else in the copy.
    """
    shutil.copytree(recording.path, path, ignore=shutil.ignore_patterns("embeddings"))
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
    data = {"inputs": recording.inputs[:samples], "labels": recording.labels[:samples]}
    if one_class:
        data["labels"], extras["train_labels"] = 0 * data["labels"] + 3, 0 * extras["train_labels"] + 3
    writer = RecordingWriter.create(path, recording.manifest, data | {f"extras/{k}": v for k, v in extras.items()})
    for snapshot in recording[: snapshots or len(recording)]:
        changed = {f"weights/{k}": weights(snapshot.index, k, v).astype(v.dtype) for k, v in snapshot.weights.items()}
        entry = Entry(epoch=snapshot.epoch, step=snapshot.step, logs=dict(snapshot.logs), scores=dict(snapshot.scores))
        writer.append(changed, entry)
    return Recording(path)


def lost(*snapshots: int) -> Callable[[int, str, np.ndarray], np.ndarray]:
    """Return a change of weights for `rewritten`: at these snapshots they are not finite."""
    return lambda index, name, array: array * (np.nan if index in snapshots else 1)
