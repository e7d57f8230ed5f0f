"""Addition modulo a prime, which a network first knows by heart and much later understands.

After Power et al., "Grokking" (2022); one hidden layer with squared activations is from Gromov, "Grokking modular arithmetic"
(2023).
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from animviz.experiments.data.dataset import Dataset
from animviz.experiments.experiment import Experiment, Training
from animviz.options import Range

__all__ = ["ADDITION", "DecayingTraining", "addition"]


def addition(
    rng: np.random.Generator, *, modulus: Annotated[int, Range(5, 113)] = 43,
    learned: Annotated[float, Range(0.05, 0.95)] = 0.3,
) -> Dataset:  # fmt: skip
    """All pairs of numbers and their sums modulo another: a part is learned, the rest is asked.

    Args:
        rng: source of randomness.
        modulus: how many numbers there are; a prime is the usual choice.
        learned: share of the pairs that are learned.
    """
    first, second = np.divmod(np.arange(modulus**2), modulus)
    rows = np.eye(modulus, dtype=np.float32)
    x, y = np.concatenate([rows[first], rows[second]], axis=1), (first + second) % modulus
    order = rng.permutation(len(y))
    known, asked = np.split(order, [round(learned * len(y))])
    return Dataset(
        x[known], y[known], tuple(map(str, range(modulus))), shown=(x[asked], y[asked]),
        extras={"train_inputs": x[known], "train_labels": y[known]}, title=f"Addition modulo {modulus}",
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class DecayingTraining(Training):
    """Settings of a training with the whole set in each step, and weights that decay.

    Args:
        activation: of the hidden units.
        epochs: gradient steps, each with all pairs that are learned.
        weight_decay: by how much of its size a weight shrinks in each step, times the learning rate (AdamW).
    """

    arch: str = "*-128-*"
    activation: Literal["square", "relu", "gelu", "tanh"] = "square"  # type: ignore[assignment]
    epochs: Annotated[int, Range(1, 1_000_000)] = 3000
    learning_rate: Annotated[float, Range(1e-12, 1e6)] = 0.005
    every: str = "10"
    weight_decay: Annotated[float, Range(0, 100)] = 1.0


ADDITION = Experiment(
    "addition", "Modular addition", addition, DecayingTraining(),
    maker="animviz.experiments.keras.addition:record",
    without=("batch_size", "optimizer", "loss", "dropout", "l2", "early_stopping", "restore_best", "model"),
    advice="Try less or no weight decay, such as --weight-decay 0.3, and watch how long the rule takes; or learn more of the "
    "pairs, such as --learned 0.6, and it comes at once.",
)  # fmt: skip
