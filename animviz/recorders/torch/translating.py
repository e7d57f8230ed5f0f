"""PyTorch's layers by the names and settings that their operations have in Keras, where NumPy can replay them."""

from collections.abc import Callable, Mapping
from typing import Any

from torch import nn

from animviz.recorders.torch.following import Call

__all__ = ["ACTIVATING", "translated"]

Fields = dict[str, Any]
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
# Functions that do what a module does, and which of its settings their arguments are.
AS_MODULES: dict[str, tuple[type, tuple[str, ...]]] = {
    **{name: (kind, ()) for name, kind in {
        "relu": nn.ReLU, "relu6": nn.ReLU6, "selu": nn.SELU, "silu": nn.SiLU, "mish": nn.Mish, "sigmoid": nn.Sigmoid,
        "tanh": nn.Tanh, "softsign": nn.Softsign, "hardsigmoid": nn.Hardsigmoid, "hardswish": nn.Hardswish,
        "logsigmoid": nn.LogSigmoid, "log_sigmoid": nn.LogSigmoid,
    }.items()},
    "leaky_relu": (nn.LeakyReLU, ("negative_slope",)),
    "elu": (nn.ELU, ("alpha",)),
    "celu": (nn.CELU, ("alpha",)),
    "gelu": (nn.GELU, ("approximate",)),
    "softplus": (nn.Softplus, ("beta", "threshold")),
    "hardtanh": (nn.Hardtanh, ("min_val", "max_val")),
    "softmax": (nn.Softmax, ("dim",)),
    "log_softmax": (nn.LogSoftmax, ("dim",)),
    "dropout": (nn.Dropout, ("p",)),
    "dropout1d": (nn.Dropout1d, ("p",)),
    "dropout2d": (nn.Dropout2d, ("p",)),
    "alpha_dropout": (nn.AlphaDropout, ("p",)),
    "max_pool1d": (nn.MaxPool1d, (*POOL, "dilation", "ceil_mode")),
    "max_pool2d": (nn.MaxPool2d, (*POOL, "dilation", "ceil_mode")),
    "avg_pool1d": (nn.AvgPool1d, (*POOL, "ceil_mode", "count_include_pad")),
    "avg_pool2d": (nn.AvgPool2d, (*POOL, "ceil_mode", "count_include_pad", "divisor_override")),
    "adaptive_avg_pool1d": (nn.AdaptiveAvgPool1d, ("output_size",)),
    "adaptive_avg_pool2d": (nn.AdaptiveAvgPool2d, ("output_size",)),
    "adaptive_max_pool1d": (nn.AdaptiveMaxPool1d, ("output_size",)),
    "adaptive_max_pool2d": (nn.AdaptiveMaxPool2d, ("output_size",)),
}  # fmt: skip
ACTIVATING = {name for name in AS_MODULES if "pool" not in name and "dropout" not in name}
"""Functions whose outputs are a layer of their own."""
RESHAPING = {"view", "reshape", "flatten", "squeeze", "unsqueeze", "unflatten", "view_as", "reshape_as"}
PASSING = {"to", "float", "double", "type", "contiguous", "clone", "detach", "cpu", "cuda", "requires_grad_"}
RANDOM = {name for name in AS_MODULES if "dropout" in name}


def translated(call: Call, names: Names) -> Fields | None:
    """Return what a call does as fields of a `Layer`, or None where NumPy cannot replay it.

    Args:
        call: of a layer, or of a function of one tensor.
        names: of the module's weights.
    """
    if call.is_module:
        return _of_module(call.what, call, names)
    name = getattr(call.what, "__name__", "")
    name = name.removesuffix("_") if not name.startswith("__") else name
    if name in RESHAPING:
        return _reshaped(call)
    if name in PASSING:
        return {"kind": "Identity"} if call.output.is_floating_point() else None
    if name in AS_MODULES:
        kind, settings = AS_MODULES[name]
        given = dict(zip(settings, call.args[1:], strict=False)) | {
            k: v for k, v in call.kwargs.items() if k in settings
        }
        training = call.kwargs.get("training", call.args[2] if len(call.args) > 2 else name != "alpha_dropout")
        if name in RANDOM and training:  # also when the model is used
            return None
        if any(call.kwargs.get(other) for other in ("dtype", "return_indices")):
            return None
        return _of_module(kind(**given), call, names)
    if name in CALCULATING:
        return CALCULATING[name](call, names)
    return None


def _of_module(module: Any, call: Call, names: Names) -> Fields | None:
    kind = type(module)
    if kind in BENDING:
        return {"kind": "ReLU" if kind is nn.ReLU else "Activation", "activation": BENDING[kind]}
    if kind in SILENCED:
        return {"kind": SILENCED[kind]}
    if kind in (nn.Flatten, nn.Unflatten):
        return _reshaped(call)
    translate = TRANSLATIONS.get(kind)
    return None if translate is None else translate(module, names)


def _reshaped(call: Call) -> Fields | None:
    """Return a new order of places, which is one of each sample by itself as long as there are as many samples."""
    given, made = call.tensors[0], call.output
    if given.shape[:1] != made.shape[:1]:
        return None
    if given.shape == made.shape or (made.ndim == 1 and given.numel() == len(given)):
        return {"kind": "Identity"}  # one number for each sample is a column here
    return (
        {"kind": "Flatten"}
        if made.ndim == 2
        else {"kind": "Reshape", "config": {"target_shape": tuple(made.shape[1:])}}
    )


def _dense(module: Any, names: Names) -> Fields | None:
    return _linear(module.weight, module.bias, names)


def _linear(weight: Any, bias: Any, names: Names) -> Fields | None:
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
        size, stride, padding = (_sizes(getattr(module, name), rank) for name in POOL)
        config: Fields = {"pool_size": size, "strides": stride, "padding": tuple((side, side) for side in padding)}
        plain = not module.ceil_mode and getattr(module, "divisor_override", None) is None
        if (
            not plain
            or _sizes(getattr(module, "dilation", 1), rank) != (1,) * rank
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
        sizes = _sizes(module.output_size, rank)
        if sizes == (1,) * rank:
            return {"kind": f"Global{kind}Pooling{rank}D", "config": {"keepdims": True}, "layout": "channels_first"}
        if kind == "Max" or None in sizes or getattr(module, "return_indices", False):
            return None
        return {"kind": f"AdaptiveAveragePooling{rank}D", "config": {"output_size": sizes}, "layout": "channels_first"}

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


def _sizes(value: Any, rank: int) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (value,) * rank


def _where(condition: bool, activation: str, **fields: Any) -> Fields | None:
    return {"kind": "Activation", "activation": activation, **fields} if condition else None


TRANSLATIONS: dict[type, Callable[[Any, Names], Fields | None]] = {
    nn.Linear: _dense,
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


def _by_linear(call: Call, names: Names) -> Fields | None:
    weight, bias = (*call.args[1:], call.kwargs.get("weight"), call.kwargs.get("bias"))[:2]
    return _linear(weight, bias if len(call.args) < 3 else call.args[2], names)


def _by_matrix(call: Call, names: Names) -> Fields | None:
    kernel = call.args[1]
    known = call.args[0] is call.tensors[0] and kernel.ndim == 2 and id(kernel) in names
    return {"kind": "Dense", "kernel": names[id(kernel)]} if known else None


def _scaled(scale: Callable[[Any], float], offset: Callable[[Any], float]) -> Callable[[Call, Names], Fields | None]:
    def translate(call: Call, names: Names) -> Fields | None:
        number = call.args[1] if len(call.args) == 2 else None
        if not isinstance(number, int | float) or call.kwargs:
            return None
        return {"kind": "Rescaling", "config": {"scale": float(scale(number)), "offset": float(offset(number))}}

    return translate


def _added(call: Call, names: Names) -> Fields | None:
    added = [part for part in call.args if isinstance(part, nn.Parameter) and part.ndim == 1 and id(part) in names]
    if len(call.args) == 2 and len(added) == 1 and not call.kwargs:
        return {"kind": "Bias", "bias": names[id(added[0])]}
    return _scaled(lambda number: 1, lambda number: number)(call, names)


def _averaged(call: Call, names: Names) -> Fields | None:
    """Return the mean over all places of each channel."""
    dims = call.args[1] if len(call.args) > 1 else call.kwargs.get("dim")
    keepdims = call.args[2] if len(call.args) > 2 else call.kwargs.get("keepdim", False)
    count = call.tensors[0].ndim
    if dims is None or count not in (3, 4):
        return None
    axes = sorted(axis % count for axis in _sizes(dims, 1))
    layouts = {tuple(range(2, count)): "channels_first", tuple(range(1, count - 1)): "channels_last"}
    layout = layouts.get(tuple(axes))
    if layout is None:
        return None
    return {"kind": f"GlobalAveragePooling{count - 2}D", "config": {"keepdims": bool(keepdims)}, "layout": layout}


CALCULATING: dict[str, Callable[[Call, Names], Fields | None]] = {
    "linear": _by_linear,
    "matmul": _by_matrix,
    "mm": _by_matrix,
    "__matmul__": _by_matrix,
    "mul": _scaled(lambda number: number, lambda number: 0),
    "div": _scaled(lambda number: 1 / number, lambda number: 0),
    "true_divide": _scaled(lambda number: 1 / number, lambda number: 0),
    "add": _added,
    "sub": _scaled(lambda number: 1, lambda number: -number),
    "__rsub__": _scaled(lambda number: -1, lambda number: number),
    "mean": _averaged,
}
