"""Embeddings of a recording's layers: its activations go in; what was computed before is read instead."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from animviz.arrays import Array
from animviz.embed.computing import embed, place, settings_of
from animviz.embed.embedding import Embedding
from animviz.embed.stored import stored_or_computed
from animviz.errors import DivergedError, InputError
from animviz.recording.recording import Recording
from animviz.recording.state import Inputs
from animviz.sampling import evenly

__all__ = ["chosen_snapshots", "embedding_of", "flow_of"]


def embedding_of(
    recording: Recording, layer: str, *, method: str = "umap", fit_inputs: Inputs | None = None,
    fit_labels: Array | None = None, place_inputs: Inputs | None = None, place_labels: Array | None = None,
    own: Array | None = None, at_most: int = 60, snapshots: Sequence[int] | None = None, threads: int | None = None,
    **parameters: Any,
) -> Embedding:  # fmt: skip
    """Return the embedding of a layer over a recording's snapshots: stored, or computed and stored.

    To fit on the training set and place the test set, as notebooks do, pass `recording.extras["train_inputs"]` and
    `["train_labels"]` as the inputs to fit, and `recording.inputs` and `.labels` as those to place.

    Args:
        recording: the recording.
        layer: name of a layer; "input" embeds the inputs themselves.
        method: umap, pca, tsne, aligned-umap or independent.
        fit_inputs: samples to embed; by default the recording's own, with its labels if they are classes.
        fit_labels: their classes, (samples,), where `fit_inputs` are given.
        place_inputs: samples to place among them, or None.
        place_labels: their classes, (samples,).
        own: which of the recording's own samples the last of these inputs are, as far as they are: stored activations
            are taken for them.
        at_most: snapshots to use at most: an even choice, with the first and the last.
        snapshots: numbers of those to use, instead of such a choice.
        threads: for speed; not part of the key, since the result is the same.
        **parameters: the method's settings.

    Raises:
        InputError: a setting or the layer's activations cannot be used.
        RecordingError: no such layer or no inputs; or the embedding cannot be written.
    """
    if at_most < 1:
        raise InputError(f"at_most is {at_most}; expected at least 1")
    settings = asdict(settings_of(method, parameters))
    if fit_inputs is None and fit_labels is None and recording.label_names:
        fit_labels = recording.labels
    chosen = chosen_snapshots(len(recording), at_most) if snapshots is None else list(snapshots)
    about = _about(recording, layer, method, settings, chosen)
    data = {"fit": fit_inputs, "fit labels": fit_labels, "place": place_inputs, "place labels": place_labels}

    def compute() -> Embedding:
        epochs = recording.epochs[chosen]
        activations = _activations(recording, layer, epochs, fit_inputs, own if place_inputs is None else None)
        done = embed(activations, method, labels=fit_labels, epochs=epochs, threads=threads, **settings)
        if place_inputs is None:
            return done
        new = _activations(recording, layer, epochs, place_inputs, own)
        return place(done, activations, new, labels=fit_labels, new_labels=place_labels, threads=threads)

    return stored_or_computed(recording, about, data, compute)


def flow_of(
    recording: Recording, layers: Sequence[str], snapshot: int, *, method: str = "umap", inputs: Inputs | None = None,
    labels: Array | None = None, threads: int | None = None, **parameters: Any,
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

    return stored_or_computed(recording, about, {"fit": inputs, "fit labels": labels}, compute)


def chosen_snapshots(count: int, at_most: int) -> list[int]:
    """Return the indices of an even choice of snapshots, with the first and the last; where it is one, the last.

    Args:
        count: how many there are.
        at_most: how many are chosen at most.
    """
    if at_most == 1:
        return [count - 1]
    return evenly(count, at_most)


def _about(
    recording: Recording, layer: str | list[str], method: str, settings: Mapping[str, Any], snapshots: list[int]
) -> dict[str, Any]:
    taken = [[number, recording.entries[number].epoch, recording.entries[number].step] for number in snapshots]
    return {"recording": recording.id, "layer": layer, "method": method, "settings": settings, "snapshots": taken}


def _activations(recording: Recording, layer: str, epochs: Array, inputs: Inputs | None, own: Array | None) -> Array:
    """Return a layer's outputs, float (epochs, samples, units); NaN where the weights are not finite."""
    if layer == "input":  # the same at every epoch: a view that repeats one copy
        values = recording.single_input(recording.inputs if inputs is None else inputs)
        flat = values.reshape(len(values), -1)
        return np.broadcast_to(flat, (len(epochs), *flat.shape))
    found: list[Array | None] = []
    for epoch in epochs:
        try:
            state = recording.at(float(epoch))
            stored = own is not None and layer in state.snapshot.stored
            found.append(state.activations(layer)[own] if stored else state.activations(layer, inputs))
        except DivergedError:
            found.append(None)
    some = next((values for values in found if values is not None), None)
    if some is None:
        raise InputError("the weights are not finite at any epoch (the training diverged); nothing to embed")
    missing = np.full(some.shape, np.nan, np.float32)
    return np.stack([(missing if values is None else values).reshape(len(some), -1) for values in found])
