"""Boxes: parts of a frame, as shares of its width and height."""

from dataclasses import dataclass

from animviz.errors import InputError

__all__ = ["MARGIN", "Box", "check_size"]

MARGIN = 40.0


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


def check_size(width: int, height: int) -> None:
    """Check a frame size in pixels.

    Raises:
        InputError: a side is odd, under 64 or over 8,192 pixels.
    """
    for side in (width, height):
        if side % 2:
            raise InputError(f"--size {width}x{height}: {side} is odd; video needs even sides, such as {side + 1}")
        if not 64 <= side <= 8192:
            raise InputError(f"--size {width}x{height}: {side} pixels; expected 64 to 8192")
