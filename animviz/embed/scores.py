"""Scores of an embedding: how steady it is, how faithful to the layer, and how well it separates the classes."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from animviz.arrays import Array
from animviz.embed.methods.neighbours import Metric, plain_metric, ready_for
from animviz.embed.methods.slices import Slices
from animviz.embed.side_by_side import side_by_side

__all__ = ["Scores", "accuracy_of", "elected", "neighbours_in", "score", "step", "trustworthiness"]

NEIGHBOURS_TRUST, NEIGHBOURS_CLASS = 10, 5
_QUERIES, _CHUNK = 2000, 250


@dataclass(frozen=True)
class Scores:
    """Scores of every epoch; NaN where a score is undefined: the layer is constant there, or not finite.

    Attributes:
        step: how far points move from one epoch to the next, float64 (epochs - 1,); see `step`.
        trustworthiness: float64 (epochs,); see `trustworthiness`.
        accuracy: k-NN accuracy, float64 (epochs,), or None without classes; see `accuracy_of`.
        placed_accuracy: the same of placed samples, classified by the samples they were placed among, or None.
    """

    step: Array
    trustworthiness: Array
    accuracy: Array | None = None
    placed_accuracy: Array | None = None

    @property
    def shown_accuracy(self) -> Array | None:
        """The k-NN accuracy of the samples that are drawn: the placed ones where there are any, else the fitted ones."""
        return self.accuracy if self.placed_accuracy is None else self.placed_accuracy

    def repeated(self, epochs: int) -> "Scores":
        """Return the scores of that many epochs, all equal to this one."""
        accuracy = None if self.accuracy is None else np.repeat(self.accuracy, epochs)
        return Scores(np.zeros(epochs - 1), np.repeat(self.trustworthiness, epochs), accuracy)

    def __str__(self) -> str:
        parts = [f"trustworthiness {_mean(self.trustworthiness):.4f}"]
        if len(self.step):
            parts.insert(0, f"step {_mean(self.step):.4f}")
        if self.accuracy is not None:
            parts.append(f"{NEIGHBOURS_CLASS}-NN accuracy {_mean(self.accuracy):.3f}")
        if self.placed_accuracy is not None:
            parts.append(f"of placed samples {_mean(self.placed_accuracy):.3f}")
        return ", ".join(parts)


def score(activations: Slices, positions: Array, labels: Array | None, metric: Metric, threads: int = 1) -> Scores:
    """Score an embedding.

    Args:
        activations: float32 (epochs, samples, units), or as many (samples, units).
        positions: float32 (epochs, samples, dimensions).
        labels: classes, (samples,), or None.
        metric: of the activations.
        threads: epochs worked on at once.
    """
    with side_by_side(threads) as run:
        trust = run(lambda at: trustworthiness(activations[at], positions[at], metric), range(len(positions)))
        accuracy = None if labels is None else np.array(run(lambda at: accuracy_of(at, labels), positions))
    return Scores(step(positions), np.array(trust), accuracy)


def step(positions: Array) -> Array:
    """Return how far points move between neighbouring epochs; 0 means that nothing moves.

    Both epochs are centred, and scaled to a root mean square distance from the centre of 1. They are then turned (or
    mirrored) onto each other by orthogonal Procrustes (Schoenemann 1966). The step is the median over the points of the
    distance between a point's two positions: the share of the picture's radius by which half of the points move.

    Args:
        positions: shape (epochs, samples, dimensions).

    Returns:
        float64 (epochs - 1,); NaN where either epoch is not finite, or all of it at one point.
    """
    return np.array([_move(*pair) for pair in pairwise(positions)], np.float64)


def _move(before: Array, after: Array) -> float:
    before, after = _unit(before), _unit(after)
    if not (np.isfinite(before).all() and np.isfinite(after).all()):
        return float("nan")
    left, _, right = np.linalg.svd(after.T @ before)
    return float(np.median(np.linalg.norm(after @ (left @ right) - before, axis=1)))


def _unit(x: Array) -> Array:
    centred = x.astype(np.float64) - x.mean(axis=0, dtype=np.float64)
    radius = np.sqrt(np.square(centred).sum(axis=1).mean())
    return np.asarray(centred / (radius if radius > 0 else np.nan))


def trustworthiness(activations: Array, positions: Array, metric: Metric = "euclidean") -> float:
    """Return how far a point's neighbours in the picture are its neighbours in the layer; 1 means all of them.

    Trustworthiness with 10 neighbours (Venna and Kaski 2001), the same as `sklearn.manifold.trustworthiness` (tested).
    It is 1 - 2 / (n k (2n - 3k - 1)) times a sum: over every point's k neighbours in the picture, by how much their rank
    in the layer exceeds k. Above 2,000 samples the sum is over 2,000 of them, evenly chosen. Equal distances share the
    best of their ranks.

    Args:
        activations: of one epoch, shape (samples, units).
        positions: shape (samples, dimensions).
        metric: of the activations.

    Returns:
        0 to 1; NaN where the activations are constant or either is not finite.
    """
    samples = len(positions)
    count = min(NEIGHBOURS_TRUST, (samples - 1) // 2)
    if count < 1 or not np.isfinite(positions).all() or not np.isfinite(activations).all():
        return float("nan")
    if np.ptp(activations, axis=0).max() == 0:
        return float("nan")
    chosen = np.unique(np.linspace(0, samples - 1, min(samples, _QUERIES)).astype(int))
    shown = neighbours_in(positions, count)[chosen]
    excess = 0.0
    for rows, distances in _distances(ready_for(metric, activations), chosen, metric):
        distances[np.arange(len(rows)), chosen[rows]] = np.inf
        for column in shown[rows].T:
            nearer = distances < distances[np.arange(len(rows)), column][:, None]
            excess += float(np.maximum(nearer.sum(axis=1) + 1 - count, 0).sum())
    return 1 - excess * 2 / (len(chosen) * count * (2 * samples - 3 * count - 1))


def accuracy_of(positions: Array, labels: Array, new: Array | None = None, new_labels: Array | None = None) -> float:
    """Return the accuracy of a vote of the 5 nearest neighbours in the picture (Fix and Hodges 1951).

    Without `new` every point is classified by the others (leave one out). With it, the new points are classified by the
    given ones. The smallest class wins a tie, as in scikit-learn's KNeighborsClassifier.

    Args:
        positions: of one epoch, shape (samples, dimensions).
        labels: their classes, (samples,).
        new: further positions, shape (new samples, dimensions).
        new_labels: their classes.

    Returns:
        0 to 1; NaN where a position is not finite, or all are at one point.
    """
    asked, right = (positions, labels) if new is None or new_labels is None else (new, new_labels)
    if not (np.isfinite(positions).all() and np.isfinite(asked).all()) or np.ptp(positions, axis=0).max() == 0:
        return float("nan")
    count = min(NEIGHBOURS_CLASS, len(positions) - 1)
    return float(np.mean(elected(labels[neighbours_in(positions, count, new)]) == right))


def elected(voters: Array) -> Array:
    """Return the class of most voters in each row; the smallest wins a tie.

    Args:
        voters: classes, shape (samples, voters).
    """
    classes, numbers = np.unique(voters, return_inverse=True)
    votes = np.zeros((len(voters), len(classes)), np.int64)
    np.add.at(votes, (np.arange(len(voters))[:, None], numbers.reshape(voters.shape)), 1)
    return np.asarray(classes[votes.argmax(axis=1)])


def neighbours_in(x: Array, count: int, of: Array | None = None) -> Array:
    """Return the nearest neighbours in a picture, indices into x of shape (samples, count).

    Args:
        x: positions, shape (samples, dimensions).
        count: neighbours of each.
        of: whose neighbours, shape (new samples, dimensions); by default each sample's own, itself excluded.
    """
    from sklearn.neighbors import NearestNeighbors

    return np.asarray(NearestNeighbors(n_neighbors=count).fit(x).kneighbors(of, return_distance=False))


def _distances(x: Array, chosen: Array, metric: Metric) -> Iterator[tuple[Array, Array]]:
    """Give the distances of the chosen samples to all, in chunks: indices into `chosen`, and float (chunk, samples)."""
    from sklearn.metrics import pairwise_distances

    for first in range(0, len(chosen), _CHUNK):
        rows = np.arange(first, min(first + _CHUNK, len(chosen)))
        yield rows, pairwise_distances(x[chosen[rows]], x, metric=plain_metric(metric))


def _mean(values: Array) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if len(finite) else float("nan")
