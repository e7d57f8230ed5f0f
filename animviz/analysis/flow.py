"""Flows in the plane: a network answers a velocity to a place and a time, and noise that follows it becomes data."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from animviz.arrays import Array
from animviz.recording.recording import Recording
from animviz.recording.replay.forward import forward
from animviz.recording.state import State

__all__ = ["STEPS", "is_flow", "nearest", "streamed", "velocities", "way_ends"]

STEPS = 32  # of the midpoint rule from noise to data


def is_flow(recording: Recording) -> bool:
    """Say whether a recording's inputs are a place and a time from 0 to 1 each, and its targets velocities."""
    if not recording.basis.has_one_input or recording.output.target is None:
        return False
    inputs = recording.single_input(recording.inputs)
    if inputs.shape[1:] != (3,) or recording.targets.shape[1:] != (2,):
        return False
    return bool((inputs[:, 2] >= 0).all() and (inputs[:, 2] <= 1).all())


def way_ends(recording: Recording) -> tuple[Array, Array]:
    """Return where the straight ways on which the samples lie begin and end, shape (samples, 2) each.

    Args:
        recording: of a flow; a target is the velocity of a way, which it keeps from time 0 to 1.
    """
    inputs, velocity = recording.single_input(recording.inputs), recording.targets
    places, time = inputs[:, :2], inputs[:, 2:]
    return places - time * velocity, places + (1 - time) * velocity


def velocities(state: State, places: Array, time: float) -> Array:
    """Return the network's velocity at places of the plane and a time, shape (places, 2)."""
    times = np.full((len(places), 1), time, places.dtype)
    return forward(state.basis.layers, state.weights, np.concatenate([places, times], axis=1))


def streamed(state: State, places: Array, time: float) -> Array:
    """Follow the flow from time 0.

    Args:
        state: the network.
        places: at time 0, shape (places, 2).
        time: to stop at, from 0 to 1.

    Returns:
        Places at time 0, after each of the steps, and at the time, shape (moments, places, 2).
    """
    way = [places]
    moments = _moments(time)
    with np.errstate(over="ignore", invalid="ignore"):
        for begin, end in pairwise(moments):
            half = (end - begin) / 2
            middle = way[-1] + half * velocities(state, way[-1], begin)
            way.append(way[-1] + 2 * half * velocities(state, middle, begin + half))
    return np.stack(way)


def nearest(places: Array, points: Array) -> float:
    """Return the mean distance of places to the nearest of some points; NaN where a place is not finite."""
    from scipy.spatial import cKDTree  # a tenth of a second, of which nothing else makes use here

    if not np.isfinite(places).all():
        return float("nan")
    return float(cKDTree(points).query(places)[0].mean())


def _moments(time: float) -> Sequence[float]:
    whole = int(time * STEPS + 1e-9)
    moments = [step / STEPS for step in range(whole + 1)]
    return [*moments, time] if time > moments[-1] + 1e-9 else moments
