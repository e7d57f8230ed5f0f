"""How good an embedding is: how steady, how faithful to the layer, how well it tells the classes apart."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from animviz.arrays import Array
from animviz.embed.methods.neighbours import Metric, ready_for
from animviz.embed.methods.slices import Slices

__all__ = ["Scores", "accuracy_of", "score", "step", "trustworthiness"]

NEIGHBOURS_TRUST, NEIGHBOURS_CLASS = 10, 5
_QUERIES, _CHUNK = 2000, 250


@dataclass(frozen=True)
class Scores:
    """Scores of every epoch; NaN where a score is not defined (the layer is constant or not finite there).

    Attributes:
        step: how far points move from the epoch before, float64 (epochs - 1,); see `step`.
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
        """The k-NN accuracy of the samples that are shown: the placed ones where there are any, else the embedded."""
        return self.accuracy if self.placed_accuracy is None else self.placed_accuracy

    def repeated(self, epochs: int) -> "Scores":
        """Return the scores of one epoch as those of many that are equal to it."""
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


def score(activations: Slices, positions: Array, labels: Array | None, metric: Metric) -> Scores:
    """Score an embedding.

    Args:
        activations: float32 (epochs, samples, units), or as many (samples, units).
        positions: float32 (epochs, samples, dimensions).
        labels: classes, (samples,), or None.
        metric: of the activations.
    """
    trust = [trustworthiness(epoch, at, metric) for epoch, at in zip(activations, positions, strict=True)]
    accuracy = None if labels is None else np.array([accuracy_of(at, labels) for at in positions])
    return Scores(step(positions), np.array(trust), accuracy)


def step(positions: Array) -> Array:
    """Return how far points move between neighbouring epochs: 0 is still.

    The median over the points of the distance between a point's two positions, after both epochs are centred, scaled to
    a root mean square distance from the centre of 1, and turned (or mirrored) onto each other as well as may be, by
    orthogonal Procrustes (Schoenemann 1966). So it is the share of the picture's radius that half of the points exceed.

    Args:
        positions: shape (epochs, samples, dimensions).

    Returns:
        float64 (epochs - 1,); NaN where either epoch is not finite or all in one spot.
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
    spread = np.sqrt(np.square(centred).sum(axis=1).mean())
    return np.asarray(centred / (spread if spread > 0 else np.nan))


def trustworthiness(activations: Array, positions: Array, metric: Metric = "euclidean") -> float:
    """Return how far a point's neighbours in the picture are neighbours in the layer too: 1 is wholly.

    Trustworthiness with 10 neighbours (Venna and Kaski 2001), the same as `sklearn.manifold.trustworthiness` (tested):
    1 - 2 / (n k (2n - 3k - 1)) times the sum, over every point's k neighbours in the picture, of how far their rank in the
    layer exceeds k. Above 2,000 samples the sum is over 2,000 of them, evenly chosen, against all. Equal distances share
    the best of their ranks.

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
    shown = _neighbours(positions, count)[chosen]
    excess = 0.0
    for rows, distances in _distances(ready_for(metric, activations), chosen, metric):
        distances[np.arange(len(rows)), chosen[rows]] = np.inf
        for column in shown[rows].T:
            nearer = distances < distances[np.arange(len(rows)), column][:, None]
            excess += float(np.maximum(nearer.sum(axis=1) + 1 - count, 0).sum())
    return 1 - excess * 2 / (len(chosen) * count * (2 * samples - 3 * count - 1))


def accuracy_of(positions: Array, labels: Array, new: Array | None = None, new_labels: Array | None = None) -> float:
    """Return the share of points whose class a vote of the 5 nearest neighbours in the picture finds (Fix and Hodges 1951).

    Without `new` every point is classified by the others (leave one out); with it, the new points by the given ones. The
    smallest class wins a tie, as in scikit-learn's KNeighborsClassifier.

    Args:
        positions: of one epoch, shape (samples, dimensions).
        labels: their classes, (samples,).
        new: further positions, shape (new samples, dimensions).
        new_labels: their classes.

    Returns:
        0 to 1; NaN where a position is not finite or all are in one spot.
    """
    asked, right = (positions, labels) if new is None or new_labels is None else (new, new_labels)
    if not (np.isfinite(positions).all() and np.isfinite(asked).all()) or np.ptp(positions, axis=0).max() == 0:
        return float("nan")
    count = min(NEIGHBOURS_CLASS, len(positions) - 1)
    near = _neighbours(positions, count, None if new is None else new)
    classes, numbers = np.unique(labels, return_inverse=True)
    votes = np.zeros((len(asked), len(classes)), np.int64)
    np.add.at(votes, (np.arange(len(asked))[:, None], numbers[near]), 1)
    return float(np.mean(classes[votes.argmax(axis=1)] == right))


def _neighbours(x: Array, count: int, of: Array | None = None) -> Array:
    from sklearn.neighbors import NearestNeighbors

    return np.asarray(NearestNeighbors(n_neighbors=count).fit(x).kneighbors(of, return_distance=False))


def _distances(x: Array, chosen: Array, metric: Metric) -> Iterator[tuple[Array, Array]]:
    """Give the distances of the chosen samples to all, in chunks: places in `chosen`, and float (chunk, samples)."""
    from sklearn.metrics import pairwise_distances

    plain = "cosine" if metric == "correlation" else metric
    for first in range(0, len(chosen), _CHUNK):
        rows = np.arange(first, min(first + _CHUNK, len(chosen)))
        yield rows, pairwise_distances(x[chosen[rows]], x, metric=plain)


def _mean(values: Array) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if len(finite) else float("nan")
