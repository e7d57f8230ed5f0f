"""t-SNE of every epoch, started from the positions of the epoch after it."""

import warnings
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated

import numpy as np

from animviz.arrays import Array
from animviz.embed.methods.fuzzy import memberships
from animviz.embed.methods.neighbours import Metric, nearest_in, plain_metric, ready_for
from animviz.embed.methods.pca import basis
from animviz.embed.methods.slices import Slices
from animviz.errors import InputError
from animviz.options import Range

__all__ = ["Tsne", "layout", "place"]

_PLACED_BY = 15
_START_SPREAD = 1e-4


@dataclass(frozen=True, kw_only=True)
class Tsne:
    """Settings of `tsne`.

    Args:
        dimensions: 2 for the plane, 3 for space.
        seed: of the neighbour search.
        perplexity: effective number of neighbours; at most a third of the samples.
        metric: distance between activations.
        iterations: passes per epoch; the last epoch, which is laid out first, gets 750.
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


def layout(activations: Slices, settings: Tsne, threads: int) -> tuple[Array, None]:
    """Lay out the last epoch by t-SNE, then each epoch before it from the positions of the one after.

    van der Maaten and Hinton 2008, computed by openTSNE (Policar, Strazar and Zupan 2024). The direction is backwards
    because the last epoch has the clearest structure. Forwards, points move more (measured).

    Args:
        activations: float32 (epochs, samples, units), or as many (samples, units).
        settings: the settings.
        threads: of openTSNE.

    Returns:
        Positions, float32 (epochs, samples, dimensions), and None.

    Raises:
        InputError: openTSNE is not installed.
    """
    try:
        import_module("openTSNE")
    except ImportError:
        raise InputError("--method tsne needs openTSNE; install it: pip install 'animviz[tsne]'") from None
    positions = np.zeros((len(activations), len(activations[0]), settings.dimensions), np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about numbers of neighbours and samples, which are checked before
        at = _start(activations[-1], settings)
        for epoch in reversed(range(len(activations))):
            last = epoch == len(activations) - 1
            at = _descended(activations[epoch], at, settings, threads, from_nothing=last)
            positions[epoch] = at
    return positions, None


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
    """Return principal components at a small scale, the recommended start of t-SNE (Kobak and Berens 2019)."""
    centre, components, _ = basis(epoch[None], settings.dimensions)
    start = (epoch - centre) @ components
    jitter = np.random.default_rng(settings.seed).normal(0, 0.01, start.shape)
    return np.asarray(_START_SPREAD * (start / (start[:, 0].std() or 1) + jitter))


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
        layout.optimize(250, exaggeration=12, momentum=0.5, inplace=True)
    layout.optimize(500 if from_nothing else settings.iterations, momentum=0.8, inplace=True)
    return np.asarray(layout)


def _method(start: Array) -> str:
    return "bh" if len(start) < 10_000 or start.shape[1] == 3 else "fft"
