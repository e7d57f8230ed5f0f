"""What the layers of a Keras model put out, as the model is used (not trained).

Each layer's ``call`` is replaced for one eager pass: Keras has no hooks, and this reaches subclassed models too.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

__all__ = ["probe"]

PROBE_BYTES = 2**23  # of inputs that go through the model at once: each pass costs ten milliseconds of Python


def probe(model: Any, inputs: Any, names: set[str]) -> tuple[dict[str, NDArray[Any]], NDArray[Any] | None]:
    """Return the outputs of the named layers and of the model, as they are when it is used (not trained).

    The model is run eagerly with a tap on each layer's ``call``, which works for subclassed models too.

    Args:
        model: a built Keras model.
        inputs: an array, or a list or dict of arrays.
        names: names of layers in ``model.layers``.

    Returns:
        Arrays of shape (samples, ...) by layer, and the model's own output; None where it has several.
    """
    parts: dict[str, list[NDArray[Any]]] = {name: [] for name in names}
    outputs: list[NDArray[Any]] | None = []
    count = len(next(_leaves(inputs)))
    size = max(1, PROBE_BYTES * count // max(1, sum(array.nbytes for array in _leaves(inputs))))
    for start in range(0, count, size):
        batch = _map(inputs, lambda array, start=start: keras.ops.convert_to_tensor(array[start : start + size]))
        with _tapped(model, names) as taken:
            output = model(batch, training=False)
        for name in names:
            parts[name].append(np.asarray(keras.ops.convert_to_numpy(taken[name])))
        if outputs is not None and keras.ops.is_tensor(output):
            outputs.append(np.asarray(keras.ops.convert_to_numpy(output)))
        else:
            outputs = None
    layers = {name: np.concatenate(arrays) for name, arrays in parts.items()}
    return layers, None if outputs is None else np.concatenate(outputs)


@contextmanager
def _tapped(model: Any, names: set[str]) -> Iterator[dict[str, Any]]:
    taken: dict[str, Any] = {}
    layers = [layer for layer in model.layers if layer.name in names]
    for layer in layers:

        def call(*args: Any, _layer: Any = layer, **kwargs: Any) -> Any:
            taken[_layer.name] = type(_layer).call(_layer, *args, **kwargs)
            return taken[_layer.name]

        # Straight into the instance's dict: Keras' own __setattr__ would track it as part of the layer.
        vars(layer)["call"] = call
    try:
        yield taken
    finally:
        for layer in layers:
            vars(layer).pop("call", None)


def _leaves(inputs: Any) -> Iterator[Any]:
    if isinstance(inputs, dict):
        yield from inputs.values()
    elif isinstance(inputs, list):
        yield from inputs
    else:
        yield inputs


def _map(inputs: Any, function: Any) -> Any:
    if isinstance(inputs, dict):
        return {name: function(array) for name, array in inputs.items()}
    if isinstance(inputs, list):
        return [function(array) for array in inputs]
    return function(inputs)
