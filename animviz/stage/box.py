"""Boxes: rectangles on a stage, in its units; and frame sizes in pixels."""

import operator
from collections.abc import Sequence
from dataclasses import dataclass

from animviz.errors import InputError

__all__ = ["MARGIN", "PRESETS", "Box", "check_size", "evened", "size_in", "size_of"]

MARGIN = 40.0
LEAST = 64  # pixels of a side of a frame
PRESETS = {"16:9": (1280, 720), "1:1": (720, 720), "9:16": (720, 1280), "4:3": (960, 720), "4:5": (720, 900)}
"""Sizes by their aspect; the shorter side is the default's, so that letters are equally large in all of them."""
WAY_OUT = f"write width x height in pixels, such as 1280x720, or one of {', '.join(PRESETS)}"


@dataclass(frozen=True)
class Box:
    """A rectangle on the stage in units, from the top left corner.

    Attributes:
        left: distance from the left edge.
        top: distance from the upper edge.
        width: extent to the right.
        height: extent downwards.
    """

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Distance of the right side from the left edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Distance of the lower side from the upper edge."""
        return self.top + self.height


def check_size(width: int, height: int, least: int = LEAST, *, odd: bool = False) -> None:
    """Check a frame size.

    Args:
        width: in pixels.
        height: in pixels.
        least: pixels that a side needs.
        odd: whether a side may be odd, as pictures allow it.

    Raises:
        InputError: a side is odd, under 64 or over 8,192 pixels.
    """
    for side in (width, height):
        if side % 2 and not odd:
            raise InputError(f"--size {width}x{height}: {side} is odd; expected even sides, such as {side + 1}")
        if not least <= side <= 8192:
            raise InputError(f"--size {width}x{height}: {side} pixels; expected {least} to 8192")


def size_of(size: str | Sequence[int], least: int = LEAST, *, odd: bool = False) -> tuple[int, int]:
    """Return a frame size as it is given in Python: width and height, or a text that names them; checked.

    Args:
        size: as it is given.
        least: pixels that a side needs.
        odd: whether a side may be odd.

    Raises:
        InputError: it is none, or a side is odd, under 64 or over 8,192 pixels.
    """
    try:
        width, height = size_in(size) if isinstance(size, str) else map(operator.index, size)
    except (TypeError, ValueError):
        raise InputError(f"{size!r} is not a size; {WAY_OUT}") from None
    check_size(width, height, least, odd=odd)
    return width, height


def evened(size: tuple[int, int]) -> tuple[int, int]:
    """Return the size of a stage that holds a frame of this size: a stage needs even sides."""
    width, height = size
    return width + width % 2, height + height % 2


def size_in(text: str) -> tuple[int, int]:
    """Return the frame size that a text names: "1280x720", or an aspect such as "16:9".

    Raises:
        InputError: it names none.
    """
    if text in PRESETS:
        return PRESETS[text]
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal() and len(text) < 20):
        raise InputError(f"{text!r} is not a size; {WAY_OUT}")
    return int(width), int(height)
