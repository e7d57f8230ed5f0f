"""What a recording says of each layer, and which layers NumPy can replay."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Protocol

import numpy as np
from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer

from animviz.arrays import Array
from animviz.recording.replay.convolution import OPERATIONS

__all__ = ["IDENTITY", "SILENT", "ConfigValue", "Layer", "hindrance", "is_chain", "is_dense_chain"]

ConfigValue = bool | int | float | str | tuple[int, ...] | tuple[tuple[int, int], ...]


class Shaped(Protocol):
    """An array, or what is said of one."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Length of each axis."""
        ...


class Layer(BaseModel):
    """One layer of a recorded model.

    Attributes:
        name: the layer's name in the model.
        kind: what it does, by the name that this operation has in Keras, such as "Dense" or "Conv2D"; recorders of other
            frameworks translate theirs. A kind that is not known here is not replayable.
        activation: name of its activation function, "" where it has none.
        negative_slope: slope of leaky_relu below zero.
        kernel: name of the recorded kernel, for dense layers; see `kernel_of`.
        bias: name of the recorded bias of shape (units,), for dense layers that have one.
        variables: names of the recorded weights of any other layer by what they are to it, such as "gamma".
        config: what else `forward` needs to know, named as in Keras too, such as "strides".
        layout: where channels stand in what it takes and puts out: behind the places of an image, or before them.
        transposed: whether its kernel is recorded as (units, inputs) or (filters, channels, ...), as in PyTorch.
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
    config: dict[str, ConfigValue] = {}
    layout: Literal["channels_last", "channels_first"] = "channels_last"
    transposed: bool = False
    output_shape: tuple[int | None, ...] | None = None
    replayable: bool = False

    def kernel_of(self, weights: Mapping[str, Array]) -> Array:
        """Return the layer's kernel, shape (inputs, units) or (..., channels, filters), however it is recorded.

        Args:
            weights: arrays by name; among them the kernel of this layer, which is dense or a convolution.
        """
        kernel = weights[self.kernel or self.variables["kernel"]]
        return kernel.transpose(*range(2, kernel.ndim), 1, 0) if self.transposed else kernel

    @property
    def weight_names(self) -> set[str]:
        """Names of all recorded weights that are said to be the layer's."""
        return {name for name in (self.kernel, self.bias, *self.variables.values()) if name is not None}

    def widths_of(self, weights: Mapping[str, Shaped]) -> tuple[int, int]:
        """Return how many inputs and units a dense layer has.

        Args:
            weights: arrays by name, or what the manifest says of them.
        """
        rows, columns = weights[self.kernel or ""].shape
        return (columns, rows) if self.transposed else (rows, columns)

    def channels_last(self, values: Array) -> Array:
        """Return what the layer takes or puts out, shape (samples, ...), with the channels behind the places of an image."""
        return np.moveaxis(values, 1, -1) if self.layout == "channels_first" and values.ndim > 2 else values

    @model_serializer(mode="wrap")
    def _written(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # Recordings with Keras' layout are the same bytes as before there was another.
        said: dict[str, Any] = write(self)
        usual = {"layout": "channels_last", "transposed": False}
        return {name: value for name, value in said.items() if name not in usual or value != usual[name]}


# Kinds of layers that, outside of training, pass on what they get.
IDENTITY = {
    "Dropout", "SpatialDropout1D", "SpatialDropout2D", "GaussianNoise", "GaussianDropout", "AlphaDropout",
    "ActivityRegularization",
}  # fmt: skip
# Kinds that pass on what they get, or only bring it into another shape; and states that a layer returns beside its output.
SILENT = IDENTITY | {"State", "Flatten", "Identity", "InputLayer", "Reshape"}


def is_chain(layers: Sequence[Layer]) -> bool:
    """Say whether every layer can be replayed, one after the other."""
    return bool(layers) and all(layer.replayable for layer in layers)


def hindrance(layers: Sequence[Layer], passes: Callable[[Layer], bool] = lambda layer: layer.replayable) -> str:
    """Return in words which layers keep a model from being such a chain, such as "LSTM layers".

    Args:
        layers: of a model of which some do not pass, or which has none.
        passes: whether a layer can be part of the chain.
    """
    strange = [layer for layer in layers if not passes(layer)]
    unknown = next((layer.kind for layer in strange if not _is_known(layer)), None)
    if unknown is not None or not strange:
        return f"{unknown or 'no'} layers"
    return f"{strange[0].kind} layers that branch, or with an activation of their own"


def _is_known(layer: Layer) -> bool:
    """Say whether a layer's kind could be replayed, were it alone."""
    bending = {"Activation", "ReLU", "LeakyReLU", "Softmax", "ELU"}
    return not layer.replayable and (
        layer.kernel is not None or layer.kind in SILENT | bending or layer.kind in OPERATIONS
    )


def is_dense_chain(layers: Sequence[Layer]) -> bool:
    """Say whether every layer can be replayed and none does more than dense layers and activations do."""
    return is_chain(layers) and not any(layer.kind in OPERATIONS for layer in layers)
