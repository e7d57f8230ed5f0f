"""What a method of embedding returns: positions, and what its epochs have in common."""

from typing import NamedTuple

from animviz.arrays import Array

__all__ = ["Layout"]


class Layout(NamedTuple):
    """Positions of all samples at the epochs that can be laid out.

    Attributes:
        positions: float32 (epochs, samples, dimensions).
        held: how firmly each epoch is held to the next, 0 (not at all) to 1, float64 (epochs - 1,).
        shares: share of each epoch's own variance along each dimension, float64 (epochs, dimensions), or None.
    """

    positions: Array
    held: Array
    shares: Array | None = None
