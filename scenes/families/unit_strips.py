"""The activations of one unit as dots, a strip for each class, with the quartiles as a box."""

from collections.abc import Sequence

import numpy as np
from matplotlib.collections import PolyCollection

from animviz import Box, Stage
from animviz.arrays import Array
from animviz.parts import LABEL, PointCloud, first_fitting, joined, levels, short_names

__all__ = ["Strips", "number_in"]

LEAST = 27.0  # units of a strip
HEAD, AXIS, END = 34.0, 40.0, 12.0  # units for the title, for the scale, and right of the strips
THICK = 0.66  # of a strip that its dots take
WIDE, NARROW, NAMED = 0.28, 0.42, 150.0  # share of the width for names in wide boxes and in others, and units there
HUGE = 1e5  # size of a value that is written with a power of ten


def number_in(limits: tuple[float, float], value: float) -> str:
    """Return a value with as many decimals as its scale deserves."""
    size = max(map(abs, limits))
    if size >= HUGE:
        return f"{value:.1e}".replace("e+0", "e").replace("e+", "e").replace("-", "−") if value else "0"
    return f"{value:.{0 if size >= 100 else 1 if size >= 10 else 2}f}".replace("-", "−")


class Strips:
    """A strip for each class: a dot for each sample, the quartiles as a box, a line from the least to the most.

    The classes that are shown lie in the order of their last means, so that places mean something; dots that leave their
    class, as predictions change, change their strip.

    Args:
        stage: where.
        box: room for everything.
        titles: written above, from the longest wording to the shortest.
        names: of all classes.
        labels: class of each sample, which gives its colour.
        order: numbers of the classes from the upper strip to the lower one.
        limits: of the values.
    """

    def __init__(
        self, stage: Stage, box: Box, titles: Sequence[str], names: Sequence[str], labels: Array, order: Array,
        limits: tuple[float, float],
    ) -> None:  # fmt: skip
        theme = stage.theme
        self._order = order
        most = max(WIDE * box.width, min(NARROW * box.width, NAMED))
        named = min(most, max(stage.measure(names[k], LABEL) for k in order)) + 16
        room = Box(box.left + named, box.top + HEAD, box.width - named - END, box.height - HEAD - AXIS)
        stage.text(box.left, box.top + 18, first_fitting(stage, titles, box.width), color=theme.quiet)
        self._step = step = room.height / len(order)
        axes = stage.axes(room, limits, (room.height, 0))
        for level in _some(levels(*limits), limits, room.width, stage):
            axes.plot([level, level], [0, room.height], color=theme.grid, linewidth=stage.points(1), zorder=0)
            place = room.left + (level - limits[0]) / (limits[1] - limits[0]) * room.width
            stage.text(place, room.bottom + 28, f"{level:g}".replace("-", "−"), color=theme.quiet, align="center")
        dot = max(0.8, min(2.4, 0.09 * step) * stage.pixel)
        tones = np.asarray(0.8 * theme.palette(max(2, len(names))) + 0.2 * _rgb(stage), np.float32)
        self._dots = PointCloud(axes, labels, tones, dot)
        stage.moves(self._dots)
        self._ranges = stage.line(axes, theme.quiet, 1.5)
        self._boxes = PolyCollection([], facecolors="none", edgecolors=theme.ink, linewidths=stage.points(2))
        axes.add_collection(self._boxes, autolim=False)
        stage.moves(self._boxes)
        self._medians = stage.line(axes, theme.ink, 5.0, solid_capstyle="butt")
        short = short_names(stage, [names[k] for k in order], named - 16)
        for name, top in zip(short, room.top + (np.arange(len(order)) + 0.5) * step + 8, strict=True):
            stage.text(box.left + named - 16, top, name, align="right")
        # Even places within a strip that look like chance: multiples of the golden ratio.
        self._jitter = (0.618034 * np.arange(len(labels)) % 1 - 0.5) * THICK
        self._strip_of = np.full(len(names), -1)
        self._strip_of[order] = np.arange(len(order))

    @staticmethod
    def most(box: Box) -> int:
        """Return how many strips a box has room for."""
        return max(1, int((box.height - HEAD - AXIS) // LEAST))

    def show(self, values: Array, groups: Array) -> None:
        """Show the activation of each sample and the class that it is counted with, both of shape (samples,)."""
        strip = self._strip_of[groups]
        tops = (strip + 0.5 + self._jitter) * self._step
        self._dots.set_positions(np.where(strip[:, None] >= 0, np.stack([values, tops], axis=1), np.nan))
        parts = [values[strip == place] for place in range(len(self._order))]
        stats = np.array([np.percentile(p, [0, 25, 50, 75, 100]) if len(p) else [np.nan] * 5 for p in parts])
        middle = (np.arange(len(parts)) + 0.5) * self._step
        half = 0.5 * THICK * self._step
        low, first, median, third, high = stats.T
        self._ranges.set_data(*_lines((low, middle), (high, middle)))
        self._medians.set_data(*_lines((median, middle - half), (median, middle + half)))
        corners = [(first, middle - half), (third, middle - half), (third, middle + half), (first, middle + half)]
        self._boxes.set_verts(list(np.stack([np.stack(corner, axis=1) for corner in corners], axis=1)))


def _lines(start: tuple[Array, Array], end: tuple[Array, Array]) -> Array:
    return joined(np.stack([np.stack(start, axis=1), np.stack(end, axis=1)], axis=1)).T


def _some(found: list[float], limits: tuple[float, float], width: float, stage: Stage) -> list[float]:
    """Return the levels that have room for their labels, zero among them."""
    wide = max(stage.measure(f"{level:g}", LABEL) for level in found) + 16
    step = min(np.diff(found), default=limits[1] - limits[0])
    stride = max(1, int(np.ceil(wide * (limits[1] - limits[0]) / (step * width))))
    return [level for level in found if round(level / step) % stride == 0]


def _rgb(stage: Stage) -> Array:
    return np.array(stage.theme.mix(stage.theme.background, 1), np.float32)
