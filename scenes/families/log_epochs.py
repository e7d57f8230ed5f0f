"""Epochs on a log scale that begins with the first of them."""

from typing import Any

import numpy as np

from animviz import Recording
from animviz.arrays import Array

__all__ = ["LogEpochs"]


class LogEpochs:
    """A log scale of epochs: 0 is the first, and each factor of ten behind it is one more.

    Args:
        recording: whose epochs they are.

    Attributes:
        first: epoch with which the scale begins.
        moments: places of the snapshots, (snapshots,).
    """

    def __init__(self, recording: Recording) -> None:
        self.first = float(recording.epochs[0])
        self._span = float(recording.epochs[-1]) - self.first
        self.moments: Array = self.at(recording.epochs)

    def at(self, epochs: Any) -> Any:
        """Return the place of an epoch, or of several."""
        return np.log10(1 + epochs - self.first)

    def tens(self, least: int = 0, step: int = 1) -> list[tuple[float, str]]:
        """Return marks that lie 1, 10, 100 and so on behind the first epoch, as places and labels.

        Args:
            least: power of ten of the first mark.
            step: from one power to the next.
        """
        powers = range(least, int(np.log10(max(self._span, 1.0))) + 1, step)
        marks = (self.first + 10.0**power for power in powers if 10.0**power <= self._span)
        return [(float(self.at(mark)), f"{mark:,.10g}") for mark in marks]
