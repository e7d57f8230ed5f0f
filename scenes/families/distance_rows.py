"""A row for each class: its mean at zero, its samples at their distance from it, as images and dots, and a line that sweeps."""

from collections.abc import Sequence

import numpy as np

from animviz import Box, Stage
from animviz.analysis.spread import Spread
from animviz.arrays import Array
from animviz.parts import LABEL, PointCloud, Sprites, Words, cut, levels, pair, thumbnail

__all__ = ["DistanceRows", "most_rows"]

HEAD, AXIS, STRIP = 34.0, 34.0, 10.0  # units: of the heading, of the numbers below, and of the dots in a row
LEAST, LANE = 40.0, 54.0  # units of a row at least, and of an image about
HIGHEST, BROAD = 130.0, 70.0  # units of a row, and of the dots in it, at most where there are no images
FAINT, DOT = 0.35, 1.4  # share of a dot's colour until it is lit, and units of its radius
NAME, COUNT, AVERAGE = 130.0, 170.0, 124.0  # units of width at most, and of the column of averages


def most_rows(room: Box) -> int:
    """Return how many rows there is room for.

    Args:
        room: for all of them.
    """
    return max(1, int((room.height - HEAD - AXIS) / LEAST))


class DistanceRows:
    """Rows of dots with images above them; the line lights those that it has come to.

    Args:
        stage: where.
        room: for all rows.
        images: shape (samples, height, width) or (..., 3); None where there are none.
        spreads: of each class that is shown, from the top.
        heads: name and counts of each.
        palette: colours of these classes, RGB in [0, 1], shape (classes, 3); by default their dots are grey.
    """

    def __init__(
        self, stage: Stage, room: Box, images: Array | None, spreads: Sequence[Spread],
        heads: Sequence[tuple[str, str]], palette: Array | None = None,
    ) -> None:  # fmt: skip
        if images is None:
            high = min(room.height, HEAD + AXIS + HIGHEST * len(spreads))
            room = Box(room.left, room.top + (room.height - high) / 2, room.width, high)
        self._stage, self._room, self._spreads = stage, room, spreads
        self._pitch = (room.height - HEAD - AXIS) / len(spreads)
        self._strip = STRIP if images is not None else min(BROAD, 0.7 * self._pitch)
        lanes = max(1, round((self._pitch - STRIP) / LANE))
        self._side = (self._pitch - STRIP) / lanes - 2 if images is not None else 0.0
        names = min(NAME, max(stage.measure(name, LABEL, "medium") for name, _ in heads)) + 16
        counts = min(COUNT, max(stage.measure(count, LABEL) for _, count in heads)) + 24
        counts = counts if names + counts < 0.3 * room.width else 0.0
        self._zero = room.left + names + counts + self._side / 2
        self._farthest = max(float(spread.distances[-1]) for spread in spreads) or 1.0
        self._scale = (room.right - AVERAGE - self._side / 2 - self._zero) / self._farthest
        self._axes = stage.axes(
            Box(self._zero, room.top, self._scale * self._farthest, room.height),
            (0, self._farthest), (room.bottom, room.top),
        )  # fmt: skip
        self._levels()
        for row, (name, count) in enumerate(heads):
            middle = self._base(row)
            stage.text(room.left, middle, cut(stage, name, names - 16, weight="medium"), weight="medium")
            if counts:
                stage.text(room.left + names, middle, cut(stage, count, counts - 24), color=stage.theme.quiet)
        self._set_up_dots(palette)
        self._averages()
        self._set_up_images(images, lanes)
        self._line = stage.line(self._axes, stage.theme.ink, 2)
        self._number = Words(stage, [(self._zero, room.top + 20)], weight="medium", align="center")
        pair(stage, "distance", lambda: self._number.texts, lambda: [float(np.asarray(self._line.get_xdata())[0])])

    def show(self, reach: float) -> None:
        """Show the samples up to a distance, with the line there."""
        self._sprites.set_middles(np.where(self._reaches[:, None] <= reach, self._middles, np.nan))
        self._lit.set_positions(np.where(self._dots[:, :1] <= reach, self._dots, np.nan))
        self._line.set_data([reach, reach], [self._room.bottom - AXIS, self._room.top + HEAD - 6])
        self._number.move([(self._zero + reach * self._scale, self._room.top + 20)])
        self._number.set_words([f"{reach:.2f}"])

    def _top(self, row: int) -> float:
        return self._room.top + HEAD + row * self._pitch

    def _base(self, row: int) -> float:
        """Return the baseline of what is written in a row: beside the images, or beside the dots where there are none."""
        high = self._pitch - self._strip
        return self._top(row) + (high / 2 if self._side else high + self._strip / 2) + 8

    def _levels(self) -> None:
        """Draw quiet lines at round distances, with their numbers below."""
        stage, room = self._stage, self._room
        for level in levels(0, self._farthest):
            ends = [room.bottom - AXIS, room.top + HEAD]
            self._axes.plot([level, level], ends, color=stage.theme.grid, linewidth=stage.points(1), clip_on=False)
            left = self._zero + level * self._scale
            stage.text(left, room.bottom - 8, f"{level:g}", color=stage.theme.quiet, align="center")

    def _averages(self) -> None:
        """Write the average distance of each class at the right, with a tick at it among the dots."""
        stage, room = self._stage, self._room
        averages = [spread.average for spread in self._spreads]
        if self._side:
            stage.text(self._zero, room.top + 20, "mean", color=stage.theme.quiet, align="center")
        stage.text(room.right, room.top + 20, "average", color=stage.theme.quiet, align="right")
        ticks = []
        for row, average in enumerate(averages):
            low = self._top(row) + self._pitch
            ticks.append(stage.line(self._axes, stage.theme.ink, 3.5, solid_capstyle="butt"))
            ticks[-1].set_data([average, average], [low - self._strip - 2, low])
            stage.text(room.right, self._base(row), f"{average:.2f}", weight="medium", align="right")
        pair(
            stage, "average", lambda: [f"{average:.2f}" for average in averages],
            lambda: [float(np.asarray(tick.get_xdata())[0]) for tick in ticks],
        )  # fmt: skip

    def _set_up_dots(self, palette: Array | None) -> None:
        """Add a dot for each sample: faint ones for all, bright ones for those that are lit."""
        stage, theme = self._stage, self._stage.theme
        jitter, dots = np.random.default_rng(0), []
        for row, spread in enumerate(self._spreads):
            low = self._top(row) + self._pitch
            scatter = jitter.uniform(low - self._strip + 1, low - 1, len(spread.distances))
            dots.append(np.stack([spread.distances, scatter], axis=1))
        self._dots = np.concatenate(dots)
        classes = np.repeat(np.arange(len(dots)), [len(some) for some in dots])
        colors = [theme.quiet] * len(dots) if palette is None else palette
        radius = max(0.7, DOT * stage.pixel)
        everywhere, self._lit = (
            PointCloud(self._axes, classes, np.array([theme.mix(color, share) for color in colors], np.float32), radius)
            for share in (FAINT, 1.0)
        )
        everywhere.set_positions(self._dots)
        stage.moves(everywhere, self._lit)

    def _set_up_images(self, images: Array | None, lanes: int) -> None:
        """Add the mean images, and an image of a sample wherever there is room for one."""
        stage, pictures, middles, distances = self._stage, [], [], []
        frame = stage.theme.mix(stage.theme.grid, 0.6)
        for row, spread in enumerate(self._spreads if images is not None else ()):
            assert images is not None
            wide = self._side * images.shape[2] / max(images.shape[1:3])
            heights = [self._top(row) + (lane + 0.5) * (self._side + 2) for lane in range(lanes)]
            shown = [(spread.mean, 0.0, float(np.mean(heights)))]
            for place, lane in _packed(spread.distances, (wide + 2) / self._scale, lanes):
                shown.append((images[spread.order[place]], float(spread.distances[place]), heights[lane]))
            for image, distance, top in shown:
                pictures.append(thumbnail(stage, image, frame, self._side))
                middles.append((self._zero + distance * self._scale, top))
                distances.append(distance)
        self._sprites = Sprites(stage, pictures)
        self._middles, self._reaches = np.reshape(middles, (-1, 2)) * stage.pixel, np.array(distances)


def _packed(distances: Array, width: float, lanes: int) -> list[tuple[int, int]]:
    """Return which samples have room for an image, and in which lane, from the nearest on; none covers the mean.

    Args:
        distances: of the samples, rising.
        width: of an image, in the unit of the distances.
        lanes: how many images stand one below the other.
    """
    found, free = [], [width] * lanes
    for place, distance in enumerate(distances.tolist()):
        lane = min(range(lanes), key=free.__getitem__)
        if distance >= free[lane]:
            found.append((place, lane))
            free[lane] = distance + width
    return found
