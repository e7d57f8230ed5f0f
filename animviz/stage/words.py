"""Many short texts that change from frame to frame, drawn directly into the Agg buffer."""

from collections.abc import Sequence
from functools import lru_cache, partial
from typing import Any, Literal

import numpy as np
from matplotlib.artist import Artist
from matplotlib.colors import to_rgb
from matplotlib.font_manager import findfont
from PIL import Image, ImageDraw, ImageFont

from animviz.arrays import Array
from animviz.stage.lettering import coverage, one_line, width_of
from animviz.stage.pixels import DPI, canvas_of, has_pixels
from animviz.stage.stage import Stage, Weight

__all__ = ["Words"]


class Words(Artist):
    """Texts whose words, colours and places change.

    matplotlib takes about a millisecond for each text that has changed. Here the bitmap of each text is cached.

    Args:
        stage: where.
        places: anchors on the baseline in units, shape (texts, 2).
        size: height of the type in units.
        weight: of the type.
        align: where the anchors are.

    Attributes:
        texts: what is written.
    """

    def __init__(
        self, stage: Stage, places: Any, *, size: float = 22, weight: Weight = "regular",
        align: Literal["left", "center", "right"] = "left",
    ) -> None:  # fmt: skip
        super().__init__()
        self._pixel = stage.pixel
        self.move(places)
        file = findfont(stage.font(size, weight))
        self._fonts = partial(stage.font, size, weight)
        # The basic layout is the same on every machine; the other one is not always there.
        self._font = ImageFont.truetype(file, size * stage.pixel, layout_engine=ImageFont.Layout.BASIC)
        self._before = {"left": 0.0, "center": 0.5, "right": 1.0}[align]
        self._bitmap = lru_cache(maxsize=4096)(self._draw_bitmap)
        self._colors = np.tile(np.array(to_rgb(stage.theme.ink)) * 255, (len(self._places), 1))
        self.texts: Sequence[str] = [""] * len(self._places)
        stage.moves(self)

    def move(self, places: Any) -> None:
        """Move the texts: anchors on the baseline in units, shape (texts, 2); nothing is drawn where one is not finite."""
        self._places = np.asarray(places, np.float64).reshape(-1, 2) * self._pixel
        self.stale = True

    @property
    def places(self) -> Array:
        """Where the texts stand, in units, shape (texts, 2)."""
        return self._places / self._pixel

    def set_words(self, texts: Sequence[str], colors: Array | None = None) -> None:
        """Set the texts, one for each place; nothing is drawn for an empty one.

        Args:
            texts: what to write.
            colors: RGB in [0, 1], shape (texts, 3); without it the colours stay.
        """
        self.texts = texts
        if colors is not None:
            self._colors = colors * 255
        self.stale = True

    def draw(self, renderer: Any) -> None:
        """Blend the bitmaps into the renderer's buffer."""
        if not has_pixels(renderer):
            self._draw_letters(renderer)
            return
        canvas = canvas_of(renderer)
        for text, (x, y), color in zip(self.texts, self._places, self._colors, strict=True):
            if text and np.isfinite([x, y]).all():
                cover, left, top, width = self._bitmap(text)
                column, row = max(0, round(x - self._before * width + left)), max(0, round(y + top))
                window = canvas[row : row + len(cover), column : column + cover.shape[1], :3]
                seen = cover[: len(window), : window.shape[1]]
                window[:] = window + seen * (color - window) + 0.5

    def _draw_letters(self, renderer: Any) -> None:
        """Draw the texts as vectors."""
        height = renderer.get_canvas_width_height()[1]
        for text, (x, y), color in zip(self.texts, self._places * 72 / DPI, self._colors, strict=True):
            if text:
                pen, line = renderer.new_gc(), one_line(text)
                pen.set_foreground(tuple(np.clip(color / 255, 0, 1)))
                fonts = self._fonts(line)
                left = x - self._before * width_of(line, fonts) * 72 / DPI
                renderer.draw_text(pen, left, y if renderer.flipy() else height - y, line, fonts, 0)

    def _draw_bitmap(self, text: str) -> tuple[Array, int, int, float]:
        """Return the coverage of each pixel, the bitmap's left and top from the anchor, and the width of the text."""
        line = one_line(text)
        if len((fonts := self._fonts(line)).get_family()) > 1:
            cover, left, top, width = coverage(line, fonts)
            return cover[..., None], left, top, width
        left, top, right, bottom = map(round, self._font.getbbox(line, anchor="ls"))
        bitmap = Image.new("L", (max(1, right - left), max(1, bottom - top)))
        ImageDraw.Draw(bitmap).text((-left, -top), line, fill=255, font=self._font, anchor="ls")
        return np.asarray(bitmap, np.float32)[..., None] / 255, left, top, self._font.getlength(line)
