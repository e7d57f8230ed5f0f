"""An axis on which values stand, and its bins: nearly all values of a film lie between its ends."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from animviz.arrays import Array
from animviz.parts import levels

__all__ = ["FEW", "Axis", "axis_of", "margin_axis"]

BINS, FEW = 96, 64  # over the axis; values that are drawn each for itself
COARSE = 1_500  # values below which two bins are one
ENOUGH = 20_000  # values of which percentiles are taken
BEYOND = 0.5  # per cent of the values of all moments that may lie off each end of an axis
LEAST = 1e-4  # on an axis of logarithms: losses below stand at its end


@dataclass(frozen=True)
class Axis:
    """Where values stand.

    Attributes:
        edges: of the bins, in places on the axis.
        ticks: places and what is written there.
        log: whether places are logarithms.
        zeros: whether values that are exactly zero are told apart from the others.
        held: least share of a moment's values that lies between its ends.
    """

    edges: Array
    ticks: Sequence[tuple[float, str]]
    log: bool = False
    zeros: bool = False
    held: float = 1.0

    def counts(self, values: Array) -> Array:
        """Return how many of the values lie in each bin, float64 (bins,)."""
        # Of equal bins NumPy is told the ends: it counts in them without sorting.
        ends = (float(self.edges[0]), float(self.edges[-1]))
        places = _places(values, self.log, self.zeros)
        return np.histogram(places, len(self.edges) - 1, ends)[0].astype(np.float64)

    def places(self, values: Array) -> Array:
        """Return where each of the values stands, float64 (values,); NaN for those that are not finite."""
        known = np.where(np.isfinite(values), values, np.nan).astype(np.float64)
        return np.log10(np.maximum(known, LEAST)) if self.log else known


def margin_axis(count: int) -> Axis:
    """Return the axis of margins: from -1 to 1, wrong and right in words.

    Args:
        count: of values at a moment.
    """
    return Axis(np.linspace(-1, 1, _bins(count) + 1), [(-0.5, "wrong"), (0.0, "0"), (0.5, "right")])


def axis_of(moments: Sequence[Array], *, log: bool = False) -> Axis:
    """Return an axis between whose ends nearly all values of some moments lie, zero among them.

    Args:
        moments: the values at each.
        log: whether it shows logarithms.
    """
    every = [_places(values, log, not log) for values in moments]
    sizes = [values.size for values, places in zip(moments, every, strict=True) if places.size]
    every = [places for places in every if places.size]
    count = max((places.size for places in every), default=0)
    beyond = 0.0 if count <= FEW else BEYOND
    # A regular choice of many values has nearly the same percentiles, and is sorted in no time.
    ends = [np.percentile(places[:: 1 + places.size // ENOUGH], (beyond, 100 - beyond)) for places in every]
    low, high = (float(np.min(ends)), float(np.max(ends))) if ends else (-1.0, 1.0)
    low, high = (low, high) if log else (min(low, 0.0), max(high, 0.0))
    air = 0.02 * (high - low) or 0.5
    low, high = low - air, high + air
    if log:
        powers = [10.0**power for power in range(int(np.ceil(low)), int(np.floor(high)) + 1)]
        marks = powers if len(powers) > 1 else levels(10**low, 10**high, log=True)
        ticks = [(float(np.log10(mark)), f"{'≤ ' if mark == LEAST else ''}{mark:g}") for mark in marks]
    else:
        ticks = [(level, f"{level:g}".replace("-", "−")) for level in levels(low, high)]
    off = [np.sum((places < low) | (places > high)) / size for places, size in zip(every, sizes, strict=True)]
    return Axis(np.linspace(low, high, _bins(count) + 1), ticks, log, not log, 1 - float(max(off, default=0.0)))


def _places(values: Array, log: bool, zeros: bool) -> Array:
    """Return where values stand, shape (values,); those that are not finite, or zero if these are told apart, nowhere."""
    known = values[np.isfinite(values) & ((values != 0) | (not zeros))]
    return np.asarray(np.log10(np.maximum(known, LEAST)) if log else known)


def _bins(count: int) -> int:
    return BINS if count >= COARSE else BINS // 2
