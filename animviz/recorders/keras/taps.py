"""Taps: they note what the layers of a Keras model put out during one eager pass.

Each layer's ``call`` is replaced meanwhile: Keras has no hooks, and this reaches subclassed models too.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import keras

__all__ = ["eager", "is_state", "layer_of", "tapped"]


@contextmanager
def tapped(layers: Mapping[str, Any], wanted: Collection[str] | None = None) -> Iterator[dict[str, Any]]:
    """Note what layers put out, by name, in the order in which they end.

    The second call of a layer is "PATH#2", and what a recurrent layer returns beside its output is "PATH/state_1" and so on.

    Args:
        layers: by path.
        wanted: names of what is noted; all by default.
    """
    taken: dict[str, Any] = {}
    calls: Counter[str] = Counter()
    own = {path: vars(layer).get("call") for path, layer in layers.items()}

    def tap(path: str, layer: Any) -> None:
        called = layer.call

        def call(*args: Any, **kwargs: Any) -> Any:
            value = called(*args, **kwargs)
            calls[path] += 1
            name = path if calls[path] == 1 else f"{path}#{calls[path]}"
            found = _parts(name, layer, value).items()
            taken.update({key: tensor for key, tensor in found if wanted is None or key in wanted})
            return value

        # Straight into the instance's dict: Keras' own __setattr__ would track it as part of the layer.
        vars(layer)["call"] = call

    for path, layer in layers.items():
        tap(path, layer)
    try:
        yield taken
    finally:
        for path, layer in layers.items():
            del vars(layer)["call"]
            if own[path] is not None:
                vars(layer)["call"] = own[path]


@contextmanager
def eager() -> Iterator[None]:
    """Run what is compiled in a model eagerly, where taps see it, and remember nothing for gradients."""
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        before = tf.config.functions_run_eagerly()
        tf.config.run_functions_eagerly(True)
        try:
            yield
        finally:
            tf.config.run_functions_eagerly(before)
    elif backend == "torch":
        import torch

        with torch.no_grad():
            yield
    else:
        yield


def layer_of(name: str) -> str:
    """Return the path of the layer that puts out what has this name in `tapped`."""
    return re.sub(r"(#\d+)?(/state_\d+)?$", "", name)


def is_state(name: str) -> bool:
    """Say whether a name in `tapped` is that of a state which a layer returns beside its output."""
    return re.search(r"/state_\d+$", name) is not None


def _parts(name: str, layer: Any, value: Any) -> dict[str, Any]:
    """Return what a call put out: of a recurrent layer that returns its states too, each on its own."""
    recurrent = isinstance(layer, keras.layers.RNN | keras.layers.Bidirectional)
    if not recurrent or not isinstance(value, list | tuple):
        return {name: value}
    output, *states = keras.tree.flatten(value)
    return {name: output} | {f"{name}/state_{place}": state for place, state in enumerate(states, start=1)}
