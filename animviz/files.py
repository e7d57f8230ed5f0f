"""Files appear whole or not at all, checks leave nothing behind, and names are told from the bytes that stand for them."""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from animviz.errors import EncodeError
from animviz.safety.aside import BEFORE, aside
from animviz.safety.limits import require_size
from animviz.safety.plain import require_file

__all__ = [
    "check_writable",
    "contents_of",
    "left_as_it_was",
    "place_of",
    "put_together",
    "replace_file",
    "resolved",
    "spelled",
    "sync",
    "sync_folder",
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
    """Write a file so that its name shows the old contents or the new, never a part.

    Raises:
        OSError: it cannot be written; names it, and not the place aside.
    """
    try:
        with aside(path.parent) as folder:
            (folder / path.name).write_bytes(contents)
            os.replace(folder / path.name, path)
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error


def put_together(places: Mapping[Path, Path], folder: Path) -> None:
    """Give files that belong together their names: all of them, or none where one cannot have it.

    Args:
        places: the name that a file shall have, by the place where it was made.
        folder: a place aside, from which what had the names before comes back.

    Raises:
        OSError: a file cannot have its name; what was there before is there again.
    """
    before = folder / BEFORE
    before.mkdir()
    begun: list[Path] = []
    try:
        for made, place in places.items():
            if place.exists():
                os.rename(place, before / place.name)
            begun.append(place)
            os.replace(made, place)
    except OSError:
        for place in begun:
            place.unlink(missing_ok=True)
        for old in before.iterdir():
            os.rename(old, next(place for place in places.values() if place.name == old.name))
        raise


def sync(file: IO[Any]) -> None:
    """Wait until the disk has what was written to a file."""
    file.flush()
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the disk has the names in a folder; Windows keeps them without being asked."""
    if os.name == "nt":
        return
    place = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(place)
    finally:
        os.close(place)


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
