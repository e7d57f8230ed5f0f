"""A look at a model that leaves no trace: states, statistics, metrics and random numbers are as they were before."""

import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import keras
import numpy as np
from keras.src.random.seed_generator import (
    GLOBAL_SEED_GENERATOR,
)  # of layers without a seed

__all__ = ["untouched"]


@contextmanager
def untouched(model: Any) -> Iterator[None]:
    """Put back afterwards all that using a model may change, but its trainable weights.

    Args:
        model: a built Keras model.
    """
    kept = {id(variable): variable for variable in _changing(model)}.values()
    before = [np.array(keras.ops.convert_to_numpy(variable)) for variable in kept]
    python, numpy = random.getstate(), np.random.get_state()
    try:
        with ExitStack() as stack:
            stack.enter_context(BACKENDS.get(keras.backend.backend(), _nothing)(model))
            yield
    finally:
        for variable, value in zip(kept, before, strict=True):
            variable.assign(value)
        random.setstate(python)
        np.random.set_state(numpy)


def _changing(model: Any) -> Iterator[Any]:
    """Yield the variables that a call may change."""
    yield from model.non_trainable_variables
    yield from getattr(model, "metrics_variables", ())
    for layer in model._flatten_layers():
        yield from (
            keras.tree.flatten(getattr(layer, "states", None) or ()) if isinstance(layer, keras.layers.RNN) else ()
        )
    if (shared := keras.src.backend.common.global_state.get_global_attribute(GLOBAL_SEED_GENERATOR)) is not None:
        yield shared.state


@contextmanager
def _tensorflow(model: Any) -> Iterator[None]:
    from tensorflow.python.eager import context

    drawn = getattr(context.context(), "_rng", None)  # of operations without a seed, once the script has set one
    state = None if drawn is None else drawn.getstate()
    try:
        yield
    finally:
        if drawn is not None:
            drawn.setstate(state)


@contextmanager
def _torch(model: Any) -> Iterator[None]:
    import torch

    modes = [(module, module.training) for module in model.modules()]
    try:
        with torch.random.fork_rng():
            yield
    finally:
        for module, mode in modes:
            module.training = mode


@contextmanager
def _nothing(model: Any) -> Iterator[None]:
    yield


BACKENDS = {"tensorflow": _tensorflow, "torch": _torch}
