"""The loss of a chain of layers at many weights at once.

The first layer is linear in the two coordinates of a plane, so that its products are formed once: for dense layers a map of
51 x 51 points takes a fraction of that many passes.
"""

import numpy as np

from animviz.analysis.landscape.planes import Plane, Weights
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.recording.meaning import Output
from animviz.recording.metrics import for_loss, loss_outputs
from animviz.recording.recording import Recording
from animviz.recording.replay.activations import ACTIVATIONS
from animviz.recording.replay.layers import IDENTITY, Layer, hindrance, is_chain
from animviz.sampling import evenly

__all__ = ["LossOf", "require_landscape"]

FEW = 200  # samples of a map through other layers than dense ones


def require_landscape(recording: Recording) -> None:
    """Refuse a recording of which no landscape can be drawn.

    Raises:
        SceneError: says what is missing.
    """
    if not is_chain(recording.layers):
        raise SceneError(
            f"landscape needs a chain of layers that NumPy replays; {recording.path} has {hindrance(recording.layers)}: "
            "the loss at weights that were never recorded is computed through them"
        )
    if any(layer.kind == "BatchNormalization" for layer in recording.layers):
        raise SceneError(
            f"landscape draws no batch normalisation; {recording.path} has some: its statistics would be those of other weights"
        )
    if recording.output.loss is None:
        raise SceneError(f"landscape needs a loss that has a name in Keras; {recording.path} says none")


class LossOf:
    """The loss of a recording's samples, for any weights.

    Args:
        recording: of a chain, see `require_landscape`.
        most: samples at most, chosen evenly.

    Attributes:
        count: how many samples are used.
    """

    def __init__(self, recording: Recording, most: int) -> None:
        inputs = recording.single_input(recording.inputs)
        dense = all(
            layer.kernel is not None or layer.kind in (*IDENTITY, "Flatten", "Activation") for layer in recording.layers
        )
        chosen = evenly(len(inputs), most if dense else min(most, FEW))
        self.count = len(chosen)
        self._inputs = inputs[chosen]
        self._targets = recording.basis.loss_targets[chosen]
        self._layers, self._output = recording.layers, recording.output
        self._by_logits = self._output.loss_of_logits and self._layers[-1].activation in ("sigmoid", "softmax")
        self._meant = self._output.before_activation if self._by_logits else self._output
        self._first = _first_dense(recording.layers) if dense else None

    def at(self, weights: Weights) -> float:
        """Return the loss at weights by name."""
        output, values = loss_outputs(self._output, self._layers, weights, self._inputs)
        return self._mean(output, values)

    def over(self, plane: Plane, xs: Array, ys: Array) -> Array:
        """Return the loss over a lattice of a plane, float32 (rows, columns), the first row at the first of ys.

        Args:
            plane: of the weights.
            xs: coordinates along the first direction.
            ys: along the second.
        """
        places = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
        origin, across, up = (plane.parts(vector) for vector in (plane.origin, *plane.directions))
        if self._first is None:
            found = [self.at(_mixed(origin, across, up, place)) for place in places]
        else:
            found = self._dense(places, origin, across, up)
        return np.asarray(found, np.float32).reshape(len(ys), len(xs))

    def _dense(self, places: Array, origin: Weights, across: Weights, up: Weights) -> list[float]:
        assert self._first is not None
        first = self._layers[self._first]
        flat = self._inputs.reshape(len(self._inputs), -1).astype(np.float32)
        there, along, upwards = (_affine(first, weights, flat) for weights in (origin, across, up))
        later = [
            {name: weights[name] for name in weights.keys() - first.weight_names} for weights in (origin, across, up)
        ]
        found: list[float] = []
        row, height = there, None
        for a, b in places.astype(np.float32):
            if b != height:
                row, height = there + b * upwards, b
            found.append(self._onward(first, _mixed(later[0], later[1], later[2], (a, b)), row + a * along))
        return found

    def _onward(self, first: Layer, weights: Weights, values: Array) -> float:
        """Return the loss for what the first dense layer gives its activation."""
        assert self._first is not None
        layers = self._layers[self._first :]
        with np.errstate(over="ignore", invalid="ignore"):
            for layer in layers:
                if layer is not first and layer.kernel is not None:
                    values = _affine(layer, weights, values)
                if not (layer is layers[-1] and self._by_logits):
                    values = _activated(layer, values)
        return self._mean(self._meant, values)

    def _mean(self, output: Output, values: Array) -> float:
        assert output.loss is not None
        return output.loss.mean(for_loss(output, self._targets, values), values)


def _first_dense(layers: tuple[Layer, ...]) -> int:
    return next(place for place, layer in enumerate(layers) if layer.kernel is not None)


def _mixed(origin: Weights, across: Weights, up: Weights, place: Array | tuple[float, float]) -> dict[str, Array]:
    a, b = (np.float32(number) for number in place)
    return {name: array + a * across[name] + b * up[name] for name, array in origin.items()}


def _affine(layer: Layer, weights: Weights, values: Array) -> Array:
    found = values @ layer.kernel_of(weights)
    return found + weights[layer.bias] if layer.bias else found


def _activated(layer: Layer, values: Array) -> Array:
    if layer.activation == "leaky_relu":
        return np.where(values > 0, values, layer.negative_slope * values).astype(values.dtype)
    return ACTIVATIONS[layer.activation](values).astype(values.dtype, copy=False)
