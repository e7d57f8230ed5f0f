"""Themes: colours that colour-blind viewers can tell apart, and the typeface that animviz ships with."""

from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from animviz.errors import InputError

__all__ = ["THEMES", "Theme", "load_fonts", "theme_named"]

FAMILY = "Fira Sans"
WEIGHTS = ("Regular", "Medium", "SemiBold")
LETTERS = 0.62  # share of a colour in letters of its tone, the rest is ink

# Blue and orange come first. The others maximise the least OKLab distance between any two colours, as seen with normal
# vision, protanopia, deuteranopia and tritanopia (Machado et al. 2009). For print the lightness of the first six counts
# too. The colour nearest to the ink comes last. tests/scenes/test_style.py checks the distances.
_CLASSES_DARK = (
    "#5ccfe6",
    "#ffb454",
    "#b12b69",
    "#9e8a0b",
    "#6158fd",
    "#38a0ce",
    "#d3e4bc",
    "#906100",
    "#7253a5",
    "#ffffff",
)

_CLASSES_LIGHT = (
    "#0b6fa4",
    "#d9730d",
    "#8a1d09",
    "#215360",
    "#60009a",
    "#cdb823",
    "#23a2d9",
    "#b8440f",
    "#8e8d87",
    "#060c36",
)

_CLASSES_PRINT = (
    "#1c4f91",
    "#d0741a",
    "#731215",
    "#0e7a5c",
    "#190475",
    "#dba319",
    "#64aad2",
    "#935ec1",
    "#86947e",
    "#0a000f",
)


@dataclass(frozen=True)
class Theme:
    """Colours as hex strings.

    Attributes:
        name: what users type.
        background: behind everything.
        ink: titles, numbers, decision boundaries.
        ink_name: what a foot line calls it.
        quiet: axis labels and rulers.
        grid: the weakest lines.
        negative: blue; class 0 and negative weights.
        positive: orange; class 1 and positive weights.
        classes: colours of up to ten classes, the first two being negative and positive.
        tint: strength of the field's colour where a prediction is certain, 0 to 1.
        judged: the background by which contrasts are judged, where the picture is drawn on another; else empty.
    """

    name: str
    background: str
    ink: str
    ink_name: str
    quiet: str
    grid: str
    negative: str
    positive: str
    classes: tuple[str, ...]
    tint: float
    judged: str = ""

    def drawn_on(self, ground: str) -> "Theme":
        """Return the theme drawn on another ground, though it is made for its own; for pictures without a background."""
        return replace(self, background=ground, judged=self.background)

    @property
    def made_for(self) -> "Theme":
        """The theme on the background by which contrasts are judged: what looks different decides nothing."""
        return replace(self, background=self.judged, judged="") if self.judged else self

    # matplotlib is imported where it is used: what only names themes, such as help, does without it.

    def palette(self, count: int) -> NDArray[np.float32]:
        """Return the colours of that many classes, float32 of shape (count, 3) in [0, 1].

        Colour-blind viewers can tell up to ten apart, and up to six on paper without colour. More colours than that
        come from the colour wheel, and need labels.
        """
        from matplotlib.colors import hsv_to_rgb, to_rgb

        if count > len(self.classes):
            light = 0.95 if self.name == "dark" else 0.7
            wheel = [(k / count, 0.55 + 0.4 * (k % 2), light) for k in range(count)]
            return np.asarray(hsv_to_rgb(wheel), dtype=np.float32)
        return np.array([to_rgb(color) for color in self.classes[:count]], dtype=np.float32)

    def spoken(self, color: str) -> str:
        """Return a colour for letters that name a mark of this colour, which may be too light to be read on white."""
        from matplotlib.colors import to_hex, to_rgb

        share = 1.0 if color == self.quiet else LETTERS
        return to_hex(tuple(share * np.array(to_rgb(color)) + (1 - share) * np.array(to_rgb(self.ink))))

    def mix(self, color: Any, share: float) -> tuple[float, float, float]:
        """Return a colour blended over the background with this opacity, as RGB in [0, 1]."""
        from matplotlib.colors import to_rgb

        over, under = np.array(to_rgb(color)), np.array(to_rgb(self.background))
        red, green, blue = share * over + (1 - share) * under
        return float(red), float(green), float(blue)


THEMES = {
    "dark": Theme(
        "dark",
        "#0e1420",  # survives the way through YUV, so that no box is seen on a page of this colour
        "#e9edf5",
        "white",
        "#8792a8",
        "#3b475f",
        _CLASSES_DARK[0],
        _CLASSES_DARK[1],
        _CLASSES_DARK,
        0.36,
    ),
    "light": Theme(
        "light",
        "#ffffff",
        "#1b2230",
        "black",
        "#5f6979",
        "#c3cad6",
        _CLASSES_LIGHT[0],
        _CLASSES_LIGHT[1],
        _CLASSES_LIGHT,
        0.34,
    ),
    "print": Theme(
        "print",
        "#ffffff",
        "#000000",
        "black",
        "#4d4d4d",
        "#b8b8b8",
        _CLASSES_PRINT[0],
        _CLASSES_PRINT[1],
        _CLASSES_PRINT,
        0.34,
    ),
}


def theme_named(name: str) -> Theme:
    """Return a theme.

    Raises:
        InputError: there is none of that name; lists those there are.
    """
    if name not in THEMES:
        raise InputError(f"--theme is {name!r}; expected one of {', '.join(THEMES)}")
    return THEMES[name]


@cache
def load_fonts() -> str:
    """Register Fira Sans with matplotlib's font manager and return its family name; rcParams stay as they are."""
    from matplotlib import font_manager

    for weight in WEIGHTS:
        path = files("fontpkg_fira_sans") / "files" / f"FiraSans-{weight}.ttf"
        font_manager.fontManager.addfont(str(path))
    return FAMILY
