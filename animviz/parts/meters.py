"""Meters: numbers as bars on tracks, each at a place of its own."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from animviz.arrays import Array
from animviz.stage.stage import Stage, joined

__all__ = ["Meters"]


class Meters:
    """Numbers as bars that begin at zero, on tracks of all that they can be.

    Args:
        stage: where.
        places: left and right end of each track, and its middle from the upper edge, in units; shape (meters, 3).
        size: thickness in units.
        limits: what the ends of a track stand for; they hold zero.
        colors: of the bars; by default ink.
    """

    def __init__(
        self, stage: Stage, places: Any, size: float, *, limits: tuple[float, float] = (0.0, 1.0),
        colors: Sequence[Any] | None = None,
    ) -> None:  # fmt: skip
        self._lefts, self._rights, self._tops = np.asarray(places, float).reshape(-1, 3).T
        self._low, self._high = limits
        axes = stage.overlay()
        tracks = np.stack([[self._lefts, self._tops], [self._rights, self._tops]]).transpose(2, 0, 1)
        axes.plot(*joined(tracks).T, color=stage.theme.grid, linewidth=stage.points(size), solid_capstyle="butt")
        colors = [stage.theme.ink] * len(self._tops) if colors is None else colors
        self._bars = [stage.line(axes, color, size, solid_capstyle="butt") for color in colors]

    def show(self, values: Array) -> None:
        """Show numbers, shape (meters,); one that is not finite stands at zero."""
        shares = (np.where(np.isfinite(values), values, 0.0) - self._low) / (self._high - self._low)
        zero = -self._low / (self._high - self._low)
        lengths = self._rights - self._lefts
        for bar, left, length, top, share in zip(self._bars, self._lefts, lengths, self._tops, shares, strict=True):
            bar.set_data([left + zero * length, left + share * length], [top, top])

    @property
    def values(self) -> Array:
        """What the bars show, read off their ends, shape (meters,)."""
        ends = np.array([np.asarray(bar.get_xdata())[-1] for bar in self._bars])
        return np.asarray(self._low + (ends - self._lefts) / (self._rights - self._lefts) * (self._high - self._low))
