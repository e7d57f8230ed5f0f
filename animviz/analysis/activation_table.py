"""What a layer puts out for each sample at an epoch, as named columns."""

from collections.abc import Sequence

import numpy as np

from animviz.analysis.labels import SampleLabels
from animviz.arrays import Array
from animviz.errors import InputError
from animviz.recording.recording import Recording

__all__ = ["activation_columns"]


def activation_columns(
    recording: Recording, layer: str, epoch: float, samples: Sequence[int] | None = None
) -> dict[str, Array]:
    """Return columns by name: number and label of each sample, as far as it has one, and each unit's activation.

    A unit of a layer that puts out more than one axis is named by its place, such as "3,4,0" for row 3, column 4, channel 0.

    Args:
        recording: of any model.
        layer: name of a layer, or "input".
        epoch: the moment, at a snapshot or between two.
        samples: numbers of the recorded samples; by default all.

    Raises:
        InputError: the epoch is outside the recording, or what the layer puts out is no array per sample.
        RecordingError: no such layer, or its activations can neither be replayed nor were stored.
    """
    values = np.asarray(recording.at(epoch).activations(layer))
    if values.ndim < 2 or len(values) != recording.basis.sample_count:
        raise InputError(f"layer {layer!r} puts out {values.shape}; expected an array for each sample")
    chosen = np.arange(len(values)) if samples is None else np.asarray(samples)
    columns: dict[str, Array] = {"sample": chosen}
    labels = SampleLabels.of(recording)
    if labels.classes is not None:
        columns["label"] = np.array([labels.names[label] if label >= 0 else "" for label in labels.classes[chosen]])
    elif labels.values is not None:
        columns["label"] = labels.values[chosen]
    units = [",".join(map(str, place)) for place in np.ndindex(values.shape[1:])]
    flat = values[chosen].reshape(len(chosen), -1)
    return columns | {unit: flat[:, place] for place, unit in enumerate(units)}
