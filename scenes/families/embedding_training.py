"""Training samples under the test samples that are placed among them; and what both are called below their plane."""

from typing import Any

import numpy as np

from animviz import Stage
from animviz.arrays import Array
from animviz.embed.sets import Sets
from animviz.parts import PointCloud

from .embedding_coloring import By, Coloring

__all__ = ["Training", "kinds_of"]

SMALL = 0.45  # radius of training points, of the others'
FAINT = 0.5  # of a training point's colour


class Training:
    """The fitted samples, small and faint; nothing where no others are placed among them.

    Args:
        stage: where.
        axes: of the plane.
        sets: the samples.
        coloring: of their labels.
        radius: of a test sample, in units.
        by: what colours say.
    """

    def __init__(self, stage: Stage, axes: Any, sets: Sets, coloring: Coloring, radius: float, by: By) -> None:
        theme = stage.theme
        self._points: PointCloud | None = None
        if sets.place is None:
            return
        ground = np.asarray(theme.mix(theme.background, 1), np.float32)
        faint = (FAINT * coloring.palette + (1 - FAINT) * ground).astype(np.float32)
        colors = coloring.numbers(sets.fit_labels, 0)
        if by == "predicted":  # the answers on training samples are not known
            faint, colors = np.asarray([theme.mix(theme.quiet, 0.5)], np.float32), np.zeros_like(colors)
        self._points = PointCloud(axes, colors, faint, max(0.6, SMALL * radius * stage.pixel))
        stage.moves(self._points)

    def show(self, places: Array) -> None:
        """Show the fitted samples at places in the plane, (samples, 2)."""
        if self._points is not None:
            self._points.set_positions(places)


def kinds_of(sets: Sets, *, told: bool) -> list[tuple[float, str]]:
    """Return the marks of the samples and what they are; see `Key`.

    Args:
        sets: the samples.
        told: whether the key tells which of them are right; then only a choice of them is named.
    """
    shown = f"{sets.placed} test" if sets.placed else f"{sets.fitted} samples"
    own = [(0.0 if told else 14.0, shown)] if not told or " of " in shown else []
    return [*own, *([(7.0, "training")] if sets.placed else [])]
