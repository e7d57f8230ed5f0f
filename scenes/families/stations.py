"""Stations: a line of steps, one after the other, with a dot that says how far the picture is."""

from bisect import bisect
from collections.abc import Mapping, Sequence

import numpy as np

from animviz import Box, Stage
from animviz.parts import LABEL

from .camera import eased

__all__ = ["Stations"]

DOT, THICK = 14.0, 3.0  # units


class Stations:
    """Steps along a line.

    Args:
        stage: where.
        box: for the line and the names below it.
        names: of the steps; one that has no room is left out.
        times: of each step its motion, and how long the picture stands still after it, in shares.
        colors: of the names, by name; others are quiet.
    """

    def __init__(
        self, stage: Stage, box: Box, names: Sequence[str], times: Sequence[tuple[float, float]],
        colors: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        lengths = np.array([move + hold for move, hold in times])
        self._starts = [*(np.cumsum(lengths) - lengths) / lengths.sum()]
        self._moves = [move / lengths.sum() for move, _ in times]
        middle = box.top + DOT / 2
        self._axes = stage.axes(
            Box(box.left - DOT, box.top, box.width + 2 * DOT, DOT), (-DOT / box.width, 1 + DOT / box.width), (-1, 1)
        )
        self._axes.plot([0, 1], [0, 0], color=stage.theme.grid, linewidth=stage.points(THICK))
        ends = [*self._starts[1:], 1.0]
        for start, end, name in zip(self._starts, ends, names, strict=True):
            if start:
                stage.dot(box.left + start * box.width, middle, 8, stage.theme.quiet)
            room = (end - start) * box.width - 12
            fitting = [form for form in (name, name.removesuffix(" units")) if stage.measure(form, LABEL) <= room]
            left, top = box.left + (start + end) / 2 * box.width, middle + DOT / 2 + LABEL + 4
            color = (colors or {}).get(name, stage.theme.quiet)
            stage.text(left, top, fitting[0] if fitting else "", color=color, align="center")
        self._past = stage.curve(self._axes, stage.theme.ink, THICK, DOT)

    def show(self, progress: float) -> tuple[int, float]:
        """Move to a share of the film, from 0 to 1.

        Returns:
            Number of the step, and how far its motion is, eased, from 0 to 1.
        """
        self._past.set_data([0, progress], [0, 0])
        place = max(0, bisect(self._starts, progress) - 1)
        return place, eased(min(1.0, (progress - self._starts[place]) / self._moves[place]))
