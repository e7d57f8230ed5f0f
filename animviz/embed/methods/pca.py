"""Principal components: one basis for all epochs, so that positions are as steady as the activations."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from animviz.arrays import Array
from animviz.embed.methods.layout import Layout
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


def layout(activations: Slices, settings: Pca, threads: int) -> Layout:
    """Return every epoch in the principal components of all epochs pooled (Pearson 1901; Hotelling 1933).

    Args:
        activations: float32 (epochs, samples, units).
        settings: the settings.
        threads: not used.

    Returns:
        Positions, with the share of each epoch's own variance that each component holds. All are held by one basis.

    Raises:
        InputError: the slices differ in width.
    """
    if isinstance(activations, list):
        raise InputError("--method pca has one basis for all; layers of different widths need umap or tsne")
    centre, components = basis(activations, settings.dimensions)
    positions = _projected(activations, centre, components)
    return Layout(positions, np.ones(len(activations) - 1), _shares(activations, positions))


def place(activations: Array, positions: Array, new: Array, settings: Pca, threads: int) -> Array:
    """Return new samples in the basis of the given ones, float32 (epochs, new samples, dimensions)."""
    centre, components = basis(activations, settings.dimensions)
    return _projected(new, centre, components)


def basis(activations: Array, dimensions: int) -> tuple[Array, Array]:
    """Return the principal components of all epochs pooled.

    Exact for up to 2,048 units. For more, by Lanczos iterations (scipy.sparse.linalg.eigsh), which need no matrix of
    units x units. The sign is fixed: the largest entry of a component is positive. With fewer units than dimensions,
    the remaining components are zero.

    Args:
        activations: shape (epochs, samples, units).
        dimensions: number of components.

    Returns:
        Centre, float64 (units,), and components, float64 (units, dimensions).
    """
    units = activations.shape[2]
    centre = activations.mean(axis=(0, 1), dtype=np.float64)
    vectors = (_dense if units <= _DENSE else _lanczos)(activations, centre, dimensions)
    found = vectors.shape[1]
    signs = np.sign(vectors[np.abs(vectors).argmax(axis=0), np.arange(found)])
    components = np.zeros((units, dimensions))
    components[:, :found] = vectors * signs
    return centre, components


def _shares(activations: Array, positions: Array) -> Array:
    """Return the share of each epoch's variance along each dimension, float64 (epochs, dimensions)."""
    total = np.array([epoch.var(axis=0, dtype=np.float64).sum() for epoch in activations])
    return np.asarray(positions.var(axis=1, dtype=np.float64) / total[:, None])


def _projected(activations: Array, centre: Array, components: Array) -> Array:
    return np.stack([((epoch - centre) @ components).astype(np.float32) for epoch in activations])


def _dense(activations: Array, centre: Array, dimensions: int) -> Array:
    scatter = np.zeros((len(centre), len(centre)))
    for epoch in activations:
        from_centre = epoch - centre
        scatter += from_centre.T @ from_centre
    return np.asarray(np.linalg.eigh(scatter)[1][:, ::-1][:, :dimensions])


def _lanczos(activations: Array, centre: Array, dimensions: int) -> Array:
    from scipy.sparse.linalg import LinearOperator, eigsh

    def scattered(vector: Array) -> Array:
        out = np.zeros(len(centre))
        for epoch in activations:
            along = epoch @ vector - centre @ vector
            out += along @ epoch - along.sum() * centre
        return out

    units = len(centre)
    operator = LinearOperator((units, units), matvec=scattered, dtype=np.float64)
    _, vectors = eigsh(operator, k=dimensions, v0=np.random.default_rng(0).standard_normal(units))
    return np.asarray(vectors[:, ::-1])
