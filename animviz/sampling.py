"""Choosing a few of many: evenly, or the last one at a moment."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["evenly", "last_at"]


def evenly(count: int, most: int) -> list[int]:
    """Return the indices of an even choice, ascending, with the first and the last; all of them where there are few.

    Args:
        count: how many there are.
        most: how many are wanted at most; where that is one, the first is taken.
    """
    return sorted({round(place) for place in np.linspace(0, count - 1, min(most, count))})


def last_at(epochs: NDArray[Any] | Sequence[float], epoch: float) -> int:
    """Return the index of the last of these ascending epochs that is at or before another; 0 before all of them."""
    return max(0, int(np.searchsorted(epochs, epoch + 1e-9, side="right")) - 1)
