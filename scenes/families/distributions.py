"""What pictures of activations share: layers in one pass, channels as units, and measures that glide between snapshots."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any

import numpy as np

from animviz import Recording
from animviz.analysis.states import sampled_states
from animviz.arrays import Array
from animviz.errors import DivergedError
from animviz.recording.basis import Basis
from animviz.recording.replay.forward import forward
from animviz.recording.replay.layers import Layer, is_chain
from animviz.recording.state import State

Measures = Mapping[str, Any]


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


def kernels_of(recording: Recording | Basis, layer: Layer) -> list[str]:
    """Return the names of a layer's weight matrices: all its weights but biases and other vectors.

    Args:
        recording: what the layer is of.
        layer: one of its layers.
    """
    shapes = {name: spec.shape for name, spec in recording.manifest.weights.items()}
    own = layer.weight_names
    others = {name for other in recording.layers if other is not layer for name in other.weight_names}
    # Older recordings do not list them all.
    named = {name for name in shapes if name.startswith(f"{layer.name}/")} - others
    return [name for name, shape in shapes.items() if len(shape) > 1 and name in own | named]


def activations_of(state: State, names: Sequence[str], inputs: Array | None = None) -> dict[str, Array]:
    """Return the activations of several layers, named in order, channels last; in one pass where they can be replayed.

    Args:
        state: the network at a moment.
        names: of the layers.
        inputs: values to feed in; by default the recording's own.
    """
    basis = state.basis
    if not is_chain(basis.layers) or (inputs is None and set(names) & set(state.snapshot.stored)):
        return {
            name: basis.layers[basis.layer_index(name)].channels_last(state.activations(name, inputs)) for name in names
        }
    values, after, found = basis.single_input(basis.inputs) if inputs is None else inputs, -1, {}
    for name in names:
        index = basis.layer_index(name)
        values = forward(basis.layers, state.weights, values, after=after, until=index)
        found[name], after = basis.layers[index].channels_last(values), index
    return found


def by_unit(values: Array) -> Array:
    """Return activations in shape (samples, places, units): a channel is one unit that is seen in many places."""
    return values.reshape(len(values), -1, values.shape[-1])
