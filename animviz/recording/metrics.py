"""Loss and accuracy of what a model puts out, by its description: the numbers that its framework would state."""

from collections.abc import Mapping, Sequence

import numpy as np

from animviz.arrays import Array
from animviz.recording.answers import answered_classes, answered_labels
from animviz.recording.meaning import Output, numbers
from animviz.recording.replay.forward import before_activation, forward
from animviz.recording.replay.layers import Layer

__all__ = ["accuracy", "for_loss", "loss_outputs", "scores"]


def scores(output: Output, targets: Array, values: Array, *, penalty: float = 0.0) -> dict[str, float]:
    """Return the loss, and where there are classes or labels the accuracy, as far as they can be stated.

    Args:
        output: what the values mean.
        targets: what the loss compares them with, as they are recorded.
        values: what the output puts out, shape (samples, ..., units).
        penalty: what the framework adds to the loss, such as the sum of penalties on weights.

    Returns:
        A dictionary with "loss" and "accuracy".
    """
    found = {}
    if output.loss is not None:
        found["loss"] = output.loss.mean(for_loss(output, targets, values), values) + penalty
    if output.answers_classes or output.task == "multilabel":
        found["accuracy"] = accuracy(output, targets, values)
    return found


def accuracy(output: Output, targets: Array, values: Array) -> float:
    """Return the share of right answers: of samples, of positions, or of each label of each sample.

    Args:
        output: what the values mean.
        targets: class numbers, one-hot rows, or 0 and 1 for each label.
        values: what the output puts out, shape (samples, ..., units).
    """
    if output.task == "multiclass" and targets.shape == values.shape:
        targets = targets.argmax(axis=-1)
    truth = numbers(targets, classes=output.answers_classes, sequence=output.sequence)
    answers = answered_classes(output, values) if output.answers_classes else answered_labels(output, values)
    right = answers == truth.reshape(answers.shape)
    if output.ignored is None:
        return float(np.mean(right))
    counts = truth.reshape(answers.shape) != output.ignored
    return float(np.mean(right[counts])) if counts.any() else float("nan")


def for_loss(output: Output, targets: Array, values: Array) -> Array:
    """Return targets in the form in which the output's loss takes them: class numbers, one-hot rows, or numbers.

    Args:
        output: what the values mean.
        targets: as they are recorded.
        values: what the output puts out, shape (samples, ..., units).
    """
    if output.loss is not None and output.loss.takes_class_numbers:
        return numbers(targets, classes=True, sequence=output.sequence)
    if output.task == "multiclass" and targets.shape != values.shape:
        rows = np.eye(values.shape[-1], dtype=values.dtype)
        return rows[numbers(targets, classes=True, sequence=output.sequence)]
    if output.label_values:
        targets = np.asarray(output.label_values)[numbers(targets, classes=True, sequence=output.sequence)]
    return targets.reshape(values.shape).astype(values.dtype) if targets.size == values.size else targets


def loss_outputs(
    output: Output, layers: Sequence[Layer], weights: Mapping[str, Array], inputs: Array
) -> tuple[Output, Array]:
    """Return what the loss of a chain is taken of, and what that means: its output, or what the last activation is given.

    Args:
        output: of the model.
        layers: a chain.
        weights: arrays by name.
        inputs: shape (samples, ...).
    """
    if output.loss_of_logits and layers[-1].activation in ("sigmoid", "softmax"):
        return output.before_activation, before_activation(layers, weights, inputs)
    return output, forward(layers, weights, inputs)
