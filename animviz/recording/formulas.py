"""Keras' losses in NumPy, a function each: its arguments by name are the settings that Keras knows, with its defaults.

Each takes targets and outputs as float32 arrays (samples, ...) and returns what Keras returns without a reduction.
What counts in no mean is masked.
"""

from collections.abc import Callable
from typing import Annotated

import numpy as np
from pydantic import Field, StrictBool, StrictFloat, StrictInt

from animviz.arrays import Array
from animviz.errors import InputError
from animviz.recording.replay.activations import sigmoid

__all__ = ["FORMULAS"]

EPSILON = np.float32(1e-7)  # Keras clips probabilities at this distance from 0 and 1
ONE = np.float32(1)

Axes = StrictInt | tuple[StrictInt, ...] | None
Weights = StrictFloat | tuple[StrictFloat, ...]
Smoothing = Annotated[StrictFloat, Field(ge=0, le=1)]
Share = Annotated[StrictFloat, Field(gt=0, lt=1)]


def _mean_squared_error(target: Array, output: Array) -> Array:
    return _mean(np.square(target - output))


def _mean_absolute_error(target: Array, output: Array) -> Array:
    return _mean(np.abs(target - output))


def _mean_absolute_percentage_error(target: Array, output: Array) -> Array:
    return 100 * _mean(np.abs((target - output) / np.maximum(np.abs(target), EPSILON)))


def _mean_squared_logarithmic_error(target: Array, output: Array) -> Array:
    return _mean(np.square(np.log(np.maximum(output, EPSILON) + 1) - np.log(np.maximum(target, EPSILON) + 1)))


def _huber(target: Array, output: Array, *, delta: StrictFloat = 1.0) -> Array:
    error = np.abs(output - target)
    return _mean(np.where(error <= delta, np.square(error) / 2, delta * error - delta**2 / 2))


def _log_cosh(target: Array, output: Array) -> Array:
    error = output - target
    return _mean(error + np.logaddexp(0, -2 * error) - np.log(np.float32(2)))


def _poisson(target: Array, output: Array) -> Array:
    return _mean(output - target * np.log(output + EPSILON))


def _kl_divergence(target: Array, output: Array) -> Array:
    target, output = np.clip(target, EPSILON, 1), np.clip(output, EPSILON, 1)
    return np.asarray((target * np.log(target / output)).sum(axis=-1))


def _cosine_similarity(target: Array, output: Array, *, axis: Axes = -1) -> Array:
    return np.asarray(-(_unit(target, axis) * _unit(output, axis)).sum(axis=axis))


def _hinge(target: Array, output: Array) -> Array:
    return _mean(np.maximum(1 - _signs(target) * output, 0))


def _squared_hinge(target: Array, output: Array) -> Array:
    return _mean(np.square(np.maximum(1 - _signs(target) * output, 0)))


def _categorical_hinge(target: Array, output: Array) -> Array:
    return np.maximum(((1 - target) * output).max(axis=-1) - (target * output).sum(axis=-1) + 1, 0)


def _binary_crossentropy(
    target: Array, output: Array, *, from_logits: StrictBool = False, label_smoothing: Smoothing = 0.0, axis: Axes = -1
) -> Array:
    _require_same_shape(target, output)
    target = _smooth(target, label_smoothing, 2)
    return _mean(_binary_entropy(target, output, from_logits=from_logits), axis)


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
    return _mean(values, axis)


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
    axis: Axes = -1,
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


def _dice(target: Array, output: Array, *, axis: Axes = None) -> Array:
    both = (target * output).sum(axis=axis)
    return np.asarray(1 - 2 * both / (target.sum(axis=axis) + output.sum(axis=axis) + EPSILON))


def _tversky(
    target: Array, output: Array, *, alpha: StrictFloat = 0.5, beta: StrictFloat = 0.5, axis: Axes = None
) -> Array:
    both = (target * output).sum(axis=axis)
    missed, invented = ((1 - output) * target).sum(axis=axis), (output * (1 - target)).sum(axis=axis)
    return np.asarray(1 - both / (both + alpha * missed + beta * invented + EPSILON))


def _circle(
    target: Array,
    output: Array,
    *,
    gamma: StrictFloat = 80.0,
    margin: StrictFloat = 0.4,
    remove_diagonal: StrictBool = True,
) -> Array:
    labels = target.reshape(-1).astype(np.int32)
    distance = np.maximum(1 - output @ output.T, 0)
    alike = labels[:, None] == labels
    others = ~alike
    if remove_diagonal:
        np.fill_diagonal(alike, False)
    near = np.where(alike, -gamma * np.maximum(margin + distance, 0) * (margin - distance), -np.inf)
    far = np.where(others, gamma * np.maximum(1 + margin - distance, 0) * (1 - margin - distance), -np.inf)
    values = np.logaddexp(0, _log_sum(near, 1)[:, 0] + _log_sum(far, 1)[:, 0])
    return np.ma.masked_array(values, ~(values > 0))


def _mean(values: Array, axis: int | tuple[int, ...] | None = -1) -> Array:
    return np.asarray(values.mean(axis=axis))


def _smooth(target: Array, share: float, classes: int) -> Array:
    return target * (1 - share) + share / classes if share else target


def _signs(target: Array) -> Array:
    """Return -1 and 1 for targets that are all 0 or 1, and other targets as they are."""
    return 2 * target - 1 if np.isin(target, (0, 1)).all() else target


def _unit(vectors: Array, axis: int | tuple[int, ...] | None) -> Array:
    length = np.sqrt(np.square(vectors).sum(axis=axis, keepdims=True))
    return np.asarray(vectors / np.maximum(length, EPSILON))


def _shares(output: Array, axis: int | tuple[int, ...] | None) -> Array:
    return np.clip(output / output.sum(axis=axis, keepdims=True), EPSILON, ONE - EPSILON)


def _binary_entropy(target: Array, output: Array, *, from_logits: bool) -> Array:
    if from_logits:
        return np.maximum(output, 0) - output * target + np.log1p(np.exp(-np.abs(output)))
    p = np.clip(output, EPSILON, ONE - EPSILON)
    return -(target * np.log(p) + (1 - target) * np.log(1 - p))


def _log_sum(values: Array, axis: int) -> Array:
    """Return the logarithm of the sum of exponentials over an axis, which is kept; -inf where nothing is added."""
    highest = values.max(axis=axis, keepdims=True)
    highest = np.where(np.isfinite(highest), highest, 0)
    with np.errstate(divide="ignore"):
        return np.asarray(highest + np.log(np.exp(values - highest).sum(axis=axis, keepdims=True)))


def _log_softmax(logits: Array, axis: int) -> Array:
    return np.asarray(logits - _log_sum(logits, axis))


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


FORMULAS: dict[str, Callable[..., Array]] = {
    formula.__name__.removeprefix("_"): formula
    for formula in (
        _mean_squared_error,
        _mean_absolute_error,
        _mean_absolute_percentage_error,
        _mean_squared_logarithmic_error,
        _huber,
        _log_cosh,
        _poisson,
        _kl_divergence,
        _cosine_similarity,
        _hinge,
        _squared_hinge,
        _categorical_hinge,
        _binary_crossentropy,
        _binary_focal_crossentropy,
        _categorical_crossentropy,
        _categorical_focal_crossentropy,
        _sparse_categorical_crossentropy,
        _categorical_generalized_cross_entropy,
        _dice,
        _tversky,
        _circle,
    )
}
"""The losses by their names in Keras."""
