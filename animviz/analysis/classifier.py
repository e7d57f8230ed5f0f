"""What a recorded classifier answers: true labels, class probabilities and predictions of its samples."""

import numpy as np
from numpy.typing import NDArray

from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.recording.recording import Recording
from animviz.recording.replay.activations import softmax
from animviz.recording.state import Inputs, State

__all__ = ["class_number", "class_probabilities", "labels_of", "predictions", "require_classifier"]


def require_classifier(recording: Recording, scene: str) -> None:
    """Refuse a recording that is not of a classifier.

    Raises:
        SceneError: says what it was recorded with.
    """
    task = recording.manifest.task
    if task != "classification":
        raise SceneError(f"{scene} draws classifiers; {recording.path} was recorded with {task or 'no labels'}")


def labels_of(recording: Recording, scene: str) -> NDArray[np.int64]:
    """Return the true class numbers of the recording's samples, int64 of shape (samples,).

    Raises:
        SceneError: the recording is not of a classifier with labels.
    """
    require_classifier(recording, scene)
    labels = recording.labels
    if labels.ndim == 2 and labels.shape[1] > 1:
        return np.asarray(labels.argmax(axis=1), np.int64)
    return np.asarray(labels.reshape(len(labels)), np.int64)


def class_number(recording: Recording, name: str, scene: str) -> int:
    """Return the number of the class with that name.

    Raises:
        SceneError: there is none; lists the known names.
    """
    names = recording.manifest.class_names
    if name not in names:
        raise SceneError(f"{scene}: no class {name!r}; {recording.path} has {', '.join(names)}")
    return names.index(name)


def class_probabilities(state: State, inputs: Inputs | None = None) -> Array:
    """Return the probability of each class, float array of shape (samples, classes), whose rows sum to 1.

    A single output is the probability of class 1. Outputs that are not probabilities are treated as logits.

    Args:
        state: the network at a moment.
        inputs: what to classify; by default the recording's own samples.
    """
    outputs = state.outputs(inputs)
    if outputs.shape[1] == 1:
        positive = np.clip(outputs[:, 0], 0, 1)
        return np.stack([1 - positive, positive], axis=1)
    total = outputs.sum(axis=1, keepdims=True)
    if outputs.min() >= 0 and bool(np.all(total > 0)):
        return np.asarray(outputs / total)
    return softmax(outputs)


def predictions(state: State, inputs: Inputs | None = None) -> NDArray[np.int64]:
    """Return the most probable class of each sample, int64 of shape (samples,); see `class_probabilities`."""
    return np.asarray(class_probabilities(state, inputs).argmax(axis=1), np.int64)
