"""Letters for what users call things: one line, each character from an installed font that has it."""

import logging
import math
import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text

from animviz.arrays import Array
from animviz.files import spelled
from animviz.stage.fonts import family_with
from animviz.stage.pixels import DPI, canvas_of
from animviz.stage.settings import own_settings
from animviz.stage.theme import FAMILY, load_fonts

__all__ = ["coverage", "families", "in_order", "letter", "one_line", "said", "width_of"]

log = logging.getLogger(__name__)

LONGEST = 1000  # characters: no frame has room for more, and all are measured
UNKNOWN = "\N{REPLACEMENT CHARACTER}"
JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
FORWARD = "\N{LEFT-TO-RIGHT MARK}"
FIX = "install one that does, such as a Noto font of that script, and delete matplotlib's list of fonts:"
NAMED = 10  # characters that a warning names
_BREAKS = re.compile(r"\s*[\x00-\x1f\x7f-\x9f\u2028\u2029]+\s*")

said: set[str] = set()
"""Characters of which a warning has said that no font has them."""


@lru_cache(maxsize=10_000)
def one_line(text: str) -> str:
    """Return a text as it is drawn: in one line, without control characters, every character in some font.

    A character that no installed font has becomes U+FFFD, and a warning names it once.
    """
    if text.isascii() and text.isprintable() and len(text) <= LONGEST:
        return text
    text = _BREAKS.sub(" ", unicodedata.normalize("NFC", spelled(text)))
    if len(text) > LONGEST:
        text = text[:LONGEST].rstrip() + "…"
    drawn = [_drawable(char) for char in text]
    _say(char for char, sign in zip(text, drawn, strict=True) if sign == UNKNOWN != char)
    return "".join(drawn)


def in_order(*parts: str) -> str:
    """Return parts beside each other from left to right, whatever the direction of the scripts that they are written in."""
    return "".join(f"{FORWARD}{part}{FORWARD}" if _runs_back(part) else part for part in parts)


@lru_cache(maxsize=10_000)
def families(line: str) -> tuple[str, ...]:
    """Return the stage's typeface, and those that have what it lacks of a line."""
    own = load_fonts()
    others = dict.fromkeys(family_with(char) for char in line if char != FORWARD)
    return (own, *(family for family in others if family not in (own, None)))


def letter(text: Text) -> None:
    """Bring a text in the stage's typeface into one line, and every character from a font that has it."""
    if FAMILY in text.get_fontfamily():
        line = one_line(text.get_text())
        if line != text.get_text():
            text.set_text(line)
        if [*families(line)] != text.get_fontfamily():
            text.set_fontfamily(families(line))


@lru_cache(maxsize=10_000)
def width_of(line: str, font: FontProperties) -> float:
    """Return the width in pixels of a line's ink. It is the same on every canvas, and takes half a millisecond."""
    return _extent(line, font)[0]


@own_settings
def coverage(line: str, font: FontProperties) -> tuple[Array, int, int, float]:
    """Return how much of each pixel a line covers, by matplotlib, which takes letters from several fonts.

    Returns:
        Coverage in [0, 1], shape (height, width), its left and top from the anchor on the baseline, and the line's width.
    """
    width, height, depth = _extent(line, font)
    above, below = math.ceil(height - depth) + 1, math.ceil(depth) + 1
    renderer: Any = RendererAgg(math.ceil(width) + 2, above + below, DPI)  # type: ignore[no-untyped-call]
    canvas_of(renderer)[:] = 0
    renderer.draw_text(renderer.new_gc(), 1, above, line, font, 0)
    return canvas_of(renderer)[..., 3].astype(np.float32) / 255, -1, -above, width


def _extent(line: str, font: FontProperties) -> tuple[float, float, float]:
    """Return width, height and depth of a line's ink in pixels."""
    width, height, depth = _ruler().get_text_width_height_descent(line, font, ismath=False)
    return float(width), float(height), float(depth)


@cache
def _ruler() -> Any:
    return RendererAgg(1, 1, DPI)  # type: ignore[no-untyped-call]


def _runs_back(text: str) -> bool:
    return not text.isascii() and any(unicodedata.bidirectional(char) in ("R", "AL") for char in text)


def _drawable(char: str) -> str:
    """Return what is drawn of a character: itself, the sign for an unknown one, or nothing where it is no letter.

    Marks of direction would turn around what stands beside a name; the one that keeps things from left to right stays.
    """
    if char == FORWARD:
        return char
    if unicodedata.category(char) == "Cf" and char not in JOINERS:
        return ""
    if family_with(char):
        return char
    return "" if char in JOINERS or unicodedata.name(char, "").startswith("VARIATION SELECTOR") else UNKNOWN


def _say(missing: Iterable[str]) -> None:
    """Warn of characters that no font has, once of each."""
    new = [char for char in dict.fromkeys(missing) if char not in said]
    if new:
        named = ", ".join(f"{char} (U+{ord(char):04X})" for char in new[:NAMED])
        more = f" and {len(new) - NAMED} others" if len(new) > NAMED else ""
        way = f"; {FIX} fontlist-*.json in {matplotlib.get_cachedir()}" if not said else ""
        log.warning("no installed font has %s%s; %s is drawn instead%s", named, more, UNKNOWN, way)
        said.update(new)
