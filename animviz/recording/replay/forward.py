"""What a chain of layers puts out, replayed in NumPy from recorded weights; equal to Keras and PyTorch to 1e-5 (tested)."""

from collections.abc import Mapping, Sequence

import numpy as np

from animviz.arrays import Array
from animviz.recording.replay.activations import ACTIVATIONS
from animviz.recording.replay.convolution import OPERATIONS, WHOLE, in_batches
from animviz.recording.replay.layers import Layer
from animviz.recording.replay.room import require_room

__all__ = ["MISFITS", "before_activation", "forward"]

MISFITS = (ValueError, LookupError, TypeError, ArithmeticError, AttributeError)
"""What NumPy raises where layers, weights and inputs do not fit together."""

BATCH = 16  # images at a time: their maps stay in the processor's cache, which is several times as fast


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
        Array of shape (samples, ...) in the dtype of the weights; maps have their channels where the layer's layout says.
    """
    stop = len(layers) if until is None else until + 1
    wanted = layers[after + 1 : stop]
    # What follows the last map is small, and its products of matrices are fastest as a whole.
    maps = max((place + 1 for place, layer in enumerate(wanted) if layer.kind in OPERATIONS), default=0)
    if maps:
        values = in_batches(lambda batch: _replayed(wanted[:maps], weights, batch), values, BATCH)
    return _replayed(wanted[maps:], weights, values)


def before_activation(layers: Sequence[Layer], weights: Mapping[str, Array], values: Array) -> Array:
    """Return what the activation of the last layer is given, for values that the network is given; see `forward`."""
    return forward([*layers[:-1], layers[-1].model_copy(update={"activation": ""})], weights, values)


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
    if layer.layout == "channels_first" and layer.kind not in WHOLE and values.ndim > 2:
        changed = _computed(layer, weights, np.moveaxis(values, 1, -1))
        return np.moveaxis(changed, -1, 1) if changed.ndim > 2 else changed
    return _computed(layer, weights, values)


def _computed(layer: Layer, weights: Mapping[str, Array], values: Array) -> Array:
    """Return what a layer makes of values whose channels come last, unless it takes a sample as a whole."""
    if layer.kind in OPERATIONS:
        variables = {role: weights[name] for role, name in layer.variables.items()}
        if "kernel" in variables:
            variables["kernel"] = layer.kernel_of(weights)
        else:
            _require_no_more(layer, values, variables)
        values = OPERATIONS[layer.kind](values, **variables, **layer.config)
    if layer.kernel is not None:
        kernel = layer.kernel_of(weights)
        require_room((*values.shape[:-1], kernel.shape[-1]), kernel.dtype, f"what layer {layer.name} puts out")
        values = values.astype(kernel.dtype, copy=False) @ kernel
        if layer.bias is not None:
            _require_no_more(layer, values, {"bias": weights[layer.bias]})
            values = values + weights[layer.bias]
    if layer.activation == "leaky_relu":
        return np.where(values > 0, values, layer.negative_slope * values).astype(values.dtype)
    return ACTIVATIONS[layer.activation](values).astype(values.dtype, copy=False)


def _require_no_more(layer: Layer, values: Array, variables: Mapping[str, Array]) -> None:
    """Refuse weights that would make more numbers of values than they are.

    Raises:
        ValueError: names the layer and the weight.
    """
    for role, weight in variables.items():
        if (
            weight.ndim
            and np.broadcast_shapes(values.shape[-weight.ndim :], weight.shape) != values.shape[-weight.ndim :]
        ):
            raise ValueError(f"layer {layer.name} has a {role} of shape {weight.shape} for values of {values.shape}")
