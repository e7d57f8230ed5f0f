"""The way of points through a network: every space that they pass, and how one becomes the next.

Layers of up to three units are drawn as they are. An affine map is a turn, a stretch along three axes and another turn
(the singular value decomposition), so it is shown as just that. Wider layers are projected.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from scipy.spatial.transform import Rotation

from animviz import Recording
from animviz.analysis.decision import last_hidden
from animviz.arrays import Array
from animviz.recording.replay.forward import before_activation, forward
from animviz.recording.replay.layers import Layer
from animviz.recording.state import State

from .blocks import layer_words

__all__ = ["Affine", "Space", "Step", "Way"]

SPACE = 3  # dimensions that a picture can show
AFFINE, SQUASH = 1.0, 0.75  # shares of time


@dataclass(frozen=True)
class Space:
    """Where points are between two steps.

    Attributes:
        name: of the layer, or "input".
        units: of the layer.
        directions: orthonormal, shape (units, 3), along which it is projected; None where it is drawn as it is.
        kept: share of the variance that the directions keep.
        words: what a viewer calls the layer.
    """

    name: str
    units: int
    directions: Array | None = None
    kept: float = 1.0
    words: str = "input"

    @property
    def is_flat(self) -> bool:
        """Whether all its points lie in the plane of the picture."""
        return self.units < SPACE if self.directions is None else not self.directions[:, 2].any()

    def placed(self, values: Array) -> Array:
        """Return places for what a layer puts out: (points, units) -> (points, 3)."""
        if self.directions is not None:
            return np.asarray(values @ self.directions)
        return np.pad(values, [(0, 0), (0, SPACE - self.units)])


class Affine:
    """An affine map of space as a motion: from the identity, by turn, stretch and turn, to the map.

    Args:
        kernel: shape (inputs, units), both up to three.
        bias: shape (units,).
    """

    def __init__(self, kernel: Array, bias: Array) -> None:
        whole = np.zeros((SPACE, SPACE))
        whole[: kernel.shape[1], : kernel.shape[0]] = kernel.T
        left, self._scales, right = np.linalg.svd(whole)
        self._turns, self._scales = min(
            (_turns(left, self._scales, right, signs) for signs in product((1, -1), repeat=SPACE)),
            key=lambda found: sum(np.linalg.norm(turn) for turn in found[0]),
        )
        self._bias = np.pad(bias.astype(float), (0, SPACE - len(bias)))

    def moved(self, places: Array, share: float) -> Array:
        """Return places (points, 3) after a share of the map, from 0 to 1."""
        first, last = (Rotation.from_rotvec(share * turn).as_matrix() for turn in self._turns)
        matrix = last @ np.diag(1 + share * (self._scales - 1)) @ first
        return np.asarray(places @ matrix.T + share * self._bias)


def _turns(left: Array, scales: Array, right: Array, signs: tuple[int, ...]) -> tuple[tuple[Array, Array], Array]:
    """Return both turns as vectors, and the scales, of one of the ways in which a map can be taken apart."""
    left, right, scales = left * signs, right * np.array(signs)[:, None], scales.copy()
    # A mirror is no turn; the direction of the least scale takes it, which is none where a plane is mapped.
    if np.linalg.det(left) < 0:
        left = left * (1, 1, -1)
        scales[-1] *= -1
    if np.linalg.det(right) < 0:
        right = right * np.array([1, 1, -1])[:, None]
        scales[-1] *= -1
    first, last = (Rotation.from_matrix(turn).as_rotvec() for turn in (right, left))
    return (first, last), scales


@dataclass(frozen=True)
class Step:
    """One change.

    Attributes:
        layer: number of the layer that makes it.
        what: "affine" or the name of an activation.
        before: the space from which it comes.
        after: the space in which it ends.
        time: how long it takes, in shares.
        affine: its motion, where both spaces are drawn as they are.
    """

    layer: int
    what: str
    before: Space
    after: Space
    time: float
    affine: Affine | None = None


class Way:
    """The spaces and steps of a state, up to the last hidden layer.

    Args:
        recording: a chain of dense layers.
        state: whose weights are meant.
        inputs: the samples, shape (samples, features).
    """

    def __init__(self, recording: Recording, state: State, inputs: Array) -> None:
        self._layers, self._weights = recording.layers, state.weights
        self._words = {name: words for name, (words, _) in layer_words(recording).items()}
        end = last_hidden(recording)
        stop = -1 if end == "input" else recording.layer_index(end)
        self.steps: list[Step] = []
        space = Space("input", inputs.shape[1])
        for index, layer in enumerate(recording.layers[: stop + 1]):
            if layer.kernel is not None or layer.activation not in ("", "linear"):
                space = self._follow(index, layer, space, inputs, last=index == stop)
        self.end = space

    def values(self, inputs: Array) -> list[Array]:
        """Return where inputs (points, features) are before the first step and after each, (points, 3) each."""
        found = (
            [self.steps[0].before.placed(inputs)] if self.steps else [Space("input", inputs.shape[1]).placed(inputs)]
        )
        for step in self.steps:
            values = self._after(step.layer, inputs, activated=step.what != "affine")
            found.append(step.after.placed(values))
        return found

    def _follow(self, index: int, layer: Layer, space: Space, inputs: Array, *, last: bool) -> Space:
        after = self._space(index, layer, inputs, last=last)
        bends = layer.activation not in ("", "linear")
        if layer.kernel is not None:
            drawn = space.directions is None and after.directions is None
            kernel = layer.kernel_of(self._weights)
            bias = self._weights[layer.bias] if layer.bias else np.zeros(kernel.shape[1])
            self.steps.append(Step(index, "affine", space, after, AFFINE, Affine(kernel, bias) if drawn else None))
        if bends:
            self.steps.append(Step(index, layer.activation, after, after, SQUASH))
        return after

    def _space(self, index: int, layer: Layer, inputs: Array, *, last: bool) -> Space:
        values, words = self._after(index, inputs, activated=True), self._words.get(layer.name, layer.name)
        if values.shape[1] <= SPACE:
            return Space(layer.name, values.shape[1], words=words)
        ending = next(one for one in reversed(self._layers) if one.kernel is not None)
        across = ending.kernel_of(self._weights)
        normal = across[:, 0] if last and across.shape[1] == 1 else None
        return replace(_projected(layer.name, values, normal), words=words)

    def _after(self, index: int, inputs: Array, *, activated: bool) -> Array:
        replay = forward if activated else before_activation
        return replay(self._layers[: index + 1], self._weights, inputs)


def _projected(name: str, values: Array, across: Array | None) -> Space:
    """Return a wide layer's space: along its greatest variance, or across the cut and along the greatest rest.

    Args:
        name: of the layer.
        values: what it puts out, shape (samples, units).
        across: weights of the one output unit, shape (units,), in whose direction the answer is decided; or None.
    """
    centred = (values - values.mean(axis=0)).astype(float)
    found: Sequence[Array] | Array = ()
    if across is not None and across.any():
        normal = across / np.linalg.norm(across)
        rest = centred - np.outer(centred @ normal, normal)
        found = (normal, np.linalg.svd(rest, full_matrices=False)[2][0], np.zeros(len(normal)))
    else:
        found = np.linalg.svd(centred, full_matrices=False)[2][:SPACE]
    directions = np.array(found).T
    total = float((centred**2).sum())
    return Space(
        name, values.shape[1], directions, float(((centred @ directions) ** 2).sum()) / total if total else 1.0
    )
