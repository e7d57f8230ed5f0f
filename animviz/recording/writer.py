"""Write a recording: whole files only, each beside its name and then renamed."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import monotonic

import numpy as np

from animviz.arrays import Array
from animviz.errors import RecordingError
from animviz.files import contents_of, left_as_it_was, replace_file, resolved
from animviz.recording import checksums
from animviz.recording.arrays_file import pieces_of
from animviz.recording.claim import Claim, require_unclaimed
from animviz.recording.listing import STATE
from animviz.recording.manifest import FORMAT, Entry, Manifest
from animviz.recording.reader import snapshot_path
from animviz.recording.recording import Recording
from animviz.recording.training_state import TrainingState, write_state
from animviz.safety.aside import BEFORE, aside
from animviz.safety.limits import beyond

__all__ = ["RecordingWriter", "recording_id", "replaced", "require_replaceable"]


APART = 1.0  # seconds between snapshots that each wait for the disk; more often it would delay the training


def recording_id(settings: object, arrays: Mapping[str, Array]) -> str:
    """Return 12 hex digits over settings, inputs and initial weights, by which a run can be named.

    Args:
        settings: anything whose `repr` is the same in every process.
        arrays: by name, in any order.
    """
    digest = hashlib.sha256(repr(settings).encode())
    for name in sorted(arrays):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(arrays[name]).data)
    return digest.hexdigest()[:12]


class RecordingWriter:
    """Appends snapshots to a recording's folder.

    Attributes:
        path: the folder.
        manifest: what is written into manifest.json.
        count: snapshots written so far.
    """

    def __init__(self, path: Path, manifest: Manifest, *, count: int = 0) -> None:
        self.path = path
        self.manifest = manifest
        self.count = count
        self._claim: Claim | None = None
        self._wrote = monotonic()

    @classmethod
    def create(
        cls,
        path: Path,
        manifest: Manifest,
        data: Mapping[str, Array],
        begin: Callable[["RecordingWriter"], None] = lambda writer: None,
    ) -> "RecordingWriter":
        """Start a recording in place of whatever recording is there.

        Args:
            path: folder to write; its parents are made.
            manifest: what the recording says of itself.
            data: contents of inputs.safetensors: "inputs" or "inputs/NAME", and "labels".
            begin: called with the writer once the folder is there; if it raises, what was there before comes back.

        Raises:
            RecordingError: something is there that is not a recording, or the folder cannot be written.
        """
        require_replaceable(path)
        with left_as_it_was(path.parent), ExitStack() as stack, _written(f"the recording {path}"):
            path.parent.mkdir(parents=True, exist_ok=True)
            beside = stack.enter_context(aside(path.parent)) / path.name
            writer = cls(beside, manifest)
            (beside / "snapshots").mkdir(parents=True)
            if said := beyond("arrays", sum(array.nbytes for array in data.values())):
                raise RecordingError(f"the samples of {path} would take {said}; or record fewer")
            if data:
                checksums.put(beside, "inputs.safetensors", *pieces_of(data, {}))
            writer._write_manifest()
            with replaced(path, beside):
                writer.path = path
                writer._claim = Claim(path)
                with writer._claim.kept():
                    begin(writer)
        return writer

    @classmethod
    def resume(cls, recording: Recording, count: int | None = None) -> "RecordingWriter":
        """Go on after a snapshot of a recording.

        Args:
            recording: that is there.
            count: how many snapshots stay, at least one; by default all.

        Raises:
            RecordingError: another process writes there, or the folder cannot be written.
        """
        path, entries = recording.path, recording.entries[:count]
        writer = cls(path, recording.manifest, count=len(entries))
        writer._claim = Claim(path)
        with _written(f"the recording {path}"):
            lines = "".join(entry.model_dump_json() + "\n" for entry in entries)
            replace_file(path / "index.jsonl", lines.encode())
            for place in reversed(range(len(entries), len(recording))):
                snapshot_path(path, place).unlink()
            checksums.settle(path)
        writer.mark(finished=False)
        return writer

    def append(self, arrays: Mapping[str, Array], entry: Entry) -> None:
        """Add a snapshot.

        Where snapshots come a second or more apart, each is on the disk when this returns, and outlasts a loss of power.

        Args:
            arrays: "weights/NAME", "stored/LAYER" and so on, as the manifest lists them.
            entry: when it was taken and what was known then.

        Raises:
            RecordingError: the manifest does not list these arrays, the disk is full or the folder cannot be written.
        """
        if wrong := self.manifest.mismatch(arrays):
            raise RecordingError(f"cannot write snapshot {self.count} of {self.path}: {wrong}")
        line = entry.model_dump_json()
        with _written(f"snapshot {self.count} of {self.path}"):
            pieces = pieces_of(arrays, {"entry": line})
            if said := beyond("arrays", sum(map(len, pieces))):  # nobody could read it
                raise RecordingError(f"snapshot {self.count} of {self.path} would take {said}")
            name = snapshot_path(self.path, self.count).relative_to(self.path).as_posix()
            checksums.put(self.path, name, *pieces, durable=monotonic() - self._wrote >= APART)
            self._wrote = monotonic()
            with (self.path / "index.jsonl").open("a", encoding="utf-8") as index:
                index.write(line + "\n")
        self.count += 1

    def keep(self, arrays: Mapping[str, Array], numbers: Mapping[str, float]) -> None:
        """Keep what the training needs to go on from the last snapshot, until it is finished.

        Args:
            arrays: by name.
            numbers: by name.

        Raises:
            RecordingError: it is beyond the limit, the disk is full or the folder cannot be written.
        """
        with _written(f"{self.path / STATE}"):
            write_state(self.path, TrainingState(self.count, arrays, numbers))

    def mark(self, *, finished: bool) -> None:
        """Note in the manifest whether the training came to its end.

        Raises:
            RecordingError: the folder cannot be written.
        """
        self.manifest = self.manifest.model_copy(update={"finished": finished})
        with _written(f"the recording {self.path}"):
            self._write_manifest()
            if finished:
                (self.path / STATE).unlink(missing_ok=True)
            checksums.settle(self.path)
            if finished and self._claim is not None:
                self._claim.release(self.path)
                self._claim = None

    def _write_manifest(self) -> None:
        checksums.put(self.path, "manifest.json", self.manifest.model_dump_json(indent=1).encode())


@contextmanager
def _written(what: str) -> Iterator[None]:
    """Turn what the system refuses into an error that says what cannot be written."""
    try:
        yield
    except OSError as error:
        raise RecordingError(f"cannot write {what}: {error.strerror or error}") from error


@contextmanager
def replaced(path: Path, beside: Path) -> Iterator[None]:
    """Put a folder in the place of another; if the block fails, the other one comes back.

    Args:
        path: of the other one, where there is one.
        beside: the folder, in a place aside, from which the other one comes back also after a kill.
    """
    require_unclaimed(path)
    old = beside.parent / BEFORE / path.name
    old.parent.mkdir()
    try:
        # Both moves are renames: a kill leaves the old recording, none, or the new one, never a mixture.
        if path.exists():
            path.rename(old)
        beside.rename(path)
        yield
    except BaseException:
        shutil.rmtree(path, ignore_errors=True)
        if old.exists():
            old.rename(path)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def is_recording(path: Path) -> bool:
    """Say whether a folder is a recording: by what its manifest says, or by its snapshots if that is damaged."""
    try:
        said = json.loads(contents_of(path / "manifest.json"))
    except OSError:
        return False
    except (ValueError, RecursionError):
        return (path / "snapshots").is_dir()
    return isinstance(said, dict) and said.get("format") == FORMAT


def require_replaceable(path: Path) -> None:
    """Check that a recording can be written here and destroys nothing else; leaves nothing behind.

    Raises:
        RecordingError: the path is a file, or a folder that holds something other than a recording, or cannot be
            written, or another process writes there.
    """
    try:
        with left_as_it_was(path.parent):
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=path.parent):
                pass
        free = not path.exists() or is_recording(path) or (path.is_dir() and not any(path.iterdir()))
    except OSError as error:
        raise RecordingError(f"cannot write the recording {path}: {error.strerror or error}") from None
    if not free or resolved(path) in (Path.cwd(), *Path.cwd().parents):
        raise RecordingError(f"{path} exists and is not a recording; move it away or choose another name")
    require_unclaimed(path)
