"""t-SNE of every epoch, started from the positions of the epoch after it.

Where few neighbours stay near from one epoch to the other, these positions would hold a false picture together. There
the start is small, as for a layout of its own; only the side on which things lie is kept.
"""

import warnings
from dataclasses import dataclass
from importlib import import_module
from itertools import pairwise
from typing import Annotated

import numpy as np

from animviz.arrays import Array
from animviz.embed.methods.fuzzy import memberships
from animviz.embed.methods.layout import Layout
from animviz.embed.methods.neighbours import Metric, nearest, nearest_in, plain_metric, ready_for, stay_near
from animviz.embed.methods.pca import basis
from animviz.embed.methods.slices import Slices
from animviz.errors import InputError
from animviz.options import Range

__all__ = ["Tsne", "layout", "place"]

_PLACED_BY = 15
_START_SPREAD = 1e-4
_LIKE = 0.9  # share of nearest neighbours that stay near, from which an epoch is laid out from another's positions
_EXAGGERATED, _PLAIN = 250, 500  # passes of a layout from a small start, as van der Maaten and Hinton made them


@dataclass(frozen=True, kw_only=True)
class Tsne:
    """Settings of `tsne`.

    Args:
        dimensions: 2 for the plane, 3 for space.
        seed: of the neighbour search.
        perplexity: effective number of neighbours; at most a third of the samples.
        metric: distance between activations.
        iterations: passes per epoch; the last epoch, which is laid out first, gets 750, and so does one that is unlike
            the epoch after it.
    """

    dimensions: Annotated[int, Range(2, 3)] = 2
    seed: Annotated[int, Range(0, 2**31 - 1)] = 0
    perplexity: Annotated[float, Range(1, 1000)] = 30.0
    metric: Metric = "euclidean"
    iterations: Annotated[int, Range(1, 100_000)] = 100

    @property
    def n_neighbors(self) -> int:
        """Neighbours that openTSNE looks for, itself included."""
        return int(3 * self.perplexity) + 1


def layout(activations: Slices, settings: Tsne, threads: int) -> Layout:
    """Lay out the last epoch by t-SNE, then each epoch before it from the positions of the one after.

    van der Maaten and Hinton 2008, computed by openTSNE (Policar, Strazar and Zupan 2024). The direction is backwards
    because the last epoch has the clearest structure. Forwards, points move more (measured).

    Args:
        activations: float32 (epochs, samples, units), or as many (samples, units).
        settings: the settings.
        threads: of openTSNE.

    Returns:
        Positions; an epoch is held to the next, 1, if it starts from its positions, else 0.

    Raises:
        InputError: openTSNE is not installed.
    """
    try:
        import_module("openTSNE")
    except ImportError:
        raise InputError("--method tsne needs openTSNE; install it: pip install 'animviz[tsne]'") from None
    positions = np.zeros((len(activations), len(activations[0]), settings.dimensions), np.float32)
    held = np.array([float(like >= _LIKE) for like in _likeness(activations, settings, threads)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about numbers of neighbours and samples, which are checked before
        at = _start(activations[-1], settings)
        for epoch in reversed(range(len(activations))):
            alone = epoch == len(activations) - 1 or not held[epoch]
            at = _descended(activations[epoch], _small(at) if alone else at, settings, threads, from_nothing=alone)
            positions[epoch] = at
    return Layout(positions, held)


def place(activations: Array, positions: Array, new: Array, settings: Tsne, threads: int) -> Array:
    """Place new samples at the weighted mean of their nearest neighbours' positions, float32 (epochs, new, dimensions)."""
    count = min(_PLACED_BY, activations.shape[1])
    placed = []
    for epoch, there, here in zip(activations, positions, new, strict=True):
        indices, distances = nearest_in(epoch, here, count, getattr(settings, "metric", "euclidean"))
        strengths = memberships(distances)
        shares = strengths / strengths.sum(axis=1, keepdims=True)
        placed.append(np.einsum("nk,nkd->nd", shares, there[indices]))
    return np.array(placed, np.float32)


def _start(epoch: Array, settings: Tsne) -> Array:
    """Return principal components, whose small copy is the recommended start of t-SNE (Kobak and Berens 2019)."""
    centre, components = basis(epoch[None], settings.dimensions)
    start = (epoch - centre) @ components
    jitter = np.random.default_rng(settings.seed).normal(0, 0.01, start.shape)
    return np.asarray(start / (start[:, 0].std() or 1) + jitter)


def _small(at: Array) -> Array:
    return np.asarray(_START_SPREAD * at / (at.std(axis=0).max() or 1))


def _likeness(activations: Slices, settings: Tsne, threads: int) -> list[float]:
    """Return for each epoch but the last the mean share of nearest neighbours that are near at the next."""
    count = max(1, int(settings.perplexity / 2))
    found = [
        nearest(epoch, min(3 * count + 1, len(epoch)), settings.metric, settings.seed, threads)[0][:, 1:]
        for epoch in activations
    ]
    return [float(stay_near(own[:, :count], near).mean()) for own, near in pairwise(found)]


def _descended(epoch: Array, start: Array, settings: Tsne, threads: int, *, from_nothing: bool) -> Array:
    opentsne = import_module("openTSNE")
    metric = plain_metric(settings.metric)
    affinities = opentsne.affinity.PerplexityBasedNN(
        ready_for(settings.metric, epoch), perplexity=settings.perplexity, metric=metric,
        method="exact" if metric == "euclidean" else "auto", n_jobs=threads, random_state=settings.seed,
    )  # fmt: skip
    layout = opentsne.TSNEEmbedding(
        np.array(start, np.float64), affinities, n_jobs=threads, negative_gradient_method=_method(start)
    )
    if from_nothing:
        layout.optimize(_EXAGGERATED, exaggeration=12, momentum=0.5, inplace=True)
    layout.optimize(_PLAIN if from_nothing else settings.iterations, momentum=0.8, inplace=True)
    return np.asarray(layout)


def _method(start: Array) -> str:
    return "bh" if len(start) < 10_000 or start.shape[1] == 3 else "fft"
