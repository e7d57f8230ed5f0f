"""Layers of one or two units among laid out ones: drawn as they are, since UMAP would only tear them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from animviz import Recording
from animviz.arrays import Array
from animviz.embed import Embedding
from animviz.embed.scores import accuracy_of, trustworthiness
from animviz.embed.sets import Sets

from .endings import count_in_words
from .neighbour_votes import activations_of

__all__ = ["FEW", "as_they_are", "few_in_words", "units_of"]

FEW = 2  # units of a layer that the plane has room for


def units_of(recording: Recording, name: str) -> int:
    """Return how many numbers a layer has for each sample; 0 where that is not known.

    Args:
        recording: of any model.
        name: of the layer, or "input".
    """
    if name == "input":
        return int(np.prod(recording.single_input(recording.inputs).shape[1:]))
    shape = recording.layers[recording.layer_index(name)].output_shape or (0,)
    return int(np.prod([size or 0 for size in shape]))


def few_in_words(recording: Recording, names: Sequence[str]) -> str:
    """Say which layers are drawn as they are; empty where none is.

    Args:
        recording: of any model.
        names: of the layers that are drawn.
    """
    counts = sorted({units_of(recording, name) for name in names} & set(range(1, FEW + 1)))
    words = " or ".join(count_in_words(count) for count in counts)
    return f"layers of {words} unit{'s' if counts[-1] > 1 else ''} as they are" if counts else ""


def as_they_are(found: Embedding, recording: Recording, names: Sequence[str], snapshot: int, sets: Sets) -> Embedding:
    """Return a common layout of layers in which those of one or two units have their values as places.

    They are scaled to the size of the others, which are turned towards them, so that samples take short ways.

    Args:
        found: the layout, whose slices are the layers.
        recording: of any model.
        names: of the layers.
        snapshot: number of the snapshot.
        sets: the samples.
    """
    state = recording.at(float(recording.epochs[snapshot]))
    values = {
        place: activations_of(state, name, sets).astype(np.float64)
        for place, name in enumerate(names)
        if 0 < units_of(recording, name) <= FEW
    }
    if not values:
        return found
    others = [_reach(places) for number, places in enumerate(found.positions) if number not in values]
    size = float(np.median(others)) if others else 1.0
    few = {number: _scaled(part, size) for number, part in values.items()}
    positions = _turned(found.positions.astype(np.float64), few)
    trust, accuracy = found.scores.trustworthiness.copy(), found.scores.accuracy
    accuracy = None if accuracy is None else accuracy.copy()
    for number, part in few.items():
        positions[number] = part
        trust[number] = trustworthiness(values[number], part)
        if accuracy is not None and sets.fit_labels is not None:
            accuracy[number] = accuracy_of(part, sets.fit_labels)
    scores = replace(found.scores, trustworthiness=trust, accuracy=accuracy)
    return replace(found, positions=positions.astype(np.float32), scores=scores)


def _reach(places: Array) -> float:
    """Return half the longer side of the box around places."""
    return float(np.ptp(places, axis=0).max() / 2)


def _scaled(values: Array, size: float) -> Array:
    """Return values around zero, as large as asked; those of one unit lie on a line from left to right."""
    middle = (values.min(axis=0) + values.max(axis=0)) / 2
    places = (values - middle) * (size / (_reach(values) or 1.0))
    return np.pad(places, ((0, 0), (0, FEW - places.shape[1])))


def _turned(positions: Array, few: Mapping[int, Array]) -> Array:
    """Return positions in which each run of laid out layers is turned onto the layer as it is before it, else behind it."""
    turned, number = positions.copy(), 0
    while number < len(positions):
        end = next((k for k in range(number, len(positions)) if k in few), len(positions))
        if end > number and (number or end < len(positions)):
            own, other = (number, number - 1) if number else (end - 1, end)
            run = positions[number:end] - positions[number:end].mean(axis=(0, 1))
            left, _, right = np.linalg.svd((run[own - number]).T @ (few[other] - few[other].mean(axis=0)))
            turned[number:end] = run @ (left @ right)
        number = end + 1
    return turned
