"""One layer of a Keras model, in the words of a recording."""

from collections.abc import Mapping
from typing import Any

import keras

from animviz.recorders.keras.leaves import is_composite
from animviz.recording.replay.activations import ACTIVATIONS
from animviz.recording.replay.layers import IDENTITY, Layer

__all__ = ["SETTINGS", "layer_entry"]

CONVOLUTION = ("strides", "padding", "dilation_rate")
POOLING = ("pool_size", "strides", "padding")
SETTINGS: dict[str, tuple[str, ...]] = {
    "Conv1D": CONVOLUTION,
    "Conv2D": CONVOLUTION,
    "MaxPooling1D": POOLING,
    "MaxPooling2D": POOLING,
    "AveragePooling1D": POOLING,
    "AveragePooling2D": POOLING,
    "GlobalMaxPooling2D": ("keepdims",),
    "GlobalAveragePooling2D": ("keepdims",),
    "ZeroPadding2D": ("padding",),
    "BatchNormalization": ("epsilon",),
    "Reshape": ("target_shape",),
    "Rescaling": ("scale", "offset"),
}
VARIABLES: dict[str, tuple[str, ...]] = {
    "Conv1D": ("kernel", "bias"),
    "Conv2D": ("kernel", "bias"),
    "BatchNormalization": ("moving_mean", "moving_variance", "gamma", "beta"),
}
REPLAYED = {"Dense", "Flatten", "Activation", "ReLU", "LeakyReLU", "Softmax", "ELU", *IDENTITY, *SETTINGS}


def layer_entry(path: str, layer: Any, names: Mapping[int, str], *, chained: bool) -> Layer:
    """Describe a layer.

    Args:
        path: of the layer in its model.
        layer: of Keras, or an own one.
        names: of the model's weights, by the ids of its variables.
        chained: whether it stands in a line of layers that starts at the model's input.
    """
    kind = type(layer).__name__
    activation, slope = _activation(layer, kind)
    plain = _is_plain(layer, kind)
    weights = _weights(layer, kind, names)
    dense = isinstance(layer, keras.layers.Dense) and "kernel" in weights
    return Layer(
        name=path,
        kind=kind,
        activation=activation or "",
        negative_slope=slope,
        kernel=weights["kernel"] if dense else None,
        bias=weights.get("bias") if dense else None,
        variables={} if dense else weights,
        config={name: getattr(layer, name) for name in SETTINGS.get(kind, ()) if plain},
        output_shape=_output_shape(layer),
        replayable=chained and plain and activation is not None,
    )


def _weights(layer: Any, kind: str, names: Mapping[int, str]) -> dict[str, str]:
    """Return the names of a layer's own weights by what they are to it; those of layers that are listed too are theirs."""
    if kind in VARIABLES and type(layer).__module__.startswith("keras."):
        roles = {role: names.get(id(getattr(layer, role))) for role in VARIABLES[kind]}
        return {role: name for role, name in roles.items() if name is not None}
    own = layer._trainable_variables + layer._non_trainable_variables if is_composite(layer) else layer.weights
    found: dict[str, str] = {}
    for variable in own:
        if (name := names.get(id(variable))) is not None:
            role = f"/{variable.path}".rpartition(f"/{layer.name}/")[2] or variable.name
            found[role if role not in found else name] = name
    return found


def _is_plain(layer: Any, kind: str) -> bool:
    """Say whether a layer is one of Keras' own that `animviz.recording.replay.forward` replays, used in the way that it knows."""
    if not type(layer).__module__.startswith("keras.") or kind not in REPLAYED or not layer.built:
        return False
    if getattr(layer, "quantization_mode", None) is not None or getattr(layer, "lora_enabled", False):
        return False
    if layer.dtype_policy.name not in ("float32", "float64"):
        return False
    if kind == "BatchNormalization":
        return layer.axis in (-1, layer.input_spec.ndim - 1) and not getattr(layer, "renorm", False)
    if kind == "Rescaling":
        return isinstance(layer.scale, int | float) and isinstance(layer.offset, int | float)
    return getattr(layer, "data_format", "channels_last") == "channels_last"


def _activation(layer: Any, kind: str) -> tuple[str | None, float]:
    """Return the name of a layer's activation and its slope below zero; None where it cannot be replayed."""
    if kind == "ReLU":
        plain = layer.max_value is None and not layer.negative_slope and not layer.threshold
        return ("relu" if plain else None), 0.2
    if kind == "LeakyReLU":
        return "leaky_relu", float(layer.negative_slope)
    if kind == "ELU":
        return ("elu" if layer.alpha == 1 else None), 0.2
    if kind == "Softmax":
        return ("softmax" if layer.axis == -1 else None), 0.2
    function = getattr(layer, "activation", None)
    if function is None:
        return "", 0.2
    name = getattr(function, "__name__", "")
    same = bool(name) and name in (*ACTIVATIONS, "leaky_relu") and _own(name) is function
    return (name if same else None), 0.2


def _own(name: str) -> Any:
    """Return what Keras calls so; squaring is an operation of it, and not among its activations."""
    return keras.ops.square if name == "square" else keras.activations.get(name)


def _output_shape(layer: Any) -> tuple[int | None, ...] | None:
    try:
        return tuple(layer.output.shape[1:])
    except (AttributeError, ValueError):
        units = getattr(layer, "units", None)
        return (int(units),) if isinstance(units, int) else None
