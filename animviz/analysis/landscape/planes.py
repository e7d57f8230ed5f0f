"""Planes in the space of all weights: along the way of a training, from its start to its end, or anywhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from animviz.arrays import Array
from animviz.recording.recording import Recording

__all__ = ["KINDS", "Plane", "Weights", "plane_of", "weights_of"]

Kind = Literal["path", "normalised", "ends", "random"]
KINDS = get_args(Kind)
Weights = Mapping[str, Array]


@dataclass(frozen=True)
class Plane:
    """A plane through a state, spanned by two orthonormal directions.

    Attributes:
        kind: how its directions were chosen.
        origin: all weights of the state, float64 (weights,).
        directions: float64 (2, weights), orthonormal.
        names: of the arrays, in the order in which they are joined.
        shapes: of the arrays.
        kept: share of the way's spread that lies in the plane, 0 to 1.
    """

    kind: Kind
    origin: Array
    directions: Array
    names: tuple[str, ...]
    shapes: tuple[tuple[int, ...], ...]
    kept: float

    def coordinates(self, weights: Weights) -> tuple[Array, float]:
        """Return where a state lies in the plane, shape (2,), and how far it is from it."""
        away = joined(weights, self.names) - self.origin
        found = self.directions @ away
        return found, float(np.linalg.norm(away - found @ self.directions))

    def parts(self, vector: Array) -> dict[str, Array]:
        """Return a vector of all weights as arrays by name, float32."""
        ends = np.cumsum([int(np.prod(shape)) for shape in self.shapes])[:-1]
        pieces = np.split(vector.astype(np.float32), ends)
        return {name: part.reshape(shape) for name, part, shape in zip(self.names, pieces, self.shapes, strict=True)}


def weights_of(recording: Recording, weights: Weights) -> dict[str, Array]:
    """Return the weights that layers are made of: without counters and states of random generators."""
    names = {name for layer in recording.layers for name in layer.weight_names}
    return {name: array for name, array in weights.items() if name in names}


def joined(weights: Weights, names: Sequence[str]) -> Array:
    """Return all weights as one vector, float64 (weights,)."""
    return np.concatenate([np.asarray(weights[name], np.float64).ravel() for name in names])


def plane_of(kind: Kind, way: Sequence[Weights], main: int, seed: int = 0) -> Plane:
    """Return the plane for the ways of one or more trainings.

    Args:
        kind: "path", the two directions in which the states of all ways spread most (principal components); "normalised",
            the same after each filter's part was given the length of the filter, as Li et al. do it; "ends", from the
            first state to the last and in the direction of greatest spread across that; "random", any two directions,
            normalised likewise.
        way: the states of all ways, one after the other.
        main: how many of them belong to the first way, whose last state is the origin.
        seed: of the random directions, which are taken too where the states do not move.
    """
    names = tuple(way[0])
    shapes = tuple(way[0][name].shape for name in names)
    last = way[main - 1]
    origin = joined(last, names)
    away = np.array([joined(weights, names) - origin for weights in way])
    kind = kind if np.abs(away[:main]).max() else "random"
    found = _random(last, names, seed) if kind == "random" else _spread(away, kind)
    if kind == "normalised":
        found = np.array([_normalised(direction, last, names, shapes) for direction in found])
    directions = _orthonormal(found)
    spread = away - away.mean(axis=0)
    total = float((spread**2).sum())
    kept = float(((spread @ directions.T) ** 2).sum()) / total if total else 1.0
    return Plane(kind, origin, directions, names, shapes, kept)


def _spread(away: Array, kind: Kind) -> Array:
    """Return two directions of the states (states, weights), by the products of states: they are few, weights are many."""
    if kind == "ends":
        along = away[0] / np.linalg.norm(away[0])
        rest = away - np.outer(away @ along, along)
        return np.array([along, _principal(rest, 1)[0]])
    return _principal(away - away.mean(axis=0), 2)


def _principal(rows: Array, count: int) -> Array:
    """Return the directions in which rows spread most, shape (count, weights)."""
    found = np.linalg.eigh(rows @ rows.T)[1][:, ::-1][:, :count].T @ rows
    found = np.concatenate([found, np.zeros((count - len(found), rows.shape[1]))])
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    # A straight way spreads in one direction; across it all are alike.
    spare = np.random.default_rng(0).normal(size=found.shape)
    found = np.where(lengths > 1e-6 * lengths.max(), found, spare)
    # The sign of a component is nobody's choice: its greatest entry is positive.
    return np.asarray(found * np.sign(np.take_along_axis(found, np.abs(found).argmax(axis=1)[:, None], axis=1)))


def _random(last: Weights, names: Sequence[str], seed: int) -> Array:
    draws = np.random.default_rng(seed)
    shapes = tuple(last[name].shape for name in names)
    size = sum(int(np.prod(shape)) for shape in shapes)
    return np.array([_normalised(draws.normal(size=size), last, names, shapes) for _ in range(2)])


def _normalised(direction: Array, last: Weights, names: Sequence[str], shapes: Sequence[tuple[int, ...]]) -> Array:
    """Return a direction in which each filter, the weights into one unit, has the length that it has in a state."""
    parts, start = [], 0
    for name, shape in zip(names, shapes, strict=True):
        count = int(np.prod(shape))
        part, there = direction[start : start + count].reshape(shape), np.asarray(last[name], np.float64)
        if len(shape) > 1:
            axes = tuple(range(len(shape) - 1))
            lengths = np.linalg.norm(part.reshape(-1, shape[-1]), axis=0)
            wanted = np.linalg.norm(there.reshape(-1, shape[-1]), axis=0)
            part = part * np.expand_dims(wanted / np.where(lengths, lengths, 1), axes)
        else:
            part = np.zeros(shape)  # biases stay, as in the paper
        parts.append(part.ravel())
        start += count
    return np.concatenate(parts)


def _orthonormal(pair: Array) -> Array:
    first = pair[0] / np.linalg.norm(pair[0])
    rest = pair[1] - (pair[1] @ first) * first
    return np.array([first, rest / np.linalg.norm(rest)])
