"""Recovering: what can be trusted of a damaged recording becomes a recording again. The damaged one stays as it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from animviz.arrays import Array
from animviz.errors import RecordingError
from animviz.recording import checksums
from animviz.recording.claim import require_unclaimed
from animviz.recording.listing import files_in, snapshots_among
from animviz.recording.manifest import Entry, Manifest
from animviz.recording.reader import load, read_manifest
from animviz.recording.writer import RecordingWriter

__all__ = ["Recovered", "recover"]

Found = tuple[dict[str, Array], Entry]


@dataclass(frozen=True)
class Recovered:
    """What became of a recording.

    Attributes:
        kept: how many snapshots there are in the new one.
        lost: each snapshot that is not, with the reason.
    """

    kept: int
    lost: tuple[str, ...]


def recover(source: Path, target: Path) -> Recovered:
    """Write the snapshots that are as they were written into a new recording.

    What a recording says of itself and its samples must be whole: without them nobody knows what the numbers mean.

    Args:
        source: folder of the recording.
        target: where to; nothing may be there.

    Raises:
        RecordingError: there is nothing that could be trusted, something is at the target, or it cannot be written.
    """
    if target.exists():
        raise RecordingError(f"{target} exists; choose another name, or move it away")
    require_unclaimed(source)
    manifest, known = read_manifest(source), _known(source)
    data = _samples(source, known)
    lost: list[str] = []
    writer: RecordingWriter | None = None
    for arrays, entry in _trusted(source, manifest, known, lost):
        if writer is None:
            writer = RecordingWriter.create(target, manifest.model_copy(update={"finished": False}), data)
        writer.append(arrays, entry)
    if writer is None:
        raise RecordingError(f"{source}: no snapshot can be trusted ({lost[0] if lost else 'there is none'})")
    writer.mark(finished=manifest.finished)
    return Recovered(writer.count, tuple(lost))


def _trusted(source: Path, manifest: Manifest, known: dict[str, list[str]], lost: list[str]) -> Iterator[Found]:
    """Yield the snapshots that are sound, each of a later moment than the one before it; note the others."""
    before: Entry | None = None
    for name in snapshots_among(files_in(source)):
        try:
            arrays, entry = _snapshot(source, name, manifest, known)
        except RecordingError as error:
            lost.append(f"{name}: {str(error).removeprefix(f'{source / name} ')}")
            continue
        if before is not None and not entry.follows(before):
            lost.append(f"{name}: is not of a later moment than the one before it")
            continue
        before = entry
        yield arrays, entry


def _snapshot(source: Path, name: str, manifest: Manifest, known: dict[str, list[str]]) -> Found:
    """Return a snapshot.

    Raises:
        RecordingError: it cannot be read, or is not as it was written.
    """
    _require_as_written(source, name, known)
    arrays, metadata = load(source / name)
    if wrong := manifest.mismatch(arrays):
        raise RecordingError(wrong)
    try:
        return arrays, Entry.model_validate_json(metadata.get("entry", ""))
    except ValidationError:
        raise RecordingError("does not say its epoch and step") from None


def _samples(source: Path, known: dict[str, list[str]]) -> dict[str, Array]:
    """Return inputs, labels and extras.

    Raises:
        RecordingError: they are damaged.
    """
    name = "inputs.safetensors"
    if not (source / name).exists() and name not in known:
        return {}
    try:
        _require_as_written(source, name, known)
        return load(source / name)[0]
    except RecordingError as error:
        raise RecordingError(
            f"{source}: its samples are damaged, and without them it has no meaning ({error})"
        ) from None


def _known(source: Path) -> dict[str, list[str]]:
    try:
        return checksums.noted(source)[0] if (source / checksums.NAME).exists() else {}
    except OSError as error:
        raise RecordingError(f"{source / checksums.NAME} cannot be read ({error.strerror})") from None


def _require_as_written(source: Path, name: str, known: dict[str, list[str]]) -> None:
    try:
        if name in known and checksums.checksum(source / name) not in known[name]:
            raise RecordingError("is not what was written: its checksum is another")
    except OSError as error:
        raise RecordingError(f"cannot be read ({error.strerror})") from None
