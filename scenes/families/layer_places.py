"""Where the layers of a net stand: maps, the output to their right or below, and a strip for what happens in time."""

from dataclasses import dataclass

from animviz import Box, Stage
from animviz.parts import MARGIN

GAP, ROW_GAP = 36.0, 22.0  # between maps
OVER, UNDER = 30.0, 36.0  # a map's title and its scale
ANSWER = 250.0  # least width and height of an output that stands among the maps
BESIDE, BETWEEN = 272.0, 48.0  # width of an output beside the maps, and units from them to it
INPUT = 0.65  # of the height of the other maps of a row, that of the input, which is not the main thing
WIDEST = 1.5  # width over height of a map
ENOUGH = 160.0  # side of a map with which a row of them is kept over the story
SMALLEST = 130.0  # side of a map; with more layers than fit so, some are left out


@dataclass(frozen=True)
class Places:
    """Where everything stands.

    Attributes:
        maps: a box for each heat map.
        answer: for the output.
        story: for what happens over time.
    """

    maps: list[Box]
    answer: Box
    story: Box

    @property
    def side(self) -> float:
        """Width of a map that is not the input's."""
        return self.maps[-1].width

    @classmethod
    def of(cls, stage: Stage, top: float, bottom: float, count: int, story: float = 150.0) -> "Places":
        """Arrange a number of maps over a story of some height: the output to their right in wide frames, else below.

        Args:
            stage: where.
            top: units from the upper edge at which they begin.
            bottom: likewise at which they end.
            count: how many maps there are.
            story: height of what stands below them, in units.
        """
        room = Box(MARGIN, top, stage.width - 2 * MARGIN, bottom - top)
        if stage.width < 1.5 * stage.height:
            within = cls._within(room, count, story)
            return within if min(within.answer.width, within.answer.height) >= ANSWER else cls._above(room, count)
        beside = cls._beside(room, count, story)
        return beside if beside.side >= ENOUGH else cls._beside_both(room, count, story)

    @classmethod
    def _beside(cls, room: Box, count: int, story: float) -> "Places":
        """Maps over the story, the output to their right."""
        left, right = room.width - BESIDE - BETWEEN, Box(room.right - BESIDE, room.top, BESIDE, room.height)
        maps = _row(Box(room.left, room.top, left, room.height - story - 30), count)
        top = maps[-1].bottom + 30
        return cls(maps, right, Box(room.left, top, left, room.bottom - top))

    @classmethod
    def _beside_both(cls, room: Box, count: int, story: float) -> "Places":
        """Many maps: output and story in a column to their right."""
        maps = _grid(Box(room.left, room.top, room.width - 360, room.height), count)
        answer = Box(room.right - 304, room.top, 304, room.height - story - 56)
        return cls(maps, answer, Box(answer.left, room.bottom - story - 30, 304, story + 30))

    @classmethod
    def _within(cls, room: Box, count: int, story: float) -> "Places":
        """The output to the right of the last map, the story below all."""
        *maps, last = _grid(Box(room.left, room.top, room.width, room.height - story - 30), count + 1)
        answer = Box(last.left, last.top, room.right - last.left, last.height)
        top = answer.bottom + 30
        return cls(maps, answer, Box(room.left, top, room.width, room.bottom - top))

    @classmethod
    def _above(cls, room: Box, count: int) -> "Places":
        """Maps over output and story."""
        maps = _row(Box(room.left, room.top, room.width, room.height - 240), count)
        top, width = maps[-1].bottom + 28, (room.width - 44) / 2
        answer = Box(room.left, top, width, room.bottom - top)
        return cls(maps, answer, Box(answer.right + 44, top, width, answer.height))


def most_maps(stage: Stage, top: float, story: float = 150.0) -> int:
    """Return how many maps there is room for below a header, over a foot of two lines.

    Args:
        stage: where.
        top: units from the upper edge at which they begin.
        story: height of what stands below them, in units.
    """
    bottom = stage.height - 86
    sides = {count: Places.of(stage, top, bottom, count, story).side for count in range(1, 17)}
    return max(count for count, side in sides.items() if count < 3 or side >= SMALLEST)


def _row(room: Box, count: int) -> list[Box]:
    """Return boxes for maps in a row, a small one for the input; as a grid where that makes the others larger."""
    grid, others = _grid(room, count), max(1, count - 1)
    high = room.height - OVER - UNDER
    small = min(INPUT * high, room.width / 3)
    wide = min(WIDEST * high, (room.width - small - others * GAP) / others)
    high = min(high, wide)
    if count == 1 or wide * high <= grid[0].width ** 2:
        return grid
    gap = min(2 * GAP, (room.width - small - others * wide) / others)
    return [
        Box(room.left, room.top, small, small + OVER + UNDER),
        *(
            Box(room.left + small + gap + k * (wide + gap), room.top, wide, high + OVER + UNDER)
            for k in range(others)
        ),
    ]  # fmt: skip


def _grid(room: Box, count: int) -> list[Box]:
    """Return boxes for maps, as large as they can be, spread over the width."""

    def side(columns: int) -> float:
        rows = -(-count // columns)
        return min(
            (room.width - (columns - 1) * GAP) / columns,
            (room.height - (rows - 1) * ROW_GAP) / rows - OVER - UNDER,
        )

    columns = max(range(1, count + 1), key=side)
    width = side(columns)
    height = width + OVER + UNDER
    pitch = (room.width - width) / (columns - 1) if columns > 1 else 0.0
    return [
        Box(room.left + k % columns * pitch, room.top + k // columns * (height + ROW_GAP), width, height)
        for k in range(count)
    ]
