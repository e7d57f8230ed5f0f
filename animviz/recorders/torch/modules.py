"""PyTorch's layers by the names and settings that their operations have in Keras, where NumPy can replay them."""

from collections.abc import Callable, Mapping
from typing import Any

from torch import nn

__all__ = ["BENDING", "POOL", "TRANSLATIONS", "Fields", "Names", "linear", "of_module", "sizes"]

Fields = dict[str, Any]
"""Of a `Layer`."""
Names = Mapping[int, str]
"""Names of weights by the identity of their tensors."""

BENDING: dict[type, str] = {
    nn.ReLU: "relu", nn.ReLU6: "relu6", nn.SELU: "selu", nn.SiLU: "silu", nn.Mish: "mish", nn.Sigmoid: "sigmoid",
    nn.Tanh: "tanh", nn.Softsign: "softsign", nn.Hardsigmoid: "hard_sigmoid", nn.Hardswish: "hard_silu",
    nn.LogSigmoid: "log_sigmoid", nn.Softmax: "softmax", nn.LogSoftmax: "log_softmax",
}  # fmt: skip
SILENCED: dict[type, str] = {
    nn.Dropout: "Dropout", nn.Dropout1d: "SpatialDropout1D", nn.Dropout2d: "SpatialDropout2D",
    nn.AlphaDropout: "AlphaDropout", nn.FeatureAlphaDropout: "AlphaDropout", nn.Identity: "Identity",
}  # fmt: skip
POOL = ("kernel_size", "stride", "padding")


def of_module(module: Any, names: Names) -> Fields | None:
    """Return what a module does as fields of a `Layer`, or None where NumPy cannot replay it.

    Args:
        module: a layer that leaves the shape of a sample to its weights and settings.
        names: of the model's weights.
    """
    kind = type(module)
    if kind in BENDING:
        return {"kind": "ReLU" if kind is nn.ReLU else "Activation", "activation": BENDING[kind]}
    if kind in SILENCED:
        return {"kind": SILENCED[kind]}
    translate = TRANSLATIONS.get(kind)
    return None if translate is None else translate(module, names)


def linear(weight: Any, bias: Any, names: Names) -> Fields | None:
    """Return a product with a matrix of shape (units, inputs) as fields of a `Layer`; None where it is no weight's.

    Args:
        weight: the matrix.
        bias: that is added, or None.
        names: of the model's weights.
    """
    if id(weight) not in names or (bias is not None and id(bias) not in names):
        return None  # computed from others, as weight normalization does
    return {"kind": "Dense", "kernel": names[id(weight)], "bias": names.get(id(bias)), "transposed": True}


def _convolution(module: Any, names: Names) -> Fields | None:
    variables = _named({"kernel": module.weight, "bias": module.bias}, names)
    if module.padding_mode != "zeros" or variables is None:
        return None
    rank, padding = len(module.kernel_size), module.padding
    if not isinstance(padding, str):
        padding = tuple((size, size) for size in padding)
    return {
        "kind": f"Conv{rank}D", "variables": variables, "layout": "channels_first", "transposed": True,
        "config": {"strides": module.stride, "padding": padding, "dilation_rate": module.dilation},
    }  # fmt: skip


def _pool(kind: str, rank: int) -> Callable[[Any, Names], Fields | None]:
    def translate(module: Any, names: Names) -> Fields | None:
        size, stride, padding = (sizes(getattr(module, name), rank) for name in POOL)
        config: Fields = {"pool_size": size, "strides": stride, "padding": tuple((side, side) for side in padding)}
        plain = not module.ceil_mode and getattr(module, "divisor_override", None) is None
        if (
            not plain
            or sizes(getattr(module, "dilation", 1), rank) != (1,) * rank
            or getattr(module, "return_indices", False)
        ):
            return None
        if not any(padding):
            config["padding"] = "valid"
        elif getattr(module, "count_include_pad", False):
            config["padding_counts"] = True
        return {"kind": f"{kind}Pooling{rank}D", "config": config, "layout": "channels_first"}

    return translate


def _pool_to(kind: str, rank: int) -> Callable[[Any, Names], Fields | None]:
    def translate(module: Any, names: Names) -> Fields | None:
        found = sizes(module.output_size, rank)
        if found == (1,) * rank:
            return {"kind": f"Global{kind}Pooling{rank}D", "config": {"keepdims": True}, "layout": "channels_first"}
        if kind == "Max" or None in found or getattr(module, "return_indices", False):
            return None
        return {"kind": f"AdaptiveAveragePooling{rank}D", "config": {"output_size": found}, "layout": "channels_first"}

    return translate


def _batch_norm(module: Any, names: Names) -> Fields | None:
    statistics = {"moving_mean": module.running_mean, "moving_variance": module.running_var}
    variables = _named({**statistics, "gamma": module.weight, "beta": module.bias}, names)
    if module.running_mean is None or variables is None:
        return None
    config = {"epsilon": module.eps}
    return {"kind": "BatchNormalization", "variables": variables, "config": config, "layout": "channels_first"}


def _layer_norm(module: Any, names: Names) -> Fields | None:
    variables = _named({"gamma": module.weight, "beta": module.bias}, names)
    axes = tuple(range(-len(module.normalized_shape), 0))
    config = {"axis": axes, "epsilon": module.eps}
    return None if variables is None else {"kind": "LayerNormalization", "variables": variables, "config": config}


def _named(weights: Mapping[str, Any], names: Names) -> dict[str, str] | None:
    """Return names of weights by their roles; None where one of them is not among the model's."""
    there = {role: weight for role, weight in weights.items() if weight is not None}
    return (
        {role: names[id(weight)] for role, weight in there.items()}
        if all(id(w) in names for w in there.values())
        else None
    )


def sizes(value: Any, rank: int) -> tuple[Any, ...]:
    """Return a size for each axis of an image, where one number stands for all."""
    return tuple(value) if isinstance(value, list | tuple) else (value,) * rank


def _where(condition: bool, activation: str, **fields: Any) -> Fields | None:
    return {"kind": "Activation", "activation": activation, **fields} if condition else None


TRANSLATIONS: dict[type, Callable[[Any, Names], Fields | None]] = {
    nn.Linear: lambda module, names: linear(module.weight, module.bias, names),
    nn.Conv1d: _convolution,
    nn.Conv2d: _convolution,
    nn.MaxPool1d: _pool("Max", 1),
    nn.MaxPool2d: _pool("Max", 2),
    nn.AvgPool1d: _pool("Average", 1),
    nn.AvgPool2d: _pool("Average", 2),
    nn.AdaptiveAvgPool1d: _pool_to("Average", 1),
    nn.AdaptiveAvgPool2d: _pool_to("Average", 2),
    nn.AdaptiveMaxPool1d: _pool_to("Max", 1),
    nn.AdaptiveMaxPool2d: _pool_to("Max", 2),
    nn.BatchNorm1d: _batch_norm,
    nn.BatchNorm2d: _batch_norm,
    nn.LayerNorm: _layer_norm,
    nn.LeakyReLU: lambda module, names: _where(True, "leaky_relu", negative_slope=module.negative_slope),
    nn.ELU: lambda module, names: _where(module.alpha == 1, "elu"),
    nn.CELU: lambda module, names: _where(module.alpha == 1, "elu"),
    nn.GELU: lambda module, names: _where(True, "gelu" if module.approximate == "none" else "gelu_tanh"),
    nn.Softplus: lambda module, names: _where(module.beta == 1, "softplus"),
    nn.Hardtanh: lambda module, names: _where((module.min_val, module.max_val) == (-1, 1), "hard_tanh"),
}
