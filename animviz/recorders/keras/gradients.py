"""Gradients of a Keras model's loss, for pictures that show how strongly each layer is being pulled."""

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from animviz.errors import RecordingError
from animviz.recorders.keras.inspect import weight_names

__all__ = ["loss_gradients"]

BATCH = 512


def loss_gradients(model: Any, inputs: Any, labels: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """Return the gradient of the mean loss over some samples with respect to each trainable weight.

    Dropout is off, penalties on weights count. The weights stay as they are.

    Args:
        model: a compiled Keras model on the TensorFlow backend.
        inputs: an array (samples, ...), or a list or dict of arrays.
        labels: as the model's loss expects them, one per sample; class numbers are made one-hot where need be.

    Returns:
        Arrays by name of the weight, each of that weight's shape.

    Raises:
        RecordingError: another backend.
    """
    if keras.backend.backend() != "tensorflow":
        raise RecordingError(f"gradients need the TensorFlow backend; this is {keras.backend.backend()}")
    import tensorflow as tf

    names = dict(zip(map(id, model.weights), weight_names(model), strict=True))
    weights = model.trainable_weights
    sums = [np.zeros(weight.shape, np.float64) for weight in weights]
    count = len(labels)
    for start in range(0, count, BATCH):
        batch = tf.nest.map_structure(lambda array, at=start: tf.constant(array[at : at + BATCH]), inputs)
        truth = labels[start : start + BATCH]
        with tf.GradientTape() as tape:
            output = model(batch, training=False)
            loss = model.compute_loss(x=batch, y=tf.constant(_target(model, truth, output.shape[-1])), y_pred=output)
        for total, part in zip(sums, tape.gradient(loss, [w.value for w in weights]), strict=True):
            if part is not None:
                total += tf.convert_to_tensor(part).numpy() * (len(truth) / count)
    return {names[id(w)]: total.astype(np.float32) for w, total in zip(weights, sums, strict=True)}


def _target(model: Any, labels: NDArray[Any], units: int) -> NDArray[Any]:
    """Return the labels as the model's loss takes them: class numbers, one-hot rows, or a column."""
    name = model.loss if isinstance(model.loss, str) else getattr(model.loss, "name", "")
    if labels.ndim > 1 or "sparse" in str(name):
        return labels
    return np.eye(units, dtype=np.float32)[labels.astype(int)] if units > 1 else labels.astype(np.float32)[:, None]
