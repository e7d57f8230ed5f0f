"""Nearest neighbours within one epoch: exact for up to 16,384 samples, by NN-descent for more."""

import warnings
from importlib import import_module
from typing import Any, Literal

import numpy as np

from animviz.arrays import Array

__all__ = ["EXACT", "Metric", "nearest", "nearest_in", "plain_metric", "ready_for", "stay_near"]

Metric = Literal["euclidean", "manhattan", "chebyshev", "cosine", "correlation"]
EXACT = 16_384
"""Up to this many samples the neighbours are exact: an all-pairs search is faster than building an index."""


def ready_for(metric: Metric, x: Array, like: Array | None = None) -> Array:
    """Return samples in a form in which `plain_metric` is accurate: float32 (samples, units).

    For distances that a shift does not change, samples are centred and scaled to 1. For the correlation, which is the
    cosine of centred rows, rows are centred.

    Args:
        metric: name of the metric.
        x: shape (samples, units).
        like: samples whose centre and scale to use; by default its own.
    """
    like = x if like is None else like
    if metric == "correlation":
        return np.asarray(x - x.mean(axis=1, keepdims=True), np.float32)
    if metric == "cosine":
        return np.asarray(x, np.float32)
    centre = like.mean(axis=0)
    return np.asarray((x - centre) / (np.abs(like - centre).max() or 1), np.float32)


def nearest(x: Array, count: int, metric: Metric, seed: int, threads: int) -> tuple[Array, Array]:
    """Return each sample's nearest neighbours as UMAP counts them: itself first.

    Exact for up to `EXACT` samples; by NN-descent (Dong, Moses and Li 2011, package pynndescent) for more.

    Args:
        x: shape (samples, units).
        count: neighbours per sample, itself included.
        metric: name of the metric.
        seed: of NN-descent.
        threads: for NN-descent.

    Returns:
        Indices, int64 (samples, count), and distances, float32 (samples, count), ascending.
    """
    ready = ready_for(metric, x)
    own = np.arange(len(x))[:, None]
    if len(x) <= EXACT:
        distances, indices = _index(ready, count - 1, metric).kneighbors()
    else:
        descent = import_module("pynndescent").NNDescent
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about missing neighbours, which `_without_self` fills in
            found = descent(
                ready, n_neighbors=count + 1, metric=plain_metric(metric), random_state=seed, n_jobs=threads
            )
        ends, lengths = found.neighbor_graph
        indices, distances = _without_self(ends, lengths, count - 1)
    no_way = np.zeros((len(x), 1))
    return np.hstack([own, indices]), np.hstack([no_way, distances]).astype(np.float32)


def nearest_in(x: Array, new: Array, count: int, metric: Metric) -> tuple[Array, Array]:
    """Return the nearest neighbours of new samples among the given ones.

    Args:
        x: shape (samples, units).
        new: shape (new samples, units).
        count: neighbours per new sample.
        metric: name of the metric.

    Returns:
        Indices into x, int64 (new samples, count), and distances, float32 (new samples, count), ascending.
    """
    distances, indices = _index(ready_for(metric, x), count, metric).kneighbors(ready_for(metric, new, like=x))
    return indices, distances.astype(np.float32)


def stay_near(nearest: Array, near: Array) -> Array:
    """Return for each sample the share of its nearest neighbours at one epoch that are near at another.

    Args:
        nearest: its neighbours at the one, int (samples, some).
        near: its neighbours at the other, int (samples, more).

    Returns:
        0 to 1, float64 (samples,).
    """
    both = np.sort(np.hstack([nearest, near]), axis=1)
    return np.asarray(np.minimum((both[:, 1:] == both[:, :-1]).sum(axis=1) / nearest.shape[1], 1))


def plain_metric(metric: Metric) -> str:
    """Return the metric to use on samples from `ready_for`, by the name that scikit-learn and umap-learn know."""
    return "cosine" if metric == "correlation" else metric


def _index(x: Array, count: int, metric: Metric) -> Any:
    from sklearn.neighbors import NearestNeighbors

    return NearestNeighbors(n_neighbors=count, algorithm="brute", metric=plain_metric(metric)).fit(x)


def _without_self(indices: Array, distances: Array, count: int) -> tuple[Array, Array]:
    """Remove each sample from its own neighbours, at any place among ties, and keep the nearest `count`.

    A neighbour that NN-descent did not find (-1) is replaced by the sample itself, which gives no edge.
    """
    mine = indices == np.arange(len(indices))[:, None]
    order = np.argsort(mine, axis=1, kind="stable")[:, :count]
    indices, distances = np.take_along_axis(indices, order, axis=1), np.take_along_axis(distances, order, axis=1)
    missing = indices < 0
    farthest = np.where(missing, 0, distances).max(axis=1, keepdims=True)
    own = np.arange(len(indices))[:, None]
    return np.where(missing, own, indices), np.where(missing, farthest, distances)
