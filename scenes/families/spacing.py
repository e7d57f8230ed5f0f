"""Places along a line that are moved as little as keeps what stands there apart."""

from collections.abc import Sequence
from itertools import count

import numpy as np

from animviz.arrays import Array

__all__ = ["apart", "every", "parted"]


def apart(places: Array, least: float, low: float, high: float) -> Array:
    """Move places as little as keeps them in their order, so far from each other, and between two ends.

    This is isotonic regression of the places less what they must be apart (Barlow et al., 1972); it moves smoothly.

    Args:
        places: in their order, shape (places,).
        least: distance of neighbours at least.
        low: where none lies before.
        high: where none lies behind.
    """
    steps = least * np.arange(len(places))
    pools: list[tuple[float, int]] = []
    for place in places - steps:
        mean, size = float(place), 1
        while pools and pools[-1][0] > mean:
            before, count = pools.pop()
            mean, size = (before * count + mean * size) / (count + size), count + size
        pools.append((mean, size))
    found = np.repeat([mean for mean, _ in pools], [size for _, size in pools])
    return np.asarray(np.clip(found, low, max(low, high - least * (len(places) - 1))) + steps)


def parted(tops: Sequence[float], least: float, bottom: float = np.inf, top: float = -np.inf) -> list[float]:
    """Return baselines in the same order down the page, moved as little as keeps labels apart; NaN where there is none.

    Args:
        tops: baselines; not finite where there is no label.
        least: from one to the next.
        bottom: below which none lies.
        top: above which none lies.
    """
    places = np.asarray(tops, float)
    known = np.flatnonzero(np.isfinite(places))
    order = known[np.argsort(places[known], kind="stable")]
    moved = np.full(len(places), np.nan)
    moved[order] = apart(places[order], least, top, bottom)
    return moved.tolist()


def every(step: float, least: float) -> int:
    """Return at every which place of a row a label has room: 1, 2, 5, 10, 20 and so on.

    Args:
        step: units from one place to the next.
        least: units from one label to the next.
    """
    steps = (first * int(10**k) for k in count() for first in (1, 2, 5))
    return next(places for places in steps if places * step >= least)
