"""Where embedded samples stand in the plane: around one middle, on fixed limits, flat even where they live in space."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from animviz.embed import Embedding
from animviz.stage import Box

__all__ = ["centred", "flat", "last_places", "limits", "spread"]

Array = NDArray[Any]
AIR = 1.1  # room around the points
PERIOD, TILT = 24.0, np.radians(24)  # seconds of a turn, and how far from above one looks


def last_places(embedding: Embedding) -> Array:
    """Return where the shown samples are at the last epoch that has places, seen from the front."""
    places = embedding.shown
    finite = np.flatnonzero(np.isfinite(places).all(axis=(1, 2)))
    return flat(places[finite[-1]] if len(finite) else np.zeros_like(places[-1]), 0.0)


def flat(places: Array, seconds: float) -> Array:
    """Return places in the plane; those in space are seen from above at an angle that turns with time."""
    if places.shape[1] == 2:
        return places
    x, y, z = places.T
    angle = 2 * np.pi * seconds / PERIOD + 0.6
    right, depth = x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle)
    return np.stack([right, z * np.cos(TILT) + depth * np.sin(TILT)], axis=1)


def _every(embedding: Embedding) -> Array:
    """Return all places of all epochs, float64 (places, dimensions)."""
    parts = [embedding.positions, *([] if embedding.placed is None else [embedding.placed])]
    every = np.concatenate([part.reshape(-1, embedding.dimensions) for part in parts]).astype(np.float64)
    return np.asarray(every[np.isfinite(every).all(axis=1)])


def centred(embedding: Embedding) -> Embedding:
    """Return an embedding around the middle of all its places, about which those in space turn."""
    every = _every(embedding)
    middle = ((every.min(axis=0) + every.max(axis=0)) / 2).astype(np.float32)
    placed = None if embedding.placed is None else embedding.placed - middle
    return replace(embedding, positions=embedding.positions - middle, placed=placed)


def limits(embedding: Embedding, plane: Box) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return fixed limits around all places of all epochs, seen from wherever, with equal scales."""
    reach = np.abs(_every(embedding))
    if embedding.dimensions == 3:
        around = np.hypot(reach[:, 0], reach[:, 1])
        reach = np.stack([around, reach[:, 2] * np.cos(TILT) + around * np.sin(TILT)], axis=1)
    half = reach.max(axis=0)
    unit = float(AIR * max(half[0] / plane.width, half[1] / plane.height)) or 1.0
    return (-unit * plane.width, unit * plane.width), (-unit * plane.height, unit * plane.height)


def spread(places: Array, labels: Array, count: int, least: float) -> NDArray[np.intp]:
    """Choose samples at least so far from each other and from the middles of the classes, where the names stand."""
    middles = np.array([np.median(places[labels == label], axis=0) for label in np.unique(labels)])
    nearest = np.linalg.norm(places[:, None] - middles, axis=2).min(axis=1)
    chosen: list[int] = []
    while len(chosen) < min(count, len(places)) and nearest.max() >= least:
        chosen.append(int(nearest.argmax()))
        nearest = np.minimum(nearest, np.linalg.norm(places - places[chosen[-1]], axis=1))
    return np.array(chosen, np.intp)
