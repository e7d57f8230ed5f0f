"""How samples differ from the mean of their class."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from animviz.arrays import Array

__all__ = ["Spread", "spread_of"]


@dataclass(frozen=True)
class Spread:
    """The samples of a class, from the nearest to its mean to the farthest.

    Attributes:
        mean: of the samples, in the shape of one.
        order: numbers of the samples.
        distances: of each from the mean: the root of the summed squared differences, rising.
    """

    mean: Array
    order: NDArray[np.intp]
    distances: NDArray[np.float64]

    @property
    def average(self) -> float:
        """Average distance."""
        return float(self.distances.mean())


def spread_of(samples: Array, members: NDArray[np.intp]) -> Spread:
    """Return how some samples differ from their mean.

    Args:
        samples: shape (samples, ...).
        members: numbers of those that belong together, at least one.
    """
    flat = samples[members].reshape(len(members), -1).astype(np.float64)
    distances = np.linalg.norm(flat - flat.mean(axis=0), axis=1)
    order = np.argsort(distances, kind="stable")
    return Spread(samples[members].mean(axis=0), members[order], distances[order])
