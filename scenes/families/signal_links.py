"""Lines between units that fill as a signal passes, and in the colour of the error as it comes back: one path strong."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.collections import LineCollection

from animviz import Box, Stage
from animviz.arrays import Array

from .rounds import Round, Rounds
from .signal_columns import Cells, ColumnView

__all__ = ["SignalLinks"]

FAINT, PALE = 0.3, 0.5  # strength of a link on which nothing flows, and of what flows beside the path
BESIDE, PATH = 0.45, 3.0  # share of its width that a link has beside the path, and units of the path at least
THICKEST, MAPS, ERROR = (9.0, 5.0), 2.0, 0.7  # units of a link: between nodes, others, to maps; share of it for errors


class SignalLinks:
    """What units add to others: lines that fill as the front passes, and in the colour of the error as it comes back.

    The last link of each gap is the path that the eye follows; all others are pale and thin.
    """

    def __init__(self, stage: Stage, columns: Sequence[ColumnView], found: Rounds, taken: Sequence[Round]) -> None:
        self._stage = stage
        axes = stage.overlay()
        self._starts = [before.places[links[:, 0]] for before, links in zip(columns[:-1], found.links, strict=True)]
        self._ends = [after.places[links[:, 1]] for after, links in zip(columns[1:], found.links, strict=True)]
        self._rests = [
            np.stack([_edge(start, end, before.box), _edge(end, start, after.box)], axis=1)
            for (before, after), start, end in zip(pairwise(columns), self._starts, self._ends, strict=True)
        ]
        gaps = range(len(self._starts))
        usual = THICKEST[any(isinstance(view, Cells) for view in columns)]
        self._thickest = [MAPS if len(shape) > 1 else usual for shape in found.shapes[1:]]
        self._scales = [
            [max(float(np.abs(flow[gap]).max(initial=0)) for flow in flows) or 1.0 for gap in gaps]
            for flows in ([one.pushes for one in taken], [one.backs for one in taken])
        ]
        theme = stage.theme
        tones = [theme.mix(theme.quiet, FAINT)]
        tones += [theme.mix(tone, way) for way in (PALE, 1) for tone in (theme.ink, theme.ink, theme.positive)]
        self._lines = [LineCollection([], colors=[tone], capstyle="butt") for tone in tones]
        for lines in self._lines:
            axes.add_collection(lines, autolim=False)
            stage.moves(lines)
        for lines in self._lines[2::3]:
            lines.set_linestyle((0, (2.0, 1.2)))
        self._heads: Any = axes.scatter([], [], linewidths=0)
        stage.moves(self._heads)

    def show(self, now: Round, front: float, back: float, strength: float) -> None:
        """Show what flows, forward up to a front, and back from the end.

        Args:
            now: what flows.
            front: gaps that are passed.
            back: gaps that the error has passed.
            strength: how strongly the error is seen.
        """
        drawn: list[list[tuple[Array, Array]]] = [[] for _ in self._lines]  # segments and their widths
        heads: list[tuple[Array, Array, str]] = []
        count = len(self._starts)
        for gap, (start, end) in enumerate(zip(self._starts, self._ends, strict=True)):
            thickest = self._thickest[gap]
            push, error = now.pushes[gap] / self._scales[0][gap], now.backs[gap] / self._scales[1][gap]
            share, came = np.clip(front - gap, 0, 1), np.clip(back - (count - 1 - gap), 0, 1)
            tip, last = start + share * (end - start), end + came * (start - end)
            path = np.arange(len(push)) == len(push) - 1
            width, error = (
                np.where(path, PATH + thickest * np.abs(flow), 0.5 + BESIDE * thickest * np.abs(flow))
                for flow in (push, ERROR * error)
            )
            drawn[0].append((self._rests[gap], width))
            for first, those in ((1, ~path), (4, path)):
                for place, chosen in ((first, those & (push > 0)), (first + 1, those & (push < 0))):
                    if share > 0:
                        drawn[place].append((np.stack([start, tip], axis=1)[chosen], width[chosen]))
                if came > 0:
                    drawn[first + 2].append((np.stack([end, last], axis=1)[those], strength * error[those]))
            if 0 < share < 1:
                heads.append((tip, 1.6 * width, self._stage.theme.ink))
            if 0 < came < 1:
                heads.append((last, 1.6 * error, self._stage.theme.positive))
        for lines, parts in zip(self._lines, drawn, strict=True):
            lines.set_segments([segment for segments, _ in parts for segment in segments])
            lines.set_linewidth([self._stage.points(1) * width for _, widths in parts for width in widths])
        self._heads.set_offsets(np.concatenate([places for places, _, _ in heads]) if heads else np.empty((0, 2)))
        self._heads.set_sizes(
            np.concatenate([(self._stage.points(1) * sizes) ** 2 for _, sizes, _ in heads]) if heads else []
        )
        self._heads.set_facecolor([tone for places, _, tone in heads for _ in places])


def _edge(starts: Array, ends: Array, box: Box | None) -> Array:
    """Return where links leave the cells that they start in, so that those that rest cover none; shape (links, 2)."""
    if box is None:
        return starts
    way = ends - starts
    edges = np.where(way > 0, (box.right, box.bottom), (box.left, box.top))
    shares = np.divide(edges - starts, way, out=np.ones_like(way), where=way != 0)
    return np.asarray(starts + shares.min(axis=1, keepdims=True).clip(0, 1) * way)
