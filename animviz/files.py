"""Files appear whole or not at all, checks leave nothing behind, and names are told from the bytes that stand for them."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from animviz.errors import EncodeError
from animviz.safety.aside import aside
from animviz.safety.limits import require_size
from animviz.safety.plain import require_file

__all__ = [
    "check_writable",
    "contents_of",
    "left_as_it_was",
    "place_of",
    "replace_file",
    "resolved",
    "spelled",
    "unwritable",
    "watched",
]


def place_of(path: str | os.PathLike[str]) -> Path:
    """Return a path as the system takes it: letters that the locale lacks become the bytes of UTF-8."""
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        return Path(os.fsdecode(str(path).encode("utf-8", "surrogateescape")))
    return Path(path)


def resolved(path: Path) -> Path:
    """Return a path without links and dots, as far as it leads: links in a circle lead nowhere."""
    return Path(os.path.realpath(path))


def spelled(text: str) -> str:
    """Return a text in letters where an ASCII locale has handed it over as undecoded bytes; any other as it is."""
    try:
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    except UnicodeEncodeError:
        return text


def contents_of(path: Path) -> bytes:
    """Return what is in a file of text.

    Raises:
        OSError: it cannot be read, is beyond the limit, or is no file: reading from a pipe would wait for ever.
    """
    require_file(path)
    require_size(path, "text")
    return path.read_bytes()


def replace_file(path: Path, contents: bytes) -> None:
    """Write a file so that its name shows the old contents or the new, never a part."""
    with aside(path.parent) as folder:
        (folder / path.name).write_bytes(contents)
        os.replace(folder / path.name, path)


@contextmanager
def left_as_it_was(folder: Path) -> Iterator[None]:
    """Remove the folders that the block made above this one, if they are empty."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        yield
    finally:
        for place in missing:
            if place.is_dir() and not any(place.iterdir()):
                place.rmdir()


def watched(path: Path) -> Callable[[], bool]:
    """Return a function that says whether the file was replaced or changed since this call."""

    def stamp() -> tuple[int, int] | None:
        try:
            about = path.stat()
        except OSError:
            return None
        return about.st_ino, about.st_mtime_ns

    before = stamp()
    return lambda: stamp() not in (before, None)


def check_writable(path: Path) -> None:
    """Refuse a file whose folder cannot be made or written. Leaves nothing behind.

    Raises:
        EncodeError: names the folder, and what the system says.
    """
    with unwritable(path), left_as_it_was(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass


@contextmanager
def unwritable(path: Path) -> Iterator[None]:
    """Turn an error of the system into one about the target.

    Raises:
        EncodeError: names the folder, and what the system says.
    """
    try:
        yield
    except OSError as error:
        raise EncodeError(f"{path}: the folder {path.parent} cannot be written ({error.strerror or error})") from None
