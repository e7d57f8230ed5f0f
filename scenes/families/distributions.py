"""What the pictures of distributions share: their header, layers and units, and measures that glide between snapshots."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any

import numpy as np

from animviz import Recording, Stage
from animviz.analysis.states import sampled_states
from animviz.arrays import Array
from animviz.errors import DivergedError
from animviz.parts import LABEL, MARGIN, cut, levels
from animviz.recording.basis import Basis
from animviz.recording.replay.forward import forward
from animviz.recording.replay.layers import Layer, is_chain
from animviz.recording.state import State

Measures = Mapping[str, Any]
LINE = 34.0  # units from one line of a key to the next


class Glide:
    """Measures of a state, taken once at every snapshot; between two snapshots each number moves in a straight line.

    Args:
        recording: what is measured.
        measure: from the state of a snapshot to named arrays.
    """

    def __init__(self, recording: Recording, measure: Callable[[State], Measures]) -> None:
        self._recording = recording
        self._measure = measure
        self._taken = lru_cache(maxsize=None)(self._take)

    def exact(self, state: State) -> Measures:
        """Return the measures of a state's last true snapshot, for numbers that are printed."""
        return self._taken(state.snapshot.index)

    def between(self, state: State) -> Measures:
        """Return the measures at a state, for pictures."""
        before = self.exact(state)
        if state.share == 0:
            return before
        after = self._taken(state.snapshot.index + 1)
        return {name: values + state.share * (after[name] - values) for name, values in before.items()}

    def sampled(self, name: str) -> Array:
        """Return one measure of the snapshots from which limits are taken, stacked."""
        return np.stack([self.exact(state)[name] for state in sampled_states(self._recording)])

    def over_epochs(self, name: str) -> Array:
        """Return one measure, a number, at every snapshot, shape (snapshots,); NaN where the weights diverged."""
        found = np.full(len(self._recording), np.nan)
        for index in range(len(self._recording)):
            with suppress(DivergedError):
                found[index] = self._taken(index)[name]
        return found

    def _take(self, index: int) -> Measures:
        return self._measure(self._recording.at(self._recording.epochs[index]))


def net(recording: Recording) -> str:
    """Return what a title calls the network."""
    return recording.manifest.arch or "the network"


def hidden_layers(recording: Recording) -> list[Layer]:
    """Return the layers before the output that bend their values; in a linear network those that have weights."""
    before = recording.layers[:-1]
    bent = [layer for layer in before if layer.activation not in ("", "linear")]
    return bent or [layer for layer in before if kernels_of(recording, layer)]


def kernels_of(recording: Recording | Basis, layer: Layer) -> list[str]:
    """Return the names of a layer's weight matrices: all its weights but biases and other vectors.

    Args:
        recording: what the layer is of.
        layer: one of its layers.
    """
    shapes = {name: spec.shape for name, spec in recording.manifest.weights.items()}
    own = _weights_of(layer)
    others = {name for other in recording.layers if other is not layer for name in _weights_of(other)}
    # Older recordings do not list them all.
    named = {name for name in shapes if name.startswith(f"{layer.name}/")} - others
    return [name for name, shape in shapes.items() if len(shape) > 1 and name in own | named]


def _weights_of(layer: Layer) -> set[str | None]:
    return {layer.kernel, *layer.variables.values()}


def activations_of(state: State, names: Sequence[str]) -> dict[str, Array]:
    """Return the activations of several layers, named in order, channels last; in one pass where they can be replayed.

    Args:
        state: the network at a moment.
        names: of the layers.
    """
    basis = state.basis
    if not is_chain(basis.layers) or set(names) & set(state.snapshot.stored):
        return {name: basis.layers[basis.layer_index(name)].channels_last(state.activations(name)) for name in names}
    values, after, found = basis.single_input(basis.inputs), -1, {}
    for name in names:
        index = basis.layer_index(name)
        values = forward(basis.layers, state.weights, values, after=after, until=index)
        found[name], after = basis.layers[index].channels_last(values), index
    return found


def by_unit(values: Array) -> Array:
    """Return activations in shape (samples, places, units): a channel is one unit that is seen in many places."""
    return values.reshape(len(values), -1, values.shape[-1])


def level_lines(limits: tuple[float, float], height: float) -> list[float]:
    """Return the values that get a level line on an axis of that height in units: zero, and others with room for labels."""
    found = levels(*limits)
    step = min(np.diff(found), default=1.0)
    stride = max(1, int(np.ceil(28 * (limits[1] - limits[0]) / (step * height))))
    return [level for level in found if round(level / step) % stride == 0] or found[:1]


def key_height(stage: Stage, names: Sequence[str]) -> float:
    """Return the height that `key` takes.

    Args:
        stage: where.
        names: of the classes.
    """
    return LINE * -(-len(names) // _columns(stage, names))


def key(stage: Stage, top: float, names: Sequence[str], palette: Array) -> None:
    """Write the classes with their colours in rows over the width of the frame.

    Args:
        stage: where.
        top: units from the upper edge of the frame.
        names: of the classes.
        palette: their colours, one row each.
    """
    columns = _columns(stage, names)
    width = (stage.width - 2 * MARGIN) / columns
    for place, (name, color) in enumerate(zip(names, palette, strict=True)):
        left, baseline = MARGIN + place % columns * width, top + LINE * (place // columns + 1) - 10
        stage.dot(left + 8, baseline - 8, 16, color)
        stage.text(left + 26, baseline, cut(stage, name, width - 42), color=stage.theme.quiet)


def _columns(stage: Stage, names: Sequence[str]) -> int:
    widest = max(stage.measure(name, LABEL) for name in names) + 50
    return max(2, min(len(names), int((stage.width - 2 * MARGIN) // widest), 10))
