"""Stating: where Keras adds to a loss, scales it or leaves positions out, its number is not that of the outputs alone."""

from typing import Any

import keras
from keras.src.backend import get_keras_mask  # not exported, and nothing else tells which positions count

from animviz.recording.losses import Loss

__all__ = ["is_masked", "is_of_logits", "why_unstated"]

_OF_LOGITS = (
    "binary_crossentropy", "binary_focal_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy",
)  # fmt: skip
_MATCHING = {"sigmoid": _OF_LOGITS[:2], "softmax": _OF_LOGITS[2:]}


def is_of_logits(activation: str | None, loss: Loss | None) -> bool:
    """Say whether Keras takes the loss of the logits though it is given probabilities, as it does on TensorFlow.

    Args:
        activation: the last one.
        loss: of the output.
    """
    there = keras.backend.backend() == "tensorflow" and loss is not None
    return there and activation in _MATCHING and loss is not None and loss.name in _OF_LOGITS


def why_unstated(model: Any, activation: str | None, loss: Loss | None, *, is_chain: bool) -> str:
    """Return why the loss that Keras states cannot be stated from what the model puts out; empty where it can.

    Args:
        model: a built Keras model.
        activation: the last one.
        loss: of the output.
        is_chain: whether the layers are replayed, so that logits are known.
    """
    if getattr(getattr(model, "_compile_loss", None), "_user_loss_weights", None) is not None:
        return "the loss is weighted (loss_weights)"
    if loss is not None and loss.settings.get("reduction") == "sum":
        return "its sum depends on the batch (reduction)"
    for layer in model._flatten_layers():
        if getattr(layer, "activity_regularizer", None) is not None:
            return f"layer {layer.name} adds a penalty on activities"
        if "add_loss" in getattr(getattr(type(layer).call, "__code__", None), "co_names", ()):
            return f"layer {layer.name} adds a loss of its own"
    if is_of_logits(activation, loss) and not is_chain and loss is not None:
        matches = loss.name in _MATCHING[activation or ""] and not loss.settings.get("from_logits")
        return "" if matches else f"it is taken of the logits before the last {activation}"
    return ""


def is_masked(model: Any, place: int) -> bool:
    """Say whether positions of an output are masked, which then count in no number that Keras states.

    Args:
        model: a built Keras model.
        place: of the output.
    """
    try:
        return get_keras_mask(keras.tree.flatten(model.outputs)[place]) is not None
    except (AttributeError, ValueError, IndexError, TypeError):
        return False
