"""The page itself: contents, style and program in one HTML file that loads nothing else."""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from animviz.arrays import Array
from animviz.errors import InputError
from animviz.pages.atlas import Atlas, atlas_of
from animviz.pages.embedding.contents import METHOD_NAMES, Contents, contents_of
from animviz.pages.packing import Quantised, packed, packed_positions, quantised_positions
from animviz.pages.shell import EPOCHS, FOLLOWING, SCREENS, css_palette, filled, json_numbers, json_of
from animviz.pages.telling import curves_json
from animviz.recording.recording import Recording
from animviz.stage.theme import THEMES

__all__ = ["made", "page_of"]

SCRIPTS = ("data.js", "state.js", "plane.js", "card.js", "controls.js", "main.js")


def made(recording: Recording, theme: str, *, method: str = "umap", **options: Any) -> tuple[bytes, str]:
    """Return the page of a recording, and in words what it holds.

    Args:
        recording: of a classifier.
        theme: dark, light or auto.
        method: umap, pca or tsne.
        **options: further ones of `contents_of`.

    Raises:
        AnimvizError: the recording cannot be shown.
    """
    if method not in METHOD_NAMES:
        raise InputError(f"--method is {method!r}; expected one of {', '.join(METHOD_NAMES)}")
    contents = contents_of(recording, method=method, **options)
    shown, every = len(contents.numbers), len(recording.labels)
    snapshots = f"{len(contents.epochs)} of {len(recording)} snapshots"
    words = f"{shown:,} of {every:,} samples, {snapshots}, layers {', '.join(contents.layers)}"
    return page_of(contents, theme), words


def page_of(contents: Contents, theme: str = FOLLOWING) -> bytes:
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
    classes = len(contents.class_names)
    grids = {
        name: quantised_positions(_with_medians(positions, contents.labels, classes))
        for name, positions in contents.layers.items()
    }
    atlas = None if contents.images is None else atlas_of(contents.images)
    yield "about", json_of(_about(contents, grids, atlas))
    for index, grid in enumerate(grids.values()):
        yield f"layer-{index}", packed_positions(grid.steps)
    if atlas is not None:
        yield "sprites", b64encode(atlas.png).decode()
    if contents.values is not None:
        yield "values", packed(contents.values.astype(np.float32))
    yield "labels", packed(contents.labels.astype(np.uint16))
    yield "numbers", packed(contents.numbers.astype(np.uint32))
    # Epochs are the last axis: a sample's answer is most often the same at the next epoch, which packs well.
    yield "answers", packed(contents.answers.T.astype(np.uint16))
    yield "probabilities", packed(contents.probabilities.transpose(2, 1, 0))


def _about(contents: Contents, grids: Mapping[str, Quantised], atlas: Atlas | None) -> dict[str, Any]:
    notes = list(contents.notes)
    if atlas and contents.images is not None and contents.images.shape[1:3] != (atlas.height, atlas.width):
        was = "x".join(map(str, contents.images.shape[1:3]))
        notes.append(f"images made smaller, from {was} to {atlas.height}x{atlas.width} pixels")
    return {
        "epochs": json_numbers(contents.epochs),
        "classes": list(contents.class_names),
        "samples": len(contents.numbers),
        "notes": notes,
        "curves": curves_json(contents.curves),
        "palettes": {name: css_palette(THEMES[name], len(contents.class_names)) for name in SCREENS},
        "layers": [
            {"name": name, "finite": grid.finite.tolist(), "low": json_numbers(grid.low), "step": grid.step}
            for name, grid in grids.items()
        ],
        "values": 0 if contents.values is None else contents.values.shape[1],
        "sheet": atlas and {"height": atlas.height, "width": atlas.width, "columns": atlas.columns},
    }


def _with_medians(positions: Array, labels: Array, classes: int) -> Array:
    """Return positions followed by each class's median, where its name stands; of all samples if it has none."""
    members = [positions[:, labels == label] if (labels == label).any() else positions for label in range(classes)]
    return np.concatenate([positions, *(np.median(m, axis=1, keepdims=True) for m in members)], axis=1)


def _letters(contents: Contents) -> str:
    """Return all texts of the contents, whose letters the page's typeface must have."""
    curves = [text for curve in contents.curves for text in (curve.name, curve.kind)]
    return "".join([contents.title, *contents.class_names, *contents.layers, *contents.notes, *curves])
