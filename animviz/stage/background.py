"""Backgrounds that are asked for: a colour on which the theme's ink can be read, or none at all."""

from dataclasses import replace

from animviz.errors import InputError
from animviz.stage.theme import THEMES, Theme, theme_named

__all__ = ["TRANSPARENT", "look_of", "opaque_look"]

TRANSPARENT = "transparent"
READABLE = 3.0  # contrast of large letters, WCAG 2 success criterion 1.4.3


def look_of(theme: str, background: str | None) -> Theme:
    """Return a theme on a background.

    Args:
        theme: its name.
        background: a colour, None for the theme's own; what is transparent has the theme's own here.

    Raises:
        InputError: there is no such theme or colour, or the theme's ink could not be read on it; names one that can.
    """
    look = theme_named(theme)
    if background in (None, TRANSPARENT):
        return look
    color = _hex(str(background))
    found = {name: _contrast(known.ink, color) for name, known in THEMES.items()}
    if found[theme] < READABLE:
        best = max(found, key=lambda name: found[name])
        raise InputError(
            f"--background is {background!r}, where theme {theme} has a contrast of {found[theme]:.1f} : 1; "
            f"expected at least {READABLE:g}; take --theme {best}"
        )
    return replace(look, background=color, quiet=_quiet(look, color))


def opaque_look(theme: str, background: str | None) -> Theme:
    """Return a theme on a background for frames without alpha; see `look_of`.

    Raises:
        InputError: likewise, or it is transparent.
    """
    if background == TRANSPARENT:
        raise InputError(f"the background is {background!r}, which frames without alpha lack; expected a colour")
    return look_of(theme, background)


def _quiet(look: Theme, background: str) -> str:
    """Return the quiet colour of a theme, as much nearer to its ink as it takes to be read on a background."""
    nearer = (_between(look.quiet, look.ink, step / 10) for step in range(11))
    return next((color for color in nearer if _contrast(color, background) >= READABLE), look.ink)


def _between(first: str, second: str, share: float) -> str:
    from matplotlib.colors import to_hex, to_rgb

    red, green, blue = (
        (1 - share) * one + share * other for one, other in zip(to_rgb(first), to_rgb(second), strict=True)
    )
    return to_hex((red, green, blue))


def _hex(text: str) -> str:
    from matplotlib.colors import is_color_like, to_rgba

    if not is_color_like(text) or to_rgba(text)[3] < 1:
        raise InputError(f"--background is {text!r}; expected {TRANSPARENT} or a colour such as '#0e1420' or white")
    red, green, blue = (round(255 * part) for part in to_rgba(text)[:3])
    return f"#{red:02x}{green:02x}{blue:02x}"


def _contrast(first: str, second: str) -> float:
    import numpy as np
    from matplotlib.colors import to_rgb

    from animviz.stage.contrast import luminance

    dark, light = sorted(float(luminance(np.array(to_rgb(color)))) for color in (first, second))
    return (light + 0.05) / (dark + 0.05)
