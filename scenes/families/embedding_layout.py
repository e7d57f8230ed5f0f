"""Where embedded layers stand: the last one large, the others small beside it, and what is told of them."""

from dataclasses import dataclass

from animviz import Box

__all__ = ["GAP", "KEY", "TITLE", "Layout"]

TITLE, KEY, GAP = 34.0, 36.0, 32.0  # units: of a name, of the line below the large plane, and between planes
STORY, WIDE = 330.0, 1.4  # units of width of the story in wide frames; sides' ratio from which a frame is wide
HEAD, ROW = 66.0, 78.0  # units of the story's heading and of its rows
LOW_HEAD, LOW_ROW = 30.0, 40.0  # the same where there is little room: all numbers in one line
LARGE = 0.62  # share of the planes' width that the large one keeps


@dataclass(frozen=True)
class Layout:
    """Where everything stands.

    Attributes:
        main: the plane of the last layer; its name stands above it, the key below.
        small: planes of the other layers, in their order.
        story: for the rows that tell how good they are.
    """

    main: Box
    small: list[Box]
    story: Box

    @classmethod
    def of(cls, room: Box, count: int) -> "Layout":
        """Return the layout for so many layers: the story to the right in wide frames, else below the planes."""
        if room.width >= WIDE * room.height:
            planes = Box(room.left, room.top, room.width - STORY - GAP, room.height)
            return cls._beside(planes, count, Box(room.right - STORY, room.top, STORY, room.height))
        tall = room.height > 1.2 * room.width
        height = HEAD + count * ROW if tall else LOW_HEAD + count * LOW_ROW
        planes = Box(room.left, room.top, room.width, room.height - height - 8)
        story = Box(room.left, planes.bottom + 8, room.width, height)
        return cls._above(planes, count, story) if tall else cls._beside(planes, count, story)

    @classmethod
    def _beside(cls, room: Box, count: int, story: Box) -> "Layout":
        """Small planes in columns to the left of the large one: the way through the net is the way of reading."""
        if count == 1:
            return cls(_plane(room), [], story)
        columns = 1 if count <= 4 else 2
        rows = -(-(count - 1) // columns)
        side = min(room.height / rows - TITLE - 4, ((1 - LARGE) * room.width - (columns - 1) * 16) / columns)
        width = columns * side + (columns - 1) * 16
        step = (room.height + 4) / rows
        small = [
            Box(room.left + k // rows * (side + 16), room.top + k % rows * step + TITLE, side, step - TITLE - 8)
            for k in range(count - 1)
        ]
        return cls(_plane(Box(room.left + width + GAP, room.top, room.width - width - GAP, room.height)), small, story)

    @classmethod
    def _above(cls, room: Box, count: int, story: Box) -> "Layout":
        """Small planes in rows of three over the large one."""
        if count == 1:
            return cls(_plane(room), [], story)
        columns = min(count - 1, 3)
        rows = -(-(count - 1) // columns)
        width = (room.width - (columns - 1) * 16) / columns
        height = min(width, 0.4 * room.height / rows - TITLE)
        small = [
            Box(
                room.left + k % columns * (width + 16), room.top + k // columns * (height + TITLE + 4) + TITLE,
                width, height,
            )
            for k in range(count - 1)
        ]  # fmt: skip
        top = small[-1].bottom + 8
        return cls(_plane(Box(room.left, top, room.width, room.bottom - top)), small, story)


def _plane(cell: Box) -> Box:
    return Box(cell.left, cell.top + TITLE, cell.width, cell.height - TITLE - KEY)
