"""Decisions of a classifier: a score and a probability for each class, at the outputs of any layer."""

import numpy as np

from animviz.analysis.classifier import require_classifier
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.recording.meaning import Output
from animviz.recording.recording import Recording
from animviz.recording.replay.activations import sigmoid, softmax
from animviz.recording.replay.forward import forward
from animviz.recording.replay.layers import IDENTITY, hindrance, is_chain
from animviz.recording.state import State

__all__ = ["class_count", "class_scores", "last_hidden", "probabilities_of"]

MAX_CLASSES = 10


def class_count(recording: Recording, scene: str) -> int:
    """Return the number of classes of a classifier whose decisions can be drawn.

    Args:
        recording: what is drawn.
        scene: name, for the error.

    Raises:
        SceneError: no classifier of 2 to 10 classes, or a layer that cannot be replayed.
    """
    require_classifier(recording, scene)
    if not is_chain(recording.layers):
        raise SceneError(
            f"{scene} needs a chain of layers that NumPy replays; {recording.path} has {hindrance(recording.layers)}: "
            "the answer at points that are no samples is computed through them; see pca and confusion"
        )
    count = len(recording.output.class_names)
    if not 2 <= count <= MAX_CLASSES:
        raise SceneError(f"{scene} draws 2 to {MAX_CLASSES} classes; {recording.path} has {count}")
    return count


def last_hidden(recording: Recording) -> str:
    """Return the name of the layer that feeds the last dense layer; "input" where there is no hidden layer.

    Layers that do not change their inputs, such as dropout, are skipped.
    """
    dense = [index for index, layer in enumerate(recording.layers) if layer.kind == "Dense"]
    before = dense[-1] - 1 if dense else -1
    while before >= 0 and recording.layers[before].kind in IDENTITY:
        before -= 1
    return recording.layers[before].name if before >= 0 else "input"


def class_scores(state: State, layer: str, values: Array) -> Array:
    """Return a score per class for outputs of a layer; the greatest score is the decision.

    Where the network ends in a sigmoid or softmax, scores are logits. They do not saturate as probabilities do, so
    that boundaries drawn through them are smooth. A single unit is compared with the value above which it means class 1.

    Args:
        state: the network at a moment.
        layer: name of a layer, or "input".
        values: outputs of that layer, shape (samples, units).

    Returns:
        Array of shape (samples, classes).
    """
    basis = state.basis
    index = -1 if layer == "input" else basis.layer_index(layer)
    last = basis.layers[-1]
    ends = last.activation in ("sigmoid", "softmax")
    layers = (*basis.layers[:-1], last.model_copy(update={"activation": "linear"})) if ends else basis.layers
    scores = forward(layers, state.weights, values, after=index)
    if scores.shape[1] == 1:
        middle = 0.0 if ends else basis.output.threshold
        return np.concatenate([np.full_like(scores, middle), scores], axis=1)
    return scores


def probabilities_of(state: State, scores: Array) -> Array:
    """Return class probabilities, shape (samples, classes), for scores from `class_scores`.

    Of outputs that are values and no probabilities: how far they are from the value of one class to that of the other.
    """
    output, ending = state.basis.output, state.basis.layers[-1].activation
    single = state.basis.layers[-1].output_shape == (1,)
    if single:
        positive = _of_class_1(output, ending, scores[:, 1])
        return np.stack([1 - positive, positive], axis=1)
    if ending == "sigmoid":
        independent = sigmoid(scores)
        return np.asarray(independent / independent.sum(axis=1, keepdims=True))
    if ending == "softmax" or output.form == "logits":
        return softmax(scores)
    clipped = np.clip(scores, 1e-9, None)
    return np.asarray(clipped / clipped.sum(axis=1, keepdims=True))


def _of_class_1(output: Output, ending: str, score: Array) -> Array:
    if ending == "sigmoid" or output.form == "logits":
        return sigmoid(score)
    low, high = output.label_values or (0.0, 1.0)
    return np.clip((score - low) / (high - low), 0, 1)
