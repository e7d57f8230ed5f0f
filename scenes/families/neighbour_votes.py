"""Votes of neighbours in the layout of a layer and in the layer itself, before it is laid out.

A teaching notebook on MNIST ends with such a table of 3, 5 and 10 neighbours, for raw pixels and both layers.
"""

from collections.abc import Sequence

import numpy as np

from animviz import Recording
from animviz.arrays import Array
from animviz.embed import Embedding
from animviz.embed.scores import elected
from animviz.embed.sets import Sets
from animviz.embed.votes import NEIGHBOURS
from animviz.recording.state import State

__all__ = ["NEIGHBOURS", "activations_of", "in_layer", "in_layout", "share_named"]

CHUNK = 500  # samples whose distances to all are held at once


def share_named(known: Array, labels: Array, new: Array | None, right: Array, counts: Sequence[int]) -> list[float]:
    """Return the share of samples whose class is that of most of their nearest neighbours (Fix and Hodges 1951).

    Args:
        known: places of the samples that vote, (samples, anything).
        labels: their classes.
        new: places of the samples that are named; None where the voters name each other.
        right: classes of those that are named.
        counts: how many neighbours vote.

    Returns:
        A share for each count; NaN where a place is not finite, all are one, or there are too few.
    """
    asked = known if new is None else new
    there = len(known) - (new is None)
    if not (np.isfinite(known).all() and np.isfinite(asked).all()) or np.ptp(known, axis=0).max() == 0:
        return [float("nan")] * len(counts)
    voters = labels[_nearest(known, asked, min(max(counts), there), own=new is None)]
    return [float(np.mean(elected(voters[:, :count]) == right)) if count <= there else float("nan") for count in counts]


def in_layout(embedding: Embedding, index: int, sets: Sets, counts: Sequence[int] = NEIGHBOURS) -> list[float]:
    """Return the shares in the layout of one epoch, or of one layer where the slices are layers.

    Args:
        embedding: of the sets.
        index: of the slice.
        sets: samples with classes.
        counts: how many neighbours vote.
    """
    placed = None if embedding.placed is None else embedding.placed[index]
    return share_named(embedding.positions[index], *_classes(sets, placed), counts)


def in_layer(
    recording: Recording, layer: str, snapshot: int, sets: Sets, counts: Sequence[int] = NEIGHBOURS
) -> list[float]:
    """Return the shares in a layer itself: by the distances of its activations.

    Args:
        recording: of any model.
        layer: its name, or "input".
        snapshot: number of the snapshot.
        sets: samples with classes.
        counts: how many neighbours vote.
    """
    state = recording.at(float(recording.epochs[snapshot]))
    placed = None if sets.place is None else _flat(state.activations(layer, sets.place))
    return share_named(activations_of(state, layer, sets), *_classes(sets, placed), counts)


def activations_of(state: State, layer: str, sets: Sets) -> Array:
    """Return the activations of the samples that are fitted, (samples, units); stored ones where there are any.

    Args:
        state: of the network.
        layer: its name, or "input".
        sets: the samples.
    """
    stored = sets.place is None and layer in state.snapshot.stored
    return _flat(state.activations(layer)[sets.shown] if stored else state.activations(layer, sets.fit))


def _flat(values: Array) -> Array:
    return values.reshape(len(values), -1)


def _classes(sets: Sets, placed: Array | None) -> tuple[Array, Array | None, Array]:
    assert sets.fit_labels is not None
    right = sets.fit_labels if sets.place_labels is None else sets.place_labels
    return sets.fit_labels, placed, right


def _nearest(known: Array, asked: Array, count: int, *, own: bool) -> Array:
    """Return the nearest of the known to each asked, nearest first, indices (asked, count)."""
    middle = known.mean(axis=0, dtype=np.float64)
    kind = np.float64 if known.shape[1] < 4 else np.float32
    a, b = ((part - middle).astype(kind) for part in (known, asked))
    squares, found = np.square(a).sum(axis=1), []
    for first in range(0, len(b), CHUNK):
        far = squares - 2 * b[first : first + CHUNK] @ a.T  # but for what is the same for all of a row
        if own:
            rows = np.arange(len(far))
            far[rows, first + rows] = np.inf
        near = np.argpartition(far, count - 1, axis=1)[:, :count]
        order = np.take_along_axis(far, near, axis=1).argsort(axis=1, kind="stable")
        found.append(np.take_along_axis(near, order, axis=1))
    return np.concatenate(found)
