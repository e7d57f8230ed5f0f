"""Rebuild a recorded Keras model for layers that are neither stored nor replayable in NumPy."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import keras
from numpy.typing import NDArray

from animviz.errors import RecordingError
from animviz.recorders.keras.causes import cause_of
from animviz.recorders.keras.inspect import weight_names
from animviz.recorders.keras.tapping import probe
from animviz.recorders.muting import muted_stderr

__all__ = ["activations", "outputs"]

Weights = Mapping[str, NDArray[Any]]


def activations(model_json: str, weights: Weights, layer: str, inputs: Any) -> NDArray[Any]:
    """Return what a layer of a rebuilt model puts out, shape (samples, ...).

    Args:
        model_json: Keras' JSON of the model; loaded in safe mode.
        weights: arrays by recorded name, in the order of the model.
        layer: name of the layer.
        inputs: an array, or a dict of arrays.

    Raises:
        RecordingError: Keras cannot rebuild the model, for example for want of a custom layer.
    """
    with muted_stderr():  # TensorFlow looks for devices now
        layers, _ = probe(_with_weights(model_json, weights), _fed(inputs), {layer})
    return layers[layer]


def outputs(model_json: str, weights: Weights, inputs: Any) -> dict[str, NDArray[Any]]:
    """Return what a rebuilt model puts out, shape (samples, ...), by output; see `activations`.

    Raises:
        RecordingError: Keras cannot rebuild the model.
    """
    with muted_stderr():
        _, found = probe(_with_weights(model_json, weights), _fed(inputs), set())
    return found


def _with_weights(model_json: str, weights: Weights) -> Any:
    model = _model(model_json)
    names = weight_names(model)
    # Some of Keras' layers name their weights otherwise in a model that is rebuilt; the order stays.
    named = set(names) == set(weights)
    model.set_weights([weights[name] for name in names] if named else list(weights.values()))
    return model


def _fed(inputs: Any) -> Any:
    """Return several inputs in the form in which the model was given them: numbered ones were a list."""
    if isinstance(inputs, dict) and all(name.isdigit() for name in inputs):
        return [inputs[name] for name in sorted(inputs, key=int)]
    return inputs


@lru_cache(maxsize=2)
def _model(model_json: str) -> Any:
    try:
        return keras.models.model_from_json(model_json)
    except Exception as error:  # Keras raises many kinds, all meaning the same to the user
        raise RecordingError(
            f"Keras cannot rebuild the recorded model ({cause_of(error)}); record the layers you need"
        ) from None
