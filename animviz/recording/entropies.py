"""Cross-entropies of Keras in NumPy, a function each.

Each takes targets and outputs as float32 arrays (samples, ...) and returns what Keras returns without a reduction.
What counts in no mean is masked. Arguments by name are the settings that Keras knows, with its defaults.
"""

from collections.abc import Callable
from typing import Annotated

import numpy as np
from pydantic import Field, StrictBool, StrictFloat, StrictInt

from animviz.arrays import Array
from animviz.errors import InputError
from animviz.recording.replay.activations import sigmoid

__all__ = ["ENTROPIES", "EPSILON", "Axes", "log_sum", "mean"]

EPSILON = np.float32(1e-7)  # Keras clips probabilities at this distance from 0 and 1
ONE = np.float32(1)

Axes = StrictInt | tuple[StrictInt, ...] | None
Weights = StrictFloat | tuple[StrictFloat, ...]
Smoothing = Annotated[StrictFloat, Field(ge=0, le=1)]
Share = Annotated[StrictFloat, Field(gt=0, lt=1)]


def _binary_crossentropy(
    target: Array, output: Array, *, from_logits: StrictBool = False, label_smoothing: Smoothing = 0.0, axis: Axes = -1
) -> Array:
    _require_same_shape(target, output)
    target = _smooth(target, label_smoothing, 2)
    return mean(_binary_entropy(target, output, from_logits=from_logits), axis)


def _binary_focal_crossentropy(
    target: Array,
    output: Array,
    *,
    apply_class_balancing: StrictBool = False,
    alpha: StrictFloat = 0.25,
    gamma: StrictFloat = 2.0,
    from_logits: StrictBool = False,
    label_smoothing: Smoothing = 0.0,
    axis: Axes = -1,
) -> Array:
    _require_same_shape(target, output)
    target = _smooth(target, label_smoothing, 2)
    p = sigmoid(output) if from_logits else output
    wrong = 1 - (target * p + (1 - target) * (1 - p))
    values = wrong**gamma * _binary_entropy(target, output, from_logits=from_logits)
    if apply_class_balancing:
        values = values * (target * alpha + (1 - target) * (1 - alpha))
    return mean(values, axis)


def _categorical_crossentropy(
    target: Array,
    output: Array,
    *,
    from_logits: StrictBool = False,
    label_smoothing: Smoothing = 0.0,
    axis: StrictInt = -1,
) -> Array:
    _require_same_shape(target, output)
    target = _smooth(target, label_smoothing, target.shape[-1])
    logs = _log_softmax(output, axis) if from_logits else np.log(_shares(output, axis))
    return np.asarray(-(target * logs).sum(axis=axis))


def _categorical_focal_crossentropy(
    target: Array,
    output: Array,
    *,
    alpha: Weights = 0.25,
    gamma: StrictFloat = 2.0,
    from_logits: StrictBool = False,
    label_smoothing: Smoothing = 0.0,
    axis: StrictInt = -1,
) -> Array:
    target = _smooth(target, label_smoothing, target.shape[-1])
    p = _shares(np.exp(_log_softmax(output, axis)) if from_logits else output, axis)
    weights = np.asarray(alpha, np.float32) * (1 - p) ** gamma
    return np.asarray(-(weights * target * np.log(p)).sum(axis=axis))


def _sparse_categorical_crossentropy(
    target: Array,
    output: Array,
    *,
    from_logits: StrictBool = False,
    ignore_class: StrictInt | None = None,
    axis: StrictInt = -1,
) -> Array:
    if target.ndim == output.ndim and target.shape[axis] == 1:
        target = target.squeeze(axis)
    ignored = np.zeros(target.shape, bool) if ignore_class is None else target == ignore_class
    logits = output if from_logits else np.log(np.clip(output, EPSILON, ONE - EPSILON))
    values = -_of_class(np.where(ignored, 0, target), _log_softmax(logits, axis), axis)
    return values if ignore_class is None else np.ma.masked_array(values, ignored)


def _categorical_generalized_cross_entropy(target: Array, output: Array, *, q: Share = 0.5) -> Array:
    return (1 - _of_class(target, output, -1) ** q) / q


def mean(values: Array, axis: int | tuple[int, ...] | None = -1) -> Array:
    """Return the mean over the last or other axes as an array, also where it is one number."""
    return np.asarray(values.mean(axis=axis))


def log_sum(values: Array, axis: int) -> Array:
    """Return the logarithm of the sum of exponentials over an axis, which is kept; -inf where nothing is added."""
    highest = values.max(axis=axis, keepdims=True)
    highest = np.where(np.isfinite(highest), highest, 0)
    return np.asarray(highest + np.log(np.exp(values - highest).sum(axis=axis, keepdims=True)))


def _smooth(target: Array, share: float, classes: int) -> Array:
    return target * (1 - share) + share / classes if share else target


def _shares(output: Array, axis: int) -> Array:
    return np.asarray(np.clip(output / output.sum(axis=axis, keepdims=True), EPSILON, ONE - EPSILON))


def _binary_entropy(target: Array, output: Array, *, from_logits: bool) -> Array:
    if from_logits:
        return np.asarray(np.maximum(output, 0) - output * target + np.log1p(np.exp(-np.abs(output))))
    p = np.clip(output, EPSILON, ONE - EPSILON)
    return np.asarray(-(target * np.log(p) + (1 - target) * np.log(1 - p)))


def _log_softmax(logits: Array, axis: int) -> Array:
    return np.asarray(logits - log_sum(logits, axis))


def _of_class(target: Array, values: Array, axis: int) -> Array:
    """Return the value of the class that each target names.

    Raises:
        InputError: there is no class of that number, or not one number for each answer.
    """
    answers = values.shape[:axis] + values.shape[axis:][1:]
    if target.shape != answers:
        raise InputError(f"targets have the shape {target.shape}; expected {answers}: a class number for each answer")
    numbers, classes = target.astype(np.int64), values.shape[axis]
    wrong = (numbers < 0) | (numbers >= classes)
    if wrong.any():
        raise InputError(
            f"a target names class {numbers[wrong][0]}; expected 0 to {classes - 1}, for {classes} outputs"
        )
    return np.take_along_axis(values, np.expand_dims(numbers, axis), axis).squeeze(axis)


def _require_same_shape(target: Array, output: Array) -> None:
    if target.shape != output.shape:
        raise InputError(f"targets have the shape {target.shape}; expected that of the outputs, {output.shape}")


ENTROPIES: dict[str, Callable[..., Array]] = {
    formula.__name__.removeprefix("_"): formula
    for formula in (
        _binary_crossentropy,
        _binary_focal_crossentropy,
        _categorical_crossentropy,
        _categorical_focal_crossentropy,
        _sparse_categorical_crossentropy,
        _categorical_generalized_cross_entropy,
    )
}
"""These losses by their names in Keras."""
