"""Evidence: which of a sample's input values speak for a class and which against it, computed in NumPy.

Gradient times input, after Shrikumar, Greenside, Shcherbina and Kundaje, "Not Just a Black Box" (2016), for chains of
dense layers. The plain gradient of Simonyan, Vedaldi and Zisserman, "Deep Inside Convolutional Networks" (2013), is large
where an image has no ink: there is nothing that it could speak of.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.recording.replay.backward import Pass
from animviz.recording.replay.layers import Layer, is_dense_chain

__all__ = ["evidence", "mean_evidence", "require_dense", "score_gradients"]

BATCH = 250  # samples at a time: their gradients stay in the processor's cache


def evidence(
    layers: Sequence[Layer],
    weights: Mapping[str, Array],
    inputs: Array,
    classes: NDArray[np.int64],
    rivals: NDArray[np.int64] | None = None,
) -> Array:
    """Return how much each input value speaks for a class rather than a rival: gradient times input, in their shape.

    Args:
        layers: a chain of dense layers.
        weights: arrays by name.
        inputs: shape (samples, ...).
        classes: which, one class number per sample.
        rivals: whose score is taken off, likewise; see `score_gradients`.
    """
    return np.asarray(inputs * score_gradients(layers, weights, inputs, classes, rivals))


def mean_evidence(
    layers: Sequence[Layer],
    weights: Mapping[str, Array],
    inputs: Array,
    classes: NDArray[np.int64],
    rivals: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return the mean size of the evidence over the samples, in the shape of one input; see `evidence`."""
    total = np.zeros(inputs.shape[1:])
    for start in range(0, len(inputs), BATCH):
        part = slice(start, start + BATCH)
        total += np.abs(evidence(layers, weights, inputs[part], classes[part], rivals[part])).sum(axis=0)
    return total / len(inputs)


def score_gradients(
    layers: Sequence[Layer],
    weights: Mapping[str, Array],
    inputs: Array,
    classes: NDArray[np.int64],
    rivals: NDArray[np.int64] | None = None,
) -> Array:
    """Return the gradient of each sample's class score with respect to its input, in the shape of the inputs.

    The score is the last layer's value before its activation (the logit of a softmax or sigmoid). A single output is
    the score of class 1 rather than class 0; its negative is that of class 0.

    Args:
        layers: a chain of dense layers.
        weights: arrays by name.
        inputs: shape (samples, ...).
        classes: whose score, one class number per sample.
        rivals: whose score is taken off, likewise; by default none is.

    Raises:
        SceneError: a layer is neither dense nor an activation.
    """
    require_dense(layers)
    pass_through = Pass(layers, weights, inputs)
    gradient = _of_score(pass_through.sums[-1], classes)
    if rivals is not None and gradient.shape[1] > 1:
        gradient = gradient - _of_score(pass_through.sums[-1], rivals)
    return pass_through.back(gradient, before_activation=True)[0]


def require_dense(layers: Sequence[Layer]) -> None:
    """Refuse a network whose class scores have no gradients here.

    Raises:
        SceneError: a layer is neither dense nor an activation.
    """
    if not is_dense_chain(layers):
        strange = next((layer for layer in layers if not is_dense_chain([layer])), None)
        way = (
            f"layer {strange.name} ({strange.kind}) cannot be replayed as one of them"
            if strange
            else "there are no layers"
        )
        raise SceneError(f"gradients of class scores need a chain of dense layers; in this network {way}")


def _of_score(scores: Array, classes: NDArray[np.int64]) -> Array:
    """Return the gradient of the classes' scores with respect to all scores."""
    if scores.shape[1] == 1:
        return np.where(classes == 1, 1, -1)[:, None].astype(scores.dtype)
    return np.eye(scores.shape[1], dtype=scores.dtype)[classes]
