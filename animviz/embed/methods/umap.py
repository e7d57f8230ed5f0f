"""UMAP of all epochs at once: one layout of a space-time graph, so that nothing jumps and nothing needs aligning.

Within an epoch the graph is UMAP's own (McInnes, Healy and Melville 2018). Between epochs an edge joins every sample to
itself, up to `span` epochs away. Its weight grows with the share of nearest neighbours that the sample keeps. A sample
with the same neighbours holds still; one whose neighbours change may move. Coupling the layouts is an idea of AlignedUMAP
(Dadu et al. 2023) and of dynamic t-SNE (Rauber, Falcao and Telea 2016). Here the coupling is part of one optimisation.
There it is a penalty between finished layouts.
"""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

import numpy as np

from animviz.arrays import Array
from animviz.embed.methods.fuzzy import ab_parameters, fuzzy_graph, memberships
from animviz.embed.methods.neighbours import Metric, nearest, nearest_in
from animviz.embed.methods.pca import basis
from animviz.embed.methods.slices import Slices
from animviz.options import Range

__all__ = ["Umap", "layout", "place", "spread_start"]

_DRAWS = 5  # negative samples per edge, as in UMAP
_EXTENT, _JITTER = 10.0, 1e-3
_NEAR = 1e-3  # squared distance that limits the repulsion at short range, as in UMAP
_LEAST_SHARE = 0.05  # even a sample that keeps no neighbour has an edge to itself


@dataclass(frozen=True, kw_only=True)
class Umap:
    """Settings of `umap`.

    Args:
        dimensions: 2 for the plane, 3 for space.
        seed: of start and random draws.
        n_neighbors: neighbours per sample, itself included; more show the whole, fewer the detail.
        min_dist: how near points may come to each other.
        metric: distance between activations.
        weight: mean strength of the edges from a sample to itself at the next epoch; at 0 epochs are independent.
        span: epochs that these edges reach; their strength falls as 1 / distance.
        repulsion: strength of UMAP's negative samples (its repulsion_strength).
        iterations: passes of the optimisation.
    """

    dimensions: Annotated[int, Range(2, 3)] = 2
    seed: Annotated[int, Range(0, 2**31 - 1)] = 0
    n_neighbors: Annotated[int, Range(2, 1000)] = 15
    min_dist: Annotated[float, Range(0.0, 1.0)] = 0.1
    metric: Metric = "euclidean"
    weight: Annotated[float, Range(0.0, 1e6)] = 3.0
    span: Annotated[int, Range(1, 1000)] = 5
    repulsion: Annotated[float, Range(0.0, 1e3)] = 5.0
    iterations: Annotated[int, Range(1, 100_000)] = 200


class _Graph(NamedTuple):
    """Edges of one epoch in rows: the start of each row, the ends of the edges, and the passes between two uses."""

    start: Array
    ends: Array
    period: Array


class _Ties(NamedTuple):
    """Edges from one epoch to others: their indices, int64 (neighbours,), and weights, float32 (neighbours, samples)."""

    epochs: Array
    weights: Array


def layout(activations: Slices, settings: Umap, threads: int) -> tuple[Array, None]:
    """Lay out all epochs together.

    Every pass works on each epoch separately, with the positions that the other epochs had before the pass. So any
    number of threads gives the same result, byte for byte. Epochs with equal activations have equal positions if all
    their neighbours do.

    Args:
        activations: float32 (epochs, samples, units), or a list of (samples, units) of any widths.
        settings: the settings.
        threads: epochs worked on at once.

    Returns:
        Positions, float32 (epochs, samples, dimensions), and None.
    """
    graphs, known = [], []
    for epoch in activations:
        indices, distances = nearest(epoch, settings.n_neighbors, settings.metric, settings.seed, threads)
        graphs.append(_graph_of(fuzzy_graph(indices, distances), settings.iterations))
        known.append(np.sort(indices[:, 1:].astype(np.int32), axis=1))
    start = spread_start(activations[-1], settings.dimensions, settings.seed)
    x = np.repeat(start[None], len(activations), axis=0)
    _descend(x, x, graphs, _ties(known, settings), settings, settings.iterations, 1.0, threads)
    return x, None


def place(activations: Array, positions: Array, new: Array, settings: Umap, threads: int) -> Array:
    """Place new samples into every epoch of a layout, whose own positions stay.

    Each starts at the weighted mean of its nearest neighbours among the given samples. The same gradient descent then
    moves it, with the same edges between epochs.

    Args:
        activations: of the laid-out samples, float32 (epochs, samples, units).
        positions: their positions, float32 (epochs, samples, dimensions).
        new: activations of the new samples, float32 (epochs, new samples, units).
        settings: those of the layout.
        threads: epochs worked on at once.

    Returns:
        Positions of the new samples, float32 (epochs, new samples, dimensions).
    """
    graphs, known, starts = [], [], []
    # As in UMAP's transform: a third of the passes, at a quarter of the rate.
    iterations = max(1, settings.iterations // 3)
    for epoch, here, there in zip(activations, new, positions, strict=True):
        indices, distances = nearest_in(epoch, here, settings.n_neighbors, settings.metric)
        strengths = memberships(distances, connected=False)
        graphs.append(_graph_of(_one_way(indices, strengths, len(epoch)), iterations))
        known.append(np.sort(indices.astype(np.int32), axis=1))
        shares = strengths / strengths.sum(axis=1, keepdims=True)
        starts.append(np.einsum("nk,nkd->nd", shares, there[indices]).astype(np.float32))
    x = np.stack(starts)
    fixed = np.ascontiguousarray(positions, np.float32)
    _descend(x, fixed, graphs, _ties(known, settings), settings, iterations, 0.25, threads)
    return x


def spread_start(epoch: Array, dimensions: int, seed: int) -> Array:
    """Return the start of a layout: principal components, each stretched to 0 to 10 as UMAP does, with jitter.

    Args:
        epoch: activations, float32 (samples, units).
        dimensions: 2 or 3.
        seed: of the jitter.

    Returns:
        float32 (samples, dimensions).
    """
    centre, components, _ = basis(epoch[None], dimensions)
    start = (epoch - centre) @ components
    start -= start.min(axis=0)
    extent = start.max(axis=0)
    start *= _EXTENT / np.where(extent > 0, extent, 1)
    return np.asarray(start + np.random.default_rng(seed).normal(0, _JITTER, start.shape), np.float32)


def _graph_of(matrix: Any, iterations: int) -> _Graph:
    """Return a sparse matrix as edges; an edge too weak to be used in any pass is left out."""
    strongest = matrix.data.max() if matrix.nnz else 1
    matrix.data[matrix.data < strongest / iterations] = 0
    matrix.eliminate_zeros()
    period = (strongest / matrix.data).astype(np.float32)
    return _Graph(matrix.indptr.astype(np.int32), matrix.indices.astype(np.int32), period)


def _one_way(indices: Array, strengths: Array, samples: int) -> Any:
    from scipy import sparse

    starts = np.arange(len(indices) + 1) * indices.shape[1]
    return sparse.csr_matrix((strengths.ravel(), indices.ravel(), starts), (len(indices), samples))


def _ties(known: list[Array], settings: Umap) -> list[_Ties]:
    """Return the edges between epochs, given the sorted neighbours at each, int32 (samples, neighbours)."""
    epochs, kept = len(known), dict[tuple[int, int], Array]()
    for first in range(epochs):
        for second in range(first + 1, min(epochs, first + settings.span + 1)):
            share = _LEAST_SHARE + _kept_share(known[first], known[second])
            kept[first, second] = (settings.weight / (second - first) * share / share.mean()).astype(np.float32)
    ties = []
    for epoch in range(epochs):
        near = [other for other in range(epochs) if 0 < abs(other - epoch) <= settings.span]
        weights = [kept[min(epoch, other), max(epoch, other)] for other in near]
        ties.append(_Ties(np.array(near, np.int64), np.array(weights, np.float32).reshape(len(near), len(known[0]))))
    return ties


def _kept_share(before: Array, after: Array) -> Array:
    """Return the share of neighbours that each sample keeps, float64 (samples,); rows are sorted and unique."""
    both = np.sort(np.hstack([before, after]), axis=1)
    return np.asarray((both[:, 1:] == both[:, :-1]).mean(axis=1) * (both.shape[1] - 1) / before.shape[1])


def _descend(
    x: Array, others: Array, graphs: list[_Graph], ties: list[_Ties], settings: Umap,
    iterations: int, first_rate: float, threads: int,
) -> None:  # fmt: skip
    """Optimise all epochs in place. Edges lead from x to `others`, which move too if they are x itself."""
    from animviz.embed.methods.umap_kernel import hold, sweep, tabulated

    a, b = ab_parameters(settings.min_dist)
    pull = tabulated(lambda square: 2 * a * b * square ** (b - 1) / (1 + a * square**b))
    push = tabulated(lambda square: 2 * settings.repulsion * b / ((_NEAR + square) * (1 + a * square**b)))
    seed = np.uint64(settings.seed)
    due = [graph.period.copy() for graph in graphs]
    with _mapper(threads) as run:
        for number in range(iterations):
            rate = np.float32(first_rate * (1 - number / iterations))
            before = x.copy()

            def step(epoch: int, number: int = number, rate: np.float32 = rate, before: Array = before) -> None:
                hold(x[epoch], before, *ties[epoch], rate, pull)
                sweep(
                    x[epoch], others[epoch], *graphs[epoch], due[epoch], np.int64(number), rate, pull, push,
                    _DRAWS, seed, others is x,
                )  # fmt: skip

            run(step, range(len(x)))


@contextmanager
def _mapper(threads: int) -> Iterator[Callable[[Callable[[int], None], range], None]]:
    """Give a function that applies another to all numbers, in threads if there are several; kernels release the GIL."""
    if threads == 1:
        yield lambda function, numbers: deque(map(function, numbers), maxlen=0).clear()
        return
    with ThreadPoolExecutor(threads) as pool:
        yield lambda function, numbers: deque(pool.map(function, numbers), maxlen=0).clear()
