"""Embeddings kept in a recording: computed once, then read by anyone, on any machine, without umap.

    run.rec/embeddings/<key>.safetensors    positions, placed, epochs and scores; in the metadata what they are of

The key is a digest of everything that the result depends on: run, layers, snapshots, samples, labels, method and settings.
Coordinates of a stochastic layout differ between machines, so a picture can only be drawn again from a stored one.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from animviz.arrays import Array
from animviz.embed.embedding import Embedding, embed, place, settings_of
from animviz.embed.scores import Scores
from animviz.errors import DivergedError, InputError, RecordingError
from animviz.files import replace_file
from animviz.recording.recording import Recording
from animviz.recording.state import Inputs
from animviz.sampling import evenly

__all__ = ["chosen_snapshots", "embedding_of", "flow_of", "key_of", "stored_embeddings"]

FORMAT = 1
"""Part of every key: raised when a method changes what it computes."""


def embedding_of(
    recording: Recording, layer: str, *, method: str = "umap", fit_inputs: Inputs | None = None,
    fit_labels: Array | None = None, place_inputs: Inputs | None = None, place_labels: Array | None = None,
    at_most: int = 60, threads: int = 1, **parameters: Any,
) -> Embedding:  # fmt: skip
    """Return the embedding of a layer over a recording's snapshots: stored, or computed and stored.

    To fit on the training set and place the test set, as notebooks do, give `recording.extras["train_inputs"]` and
    `["train_labels"]` as the inputs to fit, and `recording.inputs` and `.labels` as those to place.

    Args:
        recording: the recording.
        layer: name of a layer; "input" embeds the inputs themselves.
        method: umap, pca, tsne, aligned-umap or independent.
        fit_inputs: samples to embed; by default the recording's own, with its labels if they are classes.
        fit_labels: their classes, (samples,), where `fit_inputs` are given.
        place_inputs: samples to place among them, or None.
        place_labels: their classes, (samples,).
        at_most: snapshots to use at most: an even choice, with the first and the last.
        threads: for speed; not part of the key, since the result is the same.
        **parameters: the method's settings.

    Raises:
        InputError: a setting or the layer's activations cannot be used.
        RecordingError: no such layer or no inputs; or the embedding cannot be written.
    """
    if at_most < 1:
        raise InputError(f"at_most is {at_most}; expected at least 1")
    settings = asdict(settings_of(method, parameters))
    if fit_inputs is None and fit_labels is None and recording.manifest.task == "classification":
        fit_labels = _classes(recording)
    snapshots = chosen_snapshots(len(recording), at_most)
    about = _about(recording, layer, method, settings, snapshots)
    data = {"fit": fit_inputs, "fit labels": fit_labels, "place": place_inputs, "place labels": place_labels}

    def compute() -> Embedding:
        epochs = recording.epochs[snapshots]
        activations = _activations(recording, layer, epochs, fit_inputs)
        done = embed(activations, method, labels=fit_labels, epochs=epochs, threads=threads, **settings)
        if place_inputs is None:
            return done
        new = _activations(recording, layer, epochs, place_inputs)
        return place(done, activations, new, labels=fit_labels, new_labels=place_labels, threads=threads)

    return _kept(recording, about, data, compute)


def flow_of(
    recording: Recording, layers: Sequence[str], snapshot: int, *, method: str = "umap", inputs: Inputs | None = None,
    labels: Array | None = None, threads: int = 1, **parameters: Any,
) -> Embedding:  # fmt: skip
    """Return the embedding of one sample set in several layers at one snapshot: stored, or computed and stored.

    Its "epochs" 0, 1, 2 ... are the layers in the order given.

    Args:
        recording: the recording.
        layers: names; "input" stands for the inputs themselves.
        snapshot: number of the snapshot.
        method: umap, tsne, aligned-umap or independent.
        inputs: the samples; by default the recording's own.
        labels: their classes, (samples,), or None.
        threads: for speed; not part of the key.
        **parameters: the method's settings.

    Raises:
        InputError: a setting or the activations cannot be used.
        DivergedError: the weights are not finite.
        RecordingError: no such layer or no inputs; or the embedding cannot be written.
    """
    settings = asdict(settings_of(method, parameters))
    about = _about(recording, list(layers), method, settings, [snapshot])

    def compute() -> Embedding:
        state = recording.at(float(recording.epochs[snapshot]))
        values = [state.activations(layer, inputs) for layer in layers]
        activations = [part.reshape(len(part), -1) for part in values]
        return embed(activations, method, labels=labels, threads=threads, **settings)

    return _kept(recording, about, {"fit": inputs, "fit labels": labels}, compute)


def _kept(
    recording: Recording, about: Mapping[str, Any], data: Mapping[str, Inputs | None], compute: Callable[[], Embedding]
) -> Embedding:
    """Return what the recording holds of this, or compute and store it; that it can be stored is checked before."""
    path = recording.path / "embeddings" / f"{key_of(about, data)}.safetensors"
    if (known := _read(path)) is not None:
        return known
    folder = path.parent if path.parent.exists() else recording.path
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        raise _unwritable(path, f"{folder} is not a folder that can be written")
    done = compute()
    _write(path, done, about)
    return done


def _unwritable(path: Path, reason: str) -> RecordingError:
    way_out = "make that possible, or copy the recording to another folder and draw it from there"
    return RecordingError(f"cannot write the embedding {path}: {reason}; {way_out}")


def chosen_snapshots(count: int, at_most: int) -> list[int]:
    """Return the numbers of an even choice of snapshots, with the first and the last; of one, the last."""
    if at_most == 1:
        return [count - 1]
    return evenly(count, at_most)


def key_of(about: Mapping[str, Any], data: Mapping[str, Inputs | None]) -> str:
    """Return 16 hex digits over what an embedding is of and the arrays that go into it."""
    digest = sha256(json.dumps({"format": FORMAT, **about}, sort_keys=True).encode())
    for name, value in data.items():
        parts = value if isinstance(value, dict) else {"": value}
        for part, array in parts.items():
            if array is not None:
                digest.update(f"{name}/{part}: {array.dtype.str} {array.shape}".encode())
                digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()[:16]


def stored_embeddings(recording: Recording) -> Iterator[tuple[dict[str, Any], Embedding]]:
    """Give every embedding that the recording holds, with what it is of: layer, method, settings, snapshots."""
    for path in sorted((recording.path / "embeddings").glob("*.safetensors")):
        if (known := _read(path)) is not None:
            with safe_open(str(path), framework="numpy") as file:
                yield json.loads(file.metadata()["about"]), known


def _about(
    recording: Recording, layer: str | list[str], method: str, settings: Mapping[str, Any], snapshots: list[int]
) -> dict[str, Any]:
    taken = [[number, recording.entries[number].epoch, recording.entries[number].step] for number in snapshots]
    return {"recording": recording.id, "layer": layer, "method": method, "settings": settings, "snapshots": taken}


def _classes(recording: Recording) -> Array | None:
    try:
        labels = recording.labels
    except RecordingError:
        return None
    return labels if labels.ndim == 1 else None


def _activations(recording: Recording, layer: str, epochs: Array, inputs: Inputs | None) -> Array:
    """Return what the layer puts out, float (epochs, samples, units); NaN where the weights are not finite."""
    if layer == "input":  # the same at every epoch: seen many times, kept once
        values = recording.single_input(recording.inputs if inputs is None else inputs)
        flat = values.reshape(len(values), -1)
        return np.broadcast_to(flat, (len(epochs), *flat.shape))
    found: list[Array | None] = []
    for epoch in epochs:
        try:
            found.append(recording.at(float(epoch)).activations(layer, inputs))
        except DivergedError:
            found.append(None)
    some = next((values for values in found if values is not None), None)
    if some is None:
        raise InputError("the weights are not finite at any epoch (the training diverged); nothing to embed")
    missing = np.full(some.shape, np.nan, np.float32)
    return np.stack([(missing if values is None else values).reshape(len(some), -1) for values in found])


def _write(path: Path, done: Embedding, about: Mapping[str, Any]) -> None:
    arrays = {"positions": done.positions, "epochs": done.epochs, "placed": done.placed, "shares": done.shares}
    arrays |= {f"scores/{name}": values for name, values in vars(done.scores).items()}
    contents = save(
        {name: np.ascontiguousarray(array) for name, array in arrays.items() if array is not None},
        {"about": json.dumps(about)},
    )
    try:
        path.parent.mkdir(exist_ok=True)
        replace_file(path, contents)
    except OSError as error:
        raise _unwritable(path, error.strerror or str(error)) from error


def _read(path: Path) -> Embedding | None:
    """Return a stored embedding; None where there is none or it is damaged, which is mended by computing it again."""
    try:
        with safe_open(str(path), framework="numpy") as file:
            about = json.loads(file.metadata()["about"])
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        scores = Scores(**{n.removeprefix("scores/"): a for n, a in arrays.items() if n.startswith("scores/")})
        return Embedding(
            about["method"], about["settings"], arrays["epochs"], arrays["positions"], scores,
            arrays.get("placed"), arrays.get("shares"),
        )  # fmt: skip
    except (SafetensorError, OSError, ValueError, KeyError, TypeError):
        return None
