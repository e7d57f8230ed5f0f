"""Votes of neighbours in the layout of a layer and in the layer itself, before it is laid out.

A teaching notebook on MNIST ends with such a table of 3, 5 and 10 neighbours, for raw pixels and both layers.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress

import numpy as np

from animviz import Recording
from animviz.arrays import Array
from animviz.embed import Embedding
from animviz.embed.sets import Sets
from animviz.embed.votes import NEIGHBOURS, agreements_of_classes, share_named, shares_of_classes
from animviz.errors import DivergedError
from animviz.recording.kept import kept

__all__ = [
    "MIDDLE",
    "NEIGHBOURS",
    "classes_apart",
    "in_layer",
    "in_layers",
    "in_layout",
    "mixed_classes",
    "values_in",
]

MIDDLE = len(NEIGHBOURS) // 2  # of the numbers of neighbours: the one that is always told
MIXED = 0.5  # share of a class that neighbours name rightly, below which it is not apart
APART = 0.8  # share of the samples that are of a class or are named so that are both, from which on it stands apart


def in_layout(embedding: Embedding, index: int, sets: Sets, counts: Sequence[int] = NEIGHBOURS) -> list[float]:
    """Return the shares in the layout of one epoch, or of one layer where the slices are layers.

    Args:
        embedding: of the sets.
        index: of the slice.
        sets: samples with classes.
        counts: how many neighbours vote.
    """
    return _share(*_places(embedding, index), sets, counts)


def mixed_classes(recording: Recording, layer: str, snapshot: int, sets: Sets) -> list[int]:
    """Return the classes of which neighbours in a layer itself name less than half rightly.

    Args:
        recording: of any model.
        layer: its name, or "input".
        snapshot: number of the snapshot.
        sets: samples with classes.
    """
    shares = _by_class(*values_in(recording, layer, snapshot, sets), sets, shares_of_classes)
    return [label for label, share in shares.items() if share < MIXED]


def classes_apart(embedding: Embedding, index: int, sets: Sets) -> list[int]:
    """Return the classes that stand apart in the layout: neighbours name nearly all of them so, and nearly no others.

    Args:
        embedding: of the sets.
        index: of the slice.
        sets: samples with classes.
    """
    shares = _by_class(*_places(embedding, index), sets, agreements_of_classes)
    return [label for label, share in shares.items() if share >= APART]


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
    return _share(*values_in(recording, layer, snapshot, sets), sets, counts)


def in_layers(recording: Recording, layer: str, snapshots: Sequence[int], sets: Sets) -> Array:
    """Return the share in a layer itself at each of some snapshots, float64 (snapshots,), kept in the recording.

    Args:
        recording: of any model.
        layer: its name, or "input".
        snapshots: their numbers; NaN stands for one whose weights are not finite.
        sets: samples with classes.

    Raises:
        RecordingError: the recording cannot be written.
    """
    count = NEIGHBOURS[MIDDLE]

    def share(snapshot: int) -> float:
        with suppress(DivergedError):
            return in_layer(recording, layer, snapshot, sets, [count])[0]
        return float("nan")

    if layer == "input":
        return np.full(len(snapshots), share(snapshots[0]))
    about = {
        "recording": recording.digest, "layer": layer, "snapshots": list(snapshots), "neighbours": count,
        "samples": [sets.fitted, sets.placed],
    }  # fmt: skip
    return kept(recording.path, "votes", about, lambda: {"shares": np.array([share(one) for one in snapshots])})[
        "shares"
    ]


def values_in(recording: Recording, layer: str, snapshot: int, sets: Sets) -> tuple[Array, Array | None]:
    """Return a layer's activations, (samples, units), of the fitted samples and of the placed ones, if there are any.

    Stored ones are taken where there are any of the fitted samples.

    Args:
        recording: of any model.
        layer: its name, or "input".
        snapshot: number of the snapshot.
        sets: the samples.

    Raises:
        DivergedError: the weights are not finite.
    """
    state = recording.at(float(recording.epochs[snapshot]))
    stored = sets.place is None and layer in state.snapshot.stored
    known = state.activations(layer)[sets.shown] if stored else state.activations(layer, sets.fit)
    return _flat(known), None if sets.place is None else _flat(state.activations(layer, sets.place))


def _flat(values: Array) -> Array:
    return values.reshape(len(values), -1)


def _places(embedding: Embedding, index: int) -> tuple[Array, Array | None]:
    """Return where the fitted samples of a slice are, and the others, if there are any."""
    return embedding.positions[index], None if embedding.placed is None else embedding.placed[index]


def _by_class(
    known: Array, new: Array | None, sets: Sets, measure: Callable[[Array, Array | None, Sets, int], dict[int, float]]
) -> dict[int, float]:
    """Return what neighbours tell of each class; nothing where they cannot."""
    return measure(known, new, sets, NEIGHBOURS[MIDDLE]) if _can_tell(known, new) else {}


def _share(known: Array, new: Array | None, sets: Sets, counts: Sequence[int]) -> list[float]:
    """Return the shares, or NaN where a place is not finite or all are one."""
    if not _can_tell(known, new):
        return [float("nan")] * len(counts)
    return share_named(known, new, sets, counts)


def _can_tell(known: Array, new: Array | None) -> bool:
    finite = all(np.isfinite(places).all() for places in (known, new) if places is not None)
    return finite and bool(np.ptp(known, axis=0).max())
