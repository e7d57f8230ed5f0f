"""The shell of a page: styles, scripts and data in one file, with a policy that forbids to load anything else."""

import html
import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
from matplotlib.colors import to_hex

from animviz.arrays import Array
from animviz.errors import InputError
from animviz.pages.fonts import faces
from animviz.stage.theme import THEMES, Theme

__all__ = [
    "EPOCHS",
    "FOLLOWING",
    "SCREENS",
    "check_request",
    "css_palette",
    "css_variables",
    "filled",
    "json_numbers",
    "json_of",
]

SUFFIXES = (".html", ".htm")
FOLLOWING = "auto"  # the theme that the reader's system asks for
SCREENS = ("dark", "light")
EPOCHS = ("unpack.js", "raster.js", "moments.js", "curves.js", "player.js", "opening.js")  # scripts that play epochs


def check_request(target: Path, theme: str) -> None:
    """Refuse a page that could not be written, or a theme that it does not have.

    Raises:
        InputError: another extension, a folder, or an unknown theme.
    """
    if target.suffix.lower() not in SUFFIXES:
        raise InputError(f"-o {target}: expected a name that ends in {' or '.join(SUFFIXES)}")
    if target.is_dir():
        raise InputError(f"-o {target} is a folder; expected the name of a file")
    if theme not in (FOLLOWING, *SCREENS):
        raise InputError(f"--theme is {theme!r}; expected one of {', '.join((FOLLOWING, *SCREENS))}")


def filled(
    package: str, *, title: str, theme: str, letters: str, common: Sequence[str], scripts: Sequence[str],
    data: Mapping[str, str], allowing: str = "",
) -> bytes:  # fmt: skip
    """Return a page: the frame of all pages with the body, style and program of its kind, and its data.

    Args:
        package: of the kind, whose assets have page.html, the body, and page.css; `$clock` in the body is that of all pages.
        title: of the page, as plain text.
        theme: dark, light or auto.
        letters: all texts of the page, joined, for its typeface.
        common: names of the scripts that kinds of pages have in common.
        scripts: names of the kind's own scripts, which come behind them.
        data: texts that the program reads, by name.
        allowing: what its policy allows beside its own program, style, images and letters, such as "media-src blob:".
    """
    style = _styled(letters, _asset(package, "page.css"))
    program = "\n".join([*map(_shared, common), *(_asset(package, name) for name in scripts)])
    frame = (
        _shared("frame.html").replace("$body", _asset(package, "page.html")).replace("$clock", _shared("clock.html"))
    )
    policy = (
        f"default-src 'none'; script-src '{_policy_hash(program)}'; style-src '{_policy_hash(style)}'; img-src data:; "
        f"font-src data:; {allowing}{'; ' if allowing else ''}base-uri 'none'; form-action 'none'"
    )
    elements = [f'<script type="text/plain" id="data-{name}">{text}</script>' for name, text in data.items()]
    page = Template(frame).substitute(
        policy=policy,
        theme=theme,
        title=html.escape(title),
        version=version("animviz"),
        style=style,
        program=program,
        data="\n".join(elements),
    )
    return page.encode()


def json_numbers(values: Array) -> list[float | None]:
    """Return values for JSON, to seven digits; null where they are not finite."""
    return [float(f"{value:.7g}") if np.isfinite(value) else None for value in values]


def json_of(value: Any) -> str:
    """Return JSON that cannot close the element around it."""
    return json.dumps(value, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")


def css_palette(theme: Theme, classes: int) -> list[str]:
    """Return the colours of that many classes as CSS."""
    return [to_hex(color) for color in theme.palette(max(2, classes))]


def css_variables() -> str:
    """Return the themes' colours as CSS: those of the system's theme, unless the page sets its own."""
    dark, light = (
        "".join(f"--{name}:{getattr(THEMES[theme], name)};" for name in ("background", "ink", "quiet", "grid"))
        + f"--training:{THEMES[theme].negative};--validation:{THEMES[theme].positive};color-scheme:{theme};"
        for theme in SCREENS
    )
    return (
        f":root{{{dark}}}\n@media (prefers-color-scheme:light){{:root{{{light}}}}}\n"
        f":root[data-theme=dark]{{{dark}}}\n:root[data-theme=light]{{{light}}}"
    )


def _asset(package: str, name: str) -> str:
    """Return the text of a file in the assets of a kind of page, by the name of its package."""
    return (files(package) / "assets" / name).read_text(encoding="utf-8")


def _shared(name: str) -> str:
    """Return the text of a file in the assets of all kinds of pages."""
    return _asset("animviz.pages", name)


def _styled(texts: str, own: str) -> str:
    """Return the style of a page: typeface, colours, what all pages have, its own, and what narrow screens change.

    Args:
        texts: all letters of the page, joined.
        own: CSS of this kind of page.
    """
    return "\n".join([faces(texts), css_variables(), _shared("base.css"), own, _shared("narrow.css")])


def _policy_hash(text: str) -> str:
    """Return the hash by which a content security policy allows a script or a style."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
