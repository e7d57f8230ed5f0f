"""UMAP's fuzzy neighbour graph: the membership of each sample in its neighbourhood (McInnes, Healy and Melville 2018).

Equal to `umap.umap_.fuzzy_simplicial_set` (tested). That is not imported: `import umap` loads TensorFlow, takes seconds
and prints to the terminal.
"""

from typing import Any

import numpy as np

from animviz.arrays import Array

__all__ = ["ab_parameters", "fuzzy_graph", "memberships"]

_TOLERANCE, _HALVINGS, _FLOOR = 1e-5, 64, 1e-3


def memberships(distances: Array, *, connected: bool = True) -> Array:
    """Return the membership strengths of each sample's neighbours, on the sample's own scale.

    The scale sigma of a sample solves sum exp(-max(d - rho, 0) / sigma) = log2(k) over its neighbours (McInnes et al.
    2018, section 3.1), found by bisection.

    Args:
        distances: to the k nearest neighbours, ascending, shape (samples, k); the sum leaves out the first.
        connected: whether rho is the distance of the nearest neighbour that is not a duplicate; else it is 0.

    Returns:
        Strengths from 0 to 1, float64 (samples, k).
    """
    distances = distances.astype(np.float64)
    rho = np.zeros(len(distances))
    if connected:
        nearest = np.where(distances > 0, distances, np.inf).min(axis=1)
        rho = np.where(np.isfinite(nearest), nearest, 0)
    beyond = np.maximum(distances - rho[:, None], 0)
    sigma = _scales(beyond[:, 1:], np.log2(distances.shape[1]))
    floor = _FLOOR * np.where(rho > 0, distances.mean(axis=1), distances.mean())
    sigma = np.maximum(sigma, np.maximum(floor, np.finfo(float).tiny))
    return np.asarray(np.exp(-beyond / sigma[:, None]))


def _scales(beyond: Array, target: float) -> Array:
    """Return sigma per row with sum exp(-beyond / sigma) = target, by bisection."""
    low, high, sigma = np.zeros(len(beyond)), np.full(len(beyond), np.inf), np.ones(len(beyond))
    for _ in range(_HALVINGS):
        off = np.exp(-beyond / sigma[:, None]).sum(axis=1) - target
        going = np.abs(off) >= _TOLERANCE
        if not going.any():
            break
        high = np.where(going & (off > 0), sigma, high)
        low = np.where(going & (off <= 0), sigma, low)
        middle = np.where(np.isinf(high), 2 * sigma, (low + high) / 2)
        sigma = np.where(going, middle, sigma)
    return sigma


def fuzzy_graph(indices: Array, distances: Array) -> Any:
    """Return the symmetric neighbour graph of one epoch: the fuzzy union a + b - ab of both directions.

    Args:
        indices: neighbours, itself first, shape (samples, k).
        distances: to them, ascending, shape (samples, k).

    Returns:
        scipy.sparse.csr_matrix of float32 (samples, samples), its indices sorted.
    """
    from scipy import sparse

    samples, count = indices.shape
    strengths = memberships(distances)
    strengths[indices == np.arange(samples)[:, None]] = 0
    rows = np.repeat(np.arange(samples), count)
    one_way = sparse.csr_matrix((strengths.ravel(), (rows, indices.ravel())), (samples, samples))
    back = one_way.T.tocsr()
    both = (one_way + back - one_way.multiply(back)).tocsr().astype(np.float32)
    both.eliminate_zeros()
    both.sort_indices()
    return both


def ab_parameters(min_dist: float) -> tuple[float, float]:
    """Return a and b of 1 / (1 + a d^2b), fitted to a plateau of width `min_dist` with an exponential tail of scale 1.

    The same fit as UMAP's `find_ab_params` at spread 1.
    """
    from scipy.optimize import curve_fit

    at = np.linspace(0, 3, 300)
    wanted = np.where(at < min_dist, 1, np.exp(-(at - min_dist)))
    (a, b), _ = curve_fit(lambda d, a, b: 1 / (1 + a * d ** (2 * b)), at, wanted)
    return float(a), float(b)
