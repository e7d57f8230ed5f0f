"""A loop of one's own in PyTorch, watched: what several rows train by."""

from collections.abc import Callable
from typing import Any

import torch

__all__ = ["one_epoch"]


def one_epoch(
    net: torch.nn.Module, x: torch.Tensor, y: torch.Tensor, loss: Callable[..., Any], optimizer: torch.optim.Optimizer,
    run: Any, batch: int,
) -> None:  # fmt: skip
    """Take the steps of an epoch, and tell the watch of each.

    Args:
        net: what learns.
        x: inputs, shape (samples, ...).
        y: targets, shape (samples,).
        loss: what is lowered.
        optimizer: takes the steps.
        run: the watch, see `animviz.watch`.
        batch: samples in a step.
    """
    for part in torch.randperm(len(x)).split(batch):
        optimizer.zero_grad()
        value = loss(net(x[part]), y[part])
        value.backward()
        optimizer.step()
        run.step(loss=value)
