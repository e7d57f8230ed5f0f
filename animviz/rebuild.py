"""Rebuild a recorded Keras model for layers that are neither stored nor replayable in NumPy."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from animviz.errors import RecordingError
from animviz.inspect_model import probe, weight_names

__all__ = ["activations"]


def activations(model_json: str, weights: Mapping[str, NDArray[Any]], layer: str, inputs: Any) -> NDArray[Any]:
    """Return what a layer of a rebuilt model puts out, shape (samples, ...).

    Args:
        model_json: Keras' JSON of the model; loaded in safe mode.
        weights: arrays by recorded name.
        layer: name of the layer.
        inputs: an array, or a dict of arrays.

    Raises:
        RecordingError: Keras cannot rebuild the model, for example for want of a custom layer.
    """
    model = _model(model_json)
    model.set_weights([weights[name] for name in weight_names(model)])
    if isinstance(inputs, dict) and all(name.isdigit() for name in inputs):
        inputs = [inputs[name] for name in sorted(inputs, key=int)]
    return np.asarray(probe(model, inputs, {layer})[layer])


@lru_cache(maxsize=2)
def _model(model_json: str) -> Any:
    try:
        return keras.models.model_from_json(model_json)
    except Exception as error:  # Keras raises many kinds, all meaning the same to the user
        first = str(error).partition("\n")[0]
        raise RecordingError(f"Keras cannot rebuild the recorded model ({first}); record the layers you need") from None
