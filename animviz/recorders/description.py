"""The description: what a model is, written by the door of the framework that trains it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

import numpy as np

from animviz.arrays import Array
from animviz.errors import InputError
from animviz.recorders.samples import Samples
from animviz.recording.metrics import loss_named
from animviz.recording.replay.layers import Layer

__all__ = ["Captured", "Description", "Task", "task_by_labels", "versions_of"]

Task = Literal["classification", "regression"]


@dataclass(frozen=True, kw_only=True)
class Description:
    """What a model is.

    Attributes:
        name: what pictures call it unless the user gives a title.
        layers: in order, with the names of their weights.
        task: what the labels are, or None where there are none.
        loss: name of the loss in `animviz.recording.metrics`, or None for any other.
        arch: widths such as "2-3-2-1" where the model is a chain of dense layers, else None.
        model: text from which the framework can rebuild the model, or None; see `animviz.recording.rebuilding`.
        versions: versions of the packages that train, by name; the framework's own is among them.
        seed: of everything random in the training, as far as the framework knows it.

    Raises:
        InputError: the loss is not known.
    """

    name: str
    layers: tuple[Layer, ...]
    task: Task | None = None
    loss: str | None = None
    arch: str | None = None
    model: str | None = None
    versions: Mapping[str, str]
    seed: int | None = None

    def __post_init__(self) -> None:
        if self.loss is not None:
            loss_named(self.loss)


@dataclass(frozen=True, kw_only=True)
class Captured:
    """One state of a model: arrays by name, which the training changes no more.

    Attributes:
        weights: all weights, in the order of the model.
        activations: of the layers that are stored, shape (samples, ...).
        gradients: of the mean loss on the recording's samples, by weight.
        outputs: of the model, shape (samples, ...), where activations are stored and there is one output.

    Raises:
        InputError: one is not a NumPy array.
    """

    weights: Mapping[str, Array]
    activations: Mapping[str, Array] = field(default_factory=dict)
    gradients: Mapping[str, Array] = field(default_factory=dict)
    outputs: Array | None = None

    def __post_init__(self) -> None:
        for name, array in self.arrays.items():
            if not isinstance(array, np.ndarray | np.generic):
                raise InputError(f"{name} is of type {type(array).__name__}; expected a NumPy array")

    @property
    def arrays(self) -> dict[str, Array]:
        """All of it, under the names that it has in a snapshot's file."""
        kinds = {"weights": self.weights, "gradients": self.gradients, "stored": self.activations}
        named = {f"{kind}/{name}": array for kind, arrays in kinds.items() for name, array in arrays.items()}
        return named | ({} if self.outputs is None else {"outputs": self.outputs})


def task_by_labels(samples: Samples, loss: str | None) -> Task | None:
    """Return what labels are, by their form: classes if they are named, whole numbers, or meant for cross-entropy.

    Args:
        samples: of the recording.
        loss: name of the loss that is trained, whether it is known here or not; or None.
    """
    if samples.labels is None:
        return None
    whole = samples.labels.dtype.kind in "iub"
    return "classification" if samples.class_names or whole or "crossentropy" in (loss or "") else "regression"


def versions_of(*packages: str) -> dict[str, str]:
    """Return the versions of packages by their names."""
    return {package: _version(package) for package in packages}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
