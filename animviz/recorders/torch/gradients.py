"""Gradients of a module's loss on the recorded samples, which leave those of the training alone."""

from typing import Any

import torch

from animviz.arrays import Array
from animviz.errors import RecordingError
from animviz.recorders.torch.following import outputs_by_name
from animviz.recorders.torch.naming import as_array
from animviz.recorders.torch.running import fed, in_parts
from animviz.recorders.torch.untouched import untouched

__all__ = ["as_target", "loss_gradients"]


def loss_gradients(
    module: Any, tensors: dict[str, Any], loss: Any, values: Any, target: Array, output: str
) -> dict[str, Array]:  # fmt: skip
    """Return the gradient of the mean loss over the samples with respect to each trained weight.

    Args:
        module: without wrappers.
        tensors: its weights by name.
        loss: called with an output and targets.
        values: inputs, an array or a list or dict of arrays.
        target: what the loss compares the output with, one row per sample.
        output: its name.

    Raises:
        RecordingError: the loss cannot be called.
    """
    if not callable(loss):
        raise RecordingError(
            "gradients need the loss that is trained, as a function or a module: watch(..., loss=nn.MSELoss())"
        )
    trained = {name: tensor for name, tensor in tensors.items() if tensor.requires_grad}
    sums = {name: torch.zeros_like(tensor, dtype=torch.float64, device="cpu") for name, tensor in trained.items()}
    start = 0
    for part in in_parts(values):
        with untouched(module), torch.enable_grad():
            args, kwargs = fed(module, part)
            made = outputs_by_name(module(*args, **kwargs))[output]
            wanted = as_target(target[start : start + len(made)], made)
            found = torch.autograd.grad(loss(made, wanted), list(trained.values()), allow_unused=True)
        for name, gradient in zip(trained, found, strict=True):
            if gradient is not None:
                sums[name] += gradient.to("cpu", torch.float64) * (len(made) / len(target))
        start += len(made)
    return {name: as_array(total.float()) for name, total in sums.items()}


def as_target(target: Array, made: Any) -> Any:
    """Return targets as PyTorch's losses take them: class numbers as they are, others in the shape of the output."""
    given = torch.tensor(target, device=made.device)
    if given.numel() == made.numel():
        return given.reshape(made.shape).to(made.dtype)
    return given if given.is_floating_point() else given.long()
