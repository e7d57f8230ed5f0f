"""Meaning: what a model's outputs, the targets of its loss and the labels of its samples are."""

from typing import Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, model_validator

from animviz.arrays import Array
from animviz.recording.losses import Loss

__all__ = ["Form", "Labels", "Output", "Task", "file_key", "numbers", "target_key"]

Task = Literal["binary", "multiclass", "multilabel", "regression", "reconstruction", "none"]
"""What an output answers: one of two classes by one unit, one of several, each of several labels, numbers, the input."""

Form = Literal["logits", "probabilities", "values"]
"""What an output's numbers are."""


class Output(BaseModel):
    """One output of a model.

    Attributes:
        name: its name in the model; "output" where the model gives it none.
        task: what it answers.
        sequence: whether it answers at each of several positions of a sample, such as steps or pixels.
        form: what its numbers are.
        loss: what it is trained with, or None where that has no name in Keras.
        loss_of_logits: whether the framework takes the loss of what the last activation is given, as TensorFlow does it: it
            does not clip probabilities then.
        target: where in the recording the arrays lie that the loss compares it with, or None where there are none.
        class_names: names of its classes, or of its labels, in the order of their numbers.
        label_values: values by which the targets name the two classes, where these are not 0 and 1.
        ignored: targets of this value count in no score.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    task: Task = "none"
    sequence: bool = False
    form: Form = "values"
    loss: Loss | None = None
    loss_of_logits: bool = False
    target: Literal["labels", "inputs", "targets"] | None = None
    class_names: tuple[str, ...] = ()
    label_values: tuple[float, ...] = ()
    ignored: float | None = None

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.task == "binary" and len(self.class_names) != 2:
            raise ValueError(f"output {self.name} is binary and has {len(self.class_names)} class names; expected 2")
        if self.label_values and (self.task != "binary" or len(self.label_values) != 2):
            raise ValueError(f"output {self.name} has label values {self.label_values}; expected 2, of a binary output")
        return self

    @property
    def classifies(self) -> bool:
        """Whether each sample has one answer, which is a class."""
        return self.answers_classes and not self.sequence

    @property
    def answers_classes(self) -> bool:
        """Whether each sample, or each position of one, has one answer, which is a class."""
        return self.task in ("binary", "multiclass")

    @property
    def before_activation(self) -> "Output":
        """What the numbers mean that its last activation is given."""
        assert self.loss is not None
        loss = Loss(name=self.loss.name, settings={**self.loss.settings, "from_logits": True})
        return self.model_copy(update={"form": "logits", "loss": loss})

    @property
    def threshold(self) -> float:
        """What a unit that answers yes or no is above where it says yes."""
        if self.form == "values" and self.label_values:
            return sum(self.label_values) / 2
        return 0.0 if self.form == "logits" else 0.5

    def without_ignored(self, classes: Array) -> Array:
        """Return class numbers, int64 of the same shape, with -1 in place of those that count in no score."""
        return classes if self.ignored is None else np.where(classes == self.ignored, -1, classes)

    @property
    def kind(self) -> str:
        """The task in words, such as "sequence of multiclass"."""
        return f"sequence of {self.task}" if self.sequence else self.task

    @property
    def said(self) -> str:
        """All of it in words, for users."""
        parts = [self.kind]
        if self.task != "none":
            parts += [self.form, f"loss {self.loss}" if self.loss else "loss not computed here"]
            parts.append(f"compared with its {self.target}" if self.target else "compared with nothing recorded")
        if self.label_values:
            parts.append("labels " + " and ".join(f"{value:g}" for value in self.label_values))
        if self.ignored is not None:
            parts.append(f"targets of {self.ignored:g} ignored")
        return ", ".join(parts)


class Labels(BaseModel):
    """What viewers see as colours: one label for each sample.

    Attributes:
        kind: class numbers, int64; or values, floating.
        names: of the classes in the order of their numbers; empty for values.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["classes", "values"]
    names: tuple[str, ...] = ()


def file_key(kind: str, output: str, count: int) -> str:
    """Return under which name a file holds an array that belongs to an output: "outputs", or "outputs/NAME" of several.

    Args:
        kind: "outputs" or "targets".
        output: its name.
        count: how many outputs there are.
    """
    return kind if count == 1 else f"{kind}/{output}"


def target_key(output: Output, count: int) -> str | None:
    """Return under which name inputs.safetensors holds what the loss compares an output with, or None where it is not there.

    Args:
        output: of the model.
        count: how many outputs there are.
    """
    return file_key("targets", output.name, count) if output.target == "targets" else output.target


def numbers(array: Array, *, classes: bool, sequence: bool = False) -> Array:
    """Return one number for each answer where an array holds that: class numbers as int64, also from one-hot rows.

    Args:
        array: labels or targets, (samples,), a column, or more.
        classes: whether they are classes.
        sequence: whether there is one at each position of a sample.
    """
    if array.size == len(array):
        array = array.reshape(len(array))
    elif classes and not sequence and array.ndim == 2:
        array = array.argmax(axis=1)
    return np.asarray(array, np.int64) if classes else array
