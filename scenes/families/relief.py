"""A map of heights in quiet tones with contour lines, and dots with trails on it."""

from collections.abc import Sequence

import numpy as np
from matplotlib.colors import LightSource, to_rgb
from matplotlib.lines import Line2D
from matplotlib.patches import Ellipse, Patch, Wedge
from numpy.typing import NDArray

from animviz import Box, Recording, Stage
from animviz.arrays import Array
from animviz.parts import Field, joined

from .trail_names import TrailNames

__all__ = ["Heights", "Relief", "gridded", "is_lattice"]

LEVELS = 16  # contour lines
DEEP, HIGH = 0.1, 0.95  # how strongly the lowest and the highest place are toned
STEEP, SUN = 0.6, 0.5  # how high the map is, of its width, and how strong the light from the upper left
FLOOR = 1e-6  # of the height at the start: what is lower is drawn as low as this
DOT, RING, ARC, WAY, RIM = 24.0, 36.0, 5.0, 3.5, 2.5  # units
AMPLE = 450.0  # units of width of a map that has room for names
MARK = 22.0  # units of the cross at a lowest place


def gridded(points: Array, heights: Array) -> tuple[Array, Array, Array]:
    """Return coordinates of columns and rows of a lattice, and its heights (rows, columns), NaN where there are none.

    Args:
        points: shape (points, 2).
        heights: of each.
    """
    (xs, columns), (ys, rows) = (_lines(column) for column in points.T)
    found = np.full((len(ys), len(xs)), np.nan)
    found[rows, columns] = heights
    return xs, ys, found


def is_lattice(points: Array) -> bool:
    """Say whether points, (points, 2), lie on a lattice: few columns and rows, equally far apart; some may be left out."""
    return all(map(_is_even, points.T))


def _lines(column: Array) -> tuple[Array, NDArray[np.intp]]:
    """Return the coordinates of all lines of a lattice, and the number of the line on which each point lies."""
    values = np.unique(column).astype(np.float64)
    step = float(np.median(np.diff(values)))
    numbers = np.rint((column - values[0]) / step).astype(np.intp)
    return values[0] + step * np.arange(numbers.max() + 1), numbers


def _is_even(column: Array) -> bool:
    values = np.unique(column).astype(np.float64)
    if not 2 < len(values) <= len(column) / 2:
        return False
    apart = (values - values[0]) / np.median(np.diff(values))
    return bool(apart[-1] < 2 * len(values) and np.abs(apart - np.rint(apart)).max() < 0.05)


class Heights:
    """How high is high: above the lowest place on a log scale where that is known, else as they are.

    Attributes:
        log: whether the scale is logarithmic.
        base: what heights are taken above.
        floor: the least height above it that is drawn.

    Args:
        recording: of a race.
        grid: heights of the map, (rows, columns).
        ways: heights of those that race, (steps, optimizers).
    """

    def __init__(self, recording: Recording, grid: Array, ways: Array) -> None:
        drawn = np.concatenate([grid.ravel(), ways.ravel()])
        drawn = drawn[np.isfinite(drawn)]
        spread = float(np.ptp(drawn)) or 1.0
        lowest = recording.extras.get("lowest")
        self.log = lowest is not None and float(lowest[:, 2].min()) <= drawn.min() + FLOOR * spread
        self.base = float(lowest[:, 2].min()) if lowest is not None and self.log else 0.0
        start = float(np.nanmax(ways[0] - self.base, initial=0.0)) or spread
        self.floor = FLOOR * start if self.log else -np.inf

    def above(self, heights: Array) -> Array:
        """Return heights as they are drawn."""
        return np.maximum(heights - self.base, self.floor)

    def even(self, heights: Array) -> Array:
        """Return heights on a scale on which equal ratios are equally far apart, where it is logarithmic."""
        return np.log10(self.above(heights)) if self.log else heights


class Relief:
    """The map, with a dot and a trail for each that races.

    Args:
        stage: where.
        box: room for it; the map keeps its aspect.
        xs: coordinates of the columns.
        ys: of the rows.
        grid: heights, (rows, columns).
        heights: how they are drawn.
        lowest: places to mark, (places, 2 or more).
        ways: places of those that race, (steps, optimizers, 2).
        names: of those that race.
        colors: of those that race, (optimizers, 3).

    Attributes:
        place: box that the map takes.
    """

    def __init__(
        self, stage: Stage, box: Box, xs: Array, ys: Array, grid: Array, heights: Heights, lowest: Array,
        ways: Array, names: Sequence[str], colors: Array,
    ) -> None:  # fmt: skip
        wide, high = float(np.ptp(xs)), float(np.ptp(ys))
        scale = min(box.width / wide, box.height / high)
        self.place = Box(
            box.left + (box.width - scale * wide) / 2, box.top + (box.height - scale * high) / 2, scale * wide, scale * high
        )  # fmt: skip
        self._axes = stage.axes(self.place, (xs[0], xs[-1]), (ys[0], ys[-1]))
        self._ground(stage, xs, ys, heights.even(grid))
        self._ways: list[tuple[Line2D, Line2D]] = []
        self._dots: list[Ellipse] = []
        self._slices: list[Wedge] = []
        for color in colors:
            shade = stage.line(self._axes, stage.theme.background, WAY + 2 * RIM)
            self._ways.append((shade, stage.line(self._axes, color, WAY)))
        self._names = (
            TrailNames(stage, self._axes, ways, names, colors) if self.place.width >= AMPLE and len(names) > 1 else None
        )
        turn = 360 / len(colors)
        for number, color in enumerate(colors):  # where all start on each other, the ring says who is there
            arc = Wedge(
                tuple(ways[0, 0]), RING / scale / 2, turn * number, turn * (number + 1), width=ARC / scale, color=color
            )
            self._add(stage, arc)
        for color in colors:
            dot = Ellipse(
                (0, 0), DOT / scale, DOT / scale, facecolor=color, edgecolor=stage.theme.background,
                linewidth=stage.points(RIM),
            )  # fmt: skip
            self._add(stage, dot)
            self._dots.append(dot)
        for number, color in enumerate(colors):  # where dots lie on each other, each keeps its slice of the disc
            part = Wedge((0, 0), (DOT - RIM) / scale / 2, turn * number, turn * (number + 1), color=color, linewidth=0)
            self._add(stage, part)
            self._slices.append(part)
        cross = joined(np.array([[(-1, -1), (1, 1)], [(-1, 1), (1, -1)]]) * MARK / scale / 2)
        for color, width in ((stage.theme.background, 2.5 + 2 * RIM), (stage.theme.ink, 2.5)):
            crosses = stage.line(self._axes, color, width)
            crosses.set_data(*joined(cross + place for place in lowest[:, :2]).T)

    def show(self, number: int, way: Array) -> None:
        """Show one that races.

        Args:
            number: which.
            way: its places up to now, (steps, 2); its dot is at the last one, and nowhere where that is not finite.
        """
        for line in self._ways[number]:
            line.set_data(*way.T)
        there = bool(np.isfinite(way[-1]).all())
        for mark in (self._dots[number], self._slices[number]):
            mark.set_visible(there)
            if there:
                mark.set_center((float(way[-1, 0]), float(way[-1, 1])))

    def show_names(self, steps: int) -> None:
        """Show the names to whose places so many steps have come."""
        if self._names is not None:
            self._names.show(steps)

    def _ground(self, stage: Stage, xs: Array, ys: Array, even: Array) -> None:
        """Draw what stands still: tones and contour lines of heights."""
        known = even[np.isfinite(even)]
        low, high = float(np.quantile(known, 0.002)), float(known.max())
        field = Field(self._axes)
        field.set_colors(_tones(stage, np.clip((even - low) / ((high - low) or 1), 0, 1)))
        lines = self._axes.contour(
            xs, ys, even, np.linspace(low, high, LEVELS + 2)[1:-1], colors=[stage.theme.quiet],
            linewidths=stage.points(1), linestyles="solid",
        )  # fmt: skip
        lines.set_alpha(0.5)
        stage.covers(field, lines)

    def _add(self, stage: Stage, patch: Patch) -> None:
        self._axes.add_patch(patch)
        stage.moves(patch)


def _tones(stage: Stage, share: Array) -> Array:
    """Return colours of a field, top row first: the ground where it is deep, the grid's tone where it is high."""
    ground, top = (np.array(to_rgb(color)) for color in (stage.theme.background, stage.theme.grid))
    known = np.nan_to_num(share, nan=1.0)
    light = LightSource(315, 45).hillshade(known, vert_exag=STEEP * len(known), dx=1, dy=1)
    strength = np.clip(DEEP + (HIGH - DEEP) * known + SUN * (light - np.median(light)), 0, 1.3)[..., None]
    rgb = np.rint(np.clip(255 * (ground + strength * (top - ground)), 0, 255)).astype(np.uint8)
    return np.dstack([rgb, np.full(share.shape, 255, np.uint8)])[::-1].copy()
