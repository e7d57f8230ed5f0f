"""A row for each class: its mean, its samples at their distance from it, as images and dots, and a line that sweeps."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from animviz import Box, Stage
from animviz.analysis.spread import Spread
from animviz.arrays import Array
from animviz.parts import LABEL, PointCloud, Sprites, Words, cut, joined, levels, pair, thumbnail

__all__ = ["DistanceRows", "most_rows"]

HEAD, AXIS = 34.0, 34.0  # units of the heading, and of the numbers below
STRIP, THIN, THICK = 0.22, 10.0, 20.0  # share of a row that its dots take beside images, and its bounds in units
LEAST, LANE = 42.0, 90.0  # units of a row at least, and of an image at most about
HIGHEST, BROAD = 130.0, 70.0  # units of a row, and of the dots in it, at most where there are no images
STACKED, LINE = 88.0, 29.0  # units of a row from which its numbers stand below its name, and from line to line
WIDE, MANY, GAP = 1000.0, 5, 44.0  # units of width and rows from which images stand in two columns, and between those
FAINT, DOT = 0.35, 1.4  # share of a colour until it is lit, and units of a dot's radius
NAME, MEAN, AVERAGE = 130.0, 56.0, 90.0  # units of a name at most, and of the columns of means and averages
NUMBER = 34.0  # units right of the scale at least, for the number over the line


def most_rows(room: Box) -> int:
    """Return how many rows of images there is room for.

    Args:
        room: for all of them.
    """
    lines = max(1, int((room.height - HEAD - AXIS) / LEAST))
    return 2 * lines if room.width >= WIDE else lines


class DistanceRows:
    """Rows of dots with images above them, all on one scale; the line lights those that it has come to.

    Args:
        stage: where.
        room: for all rows.
        images: shape (samples, height, width) or (..., 3); None where there are none.
        spreads: of each class that is shown, from the top.
        names: of these classes.
        counts: how many samples each has, where that is to be said.
        palette: colours of these classes, RGB in [0, 1], shape (classes, 3); by default their dots are grey.
    """

    def __init__(
        self, stage: Stage, room: Box, images: Array | None, spreads: Sequence[Spread],
        names: Sequence[str], counts: Sequence[str] = (), palette: Array | None = None,
    ) -> None:  # fmt: skip
        columns = 2 if images is not None and room.width >= WIDE and len(spreads) > MANY else 1
        self._lines = -(-len(spreads) // columns)
        if images is None:
            high = min(room.height, HEAD + AXIS + HIGHEST * len(spreads))
            room = Box(room.left, room.top + (room.height - high) / 2, room.width, high)
        self._stage, self._room, self._spreads = stage, room, spreads
        self._pitch = (room.height - HEAD - AXIS) / self._lines
        self._stacked = images is not None and self._pitch >= STACKED
        beside = min(max(THIN, STRIP * self._pitch), THICK)
        self._strip = beside if images is not None else min(BROAD, 0.7 * self._pitch)
        self._lanes = max(1, round((self._pitch - self._strip) / LANE))
        self._side = (self._pitch - self._strip) / self._lanes - 2 if images is not None else 0.0
        wide = (room.width - (columns - 1) * GAP) / columns
        self._columns = [Box(room.left + k * (wide + GAP), room.top, wide, room.height) for k in range(columns)]
        before = self._named(names, counts)
        self._zero = [box.left + before + self._side / 2 for box in self._columns]
        farthest = max(float(spread.distances[-1]) for spread in spreads) or 1.0
        self._low = _begin(min(float(spread.distances[0]) for spread in spreads), farthest) if self._side else 0.0
        after = max(NUMBER, self._side / 2) + (0 if self._stacked else AVERAGE)
        self._scale = (wide - before - self._side / 2 - after) / (farthest - self._low)
        self._axes = stage.overlay()
        self._levels(before, farthest)
        self._set_up_dots(palette)
        self._averages()
        self._line = stage.line(self._axes, stage.theme.ink, 2)
        self._set_up_images(images)
        self._numbers = Words(stage, np.zeros((columns, 2)), weight="medium", align="center")
        pair(stage, "distance", lambda: self._numbers.texts, self._swept)

    def show(self, reach: float) -> None:
        """Show the samples up to a distance, with the line there."""
        self._sprites.set_middles(np.where(self._reaches[:, None] <= reach, self._middles, np.nan))
        self._lit.set_positions(np.where(self._distances[:, None] <= reach, self._dots, np.nan))
        places = [self._left(column, reach) for column in range(len(self._columns))]
        top, bottom = self._room.top + HEAD - 6, self._room.bottom - AXIS
        self._line.set_data(*joined(np.array([(place, top), (place, bottom)]) for place in places).T)
        self._numbers.move([(place, self._room.top + 20) for place in places])
        self._numbers.set_words([f"{reach:.2f}"] * len(places))

    def _left(self, column: int, distance: Array | float) -> Array:
        return np.asarray(self._zero[column] + (distance - self._low) * self._scale)

    def _swept(self) -> Array:
        """Return the distances at which the line stands, read off it."""
        places = np.asarray(self._line.get_xdata())[::3]
        return np.asarray((places - self._zero) / self._scale + self._low)

    def _column(self, row: int) -> int:
        return row // self._lines

    def _top(self, row: int) -> float:
        return self._room.top + HEAD + row % self._lines * self._pitch

    def _middle(self, row: int) -> float:
        """Return the middle of the images of a row, or of its dots where there are none."""
        high = self._pitch - self._strip
        return self._top(row) + (high / 2 if self._side else high + self._strip / 2)

    def _named(self, names: Sequence[str], counts: Sequence[str]) -> float:
        """Write the classes and how many samples they have; return the units before the scale begins."""
        stage, quiet = self._stage, self._stage.theme.quiet
        wide = min(NAME, max(stage.measure(name, LABEL, "medium") for name in names))
        if self._stacked:
            counts = [f"{count} samples" for count in counts]
        beside = 0.0 if self._stacked else wide + 16
        numbers = [*counts, "average 0.00"] if self._stacked else ["samples", *counts] if counts else []
        self._block = max(beside + max((stage.measure(text, LABEL) for text in numbers), default=0), wide) + 16
        mean = max(self._side, MEAN) if self._side else 0.0
        for box in self._columns:
            if counts and not self._stacked:
                stage.text(box.left + beside, box.top + 20, "samples", color=quiet)
            if self._side:
                stage.text(box.left + self._block + mean / 2, box.top + 20, "mean", color=quiet, align="center")
        lines = 2 if counts else 1  # below the name
        for row, name in enumerate(names):
            left, line = self._columns[self._column(row)].left, self._middle(row) + 8
            up = LINE * lines / 2 if self._stacked else 0.0
            stage.text(left, line - up, cut(stage, name, wide, weight="medium"), weight="medium")
            if counts:
                stage.text(left + beside, line - up + LINE * self._stacked, counts[row], color=quiet)
        self._down = LINE * lines / 2
        return self._block + (mean + 20 if self._side else 8)

    def _levels(self, before: float, farthest: float) -> None:
        """Draw quiet lines at round distances, with their numbers below, and say where the scale begins."""
        stage, room = self._stage, self._room
        begins = f"from {self._low:g}" if self._low else ""
        full = ", ".join(filter(None, ["distance", begins]))
        fits = stage.measure(full, LABEL) <= before + self._side / 2 - 40
        for column, box in enumerate(self._columns):
            first = self._left(column, self._low)
            stage.text(box.left, room.bottom - 8, full if fits else begins, color=stage.theme.quiet)
            if not fits:
                stage.text(box.right, room.bottom - 8, "distance", color=stage.theme.quiet, align="right")
            for level in levels(self._low, farthest):
                left = float(self._left(column, level))
                ends = [room.bottom - AXIS, room.top + HEAD]
                self._axes.plot([left, left], ends, color=stage.theme.grid, linewidth=stage.points(1))
                if not self._low or left > first + 20:
                    stage.text(left, room.bottom - 8, f"{level:g}", color=stage.theme.quiet, align="center")

    def _averages(self) -> None:
        """Write the average distance of each class, with a tick at it among the dots."""
        stage = self._stage
        averages = [spread.average for spread in self._spreads]
        ticks = []
        for row, average in enumerate(averages):
            low, left = self._top(row) + self._pitch, float(self._left(self._column(row), average))
            ticks.append(stage.line(self._axes, stage.theme.ink, 3.5, solid_capstyle="butt"))
            ticks[-1].set_data([left, left], [low - self._strip - 2, low])
            box, line = self._columns[self._column(row)], self._middle(row) + 8
            if self._stacked:
                stage.text(box.left, line + self._down, f"average {average:.2f}")
            else:
                stage.text(box.right, line, f"{average:.2f}", weight="medium", align="right")
        if not self._stacked:
            stage.text(self._room.right, self._room.top + 20, "average", color=stage.theme.quiet, align="right")
        zero = np.array([self._zero[self._column(row)] for row in range(len(ticks))])
        pair(
            stage, "average", lambda: [f"{average:.2f}" for average in averages],
            lambda: (np.array([np.asarray(tick.get_xdata())[0] for tick in ticks]) - zero) / self._scale + self._low,
        )  # fmt: skip

    def _set_up_dots(self, palette: Array | None) -> None:
        """Add a dot for each sample: faint ones for all, bright ones for those that are lit."""
        stage, theme = self._stage, self._stage.theme
        jitter, dots = np.random.default_rng(0), []
        for row, spread in enumerate(self._spreads):
            low = self._top(row) + self._pitch
            scatter = jitter.uniform(low - self._strip + 1, low - 1, len(spread.distances))
            dots.append(np.stack([self._left(self._column(row), spread.distances), scatter], axis=1))
        self._dots = np.concatenate(dots)
        self._distances = np.concatenate([spread.distances for spread in self._spreads])
        classes = np.repeat(np.arange(len(dots)), [len(some) for some in dots])
        colors = [theme.quiet] * len(dots) if palette is None else palette
        radius = max(0.7, DOT * stage.pixel)
        everywhere, self._lit = (
            PointCloud(self._axes, classes, np.array([theme.mix(color, share) for color in colors], np.float32), radius)
            for share in (FAINT, 1.0)
        )
        everywhere.set_positions(self._dots)
        stage.moves(everywhere, self._lit)

    def _set_up_images(self, images: Array | None) -> None:
        """Add the mean images, and an image of a sample wherever there is room for one: faint ones until they are lit."""
        stage, pictures, middles, distances = self._stage, [], [], []
        quiet, ends = stage.theme.mix(stage.theme.grid, 0.6), stage.theme.mix(stage.theme.positive, 1)
        for row, spread in enumerate(self._spreads if images is not None else ()):
            assert images is not None
            box, last = self._columns[self._column(row)], len(spread.distances) - 1
            wide = self._side * images.shape[2] / max(images.shape[1:3])
            pictures.append(thumbnail(stage, spread.mean, quiet, self._side))
            middles.append((box.left + self._block + max(self._side, MEAN) / 2, self._middle(row)))
            distances.append(-np.inf)
            for place, lane in _packed(spread.distances, (wide + 2) / self._scale, self._lanes):
                frame = ends if place in (0, last) else quiet
                pictures.append(thumbnail(stage, images[spread.order[place]], frame, self._side))
                left = float(self._left(self._column(row), spread.distances[place]))
                middles.append((left, self._top(row) + (lane + 0.5) * (self._side + 2)))
                distances.append(float(spread.distances[place]))
        self._middles, self._reaches = np.reshape(middles, (-1, 2)) * stage.pixel, np.array(distances)
        Sprites(stage, [_faded(stage, picture) for picture in pictures]).set_middles(self._middles)
        self._sprites = Sprites(stage, pictures)


def _begin(nearest: float, farthest: float) -> float:
    """Return where a scale begins that leaves out what is nearer than all samples: at a round distance."""
    step = levels(0, farthest)[1] / 5
    return float(f"{np.floor(nearest / step) * step:.6g}")


def _faded(stage: Stage, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a picture as it is before it is lit."""
    ground = 255 * np.array(stage.theme.mix(stage.theme.background, 1))
    faded = picture.copy()
    faded[..., :3] = np.rint(ground + FAINT * (picture[..., :3] - ground))
    return faded


def _packed(distances: Array, width: float, lanes: int) -> list[tuple[int, int]]:
    """Return which samples have room for an image, and in which lane: the nearest, the farthest, and others evenly between.

    Args:
        distances: of the samples, rising.
        width: of an image, in the unit of the distances.
        lanes: how many images stand one below the other.
    """
    last, fit = len(distances) - 1, int((distances[-1] - distances[0]) // width)
    if not fit:
        return [(0, 0), (last, 1)] if last and lanes > 1 else [(0, 0)]
    found, free, before = [], [-np.inf] * lanes, -1
    for turn, target in enumerate(np.linspace(distances[0], distances[-1], lanes * fit + 1)[:-1]):
        lane = turn % lanes
        place = int(np.searchsorted(distances, max(target, free[lane])))
        if before < place < last and (lane or distances[place] + width <= distances[-1]):
            found.append((place, lane))
            free[lane], before = distances[place] + width, place
    return [*found, (last, 0)]
