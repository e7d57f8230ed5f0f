"""What is laid over a shot's frames for a while: captions in the band, marks on the picture. Drawn once, as ink."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Literal

import numpy as np
from matplotlib.artist import Artist
from matplotlib.patches import Ellipse, FancyArrowPatch, FancyBboxPatch
from numpy.typing import NDArray

from animviz.stage.box import MARGIN, Box
from animviz.stage.ink import Ink
from animviz.stage.stage import Stage
from animviz.storyboard.film.frame import BAND, Look
from animviz.storyboard.film.text import lines_of, write

__all__ = ["CaptionText", "Inks", "Mark", "Overlay", "caption_lines", "mark_color"]

TYPE, LINE = 29.0, 40.0  # units
LABEL = 26.0


@lru_cache
def caption_lines(look: Look, text: str) -> tuple[str, ...]:
    """Break a caption into the lines of the band, alike at every resolution.

    Raises:
        InputError: it does not fit, or its mathematics cannot be read.
    """
    stage = look.of_height(720).stage()
    return lines_of(stage, text, stage.width - 2 * MARGIN, size=TYPE, most=2)


def mark_color(stage: Stage) -> str:
    """Return the colour of marks: a green that no class has, light on dark ground and dark on light ground."""
    return "#7fd962" if stage.theme.name == "dark" else "#1f7a3a"


@dataclass(frozen=True)
class CaptionText:
    """A caption.

    Attributes:
        lines: one or two.
    """

    lines: tuple[str, ...]

    def artists(self, stage: Stage, picture: Box) -> Iterable[Artist]:
        """Make the artists on a stage of the whole frame."""
        top = picture.bottom + BAND / 2 + 0.35 * TYPE - LINE / 2 * (len(self.lines) - 1)
        for row, line in enumerate(self.lines):
            yield write(stage, stage.width / 2, top + LINE * row, line, size=TYPE, align="center")


@dataclass(frozen=True)
class Mark:
    """A highlight, in shares of the picture.

    Attributes:
        shape: box, circle or arrow.
        x: left side, or the arrow's head.
        y: upper side, or the arrow's head.
        width: extent to the right, or from the head to the tail.
        height: extent downwards, likewise.
        label: words beside it.
    """

    shape: Literal["box", "circle", "arrow"]
    x: float
    y: float
    width: float
    height: float
    label: str

    def artists(self, stage: Stage, picture: Box) -> Iterable[Artist]:
        """Make the artists on a stage of the whole frame."""
        left, top = picture.left + self.x * picture.width, picture.top + self.y * picture.height
        right, bottom = left + self.width * picture.width, top + self.height * picture.height
        yield self._shape(stage, left, top, right, bottom)
        if self.label:
            yield self._words(stage, picture, left, top, right, bottom)

    def _shape(self, stage: Stage, left: float, top: float, right: float, bottom: float) -> Artist:
        (x0, y0), (x1, y1) = _pixels(stage, left, bottom), _pixels(stage, right, top)
        look: dict[str, Any] = {"edgecolor": mark_color(stage), "linewidth": stage.points(4), "figure": stage.figure}
        if self.shape == "box":
            rounded = f"round,pad=0,rounding_size={8 * stage.pixel}"
            return FancyBboxPatch((x0, y0), x1 - x0, y1 - y0, boxstyle=rounded, facecolor="none", **look)
        if self.shape == "circle":
            return Ellipse(((x0 + x1) / 2, (y0 + y1) / 2), x1 - x0, y1 - y0, facecolor="none", **look)
        style = "-|>,head_length=0.5,head_width=0.28"
        head, tail = _pixels(stage, left, top), _pixels(stage, right, bottom)
        look |= {"mutation_scale": stage.points(44), "shrinkA": 0, "shrinkB": 0, "facecolor": mark_color(stage)}
        return FancyArrowPatch(tail, head, arrowstyle=style, **look)

    def _words(self, stage: Stage, picture: Box, left: float, top: float, right: float, bottom: float) -> Artist:
        """Write the label above, or below where there is no room; an arrow has it at its tail."""
        half = stage.measure(self.label, LABEL, "medium") / 2 + 12
        x, y = (left + right) / 2, top - 18
        if self.shape == "arrow":
            x, y = right, bottom + (34 if bottom >= top else -16)
        elif y - LABEL < picture.top:
            y = bottom + 36
        x = min(max(x, half), stage.width - half)
        y = min(max(y, picture.top + LABEL + 8), picture.bottom - 14)
        text = write(stage, x, y, self.label, size=LABEL, weight="medium", color=mark_color(stage), align="center")
        text.set_bbox(
            {"facecolor": stage.theme.background, "edgecolor": "none", "boxstyle": "round,pad=0.25", "alpha": 0.88}
        )
        return text


@dataclass(frozen=True)
class Overlay:
    """Something that is seen for a while.

    Attributes:
        what: a caption or a mark.
        first: frame of the shot at which it appears.
        stop: frame at which it is gone.
    """

    what: CaptionText | Mark
    first: int
    stop: int


class Inks:
    """The overlays of a shot, drawn when they are first needed.

    Args:
        look: of the film.
        band: whether captions have their band below the picture.
    """

    def __init__(self, look: Look, band: bool) -> None:
        self._look, self._band = look, band
        self._inks: dict[CaptionText | Mark, Ink] = {}

    def lay(self, frame: NDArray[np.uint8], overlays: Iterable[Overlay]) -> None:
        """Lay overlays over a frame, uint8 of shape (height, width, 4)."""
        for overlay in overlays:
            if overlay.what not in self._inks:
                self._inks[overlay.what] = self._drawn(overlay.what)
            self._inks[overlay.what].lay(frame)

    def _drawn(self, what: CaptionText | Mark) -> Ink:
        stage = self._stage
        width, height = self._look.picture(self._band)
        return stage.lift(what.artists(stage, Box(0, 0, width / stage.pixel, height / stage.pixel)))

    @cached_property
    def _stage(self) -> Stage:
        return self._look.stage()


def _pixels(stage: Stage, left: float, top: float) -> tuple[float, float]:
    """Return a place in units in matplotlib's pixels, from the lower left corner."""
    return left * stage.pixel, (stage.height - top) * stage.pixel
