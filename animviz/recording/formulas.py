"""Losses of Keras in NumPy, a function each.

Each takes targets and outputs as float32 arrays (samples, ...) and returns what Keras returns without a reduction.
What counts in no mean is masked. Arguments by name are the settings that Keras knows, with its defaults.
"""

from collections.abc import Callable

import numpy as np
from pydantic import StrictBool, StrictFloat

from animviz.arrays import Array
from animviz.recording.entropies import ENTROPIES, EPSILON, Axes, log_sum, mean

__all__ = ["FORMULAS"]

LEAST = np.finfo(np.float32).tiny  # TensorFlow takes what is less for 0


def _mean_squared_error(target: Array, output: Array) -> Array:
    return mean(np.square(target - output))


def _mean_absolute_error(target: Array, output: Array) -> Array:
    return mean(np.abs(target - output))


def _mean_absolute_percentage_error(target: Array, output: Array) -> Array:
    return 100 * mean(np.abs((target - output) / np.maximum(np.abs(target), EPSILON)))


def _mean_squared_logarithmic_error(target: Array, output: Array) -> Array:
    return mean(np.square(np.log(np.maximum(output, EPSILON) + 1) - np.log(np.maximum(target, EPSILON) + 1)))


def _huber(target: Array, output: Array, *, delta: StrictFloat = 1.0) -> Array:
    error = np.abs(output - target)
    return mean(np.where(error <= delta, np.square(error) / 2, delta * error - delta**2 / 2))


def _log_cosh(target: Array, output: Array) -> Array:
    error = output - target
    return mean(error + np.logaddexp(0, -2 * error) - np.log(np.float32(2)))


def _poisson(target: Array, output: Array) -> Array:
    return mean(output - target * np.log(output + EPSILON))


def _kl_divergence(target: Array, output: Array) -> Array:
    target, output = np.clip(target, EPSILON, 1), np.clip(output, EPSILON, 1)
    return np.asarray((target * np.log(target / output)).sum(axis=-1))


def _cosine_similarity(target: Array, output: Array, *, axis: Axes = -1) -> Array:
    return np.asarray(-(_unit(target, axis) * _unit(output, axis)).sum(axis=axis))


def _hinge(target: Array, output: Array) -> Array:
    return mean(np.maximum(1 - _signs(target) * output, 0))


def _squared_hinge(target: Array, output: Array) -> Array:
    return mean(np.square(np.maximum(1 - _signs(target) * output, 0)))


def _categorical_hinge(target: Array, output: Array) -> Array:
    return np.asarray(np.maximum(((1 - target) * output).max(axis=-1) - (target * output).sum(axis=-1) + 1, 0))


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
    values = np.logaddexp(0, log_sum(near, 1)[:, 0] + log_sum(far, 1)[:, 0])
    return np.ma.masked_array(values, ~(values >= LEAST))


def _signs(target: Array) -> Array:
    """Return -1 and 1 for targets that are all 0 or 1, and other targets as they are."""
    return 2 * target - 1 if np.isin(target, (0, 1)).all() else target


def _unit(vectors: Array, axis: int | tuple[int, ...] | None) -> Array:
    length = np.sqrt(np.square(vectors).sum(axis=axis, keepdims=True))
    return np.asarray(vectors / np.maximum(length, EPSILON))


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
        _dice,
        _tversky,
        _circle,
    )
} | ENTROPIES
"""All losses by their names in Keras."""
