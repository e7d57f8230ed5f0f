"""Numbers that change from frame to frame, put together from glyphs that are drawn once: a layout takes a millisecond."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.text import Text

from animviz.ink import Ink

__all__ = ["Numerals", "is_number"]

PHASES = 4  # places within a pixel
NUMBER = re.compile(r"[-+−]?\d[\d.,]*( ?%)?")


def is_number(text: Text) -> bool:
    """Say whether a text is a plain number on a straight line."""
    plain = text.get_bbox_patch() is None and not text.get_rotation() and not text.get_wrap()
    return plain and text.get_visible() and NUMBER.fullmatch(text.get_text()) is not None


class Numerals:
    """Writes numbers on a canvas.

    Args:
        figure: to which the texts belong.
        width: of the canvas in pixels.
        lift: draws artists on a clear sheet of the canvas' size, and returns them as ink.
        measure: (text, font) -> width in pixels of what is inked.
    """

    def __init__(
        self, figure: Figure, width: int, lift: Callable[[Iterable[Artist]], Ink], measure: Callable[[str, Any], float]
    ) -> None:
        self._figure, self._middle, self._lift, self._measure = figure, width // 4, lift, measure
        self._glyphs: dict[tuple[Any, ...], Ink] = {}
        self._advances: dict[tuple[Any, ...], float] = {}

    def inks(self, text: Text) -> list[Ink]:
        """Return a number's glyphs, each where matplotlib would put it, to an eighth of a pixel."""
        string, font = text.get_text(), text.get_fontproperties()
        advances = [self._advance(char, font) for char in string]
        left = float(text.get_transform().transform(text.get_position())[0])
        # matplotlib aligns what is inked, but begins it where the pen is.
        inked = sum(advances) - self._bearings(string[0], string[-1], font)
        left -= {"left": 0.0, "center": inked / 2, "right": inked}[text.get_horizontalalignment()]
        found = []
        for char, advance in zip(string, advances, strict=True):
            if char != " ":
                found.append(self._at(char, left, text))
            left += advance
        return found

    def _at(self, char: str, left: float, text: Text) -> Ink:
        """Return a glyph whose pen is so many pixels from the left edge."""
        pixel, phase = divmod(round(left * PHASES), PHASES)
        pairs, odd = divmod(pixel, 2)
        return self._glyph(char, phase, odd, text).moved(pairs - self._middle, 2 * self._middle)

    def _glyph(self, char: str, phase: int, odd: int, text: Text) -> Ink:
        """Return a glyph at a phase, its pen at the first or second pixel of the canvas' middle pair."""
        font, color, alpha, (_, y) = text.get_fontproperties(), text.get_color(), text.get_alpha(), text.get_position()
        key = (char, phase, odd, font, color, alpha, y)
        if key not in self._glyphs:
            self._glyphs[key] = self._glyph(char, phase, 0, text).odd() if odd else self._lifted(char, phase, text)
        return self._glyphs[key]

    def _lifted(self, char: str, phase: int, text: Text) -> Ink:
        left = 2 * self._middle + phase / PHASES
        place = text.get_transform().inverted().transform((left, 0))[0]
        glyph = Text(place, text.get_position()[1], char, fontproperties=text.get_fontproperties(), parse_math=False)
        glyph.set(color=text.get_color(), alpha=text.get_alpha(), va=text.get_verticalalignment(), figure=self._figure)
        glyph.set_transform(text.get_transform())
        return self._lift([glyph])

    def _advance(self, char: str, font: Any) -> float:
        """Return how far the pen goes on behind a character."""
        key = (char, font)
        if key not in self._advances:
            self._advances[key] = self._measure(f"0{char}0", font) - self._measure("00", font)
        return self._advances[key]

    def _bearings(self, first: str, last: str, font: Any) -> float:
        """Return the space before and behind the ink of what begins and ends with these characters."""
        key = (first, last, font)
        if key not in self._advances:
            both = self._advance(first, font) + self._advance(last, font)
            self._advances[key] = both - self._measure(first + last, font)
        return self._advances[key]
