"""What a recorded classifier answers: true labels, class probabilities and predictions of its samples."""

import numpy as np
from numpy.typing import NDArray

from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.recording.answers import answered_classes, probabilities
from animviz.recording.recording import Recording
from animviz.recording.state import Inputs, State

__all__ = [
    "class_number",
    "class_probabilities",
    "ignored_in_words",
    "labels_of",
    "predictions",
    "require_classifier",
]


def require_classifier(recording: Recording, scene: str) -> None:
    """Refuse a recording that is not of a classifier.

    Raises:
        SceneError: says what it was recorded with.
    """
    output = recording.output
    if not output.classifies:
        raise SceneError(f"{scene} draws classifiers; {recording.path} was recorded with {output.kind}")


def labels_of(recording: Recording, scene: str) -> NDArray[np.int64]:
    """Return the true class numbers of the recording's samples, int64 of shape (samples,); -1 where they are ignored.

    Raises:
        SceneError: the recording is not of a classifier with labels.
    """
    require_classifier(recording, scene)
    return recording.output.without_ignored(np.asarray(recording.targets, np.int64))


def ignored_in_words(labels: NDArray[np.int64]) -> list[str]:
    """Return how many samples have a target that is ignored, for a foot line; nothing where none has.

    Args:
        labels: from `labels_of`.
    """
    count = int((labels < 0).sum())
    return [f"{count:,} ignored"] if count else []


def class_number(recording: Recording, name: str, scene: str) -> int:
    """Return the number of the class with that name.

    Raises:
        SceneError: there is none; lists the known names.
    """
    names = recording.output.class_names
    if name not in names:
        raise SceneError(f"{scene}: no class {name!r}; {recording.path} has {', '.join(names)}")
    return names.index(name)


def class_probabilities(state: State, inputs: Inputs | None = None) -> Array:
    """Return the probability of each class, float array of shape (samples, classes), whose rows sum to 1.

    Args:
        state: the network at a moment.
        inputs: what to classify; by default the recording's own samples.

    Raises:
        RecordingError: the network puts out values that are no probabilities.
    """
    return probabilities(state.basis.output, state.outputs(inputs))


def predictions(state: State, inputs: Inputs | None = None) -> NDArray[np.int64]:
    """Return the class that is answered for each sample, int64 of shape (samples,).

    Args:
        state: the network at a moment.
        inputs: what to classify; by default the recording's own samples.
    """
    return answered_classes(state.basis.output, state.outputs(inputs))
