"""`embed`: activations over the epochs, or over the layers, become positions in the plane or in space that hold still."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from animviz.arrays import Array
from animviz.embed.methods import compared, pca, tsne
from animviz.embed.methods import umap as spacetime
from animviz.embed.methods.slices import (
    Slices,
    checked_slices,
    chosen,
    constant,
    flat,
    require_labels,
    scale_of,
    usable,
)
from animviz.embed.scores import Scores, accuracy_of, score
from animviz.errors import InputError
from animviz.options import checked, options_of

__all__ = ["METHODS", "Embedding", "Method", "embed", "place", "settings_of"]


class Method(NamedTuple):
    """One way to embed.

    Attributes:
        settings: dataclass of keyword-only settings; `animviz.options.options_of` reads them.
        layout: (activations, settings, threads) -> positions, shares of variance or None.
        place: (activations, positions, new activations, settings, threads) -> positions of the new samples.
    """

    settings: Callable[..., Any]
    layout: Callable[[Any, Any, int], tuple[Array, Array | None]]
    place: Callable[[Array, Array, Array, Any, int], Array]


METHODS: Mapping[str, Method] = {
    "umap": Method(spacetime.Umap, spacetime.layout, spacetime.place),
    "pca": Method(pca.Pca, pca.layout, pca.place),
    "tsne": Method(tsne.Tsne, tsne.layout, tsne.place),
    "aligned-umap": Method(compared.Aligned, compared.aligned, compared.place),
    "independent": Method(compared.Independent, compared.independent, compared.place),
}


@dataclass(frozen=True)
class Embedding:
    """A layer over the epochs, in the plane or in space.

    Attributes:
        method: name of the method.
        settings: all its settings by name.
        epochs: moments in epochs since the start, float64 (epochs,); 0, 1, 2 ... where nothing else was given.
        positions: float32 (epochs, samples, dimensions), centred over all epochs. NaN where the activations were not
            finite; all in one spot where they were constant.
        scores: how good it is.
        placed: positions of new samples, float32 (epochs, new samples, dimensions), or None.
        shares: share of the pooled variance of each dimension, float64 (dimensions,), for `pca`; else None.
    """

    method: str
    settings: Mapping[str, Any]
    epochs: Array
    positions: Array
    scores: Scores
    placed: Array | None = field(default=None)
    shares: Array | None = field(default=None)

    @property
    def dimensions(self) -> int:
        """2 or 3."""
        return int(self.positions.shape[2])

    @property
    def shown(self) -> Array:
        """Positions of the samples that are shown: the placed ones where there are any, else the embedded."""
        return self.positions if self.placed is None else self.placed

    def at(self, epoch: float) -> tuple[Array, Array | None]:
        """Return positions and placed positions at a moment, blended linearly between the epochs around it.

        Moments before the first and after the last epoch show those.
        """
        around = self._around(epoch)
        return _blended(self.positions, *around), None if self.placed is None else _blended(self.placed, *around)

    def shown_at(self, epoch: float) -> Array:
        """Return the positions of the samples that are shown at a moment, see `shown` and `at`."""
        return _blended(self.shown, *self._around(epoch))

    def _around(self, epoch: float) -> tuple[int, int, np.float32]:
        """Return the numbers of the epochs around a moment, and the share of the later one."""
        after = int(np.clip(np.searchsorted(self.epochs, epoch, side="right"), 0, len(self.epochs) - 1))
        before = max(after - 1, 0)
        gap = self.epochs[after] - self.epochs[before]
        return before, after, np.float32(np.clip((epoch - self.epochs[before]) / gap, 0, 1) if gap else 0)


def _blended(x: Array, before: int, after: int, share: np.float32) -> Array:
    if share in (0, 1):  # a true epoch is shown as it is, whatever its neighbour holds
        return np.asarray(x[after if share else before])
    return np.asarray(x[before] + share * (x[after] - x[before]))


def settings_of(method: str, parameters: Mapping[str, Any]) -> Any:
    """Return all settings of a method, given or default, each checked.

    Raises:
        InputError: no such method or setting, or a value that does not fit.
    """
    if method not in METHODS:
        raise InputError(f"--method is {method!r}; expected one of {', '.join(METHODS)}")
    kind = METHODS[method].settings
    return kind(**checked(options_of(kind), parameters, method))


def embed(
    activations: Array | Sequence[Array], method: str = "umap", *, labels: Array | None = None, epochs: Array | None = None,
    threads: int = 1, **parameters: Any,
) -> Embedding:  # fmt: skip
    """Embed a layer's activations over the epochs so that what stays the same holds still.

    Args:
        activations: shape (epochs, samples, ...), any real dtype; or a list of arrays (samples, ...) of widths that may
            differ, such as one layer after the other, for all methods but `pca`, which has one basis.
        method: umap, pca, tsne, aligned-umap or independent.
        labels: classes, shape (samples,), for the k-NN accuracy.
        epochs: moments of the epochs; by default 0, 1, 2 ...
        threads: for speed; the result is the same bytes.
        **parameters: the method's settings, see `METHODS`.

    Returns:
        Positions and scores.

    Raises:
        InputError: a setting or the activations cannot be used; says which and what would do.
    """
    settings = settings_of(method, parameters)
    known = checked_slices(activations, settings, labels)
    alike = _alike(known)
    some = known[:1] if alike else known
    positions, shares = _laid_out(some, METHODS[method], settings, threads)
    scores = score(some, positions, labels, getattr(settings, "metric", "euclidean"))
    if alike:
        positions, scores = np.repeat(positions, len(known), axis=0), scores.repeated(len(known))
    moments = np.arange(len(known), dtype=np.float64) if epochs is None else np.asarray(epochs, np.float64)
    if moments.shape != (len(known),):
        raise InputError(f"{len(known)} epochs of activations but moments of shape {moments.shape}")
    return Embedding(method, asdict(settings), moments, positions, scores, shares=shares)


def _alike(slices: Slices) -> bool:
    """Say whether all epochs are the same, as those of the inputs are: then one serves for all."""
    return all(np.array_equal(slices[0], epoch) for epoch in slices[1:])


def _laid_out(known: Slices, method: Method, settings: Any, threads: int) -> tuple[Array, Array | None]:
    """Lay out the usable epochs; the others are NaN, or one spot where all activations are the same."""
    positions = np.full((len(known), len(known[0]), settings.dimensions), np.nan, np.float32)
    some = usable(known)
    laid_out, shares = method.layout(chosen(known, some), settings, threads)
    positions[some] = laid_out - laid_out.mean(axis=(0, 1))
    positions[constant(known)] = 0
    return positions, shares


def place(
    embedding: Embedding, activations: Array, new: Array, *, labels: Array | None = None,
    new_labels: Array | None = None, threads: int = 1,
) -> Embedding:  # fmt: skip
    """Place new samples, such as the test set, into every epoch of an embedding, which stays as it is.

    Args:
        embedding: what `embed` returned.
        activations: what it was given.
        new: activations of the new samples, shape (epochs, new samples, ...).
        labels: classes of the embedded samples, (samples,), for the accuracy of the placed ones.
        new_labels: classes of the new samples, (new samples,).
        threads: for speed; the result is the same bytes.

    Returns:
        The embedding with `placed` and `scores.placed_accuracy`. Placed positions are NaN where either set is not
        finite, and in the one spot of the others where the layer is constant.

    Raises:
        InputError: the shapes do not fit each other.
    """
    settings = settings_of(embedding.method, embedding.settings)
    known, others = flat(activations), flat(new)
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
    placed[some] = METHODS[embedding.method].place(known[some], positions[some], others[some], settings, threads)
    placed[~there] = np.nan
    accuracy, times = None, count // len(known)
    if labels is not None and new_labels is not None:
        require_labels(new_labels, others.shape[1])
        pairs = zip(positions, placed, strict=True)
        accuracy = np.repeat([accuracy_of(at, labels, there, new_labels) for at, there in pairs], times)
    placed = np.repeat(placed, times, axis=0)
    return replace(embedding, placed=placed, scores=replace(embedding.scores, placed_accuracy=accuracy))
