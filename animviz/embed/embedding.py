"""Embeddings: positions of samples over the epochs, in the plane or in space."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from animviz.arrays import Array
from animviz.embed.scores import Scores

__all__ = ["Embedding"]


@dataclass(frozen=True)
class Embedding:
    """A layer over the epochs, in the plane or in space.

    Attributes:
        method: name of the method.
        settings: all its settings by name.
        epochs: moments in epochs since the start, float64 (epochs,); 0, 1, 2 ... where nothing else was given.
        positions: float32 (epochs, samples, dimensions), centred over all epochs. NaN where the activations were not
            finite, and all at one point where they were constant.
        scores: how good each epoch is: `scores.trustworthiness` and others.
        held: how firmly each epoch is held to the next, float64 (epochs - 1,): 0 where they are laid out alone, 1 where
            nothing but the layer can move a point; NaN where either has no layout.
        placed: positions of new samples, float32 (epochs, new samples, dimensions), or None.
        shares: share of each epoch's own variance along each dimension, float64 (epochs, dimensions), for `pca`; else
            None.
    """

    method: str
    settings: Mapping[str, Any]
    epochs: Array
    positions: Array
    scores: Scores
    held: Array
    placed: Array | None = field(default=None)
    shares: Array | None = field(default=None)

    @property
    def dimensions(self) -> int:
        """2 or 3."""
        return int(self.positions.shape[2])

    @property
    def shown(self) -> Array:
        """Positions of the samples that are drawn: the placed ones where there are any, else the fitted ones."""
        return self.positions if self.placed is None else self.placed

    def at(self, epoch: float) -> tuple[Array, Array | None]:
        """Return positions and placed positions at a moment, blended linearly between the epochs around it.

        A moment before the first or after the last epoch has that epoch's positions.
        """
        around = self._around(epoch)
        return _blended(self.positions, *around), None if self.placed is None else _blended(self.placed, *around)

    def shown_at(self, epoch: float) -> Array:
        """Return the positions of the samples that are drawn at a moment; see `shown` and `at`."""
        return _blended(self.shown, *self._around(epoch))

    def _around(self, epoch: float) -> tuple[int, int, np.float32]:
        """Return the indices of the epochs around a moment, and the weight of the later one."""
        after = int(np.clip(np.searchsorted(self.epochs, epoch, side="right"), 0, len(self.epochs) - 1))
        before = max(after - 1, 0)
        gap = self.epochs[after] - self.epochs[before]
        return before, after, np.float32(np.clip((epoch - self.epochs[before]) / gap, 0, 1) if gap else 0)


def _blended(x: Array, before: int, after: int, share: np.float32) -> Array:
    if share in (0, 1):  # at an epoch the neighbour does not count, even if it is not finite
        return np.asarray(x[after if share else before])
    return np.asarray(x[before] + share * (x[after] - x[before]))
