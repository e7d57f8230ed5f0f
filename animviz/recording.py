"""Recordings: the states of a network over its training, a folder that anyone can read.

    run.rec/
      manifest.json                  what was trained, the layers, names and shapes of the weights, versions
      inputs.safetensors             inputs and labels that pictures are drawn from
      snapshots/000000.safetensors   the untrained state; then one file per capture
      index.jsonl                    epoch, step, logs and scores of every snapshot: a copy, for speed

A snapshot file exists whole or not at all, so a reader may look while training runs, and a killed run leaves every
finished snapshot readable. The files are plain safetensors and JSON: no pickle.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal, Self, overload

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from safetensors import SafetensorError, safe_open

from animviz.choice import last_at
from animviz.errors import DivergedError, InputError, RecordingError
from animviz.network import Layer, forward, is_chain

__all__ = ["SCHEMA", "ArraySpec", "Entry", "Manifest", "Recording", "Snapshot", "State"]

SCHEMA = 1
Array = NDArray[Any]
Inputs = Array | dict[str, Array]


class ArraySpec(BaseModel):
    """Shape and dtype of a recorded array."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    shape: tuple[int, ...]
    dtype: str


class Manifest(BaseModel):
    """What a recording says of itself.

    Attributes:
        format: always "animviz-recording".
        schema_version: version of this layout.
        id: 12 hex digits over settings, inputs and initial weights.
        title: what pictures call it.
        finished: whether the training came to its end.
        settings: experiment, data options and training settings, where animviz trained; else None.
        arch: widths such as "2-3-2-1" where the model is a chain of dense layers, else None.
        task: what the labels are, or None without labels.
        class_names: names of the classes in the order of the labels.
        loss: name of the loss in `animviz.metrics`, or None.
        layers: the model's layers in order.
        weights: the arrays that every snapshot holds.
        stored: activations that every snapshot holds, by layer.
        gradients: gradients of the loss that every snapshot holds, by weight.
        outputs: the model's outputs that every snapshot holds, where activations are stored and there is one output.
        model: Keras' JSON of the model, where it has one.
        versions: packages that wrote the recording.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["animviz-recording"] = "animviz-recording"
    schema_version: Literal[1] = 1
    id: str
    title: str
    finished: bool = False
    settings: dict[str, Any] | None = None
    arch: str | None = None
    task: Literal["classification", "regression"] | None = None
    class_names: tuple[str, ...] = ()
    loss: str | None = None
    layers: tuple[Layer, ...]
    weights: dict[str, ArraySpec]
    stored: dict[str, ArraySpec] = {}
    gradients: dict[str, ArraySpec] = {}
    outputs: ArraySpec | None = None
    model: str | None = None
    versions: dict[str, str] = {}

    @property
    def seed(self) -> Any:
        """The seed with which animviz trained, else None."""
        return (self.settings or {}).get("training", {}).get("seed")

    @model_validator(mode="after")
    def _names_agree(self) -> Self:
        for layer in self.layers:
            for name in (layer.kernel, layer.bias, *layer.variables.values()):
                if name is not None and name not in self.weights:
                    raise ValueError(f"layer {layer.name} names the weight {name}, which is not among the weights")
        return self


class Entry(BaseModel):
    """One line of the index: when a snapshot was taken and what was known then."""

    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_inf_nan="constants")

    epoch: float
    step: int
    logs: dict[str, float] = {}
    scores: dict[str, float] = {}


class Snapshot:
    """The state of the network at one capture.

    Attributes:
        index: place in the recording; 0 is the untrained state.
        epoch: epochs since the start; 17.0 is the end of the 17th.
        step: gradient steps since the start.
        logs: what Keras reported: running means over the epoch, validation metrics at its end.
        scores: loss and accuracy of this very state on the recording's own inputs and labels.
        weights: arrays by name.
        stored: activations by layer, shape (samples, ...).
        gradients: of the mean loss on the recording's own inputs, by weight; empty unless they were asked for.
        outputs: the model's outputs, shape (samples, ...), or None where they are replayed.
    """

    def __init__(self, index: int, entry: Entry, arrays: Mapping[str, Array]) -> None:
        self.index = index
        self.epoch = entry.epoch
        self.step = entry.step
        self.logs: Mapping[str, float] = entry.logs
        self.scores: Mapping[str, float] = entry.scores
        self.outputs = arrays.get("outputs")
        self.weights, self.stored, self.gradients = (
            _below(kind, arrays) for kind in ("weights", "stored", "gradients")
        )


class State:
    """The network at a moment, blended linearly between the two snapshots around it.

    Attributes:
        epoch: the moment.
        snapshot: the last true snapshot at or before it.
        share: how far the moment is on the way to the next snapshot, 0 to 1.
    """

    def __init__(self, recording: "Recording", before: Snapshot, after: Snapshot, share: float) -> None:
        self.recording = recording
        self.snapshot = before
        self.epoch = before.epoch + share * (after.epoch - before.epoch)
        self._after = after
        self.share = share

    @cached_property
    def weights(self) -> dict[str, Array]:
        """Arrays by name.

        Raises:
            DivergedError: some are not finite; names the epoch.
        """
        blended = {name: self._blend(a, self._after.weights[name]) for name, a in self.snapshot.weights.items()}
        if not all(np.isfinite(array).all() for array in blended.values()):
            raise DivergedError(f"epoch {self.epoch:.0f}: the weights are not finite (the training diverged)")
        return blended

    def activations(self, layer: str, inputs: Inputs | None = None) -> Array:
        """Return what a layer puts out, shape (samples, ...): stored, or replayed from the weights.

        Args:
            layer: name of the layer; "input" gives the inputs themselves.
            inputs: values to feed in; by default the recording's own.

        Raises:
            RecordingError: no such layer, or neither stored nor replayable.
            DivergedError: the weights are not finite.
        """
        recording = self.recording
        given = recording.inputs if inputs is None else inputs
        if layer == "input":
            return recording.single_input(given)
        index = recording.layer_index(layer)
        if inputs is None and layer in self.snapshot.stored:
            return self._blend(self.snapshot.stored[layer], self._after.stored[layer])
        if is_chain(recording.layers[: index + 1]):
            return forward(recording.layers, self.weights, recording.single_input(given), until=index)
        from animviz.rebuild import activations  # imports Keras, so only where nothing else will do

        return activations(self._rebuildable(layer), self.weights, layer, given)

    def outputs(self, inputs: Inputs | None = None) -> Array:
        """Return what the model puts out, shape (samples, units): replayed, stored, or through the rebuilt model.

        Raises:
            RecordingError: neither stored nor replayable, or the model has several outputs.
            DivergedError: the weights are not finite.
        """
        recording = self.recording
        given = recording.inputs if inputs is None else inputs
        if is_chain(recording.layers):
            return forward(recording.layers, self.weights, recording.single_input(given))
        before, after = self.snapshot.outputs, self._after.outputs
        if inputs is None and before is not None and after is not None:
            return self._blend(before, after)
        from animviz.rebuild import outputs

        return outputs(self._rebuildable(recording.layers[-1].name), self.weights, given)

    def onward(self, layer: str, values: Array) -> Array:
        """Return the network's output for values that this layer is made to put out.

        Args:
            layer: name of a layer, or "input".
            values: shape (samples, units of that layer).

        Raises:
            RecordingError: the layers behind it cannot be replayed.
        """
        recording = self.recording
        index = -1 if layer == "input" else recording.layer_index(layer)
        if not is_chain(recording.layers[index + 1 :]):
            raise RecordingError(f"{recording.path}: the layers after {layer!r} cannot be replayed without Keras")
        return forward(recording.layers, self.weights, values, after=index)

    def _rebuildable(self, layer: str) -> str:
        model = self.recording.manifest.model
        if model is None:
            way_out = f"record it with Recorder(..., layers=[{layer!r}])"
            cause = f"layer {layer!r} is not stored and the model cannot be rebuilt"
            raise RecordingError(f"{self.recording.path}: {cause}; {way_out}")
        return model

    def _blend(self, before: Array, after: Array) -> Array:
        if self.share == 0 or before.dtype.kind != "f":  # whole numbers and truth values have no in-between
            return before
        return np.asarray(before + self.share * (after - before), before.dtype)


class Recording(Sequence[Snapshot]):
    """A recorded training run: a sequence of snapshots, read from disk when asked for.

    Attributes:
        path: its folder.
        manifest: what it says of itself.
        entries: when each snapshot was taken and what was known then.

    Args:
        path: its folder.
        limit: how many snapshots to see at most, for readers that must agree while training goes on.

    Raises:
        RecordingError: it is missing, damaged or of another schema; says what is wrong and where.
    """

    def __init__(self, path: str | os.PathLike[str], *, limit: int | None = None) -> None:
        self.path = Path(path)
        self.manifest = _read_manifest(self.path)
        self.entries = _read_index(self.path)[:limit]
        if not self.entries:
            raise RecordingError(f"{self.path} holds no finished snapshot; record it again")
        self._read = lru_cache(maxsize=4)(self._read_snapshot)
        for index in {0, len(self) - 1}:
            self._read(index)

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

    def __repr__(self) -> str:
        return f"Recording({str(self.path)!r}): {len(self)} snapshots, epochs 0 to {self.epochs[-1]:g}"

    @property
    def id(self) -> str:
        """12 hex digits that name this run."""
        return self.manifest.id

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The model's layers in order."""
        return self.manifest.layers

    @cached_property
    def epochs(self) -> NDArray[np.float64]:
        """Moments of the snapshots in epochs since the start, shape (snapshots,)."""
        return np.array([entry.epoch for entry in self.entries])

    @cached_property
    def inputs(self) -> Inputs:
        """The inputs that pictures are drawn from: one array (samples, ...), or several by name.

        Raises:
            RecordingError: none were recorded.
        """
        several = _below("inputs", self._data)
        if "inputs" not in self._data and not several:
            raise RecordingError(f"{self.path} holds no inputs; record it with Recorder(..., inputs=x, labels=y)")
        return several or self._data["inputs"]

    @cached_property
    def labels(self) -> Array:
        """Labels or targets of the inputs, shape (samples,) or one row per sample.

        Raises:
            RecordingError: none were recorded.
        """
        if "labels" not in self._data:
            raise RecordingError(f"{self.path} holds no labels; record it with Recorder(..., inputs=x, labels=y)")
        return self._data["labels"]

    @cached_property
    def extras(self) -> dict[str, Array]:
        """Further arrays by name: "train_inputs", "train_labels", "images", "pixels" where animviz trained on images."""
        return _below("extras", self._data)

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

    def at(self, epoch: float) -> State:
        """Return the state at a moment in epochs, blended between the snapshots around it.

        Raises:
            InputError: the moment is outside the recording.
        """
        first, last = self.epochs[0], self.epochs[-1]
        if not first - 1e-9 <= epoch <= last + 1e-9:
            raise InputError(f"epoch {epoch:g} is outside the recording, which spans {first:g} to {last:g}")
        before = last_at(self.epochs, epoch)
        after = min(before + 1, len(self) - 1)
        span = self.epochs[after] - self.epochs[before]
        share = float(np.clip((epoch - self.epochs[before]) / span, 0, 1)) if span else 0.0
        share = 0.0 if share < 1e-9 else share
        return State(self, self[before], self[after] if share else self[before], share)

    def activations(self, epoch: float, layer: str, inputs: Inputs | None = None) -> Array:
        """Return what a layer puts out at a moment; see `State.activations`."""
        return self.at(epoch).activations(layer, inputs)

    def layer_index(self, name: str) -> int:
        """Return the place of a layer.

        Raises:
            RecordingError: there is none of that name; lists those there are.
        """
        names = [layer.name for layer in self.layers]
        if name not in names:
            raise RecordingError(f"{self.path} has no layer {name!r}; it has input, {', '.join(names)}")
        return names.index(name)

    def single_input(self, inputs: Inputs) -> Array:
        """Return the one input array.

        Raises:
            RecordingError: the model has several inputs.
        """
        if isinstance(inputs, dict):
            raise RecordingError(f"{self.path}: the model has several inputs ({', '.join(inputs)}); expected one")
        return inputs

    @cached_property
    def _data(self) -> dict[str, Array]:
        path = self.path / "inputs.safetensors"
        return _load(path)[0] if path.exists() else {}

    def _read_snapshot(self, index: int) -> Snapshot:
        path = snapshot_path(self.path, index)
        arrays, _ = _load(path)
        expected = {f"weights/{name}": spec for name, spec in self.manifest.weights.items()}
        expected |= {f"stored/{name}": spec for name, spec in self.manifest.stored.items()}
        expected |= {f"gradients/{name}": spec for name, spec in self.manifest.gradients.items()}
        if self.manifest.outputs is not None:
            expected["outputs"] = self.manifest.outputs
        for name in expected.keys() ^ arrays.keys():
            raise RecordingError(f"{path}: {name} is {'missing' if name in expected else 'not in the manifest'}")
        for name, spec in expected.items():
            array = arrays[name]
            if array.shape != spec.shape or array.dtype.name != spec.dtype:
                raise RecordingError(
                    f"{path}: {name} is {array.dtype.name} {array.shape}; the manifest says {spec.dtype} {spec.shape}"
                )
        return Snapshot(index, self.entries[index], arrays)


def _below(kind: str, arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Return the arrays "KIND/NAME" by NAME."""
    return {name.removeprefix(f"{kind}/"): array for name, array in arrays.items() if name.startswith(f"{kind}/")}


def snapshot_path(folder: Path, index: int) -> Path:
    """Return where a snapshot lives."""
    return folder / "snapshots" / f"{index:06d}.safetensors"


def _load(path: Path) -> tuple[dict[str, Array], dict[str, str]]:
    try:
        with safe_open(str(path), framework="numpy") as file:
            return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError) as error:
        raise RecordingError(f"{path} cannot be read ({error}); record the run again") from None


def _read_manifest(folder: Path) -> Manifest:
    path = folder / "manifest.json"
    if not folder.exists():
        raise RecordingError(f"no recording at {folder}; expected a folder such as renders/rings-2-3-2-1.rec")
    if not path.is_file():
        raise RecordingError(f"{folder} is not a recording: it has no manifest.json")
    try:
        raw = json.loads(path.read_bytes())
        version = raw.get("schema_version") if isinstance(raw, dict) else None
        if isinstance(version, int) and version > SCHEMA:
            raise RecordingError(
                f"{path}: schema {version} is newer than this animviz knows ({SCHEMA}); update animviz"
            )
        return Manifest.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "contents"
        raise RecordingError(f"{path}: {place}: {first['msg']}") from None
    except (ValueError, OSError, RecursionError) as error:
        raise RecordingError(f"{path} cannot be read ({error})") from None


def _read_index(folder: Path) -> list[Entry]:
    """Return an entry per finished snapshot: from the index, and from the files that it does not know yet."""
    try:
        names = set(os.listdir(folder / "snapshots"))
    except OSError as error:
        raise RecordingError(f"{folder} is not a complete recording: {error.strerror} (snapshots)") from None
    count = 0
    while f"{count:06d}.safetensors" in names:
        count += 1
    entries = _indexed(folder / "index.jsonl")[:count]
    for index in range(len(entries), count):
        path = snapshot_path(folder, index)
        _, metadata = _load(path)
        try:
            entries.append(Entry.model_validate_json(metadata["entry"]))
        except (KeyError, ValidationError):
            raise RecordingError(f"{path} does not say its epoch and step; it was not written by animviz") from None
    return entries


def _indexed(path: Path) -> list[Entry]:
    """Return the entries up to the first line that is torn or missing."""
    entries: list[Entry] = []
    if path.exists():
        for line in path.read_bytes().splitlines():
            try:
                entries.append(Entry.model_validate_json(line))
            except ValidationError:
                break
    return entries
