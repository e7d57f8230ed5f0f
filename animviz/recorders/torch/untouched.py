"""A block that uses a model and leaves no trace in it: modes, buffers, attributes and random states come back."""

import random
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
import torch

__all__ = ["untouched"]


@contextmanager
def untouched(module: Any) -> Iterator[None]:
    """Use a module as it is used and not trained, uncompiled and in its own precision, and restore all that this changes.

    Args:
        module: without wrappers.
    """
    modules = list(module.modules())
    attributes = [(part, dict(vars(part)), dict(part._buffers)) for part in modules]
    buffers = [(buffer, buffer.clone()) for buffer in module.buffers()]
    with ExitStack() as stack:
        stack.enter_context(_random_states(module))
        stack.enter_context(torch.inference_mode(False))
        for device in {"cpu", *(tensor.device.type for tensor in module.parameters())}:
            stack.enter_context(torch.autocast(device, enabled=False))
        if "torch._dynamo" in sys.modules:  # only then anything can be compiled; importing it takes seconds
            stack.enter_context(torch.compiler.set_stance("force_eager"))
        try:
            for part in modules:
                part.training = False  # each by itself: a module's own train() may do more
            yield
        finally:
            for part, kept, own in attributes:
                _restore(vars(part), kept)
                _restore(part._buffers, own)
            with torch.no_grad():
                for buffer, before in buffers:
                    if not torch.equal(buffer, before):
                        buffer.copy_(before)


def _restore(present: dict[str, Any], kept: dict[str, Any]) -> None:
    """Make a dict hold the very objects that it held before."""
    for name in present.keys() - kept.keys():
        del present[name]
    for name, value in kept.items():
        if name not in present or present[name] is not value:
            present[name] = value


@contextmanager
def _random_states(module: Any) -> Iterator[None]:
    devices = {tensor.device for tensor in module.parameters() if tensor.device.type == "cuda"}
    kept, kept_numpy = random.getstate(), np.random.get_state()
    with torch.random.fork_rng(sorted(devices, key=str)):
        try:
            yield
        finally:
            random.setstate(kept)
            np.random.set_state(kept_numpy)
