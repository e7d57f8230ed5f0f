"""An even choice of a few among many: snapshots for limits, samples to keep, units and classes there is room for."""

import numpy as np

__all__ = ["evenly"]


def evenly(count: int, most: int) -> list[int]:
    """Return which of so many things are taken, rising, the first and the last among them; all where there are few.

    Args:
        count: how many there are.
        most: how many are wanted at most; of one, the first is taken.
    """
    return sorted({round(place) for place in np.linspace(0, count - 1, min(most, count))})
