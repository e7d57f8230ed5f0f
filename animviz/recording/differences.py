"""Differences of two recordings: what they say of themselves, their samples, and their states at the epochs they share."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np

from animviz.arrays import Array
from animviz.recording.manifest import ArraySpec, Manifest
from animviz.recording.reader import load
from animviz.recording.recording import Recording
from animviz.recording.state import Snapshot

__all__ = ["Difference", "differences"]

SHOWN = 4  # names in a cell, and arrays of a kind: those that differ most
KINDS = ("weights", "stored", "gradients", "outputs", "scores", "logs")


@dataclass(frozen=True)
class Difference:
    """One thing in which two recordings differ.

    Attributes:
        what: its name.
        first: how it is in the first recording, None where it is missing.
        second: how it is in the second recording.
        note: how far they are apart, and when.
    """

    what: str
    first: str | None
    second: str | None
    note: str = ""


@dataclass(frozen=True)
class _Gap:
    """The greatest difference of two arrays of one shape: the two values, and how many differ; infinite if one is not finite."""

    size: float
    first: float
    second: float
    count: int

    @classmethod
    def of(cls, first: Array, second: Array) -> "_Gap | None":
        """Return the gap, or None where the arrays are equal; nan equals nan."""
        a, b = np.asarray(first, np.float64).ravel(), np.asarray(second, np.float64).ravel()
        apart = ~((a == b) | (np.isnan(a) & np.isnan(b)))
        if not apart.any():
            return None
        with np.errstate(invalid="ignore"):
            sizes = np.where(apart, np.abs(a - b), 0)
        sizes[np.isnan(sizes)] = np.inf
        place = int(sizes.argmax())
        return cls(float(sizes[place]), float(a[place]), float(b[place]), int(apart.sum()))


def differences(first: Recording, second: Recording) -> Iterator[Difference]:
    """Give what differs, from the settings to the states.

    Args:
        first: a recording.
        second: another one.

    Raises:
        RecordingError: a file cannot be read.
    """
    yield from _apart("", _said(first), _said(second))
    yield from _samples(first, second)
    yield from _states(first, second)


def _said(recording: Recording) -> dict[str, Any]:
    """Return what a recording says of itself, as a tree of names and plain values."""
    said = recording.manifest.model_dump(mode="json", exclude={"format", "schema_version", "id", *_ARRAYS})
    for place, layer in enumerate(said["layers"]):
        layer["place"] = place
    said["layers"] = {layer.pop("name"): layer for layer in said["layers"]}
    said["outputs"] = {output.pop("name"): output for output in said["outputs"]}
    said["model"] = said["model"] and f"text {sha256(said['model'].encode()).hexdigest()[:8]}"
    said["arrays"] = _specs(recording.manifest.arrays)
    return said | {source: dict.fromkeys(recording.noted(source=source), "noted") for source in ("logs", "scores")}


_ARRAYS = {name for name, field in Manifest.model_fields.items() if field.annotation == dict[str, ArraySpec]}


def _specs(arrays: Mapping[str, ArraySpec | Array]) -> dict[str, str]:
    return {name: f"{getattr(spec.dtype, 'name', spec.dtype)} {spec.shape}" for name, spec in arrays.items()}


def _apart(name: str, first: Any, second: Any) -> Iterator[Difference]:
    """Give the leaves in which two trees differ."""
    if isinstance(first, dict) and isinstance(second, dict):
        alone = [key for key in first if key not in second], [key for key in second if key not in first]
        if any(alone):
            yield Difference(name, _listed(alone[0]), _listed(alone[1]), "not in the other one")
        for key in (key for key in first if key in second):
            yield from _apart(f"{name} {key}".strip(), first[key], second[key])
    elif first != second:
        yield Difference(name, _text(first), _text(second))


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, dict | list | tuple):
        return _listed(value)
    return str(value)


def _listed(names: Collection[Any]) -> str | None:
    """Return the first names as text; None where there are none."""
    further = f" and {len(names) - SHOWN} further" if len(names) > SHOWN else ""
    return ", ".join(map(str, list(names)[:SHOWN])) + further if names else None


def _samples(first: Recording, second: Recording) -> Iterator[Difference]:
    """Compare inputs, labels, targets and extras."""
    one, other = (_data(recording) for recording in (first, second))
    yield from _apart("samples", _specs(one), _specs(other))
    for name in one.keys() & other.keys():
        if one[name].shape == other[name].shape and (gap := _Gap.of(one[name], other[name])):
            note = f"{gap.count} of {one[name].size} numbers differ, by {gap.size:.4g} at most"
            yield Difference(name, f"{gap.first:.6g}", f"{gap.second:.6g}", note)


def _data(recording: Recording) -> dict[str, Array]:
    path = recording.path / "inputs.safetensors"
    return load(path)[0] if path.exists() else {}


def _states(first: Recording, second: Recording) -> Iterator[Difference]:
    """Compare weights and all else that snapshots hold, and what was noted, at the epochs that both have."""
    places = {round(float(epoch), 9): place for place, epoch in enumerate(second.epochs)}
    shared = [(place, places[key]) for place, key in enumerate(np.round(first.epochs, 9).tolist()) if key in places]
    if len(shared) < max(len(first), len(second)):
        yield Difference("epochs", _span(first), _span(second), f"{len(shared)} in common")
    begun: dict[str, float] = {}  # the epoch from which on an array differs
    largest: dict[str, tuple[_Gap, float]] = {}
    for here, there in shared:
        epoch = float(first.epochs[here])
        for name, gap in _gaps(first[here], second[there]):
            if not begun:
                yield Difference("states", f"snapshot {here}", f"snapshot {there}", f"part at epoch {epoch:g}")
            begun.setdefault(name, epoch)
            if name not in largest or gap.size > largest[name][0].size:
                largest[name] = gap, epoch
    for kind in KINDS:
        ranked = sorted(
            (name for name in largest if name.startswith(f"{kind}/")), key=lambda name: -largest[name][0].size
        )
        for name in ranked[:SHOWN]:
            gap, epoch = largest[name]
            note = f"{gap.size:.4g} at epoch {epoch:g}, where it is largest; differs from epoch {begun[name]:g} on"
            yield Difference(name, f"{gap.first:.6g}", f"{gap.second:.6g}", note)
        if rest := ranked[SHOWN:]:
            yield Difference(kind, None, None, f"further ones that differ, by no more: {len(rest)}")


def _span(recording: Recording) -> str:
    return f"{recording.epochs[0]:g} to {recording.epochs[-1]:g}, {len(recording)} snapshots"


def _gaps(first: Snapshot, second: Snapshot) -> Iterator[tuple[str, _Gap]]:
    """Give the arrays and numbers of one name and shape that differ, after their names."""
    others = _held(second)
    for name, array in _held(first).items():
        if name in others and np.shape(array) == np.shape(others[name]) and (gap := _Gap.of(array, others[name])):
            yield name, gap


def _held(snapshot: Snapshot) -> dict[str, Any]:
    return {f"{kind}/{name}": array for kind in KINDS for name, array in getattr(snapshot, kind).items()}
