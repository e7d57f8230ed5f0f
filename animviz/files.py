"""Files appear whole or not at all, and checks leave nothing behind."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["left_as_it_was", "replace_file", "watched"]


def replace_file(path: Path, contents: bytes) -> None:
    """Write a file so that its name shows the old contents or the new, never a part."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(contents)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def left_as_it_was(folder: Path) -> Iterator[None]:
    """Remove the folders that the block made on the way to this one, as far as they are empty."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        yield
    finally:
        for place in missing:
            if place.is_dir() and not any(place.iterdir()):
                place.rmdir()


def watched(path: Path) -> Callable[[], bool]:
    """Return a function that says whether the name has come to hold something else since now."""

    def stamp() -> tuple[int, int] | None:
        try:
            about = path.stat()
        except OSError:
            return None
        return about.st_ino, about.st_mtime_ns

    before = stamp()
    return lambda: stamp() not in (before, None)
