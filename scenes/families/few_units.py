"""Layers of one or two units among laid out ones: drawn as they are, since a layout would only tear them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from animviz import Recording
from animviz.arrays import Array
from animviz.embed import Embedding
from animviz.embed.scores import Scores, step, trustworthiness
from animviz.embed.sets import Sets, embedded
from animviz.errors import DivergedError

from .endings import count_in_words
from .neighbour_votes import MIDDLE, NEIGHBOURS, in_layout, values_in

__all__ = ["FEW", "as_they_are", "drawn_as_it_is", "few_in_words", "is_few", "laid_out", "one_as_it_is", "units_of"]

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


def is_few(recording: Recording, name: str) -> bool:
    """Say whether a layer has one or two units; see `units_of`."""
    return 0 < units_of(recording, name) <= FEW


def drawn_as_it_is(recording: Recording, name: str, method: str) -> bool:
    """Say whether a layer needs no layout; `pca` turns the axes of those of one or two units too."""
    return method != "pca" and is_few(recording, name)


def laid_out(
    recording: Recording, name: str, numbers: Sequence[int], sets: Sets, method: str, **options: Any
) -> Embedding:  # fmt: skip
    """Return a layer over the epochs by a method, or as it is where it has one or two units.

    Args:
        recording: of any model.
        name: of the layer.
        numbers: of the snapshots.
        sets: the samples.
        method: of embedding.
        **options: see `embedded`.

    Raises:
        SceneError: the layer cannot be embedded.
        DivergedError: no snapshot is finite.
    """
    if drawn_as_it_is(recording, name, method):
        return one_as_it_is(recording, name, numbers, sets)
    return embedded(recording, name, sets, method, method, **options)


def few_in_words(recording: Recording, names: Sequence[str]) -> str:
    """Say which layers are drawn as they are; empty where none is.

    Args:
        recording: of any model.
        names: of the layers that are drawn.
    """
    counts = sorted({units_of(recording, name) for name in names if is_few(recording, name)})
    words = " or ".join(count_in_words(count) for count in counts)
    return f"layers of {words} unit{'s' if counts[-1] > 1 else ''} as they are" if counts else ""


def one_as_it_is(recording: Recording, name: str, snapshots: Sequence[int], sets: Sets) -> Embedding:
    """Return a layer of one or two units over the epochs, with its values as places: one unit lies on a line.

    Its method is empty.

    Args:
        recording: of any model.
        name: of the layer.
        snapshots: their numbers.
        sets: the samples.

    Raises:
        DivergedError: no snapshot is finite.
    """
    parts = [_places(recording, name, number, sets) for number in snapshots]
    some = next((part for part in parts if part is not None), None)
    if some is None:
        raise DivergedError(f"{recording.path}: no snapshot has finite weights; train again with a smaller step")
    every = np.stack([np.full_like(some, np.nan) if part is None else part for part in parts]).astype(np.float32)
    apart = np.ptp(every, axis=1).max(axis=1) > 0
    scores = Scores(step(every), np.where(apart, 1.0, np.nan))  # what is drawn as it is keeps all neighbours
    held = np.ones(len(every) - 1)
    found = parted(Embedding("", {}, recording.epochs[list(snapshots)], every, scores, held), sets)
    if sets.classes:
        count = (NEIGHBOURS[MIDDLE],)
        shares = np.array([in_layout(found, number, sets, count)[0] for number in range(len(every))])
        scores = replace(scores, **{"accuracy" if sets.place is None else "placed_accuracy": shares})
    return replace(found, scores=scores)


def as_they_are(found: Embedding, recording: Recording, names: Sequence[str], snapshot: int, sets: Sets) -> Embedding:
    """Return a common layout of layers in which those of one or two units have their values as places.

    They are scaled to the size of the others, which are turned towards them, so that samples take short ways.

    Args:
        found: the layout, whose slices are the layers, of the fitted samples and the placed ones behind them.
        recording: of any model.
        names: of the layers.
        snapshot: number of the snapshot.
        sets: the samples.
    """
    few = {
        place: _every_value(recording, name, snapshot, sets)
        for place, name in enumerate(names)
        if is_few(recording, name)
    }
    if not few:
        return found
    others = [_reach(places) for number, places in enumerate(found.positions) if number not in few]
    size = float(np.median(others)) if others else 1.0
    scaled = {number: _scaled(values.astype(np.float64), size) for number, values in few.items()}
    positions = _turned(found.positions.astype(np.float64), scaled)
    trust = found.scores.trustworthiness.copy()
    for number, places in scaled.items():
        positions[number] = places
        trust[number] = trustworthiness(few[number], places)
    scores = replace(found.scores, trustworthiness=trust)
    return replace(found, positions=positions.astype(np.float32), scores=scores)


def parted(found: Embedding, sets: Sets) -> Embedding:
    """Return a layout of the fitted samples and the placed ones behind them with both apart.

    Args:
        found: the layout of all of them.
        sets: the samples.
    """
    if sets.place is None:
        return found
    assert sets.fit is not None
    count = len(sets.fit)
    return replace(found, positions=found.positions[:, :count], placed=found.positions[:, count:])


def _every_value(recording: Recording, name: str, snapshot: int, sets: Sets) -> Array:
    """Return a layer's values of the fitted samples and of the placed ones behind them, (samples, units)."""
    return np.concatenate([part for part in values_in(recording, name, snapshot, sets) if part is not None])


def _places(recording: Recording, name: str, snapshot: int, sets: Sets) -> Array | None:
    """Return those values as places in the plane; None where they are not finite."""
    try:
        values = _every_value(recording, name, snapshot, sets)
    except DivergedError:
        return None
    return _in_plane(values) if np.isfinite(values).all() else None


def _in_plane(values: Array) -> Array:
    """Return values as places; those of one unit lie on a line from left to right."""
    return np.pad(values, ((0, 0), (0, FEW - values.shape[1])))


def _reach(places: Array) -> float:
    """Return half the longer side of the box around places."""
    return float(np.ptp(places, axis=0).max() / 2)


def _scaled(values: Array, size: float) -> Array:
    """Return values around zero as places, as large as asked."""
    middle = (values.min(axis=0) + values.max(axis=0)) / 2
    return _in_plane((values - middle) * (size / (_reach(values) or 1.0)))


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
