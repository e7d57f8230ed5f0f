"""Arms of a spiral whose classes a network draws together into single points: neural collapse.

After Papyan, Han and Donoho, "Prevalence of neural collapse during the terminal phase of deep learning training" (2020); what is
kept small is that of Zhu et al., "A geometric analysis of neural collapse with unconstrained features" (2021).
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from animviz.experiments.data.dataset import Dataset
from animviz.experiments.data.planar import MAX_CLASSES
from animviz.experiments.experiment import Activation, Experiment, Training
from animviz.options import Range

__all__ = ["COLLAPSE", "CollapseTraining", "arms"]

INNER, NOISE = 0.3, 0.02  # where arms begin, and by how much points miss them
NUMBERS = ("three", "four", "five", "six", "seven", "eight", "nine", "ten")


def arms(
    rng: np.random.Generator, *, samples: Annotated[int, Range(2, 100_000)] = 100,
    classes: Annotated[int, Range(3, MAX_CLASSES)] = 3, turns: Annotated[float, Range(0, 3)] = 0.6,
) -> Dataset:  # fmt: skip
    """Arms of a spiral that do not touch each other, one class each.

    Args:
        rng: source of randomness.
        samples: points in each arm.
        classes: number of arms.
        turns: full turns that each arm makes.
    """
    label = np.repeat(np.arange(classes), samples)
    reach = np.sqrt(rng.uniform(INNER**2, 1, classes * samples))
    angle = 2 * np.pi * (turns * reach + label / classes)
    x, y = (reach * wave(angle) + rng.normal(0, NOISE, len(label)) for wave in (np.cos, np.sin))
    names = tuple(f"arm {k + 1}" for k in range(classes))
    title = f"{NUMBERS[classes - 3].capitalize()} arms of a spiral"
    return Dataset(np.stack([x, y], axis=1).astype(np.float32), label.astype(np.int64), names, title=title)


@dataclass(frozen=True, kw_only=True)
class CollapseTraining(Training):
    """Settings of a training that goes on long after all answers are right.

    Args:
        arch: widths of the layers joined by dashes; the last hidden one is linear. Classes spread evenly in it if it has
            one unit less than there are classes, or more.
        activation: of the hidden layers before the last one.
        learning_rate: step size of Adam at first; it falls along half a wave to a hundredth.
        decay: how much the squares of the last hidden layer's outputs, and of the last layer's weights, count in the loss.
    """

    arch: str = "2-64-64-2-*"
    activation: Activation = "relu"
    epochs: Annotated[int, Range(1, 1_000_000)] = 300
    batch_size: Annotated[int, Range(1, 1_000_000)] = 50
    learning_rate: Annotated[float, Range(1e-12, 1e6)] = 0.01
    decay: Annotated[float, Range(0, 100)] = 0.005


COLLAPSE = Experiment(
    "collapse", "Arms of a spiral", arms, CollapseTraining(),
    maker="animviz.experiments.keras.collapse:record",
    without=("optimizer", "loss", "dropout", "l2", "early_stopping", "restore_best", "model"),
    advice="Try four classes in space, --classes 4 --arch 2-64-64-3-4, or in a plane, where there is no even star for them; "
    "with --decay 0 half of the spread stays.",
)  # fmt: skip
