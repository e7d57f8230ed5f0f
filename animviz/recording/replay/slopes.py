"""Slopes of activations, and how a gradient passes back through one."""

from collections.abc import Callable

import numpy as np

from animviz.arrays import Array
from animviz.recording.replay.activations import sigmoid, softmax
from animviz.recording.replay.layers import Layer

__all__ = ["through_activation"]

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


def through_activation(layer: Layer, z: Array, gradient: Array) -> Array:
    """Return the gradient by what a layer's activation is given.

    Args:
        layer: whose activation it is.
        z: what it is given, shape (samples, ...).
        gradient: by what it puts out, likewise.
    """
    if layer.activation in ("", "linear"):
        return gradient
    if layer.activation == "softmax":  # with its logarithm the one whose outputs depend on all of its inputs
        share = softmax(z)
        return np.asarray(share * (gradient - (share * gradient).sum(axis=-1, keepdims=True)))
    if layer.activation == "log_softmax":
        return np.asarray(gradient - softmax(z) * gradient.sum(axis=-1, keepdims=True))
    if layer.activation == "leaky_relu":
        return np.where(z > 0, gradient, layer.negative_slope * gradient).astype(gradient.dtype)
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(gradient * _SLOPES[layer.activation](z))
