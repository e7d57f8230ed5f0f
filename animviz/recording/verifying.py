"""Verifying: every file of a recording is read, and compared with its checksum, the manifest and the other files."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from animviz.arrays import Array
from animviz.errors import RecordingError
from animviz.files import contents_of
from animviz.recording import checksums
from animviz.recording.basis import below
from animviz.recording.listing import files_in, gaps, leftovers, size_of, snapshots_among, strangers
from animviz.recording.manifest import SCHEMA, Entry, Manifest
from animviz.recording.plausibility import faults_of_names, faults_of_samples, faults_of_values
from animviz.recording.reader import load, read_manifest
from animviz.recording.replay.forward import MISFITS, forward
from animviz.recording.replay.layers import is_chain
from animviz.safety.limits import limit

__all__ = ["Report", "schema_of", "verify"]


@dataclass(frozen=True)
class Report:
    """What was found in a recording.

    Attributes:
        faults: each with the name of its file; none if the recording is sound.
        notes: what is no fault but good to know.
        snapshots: how many there are.
        arrays: how many could be read, of all files.
        size: bytes of all files.
    """

    faults: tuple[str, ...]
    notes: tuple[str, ...]
    snapshots: int
    arrays: int
    size: int


def verify(folder: Path) -> Report:
    """Look at every file of a recording, also while it is written.

    Args:
        folder: of the recording.

    Raises:
        RecordingError: there is no recording.
    """
    if not (folder / "snapshots").is_dir():
        read_manifest(folder)
    return _Examination(folder).report()


def schema_of(folder: Path) -> int | None:
    """Return the version of the schema in which a recording is written, or None where its manifest is damaged."""
    try:
        version = json.loads(contents_of(folder / "manifest.json"))["schema_version"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return version if isinstance(version, int) else None


class _Examination:
    """One look at all files; what cannot be read is a fault, and the others are looked at nevertheless."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.arrays = 0
        self.unreadable: list[str] = []
        # In the order in which a writer ends its work: what is looked at first tells of no file that is listed too early.
        self.schema = schema_of(folder)
        self.manifest = self._manifest()
        self.finished = self.manifest is None or self.manifest.finished
        index = folder / "index.jsonl"
        self.index = _index_in(index)
        self.files = files_in(folder)
        self.snapshots = snapshots_among(self.files)

    def report(self) -> Report:
        """Look at everything."""
        data = self._read("inputs.safetensors")[0] if "inputs.safetensors" in self.files else {}
        faults, lines = [], []
        for name in self.snapshots:
            arrays, metadata = self._read(name)
            lines.append(metadata.get("entry") if arrays or metadata else "")
            faults += [f"{name}: {fault}" for fault in self._faults_of_snapshot(name, arrays, data)]
        around = [*strangers(self.files), *gaps(self.snapshots), *self._altered(), *self._faults_of_samples(data)]
        faults = [*around, *self.unreadable, *faults, *_falling(self.snapshots, lines), *self._index(lines)]
        size = size_of(self.folder, self.files)
        return Report(tuple(faults), tuple(self._notes()), len(self.snapshots), self.arrays, size)

    def _notes(self) -> Iterator[str]:
        if not self.finished:
            yield "the training goes on, or was cut short"
        if checksums.NAME not in self.files and self.schema != SCHEMA:
            yield "no checksums (written by an older version)"
        for name in leftovers(self.files):
            yield f"{name} was not finished; if nobody writes it now, it can be deleted"

    def _manifest(self) -> Manifest | None:
        try:
            if (self.folder / "manifest.json").is_file():
                return read_manifest(self.folder)
            self.unreadable.append("manifest.json: is missing")
        except RecordingError as error:
            self._note(error)
        return None

    def _read(self, name: str) -> tuple[dict[str, Array], dict[str, str]]:
        """Return arrays and metadata of a file; none where it cannot be read."""
        try:
            arrays, metadata = load(self.folder / name)
        except RecordingError as error:
            self._note(error)
            return {}, {}
        self.arrays += len(arrays)
        return arrays, metadata

    def _note(self, error: RecordingError) -> None:
        fault = str(error).removeprefix(f"{self.folder}/")
        if fault not in self.unreadable:
            self.unreadable.append(fault)

    def _altered(self) -> Iterator[str]:
        if checksums.NAME in self.files:
            yield from checksums.altered(self.folder, self.files, finished=self.finished)
        elif self.schema == SCHEMA:
            yield f"{checksums.NAME}: is missing"

    def _faults_of_samples(self, data: Mapping[str, Array]) -> Iterator[str]:
        if self.manifest is not None:
            names = faults_of_names(self.manifest, shown_only=self.schema == 1)
            yield from (f"manifest.json: {fault}" for fault in names)
            yield from (f"inputs.safetensors: {fault}" for fault in faults_of_samples(self.manifest, data))

    def _faults_of_snapshot(self, name: str, arrays: dict[str, Array], data: Mapping[str, Array]) -> Iterator[str]:
        manifest = self.manifest
        if manifest is None or not arrays:
            return
        if wrong := manifest.mismatch(arrays):
            yield wrong
            return
        samples = next((len(array) for key, array in data.items() if key.split("/")[0] == "inputs"), None)
        try:
            values = self._values(manifest, arrays, data if name == self.snapshots[-1] else {})
        except (*MISFITS, RecordingError) as error:
            yield f"its layers do not fit together ({error})"
            return
        for output in manifest.outputs:
            if output.name in values:
                yield from faults_of_values(manifest, output, values[output.name], samples)

    def _values(self, manifest: Manifest, arrays: dict[str, Array], data: Mapping[str, Array]) -> dict[str, Array]:
        """Return what the model puts out, by output: as it is stored, or as it is replayed where inputs are given."""
        weights = below("weights", arrays)
        finite = all(np.isfinite(array).all() for array in weights.values())
        if finite and "inputs" in data and is_chain(manifest.layers) and len(manifest.outputs) == 1:
            return {manifest.outputs[0].name: forward(manifest.layers, weights, data["inputs"])}
        return {name: arrays[manifest.key("outputs", name)] for name in manifest.stored_outputs}

    def _index(self, lines: Sequence[str | None]) -> Iterator[str]:
        """Compare the index with what the snapshots say; a killed writer leaves its end out."""
        count, torn = self.index.count(b"\n"), self.index[-1:] not in (b"", b"\n")
        for number, (line, expected) in enumerate(zip(BytesIO(self.index), lines, strict=False), start=1):
            if expected and line.endswith(b"\n") and line[:-1] != expected.encode():
                yield f"index.jsonl: line {number} is not what {self.snapshots[number - 1]} says"
        short = count < len(lines) and not self.finished
        if not short and (torn or count != len(lines)):
            yield f"index.jsonl: has {count} whole lines; expected {len(lines)}, one for each snapshot, and no more"


def _index_in(path: Path) -> bytes:
    """Return the index as far as the limit on files of a recording allows."""
    if not path.is_file():
        return b""
    with path.open("rb") as file:
        return file.read(limit("arrays"))


def _falling(snapshots: Sequence[str], lines: Sequence[str | None]) -> Iterator[str]:
    """Give the snapshots that do not say when they were taken, or that were not taken after those before them."""
    before: Entry | None = None
    for name, line in zip(snapshots, lines, strict=True):
        try:
            entry = Entry.model_validate_json(line or "")
        except ValidationError:
            if line != "":  # else it could not be read
                yield f"{name}: does not say its epoch and step"
            continue
        if before is not None and not entry.follows(before):
            now, then = (f"epoch {one.epoch:g} and step {one.step}" for one in (entry, before))
            yield f"{name}: is of {now}, the one before it of {then}; expected a later one"
        before = entry
