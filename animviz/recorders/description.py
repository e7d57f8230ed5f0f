"""The description: what a model is, written by the door of the framework that trains it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from animviz.arrays import Array
from animviz.errors import InputError
from animviz.recorders.understanding import Meaning
from animviz.recording.manifest import Manifest
from animviz.recording.replay.layers import Layer

__all__ = ["Captured", "Description", "versions_of"]


@dataclass(frozen=True, kw_only=True)
class Description:
    """What a model is.

    Attributes:
        name: what pictures call it unless the user gives a title.
        layers: in order, with the names of their weights.
        meaning: of the outputs and the labels, see `animviz.recorders.session.Session.understood`.
        arch: widths such as "2-3-2-1" where the model is a chain of dense layers, else None.
        model: text from which the framework can rebuild the model, or None; see `animviz.recording.rebuilding`.
        versions: versions of the packages that train, by name; the framework's own is among them.
        seed: of everything random in the training, as far as the framework knows it.
        stored: names of the layers that are stored where the user names none; by default those with flat outputs.
        parts: names by which users may ask for layers too: those of activations that the description has within a layer.
        left_out: layers that cannot be stored, and why, in words.
    """

    name: str
    layers: tuple[Layer, ...]
    meaning: Meaning = field(default_factory=Meaning)
    arch: str | None = None
    model: str | None = None
    versions: Mapping[str, str]
    seed: int | None = None
    stored: tuple[str, ...] | None = None
    parts: Mapping[str, str] = field(default_factory=dict)
    left_out: str = ""


@dataclass(frozen=True, kw_only=True)
class Captured:
    """One state of a model: arrays by name, which the training changes no more.

    Attributes:
        weights: all weights, in the order of the model.
        activations: of the layers that are stored, shape (samples, ...).
        gradients: of the mean loss on the recording's samples, by weight.
        outputs: of the model, shape (samples, ...), by output, where they cannot be replayed.
        losses: what the framework states of the samples, by output, for losses that have no name in Keras.
        penalty: what the framework adds to the loss of the samples, such as the sum of penalties on weights.

    Raises:
        InputError: one is not a NumPy array.
    """

    weights: Mapping[str, Array]
    activations: Mapping[str, Array] = field(default_factory=dict)
    gradients: Mapping[str, Array] = field(default_factory=dict)
    outputs: Mapping[str, Array] = field(default_factory=dict)
    losses: Mapping[str, float] = field(default_factory=dict)
    penalty: float = 0.0

    def __post_init__(self) -> None:
        kinds = (self.weights, self.activations, self.gradients, self.outputs)
        for name, array in (pair for arrays in kinds for pair in arrays.items()):
            if not isinstance(array, np.ndarray | np.generic):
                raise InputError(f"{name} is of type {type(array).__name__}; expected a NumPy array")

    def arrays(self, manifest: Manifest) -> dict[str, Array]:
        """Return all of it, under the names that it has in a snapshot's file.

        Args:
            manifest: of the recording; it names the outputs.
        """
        kinds = {"weights": self.weights, "gradients": self.gradients, "stored": self.activations}
        named = {f"{kind}/{name}": array for kind, arrays in kinds.items() for name, array in arrays.items()}
        return named | {manifest.key("outputs", name): array for name, array in self.outputs.items()}


def versions_of(*packages: str) -> dict[str, str]:
    """Return the versions of packages by their names."""
    return {package: _version(package) for package in packages}


@cache  # each takes milliseconds to find
def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
