"""What the values of a network are at a moment: weights, activations, gradients; losses and margins of the samples.

The quantities are deepreplay's (Godoy, 2018).
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import lru_cache, partial
from math import prod
from typing import Literal

import numpy as np

from animviz import Recording
from animviz.arrays import Array
from animviz.errors import AnimvizError, RecordingError
from animviz.recording.answers import probabilities
from animviz.recording.basis import Basis
from animviz.recording.meaning import Output
from animviz.recording.metrics import for_loss
from animviz.recording.obtaining import obtainable
from animviz.recording.state import State
from animviz.sampling import evenly

from .distributions import kernels_of

__all__ = ["OF_LAYER", "Quantity", "Values", "activation_samples", "known_quantities", "weighted_layers"]

Quantity = Literal["weights", "activations", "gradients", "losses", "margins"]
Values = Callable[[State], Array]
SOME, MANY = 500, 1_000_000  # samples at least, and activations about, of which a density is made
OF_LAYER: tuple[Quantity, ...] = ("weights", "activations", "gradients")


def weighted_layers(recording: Recording) -> list[str]:
    """Return the names of the layers that have weight matrices."""
    return [layer.name for layer in recording.layers if kernels_of(recording, layer)]


def known_quantities(recording: Recording, layer: str) -> dict[Quantity, Values]:
    """Return what can be told of a layer and of the samples, and how it is measured.

    Args:
        recording: of any model.
        layer: one that has weight matrices.
    """
    found: dict[Quantity, Values] = {"weights": partial(_of_kernels, layer=layer, gradients=False)}
    if obtainable(recording, [each for each in recording.layers if each.name == layer])[0]:
        found["activations"] = partial(_activations, layer=layer, some=activation_samples(recording, layer))
    if recording.manifest.gradients:
        found["gradients"] = partial(_of_kernels, layer=layer, gradients=True)
    # Both are made of the outputs, which take long in convolutional networks.
    answers = lru_cache(maxsize=None)(lambda index: recording.at(float(recording.epochs[index])).loss_outputs())
    of_samples: dict[Quantity, Callable[..., Array]] = {"losses": _losses, "margins": _margins}
    for name, measure in of_samples.items():
        with suppress(AnimvizError):  # no loss, or no class, of each sample
            measure(recording.basis, *answers(0))
            found[name] = _cached(recording.basis, answers, measure)
    return found


def _cached(basis: Basis, answers: Callable[[int], tuple[Output, Array]], measure: Callable[..., Array]) -> Values:
    return lambda state: measure(basis, *answers(state.snapshot.index))


def activation_samples(recording: Recording, layer: str) -> list[int] | None:
    """Return the samples of which activations are taken: an even choice where a layer has very many, None for all.

    Args:
        recording: of any model.
        layer: one of its layers.
    """
    shape, inputs = recording.layers[recording.layer_index(layer)].output_shape, recording.inputs
    if shape is None or None in shape or isinstance(inputs, dict):
        return None
    most = max(SOME, MANY // prod(map(int, filter(None, shape))))
    return evenly(len(inputs), most) if len(inputs) > most else None


def _activations(state: State, layer: str, some: list[int] | None) -> Array:
    if some is None:
        return state.activations(layer).ravel()
    if layer in state.snapshot.stored:
        return state.activations(layer)[some].ravel()
    return state.activations(layer, state.basis.single_input(state.basis.inputs)[some]).ravel()


def _losses(basis: Basis, output: Output, values: Array) -> Array:
    if output.loss is None:
        raise RecordingError(f"{basis.path}: the loss has no name that is known here")
    return np.asarray(output.loss.per_sample(for_loss(output, basis.loss_targets, values), values), np.float64)


def _margins(basis: Basis, output: Output, values: Array) -> Array:
    """Return the probability of each sample's true class minus the highest other, shape (samples,), from -1 to 1."""
    if not output.answers_classes or output.sequence:
        raise RecordingError(f"{basis.path}: no class is answered for each sample")
    labels = output.without_ignored(np.asarray(basis.targets, np.int64))
    others = probabilities(output, values).astype(np.float64)[labels >= 0]
    rows, labels = np.arange(len(others)), labels[labels >= 0]
    true = others[rows, labels].copy()
    others[rows, labels] = -np.inf
    return np.asarray(true - others.max(axis=1))


def _of_kernels(state: State, layer: str, gradients: bool) -> Array:
    basis: Basis = state.basis
    arrays = state.snapshot.gradients if gradients else state.weights
    names: Sequence[str] = kernels_of(basis, basis.layers[basis.layer_index(layer)])
    parts = [arrays[name].ravel() for name in names if name in arrays]
    return np.concatenate(parts) if parts else np.zeros(0)
