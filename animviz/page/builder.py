"""The page itself: contents, style and program put into one HTML file that needs nothing else and asks for nothing."""

import html
import json
import os
from base64 import b64encode
from collections.abc import Iterator, Mapping
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
from matplotlib.colors import to_hex
from numpy.typing import NDArray

from animviz.encode import working_folder
from animviz.errors import InputError
from animviz.files import left_as_it_was
from animviz.page.contents import METHODS, Contents, contents_of
from animviz.page.fonts import faces
from animviz.page.packing import Quantised, packed, packed_positions, quantised_positions
from animviz.page.sprites import Sheet, sheet_of
from animviz.recording import Recording
from animviz.theme import THEMES, Theme

__all__ = ["page_of", "write_page"]

Array = NDArray[Any]
SUFFIXES = (".html", ".htm")
SCRIPTS = ("data.js", "state.js", "raster.js", "plane.js", "card.js", "curves.js", "controls.js", "main.js")
FOLLOWING = "auto"  # the theme that the reader's system asks for
SCREENS = ("dark", "light")


def write_page(path: Path, target: Path, *, theme: str = FOLLOWING, **options: Any) -> str:
    """Write the page of a recording; return a line that says what is in it.

    Args:
        path: of the recording.
        target: file to write, .html or .htm.
        theme: dark, light, or auto for what the reader's system asks for.
        **options: see `contents_of`.

    Raises:
        AnimvizError: the recording cannot be shown, or the file cannot be written.
    """
    _check(target, theme, options.get("method", "umap"))
    recording = Recording(path)
    with left_as_it_was(target.parent), working_folder(target) as folder:
        contents = contents_of(recording, **options)
        page = page_of(contents, theme)
        (folder / target.name).write_bytes(page)
        os.replace(folder / target.name, target)
    every = len(recording.labels)
    samples = f"{len(contents.numbers):,} of {every:,} samples, {len(contents.epochs)} of {len(recording)} snapshots"
    return f"{target}: {samples}, layers {', '.join(contents.layers)}, {len(page) / 1e6:.1f} MB"


def page_of(contents: Contents, theme: str = FOLLOWING) -> bytes:
    """Return the page: the same bytes for the same contents."""
    texts = dict(_data(contents))
    style = "\n".join([faces(_letters(contents)), _variables(), _asset("page.css")])
    program = "\n".join(_asset(name) for name in SCRIPTS)
    policy = (
        f"default-src 'none'; script-src '{_digest(program)}'; style-src '{_digest(style)}'; img-src data:; "
        "font-src data:; base-uri 'none'; form-action 'none'"
    )
    page = Template(_asset("page.html")).substitute(
        policy=policy,
        theme=theme,
        title=html.escape(contents.title),
        version=version("animviz"),
        style=style,
        program=program,
        data="\n".join(f'<script type="text/plain" id="data-{name}">{text}</script>' for name, text in texts.items()),
    )
    return page.encode()


def _check(target: Path, theme: str, method: str) -> None:
    if target.suffix.lower() not in SUFFIXES:
        raise InputError(f"-o {target}: expected a name that ends in {' or '.join(SUFFIXES)}")
    if target.is_dir():
        raise InputError(f"-o {target} is a folder; expected the name of a file")
    if theme not in (FOLLOWING, *SCREENS):
        raise InputError(f"--theme is {theme!r}; expected one of {', '.join((FOLLOWING, *SCREENS))}")
    if method not in METHODS:
        raise InputError(f"--method is {method!r}; expected one of {', '.join(METHODS)}")


def _data(contents: Contents) -> Iterator[tuple[str, str]]:
    """Give what the program reads, by name: `about` in JSON, arrays packed."""
    classes = len(contents.class_names)
    grids = {
        name: quantised_positions(_with_medians(positions, contents.labels, classes))
        for name, positions in contents.layers.items()
    }
    sheet = None if contents.images is None else sheet_of(contents.images)
    yield "about", _json(_about(contents, grids, sheet))
    for index, grid in enumerate(grids.values()):
        yield f"layer-{index}", packed_positions(grid.steps)
    if sheet is not None:
        yield "sprites", b64encode(sheet.png).decode()
    if contents.values is not None:
        yield "values", packed(contents.values.astype(np.float32))
    yield "labels", packed(contents.labels.astype(np.uint16))
    yield "numbers", packed(contents.numbers.astype(np.uint32))
    # Epochs last: what a sample is given at one epoch is most often what it is given at the next.
    yield "answers", packed(contents.answers.T.astype(np.uint16))
    yield "probabilities", packed(contents.probabilities.transpose(2, 1, 0))


def _about(contents: Contents, grids: Mapping[str, Quantised], sheet: Sheet | None) -> dict[str, Any]:
    notes = list(contents.notes)
    if sheet and contents.images is not None and contents.images.shape[1:3] != (sheet.height, sheet.width):
        was = "x".join(map(str, contents.images.shape[1:3]))
        notes.append(f"images made smaller, from {was} to {sheet.height}x{sheet.width} pixels")
    return {
        "epochs": _numbers(contents.epochs),
        "classes": list(contents.class_names),
        "samples": len(contents.numbers),
        "notes": notes,
        "curves": [vars(c) | {"epochs": _numbers(c.epochs), "values": _numbers(c.values)} for c in contents.curves],
        "palettes": {name: _palette(THEMES[name], len(contents.class_names)) for name in SCREENS},
        "layers": [
            {"name": name, "finite": grid.finite.tolist(), "low": _numbers(grid.low), "step": grid.step}
            for name, grid in grids.items()
        ],
        "values": 0 if contents.values is None else contents.values.shape[1],
        "sheet": sheet and {"height": sheet.height, "width": sheet.width, "columns": sheet.columns},
    }


def _with_medians(positions: Array, labels: Array, classes: int) -> Array:
    """Return positions followed by the median of each class, where its name stands; any place for one without samples."""
    members = [positions[:, labels == label] if (labels == label).any() else positions for label in range(classes)]
    return np.concatenate([positions, *(np.median(m, axis=1, keepdims=True) for m in members)], axis=1)


def _numbers(values: Array) -> list[float | None]:
    """Return values for JSON with seven digits; null where they are not finite."""
    return [float(f"{value:.7g}") if np.isfinite(value) else None for value in values]


def _json(value: Any) -> str:
    """Return JSON that cannot end the element it stands in."""
    return json.dumps(value, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")


def _palette(theme: Theme, classes: int) -> list[str]:
    return [to_hex(color) for color in theme.palette(max(2, classes))]


def _variables() -> str:
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


def _letters(contents: Contents) -> str:
    """Return all texts that the page was given, whose letters its typeface must have."""
    curves = [text for curve in contents.curves for text in (curve.name, curve.kind)]
    return "".join([contents.title, *contents.class_names, *contents.layers, *contents.notes, *curves])


def _asset(name: str) -> str:
    return (files("animviz.page") / "assets" / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
