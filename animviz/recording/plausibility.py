"""Plausibility: whether the arrays of a recording can mean what its manifest says of them.

Each function gives the faults that it finds, in words.
"""

from collections.abc import Iterator, Mapping

import numpy as np

from animviz.arrays import Array
from animviz.recording.manifest import Manifest
from animviz.recording.meaning import Output, target_key
from animviz.recording.replay.layers import Layer, is_chain
from animviz.safety.limits import beyond

__all__ = ["faults_of_names", "faults_of_outputs", "faults_of_samples", "faults_of_values"]

ROUNDING = 1e-5  # of probabilities
ROUNDING_OF_SUMS = 0.01  # in half precision


def faults_of_names(manifest: Manifest, *, shown_only: bool) -> Iterator[str]:
    """Compare the names in a manifest with each other.

    Args:
        manifest: of the recording.
        shown_only: whether names may be missing for classes that no sample is of, as in schema 1.
    """
    layers = {layer.name for layer in manifest.layers}
    for name in manifest.stored.keys() - layers:
        yield f"activations of {name} are stored; there is no such layer"
    for name, spec in manifest.gradients.items():
        weight = manifest.weights.get(name)
        if weight is None or weight.shape != spec.shape:
            yield f"the gradient of {name} has the shape {spec.shape}; the weight {weight.shape if weight else 'is missing'}"
    yield from faults_of_outputs(manifest, shown_only=shown_only)


def faults_of_outputs(manifest: Manifest, *, shown_only: bool) -> Iterator[str]:
    """Compare what outputs answer with their units and the names of classes; see `faults_of_names`."""
    for output in manifest.outputs:
        units, names = _units(manifest, output), len(output.class_names)
        if output.task == "binary" and units not in (None, 1):
            yield f"output {output.name} is binary and has {units} units; expected 1"
        several = output.task in ("multiclass", "multilabel") and names
        if several and units is not None and (names > units or (names < units and not shown_only)):
            yield f"output {output.name} has {names} class names and {units} units; expected as many"
        coloured = manifest.labels.names if manifest.labels and output.target == "labels" else ()
        if coloured and output.answers_classes and coloured != output.class_names:
            yield f"the classes of the labels have other names than those of output {output.name}"


def faults_of_samples(manifest: Manifest, data: Mapping[str, Array]) -> Iterator[str]:
    """Look at inputs, labels and targets.

    Args:
        manifest: of the recording.
        data: contents of inputs.safetensors.
    """
    counts = {name: len(np.atleast_1d(array)) for name, array in data.items() if not name.startswith("extras/")}
    if len(set(counts.values())) > 1:
        listed = ", ".join(f"{name} has {count}" for name, count in counts.items())
        yield f"{listed} samples; expected as many of each"
    if empty := [name for name, count in counts.items() if not count]:
        yield f"{empty[0]} holds no samples; expected one at least"
    named = [(output, target_key(output, len(manifest.outputs))) for output in manifest.outputs]
    if manifest.labels is not None:
        if "labels" not in data:
            yield "labels are missing; the manifest says what they mean"
        elif manifest.labels.kind == "classes":
            ignored = [output.ignored for output, key in named if key == "labels" and output.ignored is not None]
            yield from _faults_of_classes("labels", data["labels"], len(manifest.labels.names), ignored)
        elif not np.isfinite(data["labels"]).all():
            yield "labels hold nan or infinite values"
    for output, key in named:
        if key is not None and key not in data:
            yield f"{key} is missing; output {output.name} is compared with it"
        elif key is not None and not (key == "labels" and manifest.labels and manifest.labels.kind == "classes"):
            yield from _faults_of_targets(output, key, data[key])
        if key is not None and key in data and key != "inputs" and not output.answers_classes and not output.sequence:
            yield from _faults_of_shape(key, data[key], _flat_units(manifest, output), output)
    yield from _faults_of_training_samples(manifest, data)


def faults_of_values(manifest: Manifest, output: Output, values: Array, samples: int | None) -> Iterator[str]:
    """Look at what an output puts out.

    Args:
        manifest: of the recording.
        output: of the model.
        values: shape (samples, ..., units); those that are not finite say that the training diverged, which is no fault.
        samples: how many there are, or None where that is not known.
    """
    if samples is not None and values.shape[:1] != (samples,):
        yield f"output {output.name} has the shape {values.shape}; there are {samples} samples"
    finite = values[np.isfinite(values)]
    if (
        output.form == "probabilities"
        and finite.size
        and not (finite.min() >= -ROUNDING and finite.max() <= 1 + ROUNDING)
    ):
        wrong = finite.min() if finite.min() < -ROUNDING else finite.max()
        yield f"output {output.name} puts out {wrong:.4g}; the manifest says that it puts out probabilities"
    elif output.task == "multiclass" and values.ndim > 1 and values.shape[-1] > 1:
        rows = values.reshape(-1, values.shape[-1]).astype(np.float64)
        rows = rows[np.isfinite(rows).all(axis=1)]
        off = np.abs(rows.sum(axis=1) - 1) > ROUNDING_OF_SUMS
        layer = _layer(manifest, output)
        # Units that each say yes or no for themselves may be trained as classes, and their sum is not 1.
        if output.form == "probabilities" and off.any() and not (layer is not None and layer.activation == "sigmoid"):
            total = rows[off][0].sum()
            yield f"a row of output {output.name} sums to {total:.4g}; the manifest says that it puts out probabilities"
        if output.form == "logits" and len(rows) > 1 and not off.any() and rows.min() >= 0:
            yield f"each row of output {output.name} is of probabilities; the manifest says that it puts out logits"


def _faults_of_targets(output: Output, key: str, array: Array) -> Iterator[str]:
    names = len(output.class_names)
    if output.answers_classes:
        ignored = [] if output.ignored is None else [output.ignored]
        yield from _faults_of_classes(key, array, names, ignored, sequence=output.sequence)
    elif output.task == "multilabel":
        if names and array.shape[-1:] != (names,):
            yield f"{key} has the shape {array.shape}; output {output.name} has {names} labels"
        counted = array if output.ignored is None else array[array != output.ignored]
        if counted.size and not (counted.min() >= 0 and counted.max() <= 1):
            yield f"{key} holds {counted.min():g} to {counted.max():g}; expected 0 to 1 for each label"


def _faults_of_shape(key: str, array: Array, units: int | None, output: Output) -> Iterator[str]:
    """Compare how many numbers there are for each sample with how many an output puts out."""
    if units is not None and array.ndim <= 2 and len(np.atleast_1d(array)) and array.size != units * len(array):
        yield f"{key} has the shape {array.shape}; output {output.name} has {units} units"


def _faults_of_training_samples(manifest: Manifest, data: Mapping[str, Array]) -> Iterator[str]:
    """Look at the samples of the training, which are kept beside the recorded ones where animviz trained."""
    inputs, labels = (data.get(f"extras/train_{name}") for name in ("inputs", "labels"))
    if inputs is None or labels is None:
        return
    if len(np.atleast_1d(inputs)) != len(np.atleast_1d(labels)) or not labels.size:
        yield f"extras/train_inputs is of shape {inputs.shape}, extras/train_labels {labels.shape}; expected as many"
    elif manifest.labels is not None and manifest.labels.kind == "classes":
        yield from _faults_of_classes("extras/train_labels", labels, len(manifest.labels.names), [])


def _faults_of_classes(
    key: str, array: Array, names: int, ignored: list[float], *, sequence: bool = False
) -> Iterator[str]:
    """Look at class numbers, one for each answer, or at rows of a number for each class."""
    if array.ndim > 1 + sequence and array.shape[-1] > 1 and (not sequence or array.shape[-1] == names):
        if names and array.shape[-1] != names:
            yield f"{key} has rows of {array.shape[-1]} numbers; there are {names} classes"
        return
    counted = array[~np.isin(array, ignored)]
    wrong = counted[(counted != np.round(counted)) | (counted < 0) | ~np.isfinite(counted)]
    if wrong.size:
        yield f"{key} holds {wrong[0]:g}; expected class numbers from 0 on"
    elif counted.size and (said := beyond("classes", int(counted.max()) + 1)):
        yield f"{key} holds class {int(counted.max())} of {said}"
    elif names and counted.size and counted.max() >= names:
        yield f"{key} holds class {int(counted.max())}; there are {names} classes, 0 to {names - 1}"


def _units(manifest: Manifest, output: Output) -> int | None:
    """Return how many numbers an output puts out for a sample, or at a position of it, where that is known."""
    stored, layer = manifest.stored_outputs.get(output.name), _layer(manifest, output)
    if stored is not None:
        return stored.shape[-1] if len(stored.shape) > 1 else None
    return layer.output_shape[-1] if layer is not None and layer.output_shape else None


def _flat_units(manifest: Manifest, output: Output) -> int | None:
    """Return how many numbers an output puts out for a sample where these stand in a row; else None."""
    stored, layer = manifest.stored_outputs.get(output.name), _layer(manifest, output)
    shape = stored.shape[1:] if stored is not None else (layer.output_shape if layer is not None else None)
    return shape[0] if shape is not None and len(shape) == 1 else None


def _layer(manifest: Manifest, output: Output) -> Layer | None:
    """Return the layer that puts an output out, where that is known: of its name, or the last one of a chain."""
    named = [layer for layer in manifest.layers if layer.name == output.name]
    last = manifest.layers[-1:] if is_chain(manifest.layers) else ()
    return next(iter((*named, *last)), None)
