"""What layers do to the classes, from one to the next: what a title may say of it, as far as noise does not."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

__all__ = ["Way"]

ERRORS = 2.0  # standard errors of a difference, above which it is more than noise


@dataclass(frozen=True)
class Way:
    """Shares of samples that neighbours name rightly, layer by layer, at one moment.

    Attributes:
        layers: what viewers call them.
        plane: shares in the layers as they are laid out.
        before: shares in the layers themselves, before they are laid out.
        samples: how many the shares are of.
    """

    layers: Sequence[str]
    plane: Sequence[float]
    before: Sequence[float]
    samples: int

    def differs(self, less: float, more: float) -> bool:
        """Say whether a share is higher than another one by more than noise; never where one is not finite.

        Args:
            less: share that is lower.
            more: share that is higher.
        """
        variance = (less * (1 - less) + more * (1 - more)) / self.samples
        return bool(more - less > ERRORS * np.sqrt(variance))

    @property
    def gains(self) -> list[bool]:
        """Which layers, from the second on, name more samples rightly than the one before: as laid out and before."""
        return [
            all(self.differs(*pair) for pair in pairs)
            for pairs in zip(pairwise(self.plane), pairwise(self.before), strict=True)
        ]

    @property
    def rises(self) -> bool:
        """Whether there are several steps, each of which gains."""
        return len(self.gains) > 1 and all(self.gains)

    @property
    def best(self) -> str:
        """The layer that gains most over the one before; empty where none gains."""
        steps = np.where(self.gains, np.diff(self.before), -np.inf)
        return self.layers[int(steps.argmax()) + 1] if any(self.gains) else ""

    @property
    def loses(self) -> bool:
        """Whether in the last layer itself fewer samples are named rightly than in the first."""
        return self.differs(self.before[-1], self.before[0])
