"""One size for all epochs: what has hardly spread yet is drawn as large as what has."""

from dataclasses import replace

import numpy as np

from animviz import Box
from animviz.arrays import Array
from animviz.embed import Embedding

__all__ = ["filling"]


def filling(embedding: Embedding, plane: Box) -> tuple[Embedding, Array]:
    """Return an embedding whose epochs all fill a plane, and how many times larger than the last each is drawn, (epochs,).

    Each epoch is moved to its middle and scaled as a whole; its directions stay.

    Args:
        embedding: in the plane or in space, in which it is turned.
        plane: for which.
    """
    parts = [part for part in (embedding.positions, embedding.placed) if part is not None]
    every = np.concatenate(parts, axis=1).astype(np.float64)
    middles = (every.min(axis=1, keepdims=True) + every.max(axis=1, keepdims=True)) / 2
    if embedding.dimensions == 2:
        reach = (np.abs(every - middles) / [plane.width / plane.height, 1.0]).max(axis=(1, 2))
    else:
        reach = np.linalg.norm(every - middles, axis=2).max(axis=1)
    known = np.isfinite(reach) & (reach > 0)
    factors = np.ones(len(reach))
    if known.any():
        factors[known] = reach[known][-1] / reach[known]
    drawn = [np.asarray(factors[:, None, None] * (part - middles), np.float32) for part in parts]
    return replace(embedding, positions=drawn[0], placed=drawn[1] if len(drawn) > 1 else None), factors
