"""How far the classes of a classifier have collapsed: each to a point, the points to an even star, the last layer to the same.

After Papyan, Han and Donoho, "Prevalence of neural collapse during the terminal phase of deep learning training" (2020).
"""

from dataclasses import dataclass

import numpy as np

from animviz.arrays import Array

__all__ = ["Collapse", "even_angle"]


@dataclass(frozen=True)
class Collapse:
    """The classes in the last hidden layer, around the mean of their means.

    Attributes:
        middle: mean of the means of all classes, float64 (units,).
        means: of each class from there, float64 (classes, units).
        rows: of the last layer, one for each class, less their mean, float64 (classes, units).
        spread: root mean square of the samples' distances from the means of their classes, as a share of that of the means
            from the middle.
    """

    middle: Array
    means: Array
    rows: Array
    spread: float

    @classmethod
    def of(cls, hidden: Array, labels: Array, kernel: Array, classes: Array) -> "Collapse":
        """Measure a state.

        Args:
            hidden: what the last hidden layer puts out, shape (samples, units).
            labels: class of each sample, shape (samples,).
            kernel: of the last layer, shape (units, classes), or (units, 1) of two classes.
            classes: numbers of those that have samples.
        """
        hidden = hidden.astype(np.float64)  # so that squares of diverging states have room
        found = [hidden[labels == k] for k in classes]
        means = np.array([members.mean(axis=0) for members in found])
        middle = means.mean(axis=0)
        rows = kernel.T.astype(np.float64)
        rows = np.concatenate([-rows, rows]) if len(rows) == 1 else rows - rows.mean(axis=0)
        within = np.mean([np.square(part - mean).sum(axis=1).mean() for part, mean in zip(found, means, strict=True)])
        between = np.square(means - middle).sum(axis=1).mean()
        return cls(middle, means - middle, rows[classes], float(np.sqrt(within / between)) if between else np.nan)

    def angles(self) -> Array:
        """Return the angle between each two means in degrees, shape (pairs,)."""
        first, second = np.triu_indices(len(self.means), 1)
        return _angles(self.means[first], self.means[second])

    def apart(self) -> Array:
        """Return the angle between the mean of each class and its row of the last layer in degrees, shape (classes,)."""
        return _angles(self.means, self.rows)


def even_angle(classes: int) -> float:
    """Return the angle in degrees between each two of as many directions as far apart as can be: its cosine is -1/(n-1).

    Args:
        classes: how many there are; they need a space of one dimension less at least.
    """
    return float(np.degrees(np.arccos(-1 / (classes - 1))))


def _angles(first: Array, second: Array) -> Array:
    sizes = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    cosines = (first * second).sum(axis=1) / np.where(sizes, sizes, np.nan)
    return np.asarray(np.degrees(np.arccos(np.clip(cosines, -1, 1))))
