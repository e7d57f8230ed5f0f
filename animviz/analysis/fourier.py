"""Numbers as a network holds them, taken apart into waves: the Fourier transform over the numbers themselves.

After Nanda et al., "Progress measures for grokking via mechanistic interpretability" (2023).
"""

from dataclasses import dataclass

import numpy as np

from animviz.arrays import Array

__all__ = ["Waves", "powers"]


def powers(rows: Array) -> Array:
    """Return how strong each wave is in each unit, as a share of all its waves: float64 (frequencies, units).

    Args:
        rows: a row of weights for each number, shape (numbers, units).

    Returns:
        Frequencies from 1 to half of the numbers; each column sums to 1, or is 0 for a unit that tells no numbers apart.
    """
    found = np.abs(np.fft.rfft(rows.astype(np.float64), axis=0)[1:]) ** 2
    if len(rows) % 2 == 0:
        found[-1] /= 2  # the last one is counted once, all others twice
    total = found.sum(axis=0)
    return np.asarray(found / np.where(total, total, 1))


@dataclass(frozen=True)
class Waves:
    """The plane of one frequency in the space of units.

    Attributes:
        frequency: how often the wave goes around while the numbers are counted through.
        directions: orthonormal, float64 (units, 2).
    """

    frequency: int
    directions: Array

    @classmethod
    def strongest(cls, rows: Array) -> "Waves":
        """Return the plane of the wave to which most units listen, in the space of these units.

        Args:
            rows: a row of weights for each number, shape (numbers, units).
        """
        each = powers(rows)
        heard = each.argmax(axis=0)
        frequency = int(np.bincount(heard, weights=each.max(axis=0)).argmax()) + 1
        own = np.where(heard == frequency - 1, rows, 0)
        angles = 2 * np.pi * frequency * np.arange(len(rows)) / len(rows)
        cosine, sine = np.cos(angles) @ own, np.sin(angles) @ own
        first = cosine / (np.linalg.norm(cosine) or 1)
        rest = sine - (sine @ first) * first
        return cls(frequency, np.stack([first, rest / (np.linalg.norm(rest) or 1)], axis=1))

    def places(self, rows: Array) -> Array:
        """Return where numbers lie in the plane, (numbers, 2), around their mean."""
        return np.asarray((rows - rows.mean(axis=0)) @ self.directions)

    def order(self, count: int) -> Array:
        """Return the numbers in the order in which the wave meets them, int (numbers,)."""
        return np.argsort(self.frequency * np.arange(count) % count, kind="stable")
