"""Stems: lines from small pictures down to their moments on a plot."""

from collections.abc import Callable

import numpy as np

from animviz import Stage
from animviz.parts import Plot, joined

from .pinned import Pin, Strip

__all__ = ["Stems"]


class Stems:
    """A line from each picture of a strip to its moment on a plot below, and a ring on the curve there.

    Args:
        stage: where.
        strip: the pictures.
        pins: their moments.
        plot: below them.
        value: of the curve at a moment, NaN where it has none; without it the lines end on the axis of epochs.
        bend: units from the upper edge at which the lines turn downwards; by default just above the plot.
    """

    def __init__(
        self,
        stage: Stage,
        strip: Strip,
        pins: list[Pin],
        plot: Plot,
        value: Callable[[float], float] = lambda _: np.nan,
        *,
        bend: float | None = None,
    ) -> None:
        self._bend = plot.room.top - 4 if bend is None else bend
        self._plot, self._value, self._pins, self._anchors = plot, value, pins, strip.anchors
        axes = stage.overlay()
        self._lines = stage.line(axes, stage.theme.quiet, 1.5)
        self._rings = stage.line(
            axes, stage.theme.ink, 0, marker="o", markersize=stage.points(11), markeredgewidth=stage.points(2),
            markerfacecolor=stage.theme.background,
        )  # fmt: skip

    def show(self, epoch: float, past: int) -> None:
        """Draw the stems of the past, and that of the present.

        Args:
            epoch: the moment.
            past: how many pictures are of the past.
        """
        moments = [pin.epoch for pin in self._pins[:past]]
        if epoch > moments[-1] + 1e-9:
            moments = [*moments, epoch][: len(self._pins)]
        plot, rings, lines = self._plot, [], []
        for place, ((left, top), moment) in enumerate(zip(self._anchors, moments, strict=False)):
            across, value = plot.left_of(moment), self._value(moment)
            end = plot.top_of(value) if np.isfinite(value) else plot.room.bottom
            if np.isfinite(value) and place < past:
                rings.append((across, end))
            lines.append(np.array([(left, top), (across, self._bend), (across, end)]))
        self._lines.set_data(*joined(lines).T)
        self._rings.set_data(*np.array(rings).reshape(-1, 2).T)
