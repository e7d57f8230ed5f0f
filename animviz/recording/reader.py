"""Reads the files of a recording, and refuses what is not as it says."""

import json
import os
from pathlib import Path
from reprlib import repr as shortened

from pydantic import ValidationError
from safetensors import SafetensorError

from animviz.arrays import Array
from animviz.errors import RecordingError
from animviz.files import contents_of
from animviz.recording.arrays_file import arrays_in
from animviz.recording.listing import numbers_of
from animviz.recording.manifest import FORMAT, SCHEMA, Entry, Manifest
from animviz.recording.nearby import nearby
from animviz.recording.upgrading import upgraded
from animviz.safety.aside import sweep

__all__ = ["load", "read_index", "read_manifest", "snapshot_path"]

LINE = 1 << 20  # bytes of the index, which has one for each snapshot


def snapshot_path(folder: Path, index: int) -> Path:
    """Return where a snapshot lives.

    Args:
        folder: of the recording.
        index: place of the snapshot, from 0.
    """
    return folder / "snapshots" / f"{index:06d}.safetensors"


def load(path: Path) -> tuple[dict[str, Array], dict[str, str]]:
    """Return the arrays of a file, and its metadata.

    Raises:
        RecordingError: it cannot be read.
    """
    try:
        return arrays_in(path)
    except (SafetensorError, OSError, ValueError) as error:
        cause = getattr(error, "strerror", None) or error
        raise RecordingError(f"{path} cannot be read ({cause}); record the run again") from None


def read_manifest(folder: Path) -> Manifest:
    """Return what a recording says of itself.

    Raises:
        RecordingError: there is none, or it is not as it should be.
    """
    path = folder / "manifest.json"
    if not folder.exists():
        sweep(folder.parent)  # it may have been put aside by a process that was killed
    if not folder.exists():
        there = f"there are {', '.join(found)}" if (found := nearby(folder)) else "expected the folder of a recorder"
        raise RecordingError(f"no recording at {folder}; {there}")
    if not path.is_file():
        raise RecordingError(f"{folder} is not a recording: it has no manifest.json")
    try:
        raw = json.loads(contents_of(path))
        if not isinstance(raw, dict) or raw.get("format") != FORMAT:
            raise RecordingError(f'{path} does not say "format": "{FORMAT}"; it is damaged, or not of animviz')
        version = raw.get("schema_version")
        if type(version) is not int or version < 1:
            raise RecordingError(f"{path}: schema_version is {version!r}; expected a number from 1 to {SCHEMA}")
        if version > SCHEMA:
            raise RecordingError(
                f"{path}: schema {version} is newer than this animviz knows ({SCHEMA}); update animviz"
            )
        return Manifest.model_validate(upgraded(raw, _old_labels(folder)) if version == 1 else raw)
    except ValidationError as error:
        raise RecordingError(f"{path}: {_said(error)}") from None
    except (ValueError, OSError, RecursionError, TypeError, AttributeError, LookupError) as error:
        raise RecordingError(f"{path} cannot be read ({getattr(error, 'strerror', None) or error})") from None


def _said(error: ValidationError) -> str:
    """Return the first thing that is wrong in one line: its place, and what is there instead."""
    first = error.errors()[0]
    place = ".".join(map(str, first["loc"])) or "contents"
    if first["type"] == "missing":
        return f"{place} is missing"
    expected = first["msg"].removeprefix("Value error, ").partition(" or instance of")[0]
    return (
        f"{place}: {expected}"
        if first["type"] == "value_error"
        else f"{place} is {shortened(first['input'])}; {expected}"
    )


def _old_labels(folder: Path) -> Array | None:
    """Return the labels of a recording of schema 1, whose form says what they mean."""
    path = folder / "inputs.safetensors"
    return load(path)[0].get("labels") if path.exists() else None


def read_index(folder: Path) -> list[Entry]:
    """Return an entry per finished snapshot: from the index, and from the files that it does not know yet.

    Args:
        folder: of the recording.

    Raises:
        RecordingError: there is no folder of snapshots, one is missing though later ones are there, or one cannot be read or
            does not say when it was taken.
    """
    count = _count(folder)
    entries = _indexed(folder / "index.jsonl", count)
    for index in range(len(entries), count):
        path = snapshot_path(folder, index)
        _, metadata = load(path)
        try:
            entries.append(Entry.model_validate_json(metadata["entry"]))
        except (KeyError, ValidationError):
            raise RecordingError(f"{path} does not say its epoch and step; it was not written by animviz") from None
    return entries


def _count(folder: Path) -> int:
    """Return how many snapshots there are, up to the first number that is not taken."""
    try:
        numbers = set(numbers_of([f"snapshots/{name}" for name in os.listdir(folder / "snapshots")]))
    except OSError as error:
        raise RecordingError(f"{folder} is not a complete recording: {error.strerror} (snapshots)") from None
    count = next(number for number in range(len(numbers) + 1) if number not in numbers)
    # A list that is read while snapshots are written may lack the one before the last.
    if count < len(numbers) and not snapshot_path(folder, count).exists():
        raise RecordingError(
            f"{snapshot_path(folder, count)} is missing, though later snapshots are there; `animviz verify` says more"
        )
    return count


def _indexed(path: Path, count: int) -> list[Entry]:
    """Return the entries up to the first line that is torn or missing, and no more than so many."""
    entries: list[Entry] = []
    if not path.is_file():
        return entries
    try:
        with path.open("rb") as file:
            while len(entries) < count:
                entries.append(Entry.model_validate_json(file.readline(LINE)))
    except ValidationError:
        pass
    except OSError as error:
        raise RecordingError(f"{path} cannot be read ({error.strerror or error})") from None
    return entries
