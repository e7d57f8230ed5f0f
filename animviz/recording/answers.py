"""Answers: what the numbers that an output puts out say, by its description."""

import numpy as np
from numpy.typing import NDArray

from animviz.arrays import Array
from animviz.errors import RecordingError
from animviz.recording.meaning import Output
from animviz.recording.replay.activations import sigmoid, softmax

__all__ = ["answered_classes", "answered_labels", "has_probabilities", "probabilities"]


def answered_classes(output: Output, values: Array) -> NDArray[np.int64]:
    """Return the class that is answered, int64 of the shape of the values without their last axis.

    Args:
        output: a binary one, whose last axis has one unit, or a multiclass one.
        values: what it puts out, shape (samples, ..., units).
    """
    if output.task == "binary":
        return answered_labels(output, values)[..., 0]
    return np.asarray(values.argmax(axis=-1), np.int64)


def answered_labels(output: Output, values: Array) -> NDArray[np.int64]:
    """Return 1 where a unit says yes and 0 where it says no, int64 of the shape of the values.

    Args:
        output: a binary or a multilabel one.
        values: what it puts out.
    """
    return (values > output.threshold).astype(np.int64)


def has_probabilities(output: Output) -> bool:
    """Say whether what an output puts out tells the probability of each class, or of each label."""
    return output.task in ("binary", "multiclass", "multilabel") and output.form != "values"


def probabilities(output: Output, values: Array) -> Array:
    """Return probabilities: of each class, which sum to 1 over the last axis; or of each label, each for itself.

    Args:
        output: a binary, a multiclass or a multilabel one; a binary one has one unit.
        values: what it puts out, shape (samples, ..., units).

    Raises:
        RecordingError: the output puts out values that are no probabilities.
    """
    if not has_probabilities(output):
        raise RecordingError(f"output {output.name!r} puts out values ({output.said}), which are no probabilities")
    if output.task == "multiclass":
        return softmax(values) if output.form == "logits" else _shares(values)
    each = sigmoid(values) if output.form == "logits" else np.clip(values, 0, 1)
    return np.concatenate([1 - each, each], axis=-1) if output.task == "binary" else each


def _shares(values: Array) -> Array:
    """Return probabilities as shares of their sum, as cross-entropy in Keras takes them."""
    total = values.sum(axis=-1, keepdims=True)
    return np.asarray(np.divide(values, total, out=np.full_like(values, np.nan), where=total != 0))
