"""How the space of each layer is laid onto the page: directions that stand still, and limits at every epoch."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from animviz.analysis.states import sampled_states
from animviz.arrays import Array
from animviz.errors import DivergedError
from animviz.pages.plane.chain import Step
from animviz.recording.recording import Recording
from animviz.recording.replay.activations import BOUNDED

__all__ = ["Space", "spaces_of"]

AIR, ROOMY = 1.08, 1.15  # room around a bounded span, and around what was found


@dataclass(frozen=True)
class Space:
    """The space of a layer.

    Attributes:
        directions: of the axes to the right and upwards, float32 (2, units); for one unit it goes to the right, and
            upwards an input.
        limits: x0, x1, y0, y1 at every epoch, float64 (epochs, 4); one row where they stand still.
    """

    directions: NDArray[np.float32]
    limits: NDArray[np.float64]


def spaces_of(recording: Recording, steps: tuple[Step, ...], epochs: Array, inputs: Array) -> tuple[Space, ...]:
    """Return the space of each step.

    One unit is a line, two are a plane, and more are seen along their two main axes over the whole training.

    Args:
        recording: of a chain of dense layers.
        steps: of the network.
        epochs: moments at which limits are wanted.
        inputs: all that needs room, shape (places, features).

    Raises:
        DivergedError: a layer is finite at no snapshot.
    """
    states = sampled_states(recording)
    found = []
    for step in steps:
        name = recording.layers[step.place].name
        every = [(state.epoch, state.activations(name, inputs)) for state in states]
        finite = [(epoch, values) for epoch, values in every if np.isfinite(values).all()]
        if not finite:
            raise DivergedError(f"{recording.path}: {name} is finite at no snapshot; train again with a smaller step")
        moments, values = zip(*finite, strict=True)
        directions, limits = _space(step, list(values), inputs)
        if len(limits) > 1:
            limits = np.stack([np.interp(epochs, moments, side) for side in limits.T], axis=1)
        found.append(Space(directions, limits))
    return tuple(found)


def _space(step: Step, values: list[Array], inputs: Array) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    span = (0.0, 1.0) if step.activation == "softmax" else BOUNDED.get(step.activation)
    if step.units <= 2 and span is not None:
        bounds = _widened(np.array([span]), AIR)
        upwards = bounds if step.units == 2 else _upwards(inputs)
        return np.eye(2, step.units, dtype=np.float32), np.concatenate([bounds, upwards], axis=1)
    directions = np.eye(2, step.units) if step.units <= 2 else _main_axes(np.concatenate(values))
    places = [v @ directions.T for v in values]
    low, high = (np.stack([pick(p, axis=0) for p in places]) for pick in (np.min, np.max))
    if span is not None:
        low, high = low.min(axis=0, keepdims=True), high.max(axis=0, keepdims=True)
    x, y = (_widened(np.stack([low[:, axis], high[:, axis]], axis=1), ROOMY) for axis in (0, 1))
    if step.units == 1:
        y = np.broadcast_to(_upwards(inputs), x.shape)
    return directions.astype(np.float32), np.concatenate([x, y], axis=1).astype(np.float64)


def _upwards(inputs: Array) -> NDArray[np.float64]:
    last = inputs[:, -1]
    return _widened(np.array([[float(last.min()), float(last.max())]]), AIR)


def _main_axes(values: Array) -> Array:
    """Return two main axes, whose largest component is positive: axes have no sign of their own."""
    centred = values.astype(np.float64) - values.mean(axis=0)
    axes = np.linalg.eigh(centred.T @ centred)[1][:, ::-1][:, :2].T
    largest = np.abs(axes).argmax(axis=1)
    return np.asarray(axes * np.sign(axes[np.arange(2), largest])[:, None])


def _widened(spans: Array, factor: float) -> NDArray[np.float64]:
    middle, half = spans.mean(axis=1), np.diff(spans, axis=1)[:, 0] / 2 * factor
    half = np.where(half > 0, half, 1.0)
    return np.stack([middle - half, middle + half], axis=1)
