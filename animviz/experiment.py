"""Experiments: data, model and training settings under one name, which a scene trains when it is given no recording."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np

from animviz import data
from animviz.arch import Arch
from animviz.data import Dataset
from animviz.errors import InputError
from animviz.options import Option, Range, checked, options_of, summary_of
from animviz.rhythm import Rhythm

__all__ = ["EXPERIMENTS", "Experiment", "Run", "Training", "experiment_named"]

Activation = Literal[
    "tanh", "relu", "sigmoid", "elu", "selu", "gelu", "silu", "softplus", "softsign", "leaky_relu", "linear"
]


@dataclass(frozen=True, kw_only=True)
class Training:
    """Settings of one training run.

    Args:
        arch: widths of the layers joined by dashes, inputs first; a star stands for as many as the data needs.
        activation: activation of the hidden layers.
        epochs: passes over the training data.
        batch_size: samples per gradient step.
        learning_rate: step size of the optimizer.
        optimizer: gradient method.
        loss: mean squared error, mean absolute error, or cross-entropy (classes only).
        every: epochs between two snapshots, a whole number or a fraction such as 1/4, or log.
        seed: seed of data, initial weights and order of samples.
    """

    arch: str = "2-3-2-*"
    activation: Activation = "tanh"
    epochs: Annotated[int, Range(1, 1_000_000)] = 100
    batch_size: Annotated[int, Range(1, 1_000_000)] = 32
    learning_rate: Annotated[float, Range(1e-12, 1e6)] = 0.01
    optimizer: Literal["sgd", "adam", "rmsprop"] = "sgd"
    loss: Literal["mse", "mae", "crossentropy"] = "mse"
    every: str = "1"
    seed: Annotated[int, Range(0, 2**31 - 1)] = 0


@dataclass(frozen=True)
class Experiment:
    """Data, model and training settings under one name.

    Attributes:
        name: what users type.
        title: what pictures say.
        source: makes the data from a random generator and keyword-only options.
        training: default settings.
    """

    name: str
    title: str
    source: Callable[..., Dataset]
    training: Training = field(default_factory=Training)

    @property
    def summary(self) -> str:
        """First line of the data's docstring."""
        return summary_of(self.source)

    @property
    def data_options(self) -> tuple[Option, ...]:
        """Options of the data."""
        return options_of(self.source)

    @property
    def training_options(self) -> tuple[Option, ...]:
        """Options of the training, with this experiment's defaults."""
        defaults = asdict(self.training)
        return tuple(replace(option, default=defaults[option.name]) for option in options_of(Training))

    def run(self, values: Mapping[str, Any]) -> "Run":
        """Check all settings and load the data: everything that can be refused is refused here, before training.

        Args:
            values: any of the data and training options by name; the others take their defaults.

        Raises:
            InputError: a value, the architecture or the data cannot be used.
        """
        names = {option.name for option in self.data_options}
        mine = {name: value for name, value in values.items() if name in names}
        rest = {name: value for name, value in values.items() if name not in names}
        options = checked(self.data_options, mine, self.name)
        training = Training(**checked(self.training_options, rest, self.name))
        Rhythm.parse(training.every)
        dataset = self.source(np.random.default_rng(training.seed), **options)
        if training.loss == "crossentropy" and dataset.task == "regression":
            raise InputError(f"--loss is 'crossentropy'; {self.name} has no classes, expected mse or mae")
        arch = Arch.parse(training.arch.replace("*", str(dataset.outputs)))
        arch.require(dataset.x.shape[1], dataset.outputs, self.name)
        return Run(self, options, replace(training, arch=str(arch)), arch, dataset)


@dataclass(frozen=True)
class Run:
    """One training run, fully decided: what `animviz.training.record` carries out.

    Attributes:
        experiment: what is trained.
        options: the data's options, all of them.
        training: the settings, with the architecture spelled out.
        arch: the same architecture, parsed.
        dataset: the arrays.
    """

    experiment: Experiment
    options: dict[str, Any]
    training: Training
    arch: Arch
    dataset: Dataset

    def settings(self) -> dict[str, Any]:
        """Return all that decides the outcome, as JSON types: equal settings give equal recordings."""
        options = {name: str(value) if isinstance(value, Path) else value for name, value in self.options.items()}
        return {
            "experiment": self.experiment.name,
            "training": asdict(self.training),
            "data": options,
            "data_digest": self.dataset.digest,
        }


_ADAM = Training(arch="2-8-2-*", optimizer="adam", loss="crossentropy", learning_rate=0.01, epochs=60)

EXPERIMENTS: dict[str, Experiment] = {
    experiment.name: experiment
    for experiment in (
        Experiment("two_rings", "Two rings", data.two_rings),
        Experiment("moons", "Two moons", data.moons, _ADAM),
        Experiment("spirals", "Spirals", data.spirals, replace(_ADAM, arch="2-16-16-2-*")),
        Experiment("xor", "Exclusive or", data.xor, replace(_ADAM, arch="2-4-2-*")),
        Experiment("blobs", "Blobs", data.blobs, _ADAM),
        Experiment("points", "Own points", data.points, replace(_ADAM, arch="2-8-8-2-*")),
        Experiment("polynomial", "Polynomial", data.polynomial, Training(arch="1-6-1", epochs=200)),
    )
}


def experiment_named(name: str) -> Experiment:
    """Return a built-in experiment.

    Raises:
        InputError: there is none of that name; lists those there are.
    """
    try:
        return EXPERIMENTS[name]
    except KeyError:
        raise InputError(f"no experiment {name!r}; there are {', '.join(EXPERIMENTS)}") from None
