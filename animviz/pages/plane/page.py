"""The page of a network over one or two inputs: its weights, and the program that runs it, in one HTML file."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from animviz.pages.packing import packed
from animviz.pages.plane.contents import Contents, contents_of
from animviz.pages.plane.rounding import EXACT, packed_rows
from animviz.pages.shell import EPOCHS, SCREENS, css_palette, filled, json_numbers, json_of
from animviz.pages.telling import curves_json
from animviz.recording.recording import Recording
from animviz.stage.theme import THEMES

__all__ = ["made", "page_of"]

SCRIPTS = (
    "data.js", "net.js", "answer.js", "contour.js", "state.js", "surface.js", "pane.js", "plane.js", "line.js",
    "hidden.js", "probe.js", "units.js", "controls.js", "main.js",
)  # fmt: skip
NO_CLASS = 0xFFFF
SIGNS = "↑↓→←∞−×≈"


def made(recording: Recording, theme: str, **options: Any) -> tuple[bytes, str]:
    """Return the page of a recording, and in words what it holds.

    Args:
        recording: of a chain of dense layers over one or two inputs.
        theme: dark, light or auto.
        **options: see `contents_of`.

    Raises:
        AnimvizError: the recording cannot be shown.
    """
    contents = contents_of(recording, **options)
    rows = contents.weights.rows
    samples = f"{len(contents.points):,} of {recording.basis.sample_count:,} samples"
    snapshots = f"{len(rows)} of {len(recording)} snapshots"
    return page_of(contents, theme), f"{samples}, {snapshots} of {rows.shape[1]:,} weights"


def page_of(contents: Contents, theme: str) -> bytes:
    """Return the page: the same bytes for the same contents.

    Args:
        contents: what it shows.
        theme: dark, light or auto.
    """
    return filled(
        __package__,
        title=contents.title,
        theme=theme,
        letters=_letters(contents),
        common=EPOCHS,
        scripts=SCRIPTS,
        data=dict(_data(contents)),
    )


def _data(contents: Contents) -> Iterator[tuple[str, str]]:
    """Give the name and text of all that the program reads: `about` in JSON, and packed arrays."""
    yield "about", json_of(_about(contents))
    yield "weights", packed_rows(contents.weights.rows, contents.bits)
    yield "points", packed(contents.points)
    yield "directions", packed(np.concatenate([space.directions.ravel() for space in contents.spaces]))
    if contents.labels is not None:
        yield "labels", packed(np.where(contents.labels < 0, NO_CLASS, contents.labels).astype(np.uint16))
    if contents.targets is not None:
        yield "targets", packed(contents.targets)


def _about(contents: Contents) -> dict[str, Any]:
    keys = ("name", "inputs", "units", "activation", "slope", "dense", "biased")
    return {
        "epochs": json_numbers(contents.weights.epochs),
        "finite": contents.weights.finite.tolist(),
        "shift": EXACT - contents.bits,
        "steps": [{key: getattr(step, key) for key in keys} for step in contents.steps],
        "limits": contents.limits,
        "spaces": [[json_numbers(row) for row in space.limits] for space in contents.spaces],
        "meaning": vars(contents.meaning),
        "classes": contents.class_names,
        "samples": len(contents.points),
        "labelled": contents.labels is not None,
        "targeted": contents.targets is not None,
        "grid": contents.grid,
        "notes": contents.notes,
        "curves": curves_json(contents.curves),
        "palettes": {name: css_palette(THEMES[name], len(contents.class_names)) for name in SCREENS},
        "tints": {name: THEMES[name].tint for name in SCREENS},
    }


def _letters(contents: Contents) -> str:
    """Return all texts of the contents, whose letters the page's typeface must have."""
    curves = [text for curve in contents.curves for text in (curve.name, curve.kind)]
    names = [step.name for step in contents.steps]
    return "".join([SIGNS, contents.title, *contents.class_names, *names, *contents.notes, *curves])
