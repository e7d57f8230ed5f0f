"""Evidence: which of a sample's input values speak for a class and which against it, computed in NumPy.

Gradient times input, after Shrikumar, Greenside, Shcherbina and Kundaje, "Not Just a Black Box" (2016), for chains of
dense layers. The plain gradient of Simonyan, Vedaldi and Zisserman, "Deep Inside Convolutional Networks" (2013), is large
where an image has no ink: there is nothing that it could speak of.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.recording.replay.activations import sigmoid, softmax
from animviz.recording.replay.forward import forward
from animviz.recording.replay.layers import Layer, is_dense_chain

__all__ = ["evidence", "mean_evidence", "require_dense", "score_gradients"]

BATCH = 250  # samples at a time: their gradients stay in the processor's cache
_SELU_SCALE, _SELU_ALPHA = 1.0507009873554805, 1.6732632423543772


def _gelu_slope(z: Array) -> Array:
    from scipy import special  # this import takes a tenth of a second, and only this activation needs it

    return np.asarray(special.ndtr(z) + z * np.exp(-z * z / 2) / np.sqrt(2 * np.pi))


def _gelu_tanh_slope(z: Array) -> Array:
    inner = np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3))
    within = np.sqrt(2 / np.pi) * (1 + 3 * 0.044715 * z**2)
    return np.asarray(0.5 * (1 + inner) + 0.5 * z * (1 - inner**2) * within)


def _mish_slope(z: Array) -> Array:
    bent = np.tanh(np.logaddexp(z, 0))
    return np.asarray(bent + z * (1 - bent**2) * sigmoid(z))


_SLOPES: dict[str, Callable[[Array], Array]] = {
    "tanh": lambda z: 1 - np.tanh(z) ** 2,
    "sigmoid": lambda z: sigmoid(z) * (1 - sigmoid(z)),
    "relu": lambda z: z > 0,
    "square": lambda z: 2 * z,
    "relu6": lambda z: (z > 0) & (z < 6),
    "elu": lambda z: np.exp(np.minimum(z, 0)),
    "selu": lambda z: _SELU_SCALE * np.where(z > 0, 1, _SELU_ALPHA * np.exp(np.minimum(z, 0))),
    "gelu": _gelu_slope,
    "gelu_tanh": _gelu_tanh_slope,
    "mish": _mish_slope,
    "silu": lambda z: sigmoid(z) * (1 + z * (1 - sigmoid(z))),
    "softplus": sigmoid,
    "softsign": lambda z: (1 + np.abs(z)) ** -2,
    "exponential": np.exp,
    "hard_sigmoid": lambda z: (np.abs(z) < 3) / 6,
    "hard_silu": lambda z: np.where(np.abs(z) < 3, z / 3 + 0.5, z >= 3),
    "hard_tanh": lambda z: np.abs(z) < 1,
    "log_sigmoid": lambda z: sigmoid(-z),
}


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
    sums = _sums(layers, weights, inputs)
    gradient = _of_score(sums[-1], classes)
    if rivals is not None and gradient.shape[1] > 1:
        gradient = gradient - _of_score(sums[-1], rivals)
    for place, layer in reversed(list(enumerate(layers))):
        if place < len(layers) - 1:
            gradient = _through_activation(layer, sums[place], gradient)
        if layer.kernel is not None:
            gradient = gradient @ layer.kernel_of(weights).T
    return gradient.reshape(inputs.shape)


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


def _sums(layers: Sequence[Layer], weights: Mapping[str, Array], values: Array) -> list[Array]:
    """Return each layer's values before its activation."""
    sums = []
    for layer in layers:
        sums.append(forward([layer.model_copy(update={"activation": ""})], weights, values))
        values = forward([layer.model_copy(update={"kernel": None, "bias": None})], weights, sums[-1])
    return sums


def _of_score(scores: Array, classes: NDArray[np.int64]) -> Array:
    """Return the gradient of the classes' scores with respect to all scores."""
    if scores.shape[1] == 1:
        return np.where(classes == 1, 1, -1)[:, None].astype(scores.dtype)
    return np.eye(scores.shape[1], dtype=scores.dtype)[classes]


def _through_activation(layer: Layer, z: Array, gradient: Array) -> Array:
    if layer.activation in ("", "linear"):
        return gradient
    if layer.activation == "softmax":  # with its logarithm the one whose outputs depend on all of its inputs
        share = softmax(z)
        return np.asarray(share * (gradient - (share * gradient).sum(axis=-1, keepdims=True)))
    if layer.activation == "log_softmax":
        return np.asarray(gradient - softmax(z) * gradient.sum(axis=-1, keepdims=True))
    if layer.activation == "leaky_relu":
        return np.where(z > 0, gradient, layer.negative_slope * gradient).astype(gradient.dtype)
    return np.asarray(gradient * _SLOPES[layer.activation](z))
