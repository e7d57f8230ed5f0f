"""What single units put out, how often, and which class each of them answers to."""

import numpy as np
from numpy.typing import NDArray

from animviz.arrays import Array
from animviz.recording.replay.activations import BOUNDED
from animviz.recording.state import State

from .distributions import activations_of, by_unit

__all__ = ["apart", "by_class", "eta_squared", "saturation", "sorted_by_class", "unit_values"]

SATURATED = 0.95  # of the way from the middle of its range to a bound, beyond which a value is saturated


def unit_values(state: State, layer: str) -> Array:
    """Return the activation of each unit, float64 of shape (samples, units); of channels the mean over all places.

    Args:
        state: the network at a moment.
        layer: its name.
    """
    values = activations_of(state, [layer])[layer]
    return np.asarray(by_unit(values).mean(axis=1, dtype=np.float64))


def eta_squared(values: Array, groups: Array) -> Array:
    """Return the share of each unit's variance that lies between the groups, from 0 to 1; 0 where nothing varies.

    It orders units as the F value of an analysis of variance does.

    Args:
        values: shape (samples, units).
        groups: number of the group of each sample, shape (samples,).
    """
    centred = values - values.mean(axis=0)
    total = np.square(centred).sum(axis=0)
    members = [centred[groups == group] for group in np.unique(groups)]
    between = np.sum([len(part) * np.square(part.mean(axis=0)) for part in members], axis=0)
    return np.asarray(np.divide(between, total, out=np.zeros_like(total), where=total > 0))


def apart(values: Array, groups: Array, count: int) -> Array:
    """Return by how much the mean of each group lies above that of all other samples, in standard deviations of the unit.

    Args:
        values: shape (samples, units).
        groups: number of the group of each sample, shape (samples,).
        count: of groups.

    Returns:
        Array of shape (units, groups); 0 for a unit that does not vary, or a group that has no samples, or all.
    """
    sizes = np.bincount(groups, minlength=count)
    sums = np.stack([values[groups == group].sum(axis=0) for group in range(count)], axis=1)
    rest = values.sum(axis=0)[:, None] - sums
    means, others = sums / np.maximum(sizes, 1), rest / np.maximum(len(values) - sizes, 1)
    spread = values.std(axis=0)[:, None]
    known = (spread > 0) & (sizes > 0) & (sizes < len(values))
    return np.asarray(np.divide(means - others, spread, out=np.zeros_like(means), where=known))


def sorted_by_class(values: Array, groups: Array, count: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the units of a layer in the order of the classes that they answer to, and these classes.

    A unit answers to the class whose mean is highest above that of all other samples, in standard deviations of the
    unit. Within a class the most telling units come first; those that do not vary come last, of class -1.

    Args:
        values: activations, shape (samples, units).
        groups: class of each sample, shape (samples,).
        count: of classes.
    """
    above = apart(values, groups, count)
    classes = np.where(above.any(axis=1), above.argmax(axis=1), count)
    order = np.lexsort((-above.max(axis=1), classes))
    return order, np.where(classes[order] == count, -1, classes[order])


def saturation(values: Array, activation: str) -> Array:
    """Return the share of its values that each unit has near a bound, shape (units,).

    Args:
        values: activations of shape (samples, units), or (samples, ..., channels).
        activation: name of the layer's activation function, which is bounded.
    """
    low, high = BOUNDED[activation]
    near = np.abs(by_unit(values) - (low + high) / 2) > SATURATED * (high - low) / 2
    return np.asarray(near.mean(axis=(0, 1)))


def by_class(state: State, layer: str) -> tuple[NDArray[np.intp], NDArray[np.intp]] | None:
    """Return the units of a layer in the order of the classes that they answer to; None where samples have no classes.

    Args:
        state: the network at a moment.
        layer: its name.

    Returns:
        See `sorted_by_class`.
    """
    output = state.basis.output
    if not output.classifies or output.target is None:
        return None
    labels = output.without_ignored(np.asarray(state.basis.targets, np.int64).reshape(-1))
    values = unit_values(state, layer)
    return sorted_by_class(values[labels >= 0], labels[labels >= 0], len(output.class_names))
