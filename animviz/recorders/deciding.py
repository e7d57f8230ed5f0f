"""Deciding what an output means: from its loss, shape and activation, and from what the user says. Never a guess."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, get_args

import numpy as np

from animviz.arrays import Array
from animviz.errors import InputError
from animviz.recorders.labelling import is_yes_or_no
from animviz.recording.losses import Loss
from animviz.recording.meaning import Form, Task

__all__ = ["Decision", "Facts", "Told", "decide"]

OF_CLASS_NUMBERS = {"sparse_categorical_crossentropy", "categorical_generalized_cross_entropy"}
OF_CLASS_ROWS = {
    "categorical_crossentropy", "categorical_focal_crossentropy", "categorical_hinge",
}  # fmt: skip
OF_YES_OR_NO = {"binary_crossentropy", "binary_focal_crossentropy", "hinge", "squared_hinge"}
OF_MASKS = {"dice", "tversky"}
OF_NUMBERS = {
    "cosine_similarity", "huber", "kl_divergence", "log_cosh", "mean_absolute_error", "mean_absolute_percentage_error",
    "mean_squared_error", "mean_squared_logarithmic_error", "poisson",
}  # fmt: skip
TO_PROBABILITIES = {"sigmoid", "softmax"}  # activations


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the door of a framework knows of one output.

    Attributes:
        name: of the output.
        shape: of what it puts out for one sample, or None where that is not known.
        activation: of its last layer; "" for none, None where it is not known.
        channels_first: whether targets of its shape have their channels behind the samples, and not last as it has.
        ignored: targets of this value count in no score, though the loss does not say it.
        loss: what it is trained with, or None for a loss that has no name in Keras.
        loss_of_logits: see `animviz.recording.meaning.Output`.
        why_unstated: why the framework states another loss than that of the outputs alone; empty where it does not.
        is_masked: whether the framework leaves out positions of it.
        counted: which positions it counts of the recorded samples, (samples, positions); None where that is not known.
        loss_name: how messages call the loss; empty where there is none.
        metrics: names of the metrics that the framework states for it.
        copies_input: whether it is trained to give back the input; None where that is not known.
        task: what the framework knows it to answer though its loss has no name in Keras, as a user would say it; or "".
    """

    name: str = "output"
    shape: tuple[int | None, ...] | None = None
    channels_first: bool = False
    ignored: int | None = None
    activation: str | None = None
    loss: Loss | None = None
    loss_of_logits: bool = False
    why_unstated: str = ""
    is_masked: bool = False
    counted: Array | None = None
    loss_name: str = ""
    metrics: tuple[str, ...] = ()
    copies_input: bool | None = None
    task: str = ""

    @property
    def units(self) -> int | None:
        """How many numbers it puts out for a sample, or at each of its positions."""
        return self.shape[-1] if self.shape else None

    @property
    def sequence(self) -> bool:
        """Whether it puts out units at each of several positions."""
        return self.shape is not None and len(self.shape) > 1


@dataclass(frozen=True)
class Told:
    """What the user says of the outputs.

    Attributes:
        tasks: task by output, or "" for the only one, such as "binary logits" or "sequence of multiclass".
        output: name of the output that is drawn and that the labels belong to, or None.
    """

    tasks: Mapping[str, str] = field(default_factory=dict)
    output: str | None = None

    @classmethod
    def of(cls, task: str | Mapping[str, str] | None, output: str | None) -> "Told":
        """Take what a user says; see `animviz.Recorder`.

        Raises:
            InputError: a task is not known.
        """
        tasks = {"": task} if isinstance(task, str) else dict(task or {})
        for text in tasks.values():
            _read(text)
        return cls(tasks, output)

    @property
    def logits(self) -> bool:
        """Whether the user says of an output that it puts out logits."""
        return any(_read(text)[1] == "logits" for text in self.tasks.values())


class Decision(NamedTuple):
    """What an output answers, whether it does so at each of several positions, and what its numbers are."""

    task: Task
    sequence: bool
    form: Form


def decide(facts: Facts, told: str | None, given: Array | None, *, copy: bool, named: int) -> Decision:
    """Return what an output means.

    Args:
        facts: of the output.
        told: the task that the user names, or None.
        given: labels or targets, one row per sample, or None.
        copy: whether these are the inputs themselves.
        named: how many classes the user names.

    Raises:
        InputError: it cannot be known; names the choices.
    """
    if told is not None:
        task, form = _read(told)
        return Decision(
            task, facts.sequence and task not in ("none", "regression", "reconstruction"), form or _form(facts, task)
        )
    task = _task(facts, given, copy or facts.copies_input is True, named)
    sequence = facts.sequence and task in ("binary", "multiclass", "multilabel")
    return Decision(task, sequence, _form(facts, task))


def _read(text: str) -> tuple[Task, Form | None]:
    """Return the task and the form that a text names."""
    tasks, forms = get_args(Task), get_args(Form)
    found = re.fullmatch(rf"(?:sequence of )?({'|'.join(tasks)})(?:,? ({'|'.join(forms)}))?", str(text).strip())
    if not found:
        raise InputError(
            f"task is {str(text)[:60]!r}; expected one of {', '.join(tasks)}, where need be followed by {', '.join(forms)}"
        )
    task, form = found.groups()
    return task, form  # type: ignore[return-value]  # both are of the literals


def _task(facts: Facts, given: Array | None, copy: bool, named: int) -> Task:
    loss = facts.loss.name if facts.loss else ""
    if loss in OF_CLASS_NUMBERS | OF_CLASS_ROWS:
        return "multiclass"
    if copy:
        return "reconstruction"
    if loss in OF_YES_OR_NO | OF_MASKS:
        return _yes_or_no(facts, given, named)
    if loss in OF_NUMBERS:
        return _by_numbers(facts, given, named)
    return _without_loss(facts, given, named)


def _yes_or_no(facts: Facts, given: Array | None, named: int) -> Task:
    """Decide for a loss that asks yes or no of each unit."""
    if facts.activation == "softmax" and (facts.units or 0) > 1 and not _names_several(facts, given):
        return "multiclass"
    if any("categorical" in name for name in facts.metrics):
        return "multiclass"
    if given is not None and _fits(facts, given) and _between(given) and not _answers_yes_or_no(facts, given):
        return "regression"  # targets between no and yes
    if facts.units == 1:
        return "binary"
    if given is not None and not _fits(facts, given) and facts.copies_input is None:
        raise _doubt(facts, given, ("multilabel", "reconstruction", "none"))
    return "multilabel"


def _by_numbers(facts: Facts, given: Array | None, named: int) -> Task:
    """Decide for a loss that compares numbers."""
    one = facts.units == 1
    if facts.activation == "softmax" and not one:
        return "multiclass"
    if named and (one or named == facts.units):
        return "binary" if one else "multiclass"
    if given is not None and given.dtype.kind == "U":
        two = one and len(np.unique(given)) <= 2
    else:
        two = given is not None and is_yes_or_no(given) and (not one or given.size == len(given))
    if two and one and (facts.activation in ("sigmoid", "tanh") or any("accuracy" in name for name in facts.metrics)):
        return "binary"
    if two and given is not None and _fits(facts, given) and facts.activation == "sigmoid":
        return "multilabel"
    if not one and any("accuracy" in name for name in facts.metrics):
        return "multiclass"
    unfitting = given is not None and not _fits(facts, given)
    if unfitting and (facts.copies_input is None or (facts.activation == "sigmoid" and not one)):
        raise _doubt(facts, given, ("regression", "reconstruction", "multiclass", "none"))
    return "regression"


def _without_loss(facts: Facts, given: Array | None, named: int) -> Task:
    """Decide where the loss has no name: by the activation, or by targets that can only be numbers."""
    if given is None and not named:
        return "none"
    if facts.activation == "softmax":
        return "multiclass"
    if (
        facts.activation == "sigmoid"
        and facts.units == 1
        and (given is None or is_yes_or_no(given) or given.dtype.kind == "U")
    ):
        return "binary"
    if (
        given is not None
        and given.dtype.kind == "f"
        and _fits(facts, given)
        and not np.array_equal(given, np.round(given))
    ):
        return "regression"
    raise _doubt(facts, given, get_args(Task))


def _form(facts: Facts, task: Task) -> Form:
    """Return what the numbers of an output are.

    Raises:
        InputError: it answers with classes and nothing says how.
    """
    if task not in ("binary", "multiclass", "multilabel"):
        return "values"
    if facts.activation in TO_PROBABILITIES:
        return "probabilities"
    if facts.loss is not None:
        if facts.loss.settings.get("from_logits"):
            return "logits"
        if (
            "crossentropy" in facts.loss.name
            or "cross_entropy" in facts.loss.name
            or facts.loss.name == "kl_divergence"
        ):
            return "probabilities"
        return "probabilities" if facts.loss.name in OF_MASKS else "values"
    raise InputError(
        f"output {facts.name!r} answers {task}, and nothing says what its numbers are; pass task='{task} logits', "
        f"'{task} probabilities' or '{task} values'"
    )


def _fits(facts: Facts, given: Array) -> bool:
    """Say whether labels or targets have a number for each that the output puts out for a sample."""
    if facts.shape is None:
        return True
    shape = given.shape[1:]
    return shape == facts.shape or (*shape, 1) == facts.shape or (shape == (1,) and facts.shape == ())


def _names_several(facts: Facts, given: Array | None) -> bool:
    """Say whether targets are rows that name several labels or none, and so no class."""
    rows = given is not None and given.dtype.kind != "U" and given.shape[1:] == facts.shape
    return given is not None and rows and is_yes_or_no(given) and bool((given.sum(axis=-1) != 1).any())


def _between(given: Array) -> bool:
    return bool(given.dtype.kind != "U" and given.min() >= 0 and given.max() <= 1)


def _answers_yes_or_no(facts: Facts, given: Array) -> bool:
    return is_yes_or_no(given) or (facts.units == 1 and len(np.unique(given)) <= 2)


def _doubt(facts: Facts, given: Array | None, choices: tuple[str, ...]) -> InputError:
    trained = (
        f"trained with {facts.loss or facts.loss_name}"
        if facts.loss or facts.loss_name
        else "trained with no known loss"
    )
    shape = "an unknown shape" if facts.shape is None else f"shape {facts.shape}"
    labels = (
        "there are no labels" if given is None else f"the labels have shape {given.shape[1:]} and type {given.dtype}"
    )
    return InputError(
        f"what does output {facts.name!r} answer? It has {shape} and is {trained}; {labels} for each sample. "
        f"Pass task= one of {', '.join(choices)} (classes and labels followed by logits or probabilities), or a loss= that "
        "has a name; targets= is what the loss compares it with where labels= are colours alone"
    )
