"""The network at a moment: weights and activations, between two snapshots blended."""

from functools import cached_property

import numpy as np

from animviz.arrays import Array
from animviz.errors import DivergedError, RecordingError
from animviz.recording.basis import Basis, Inputs, below
from animviz.recording.manifest import Entry
from animviz.recording.meaning import Output
from animviz.recording.metrics import loss_outputs
from animviz.recording.rebuilding import framework_of
from animviz.recording.replay.forward import forward
from animviz.recording.replay.layers import is_chain

__all__ = ["Inputs", "Snapshot", "State"]


class Snapshot:
    """The state of the network at one capture.

    Attributes:
        index: place in the recording; 0 is the untrained state.
        epoch: epochs since the start; 17.0 is the end of the 17th.
        step: gradient steps since the start.
        logs: what Keras reported: running means over the epoch, validation metrics at its end.
        scores: loss and accuracy of this very state on the recording's own inputs and labels.
        weights: arrays by name.
        stored: activations by layer, shape (samples, ...).
        gradients: of the mean loss on the recording's own inputs, by weight; empty unless they were asked for.
        outputs: what the model puts out, shape (samples, ...), by output; empty where it is replayed.
    """

    def __init__(self, index: int, entry: Entry, arrays: dict[str, Array], outputs: dict[str, Array]) -> None:
        self.index = index
        self.epoch = entry.epoch
        self.step = entry.step
        self.logs: dict[str, float] = entry.logs
        self.scores: dict[str, float] = entry.scores
        self.outputs = outputs
        self.weights, self.stored, self.gradients = (below(kind, arrays) for kind in ("weights", "stored", "gradients"))


class State:
    """The network at a moment, blended linearly between the two snapshots around it.

    Attributes:
        epoch: the moment.
        basis: the model and the samples, which are the same at every moment.
        snapshot: the last true snapshot at or before it.
        share: how far the moment is on the way to the next snapshot, 0 to 1.
    """

    def __init__(self, basis: Basis, before: Snapshot, after: Snapshot, share: float) -> None:
        self.basis = basis
        self.snapshot = before
        self.epoch = before.epoch + share * (after.epoch - before.epoch)
        self.share = share
        self._after = after

    @cached_property
    def weights(self) -> dict[str, Array]:
        """Arrays by name.

        Raises:
            DivergedError: some are not finite; names the epoch.
        """
        blended = {name: self._blend(a, self._after.weights[name]) for name, a in self.snapshot.weights.items()}
        if not all(np.isfinite(array).all() for array in blended.values()):
            raise DivergedError(f"epoch {self.epoch:.4g}: the weights are not finite (the training diverged)")
        return blended

    @property
    def scores(self) -> dict[str, float]:
        """Loss, accuracy and other recorded scores: a curve between two snapshots is a straight line."""
        before, after = self.snapshot.scores, self._after.scores
        return {name: value + self.share * (after.get(name, value) - value) for name, value in before.items()}

    def activations(self, layer: str, inputs: Inputs | None = None) -> Array:
        """Return what a layer puts out, shape (samples, ...): stored, or replayed from the weights.

        Args:
            layer: name of the layer; "input" gives the inputs themselves.
            inputs: values to feed in; by default the recording's own.

        Raises:
            RecordingError: no such layer, or neither stored nor replayable.
            DivergedError: the weights are not finite.
        """
        basis, layers = self.basis, self.basis.layers
        index = -1 if layer == "input" else basis.layer_index(layer)
        if inputs is None and layer in self.snapshot.stored:
            return self._blend(self.snapshot.stored[layer], self._after.stored[layer])
        given = basis.inputs if inputs is None else inputs
        if layer == "input":
            return basis.single_input(given)
        if is_chain(layers[: index + 1]):
            return forward(layers, self.weights, basis.single_input(given), until=index)
        model = self._rebuildable(layer)
        return framework_of(basis.manifest).activations(model, self._in_order, layer, given)

    def outputs(self, inputs: Inputs | None = None) -> Array:
        """Return what the output that is drawn puts out, shape (samples, ...): replayed, stored, or through the rebuilt model.

        Raises:
            RecordingError: neither stored nor replayable, or several outputs of which none was chosen.
            DivergedError: the weights are not finite.
        """
        basis, layers = self.basis, self.basis.layers
        name = "" if is_chain(layers) else basis.output.name
        if inputs is None and name in self.snapshot.outputs:
            return self._blend(self.snapshot.outputs[name], self._after.outputs[name])
        given = basis.inputs if inputs is None else inputs
        if not name:
            return forward(layers, self.weights, basis.single_input(given))
        if basis.manifest.model is None:
            cause = "stored for the recorded inputs alone" if name in self.snapshot.outputs else "not stored"
            raise RecordingError(
                f"{basis.path}: output {name!r} is {cause}, and the model cannot be replayed or rebuilt"
            )
        return framework_of(basis.manifest).outputs(basis.manifest.model, self._in_order, given)[name]

    def loss_outputs(self) -> tuple[Output, Array]:
        """Return what the loss is taken of, and what that means: the outputs, or what the last activation is given.

        Raises:
            RecordingError: see `outputs`.
            DivergedError: the weights are not finite.
        """
        basis = self.basis
        if is_chain(basis.layers):
            return loss_outputs(basis.output, basis.layers, self.weights, basis.single_input(basis.inputs))
        return basis.output, self.outputs()

    def onward(self, layer: str, values: Array) -> Array:
        """Return the network's output for values that this layer is made to put out.

        Args:
            layer: name of a layer, or "input".
            values: shape (samples, units of that layer).

        Raises:
            RecordingError: the layers behind it cannot be replayed.
        """
        basis, layers = self.basis, self.basis.layers
        index = -1 if layer == "input" else basis.layer_index(layer)
        if not is_chain(layers[index + 1 :]):
            raise RecordingError(f"{basis.path}: the layers after {layer!r} cannot be replayed without Keras")
        return forward(layers, self.weights, values, after=index)

    @property
    def _in_order(self) -> dict[str, Array]:
        """The weights in the order of the model."""
        return {name: self.weights[name] for name in self.basis.manifest.weights}

    def _rebuildable(self, layer: str) -> str:
        """Return the text of the model, from which it can be rebuilt for the sake of a layer."""
        if self.basis.manifest.model is None:
            way_out = f"record it with Recorder(..., layers=[{layer!r}])"
            cause = f"layer {layer!r} is not stored and the model cannot be rebuilt"
            raise RecordingError(f"{self.basis.path}: {cause}; {way_out}")
        return self.basis.manifest.model

    def _blend(self, before: Array, after: Array) -> Array:
        if self.share == 0 or before.dtype.kind != "f":  # whole numbers and truth values have no in-between
            return before
        return np.asarray(before + self.share * (after - before), before.dtype)
