"""The shell of a page: styles, scripts and data in one file, with a policy that lets nothing else in."""

import json
from base64 import b64encode
from hashlib import sha256
from importlib.resources import files
from typing import Any

import numpy as np
from matplotlib.colors import to_hex

from animviz.arrays import Array
from animviz.stage.theme import THEMES, Theme

__all__ = ["FOLLOWING", "SCREENS", "SUFFIXES", "asset", "digest", "json_of", "numbers", "palette", "variables"]

SUFFIXES = (".html", ".htm")
FOLLOWING = "auto"  # the theme that the reader's system asks for
SCREENS = ("dark", "light")


def numbers(values: Array) -> list[float | None]:
    """Return values for JSON with seven digits; null where they are not finite."""
    return [float(f"{value:.7g}") if np.isfinite(value) else None for value in values]


def json_of(value: Any) -> str:
    """Return JSON that cannot end the element it stands in."""
    return json.dumps(value, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")


def palette(theme: Theme, classes: int) -> list[str]:
    """Return the colours of so many classes as CSS."""
    return [to_hex(color) for color in theme.palette(max(2, classes))]


def variables() -> str:
    """Return the themes' colours as CSS: the system's choice unless the page has one of its own."""
    dark, light = (
        "".join(f"--{name}:{getattr(THEMES[theme], name)};" for name in ("background", "ink", "quiet", "grid"))
        + f"--training:{THEMES[theme].negative};--validation:{THEMES[theme].positive};color-scheme:{theme};"
        for theme in SCREENS
    )
    return (
        f":root{{{dark}}}\n@media (prefers-color-scheme:light){{:root{{{light}}}}}\n"
        f":root[data-theme=dark]{{{dark}}}\n:root[data-theme=light]{{{light}}}"
    )


def asset(name: str) -> str:
    """Return the text of a file of the embedding page."""
    return (files("animviz.pages.embedding") / "assets" / name).read_text(encoding="utf-8")


def digest(text: str) -> str:
    """Return the hash by which a policy allows a script or a style."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
