"""Faces of units: what each unit answers to every point of the input plane, as a small image.

After the TensorFlow Playground (Smilkov and others, 2017), whose nodes show the same.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.colors import to_rgb

from animviz.analysis.plane import input_limits, plane_grid
from animviz.analysis.states import sampled_states
from animviz.arrays import Array, Pixels
from animviz.recording.recording import Recording
from animviz.recording.replay.activations import BOUNDED
from animviz.recording.replay.forward import forward
from animviz.recording.state import State
from animviz.stage.pixels import canvas_of
from animviz.stage.stage import Stage
from animviz.stage.theme import Theme

__all__ = ["Faces"]

SHADES = 256


class Faces(Artist):
    """Small images of units over the plane of the inputs: brighter where a unit puts out more, on a fixed scale.

    Hidden units are grey; the outputs have the colour of the class for which they speak.

    Args:
        stage: where.
        recording: a chain of dense layers with two inputs.
        inputs: the points, which say how much of the plane is seen, shape (samples, 2).
        shown: numbers of the units that are shown, of the inputs and of each dense layer.
        middles: where they are, in units, shape (units, 2) for each of these.
        side: of an image, in units.
    """

    def __init__(
        self, stage: Stage, recording: Recording, inputs: Array, shown: Sequence[Sequence[int]],
        middles: Sequence[Array], side: float,
    ) -> None:  # fmt: skip
        super().__init__()
        self._side = max(2, round(side * stage.pixel))
        self._corners = [np.rint(place * stage.pixel - self._side / 2).astype(int) for place in middles]
        self._layers, self._shown = recording.layers, shown
        self._plane = plane_grid(*input_limits(inputs), self._side, self._side)[2]
        self._stops = [index for index, layer in enumerate(recording.layers) if layer.kernel is not None]
        self._scales = [_span(self._plane), *self._spans(recording)]
        grey = [_shades(_dark(stage.theme), stage.theme.ink)] * max(map(len, shown))
        self._shades = [*[grey] * (len(shown) - 1), _of_classes(stage.theme, len(shown[-1]))]
        self._pictures: list[list[Pixels]] = []
        stage.moves(self)

    def show(self, state: State) -> None:
        """Show what the units of a state answer."""
        self._pictures = [
            [
                shades[_numbers(values[:, unit], scale)].reshape(self._side, self._side, 4)[::-1]
                for unit, shades in units
            ]
            for values, scale, units in zip(self._values(state), self._scales, self._units(), strict=True)
        ]
        self.stale = True

    def draw(self, renderer: Any) -> None:
        """Put the images into the renderer's buffer."""
        canvas = canvas_of(renderer)
        for corners, pictures in zip(self._corners, self._pictures, strict=True):
            for (left, top), picture in zip(corners, pictures, strict=True):
                canvas[top : top + self._side, left : left + self._side] = picture

    def _units(self) -> list[list[tuple[int, Pixels]]]:
        return [list(zip(units, shades, strict=False)) for units, shades in zip(self._shown, self._shades, strict=True)]

    def _values(self, state: State) -> list[Array]:
        """Return what the inputs and each dense layer put out over the plane, shape (points, units)."""
        values, before = [self._plane], -1
        for stop in self._stops:
            values.append(forward(self._layers, state.weights, values[-1], after=before, until=stop))
            before = stop
        return values

    def _spans(self, recording: Recording) -> list[tuple[float, float]]:
        """Return the least and the greatest value that each layer is drawn for: its activation's, or the recording's."""
        activations = [recording.layers[stop].activation for stop in self._stops]
        if all(activation in BOUNDED for activation in activations[:-1]):
            return [*(BOUNDED[activation] for activation in activations[:-1]), self._answers(recording)]
        known = [self._values(state)[1:] for state in sampled_states(recording, 20)]
        spans = [_span(np.stack([values[k] for values in known])) for k in range(len(activations) - 1)]
        return [*spans, self._answers(recording)]

    def _answers(self, recording: Recording) -> tuple[float, float]:
        """Return what the outputs are at most, and at least."""
        if recording.output.form == "probabilities":
            return 0.0, 1.0
        return _span(np.stack([self._values(state)[-1] for state in sampled_states(recording, 20)]))


def _span(values: Array) -> tuple[float, float]:
    """Return limits about zero that hold all values: grey in the middle is neither for nor against."""
    most = float(np.abs(values).max()) or 1.0
    return -most, most


def _numbers(values: Array, span: tuple[float, float]) -> Array:
    low, high = span
    return np.clip((values - low) * ((SHADES - 1) / (high - low)), 0, SHADES - 1).astype(np.uint8)


def _dark(theme: Theme) -> tuple[float, float, float]:
    """Return the shade of a unit that puts out nothing: near the background, so that the frame around it is seen."""
    return theme.mix(theme.ink, 0.06)


def _shades(low: Any, high: Any) -> Pixels:
    """Return colours from one to another, RGBA of shape (SHADES, 4)."""
    share = np.linspace(0, 1, SHADES)[:, None]
    colors = np.full((SHADES, 4), 255, np.uint8)
    colors[:, :3] = np.rint(255 * (np.array(to_rgb(low)) * (1 - share) + np.array(to_rgb(high)) * share))
    return colors


def _of_classes(theme: Theme, outputs: int) -> list[Pixels]:
    """Return the shades of the outputs: of one, from the first class over the ground to the second; else each its own."""
    palette = theme.palette(max(2, outputs))
    if outputs > 1:
        return [_shades(_dark(theme), color) for color in palette]
    first, second = (_shades(theme.background, color)[:: SHADES // 128] for color in palette)
    return [np.concatenate([first[::-1], second])]
