"""What a recording will cost: said, or refused, before its first byte is written."""

import logging
import shutil
from pathlib import Path

from animviz.errors import RecordingError
from animviz.safety.sizes import size_text

__all__ = ["announce"]

LARGE = 2**30  # bytes from which the cost is a warning and not a note
log = logging.getLogger("animviz")


def announce(path: Path, size: int, count: int | None) -> None:
    """Say what a recording will cost.

    Args:
        path: its folder.
        size: bytes of a snapshot.
        count: snapshots, where their number is known.

    Raises:
        RecordingError: the disk has less room; names both numbers.
    """
    total = size * (count or 1)
    number = (
        f"{count} snapshots of {size_text(size)}, {size_text(total)} in all"
        if count
        else f"{size_text(size)} a snapshot"
    )
    log.log(logging.WARNING if total > LARGE else logging.INFO, "recording %s: %s", path, number)
    existing = next(folder for folder in path.absolute().parents if folder.exists())
    if total > (free := shutil.disk_usage(existing).free):
        raise RecordingError(
            f"{path} needs {size_text(total)}, {size_text(free)} are free; capture less often (every=...)"
        )
