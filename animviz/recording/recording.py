"""Recordings: the states of a network over its training, a folder that anyone can read.

    run.rec/
      manifest.json                  what was trained, the layers, names and shapes of the weights, versions
      inputs.safetensors             inputs and labels that pictures are drawn from
      snapshots/000000.safetensors   the untrained state; then one file per capture
      index.jsonl                    epoch, step, logs and scores of every snapshot: a copy, for speed

A snapshot file exists whole or not at all, so a reader may look while training runs, and a killed run leaves every
finished snapshot readable. The files are plain safetensors and JSON: no pickle.
"""

import os
from bisect import bisect
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path
from reprlib import repr as shortened
from typing import Literal, overload

import numpy as np
from numpy.typing import NDArray

from animviz.arrays import Array
from animviz.errors import InputError, RecordingError
from animviz.files import place_of, resolved
from animviz.recording.basis import Basis, Inputs
from animviz.recording.consistency import require_consistent
from animviz.recording.manifest import Entry
from animviz.recording.meaning import Output
from animviz.recording.plausibility import faults_of_outputs
from animviz.recording.reader import load, read_index, read_manifest, snapshot_path
from animviz.recording.replay.layers import Layer
from animviz.recording.state import Snapshot, State
from animviz.sampling import is_number, last_at

__all__ = ["Recording"]

SCORES = ("loss", "accuracy")  # names of the numbers of one output
LARGE = 50_000_000  # bytes of a snapshot
LAST_EPOCH = 1e9


class Recording(Sequence[Snapshot]):
    """A recorded training run: a sequence of snapshots, read from disk when asked for.

    Attributes:
        path: its folder.
        manifest: what it says of itself.
        basis: the model and the samples, which are the same at every moment.
        entries: when each snapshot was taken and what was known then.

    Args:
        path: its folder.
        limit: how many snapshots to see at most, for readers that must agree while training goes on.
        output: name of the output that is drawn, of a model that has several.

    Raises:
        InputError: the model has no output of that name.
        RecordingError: it is missing, damaged or of another schema; says what is wrong and where.
    """

    def __init__(self, path: str | os.PathLike[str], *, limit: int | None = None, output: str | None = None) -> None:
        self.path = place_of(path)
        self.manifest = read_manifest(self.path)
        for fault in faults_of_outputs(self.manifest, shown_only=True):
            raise RecordingError(f"{self.path / 'manifest.json'}: {fault}; `animviz verify` lists all faults")
        self.basis = Basis(self.path, self.manifest, output)
        self._output = output
        self.entries = [self._as_seen(entry) for entry in read_index(self.path)[:limit]]
        if not self.entries:
            raise RecordingError(f"{self.path} holds no finished snapshot; record it again")
        self._require_rising()
        self._read = lru_cache(maxsize=self._kept)(self._read_snapshot)
        for index in {0, len(self) - 1}:
            require_consistent(self.basis, self._read(index).weights)
        self._identity = self._seen()

    def _require_rising(self) -> None:
        """Refuse epochs that do not rise, or are none."""
        epochs = self.epochs
        wrong = np.flatnonzero(~((epochs >= 0) & (epochs <= LAST_EPOCH) & (np.diff(epochs, prepend=-1.0) > 0)))
        if len(wrong):
            said = f"snapshot {wrong[0]} says it is of epoch {epochs[wrong[0]]:g}"
            raise RecordingError(
                f"{self.path}: {said}; expected epochs that rise, up to {LAST_EPOCH:g}; `animviz verify` says more"
            )

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[Snapshot]:
        return (self._read_snapshot(index) for index in range(len(self)))

    @overload
    def __getitem__(self, index: int) -> Snapshot: ...
    @overload
    def __getitem__(self, index: slice) -> list[Snapshot]: ...
    def __getitem__(self, index: int | slice) -> Snapshot | list[Snapshot]:
        if isinstance(index, slice):
            return [self._read(i) for i in range(len(self))[index]]
        return self._read(range(len(self))[index])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Recording) and self._identity == other._identity

    def __hash__(self) -> int:
        return hash(self._identity)

    def __reduce__(self) -> tuple[Callable[..., "Recording"], tuple[Path, int, str | None]]:
        return _reopened, (resolved(self.path), len(self), self._output)

    def __repr__(self) -> str:
        return f"Recording({str(self.path)!r}): {len(self)} snapshots, epochs {self.epochs[0]:g} to {self.epochs[-1]:g}"

    @property
    def id(self) -> str:
        """12 hex digits that name this run."""
        return self.manifest.id

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The model's layers in order."""
        return self.manifest.layers

    @property
    def _kept(self) -> int:
        """How many snapshots are kept in memory: two are what is blended."""
        return 2 if snapshot_path(self.path, 0).stat().st_size > LARGE else 4

    @cached_property
    def digest(self) -> str:
        """64 hex digits over the id, all entries and the last snapshot's file; a copy of the recording has the same.

        Raises:
            RecordingError: the last snapshot is gone.
        """
        # Each state follows from the one before: trainings that differ anywhere end differently.
        found = sha256(repr([self.id, *(entry.model_dump_json() for entry in self.entries)]).encode())
        path = snapshot_path(self.path, len(self) - 1)
        try:
            found.update(path.read_bytes())
        except OSError as error:
            raise RecordingError(f"{path} cannot be read ({error.strerror or error}); record the run again") from None
        return found.hexdigest()

    @cached_property
    def epochs(self) -> NDArray[np.float64]:
        """Moments of the snapshots in epochs since the start, shape (snapshots,)."""
        return np.array([entry.epoch for entry in self.entries])

    @property
    def inputs(self) -> Inputs:
        """The inputs that pictures are drawn from: one array (samples, ...), or several by name.

        Raises:
            RecordingError: none were recorded.
        """
        return self.basis.inputs

    @property
    def output_name(self) -> str | None:
        """Name of the output that is drawn, or None where there is none, or there are several and none was chosen."""
        return self.basis.output_name

    @property
    def output(self) -> Output:
        """The output that is drawn, and what it means.

        Raises:
            RecordingError: there is none, or there are several of one rank and none was chosen.
        """
        return self.basis.output

    def of_output(self, name: str) -> "Recording":
        """Return the same recording, seen from another output.

        Args:
            name: of the output.

        Raises:
            InputError: the model has no output of that name.
        """
        return self if name == self.output_name else Recording(self.path, limit=len(self), output=name)

    @property
    def labels(self) -> Array:
        """What viewers see as colours: int64 class numbers or floating values, shape (samples,).

        Raises:
            RecordingError: none were recorded.
        """
        return self.basis.labels

    @property
    def measured_on(self) -> str:
        """Which samples the scores are of: "test", "training" where an experiment has no others, or just "recorded"."""
        settings = self.manifest.settings or {}
        data = settings.get("data")
        if "train_inputs" in self.extras or (isinstance(data, dict) and "test_samples" in data):
            return "test"
        # Experiments note what they trained on; settings of a user's own say nothing of the samples.
        return "training" if "data_digest" in settings else "recorded"

    @property
    def label_names(self) -> tuple[str, ...]:
        """Names of the classes that labels name; empty where labels are values, or there are none."""
        return self.manifest.labels.names if self.manifest.labels else ()

    @property
    def targets(self) -> Array:
        """What the loss compares the output with; see `animviz.recording.basis.Basis.targets`.

        Raises:
            RecordingError: none were recorded.
        """
        return self.basis.targets

    @property
    def extras(self) -> dict[str, Array]:
        """Further arrays by name: "train_inputs", "train_labels", "images", "pixels" where animviz trained on images."""
        return self.basis.extras

    def history(self, name: str, *, source: Literal["logs", "scores"] = "logs") -> tuple[Array, Array]:
        """Return the epochs at which a number was noted, and its values: two float64 arrays of equal length."""
        pairs = [(e.epoch, getattr(e, source)[name]) for e in self.entries if name in getattr(e, source)]
        epochs, values = np.array(pairs, dtype=np.float64).reshape(-1, 2).T
        return epochs, values

    def noted(self, *, source: Literal["logs", "scores"] = "logs") -> list[str]:
        """Return the names of all numbers noted in any snapshot, in order of appearance."""
        return list(dict.fromkeys(name for entry in self.entries for name in getattr(entry, source)))

    @property
    def loss_source(self) -> Literal["logs", "scores"]:
        """Where `history` finds the loss: that of the recorded states, or Keras' own where there is none."""
        return "scores" if "loss" in self.noted(source="scores") else "logs"

    @cached_property
    def diverged_at(self) -> float | None:
        """Epoch of the snapshot from which on the weights or the loss are no finite numbers, or None if they are in the end.

        Weights that are no numbers stay so: of the snapshots only a few are read.
        """
        losses = [np.isfinite(entry.scores.get("loss", entry.logs.get("loss", 0.0))) for entry in self.entries]
        sound = len(losses) - int(np.argmax(losses[::-1])) if any(losses) else 0
        if not _is_finite(self[-1]):
            sound = min(sound, bisect(range(len(self)), False, key=lambda index: not _is_finite(self[index])))
        return float(self.epochs[sound]) if sound < len(self) else None

    def at(self, epoch: float) -> State:
        """Return the state at a moment in epochs, blended between the snapshots around it.

        Raises:
            InputError: the moment is no number, or outside the recording.
        """
        self.check_epoch(epoch)
        before = last_at(self.epochs, epoch)
        after = min(before + 1, len(self) - 1)
        span = self.epochs[after] - self.epochs[before]
        share = float(np.clip((epoch - self.epochs[before]) / span, 0, 1)) if span else 0.0
        share = 0.0 if share < 1e-9 else share
        return State(self.basis, self[before], self[after] if share else self[before], share)

    def check_epoch(self, epoch: float) -> None:
        """Check a moment in epochs.

        Raises:
            InputError: it is no number, or outside the recording.
        """
        first, last = self.epochs[0], self.epochs[-1]
        if not is_number(epoch):
            raise InputError(f"the epoch is {shortened(epoch)}; expected a number from {first:g} to {last:g}")
        if not first - 1e-9 <= epoch <= last + 1e-9:
            raise InputError(f"epoch {float(epoch):.12g} is outside the recording, which spans {first:g} to {last:g}")

    def activations(self, epoch: float, layer: str, inputs: Inputs | None = None) -> Array:
        """Return what a layer puts out at a moment; see `State.activations`."""
        return self.at(epoch).activations(layer, inputs)

    def layer_index(self, name: str) -> int:
        """Return the place of a layer.

        Raises:
            RecordingError: there is none of that name; lists those there are.
        """
        return self.basis.layer_index(name)

    def single_input(self, inputs: Inputs) -> Array:
        """Return the one input array.

        Raises:
            RecordingError: the model has several inputs.
        """
        return self.basis.single_input(inputs)

    def _as_seen(self, entry: Entry) -> Entry:
        """Return an entry whose scores are told from the output that is drawn, as those of the main one are written."""
        main, drawn = self.manifest.main_output, self.output_name
        if drawn is None or drawn == main or len(self.manifest.outputs) == 1:
            return entry
        names = {f"{drawn} {score}": score for score in SCORES}
        if main is not None:
            names |= {score: f"{main} {score}" for score in SCORES}
        return entry.model_copy(update={"scores": {names.get(k, k): value for k, value in entry.scores.items()}})

    def _seen(self) -> tuple[Path, str, int, int, int, int, str | None]:
        """Return by what two openings of a path are known to have found the same files."""
        # A run that is recorded anew has the same id if it begins alike; its last file is another one.
        last = snapshot_path(self.path, len(self) - 1).stat()
        return self.path, self.id, len(self), last.st_ino, last.st_size, last.st_mtime_ns, self._output

    def _read_snapshot(self, index: int) -> Snapshot:
        path = snapshot_path(self.path, index)
        arrays, _ = load(path)
        if wrong := self.manifest.mismatch(arrays):
            raise RecordingError(f"{path}: {wrong}")
        kept = {name: arrays[self.manifest.key("outputs", name)] for name in self.manifest.stored_outputs}
        return Snapshot(index, self.entries[index], arrays, kept)


def _is_finite(snapshot: Snapshot) -> bool:
    return all(np.isfinite(array).all() for array in snapshot.weights.values())


def _reopened(path: Path, limit: int, output: str | None) -> Recording:
    """Open in another process what was seen in this one, though training may have gone on."""
    return Recording(path, limit=limit, output=output)
