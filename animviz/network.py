"""What a chain of layers puts out, replayed in NumPy from recorded weights; equal to Keras to 1e-5 (tested)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from animviz.convolution import OPERATIONS, in_batches

__all__ = ["ACTIVATIONS", "IDENTITY", "SILENT", "Layer", "forward", "is_chain", "is_dense_chain", "sigmoid", "softmax"]

Array = NDArray[Any]
Setting = bool | int | float | str | tuple[int, ...] | tuple[tuple[int, int], ...]
BATCH = 16  # images at a time: their maps stay in the processor's cache, which is several times as fast


class Layer(BaseModel):
    """One layer of a recorded model.

    Attributes:
        name: the layer's name in Keras.
        kind: its class in Keras, such as "Dense".
        activation: name of its activation function, "" where it has none.
        negative_slope: slope of leaky_relu below zero.
        kernel: name of the recorded kernel of shape (inputs, units), for dense layers.
        bias: name of the recorded bias of shape (units,), for dense layers that have one.
        variables: names of the recorded weights of any other layer by what they are to it, such as "gamma".
        config: what else `forward` needs to know, named as in Keras, such as "strides".
        output_shape: shape of its output for one sample, where it is known.
        replayable: whether `forward` can compute it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    kind: str
    activation: str = ""
    negative_slope: float = 0.2
    kernel: str | None = None
    bias: str | None = None
    variables: dict[str, str] = {}
    config: dict[str, Setting] = {}
    output_shape: tuple[int | None, ...] | None = None
    replayable: bool = False


# The hyperbolic tangent does not overflow, and costs a fraction of importing scipy.special.
def sigmoid(z: Array) -> Array:
    """Return the logistic function of an array."""
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * z))


def softmax(z: Array) -> Array:
    """Return the softmax over the last axis."""
    powers = np.exp(z - z.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


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
    "relu": lambda z: np.maximum(z, 0),
    "relu6": lambda z: np.clip(z, 0, 6),
    "elu": _elu,
    "selu": lambda z: _SELU_SCALE * np.where(z > 0, z, _SELU_ALPHA * np.expm1(np.minimum(z, 0))),
    "gelu": _gelu,
    "silu": lambda z: z * sigmoid(z),
    "softplus": lambda z: np.logaddexp(z, np.asarray(0, z.dtype)),
    "softsign": lambda z: z / (1 + np.abs(z)),
    "exponential": np.exp,
    "hard_sigmoid": lambda z: np.clip(z / 6 + 0.5, 0, 1),
}
# Kinds of layers that, outside of training, pass on what they get.
IDENTITY = {
    "Dropout", "SpatialDropout1D", "SpatialDropout2D", "GaussianNoise", "GaussianDropout", "AlphaDropout",
    "ActivityRegularization",
}  # fmt: skip
# Kinds that pass on what they get, or only bring it into another shape.
SILENT = IDENTITY | {"Flatten", "Identity", "InputLayer", "Reshape"}
BOUNDED = {"tanh": (-1.0, 1.0), "softsign": (-1.0, 1.0), "sigmoid": (0.0, 1.0), "hard_sigmoid": (0.0, 1.0)}


def is_chain(layers: Sequence[Layer]) -> bool:
    """Say whether every layer can be replayed, one after the other."""
    return bool(layers) and all(layer.replayable for layer in layers)


def is_dense_chain(layers: Sequence[Layer]) -> bool:
    """Say whether every layer can be replayed and none does more than dense layers and activations do."""
    return is_chain(layers) and not any(layer.kind in OPERATIONS for layer in layers)


def forward(
    layers: Sequence[Layer], weights: Mapping[str, Array], values: Array, *, after: int = -1, until: int | None = None
) -> Array:
    """Return the output of a layer for given values further up.

    Args:
        layers: a chain, see `is_chain`.
        weights: arrays by name.
        values: shape (samples, ...): the network's input, or the output of layer number `after`.
        after: index of the layer whose output the values are; -1 for the network's input.
        until: index of the layer whose output is wanted; the last one by default.

    Returns:
        Array of shape (samples, ...) in the dtype of the weights: (samples, height, width, channels) for maps.
    """
    stop = len(layers) if until is None else until + 1
    wanted = layers[after + 1 : stop]
    if any(layer.kind in OPERATIONS for layer in wanted):
        return in_batches(lambda batch: _replayed(wanted, weights, batch), values, BATCH)
    return _replayed(wanted, weights, values)


def _replayed(layers: Sequence[Layer], weights: Mapping[str, Array], values: Array) -> Array:
    if values.dtype.kind != "f":  # pictures may be whole numbers; Keras feeds them as float32
        values = values.astype(np.float32)
    # Overflow in a diverging run is a state to be shown, not a warning to be printed.
    with np.errstate(over="ignore", invalid="ignore"):
        for layer in layers:
            values = _apply(layer, weights, values)
    return values


def _apply(layer: Layer, weights: Mapping[str, Array], values: Array) -> Array:
    if layer.kind == "Flatten":
        return values.reshape(len(values), -1)
    if layer.kind in OPERATIONS:
        variables = {role: weights[name] for role, name in layer.variables.items()}
        values = OPERATIONS[layer.kind](values, **variables, **layer.config)
    if layer.kernel is not None:
        kernel = weights[layer.kernel]
        values = values.astype(kernel.dtype, copy=False) @ kernel
        if layer.bias is not None:
            values = values + weights[layer.bias]
    if layer.activation == "leaky_relu":
        return np.where(values > 0, values, layer.negative_slope * values).astype(values.dtype)
    return ACTIVATIONS[layer.activation](values).astype(values.dtype, copy=False)
