"""The scale of losses on a map: logarithmic, or even where some are not above zero."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from animviz.arrays import Array

from .amounts import amounts

__all__ = ["LossScale"]

LEAST = 1.01  # times as large is the largest loss as the smallest one at least


@dataclass(frozen=True)
class LossScale:
    """From the smallest to the largest loss.

    Attributes:
        log: whether losses are seen by their logarithms.
        low: the smallest loss, or its logarithm.
        high: the largest one likewise.
    """

    log: bool
    low: float
    high: float

    @classmethod
    def of(cls, losses: Sequence[Array]) -> "LossScale":
        """Return the scale of some losses; those that are not finite do not count.

        Args:
            losses: of any shapes.
        """
        known = np.concatenate([np.ravel(some) for some in losses])
        known = known[np.isfinite(known)]
        low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)
        if low > 0:
            return cls(True, float(np.log10(low)), float(np.log10(max(high, LEAST * low))))
        return cls(False, low, max(high, low + 1e-9 + (LEAST - 1) * abs(low)))

    def height(self, losses: Array) -> Array:
        """Return how high losses lie, in the unit of the limits; what is not finite lies highest."""
        with np.errstate(divide="ignore", invalid="ignore"):
            found = np.log10(losses) if self.log else np.asarray(losses, np.float64)
        return np.asarray(np.nan_to_num(found, nan=self.high, posinf=self.high, neginf=self.low))

    def share(self, losses: Array) -> Array:
        """Return how high losses lie, from 0 to 1."""
        return np.asarray(np.clip((self.height(losses) - self.low) / (self.high - self.low), 0, 1))

    @property
    def ends(self) -> tuple[str, str]:
        """Both ends in words."""
        low, high = amounts(*(10.0**end if self.log else end for end in (self.low, self.high)))
        return low.replace("-", "−"), high.replace("-", "−")

    @property
    def title(self) -> str:
        """What the scale is called."""
        return "loss, on a log scale" if self.log else "loss"
