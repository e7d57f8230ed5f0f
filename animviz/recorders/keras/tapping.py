"""What the layers of a Keras model put out, as the model is used (not trained).

Each layer's ``call`` is replaced for one eager pass: Keras has no hooks, and this reaches subclassed models too.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

__all__ = ["outputs_by_name", "probe"]

PROBE_BYTES = 2**23  # of inputs that go through the model at once: each pass costs ten milliseconds of Python


def probe(model: Any, inputs: Any, names: set[str]) -> tuple[dict[str, NDArray[Any]], dict[str, NDArray[Any]]]:
    """Return the outputs of the named layers and of the model, as they are when it is used (not trained).

    The model is run eagerly with a tap on each layer's ``call``, which works for subclassed models too.

    Args:
        model: a built Keras model.
        inputs: an array, or a list or dict of arrays.
        names: names of layers in ``model.layers``.

    Returns:
        Arrays of shape (samples, ...) by layer, and by output of the model.
    """
    parts: dict[str, list[NDArray[Any]]] = {name: [] for name in names}
    outputs: dict[str, list[NDArray[Any]]] = {}
    count = len(next(_leaves(inputs)))
    size = max(1, PROBE_BYTES * count // max(1, sum(array.nbytes for array in _leaves(inputs))))
    for start in range(0, count, size):
        batch = _map(inputs, lambda array, start=start: keras.ops.convert_to_tensor(array[start : start + size]))
        with _tapped(model, names) as taken:
            output = model(batch, training=False)
        for name in names:
            parts[name].append(np.asarray(keras.ops.convert_to_numpy(taken[name])))
        for name, tensor in outputs_by_name(model, output).items():
            outputs.setdefault(name, []).append(np.asarray(keras.ops.convert_to_numpy(tensor)))
    layers, whole = ({name: np.concatenate(list_) for name, list_ in kind.items()} for kind in (parts, outputs))
    return layers, whole


def outputs_by_name(model: Any, value: Any) -> dict[str, Any]:
    """Return the tensors that a model puts out, by output: "output" where there is one.

    Args:
        model: a Keras model.
        value: what calling it returned: a tensor, or a list or dict of them.
    """
    if keras.ops.is_tensor(value):
        return {"output": value}
    if isinstance(value, dict):
        return dict(value)
    tensors = keras.tree.flatten(value)
    names = list(getattr(model, "output_names", None) or [])
    if len(set(names)) != len(tensors):
        names = [f"output_{place + 1}" for place in range(len(tensors))]
    return dict(zip(names, tensors, strict=True)) if len(tensors) > 1 else {"output": tensors[0]}


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
