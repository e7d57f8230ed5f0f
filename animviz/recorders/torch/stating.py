"""The loss that PyTorch itself states of the recorded samples, for losses that have no name in Keras."""

import warnings
from typing import Any

import torch

from animviz.arrays import Array
from animviz.recorders.torch.gradients import as_target
from animviz.recorders.torch.losses import as_module

__all__ = ["own_loss"]


def own_loss(loss: Any, output: Array, target: Array | None, *, classes_last: bool) -> float | None:
    """Return the number of a loss, or None where it cannot be had.

    Only PyTorch's own losses are called: one of the user's may keep numbers of the training.

    Args:
        loss: see `animviz.watch`.
        output: what the model puts out, shape (samples, ...).
        target: what the loss compares it with, as the user gave it; or None.
        classes_last: whether the output has its classes last, of a loss that takes them behind the samples.
    """
    module = as_module(loss)
    if module is None or target is None or target.dtype.kind == "U":
        return None
    held = next(module.buffers(), torch.zeros(()))  # weights of classes
    made = torch.tensor(output, device=held.device)
    try:
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the training has shown them
            wanted = as_target(target, made)
            value = module(made.movedim(-1, 1) if classes_last else made, wanted)
    except (RuntimeError, TypeError, ValueError, IndexError):
        return None
    return float(value) if value.numel() == 1 else None
