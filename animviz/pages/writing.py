"""Writing a page of any kind into a file that appears whole or not at all."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from animviz.errors import InputError
from animviz.files import left_as_it_was
from animviz.pages import embedding, plane
from animviz.pages.shell import FOLLOWING, check_request
from animviz.recording.recording import Recording
from animviz.video.targets import working_folder

__all__ = ["KINDS", "write_page"]

Maker = Callable[..., tuple[bytes, str]]
KINDS: dict[str, tuple[Maker, frozenset[str]]] = {
    "embedding": (embedding.made, frozenset({"layers", "method", "samples", "embed_threads", "title"})),
    "plane": (plane.made, frozenset({"grid", "samples", "title"})),
}
"""What makes a page of each kind, and the options that it has."""


def write_page(
    path: Path,
    target: Path,
    *,
    kind: str = "embedding",
    theme: str = FOLLOWING,
    output_name: str | None = None,
    **options: Any,
) -> str:
    """Write the page of a recording; return a line that says what it holds.

    Args:
        path: of the recording.
        target: file to write, .html or .htm.
        kind: embedding, the embedded layers of a classifier; or plane, a network that runs in the page.
        theme: dark, light, or auto for what the reader's system asks for.
        output_name: of the output that is shown, of a model that has several.
        **options: of the kind: `title` and `samples`; layers, method and embed_threads of an embedding; grid of a plane.

    Raises:
        AnimvizError: the recording cannot be shown, an option is not one of this kind, or the file cannot be written.
    """
    check_request(target, theme)
    maker = _maker(kind, options)
    recording = Recording(path, output=output_name)
    with left_as_it_was(target.parent), working_folder(target) as folder:
        page, words = maker(recording, theme, **options)
        (folder / target.name).write_bytes(page)
        os.replace(folder / target.name, target)
    return f"{target}: {words}, {len(page) / 1e6:.1f} MB"


def _maker(kind: str, options: dict[str, Any]) -> Maker:
    if kind not in KINDS:
        raise InputError(f"--kind is {kind!r}; expected one of {', '.join(KINDS)}")
    maker, known = KINDS[kind]
    for name in options.keys() - known:
        fitting = " or ".join(f"--kind {other}" for other, (_, has) in KINDS.items() if name in has)
        raise InputError(f"--{name.replace('_', '-')} is no option of --kind {kind}; leave it out, or take {fitting}")
    return maker
