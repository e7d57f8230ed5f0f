"""Checksums: a file SHA256SUMS in a recording, which `sha256sum --check SHA256SUMS` reads too.

    <64 hex digits>  snapshots/000000.safetensors

A line is written before its file takes its name, so no finished file is without one. Where a file was replaced, it may
have the checksum of any of its lines: a killed writer leaves the older line, the newer line, or both. index.jsonl has
none: it is compared with the snapshots, which say the same.
"""

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from animviz.files import contents_of, replace_file, sync, sync_folder
from animviz.recording.listing import STATE, UNFINISHED, files_in, leftovers, snapshots_among
from animviz.safety.plain import require_file

__all__ = ["NAME", "altered", "checksum", "noted", "put", "settle", "summed"]

NAME = "SHA256SUMS"
LINE = re.compile("([0-9a-f]{64})  (.+)")


def put(folder: Path, name: str, *pieces: bytes | memoryview, durable: bool = False) -> None:
    """Write a file of a recording, whole or not at all, after its checksum.

    Args:
        folder: of the recording.
        name: of the file, from there.
        pieces: all of it, one after the other.
        durable: wait until the disk has it, under its name, so that it outlasts a loss of power.

    Raises:
        OSError: the disk is full or the folder cannot be written.
    """
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    with (folder / NAME).open("a", encoding="utf-8") as file:
        file.write(f"{digest.hexdigest()}  {name}\n")
        if durable:
            sync(file)
    # No place aside, which would take as long as the rest: one process writes a recording, and it settles first.
    place = folder / name
    beside = place.with_name(f".{place.name}{UNFINISHED}")
    try:
        with beside.open("wb") as file:
            file.writelines(pieces)
            if durable:
                sync(file)
        os.replace(beside, place)
        if durable:
            sync_folder(place.parent)
    finally:
        beside.unlink(missing_ok=True)


def checksum(path: Path) -> str:
    """Return the checksum of a file, 64 hex digits.

    Raises:
        OSError: it cannot be read, or is no file.
    """
    require_file(path)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def noted(folder: Path) -> tuple[dict[str, list[str]], list[int]]:
    """Return the checksums that files may have, in the order in which they were noted, and the lines that are damaged.

    Args:
        folder: of a recording that has checksums.

    Returns:
        Checksums by the name of the file, and numbers of lines, from 1.

    Raises:
        OSError: they cannot be read.
    """
    found: dict[str, list[str]] = {}
    damaged = []
    # A last line without an end is what a killed writer leaves; the file of such a line is not there.
    lines = contents_of(folder / NAME).decode("utf-8", "replace").split("\n")[:-1]
    for number, line in enumerate(lines, start=1):
        if match := LINE.fullmatch(line):
            found.setdefault(match[2], []).append(match[1])
        else:
            damaged.append(number)
    return found, damaged


def settle(folder: Path) -> None:
    """Remove what was not finished, and leave one line for each file, the last that was noted.

    A recording of a version without checksums gets all of them.

    Args:
        folder: of a recording that nobody else writes.

    Raises:
        OSError: a file cannot be read or the folder cannot be written.
    """
    for name in leftovers(files_in(folder)):
        if name.endswith(UNFINISHED):  # else it lies in a place aside, which may be another process's
            (folder / name).unlink(missing_ok=True)
    known = noted(folder)[0] if (folder / NAME).exists() else None
    lines = ""
    for name in summed(files_in(folder)):
        if known is None or name in known:
            lines += f"{checksum(folder / name) if known is None else known[name][-1]}  {name}\n"
    replace_file(folder / NAME, lines.encode())


def altered(folder: Path, files: Sequence[str], *, finished: bool) -> Iterator[str]:
    """Give the files that are not as they were written, in words.

    Args:
        folder: of a recording that has checksums.
        files: names of its files, listed before this call.
        finished: whether nobody writes it; else the last file that was noted may not be there yet.
    """
    known, damaged = noted(folder)
    for line in damaged:
        yield f"{NAME}: line {line} is damaged"
    for name in summed(files):
        if name not in known:
            yield f"{name}: has no checksum in {NAME}"
        elif not _as_written(folder / name, known[name]):
            yield f"{name}: is not what was written; its SHA-256 is not the one in {NAME}"
    for name in list(known) if finished else list(known)[:-1]:
        if name != STATE and not (folder / name).exists():
            yield f"{name}: is missing; {NAME} lists it"


def summed(files: Sequence[str]) -> list[str]:
    """Return the names of those files that have a checksum, in order."""
    return [name for name in ("manifest.json", "inputs.safetensors", *snapshots_among(files), STATE) if name in files]


def _as_written(path: Path, sums: Sequence[str]) -> bool:
    try:
        return checksum(path) in sums
    except FileNotFoundError:  # removed since it was listed
        return True
