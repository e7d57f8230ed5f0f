"""What is in a recording, and what made a video, as pairs of name and text."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from animviz.embed import stored_embeddings
from animviz.errors import InputError, RecordingError
from animviz.recording.nearby import nearby
from animviz.recording.recording import Recording
from animviz.video.provenance import provenance_in

__all__ = ["describe"]

Facts = Iterator[tuple[str, str]]


def describe(path: Path) -> Facts:
    """Describe a recording or a video.

    Raises:
        InputError: there is nothing of the name.
        RecordingError: a recording cannot be read; every snapshot is looked at.
        EncodeError: a file is not a video, or does not say what made it.
    """
    if path.is_dir():
        return ((" ".join(name.split()), " ".join(text.split())) for name, text in _recording_facts(Recording(path)))
    if not path.exists():
        near = f"there are {', '.join(found)}" if (found := nearby(path)) else "expected a recording (.rec) or a video"
        raise InputError(f"no file or folder {path}; {near}")
    if not path.is_file():
        raise InputError(f"{path} is neither a file nor a folder; expected a recording (.rec) or a video")
    return _video_facts(path)


def _recording_facts(recording: Recording) -> Facts:
    manifest = recording.manifest
    for _ in recording:  # reading every snapshot checks its names, shapes and dtypes
        pass
    first, last = recording.entries[0], recording.entries[-1]
    yield "recording", f"{manifest.title}, id {manifest.id}"
    yield "state", "finished" if manifest.finished else "training, or cut short"
    steps = f", {last.step:,} gradient steps" if last.step or not last.epoch else ""  # not every loop counts them
    yield "snapshots", f"{len(recording)}, epochs {first.epoch:g} to {last.epoch:g}{steps}"
    if recording.diverged_at is not None:
        yield "diverged", f"from epoch {recording.diverged_at:g} on the weights or the loss are no finite numbers"
    yield (
        "layers",
        ", ".join(f"{layer.name} ({layer.kind}{_width(layer.output_shape)})" for layer in manifest.layers) or "none",
    )
    weights = sum(array.size for array in recording[0].weights.values())
    size = sum(file.stat().st_size for file in recording.path.rglob("*") if file.is_file())
    yield "weights", f"{weights:,} in {len(manifest.weights)} arrays; {size / 1e6:.1f} MB on disk"
    if manifest.stored:
        yield "activations", ", ".join(f"{name} {spec.shape} {spec.dtype}" for name, spec in manifest.stored.items())
    yield "inputs", _inputs_in(recording)
    for output in manifest.outputs:
        yield ("output" if len(manifest.outputs) == 1 else f"output {output.name}"), output.said
        if output.class_names:
            yield "classes", ", ".join(output.class_names)
    if manifest.labels and recording.label_names not in [output.class_names for output in manifest.outputs]:
        yield "labels", ", ".join(recording.label_names) or "values"
    if last.scores:
        yield "last state", ", ".join(f"{name} {value:.4g}" for name, value in last.scores.items())
    if last.logs:
        yield "last logs", ", ".join(f"{name} {value:.4g}" for name, value in last.logs.items())
    for name, value in (manifest.settings or {}).items():
        pairs = value.items() if isinstance(value, dict) else [(name, value)]
        yield name, ", ".join(f"{key} {item}" for key, item in pairs) if isinstance(value, dict) else str(value)
    if manifest.settings is None:
        yield "seed", _seed(manifest.seed)
    for about, embedding in stored_embeddings(recording):
        what = f"{about['layer']}, mean of {len(embedding.epochs)} epochs"
        if isinstance(about["layer"], list):
            what = f"{', '.join(about['layer'])} at epoch {about['snapshots'][0][1]:g}, mean of the layers"
        yield "embedding", f"{about['method']} of {what}: {embedding.scores}"
    yield "versions", ", ".join(f"{name} {number}" for name, number in manifest.versions.items())


def _seed(value: Any) -> str:
    return "not known (set by the script)" if value is None else str(value)


def _width(shape: tuple[int | None, ...] | None) -> str:
    return f" {'x'.join(map(str, shape))}" if shape else ""


def _video_facts(path: Path) -> Facts:
    for name, value in provenance_in(path).items():
        if name == "seed":
            yield name, _seed(value)
            continue
        if value is None or value == {}:
            continue
        if isinstance(value, dict):
            yield name, ", ".join(f"{key} {item}" for key, item in value.items())
        else:
            yield name, str(value)


def _inputs_in(recording: Recording) -> str:
    """Return which inputs there are, "none", or that their file is gone.

    Raises:
        RecordingError: the file cannot be read.
    """
    if not (recording.path / "inputs.safetensors").exists():
        said = recording.manifest.labels or any(output.target for output in recording.manifest.outputs)
        return "inputs.safetensors is missing" if said else "none"
    recording.extras  # noqa: B018 # reads the file
    try:
        inputs = recording.inputs
    except RecordingError:
        return "none"
    several = inputs if isinstance(inputs, dict) else {"inputs": inputs}
    return ", ".join(f"{name} {array.shape} {array.dtype}" for name, array in several.items())
