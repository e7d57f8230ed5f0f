"""Ways to lay a hidden space of any width onto the picture plane.

One unit is a line, two are a plane, three turn slowly in space, and more are projected onto the plane of the output
weights and the direction of greatest remaining variance, in which the boundary of two classes is a straight line.
"""

from typing import Protocol

import numpy as np

from animviz.analysis.states import sampled_states
from animviz.arrays import Array
from animviz.moment import Moment
from animviz.recording.recording import Recording
from animviz.recording.replay.activations import BOUNDED
from animviz.recording.state import State

__all__ = ["Orbit", "Projection", "Shadow", "projection_of"]

Limits = tuple[tuple[float, float], tuple[float, float]]
AIR = 1.08  # room around what is drawn
SAMPLE = 2_000  # inputs from which limits and directions are taken


class Projection(Protocol):
    """From hidden activations to places in the picture.

    Attributes:
        limits: fixed limits of the picture, ((x0, x1), (y0, y1)).
        note: what the foot line says of it.
    """

    limits: Limits
    note: str

    def place(self, state: State, moment: Moment, hidden: Array, inputs: Array) -> Array:
        """Return places of shape (samples, 2) for activations of shape (samples, units) and the inputs they came from."""
        ...

    def lift(self, state: State, places: Array) -> Array | None:
        """Return the activations at places of the picture, or None where a place does not decide them."""
        ...


def projection_of(recording: Recording, layer: str, inputs: Array) -> Projection:
    """Choose the projection for a hidden layer.

    Args:
        recording: a chain of dense layers.
        layer: name of the hidden layer, or "input".
        inputs: the inputs that are drawn, shape (samples, features).
    """
    states = sampled_states(recording)
    some = inputs[:: max(1, len(inputs) // SAMPLE)]
    hidden = [state.activations(layer, some) for state in states]
    units = hidden[0].shape[1]
    activation = "" if layer == "input" else recording.layers[recording.layer_index(layer)].activation
    span = BOUNDED.get(activation) or (float(min(h.min() for h in hidden)), float(max(h.max() for h in hidden)))
    if span[0] == span[1]:
        span = (span[0] - 1, span[1] + 1)
    if units == 1:
        return _Line(span, inputs)
    if units == 2:
        return _Plane(span, hidden)
    if units == 3:
        return Orbit(span)
    return Shadow(recording, states, hidden)


def _widened(low: float, high: float, factor: float = AIR) -> tuple[float, float]:
    middle, half = (low + high) / 2, (high - low) / 2 * factor
    return middle - half, middle + half


class _Line:
    """One unit: its activation to the right; the height only keeps the points apart.

    It is the second coordinate of points in the plane, and the mean of any other input.
    """

    def __init__(self, span: tuple[float, float], inputs: Array) -> None:
        self.limits = _widened(*span), (-1.0, 1.0)
        self._planar = inputs.shape[1:] == (2,)
        what = "the input, pressed flat" if self._planar else "the mean of the input"
        self.note = f"one hidden unit, left to right; height: {what}"
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

    note = ""

    def __init__(self, span: tuple[float, float], hidden: list[Array]) -> None:
        if span in BOUNDED.values():
            self.limits = _widened(*span), _widened(*span)
            return
        low = np.min([h.min(axis=0) for h in hidden], axis=0)
        high = np.max([h.max(axis=0) for h in hidden], axis=0)
        half = float((high - low).max()) / 2 * 1.15 or 1.0
        x, y = (low + high) / 2
        self.limits = (float(x - half), float(x + half)), (float(y - half), float(y + half))

    def place(self, state: State, moment: Moment, hidden: Array, inputs: Array) -> Array:
        return hidden

    def lift(self, state: State, places: Array) -> Array | None:
        return places


class Orbit:
    """Three units: an orthographic view that turns about the third axis, once in 24 seconds."""

    note = "three hidden units in space, turning slowly"
    PERIOD = 24.0
    TILT = np.radians(24)

    def __init__(self, span: tuple[float, float]) -> None:
        self._middle = (span[0] + span[1]) / 2
        self._half = (span[1] - span[0]) / 2
        self.limits = (-1.5, 1.5), (-1.5, 1.5)

    def place(self, state: State, moment: Moment, hidden: Array, inputs: Array) -> Array:
        """See `Projection`."""
        x, y, z = ((hidden - self._middle) / self._half).T
        angle = 2 * np.pi * moment.seconds / self.PERIOD + 0.6
        right = x * np.cos(angle) - y * np.sin(angle)
        depth = x * np.sin(angle) + y * np.cos(angle)
        return np.stack([right, z * np.cos(self.TILT) + depth * np.sin(self.TILT)], axis=1)

    def lift(self, state: State, places: Array) -> Array | None:
        """See `Projection`."""
        return None

    def cube(self) -> list[Array]:
        """Return the twelve edges of the cube of possible activations, each of shape (2, 3)."""
        corners = np.array(np.meshgrid(*[[-1, 1]] * 3)).reshape(3, 8).T * self._half + self._middle
        pairs = [(a, b) for a in range(8) for b in range(a + 1, 8) if (corners[a] != corners[b]).sum() == 1]
        return [corners[list(pair)] for pair in pairs]

    def cut(self, normal: Array, offset: float) -> Array:
        """Return the polygon in which the plane normal·h + offset = 0 cuts the cube, shape (corners, 3), in order."""
        found = []
        for start, end in self.cube():
            a, b = start @ normal + offset, end @ normal + offset
            if (a > 0) != (b > 0):
                found.append(start + (end - start) * a / (a - b))
        if len(found) < 3:
            return np.empty((0, 3))
        points = np.array(found)
        arms = points - points.mean(axis=0)
        across = np.cross(normal, arms[0])
        order = np.argsort(np.arctan2(arms @ across / np.linalg.norm(across), arms @ arms[0] / np.linalg.norm(arms[0])))
        return points[order]


class Shadow:
    """Four units and more: a linear projection onto two directions.

    For two classes the first direction is that of the output weights at the moment, so that the boundary is a straight
    line; the second is that of the greatest variance left, taken over the whole recording so that it never flips. For
    more classes both are principal directions over the whole recording.
    """

    def __init__(self, recording: Recording, states: list[State], hidden: list[Array]) -> None:
        self._last = [layer for layer in recording.layers if layer.kernel is not None][-1]
        self._binary = self._last.widths_of(recording.manifest.weights)[1] == 1
        rest = [h - h.mean(axis=0) for h in hidden]
        if self._binary:
            normals = [self._normal(state) for state in states]
            rest = [r - np.outer(r @ n, n) for r, n in zip(rest, normals, strict=True)]
        pooled = np.concatenate(rest)
        _, vectors = np.linalg.eigh(pooled.T @ pooled)
        self._fixed = _signed(vectors[:, ::-1][:, :2].T)
        self.note = f"{hidden[0].shape[1]} hidden units, projected"
        places = np.concatenate(
            [self.place(s, Moment(0.0, s.epoch), h, h) for s, h in zip(states, hidden, strict=True)]
        )
        low, high = places.min(axis=0), places.max(axis=0)
        half = float((high - low).max()) / 2 * 1.15 or 1.0
        x, y = (low + high) / 2
        self.limits = (float(x - half), float(x + half)), (float(y - half), float(y + half))

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
