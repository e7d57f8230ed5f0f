"""Principal components: one basis for all epochs, so that positions are as steady as the activations."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from animviz.arrays import Array
from animviz.embed.methods.slices import Slices
from animviz.errors import InputError
from animviz.options import Range

__all__ = ["Pca", "basis", "layout", "place"]

_DENSE = 2048


@dataclass(frozen=True, kw_only=True)
class Pca:
    """Settings of `pca`.

    Args:
        dimensions: 2 for the plane, 3 for space.
        seed: not used, since the components are exact; every method has one.
    """

    dimensions: Annotated[int, Range(2, 3)] = 2
    seed: Annotated[int, Range(0, 2**31 - 1)] = 0


def layout(activations: Slices, settings: Pca, threads: int) -> tuple[Array, Array]:
    """Return every epoch in the principal components of all epochs pooled (Pearson 1901; Hotelling 1933).

    Args:
        activations: float32 (epochs, samples, units).
        settings: the settings.
        threads: not used.

    Returns:
        Positions, float32 (epochs, samples, dimensions), and each component's share of the pooled variance,
        float64 (dimensions,).

    Raises:
        InputError: the slices differ in width.
    """
    if isinstance(activations, list):
        raise InputError("--method pca has one basis for all; layers of different widths need umap or tsne")
    centre, components, shares = basis(activations, settings.dimensions)
    return _projected(activations, centre, components), shares


def place(activations: Array, positions: Array, new: Array, settings: Pca, threads: int) -> Array:
    """Return new samples in the basis of the given ones, float32 (epochs, new samples, dimensions)."""
    centre, components, _ = basis(activations, settings.dimensions)
    return _projected(new, centre, components)


def basis(activations: Array, dimensions: int) -> tuple[Array, Array, Array]:
    """Return the principal components of all epochs pooled.

    Exact for up to 2,048 units. For more, by Lanczos iterations (scipy.sparse.linalg.eigsh), which need no matrix of
    units x units. The sign is fixed: the largest entry of a component is positive. With fewer units than dimensions,
    the remaining components are zero.

    Args:
        activations: shape (epochs, samples, units).
        dimensions: number of components.

    Returns:
        Centre, float64 (units,); components, float64 (units, dimensions); shares of variance, float64 (dimensions,).
    """
    count, units = activations.shape[0] * activations.shape[1], activations.shape[2]
    centre = activations.mean(axis=(0, 1), dtype=np.float64)
    total = sum(float(np.square(epoch - centre).sum()) for epoch in activations) / count
    values, vectors = (_dense if units <= _DENSE else _lanczos)(activations, centre, dimensions)
    found = vectors.shape[1]
    signs = np.sign(vectors[np.abs(vectors).argmax(axis=0), np.arange(found)])
    components = np.zeros((units, dimensions))
    components[:, :found] = vectors * signs
    shares = np.zeros(dimensions)
    shares[:found] = np.maximum(values, 0) / count / total if total else 0
    return centre, components, shares


def _projected(activations: Array, centre: Array, components: Array) -> Array:
    return np.stack([((epoch - centre) @ components).astype(np.float32) for epoch in activations])


def _dense(activations: Array, centre: Array, dimensions: int) -> tuple[Array, Array]:
    scatter = np.zeros((len(centre), len(centre)))
    for epoch in activations:
        from_centre = epoch - centre
        scatter += from_centre.T @ from_centre
    values, vectors = np.linalg.eigh(scatter)
    return values[::-1][:dimensions], vectors[:, ::-1][:, :dimensions]


def _lanczos(activations: Array, centre: Array, dimensions: int) -> tuple[Array, Array]:
    from scipy.sparse.linalg import LinearOperator, eigsh

    def scattered(vector: Array) -> Array:
        out = np.zeros(len(centre))
        for epoch in activations:
            along = epoch @ vector - centre @ vector
            out += along @ epoch - along.sum() * centre
        return out

    units = len(centre)
    operator = LinearOperator((units, units), matvec=scattered, dtype=np.float64)
    values, vectors = eigsh(operator, k=dimensions, v0=np.random.default_rng(0).standard_normal(units))
    return values[::-1], vectors[:, ::-1]
