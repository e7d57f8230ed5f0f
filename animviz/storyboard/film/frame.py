"""How a film looks: size, theme and frame rate, and the parts of a frame: the picture, and the band below it."""

from dataclasses import dataclass, replace

from animviz.stage.stage import Stage

__all__ = ["BAND", "Look"]

READABLE = 320  # pixels of a frame's shorter side
BAND = 104.0  # units: two lines of a caption


@dataclass(frozen=True)
class Look:
    """What all shots have in common.

    Attributes:
        size: width and height in pixels.
        theme: name of the theme.
        fps: frames per second.
    """

    size: tuple[int, int]
    theme: str
    fps: float

    @property
    def pixel(self) -> float:
        """Pixels per unit."""
        return min(self.size) / 720

    def stage(self, *, band: bool = False) -> Stage:
        """Return a stage for the whole frame, or for the picture above the band of captions."""
        return Stage(self.picture(band), self.theme, pixel=self.pixel)

    def picture(self, band: bool) -> tuple[int, int]:
        """Return the picture's size in pixels."""
        width, height = self.size
        return width, height - (round(BAND * self.pixel / 2) * 2 if band else 0)

    def draft(self) -> "Look":
        """Return the same with a quarter of the frames and of the pixels, as far as words can still be read."""
        shorter = min(self.size)
        return replace(self.of_height(max(shorter // 2, min(shorter, READABLE))), fps=self.fps / 4)

    def of_height(self, shorter: int) -> "Look":
        """Return the same with about so many pixels on the shorter side: what is measured there holds at all sizes."""
        scale = shorter / min(self.size)
        width, height = (round(side * scale / 2) * 2 for side in self.size)
        return replace(self, size=(width, height))
