"""Votes: the k-NN accuracy in the embedded layers, per epoch and number of neighbours.

A teaching notebook on MNIST ends with such a table of 3, 5 and 10 neighbours, for raw pixels and both layers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from animviz.analysis.labels import SampleLabels
from animviz.arrays import Array
from animviz.embed.embedding import Embedding
from animviz.embed.scores import elected
from animviz.embed.sets import Sets, embedded, layers_of, sets_of
from animviz.errors import SceneError
from animviz.recording.recording import Recording

__all__ = [
    "MOST_LAYERS",
    "NEIGHBOURS",
    "SAMPLES",
    "Neighbourhoods",
    "accuracies",
    "agreements_of_classes",
    "neighbourhoods",
    "share_named",
    "shares_of_classes",
]

NEIGHBOURS = (3, 5, 10)
SAMPLES = 1500
MOST_LAYERS = 8
CHUNK = 500  # samples whose distances to all are held at once


@dataclass(frozen=True)
class Neighbourhoods:
    """k-NN accuracy of the layers of a recording.

    Attributes:
        layers: names.
        epochs: moments, float64 (epochs,).
        values: accuracy, float64 (layers, epochs, numbers of neighbours); NaN where it is undefined.
        sets: the samples.
        note: which layers were left out, or "".
    """

    layers: list[str]
    epochs: Array
    values: Array
    sets: Sets
    note: str


def neighbourhoods(
    recording: Recording, *, layers: str = "", samples: int = SAMPLES, method: str = "umap", threads: int | None = None,
    purpose: str = "knn", **settings: Any,
) -> Neighbourhoods:  # fmt: skip
    """Embed layers, and classify the placed samples by their neighbours. The embeddings are kept in the recording.

    Args:
        recording: whose samples have a class each.
        layers: names with commas between them; by default the input and the hidden layers.
        samples: of either set at most.
        method: of embedding.
        threads: for embedding.
        purpose: for errors.
        **settings: of the method.

    Raises:
        SceneError: no classes, no such layer, or a layer that cannot be embedded.
    """
    labels = SampleLabels.of(recording)
    if labels.classes is None:
        kind = "no labels" if labels.values is None else "values as labels"
        raise SceneError(
            f"{purpose} needs a class for each sample; {recording.path} has {kind}; record it with a class each"
        )
    sets = sets_of(recording, labels, samples)
    names, note = layers_of(recording, layers, MOST_LAYERS, purpose)
    done = [embedded(recording, name, sets, method, purpose, threads=threads, **settings) for name in names]
    values = np.stack([accuracies(embedding, sets) for embedding in done])
    return Neighbourhoods(names, done[0].epochs, values, sets, note)


def accuracies(embedding: Embedding, sets: Sets, neighbours: Sequence[int] = NEIGHBOURS) -> Array:
    """Return the share of samples whose class is that of most of their nearest neighbours.

    Placed samples are classified by the fitted ones. Where none were placed, each fitted sample is classified by the
    others. The smallest class wins a tie. The same as scikit-learn's KNeighborsClassifier (tested).

    Args:
        embedding: of the sets.
        sets: which samples it holds.
        neighbours: how many vote.

    Returns:
        float64 (epochs, numbers of neighbours); NaN where positions are not finite or there are too few.
    """
    found = np.full((len(embedding.epochs), len(neighbours)), np.nan)
    for index, at in enumerate(embedding.positions):
        placed = None if embedding.placed is None else embedding.placed[index]
        same = index > 0 and np.array_equal(at, embedding.positions[index - 1])
        if same and (placed is None or np.array_equal(placed, embedding.placed[index - 1])):  # type: ignore[index]
            found[index] = found[index - 1]
        elif np.isfinite(at).all() and (placed is None or np.isfinite(placed).all()):
            found[index] = share_named(at, placed, sets, neighbours)
    return found


def share_named(known: Array, new: Array | None, sets: Sets, counts: Sequence[int] = NEIGHBOURS) -> list[float]:
    """Return the share of samples whose class is that of most of their nearest neighbours (Fix and Hodges 1951).

    Args:
        known: finite places of the fitted samples, which vote, (samples, anything).
        new: finite places of the placed samples, which are named; None where the voters name each other.
        sets: samples with classes.
        counts: how many neighbours vote.

    Returns:
        A share for each count; NaN where there are too few.
    """
    there, named = len(known) - (new is None), _named(known, new, sets, counts)
    shares = [float((names == _asked(sets)).mean()) for names in named]
    return [share if count <= there else float("nan") for count, share in zip(counts, shares, strict=True)]


def shares_of_classes(known: Array, new: Array | None, sets: Sets, count: int) -> dict[int, float]:
    """Return what `share_named` says of each class that is there, by its number; see there."""
    (names,), labels = _named(known, new, sets, [count]), _asked(sets)
    return {int(label): float((names == label)[labels == label].mean()) for label in np.unique(labels)}


def agreements_of_classes(known: Array, new: Array | None, sets: Sets, count: int) -> dict[int, float]:
    """Return for each class that is there which share of the samples that are of it or are named so are both (Jaccard 1901).

    Args:
        known: see `share_named`.
        new: likewise.
        sets: likewise.
        count: how many vote.
    """
    (names,), labels = _named(known, new, sets, [count]), _asked(sets)
    found = {}
    for label in np.unique(labels):
        named, own = names == label, labels == label
        found[int(label)] = float((named & own).sum() / (named | own).sum())
    return found


def _asked(sets: Sets) -> Array:
    """Return the classes of the samples that are named."""
    assert sets.fit_labels is not None
    return sets.fit_labels if sets.place_labels is None else sets.place_labels


def _named(known: Array, new: Array | None, sets: Sets, counts: Sequence[int]) -> list[Array]:
    """Return what the samples are named, classes (samples,) for each count of voters."""
    assert sets.fit_labels is not None
    voters = sets.fit_labels[_nearest(known, new, min(max(counts), len(known) - (new is None)))]
    return [elected(voters[:, :count]) for count in counts]


def _nearest(known: Array, new: Array | None, count: int) -> Array:
    """Return the nearest of the known to each that is asked, nearest first, indices (asked, count).

    In NumPy, since drawing imports no scikit-learn.
    """
    middle, asked = known.mean(axis=0, dtype=np.float64), known if new is None else new
    kind = np.float64 if known.shape[1] < 4 else np.float32
    a, b = ((part - middle).astype(kind) for part in (known, asked))
    squares, found = np.square(a).sum(axis=1), []
    for first in range(0, len(b), CHUNK):
        far = squares - 2 * b[first : first + CHUNK] @ a.T  # but for what is the same for all of a row
        if new is None:
            rows = np.arange(len(far))
            far[rows, first + rows] = np.inf
        near = np.argpartition(far, count - 1, axis=1)[:, :count]
        order = np.take_along_axis(far, near, axis=1).argsort(axis=1, kind="stable")
        found.append(np.take_along_axis(near, order, axis=1))
    return np.concatenate(found)
