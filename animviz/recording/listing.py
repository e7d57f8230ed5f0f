"""Listing: which files a recording has, which belong into it, and which are missing."""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

__all__ = [
    "STATE",
    "UNFINISHED",
    "files_in",
    "gaps",
    "leftovers",
    "numbers_of",
    "size_of",
    "snapshots_among",
    "strangers",
]

UNFINISHED = ".part"
"""How the hidden name of a file ends that is not whole yet, or that of the folder in which it is made."""
STATE = "training.safetensors"
"""What a training that was cut short goes on from; only unfinished recordings have it."""
SNAPSHOT = r"snapshots/(\d{6,})\.safetensors"
KNOWN = re.compile(
    rf"{SNAPSHOT}|manifest\.json|(?:inputs|training)\.safetensors|index\.jsonl|SHA256SUMS|writing\.lock|(?:embeddings|landscapes|votes)/\w+\.safetensors"
)


def files_in(folder: Path) -> list[str]:
    """Return the names of all files of a recording, from its folder."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())


def size_of(folder: Path, files: Sequence[str]) -> int:
    """Return the bytes of files, as far as they are still there."""
    size = 0
    for name in files:
        with suppress(FileNotFoundError):
            size += (folder / name).stat().st_size
    return size


def snapshots_among(files: Sequence[str]) -> list[str]:
    """Return the names of the finished snapshots in order."""
    return sorted((name for name in files if re.fullmatch(SNAPSHOT, name)), key=_number)


def leftovers(files: Sequence[str]) -> list[str]:
    """Return the files that a writer has begun and not finished."""
    return [name for name in files if _is_begun(name)]


def strangers(files: Sequence[str]) -> Iterator[str]:
    """Give the files that are not of a recording, in words."""
    for name in files:
        if not KNOWN.fullmatch(name) and not _is_begun(name):
            yield f"{name}: is not a file of a recording"


def gaps(snapshots: Sequence[str]) -> Iterator[str]:
    """Give the snapshots that are missing before others, in words."""
    if not snapshots:
        yield "snapshots: there is none; record the run again"
    for before, after in pairwise([-1, *map(_number, snapshots)]):
        if after - before > 1:
            missing = f"{before + 1:06d}" + ("" if after - before == 2 else f" to {after - 1:06d}")
            yield f"snapshots: {missing} missing, before {after:06d}"


def numbers_of(files: Sequence[str]) -> list[int]:
    """Return the numbers of the finished snapshots in order."""
    return sorted(int(found[1]) for name in files if (found := re.fullmatch(SNAPSHOT, name)))


def _number(name: str) -> int:
    return numbers_of([name])[0]


def _is_begun(name: str) -> bool:
    """Say whether a file, or the folder in which it is made, is not finished."""
    return any(part.startswith(".") and part.endswith(UNFINISHED) for part in name.split("/"))
