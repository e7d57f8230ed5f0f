"""Loss and accuracy of a network's outputs in NumPy, equal to Keras' (tested), so that a picture can state its own."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from animviz.arrays import Array
from animviz.errors import InputError

__all__ = ["LOSSES", "accuracy", "canonical_loss", "loss_named", "scores"]

EPSILON = 1e-7  # Keras clips probabilities at this distance from 0 and 1


def _squared(target: Array, output: Array) -> Array:
    return np.asarray(np.square(output - target))


def _absolute(target: Array, output: Array) -> Array:
    return np.asarray(np.abs(output - target))


def _binary_crossentropy(target: Array, output: Array) -> Array:
    p = np.clip(output, EPSILON, 1 - EPSILON)
    return np.asarray(-(target * np.log(p) + (1 - target) * np.log(1 - p)))


def _categorical_crossentropy(target: Array, output: Array) -> Array:
    p = np.clip(output / output.sum(axis=-1, keepdims=True), EPSILON, 1 - EPSILON)
    return np.asarray(-(target * np.log(p)).sum(axis=-1))


LOSSES: dict[str, Callable[[Array, Array], Array]] = {
    "mean_squared_error": _squared,
    "mean_absolute_error": _absolute,
    "binary_crossentropy": _binary_crossentropy,
    "categorical_crossentropy": _categorical_crossentropy,
    "sparse_categorical_crossentropy": _categorical_crossentropy,
}
_SHORT = {"mse": "mean_squared_error", "mae": "mean_absolute_error"}


def canonical_loss(name: str) -> str | None:
    """Return the long name of a loss that is known here ("mse" -> "mean_squared_error"), else None."""
    name = _SHORT.get(name.lower(), name)
    return name if name in LOSSES else None


def loss_named(name: str) -> Callable[[Array, Array], Array]:
    """Return the loss of a name.

    Raises:
        InputError: there is none of that name; lists those there are.
    """
    if name not in LOSSES:
        raise InputError(f"the loss is {name!r}; expected None (no loss is stated) or one of {', '.join(LOSSES)}")
    return LOSSES[name]


def accuracy(labels: Array, outputs: Array) -> float:
    """Return the share of samples whose most probable class is their label.

    Args:
        labels: class numbers of shape (samples,), or one-hot rows.
        outputs: probabilities of shape (samples, 1) or (samples, classes).
    """
    truth = labels.argmax(axis=1) if labels.ndim == 2 and labels.shape[1] > 1 else labels.reshape(len(labels))
    return float(np.mean(predicted(outputs) == truth))


def predicted(outputs: Array) -> NDArray[np.int64]:
    """Return the most probable class of each sample; a single output decides between 0 and 1 at one half.

    Args:
        outputs: probabilities of shape (samples, 1) or (samples, classes).
    """
    if outputs.shape[1] == 1:
        return (outputs[:, 0] > 0.5).astype(np.int64)
    return np.asarray(outputs.argmax(axis=1), np.int64)


def scores(labels: Array, outputs: Array, *, loss: str | None, task: str) -> dict[str, float]:
    """Return the loss, and for classes the accuracy, of outputs against labels.

    Args:
        labels: class numbers or targets of shape (samples,), or one row per sample.
        outputs: network outputs of shape (samples, units).
        loss: name of a loss in LOSSES, or None to leave it out.
        task: "classification" or "regression".

    Returns:
        A dictionary with "loss" and "accuracy" as far as they can be stated; floats.

    Raises:
        InputError: the loss is none of these.
    """
    found = {}
    if loss is not None:
        target = labels if labels.ndim == 2 else labels[:, None]
        if task == "classification" and target.shape[1] == 1 and outputs.shape[1] > 1:
            target = np.eye(outputs.shape[1], dtype=outputs.dtype)[target[:, 0].astype(int)]
        # The sum is taken in double precision: 40,000 float32 terms would lose digits that are shown.
        found["loss"] = float(np.mean(loss_named(loss)(target.astype(outputs.dtype), outputs), dtype=np.float64))
    if task == "classification":
        found["accuracy"] = accuracy(labels, outputs)
    return found
