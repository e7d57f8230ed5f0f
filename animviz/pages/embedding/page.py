"""The page itself: contents, style and program put into one HTML file that needs nothing else and asks for nothing."""

import html
import os
from base64 import b64encode
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from string import Template
from typing import Any

import numpy as np

from animviz.arrays import Array
from animviz.errors import InputError
from animviz.files import left_as_it_was
from animviz.pages.embedding.contents import METHODS, Contents, contents_of
from animviz.pages.fonts import faces
from animviz.pages.packing import Quantised, packed, packed_positions, quantised_positions
from animviz.pages.sheet import Sheet, sheet_of
from animviz.pages.shell import FOLLOWING, SCREENS, SUFFIXES, asset, digest, json_of, numbers, palette, variables
from animviz.recording.recording import Recording
from animviz.stage.theme import THEMES
from animviz.video.targets import working_folder

__all__ = ["page_of", "write_page"]

SCRIPTS = ("data.js", "state.js", "raster.js", "plane.js", "card.js", "curves.js", "controls.js", "main.js")


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
    style = "\n".join([faces(_letters(contents)), variables(), asset("page.css")])
    program = "\n".join(asset(name) for name in SCRIPTS)
    policy = (
        f"default-src 'none'; script-src '{digest(program)}'; style-src '{digest(style)}'; img-src data:; "
        "font-src data:; base-uri 'none'; form-action 'none'"
    )
    page = Template(asset("page.html")).substitute(
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
    yield "about", json_of(_about(contents, grids, sheet))
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
        "epochs": numbers(contents.epochs),
        "classes": list(contents.class_names),
        "samples": len(contents.numbers),
        "notes": notes,
        "curves": [vars(c) | {"epochs": numbers(c.epochs), "values": numbers(c.values)} for c in contents.curves],
        "palettes": {name: palette(THEMES[name], len(contents.class_names)) for name in SCREENS},
        "layers": [
            {"name": name, "finite": grid.finite.tolist(), "low": numbers(grid.low), "step": grid.step}
            for name, grid in grids.items()
        ],
        "values": 0 if contents.values is None else contents.values.shape[1],
        "sheet": sheet and {"height": sheet.height, "width": sheet.width, "columns": sheet.columns},
    }


def _with_medians(positions: Array, labels: Array, classes: int) -> Array:
    """Return positions followed by the median of each class, where its name stands; any place for one without samples."""
    members = [positions[:, labels == label] if (labels == label).any() else positions for label in range(classes)]
    return np.concatenate([positions, *(np.median(m, axis=1, keepdims=True) for m in members)], axis=1)


def _letters(contents: Contents) -> str:
    """Return all texts that the page was given, whose letters its typeface must have."""
    curves = [text for curve in contents.curves for text in (curve.name, curve.kind)]
    return "".join([contents.title, *contents.class_names, *contents.layers, *contents.notes, *curves])
