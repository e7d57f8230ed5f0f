"""Other methods for comparison: one UMAP per epoch, and AlignedUMAP; both by umap-learn."""

import os
import warnings
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Any

import numpy as np

from animviz.arrays import Array
from animviz.embed.methods.layout import Layout
from animviz.embed.methods.neighbours import Metric, plain_metric, ready_for
from animviz.embed.methods.slices import Slices
from animviz.embed.methods.tsne import place
from animviz.options import Range

__all__ = ["Aligned", "Independent", "aligned", "independent", "place"]


@dataclass(frozen=True, kw_only=True)
class Independent:
    """Settings of `independent`.

    Args:
        dimensions: 2 for the plane, 3 for space.
        seed: of every fit.
        n_neighbors: neighbours per sample, itself included.
        min_dist: how near points may come to each other.
        metric: distance between activations.
    """

    dimensions: Annotated[int, Range(2, 3)] = 2
    seed: Annotated[int, Range(0, 2**31 - 1)] = 0
    n_neighbors: Annotated[int, Range(2, 1000)] = 15
    min_dist: Annotated[float, Range(0.0, 1.0)] = 0.1
    metric: Metric = "euclidean"


@dataclass(frozen=True, kw_only=True)
class Aligned(Independent):
    """Settings of `aligned-umap`.

    Args:
        dimensions: 2 for the plane, 3 for space.
        seed: of the fit.
        n_neighbors: neighbours per sample, itself included.
        min_dist: how near points may come to each other.
        metric: distance between activations.
        regularisation: weight of the alignment (umap-learn's alignment_regularisation).
        window: epochs that are aligned with each other (umap-learn's alignment_window_size).
    """

    regularisation: Annotated[float, Range(0.0, 1e3)] = 0.01
    window: Annotated[int, Range(1, 1000)] = 3


def independent(activations: Slices, settings: Independent, threads: int) -> Layout:
    """Fit one UMAP per epoch. Each is then moved and turned, or mirrored, onto the next; none is stretched."""
    with _quiet():
        umap = import_module("umap").UMAP
        positions = np.stack(
            [
                umap(**_shared(settings), n_jobs=1).fit_transform(ready_for(settings.metric, epoch))
                for epoch in activations
            ]
        )
    for epoch in reversed(range(len(positions) - 1)):
        positions[epoch] = _turned(positions[epoch], positions[epoch + 1])
    return Layout(positions.astype(np.float32), np.zeros(len(positions) - 1))


def aligned(activations: Slices, settings: Aligned, threads: int) -> Layout:
    """Fit AlignedUMAP (Dadu et al. 2023) over all epochs; plain UMAP if there is only one."""
    if len(activations) == 1:
        return independent(activations, settings, threads)
    same = {sample: sample for sample in range(len(activations[0]))}
    with _quiet():
        model = import_module("umap").AlignedUMAP(
            **_shared(settings), alignment_regularisation=settings.regularisation, alignment_window_size=settings.window
        )
        ready = [ready_for(settings.metric, epoch) for epoch in activations]
        model.fit(ready, relations=[same] * (len(activations) - 1))
    held = np.full(len(activations) - 1, float(settings.regularisation > 0))
    return Layout(np.array(model.embeddings_, np.float32), held)


def _shared(settings: Independent) -> dict[str, Any]:
    return {
        "n_components": settings.dimensions, "random_state": settings.seed, "n_neighbors": settings.n_neighbors,
        "min_dist": settings.min_dist, "metric": plain_metric(settings.metric),
    }  # fmt: skip


class _quiet(warnings.catch_warnings):  # noqa: N801  (used like a function)
    """Hide the messages of TensorFlow, which `import umap` loads, and umap's warnings about threads."""

    def __enter__(self) -> Any:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
        entered = super().__enter__()
        warnings.simplefilter("ignore")
        return entered


def _turned(x: Array, onto: Array) -> Array:
    """Return positions moved and turned onto others by orthogonal Procrustes (Schoenemann 1966)."""
    centre, there = x.mean(axis=0), onto.mean(axis=0)
    left, _, right = np.linalg.svd((x - centre).T @ (onto - there))
    return np.asarray((x - centre) @ (left @ right) + there)
