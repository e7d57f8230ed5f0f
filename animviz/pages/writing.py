"""Writing a page of any kind into a file that appears whole or not at all."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from animviz.errors import InputError
from animviz.files import left_as_it_was
from animviz.pages import embedding, film, plane
from animviz.pages.shell import FOLLOWING, check_request
from animviz.recording.recording import Recording
from animviz.video.targets import working_folder

__all__ = ["KINDS", "Kind", "write_page"]


class Kind(NamedTuple):
    """A kind of page.

    Attributes:
        make: recording, theme and options -> the page, and in words what it holds.
        options: that it has.
        passes_on: whether it takes further ones, which a scene knows.
    """

    make: Callable[..., tuple[bytes, str]]
    options: frozenset[str]
    passes_on: bool = False


KINDS = {
    "embedding": Kind(embedding.made, frozenset({"layers", "method", "samples", "embed_threads", "title"})),
    "plane": Kind(plane.made, frozenset({"grid", "samples", "title"})),
    "film": Kind(film.made, frozenset({"scene", "title"}), passes_on=True),
}


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
        kind: embedding, the embedded layers of a classifier; plane, a network that runs in the page; or film, any scene.
        theme: dark, light, or auto for what the reader's system asks for.
        output_name: of the output that is shown, of a model that has several.
        **options: of the kind. Of an embedding title, samples, layers, method and embed_threads; of a plane title, samples
            and grid; of a film the scene, and what `animviz.render` takes for it, such as size and title.

    Raises:
        AnimvizError: the recording cannot be shown, an option is not one of this kind, or the file cannot be written.
    """
    check_request(target, theme)
    make = _kind(kind, options).make
    recording = Recording(path, output=output_name)
    with left_as_it_was(target.parent), working_folder(target) as folder:
        page, words = make(recording, theme, **options)
        (folder / target.name).write_bytes(page)
        os.replace(folder / target.name, target)
    return f"{target}: {words}, {len(page) / 1e6:.1f} MB"


def _kind(name: str, options: Mapping[str, Any]) -> Kind:
    if name not in KINDS:
        raise InputError(f"--kind is {name!r}; expected one of {', '.join(KINDS)}")
    kind = KINDS[name]
    for option in () if kind.passes_on else options.keys() - kind.options:
        fitting = " or ".join(f"--kind {other}" for other, one in KINDS.items() if option in one.options)
        way_out = f", or take {fitting}" if fitting else ""
        raise InputError(f"--{option.replace('_', '-')} is no option of --kind {name}; leave it out{way_out}")
    return kind
