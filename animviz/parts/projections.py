"""Ways to lay a hidden space of any width onto the picture plane.

One unit is a line, two are a plane, three swing slowly in space, and more are projected onto the plane of the output
weights and the direction of greatest remaining variance, in which the boundary of two classes is a straight line.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from animviz.analysis.states import sampled_states
from animviz.arrays import Array
from animviz.moment import Moment
from animviz.parts.orbit import Orbit
from animviz.recording.recording import Recording
from animviz.recording.replay.activations import BOUNDED
from animviz.recording.state import State

__all__ = ["Limits", "Projection", "Shadow", "projection_of"]

Limits = tuple[tuple[float, float], tuple[float, float]]
AIR, ROOMY = 1.08, 1.15  # room around a bounded span, and around what was found in some states only
SAMPLE = 2_000  # inputs from which limits and directions are taken


class Projection(Protocol):
    """From hidden activations to places in the picture.

    Attributes:
        limits: what holds all that is drawn, ((x0, x1), (y0, y1)).
        equal: whether both scales must be the same.
        axes: what lies to the right and upwards, in words.
    """

    limits: Limits
    equal: bool
    axes: str

    def place(self, state: State, moment: Moment, hidden: Array, inputs: Array) -> Array:
        """Return places of shape (samples, 2) for activations of shape (samples, units) and the inputs they came from."""
        ...

    def lift(self, state: State, places: Array) -> Array | None:
        """Return the activations at places of the picture, or None where a place does not decide them."""
        ...


def projection_of(recording: Recording, layer: str, inputs: Array, further: Array | None = None) -> Projection:
    """Choose the projection for a hidden layer.

    Args:
        recording: a chain of dense layers.
        layer: name of the hidden layer, or "input".
        inputs: the inputs that are drawn, shape (samples, features).
        further: inputs for which there must be room too, shape (places, features).
    """
    states = sampled_states(recording)
    some = inputs[:: max(1, len(inputs) // SAMPLE)]
    hidden = [state.activations(layer, some) for state in states]
    drawn = hidden
    if further is not None and len(further):
        more = (state.activations(layer, further) for state in states)
        drawn = [np.concatenate(pair) for pair in zip(hidden, more, strict=True)]
    units = hidden[0].shape[1]
    activation = "" if layer == "input" else recording.layers[recording.layer_index(layer)].activation
    span = BOUNDED.get(activation) or (float(min(h.min() for h in drawn)), float(max(h.max() for h in drawn)))
    if span[0] == span[1]:
        span = (span[0] - 1, span[1] + 1)
    if units == 1:
        return _Line(span, inputs)
    if units == 2:
        return _Plane(span) if activation in BOUNDED else _Spread(states, hidden, drawn)
    if units == 3:
        return Orbit(span, output_normal(states[-1]))
    return Shadow(recording, states, hidden, drawn)


def output_normal(state: State) -> Array | None:
    """Return the weights of a single output unit, shape (units,); None where there are several."""
    kernel = [layer for layer in state.basis.layers if layer.kernel is not None][-1].kernel_of(state.weights)
    return np.asarray(kernel[:, 0]) if kernel.shape[1] == 1 else None


def _widened(low: float, high: float, factor: float = AIR) -> tuple[float, float]:
    middle, half = (low + high) / 2, (high - low) / 2 * factor or 1.0
    return middle - half, middle + half


def _around(places: Sequence[Array]) -> Limits:
    """Return limits around arrays of places."""
    low, high = (np.array([pick(p, axis=0) for p in places]) for pick in (np.min, np.max))
    x, y = (_widened(float(a), float(b), ROOMY) for a, b in zip(low.min(axis=0), high.max(axis=0), strict=True))
    return x, y


class _Line:
    """One unit: its activation to the right; the height only keeps the points apart.

    It is the second coordinate of points in the plane, and the mean of any other input.
    """

    equal = False

    def __init__(self, span: tuple[float, float], inputs: Array) -> None:
        self.limits = _widened(*span), (-1.0, 1.0)
        self._planar = inputs.shape[1:] == (2,)
        self.axes = f"one unit →, {'second coordinate' if self._planar else 'mean'} of the input ↑"
        height = self._height(inputs)
        self._middle = (height.max() + height.min()) / 2
        self._half = (height.max() - height.min()) / 2 or 1.0

    def place(self, state: State, moment: Moment, hidden: Array, inputs: Array) -> Array:
        reach = 0.3 if self._planar else 0.8
        return np.stack([hidden[:, 0], reach * (self._height(inputs) - self._middle) / self._half], axis=1)

    def _height(self, inputs: Array) -> Array:
        return inputs[:, 1] if self._planar else np.asarray(inputs.reshape(len(inputs), -1).mean(axis=1))

    def lift(self, state: State, places: Array) -> Array | None:
        return places[:, :1]


class _Plane:
    """Two units, as they are."""

    equal = True
    axes = "unit 1 →, unit 2 ↑"

    def __init__(self, span: tuple[float, float]) -> None:
        self.limits = _widened(*span), _widened(*span)

    def place(self, state: State, moment: Moment, hidden: Array, inputs: Array) -> Array:
        return hidden

    def lift(self, state: State, places: Array) -> Array | None:
        return places


class _Spread:
    """Two units without bounds, each scaled at every moment to the range of its samples.

    Such units grow from nearly nothing: on one scale an untrained layer would be a dot.
    """

    equal = False
    axes = "unit 1 →, unit 2 ↑, each in its range"

    def __init__(self, states: Sequence[State], hidden: list[Array], drawn: list[Array]) -> None:
        self._epochs = np.array([state.epoch for state in states])
        low, high = (np.array([pick(h, axis=0) for h in hidden]) for pick in (np.min, np.max))
        self._middles, self._halves = (low + high) / 2, np.where(high > low, (high - low) / 2, 1.0)
        self.limits = _around([self._scaled(s, h) for s, h in zip(states, drawn, strict=True)])

    def place(self, state: State, moment: Moment, hidden: Array, inputs: Array) -> Array:
        return self._scaled(state, hidden)

    def lift(self, state: State, places: Array) -> Array | None:
        middle, half = self._at(state)
        return (places * half + middle).astype(np.float32)

    def _scaled(self, state: State, hidden: Array) -> Array:
        middle, half = self._at(state)
        return np.asarray((hidden - middle) / half)

    def _at(self, state: State) -> tuple[Array, Array]:
        middle, half = (
            np.array([np.interp(state.epoch, self._epochs, unit) for unit in values.T])
            for values in (self._middles, self._halves)
        )
        return middle, half


class Shadow:
    """Four units and more: a linear projection onto two directions.

    For two classes the first direction is that of the output weights at the moment, so that the boundary is a straight
    line and the answer grows to the right. The second is that of the greatest variance left, taken over the whole
    recording so that it never flips. For more classes both are principal directions over the whole recording.
    """

    equal = True

    def __init__(self, recording: Recording, states: Sequence[State], hidden: list[Array], drawn: list[Array]) -> None:
        self._last = [layer for layer in recording.layers if layer.kernel is not None][-1]
        self._binary = self._last.widths_of(recording.manifest.weights)[1] == 1
        rest = [h - h.mean(axis=0) for h in hidden]
        if self._binary:
            normals = [self._normal(state) for state in states]
            rest = [r - np.outer(r @ n, n) for r, n in zip(rest, normals, strict=True)]
        pooled = np.concatenate(rest)
        _, vectors = np.linalg.eigh(pooled.T @ pooled)
        self._fixed = _signed(vectors[:, ::-1][:, :2].T)
        self.axes = "the answer →" if self._binary else "its two main axes"
        self.limits = _around([self.place(s, Moment(0.0, s.epoch), h, h) for s, h in zip(states, drawn, strict=True)])

    def place(self, state: State, moment: Moment, hidden: Array, inputs: Array) -> Array:
        """See `Projection`."""
        return hidden @ self._directions(state).T

    def lift(self, state: State, places: Array) -> Array | None:
        """See `Projection`."""
        return (places @ self._directions(state)).astype(np.float32) if self._binary else None

    def share(self, state: State, hidden: Array) -> float:
        """Return the share of the activations' variance that the two directions hold, 0 to 1."""
        centred = hidden - hidden.mean(axis=0)
        whole = float(np.square(centred).sum())
        return float(np.square(centred @ self._directions(state).T).sum()) / whole if whole else 1.0

    def _normal(self, state: State) -> Array:
        weight = self._last.kernel_of(state.weights)[:, 0]
        return np.asarray(weight / (np.linalg.norm(weight) or 1.0))

    def _directions(self, state: State) -> Array:
        """Return two orthonormal directions, shape (2, units)."""
        if not self._binary:
            return self._fixed
        normal = self._normal(state)
        second = self._fixed[0] - (self._fixed[0] @ normal) * normal
        return np.stack([normal, second / (np.linalg.norm(second) or 1.0)])


def _signed(directions: Array) -> Array:
    """Return the directions with their largest component positive: eigenvectors have no sign of their own."""
    largest = np.abs(directions).argmax(axis=1)
    signs = np.sign(directions[np.arange(len(directions)), largest])
    return np.asarray(directions * signs[:, None])
