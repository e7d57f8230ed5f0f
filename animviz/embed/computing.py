"""`embed` and `place`: activations over the epochs, or over the layers, become steady positions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits

from animviz.arrays import Array
from animviz.embed.embedding import Embedding
from animviz.embed.methods import compared, pca, tsne, umap
from animviz.embed.methods.layout import Layout
from animviz.embed.methods.slices import (
    Slices,
    checked_slices,
    chosen,
    constant,
    flattened,
    require_labels,
    scale_of,
    usable,
)
from animviz.embed.scores import accuracy_of, score
from animviz.embed.side_by_side import side_by_side
from animviz.errors import InputError
from animviz.options import checked, options_of
from animviz.safety.cores import cores

__all__ = ["METHODS", "Method", "embed", "place", "settings_of"]


class Method(NamedTuple):
    """One way to embed.

    Attributes:
        settings: dataclass of keyword-only settings, read by `animviz.options.options_of`.
        layout: (activations, settings, threads) -> positions, and what the epochs have in common.
        place: (activations, positions, new activations, settings, threads) -> positions of the new samples.
    """

    settings: Callable[..., Any]
    layout: Callable[[Any, Any, int], Layout]
    place: Callable[[Array, Array, Array, Any, int], Array]


METHODS: Mapping[str, Method] = {
    "umap": Method(umap.Umap, umap.layout, umap.place),
    "pca": Method(pca.Pca, pca.layout, pca.place),
    "tsne": Method(tsne.Tsne, tsne.layout, tsne.place),
    "aligned-umap": Method(compared.Aligned, compared.aligned, compared.place),
    "independent": Method(compared.Independent, compared.independent, compared.place),
}


def settings_of(method: str, parameters: Mapping[str, Any]) -> Any:
    """Return all settings of a method, each given or default, and checked.

    Raises:
        InputError: no such method or setting, or a value that does not fit.
    """
    if method not in METHODS:
        raise InputError(f"--method is {method!r}; expected one of {', '.join(METHODS)}")
    kind = METHODS[method].settings
    return kind(**checked(options_of(kind), parameters, method))


def embed(
    activations: Array | Sequence[Array], method: str = "umap", *, labels: Array | None = None, epochs: Array | None = None,
    threads: int | None = None, **parameters: Any,
) -> Embedding:  # fmt: skip
    """Embed a layer's activations over the epochs so that samples whose activations stay the same hold still.

    Args:
        activations: shape (epochs, samples, ...), any real dtype. Or a list of arrays (samples, ...), such as one layer
            after the other, whose widths may differ; not for `pca`, which has one basis.
        method: umap, pca, tsne, aligned-umap or independent.
        labels: classes, shape (samples,), for the k-NN accuracy.
        epochs: moments of the epochs; by default 0, 1, 2 ...
        threads: for speed, by default as many as there are cores; the result is the same, byte for byte.
        **parameters: the method's settings, see `METHODS`.

    Returns:
        Positions and scores.

    Raises:
        InputError: a setting or the activations cannot be used.
    """
    settings, threads = settings_of(method, parameters), threads or cores()
    known = checked_slices(activations, settings, labels)
    alike = _alike(known)
    some = known[:1] if alike else known
    with threadpool_limits(1):  # those of BLAS and OpenMP, whose sums depend on how many there are
        done = _laid_out(some, METHODS[method], settings, threads)
        scores = score(some, done.positions, labels, getattr(settings, "metric", "euclidean"), threads)
    if alike:
        done, scores = _repeated(done, len(known)), scores.repeated(len(known))
    moments = np.arange(len(known), dtype=np.float64) if epochs is None else np.asarray(epochs, np.float64)
    if moments.shape != (len(known),):
        raise InputError(f"{len(known)} epochs of activations but moments of shape {moments.shape}")
    return Embedding(method, asdict(settings), moments, done.positions, scores, done.held, shares=done.shares)


def _alike(slices: Slices) -> bool:
    """Say whether all epochs are equal, as those of the inputs are."""
    return all(np.array_equal(slices[0], epoch) for epoch in slices[1:])


def _laid_out(known: Slices, method: Method, settings: Any, threads: int) -> Layout:
    """Lay out the usable epochs; the others are NaN, or all at one point where the activations are constant."""
    some = usable(known)
    done = method.layout(chosen(known, some), settings, threads)
    positions = _filled(done.positions - done.positions.mean(axis=(0, 1)), some)
    positions[constant(known)] = 0
    held = np.where(some[:-1] & some[1:], 0.0, np.nan)
    held[np.isfinite(held)] = done.held[np.diff(np.flatnonzero(some)) == 1]
    return Layout(positions, held, None if done.shares is None else _filled(done.shares, some))


def _filled(values: Array, some: Array) -> Array:
    """Return values of some epochs with NaN at the others."""
    every = np.full((len(some), *values.shape[1:]), np.nan, values.dtype)
    every[some] = values
    return every


def _repeated(done: Layout, epochs: int) -> Layout:
    """Return the layout of one epoch as that of many equal ones."""
    shares = None if done.shares is None else np.repeat(done.shares, epochs, axis=0)
    return Layout(np.repeat(done.positions, epochs, axis=0), np.ones(epochs - 1), shares)


def place(
    embedding: Embedding, activations: Array, new: Array, *, labels: Array | None = None,
    new_labels: Array | None = None, threads: int | None = None,
) -> Embedding:  # fmt: skip
    """Place new samples, such as the test set, into every epoch of an embedding; its own positions stay.

    Args:
        embedding: from `embed`.
        activations: from which it was made.
        new: activations of the new samples, shape (epochs, new samples, ...).
        labels: classes of the embedded samples, (samples,), for the accuracy of the placed ones.
        new_labels: classes of the new samples, (new samples,).
        threads: for speed, by default as many as there are cores; the result is the same, byte for byte.

    Returns:
        The embedding with `placed` and `scores.placed_accuracy`. Placed positions are NaN where either set is not
        finite, and at the others' one point where the layer is constant.

    Raises:
        InputError: the shapes do not fit each other.
    """
    settings, threads = settings_of(embedding.method, embedding.settings), threads or cores()
    known, others = flattened(activations), flattened(new)
    if isinstance(known, list) or isinstance(others, list):
        raise InputError("new samples are placed among those of one layer; these slices differ in width")
    if known.shape[:2] != embedding.positions.shape[:2]:
        raise InputError(f"activations of shape {np.shape(activations)} are not those of the embedding")
    if others.shape[::2] != known.shape[::2]:
        raise InputError(
            f"new activations have shape {np.shape(new)}; expected {np.shape(activations)} but for samples"
        )
    positions, count = embedding.positions, len(known)
    if _alike(known) and _alike(others) and _alike(positions):
        known, others, positions = known[:1], others[:1], positions[:1]
    if (scale := scale_of(known)) != 1:
        known, others = known / scale, others / scale
    known, others = known.astype(np.float32, copy=False), others.astype(np.float32, copy=False)
    some = usable(known)
    there: Array = np.asarray(np.isfinite(others).all(axis=(1, 2)))
    others = np.where(there[:, None, None], others, np.float32(0))
    placed = np.full((*others.shape[:2], embedding.dimensions), np.nan, np.float32)
    placed[constant(known)] = 0
    with threadpool_limits(1):
        placed[some] = METHODS[embedding.method].place(known[some], positions[some], others[some], settings, threads)
    placed[~there] = np.nan
    accuracy, times = None, count // len(known)
    if labels is not None and new_labels is not None:
        require_labels(new_labels, others.shape[1])
        with side_by_side(threads) as run:
            shares = run(lambda at: accuracy_of(positions[at], labels, placed[at], new_labels), range(len(placed)))
        accuracy = np.repeat(shares, times)
    placed = np.repeat(placed, times, axis=0)
    return replace(embedding, placed=placed, scores=replace(embedding.scores, placed_accuracy=accuracy))
