"""UMAP of all epochs at once: one layout of a space-time graph, so that nothing jumps and nothing needs aligning.

Within an epoch the graph is UMAP's own (McInnes, Healy and Melville 2018). Between epochs an edge joins every sample to
itself, up to `span` epochs away. Its weight is the share of nearest neighbours that stay near, to a high power. A sample
whose neighbours stay holds still; one whose neighbours leave is free. So an epoch that has little in common with the
others, such as the untrained one, is as faithful as a layout of its own. Coupling the layouts is an idea of AlignedUMAP
(Dadu et al. 2023) and of dynamic t-SNE (Rauber, Falcao and Telea 2016). Here the coupling is part of one optimisation.
There it is a penalty between finished layouts.
"""

from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

import numpy as np

from animviz.arrays import Array
from animviz.embed.methods.fuzzy import ab_parameters, fuzzy_graph, memberships
from animviz.embed.methods.layout import Layout
from animviz.embed.methods.neighbours import EXACT, Metric, nearest, nearest_in, stay_near
from animviz.embed.methods.pca import basis
from animviz.embed.methods.slices import Slices
from animviz.embed.side_by_side import side_by_side
from animviz.options import Range

__all__ = ["Umap", "layout", "place", "spread_start"]

_DRAWS = 5  # negative samples per edge, as in UMAP
_EXTENT, _JITTER = 10.0, 1e-3
_NEAR = 1e-3  # squared distance that limits the repulsion at short range, as in UMAP
_NEAR_TIMES = 2  # a neighbour stays near if it stays among so many times as many
_STEEPNESS = 5  # power of the share that stays near: of those tried, the least that leaves every epoch faithful


@dataclass(frozen=True, kw_only=True)
class Umap:
    """Settings of `umap`.

    Args:
        dimensions: 2 for the plane, 3 for space.
        seed: of start and random draws.
        n_neighbors: neighbours per sample, itself included; more show the whole, fewer the detail.
        min_dist: how near points may come to each other.
        metric: distance between activations.
        weight: strength of the edge from a sample to itself at the next epoch, if all its neighbours stay near; at 0
            epochs are independent.
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


class _Known(NamedTuple):
    """Neighbours of each sample at an epoch, int32 (samples, some): the nearest, and more that are near."""

    nearest: Array
    near: Array


class _Ties(NamedTuple):
    """Edges from one epoch to others: their indices, int64 (neighbours,), and weights, float32 (neighbours, samples)."""

    epochs: Array
    weights: Array


def layout(activations: Slices, settings: Umap, threads: int) -> Layout:
    """Lay out all epochs together.

    Every pass works on each epoch separately, with the positions that the other epochs had before the pass. So any
    number of threads gives the same result, byte for byte. Epochs with equal activations have equal positions if all
    their neighbours do.

    Args:
        activations: float32 (epochs, samples, units), or a list of (samples, units) of any widths.
        settings: the settings.
        threads: epochs worked on at once.

    Returns:
        Positions, and how firmly each epoch is held to the next: the mean share of its greatest possible strength.
    """
    count = settings.n_neighbors
    most = min(_NEAR_TIMES * (count - 1) + 1, len(activations[0]))

    def graph_of(epoch: Array) -> tuple[_Graph, _Known]:
        indices, distances = nearest(epoch, most, settings.metric, settings.seed, threads)
        graph = _graph_of(fuzzy_graph(indices[:, :count], distances[:, :count]), settings.iterations)
        return graph, _Known(indices[:, 1:count].astype(np.int32), indices[:, 1:].astype(np.int32))

    at_once = threads if len(activations[0]) <= EXACT else 1  # NN-descent has threads of its own
    with side_by_side(at_once) as run:
        graphs, known = map(list, zip(*run(graph_of, activations), strict=True))
    start = spread_start(activations[-1], settings.dimensions, settings.seed)
    x = np.repeat(start[None], len(activations), axis=0)
    ties = _ties(known, settings)
    _descend(x, x, graphs, ties, settings, settings.iterations, 1.0, threads)
    return Layout(x, _held(ties, settings.weight))


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
    # As in UMAP's transform: a third of the passes, at a quarter of the rate.
    iterations = max(1, settings.iterations // 3)
    count = settings.n_neighbors
    most = min(_NEAR_TIMES * (count - 1), activations.shape[1])

    def graph_of(at: int) -> tuple[_Graph, _Known, Array]:
        near, distances = nearest_in(activations[at], new[at], most, settings.metric)
        indices, distances = near[:, :count], distances[:, :count]
        strengths = memberships(distances, connected=False)
        graph = _graph_of(_one_way(indices, strengths, activations.shape[1]), iterations)
        shares = strengths / strengths.sum(axis=1, keepdims=True)
        start = np.einsum("nk,nkd->nd", shares, positions[at][indices]).astype(np.float32)
        return graph, _Known(indices.astype(np.int32), near.astype(np.int32)), start

    with side_by_side(threads) as run:
        graphs, known, starts = map(list, zip(*run(graph_of, range(len(activations))), strict=True))
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
    centre, components = basis(epoch[None], dimensions)
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


def _ties(known: list[_Known], settings: Umap) -> list[_Ties]:
    """Return the edges from each epoch to those around it: firm where its neighbours are near there too."""
    ties = []
    for epoch, (own, _) in enumerate(known):
        others = [other for other in range(len(known)) if 0 < abs(other - epoch) <= settings.span]
        weights = np.zeros((len(others), len(own)), np.float32)
        for row, other in zip(weights, others, strict=True):
            row[:] = settings.weight / abs(other - epoch) * stay_near(own, known[other].near) ** _STEEPNESS
        ties.append(_Ties(np.array(others, np.int64), weights))
    return ties


def _held(ties: list[_Ties], weight: float) -> Array:
    """Return how firmly each epoch is held to the next, as a share of the greatest strength, float64 (epochs - 1,)."""
    means = [float(own.weights[own.epochs == epoch + 1].mean()) for epoch, own in enumerate(ties[:-1])]
    return np.array(means) / (weight or 1)


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
    with side_by_side(threads) as run:
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
