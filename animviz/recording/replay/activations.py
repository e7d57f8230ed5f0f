"""Activation functions in NumPy."""

from collections.abc import Callable

import numpy as np

from animviz.arrays import Array

__all__ = ["ACTIVATIONS", "BOUNDED", "log_softmax", "sigmoid", "softmax"]


# The hyperbolic tangent does not overflow, and costs a fraction of importing scipy.special.
def sigmoid(z: Array) -> Array:
    """Return the logistic function of an array."""
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * z))


def softmax(z: Array) -> Array:
    """Return the softmax over the last axis."""
    powers = np.exp(z - z.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def log_softmax(z: Array) -> Array:
    """Return the logarithm of the softmax over the last axis."""
    z = z - z.max(axis=-1, keepdims=True)
    return np.asarray(z - np.log(np.exp(z).sum(axis=-1, keepdims=True)))


def _softplus(z: Array) -> Array:
    return np.asarray(np.logaddexp(z, np.asarray(0, z.dtype)))


def _gelu_tanh(z: Array) -> Array:
    return np.asarray(0.5 * z * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3))))


def _gelu(z: Array) -> Array:
    from scipy import special  # a tenth of a second that only this activation is worth

    return np.asarray(0.5 * z * (1 + special.erf(z / np.sqrt(np.asarray(2, z.dtype)))))


def _elu(z: Array) -> Array:
    return np.where(z > 0, z, np.expm1(np.minimum(z, 0)))


_SELU_SCALE, _SELU_ALPHA = 1.0507009873554805, 1.6732632423543772

ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "": lambda z: z,
    "linear": lambda z: z,
    "tanh": np.tanh,
    "sigmoid": sigmoid,
    "softmax": softmax,
    "log_softmax": log_softmax,
    "relu": lambda z: np.maximum(z, 0),
    "square": np.square,
    "relu6": lambda z: np.clip(z, 0, 6),
    "elu": _elu,
    "selu": lambda z: _SELU_SCALE * np.where(z > 0, z, _SELU_ALPHA * np.expm1(np.minimum(z, 0))),
    "gelu": _gelu,
    "gelu_tanh": _gelu_tanh,
    "silu": lambda z: z * sigmoid(z),
    "mish": lambda z: z * np.tanh(_softplus(z)),
    "softplus": _softplus,
    "softsign": lambda z: z / (1 + np.abs(z)),
    "exponential": np.exp,
    "hard_sigmoid": lambda z: np.clip(z / 6 + 0.5, 0, 1),
    "hard_silu": lambda z: z * np.clip(z / 6 + 0.5, 0, 1),
    "hard_tanh": lambda z: np.clip(z, -1, 1),
    "log_sigmoid": lambda z: -_softplus(-z),
}
BOUNDED = {
    "tanh": (-1.0, 1.0), "hard_tanh": (-1.0, 1.0), "softsign": (-1.0, 1.0), "sigmoid": (0.0, 1.0),
    "hard_sigmoid": (0.0, 1.0),
}  # fmt: skip
