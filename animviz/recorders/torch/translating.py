"""Calls of layers and of functions between them, as fields of layers that NumPy can replay."""

from collections.abc import Callable
from typing import Any

from torch import nn

from animviz.recorders.torch.following import Call
from animviz.recorders.torch.modules import POOL, Fields, Names, linear, of_module, sizes

__all__ = ["ACTIVATING", "AS_MODULES", "PASSING", "translated"]

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
        names: of the model's weights.
    """
    if call.is_module:
        shaping = isinstance(call.what, nn.Flatten | nn.Unflatten)
        return _reshaped(call) if shaping else of_module(call.what, names)
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
        return of_module(kind(**given), names)
    if name in CALCULATING:
        return CALCULATING[name](call, names)
    return None


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


def _by_linear(call: Call, names: Names) -> Fields | None:
    weight, bias = (*call.args[1:], call.kwargs.get("weight"), call.kwargs.get("bias"))[:2]
    return linear(weight, bias if len(call.args) < 3 else call.args[2], names)


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
    axes = sorted(axis % count for axis in sizes(dims, 1))
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
