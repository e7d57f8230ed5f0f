"""Layers as a user names them, so that a network of one's own is replayed from its weights."""

from collections.abc import Mapping, Sequence
from math import prod

import numpy as np

from animviz.arrays import Array
from animviz.errors import InputError, RecordingError
from animviz.recording.replay.activations import ACTIVATIONS
from animviz.recording.replay.convolution import OPERATIONS
from animviz.recording.replay.forward import forward
from animviz.recording.replay.layers import Layer, is_dense_chain

__all__ = ["arch_of", "dense", "fitted", "flatten", "named_by", "require_replayed"]

CLOSE = 1e-4  # of the largest value: by how much a replay in float32 may differ


def dense(
    name: str,
    activation: str = "linear",
    *,
    kernel: str = "{name}/kernel",
    bias: str | None = "{name}/bias",
    transposed: bool = False,
) -> Layer:
    """Describe a layer whose units are all connected with all of its inputs.

    Args:
        name: of the layer.
        activation: name of its activation function in Keras.
        kernel: name of its kernel among the weights, shape (inputs, units).
        bias: name of its bias, shape (units,), or None where it has none.
        transposed: whether the kernel's shape is (units, inputs).

    Raises:
        InputError: no such activation.
    """
    if activation not in ACTIVATIONS:
        known = ", ".join(filter(None, ACTIVATIONS))
        raise InputError(f"layer {name!r} has the activation {activation!r}; expected one of {known}")
    return Layer(
        name=name, kind="Dense", activation=activation, kernel=kernel.format(name=name),
        bias=None if bias is None else bias.format(name=name), transposed=transposed, replayable=True,
    )  # fmt: skip


def flatten(name: str = "flatten") -> Layer:
    """Describe a layer that brings each sample into one line, as a network of dense layers takes images.

    Args:
        name: of the layer.
    """
    return Layer(name=name, kind="Flatten", replayable=True)


def fitted(layers: Sequence[Layer], weights: Mapping[str, Array], inputs: tuple[int, ...] | None) -> tuple[Layer, ...]:
    """Return layers with the shapes of their outputs.

    Args:
        layers: of a chain; dense ones and those that bring values into one line are checked.
        weights: arrays by name.
        inputs: shape of a sample, or None where that is not known.

    Raises:
        RecordingError: a weight is missing or has another shape than the layers before ask for.
    """
    found, shape = [], inputs
    for layer in layers:
        if layer.kind == "Flatten" and shape is not None:
            shape = (prod(shape),)
        elif layer.kind == "Dense":
            shape = _behind(layer, weights, shape)
        elif layer.kind in OPERATIONS:
            shape = layer.output_shape  # type: ignore[assignment]  # of a layer that the user describes in full
        found.append(layer.model_copy(update={"output_shape": shape}))
    return tuple(found)


def require_replayed(layers: Sequence[Layer], weights: Mapping[str, Array], inputs: Array, output: Array) -> None:
    """Check that layers put out what the network puts out that they describe.

    Args:
        layers: a chain.
        weights: arrays by name.
        inputs: shape (samples, ...).
        output: of the network itself for these, shape (samples, ...).

    Raises:
        RecordingError: shapes or numbers differ.
    """
    replayed = forward(layers, weights, inputs)
    if replayed.shape != output.shape:
        raise RecordingError(f"the layers put out values of shape {replayed.shape}; the network itself {output.shape}")
    apart = float(np.max(np.abs(replayed - output), initial=0.0))
    if not apart <= CLOSE * (1 + float(np.max(np.abs(output), initial=0.0))):
        raise RecordingError(
            f"the layers put out other values than the network itself: up to {apart:.3g} apart; check activations, order and "
            "names of weights"
        )


def named_by(weights: Mapping[str, Array]) -> tuple[Layer, ...]:
    """Return the layers that names such as "net.0.weight" tell of; what they compute, and in which order, is not known.

    Args:
        weights: arrays by name.
    """
    found: dict[str, dict[str, str]] = {}
    for name in weights:
        layer, _, variable = name.rpartition(".")
        found.setdefault(layer or name, {})[variable] = name
    return tuple(Layer(name=name, kind="Layer", variables=variables) for name, variables in found.items())


def arch_of(layers: Sequence[Layer], weights: Mapping[str, Array]) -> str | None:
    """Return widths such as "2-3-2-1" where layers are a chain of dense ones, else None.

    Args:
        layers: in order.
        weights: arrays by name.
    """
    pairs = [layer.widths_of(weights) for layer in layers if layer.kind == "Dense"]
    if not pairs or not is_dense_chain(layers):
        return None
    return "-".join(map(str, [pairs[0][0], *(units for _, units in pairs)]))


def _behind(layer: Layer, weights: Mapping[str, Array], given: tuple[int, ...] | None) -> tuple[int, ...]:
    """Return the shape of what a dense layer puts out for values of a shape."""
    for name in filter(None, (layer.kernel, layer.bias)):
        if name not in weights:
            raise RecordingError(
                f"layer {layer.name!r} names the weight {name!r}; the weights are {', '.join(weights) or 'none'}"
            )
    kernel = weights[layer.kernel or ""]
    if kernel.ndim != 2:
        raise RecordingError(
            f"{layer.kernel} has shape {kernel.shape}; expected (inputs, units) of dense layer {layer.name!r}"
        )
    fan_in, units = layer.widths_of(weights)
    if given is not None and given[-1:] != (fan_in,):
        raise RecordingError(
            f"{layer.kernel} has shape {kernel.shape}, for {fan_in} inputs; layer {layer.name!r} gets values of shape {given} "
            "for each sample" + ("; put animviz.recorders.layers.flatten() before it" if len(given) > 1 else "")
        )
    if layer.bias and weights[layer.bias].shape != (units,):
        raise RecordingError(
            f"{layer.bias} has shape {weights[layer.bias].shape}; expected ({units},), one for each unit"
        )
    return (*(given or (fan_in,))[:-1], units)
