"""Places aside: hidden folders in which things are made before they take their names.

A process holds a lock in each of its folders. What a killed one leaves is swept by the next one that works there, since its
lock is free then; a folder whose lock is held is never touched. The lock goes with the process, however that ends.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from filelock import FileLock

__all__ = ["BEFORE", "aside", "sweep"]

PREFIX, SUFFIX, LOCK = ".animviz-", ".part", "owner.lock"
BEFORE = "before"
"""Folder in a place aside for what stands in the way of the new: it comes back if its owner is killed between two renames."""
DAY = 86_400  # seconds; earlier versions held no locks
ATTEMPTS = 10


@contextmanager
def aside(parent: Path) -> Iterator[Path]:
    """Make a hidden folder that is this process's own, and remove it at the end; sweep what others left there before.

    Args:
        parent: folder in which it is made; it must be there.

    Raises:
        OSError: it cannot be made.
    """
    _swept(parent.absolute())
    folder, lock = _owned(parent)
    try:
        yield folder
    finally:
        _emptied(folder)
        lock.release(force=True)
        # Several times: the ffmpeg of a worker that died may open its file a moment after it was removed.
        shutil.rmtree(folder, ignore_errors=True)
        for patience in (0.1, 0.3, 1.0):
            if folder.exists():
                time.sleep(patience)
                shutil.rmtree(folder, ignore_errors=True)


def _emptied(folder: Path) -> None:
    """Remove all but the lock: who is killed meanwhile leaves a folder that is known to be left."""
    with suppress(OSError):  # gone, or not to be read: what is left of it is another's task
        for each in [each for each in folder.iterdir() if each.name != LOCK]:
            if each.is_dir() and not each.is_symlink():
                shutil.rmtree(each, ignore_errors=True)
            else:
                each.unlink()


def sweep(parent: Path) -> None:
    """Remove the folders aside that no living process owns; what was in the way of the new comes back where it is missing.

    Args:
        parent: of the folders.
    """
    for folder in parent.glob(f"{PREFIX}*{SUFFIX}"):
        with suppress(OSError, RuntimeError, NotImplementedError):
            _remove_if_left(folder)


@cache
def _swept(parent: Path) -> None:
    """Sweep a folder once in the life of this process."""
    sweep(parent)


def _lock_in(folder: Path) -> "FileLock":
    from filelock import FileLock  # whose modules `--help` need not wait for

    return FileLock(folder / LOCK, thread_local=False)


def _owned(parent: Path) -> tuple[Path, "FileLock"]:
    for _ in range(ATTEMPTS):
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, suffix=SUFFIX, dir=parent))
        lock = _lock_in(folder)
        # Another process may sweep it between the moment that the lock is a file and the moment that it is held.
        with suppress(TimeoutError, FileNotFoundError):
            with suppress(NotImplementedError):  # a disk without locks: nobody can sweep there either
                lock.acquire(timeout=0)
            if folder.exists():
                return folder, lock
    raise OSError(f"no folder of its own in {parent} after {ATTEMPTS} attempts")


def _remove_if_left(folder: Path) -> None:
    if folder.is_symlink() or not folder.is_dir():
        return
    if not (folder / LOCK).exists():
        with suppress(OSError):  # empty: its owner was killed before it had its lock, or will make another one
            folder.rmdir()
            return
        if time.time() - folder.stat().st_mtime > DAY:
            shutil.rmtree(folder, ignore_errors=True)
        return
    lock = _lock_in(folder)
    try:
        lock.acquire(timeout=0)
    except TimeoutError:
        return
    try:
        for kept in (folder / BEFORE).iterdir() if (folder / BEFORE).is_dir() else ():
            if not (folder.parent / kept.name).exists():
                os.rename(kept, folder.parent / kept.name)
        _emptied(folder)
    finally:
        lock.release(force=True)
    shutil.rmtree(folder, ignore_errors=True)
