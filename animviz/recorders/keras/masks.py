"""Masks: which positions of its outputs a Keras model counts for the recorded samples."""

from typing import Any

import keras
import numpy as np
from keras.src.backend import get_keras_mask  # not exported, and nothing else tells which positions count

from animviz.arrays import Array
from animviz.recorders.keras.batches import batches
from animviz.recorders.keras.tapping import outputs_by_name
from animviz.recorders.keras.taps import eager
from animviz.recorders.keras.untouched import untouched

__all__ = ["masks_of"]

BATCH = 512


def masks_of(model: Any, inputs: Any) -> dict[str, Array]:
    """Return which positions count, by output: arrays (samples, positions) of truth values; only of outputs that have masks.

    They follow from the inputs, and are the same throughout a training.

    Args:
        model: a built Keras model that can be called, which is left as it was.
        inputs: an array, or a list or dict of arrays.
    """
    if not any(isinstance(layer, keras.layers.Masking) or _masks_zero(layer) for layer in model._flatten_layers()):
        return {}
    found: dict[str, list[Array]] = {}
    with untouched(model), eager():
        for batch, part in batches(model, inputs, BATCH):
            for name, tensor in outputs_by_name(model, model(batch, training=False)).items():
                mask = get_keras_mask(tensor)
                if mask is not None:
                    rows = np.asarray(keras.ops.convert_to_numpy(mask), bool)
                    found.setdefault(name, []).append(rows[: part.stop - part.start])
    return {name: np.concatenate(parts) for name, parts in found.items()}


def _masks_zero(layer: Any) -> bool:
    return bool(getattr(layer, "mask_zero", False))
