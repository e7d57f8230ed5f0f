"""What is known of layers once a model has run: their order, what they put out, and which of it is stored."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from animviz.recorders.keras.taps import is_state, layer_of
from animviz.recording.replay.layers import Layer

__all__ = ["as_run", "left_out", "stored_by_default"]

Ran = Mapping[str, NDArray[Any] | None]


def as_run(layers: Sequence[Layer], ran: Ran, *, whole: bool) -> tuple[Layer, ...]:
    """Return a model's layers in the order in which they end.

    Further calls of a layer, and states that it returns, are entries of their own without weights. Layers that did not
    run stand behind those that were made before them.

    Args:
        layers: as they were made.
        ran: see `animviz.recorders.keras.tapping.seen`.
        whole: whether the model itself ran: then the layer that ended last stands behind all others.
    """
    made, order = {layer.name: layer for layer in layers}, list(ran)
    for place, name in enumerate(made):
        if name not in ran:
            order.insert(1 + max((order.index(before) for before in [*made][:place]), default=-1), name)
    if whole:
        last = [name for name in ran if not is_state(name)][-1:]
        order = [name for name in order if name not in last] + last
    return tuple(_entry(made, name, ran) for name in order)


def stored_by_default(layers: Sequence[Layer], ran: Ran) -> tuple[str, ...]:
    """Return the names of the layers whose activations are stored unless the user names some.

    These are all that put out one row of numbers per sample, else the last one that puts out an array. A layer that only
    passes on what a layer in it puts out is not among them.

    Args:
        layers: see `as_run`.
        ran: see `animviz.recorders.keras.tapping.seen`.
    """
    named = [(layer.name, ran.get(layer.name)) for layer in layers if not is_state(layer.name)]
    arrays = {name: array for name, array in named if array is not None and array.dtype.kind == "f"}
    flat = [name for name, array in arrays.items() if array.ndim == 2 and not _is_repeated(name, arrays)]
    return tuple(flat or list(arrays)[-1:])


def left_out(layers: Sequence[Layer], ran: Ran) -> str:
    """Return in words which layers cannot be stored, and why; empty where all can.

    Args:
        layers: see `as_run`.
        ran: see `animviz.recorders.keras.tapping.seen`.
    """
    idle = [layer.name for layer in layers if layer.name not in ran]
    strange = [name for name, array in ran.items() if array is None]
    words = [f"{', '.join(idle)} (not run when the model is used)"] if idle else []
    return "; ".join([*words, *([f"{', '.join(strange)} (no plain array of numbers)"] if strange else [])])


def _entry(made: Mapping[str, Layer], name: str, ran: Ran) -> Layer:
    if name not in ran:
        return made[name]
    array = ran[name]
    shape = {"output_shape": None if array is None else array.shape[1:]}
    if name in made:
        return made[name].model_copy(update=shape)
    own: dict[str, Any] = {
        "name": name,
        "kernel": None,
        "bias": None,
        "variables": {},
        "config": {},
        "replayable": False,
    }
    return made[layer_of(name)].model_copy(
        update=shape | own | ({"kind": "State", "activation": ""} if is_state(name) else {})
    )


def _is_repeated(name: str, arrays: Mapping[str, NDArray[Any]]) -> bool:
    return any(inner.startswith(f"{name}/") and np.array_equal(array, arrays[name]) for inner, array in arrays.items())
