"""The layers of a Keras model by path, such as "encoder/dense_1": the parts of nested models and of own layers too."""

from itertools import count
from typing import Any

import keras

__all__ = ["can_be_called", "is_composite", "leaves", "line_of"]

WHOLE = (keras.layers.RNN, keras.layers.Wrapper)  # they run what is in them many times, or in a way of their own


def leaves(model: Any) -> dict[str, Any]:
    """Return the layers of a model by path, each once, in the order of ``model.layers``.

    A Sequential or functional model within it is no more than its layers. Own layers and subclassed models put out
    something of their own, so they stand behind their parts.

    Args:
        model: a Keras model.
    """
    found: dict[str, Any] = {}
    _walk(model, "", found, {id(model)}, set())
    return found


def is_composite(layer: Any) -> bool:
    """Say whether a layer is made of others that are worth a name: a model, or an own layer with layers in it."""
    if isinstance(layer, keras.Model):
        return True
    return not _is_of_keras(layer) and not isinstance(layer, WHOLE) and bool(_inner(layer))


def line_of(model: Any) -> list[Any]:
    """Return the layers that follow each other from the input of a model on, each fed by the one before alone."""
    found: list[Any] = []
    for layer in _inner(model) if _is_straight(model) else ():
        if not isinstance(layer, keras.Model):
            found.append(layer)
        elif _is_straight(layer):
            found += line_of(layer)
        else:
            break
    return found


def can_be_called(model: Any) -> bool:
    """Say whether a model says what it puts out: one that has a `train_step` alone does not."""
    return type(model).call is not keras.Model.call


def _walk(parent: Any, prefix: str, found: dict[str, Any], seen: set[int], taken: set[str]) -> None:
    for layer in _inner(parent):
        if id(layer) in seen:
            continue
        seen.add(id(layer))
        path = _free(prefix + layer.name, taken)
        taken.add(path)
        if is_composite(layer):
            _walk(layer, f"{path}/", found, seen, taken)
        if not isinstance(layer, keras.Model) or not _is_of_keras(layer):
            found[path] = layer


def _inner(parent: Any) -> list[Any]:
    """Return the layers right below a layer or model."""
    layers = parent.layers if isinstance(parent, keras.Model) else parent._flatten_layers(False, False)
    return [layer for layer in layers if not isinstance(layer, keras.layers.InputLayer)]


def _free(name: str, taken: set[str]) -> str:
    """Return a name, with a number behind it if another layer has it."""
    return name if name not in taken else next(f"{name}_{k}" for k in count(2) if f"{name}_{k}" not in taken)


def _is_of_keras(layer: Any) -> bool:
    """Say whether Keras, and not the user, wrote what a layer or model does."""
    return str(type(layer).call.__module__).startswith("keras.")


def _is_straight(model: Any) -> bool:
    """Say whether a model is one line of layers, each fed by the one before."""
    if isinstance(model, keras.Sequential):
        return _is_of_keras(model)
    if not _is_of_keras(model) or not can_be_called(model):
        return False
    try:
        if len(model.inputs) != 1 or len(model.outputs) != 1:
            return False
        layers = _inner(model)
        tensors = [model.inputs[0], *(layer.output for layer in layers)]
        fed = all(layer.input is tensor for layer, tensor in zip(layers, tensors, strict=False))
        return fed and tensors[-1] is model.outputs[0]
    except (AttributeError, ValueError):
        return False
