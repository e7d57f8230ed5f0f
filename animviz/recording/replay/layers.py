"""What a recording says of each layer, and which layers NumPy can replay."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from animviz.recording.replay.convolution import OPERATIONS

__all__ = ["IDENTITY", "SILENT", "ConfigValue", "Layer", "is_chain", "is_dense_chain"]

ConfigValue = bool | int | float | str | tuple[int, ...] | tuple[tuple[int, int], ...]


class Layer(BaseModel):
    """One layer of a recorded model.

    Attributes:
        name: the layer's name in the model.
        kind: what it does, by the name that this operation has in Keras, such as "Dense" or "Conv2D"; recorders of other
            frameworks translate theirs. A kind that is not known here is not replayable.
        activation: name of its activation function, "" where it has none.
        negative_slope: slope of leaky_relu below zero.
        kernel: name of the recorded kernel of shape (inputs, units), for dense layers.
        bias: name of the recorded bias of shape (units,), for dense layers that have one.
        variables: names of the recorded weights of any other layer by what they are to it, such as "gamma".
        config: what else `forward` needs to know, named as in Keras too, such as "strides".
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
    output_shape: tuple[int | None, ...] | None = None
    replayable: bool = False


# Kinds of layers that, outside of training, pass on what they get.
IDENTITY = {
    "Dropout", "SpatialDropout1D", "SpatialDropout2D", "GaussianNoise", "GaussianDropout", "AlphaDropout",
    "ActivityRegularization",
}  # fmt: skip
# Kinds that pass on what they get, or only bring it into another shape.
SILENT = IDENTITY | {"Flatten", "Identity", "InputLayer", "Reshape"}


def is_chain(layers: Sequence[Layer]) -> bool:
    """Say whether every layer can be replayed, one after the other."""
    return bool(layers) and all(layer.replayable for layer in layers)


def is_dense_chain(layers: Sequence[Layer]) -> bool:
    """Say whether every layer can be replayed and none does more than dense layers and activations do."""
    return is_chain(layers) and not any(layer.kind in OPERATIONS for layer in layers)
