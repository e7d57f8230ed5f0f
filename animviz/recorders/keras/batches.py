"""Samples in batches that go through a model of Keras one after the other, each on its own."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

__all__ = ["batches", "number_of"]


def batches(model: Any, inputs: Any, size: int) -> Iterator[tuple[Any, slice]]:
    """Yield samples as tensors, and which of all samples they are.

    Models of a fixed batch size get that: the last sample fills up the last batch. Layers with states that outlive a batch
    start at zero in each.

    Args:
        model: a built Keras model.
        inputs: an array, or a list or dict of arrays.
        size: samples at a time.
    """
    count, size = number_of(inputs), _fixed_size(model) or size
    for start in range(0, count, size):
        stop = min(start + size, count)
        rows = np.minimum(np.arange(start, start + size), count - 1) if _fixed_size(model) else slice(start, stop)
        for layer in _stateful(model):
            layer.reset_state()
        yield (
            keras.tree.map_structure(lambda array, at=rows: keras.ops.convert_to_tensor(array[at]), inputs),
            slice(start, stop),
        )


def number_of(inputs: Any) -> int:
    """Return how many samples there are."""
    return len(keras.tree.flatten(inputs)[0])


def _fixed_size(model: Any) -> int | None:
    """Return how many samples a batch has to have, or None where that is free."""
    for layer in _stateful(model):
        return int(keras.tree.flatten(layer.states)[0].shape[0])
    try:
        return keras.tree.flatten(model.inputs)[0].shape[0]  # type: ignore[no-any-return]
    except (AttributeError, ValueError, IndexError, TypeError):
        return None


def _stateful(model: Any) -> list[Any]:
    layers = [layer for layer in model._flatten_layers() if isinstance(layer, keras.layers.RNN)]
    return [layer for layer in layers if layer.stateful and layer.states is not None]
