"""What is taken of many: an even few, for which there is room, or the last one at a moment."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["evenly", "last_at"]


def evenly(count: int, most: int) -> list[int]:
    """Return which of so many things are taken, rising, the first and the last among them; all where there are few.

    Args:
        count: how many there are.
        most: how many are wanted at most; of one, the first is taken.
    """
    return sorted({round(place) for place in np.linspace(0, count - 1, min(most, count))})


def last_at(epochs: NDArray[Any] | Sequence[float], epoch: float) -> int:
    """Return the number of the last of these rising moments that is at or before another; before all of them 0."""
    return max(0, int(np.searchsorted(epochs, epoch + 1e-9, side="right")) - 1)
