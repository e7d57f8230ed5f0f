"""What Keras knows of a model's outputs: names, shapes, activations, losses and metrics."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import keras
import numpy as np

from animviz.arrays import Array
from animviz.recorders.deciding import Facts
from animviz.recorders.keras.stating import is_masked, is_of_logits, why_unstated
from animviz.recorders.keras.tapping import outputs_by_name
from animviz.recording.losses import Loss

__all__ = ["facts_of", "is_copy", "loss_of", "outputs_of"]


def facts_of(
    model: Any,
    probed: Mapping[str, Any] | None,
    masks: Mapping[str, Array],
    *,
    copies_input: bool | None,
    is_chain: bool,
) -> list[Facts]:
    """Return what is known of each output of a model.

    Args:
        model: a built Keras model.
        probed: what the model put out for a few samples, by output, where its shape cannot be known otherwise.
        masks: which positions count of the recorded samples, by output.
        copies_input: whether the model is trained to give back its input; None where that is not known.
        is_chain: whether its layers are replayed.
    """
    shapes = outputs_of(model) or {name: value.shape[1:] for name, value in (probed or {}).items()}
    losses = _by_output(getattr(model, "loss", None), list(shapes))
    metrics = _by_output(_metrics(model), list(shapes))
    found = []
    for place, (name, shape) in enumerate(shapes.items()):
        activation, loss = _last_activation(model, place), loss_of(losses[name], shape[-1] if shape else None)
        found.append(
            Facts(
                name=name,
                shape=None if shape is None else tuple(shape),
                activation=activation,
                loss=loss,
                loss_of_logits=is_of_logits(activation, loss),
                why_unstated=why_unstated(model, activation, loss, is_chain=is_chain),
                is_masked=name in masks or is_masked(model, place),
                counted=masks.get(name),
                loss_name=_name_of(losses[name]),
                metrics=tuple(map(_name_of, keras.tree.flatten(metrics[name]))),
                copies_input=copies_input,
            )
        )
    return found


def outputs_of(model: Any) -> dict[str, tuple[int | None, ...]]:
    """Return the shapes of what a model puts out for one sample, by output; empty for a subclassed model."""
    try:
        tensors = outputs_by_name(model, model.outputs if isinstance(model, keras.Sequential) else model.output)
    except (AttributeError, ValueError):
        return {}
    return {name: tuple(tensor.shape[1:]) for name, tensor in tensors.items()}


def loss_of(loss: Any, units: int | None) -> Loss | None:
    """Return a loss as it is known here, or None for one that has no name in Keras.

    Args:
        loss: what `compile` was given for an output.
        units: of the output; by them and the targets Keras reads the name "crossentropy".
    """
    settings: dict[str, Any] = {}
    if isinstance(loss, partial):
        loss, settings = loss.func, dict(loss.keywords)
    if isinstance(loss, keras.losses.Loss):
        return _of_object(loss)
    name = loss if isinstance(loss, str) else getattr(loss, "__name__", "")
    if isinstance(loss, str) and name.lower() in ("crossentropy", "ce"):
        name = "binary_crossentropy" if units == 1 else "categorical_crossentropy"
    elif not isinstance(loss, str) and (not name or getattr(keras.losses, name, None) is not loss):
        return None
    return Loss.of(name, **settings)


def _of_object(loss: Any) -> Loss | None:
    if not type(loss).__module__.startswith("keras."):
        return None
    # What it was made with; its configuration leaves some of that out.
    settings = {name: value for name, value in getattr(loss, "_fn_kwargs", {}).items() if value is not None}
    reduction = getattr(loss, "reduction", "sum_over_batch_size")
    return Loss.of(
        type(loss).__name__, **settings, **({} if reduction == "sum_over_batch_size" else {"reduction": reduction})
    )


def _name_of(thing: Any) -> str:
    """Return how a loss or a metric is called."""
    if thing is None:
        return ""
    if isinstance(thing, str):
        return thing
    return str(getattr(thing, "name", None) or getattr(thing, "__name__", None) or type(thing).__name__)


def _by_output(given: Any, names: Sequence[str]) -> dict[str, Any]:
    """Return what belongs to each output, as Keras parts it: by name, by place, or one for all."""
    if isinstance(given, Mapping):
        return {name: given.get(name) for name in names}
    if isinstance(given, list | tuple) and len(names) > 1 and len(given) == len(names):
        return dict(zip(names, given, strict=True))
    return {name: given[0] if isinstance(given, list | tuple) and len(given) == 1 else given for name in names}


def _metrics(model: Any) -> Any:
    compiled = getattr(model, "_compile_metrics", None)  # public only after the first batch
    return getattr(compiled, "_user_metrics", None)


def _last_activation(model: Any, place: int) -> str | None:
    """Return the activation that makes an output; None where it is not known."""
    try:
        layer = keras.tree.flatten(model.outputs)[place]._keras_history.operation
    except (AttributeError, ValueError, IndexError, TypeError):
        return None
    kinds = {"Softmax": "softmax", "ReLU": "relu"}
    while isinstance(layer, keras.Model):
        layers = [inner for inner in layer.layers if not isinstance(inner, keras.layers.InputLayer)]
        if not layers:
            return None
        layer = layers[-1]
    if type(layer).__name__ in kinds:
        return kinds[type(layer).__name__]
    if type(layer).__name__ in ("Reshape", "Flatten", "Identity"):  # passes on what the layer before it made
        return _fed_by(layer)
    function = getattr(layer, "activation", None)
    if function is None:
        return "" if hasattr(layer, "kernel") else None
    return str(getattr(function, "__name__", "")) or None


def _fed_by(layer: Any) -> str | None:
    before = next(_producers(layer), None)
    function = getattr(before, "activation", None)
    return str(function.__name__) if function is not None else None


def _producers(layer: Any) -> Iterator[Any]:
    for tensor in keras.tree.flatten(layer.input):
        history = getattr(tensor, "_keras_history", None)
        if history is not None:
            yield history.operation


def is_copy(x: Any, y: Any) -> bool | None:
    """Say whether targets are the inputs themselves; None where that cannot be seen.

    Args:
        x: what `fit` was given to feed in.
        y: what it was given to compare with.
    """
    if x is None or y is None or isinstance(x, dict | list | tuple) or isinstance(y, dict | list | tuple):
        return None
    if x is y:
        return True
    try:
        return bool(np.shape(x) == np.shape(y) and np.array_equal(np.asarray(x), np.asarray(y)))
    except (TypeError, ValueError):
        return None
