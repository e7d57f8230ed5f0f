"""Read what a Keras model is made of: its layers, weights and loss."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from keras.src.utils.rng_utils import get_random_seed  # not exported, and nothing else knows the seed

from animviz.errors import RecordingError
from animviz.recorders.description import Description, versions_of
from animviz.recorders.keras.outputs import facts_of, is_copy, outputs_of
from animviz.recorders.keras.tapping import probe
from animviz.recorders.session import Session
from animviz.recording.replay.activations import ACTIVATIONS
from animviz.recording.replay.layers import IDENTITY, Layer, is_dense_chain

__all__ = ["chain_arch", "described", "layer_table", "weight_names"]

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


def described(model: Any, session: Session, trained_on: tuple[Any, Any]) -> Description:
    """Describe a Keras model.

    Args:
        model: a built model.
        session: which records it, and knows what the user says.
        trained_on: what `fit` was given to feed in and to compare with, as far as that can be seen.

    Raises:
        InputError: it is in doubt what the model puts out; names the choices.
        RecordingError: the model is not built.
    """
    if not model.built:
        raise RecordingError("the model has no weights yet; give it an Input or call it once before fit")
    layers = layer_table(model)
    probed = None
    if not outputs_of(model) and session.samples.inputs:
        _, probed = probe(model, session.samples.first(1), set())
    return Description(
        name=model.name,
        layers=layers,
        meaning=session.understood(*facts_of(model, probed, copies_input=is_copy(*trained_on))),
        arch=chain_arch(model, layers),
        model=_as_json(model),
        versions=versions_of("animviz", "keras", "tensorflow", "numpy"),
        seed=get_random_seed(),
    )


def layer_table(model: Any) -> tuple[Layer, ...]:
    """Describe a model's layers in order; those that can be replayed without Keras are marked so.

    Args:
        model: a built Keras model.
    """
    names = dict(zip(map(id, model.weights), weight_names(model), strict=True))
    layers = [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
    chained = _is_straight(model, layers)
    return tuple(_describe(layer, names, chained) for layer in layers)


def weight_names(model: Any) -> list[str]:
    """Return a stable name for each of ``model.weights``: its path below the model, made unique."""
    found: list[str] = []
    for variable in model.weights:
        name = variable.path.removeprefix(f"{model.name}/")
        repeats = sum(other == name or other.startswith(f"{name}#") for other in found)
        found.append(f"{name}#{repeats + 1}" if repeats else name)
    return found


def chain_arch(model: Any, layers: tuple[Layer, ...]) -> str | None:
    """Return the architecture as text where the model is a chain of dense layers, else None."""
    if not is_dense_chain(layers):
        return None
    widths = [layer.output_shape[-1] for layer in layers if layer.kind == "Dense" and layer.output_shape]
    inputs = int(np.prod(model.input_shape[1:]))
    return "-".join(map(str, [inputs, *widths])) if widths else None


def _is_straight(model: Any, layers: list[Any]) -> bool:
    """Say whether the model is one line of layers, each fed by the one before."""
    if isinstance(model, keras.Sequential):
        return type(model).call is keras.Sequential.call
    if type(model) is not keras.Model and type(model).__name__ != "Functional":
        return False
    try:
        if len(model.inputs) != 1 or len(model.outputs) != 1:
            return False
        tensors = [model.inputs[0], *(layer.output for layer in layers)]
        return (
            all(layer.input is fed for layer, fed in zip(layers, tensors, strict=False))
            and tensors[-1] is model.outputs[0]
        )
    except (AttributeError, ValueError):
        return False


def _describe(layer: Any, names: Mapping[int, str], chained: bool) -> Layer:
    kind = type(layer).__name__
    activation, slope = _activation(layer, kind)
    plain = _is_plain(layer, kind)
    dense = plain and kind == "Dense"
    weights = {role: getattr(layer, role) for role in VARIABLES.get(kind, ()) if plain}
    return Layer(
        name=layer.name,
        kind=kind,
        activation=activation or "",
        negative_slope=slope,
        kernel=names[id(layer.kernel)] if dense else None,
        bias=names[id(layer.bias)] if dense and layer.bias is not None else None,
        variables={role: names[id(weight)] for role, weight in weights.items() if weight is not None},
        config={name: getattr(layer, name) for name in SETTINGS.get(kind, ()) if plain},
        output_shape=_output_shape(layer),
        replayable=chained and plain and activation is not None,
    )


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
    same = bool(name) and name in (*ACTIVATIONS, "leaky_relu") and keras.activations.get(name) is function
    return (name if same else None), 0.2


def _output_shape(layer: Any) -> tuple[int | None, ...] | None:
    try:
        return tuple(layer.output.shape[1:])
    except (AttributeError, ValueError):
        units = getattr(layer, "units", None)
        return (int(units),) if isinstance(units, int) else None


def _as_json(model: Any) -> str | None:
    try:
        return str(model.to_json())
    except Exception:  # subclassed models raise whatever their author or Keras chose
        return None
