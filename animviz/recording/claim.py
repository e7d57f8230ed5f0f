"""A claim: while a process writes a recording, no other process may write there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from animviz.errors import RecordingError

__all__ = ["Claim", "require_unclaimed"]

NAME = "writing.lock"  # in the recording's folder while it is written; a killed writer leaves it behind, without effect


class Claim:
    """A recording's folder, claimed for this process until it is released or the process ends.

    Args:
        folder: of the recording; it may be renamed meanwhile.

    Raises:
        RecordingError: another process writes there.
    """

    def __init__(self, folder: Path) -> None:
        self._lock = _acquired(folder)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keep the claim after the block, unless it fails."""
        try:
            yield
        except BaseException:
            self._lock.release(force=True)
            raise

    def release(self, folder: Path) -> None:
        """End the claim; `folder` is where the recording lies now."""
        self._lock.release(force=True)
        (folder / NAME).unlink(missing_ok=True)


def require_unclaimed(folder: Path) -> None:
    """Refuse a recording that another process is writing.

    Raises:
        RecordingError: says so.
    """
    if (folder / NAME).exists():
        _acquired(folder).release()


def _acquired(folder: Path) -> FileLock:
    # One lock for each file in this process: a second fit in the same notebook goes on, or begins anew.
    lock = FileLock(folder / NAME, is_singleton=True, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise RecordingError(
            f"{folder} is being written by another process; wait for it, or choose another name"
        ) from None
    return lock
