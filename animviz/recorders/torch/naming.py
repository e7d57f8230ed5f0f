"""Modules without their wrappers, and the names of their weights as a user knows them."""

from typing import Any

import torch

from animviz.arrays import Array
from animviz.errors import RecordingError

__all__ = ["as_array", "as_column", "clean", "named_weights", "unwrapped"]

WRAPPERS = {"_orig_mod", "module", "_checkpoint_wrapped_module"}  # torch.compile, DDP, activation checkpoints


def unwrapped(model: Any) -> Any:
    """Return the module within `torch.compile`, `DistributedDataParallel` and `DataParallel`, however often they wrap it."""
    parallel = (torch.nn.DataParallel, torch.nn.parallel.DistributedDataParallel)
    while True:
        if isinstance(model, parallel):
            model = model.module
        elif "_orig_mod" in getattr(model, "_modules", {}):
            model = model._orig_mod
        else:
            return model


def clean(path: str) -> str:
    """Return the path of a weight or module without its wrappers, wherever they stand in it."""
    return ".".join(part for part in path.split(".") if part not in WRAPPERS)


def named_weights(module: Any) -> dict[str, Any]:
    """Return parameters and lasting buffers by name, as in `state_dict`; one that is shared has its first name.

    Args:
        module: without wrappers.

    Returns:
        The tensors themselves, not copies.

    Raises:
        RecordingError: they are not there yet, or not whole.
    """
    if any(type(part).__name__ == "FullyShardedDataParallel" for part in module.modules()):
        raise _spread(type(module).__name__)
    found: dict[str, Any] = {}
    seen: set[int] = set()
    for path, tensor in module.state_dict(keep_vars=True).items():
        if not isinstance(tensor, torch.Tensor) or id(tensor) in seen:
            continue
        _require_whole(path, tensor)
        seen.add(id(tensor))
        name = clean(path)
        found[name if name and name not in found else path] = tensor
    return found


def as_array(tensor: Any) -> Array:
    """Return a copy of a tensor as an array; half precision as float32."""
    tensor = tensor.detach()
    if tensor.is_floating_point() and tensor.dtype not in (torch.float32, torch.float64):
        tensor = tensor.float()
    array: Array = tensor.to("cpu", copy=True).numpy()
    return array


def as_column(array: Array) -> Array:
    """Return one number for each sample as a column, shape (samples, 1); anything else as it is."""
    return array[:, None] if array.ndim == 1 else array


def _spread(name: str) -> RecordingError:
    return RecordingError(
        f"{name} is spread over processes or on no device; record from checkpoints of the whole model"
    )


def _require_whole(path: str, tensor: Any) -> None:
    if isinstance(tensor, torch.nn.parameter.UninitializedTensorMixin):
        raise RecordingError(f"the weight {path} has no shape yet; run one batch through the model before watch")
    if hasattr(tensor, "full_tensor") or hasattr(tensor, "ds_id") or tensor.is_meta:
        raise _spread(path)
    if tensor.is_complex():
        raise RecordingError(f"the weight {path} holds complex numbers; expected real ones")
