"""How well the k nearest neighbours in an embedding tell the classes apart: layers by numbers of neighbours, per epoch.

After the teaching notebook on MNIST that ends with a table of 3, 5 and 10 neighbours for raw pixels and both layers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from animviz.analysis.classifier import labels_of
from animviz.arrays import Array
from animviz.embed.embedding import Embedding
from animviz.embed.sets import Sets, embedded, layers_of, sets_of
from animviz.errors import InputError
from animviz.recording.recording import Recording
from animviz.tables import TABLES, Column, check_table, text_of, write_table

__all__ = [
    "MOST_LAYERS",
    "NEIGHBOURS",
    "SAMPLES",
    "Neighbourhoods",
    "accuracies",
    "neighbourhoods",
    "table_of",
    "tables",
]

NEIGHBOURS = (3, 5, 10)
SAMPLES = 1500
MOST_LAYERS = 8


@dataclass(frozen=True)
class Neighbourhoods:
    """k-NN accuracy of the layers of a recording.

    Attributes:
        layers: names.
        epochs: moments, float64 (epochs,).
        values: accuracy, float64 (layers, epochs, numbers of neighbours); NaN where it is not defined.
        sets: the samples.
        note: which layers were left out, or "".
    """

    layers: list[str]
    epochs: Array
    values: Array
    sets: Sets
    note: str


def neighbourhoods(
    recording: Recording, *, layers: str = "", samples: int = SAMPLES, method: str = "umap", threads: int = 1,
    purpose: str = "knn", **settings: Any,
) -> Neighbourhoods:  # fmt: skip
    """Embed layers and classify the placed samples by their neighbours; embeddings are kept in the recording.

    Args:
        recording: of a classifier.
        layers: names with commas between them; by default the input and the hidden layers.
        samples: of either set at most.
        method: of embedding.
        threads: for embedding.
        purpose: for errors.
        **settings: of the method.

    Raises:
        SceneError: no classifier, no such layer, or a layer that cannot be embedded.
    """
    sets = sets_of(recording, labels_of(recording, purpose), samples)
    names, note = layers_of(recording, layers, MOST_LAYERS, purpose)
    done = [embedded(recording, name, sets, method, purpose, threads=threads, **settings) for name in names]
    values = np.stack([accuracies(embedding, sets) for embedding in done])
    return Neighbourhoods(names, done[0].epochs, values, sets, note)


def accuracies(embedding: Embedding, sets: Sets, neighbours: Sequence[int] = NEIGHBOURS) -> Array:
    """Return the share of samples whose class a vote of their nearest neighbours finds.

    Placed samples are classified by the fitted ones; where none were placed each fitted one by all others. The smallest
    class wins a tie. The same as scikit-learn's KNeighborsClassifier (tested).

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
            found[index] = _shares(at, placed, sets, neighbours)
    return found


def table_of(found: Neighbourhoods, index: int = -1) -> list[Column]:
    """Return the accuracies of one epoch, by default the last, as a table: a row per layer."""
    rows = found.values[:, index]
    columns = [
        Column(f"{count} neighbours", tuple(float(v) if np.isfinite(v) else None for v in values), ".4f")
        for count, values in zip(NEIGHBOURS, rows.T, strict=True)
    ]
    return [Column("layer", tuple(found.layers)), *columns]


def tables(path: Path, targets: Sequence[Path], *, embed_threads: int = 1, **options: Any) -> Iterator[str]:
    """Work out the table of a recording's last epoch and write it to files; give what to print.

    Args:
        path: of the recording.
        targets: files that end in .md or .csv.
        embed_threads: threads for embedding.
        **options: see `neighbourhoods`.

    Raises:
        AnimvizError: a file cannot be written, or the recording has no such table.
    """
    for target in targets:
        if target.suffix.lower() not in TABLES:
            raise InputError(f"--table is {target}; expected a name that ends in {' or '.join(TABLES)}")
        check_table(target)
    recording = Recording(path)
    found = neighbourhoods(recording, threads=embed_threads, purpose="scores", **options)
    table = table_of(found)
    yield text_of(table, ".md").rstrip("\n")
    yield f"epoch {found.epochs[-1]:g}; {_who(found.sets)}"
    for target in targets:
        write_table(target, table)
        yield f"{target}: {len(found.layers)} layers"


def _who(sets: Sets) -> str:
    if not sets.placed:
        return f"{sets.fitted} samples, each named by the others"
    return f"{sets.placed} test samples, placed among {sets.fitted} training samples"


def _shares(at: Array, placed: Array | None, sets: Sets, neighbours: Sequence[int]) -> list[float]:
    from sklearn.neighbors import NearestNeighbors

    there = len(at) - (placed is None)
    near = NearestNeighbors(n_neighbors=min(max(neighbours), there)).fit(at).kneighbors(placed, return_distance=False)
    voters = sets.fit_labels[near]
    right = sets.fit_labels if sets.place_labels is None else sets.place_labels
    classes = np.arange(int(max(sets.fit_labels.max(), right.max())) + 1)
    votes = (voters[:, :, None] == classes).cumsum(axis=1)
    return [
        float(np.mean(votes[:, count - 1].argmax(axis=1) == right)) if count <= there else float("nan")
        for count in neighbours
    ]
