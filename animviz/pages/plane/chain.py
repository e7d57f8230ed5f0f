"""The chain of dense layers that a page runs: what it computes, and its weights at every snapshot in one row each."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from animviz.arrays import Array
from animviz.errors import DivergedError, SceneError
from animviz.recording.recording import Recording
from animviz.recording.replay.layers import Layer, is_dense_chain
from animviz.sampling import evenly

__all__ = ["MOST_WEIGHTS", "Step", "Weights", "recorded_weights", "steps_of"]

MOST_WEIGHTS = 20_000
MOST_NUMBERS = 20_000_000  # of all snapshots: 80 MB in the browser


@dataclass(frozen=True)
class Step:
    """One layer that the page computes.

    Attributes:
        name: of the layer.
        inputs: how many numbers it takes.
        units: how many it puts out.
        activation: its name, "" for none.
        slope: of leaky_relu below zero.
        dense: whether it has a kernel; else it only has an activation.
        biased: whether a bias is added.
        place: in the recording's layers.
    """

    name: str
    inputs: int
    units: int
    activation: str
    slope: float
    dense: bool
    biased: bool
    place: int

    @property
    def weights(self) -> int:
        """How many weights it has."""
        return self.dense * (self.inputs + self.biased) * self.units


@dataclass(frozen=True)
class Weights:
    """The weights at those snapshots that the page holds.

    Attributes:
        epochs: moments, float64 (epochs,).
        rows: float32 (epochs, weights): kernel (inputs, units) and bias of each step, one after the other; a row that is
            not finite repeats the one before.
        finite: whether a row was finite, bool (epochs,).
    """

    epochs: NDArray[np.float64]
    rows: NDArray[np.float32]
    finite: NDArray[np.bool_]


def steps_of(recording: Recording) -> tuple[Step, ...]:
    """Return the steps of a recording's network; layers that change nothing are none.

    Raises:
        SceneError: it is no chain of dense layers, or too large.
    """
    if not is_dense_chain(recording.layers):
        strange = [layer.kind for layer in recording.layers if not is_dense_chain([layer])]
        raise SceneError(
            f"page --kind plane runs chains of dense layers; {recording.path} has {', '.join(dict.fromkeys(strange))}; "
            "--kind embedding shows the layers of any classifier"
        )
    steps, width = [], _input_width(recording)
    for place, layer in enumerate(recording.layers):
        if layer.kernel is None and layer.activation in ("", "linear"):
            continue
        step = _step(recording, layer, place, width)
        width = step.units
        steps.append(step)
    count = sum(step.weights for step in steps)
    if not count:
        raise SceneError(f"page --kind plane runs dense layers; {recording.path} has none with weights")
    if count > MOST_WEIGHTS:
        raise SceneError(
            f"page --kind plane runs networks of up to {MOST_WEIGHTS:,} weights; {recording.path} has {count:,}; "
            "--kind embedding shows the layers of any classifier"
        )
    return tuple(steps)


def recorded_weights(recording: Recording, steps: tuple[Step, ...]) -> Weights:
    """Return the weights of all snapshots, or of an even choice where they were too many for a browser.

    Raises:
        DivergedError: no snapshot has finite weights.
    """
    count = sum(step.weights for step in steps)
    chosen = evenly(len(recording), MOST_NUMBERS // count)
    rows = np.stack([_row(recording.layers, steps, recording[index].weights) for index in chosen])
    finite: NDArray[np.bool_] = np.asarray(np.isfinite(rows).all(axis=1))
    if not finite.any():
        raise DivergedError(f"{recording.path}: no snapshot has finite weights; train again with a smaller step")
    rows[0] = rows[0] if finite[0] else 0
    for index in np.flatnonzero(~finite).tolist():
        rows[index] = rows[max(index - 1, 0)]
    return Weights(recording.epochs[chosen], rows, finite)


def _input_width(recording: Recording) -> int:
    inputs = recording.single_input(recording.inputs)
    if inputs.ndim != 2 or inputs.shape[1] not in (1, 2):
        raise SceneError(
            f"page --kind plane draws networks over one or two inputs; the inputs of {recording.path} have shape "
            f"{inputs.shape}; --kind embedding shows the layers of any classifier"
        )
    return int(inputs.shape[1])


def _step(recording: Recording, layer: Layer, place: int, width: int) -> Step:
    dense = layer.kernel is not None
    inputs, units = layer.widths_of(recording.manifest.weights) if dense else (width, width)
    biased = dense and layer.bias is not None
    return Step(layer.name, inputs, units, layer.activation, layer.negative_slope, dense, biased, place)


def _row(layers: tuple[Layer, ...], steps: tuple[Step, ...], weights: Mapping[str, Array]) -> NDArray[np.float32]:
    parts = []
    for step in steps:
        layer = layers[step.place]
        if step.dense:
            parts.append(layer.kernel_of(weights).ravel())
        if layer.bias is not None:
            parts.append(weights[layer.bias].ravel())
    return np.concatenate(parts).astype(np.float32)
