"""Numbers that change from frame to frame, composed of cached glyphs: a layout by matplotlib takes a millisecond."""

import re
from collections.abc import Callable, Iterable
from itertools import accumulate, pairwise
from typing import Any

from matplotlib.artist import Artist
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.text import Text

from animviz.stage.ink import Ink

__all__ = ["Numerals", "is_number"]

SUBPIXELS = 4  # positions of a glyph within a pixel, along each axis
MOST = 2000  # glyphs in the cache
NUMBER = re.compile(r"[-+−]?\d[\d.,]*( ?%)?")


def is_number(text: Text) -> bool:
    """Say whether a text is a plain number on a straight line."""
    dressed = text.get_bbox_patch() or text.get_path_effects() or text.get_clip_box() or text.get_clip_path()
    turned = text.get_rotation() or text.get_wrap() or text.get_verticalalignment() != "baseline"
    return not dressed and not turned and text.get_visible() and NUMBER.fullmatch(text.get_text()) is not None


class Numerals:
    """Writes numbers on a canvas.

    Args:
        figure: to which the texts belong.
        size: width and height of the canvas in pixels.
        lift: draws artists on a transparent canvas of that size, and returns them as ink.
        measure: (text, font) -> width in pixels of the text's bounding box of ink; caches its results.
    """

    def __init__(
        self,
        figure: Figure,
        size: tuple[int, int],
        lift: Callable[[Iterable[Artist]], Ink],
        measure: Callable[[str, Any], float],
    ) -> None:
        self._figure, self._shape, self._lift, self._measure = figure, size[::-1], lift, measure
        self._glyphs: dict[tuple[Any, ...], Ink] = {}

    def inks(self, text: Text) -> list[Ink]:
        """Return a number's glyphs, each within an eighth of a pixel of where matplotlib would put it."""
        string, font = text.get_text(), text.get_fontproperties()
        pens = list(accumulate((self._step(pair, font) for pair in pairwise(string)), initial=0.0))
        left, base = map(float, text.get_transform().transform(text.get_position()))
        # matplotlib aligns the bounding box of the ink, but starts drawing at the pen.
        inked = pens[-1] + self._ink_behind(string[0] + string[-1], font)
        left -= {"left": 0.0, "center": inked / 2, "right": inked}[text.get_horizontalalignment()]
        glyphs = [(char, left + pen) for char, pen in zip(string, pens, strict=True) if char != " "]
        return Ink.joined([self._at(char, place, base, text) for char, place in glyphs])

    def _at(self, char: str, left: float, base: float, text: Text) -> Ink:
        """Return a glyph for a pen at this distance from the left and lower edges, in pixels."""
        (column, right), (row, up) = (divmod(round(place * SUBPIXELS), SUBPIXELS) for place in (left, base))
        pairs, odd = divmod(column, 2)
        height, width = self._shape
        return self._glyph(char, (right, up), odd, text).moved(
            height // 2 - row, pairs - width // 4, (height, width // 2)
        )

    def _glyph(self, char: str, phase: tuple[int, int], odd: int, text: Text) -> Ink:
        """Return a glyph at a subpixel position; its pen is at the first or second pixel of the middle pair of pixels."""
        key = (char, phase, odd, text.get_fontproperties(), to_rgba(text.get_color(), text.get_alpha()))
        if key not in self._glyphs:
            if len(self._glyphs) >= MOST:  # fading colours make new glyphs at every frame
                self._glyphs.clear()
            self._glyphs[key] = self._glyph(char, phase, 0, text).odd() if odd else self._lifted(char, phase, text)
        return self._glyphs[key]

    def _lifted(self, char: str, phase: tuple[int, int], text: Text) -> Ink:
        height, width = self._shape
        glyph = Text(
            2 * (width // 4) + phase[0] / SUBPIXELS, height // 2 + phase[1] / SUBPIXELS, char, color=text.get_color(),
            alpha=text.get_alpha(), fontproperties=text.get_fontproperties(), parse_math=False, figure=self._figure,
        )  # fmt: skip
        return self._lift([glyph])

    def _step(self, pair: tuple[str, str], font: Any) -> float:
        """Return how far the pen advances from one character to the next; bars have no kerning."""
        return self._measure(f"|{pair[0]}{pair[1]}|", font) - self._measure(f"|{pair[1]}|", font)

    def _ink_behind(self, ends: str, font: Any) -> float:
        """Return how far the last character's ink extends beyond its pen, less the space before the first one's ink."""
        return self._measure(ends, font) - self._step((ends[0], ends[1]), font)
