"""Penalties on weights, which Keras adds to the loss that it states."""

from typing import Any

import keras
import numpy as np

__all__ = ["penalty_of"]


def penalty_of(model: Any) -> float:
    """Return the sum of a model's penalties on weights; added up in NumPy, the same for any number of threads.

    Args:
        model: a built Keras model.
    """
    return sum(
        _penalty(variable.regularizer, np.asarray(keras.ops.convert_to_numpy(variable), np.float64))
        for variable in model.trainable_weights
        if getattr(variable, "regularizer", None) is not None
    )


def _penalty(regularizer: Any, values: Any) -> float:
    if type(regularizer) in (keras.regularizers.L1, keras.regularizers.L2, keras.regularizers.L1L2):
        said = regularizer.get_config()
        return float(said.get("l1", 0) * np.abs(values).sum() + said.get("l2", 0) * np.square(values).sum())
    return float(keras.ops.convert_to_numpy(regularizer(keras.ops.convert_to_tensor(values, "float32"))))
