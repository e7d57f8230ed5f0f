"""Experiments: data, model and training settings under one name, which a scene trains when it is given no recording."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol

import numpy as np

from animviz.errors import InputError
from animviz.experiments.arch import Arch
from animviz.experiments.data.dataset import Dataset
from animviz.experiments.naming import LONGEST, bounded, option_piece, piece
from animviz.experiments.telling import Progress
from animviz.options import Option, Range, checked, options_of, summary_of
from animviz.recorders.rhythm import Rhythm

if TYPE_CHECKING:
    from animviz.recorders.watcher import Watcher
    from animviz.recording.recording import Recording

__all__ = ["Activation", "Experiment", "Maker", "Run", "Training"]

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
        dropout: share of the hidden units that is left out at random in each step.
        l2: weight of the squared kernels in the loss.
        early_stopping: stop when validation accuracy, or loss without classes, has not improved for so many epochs.
        restore_best: keep the network of the best epoch by what early stopping looks at; the recording ends with it.
        gradients: also record the gradients of the loss, for pictures that show them.
        model: own model in a .keras file to be trained on instead, from the weights it has.
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
    dropout: Annotated[float, Range(0, 0.99)] = 0.0
    l2: Annotated[float, Range(0, 1e6)] = 0.0
    early_stopping: Annotated[int, Range(1, 1_000_000)] | None = None
    restore_best: bool = False
    gradients: bool = False
    model: Path | None = None


@dataclass(frozen=True)
class Experiment:
    """Data, model and training settings under one name.

    Attributes:
        name: what users type.
        title: what pictures say.
        source: makes the data from a random generator and keyword-only options.
        training: default settings; those of a class that is made from `Training` have options of their own.
        network: what the architecture describes: a chain of dense layers, or "lenet", two convolutions with as many
            filters as the first two numbers say, and dense layers of the others.
        maker: the function that trains and records a run, a `Maker`, as "module:name".
        without: names of the settings that it has no use for; users cannot give them. Without "arch" there is no
            architecture.
        advice: what to try, a sentence for the help.
    """

    name: str
    title: str
    source: Callable[..., Dataset]
    training: Training = field(default_factory=Training)
    network: Literal["dense", "lenet"] = "dense"
    maker: str = "animviz.experiments.keras.record:record"
    without: tuple[str, ...] = ()
    advice: str = ""

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
        options = options_of(type(self.training))
        return tuple(
            replace(option, default=defaults[option.name]) for option in options if option.name not in self.without
        )

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
        training = replace(self.training, **checked(self.training_options, rest, self.name))
        Rhythm.parse(training.every)
        if training.model is None and "arch" not in self.without:
            Arch.parse(training.arch, (1, 1))  # its two ends are the data's, which take a while to load
        dataset = self.source(np.random.default_rng(training.seed), **options)
        if training.loss == "crossentropy" and dataset.task != "classification":
            raise InputError(f"--loss is 'crossentropy'; {self.name} has no classes, expected mse or mae")
        for name in ("early_stopping", "restore_best"):
            if getattr(training, name) and dataset.validation is None:
                flag = "--" + name.replace("_", "-")
                raise InputError(f"{flag} needs validation data, which {self.name} has not; leave it out")
        if training.model is not None:
            self._require_model(training)
            return Run(self, options, training, None, dataset)
        run = Run(self, options, training, None, dataset)
        return run if "arch" in self.without else run.with_arch(training.arch)

    def _require_model(self, training: Training) -> None:
        """Refuse an own model that cannot be read, and settings that it would silently ignore."""
        path = training.model
        if path is None or path.suffix != ".keras" or not path.is_file():
            raise InputError(f"--model {path}: expected a file that model.save wrote, such as my.keras")
        for name in ("arch", "activation", "dropout", "l2"):
            if getattr(training, name) != getattr(self.training, name):
                raise InputError(f"--{name} cannot go with --model, which has layers of its own; leave it out")

    def arch_for(self, text: str, dataset: Dataset) -> Arch:
        """Put the data's own widths in place of stars, and check the two ends.

        Args:
            text: architecture such as "2-3-2-1" or "*-16-*".
            dataset: what is trained on.

        Raises:
            InputError: the text is no architecture, or does not fit the data.
        """
        inputs = int(np.prod(dataset.x.shape[1:]))
        arch = Arch.parse(text, (inputs, dataset.outputs))
        if self.network == "dense":
            arch.require(inputs, dataset.outputs, self.name)
        else:
            arch.require(arch.inputs, dataset.outputs, self.name)
            if len(arch.widths) < 3:
                raise InputError(f"{self.name} needs two numbers of filters before its dense layers: {arch} has one")
        return arch


@dataclass(frozen=True)
class Run:
    """One training run, fully decided: what `animviz.experiments.keras.record.record` carries out.

    Attributes:
        experiment: what is trained.
        options: the data's options, all of them.
        training: the settings, with the architecture spelled out.
        arch: the same architecture, parsed; None where an own model is trained, or there is none.
        dataset: the arrays.
    """

    experiment: Experiment
    options: dict[str, Any]
    training: Training
    arch: Arch | None
    dataset: Dataset

    @property
    def widths(self) -> tuple[int, ...]:
        """Numbers of the architecture; none where there is none."""
        return () if self.arch is None else self.arch.widths

    @property
    def label(self) -> str:
        """What tells runs of an experiment apart: the architecture or the own model, and how the data are reduced."""
        name = str(self.arch or "") if self.training.model is None else self.training.model.stem
        return "-".join(filter(None, [name, piece(self.reduction)]))

    @property
    def name(self) -> str:
        """Name for files: the label, and the settings that differ from the experiment's defaults."""
        further = [text for name, text in self._pieces().items() if name not in ("arch", "model", "reduce")]
        return bounded("-".join(filter(None, [self.label, *further])), LONGEST)

    @property
    def changes(self) -> str:
        """All settings that differ from the experiment's defaults, for the names of files; empty if none does."""
        return bounded("-".join(self._pieces().values()), LONGEST)

    @property
    def reduction(self) -> str:
        """How the data are reduced, such as "pca:154"; empty where they are whole."""
        text = str(self.options.get("reduce", "none")).strip()
        return "" if text == "none" else text

    def _pieces(self) -> dict[str, str]:
        """Return the settings that differ from the experiment's defaults as pieces of a file's name."""
        experiment, training = self.experiment, asdict(self.training)
        found = {}
        if self.arch is not None and self.arch != experiment.arch_for(experiment.training.arch, self.dataset):
            found["arch"] = str(self.arch)
        if self.training.model is not None:
            found["model"] = self.training.model.stem
        found["reduce"] = piece(self.reduction)
        values = {**self.options, **training}
        for option in (*experiment.data_options, *experiment.training_options):
            value = values[option.name]
            if option.name not in ("arch", "model", "reduce") and value != option.default:
                found[option.name] = option_piece(option.name, value)
        return {name: text for name, text in found.items() if text}

    def with_arch(self, text: str) -> "Run":
        """Return the same run with another architecture.

        Raises:
            InputError: it does not fit the data.
        """
        arch = self.experiment.arch_for(text, self.dataset)
        return replace(self, arch=arch, training=replace(self.training, arch=str(arch)))

    def settings(self) -> dict[str, Any]:
        """Return all that decides the outcome, as JSON types: equal settings give equal recordings."""
        options = {name: str(value) if isinstance(value, Path) else value for name, value in self.options.items()}
        training = {
            name: f"{value.name} {sha256(value.read_bytes()).hexdigest()[:16]}" if isinstance(value, Path) else value
            for name, value in asdict(self.training).items()
            if name not in self.experiment.without
        }
        if not training.get("restore_best"):  # recordings of before there was the choice are of equal settings
            training.pop("restore_best", None)
        return {
            "experiment": self.experiment.name,
            "training": training,
            "data": options,
            "data_digest": self.dataset.digest,
        }


class Maker(Protocol):
    """Trains and records a run."""

    def __call__(self, run: Run, path: Path, progress: Progress, watchers: "Sequence[Watcher]") -> "Recording":
        """Return the recording.

        Args:
            run: what is trained.
            path: folder of the recording; a recording that is there is replaced.
            progress: is told how far it is.
            watchers: are told when the recording grows.

        Raises:
            AnimvizError: it cannot be written, or a watcher refuses.
        """
        ...
