"""A few noisy points of a curve, fitted with more and more polynomials: the test error falls, rises and falls again.

After Belkin et al., "Reconciling modern machine-learning practice and the classical bias-variance trade-off" (2019); the bump is
Runge's (1901).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from animviz.arrays import Array
from animviz.experiments.data.dataset import Dataset
from animviz.experiments.experiment import Experiment, Training
from animviz.options import Range

__all__ = ["OVERFIT", "FittingTraining", "noisy_points"]

GRID = 401  # places at which a fit is tested and drawn
APART = 0.35  # of the distance of even places, by how much points lie beside them
CURVES: dict[str, Callable[[Array], Array]] = {
    "bump": lambda x: 1 / (1 + 25 * x**2),
    "step": lambda x: np.tanh(6 * x),
    "kink": lambda x: 2 * np.abs(x) - 1,
}


def noisy_points(
    rng: np.random.Generator, *, points: Annotated[int, Range(3, 200)] = 15,
    noise: Annotated[float, Range(0, 10)] = 0.1, curve: Literal["bump", "step", "kink"] = "bump",
) -> Dataset:  # fmt: skip
    """Noisy points of a curve on [-1, 1], at places that are nearly even.

    Args:
        rng: source of randomness.
        points: how many are fitted.
        noise: standard deviation of their heights.
        curve: on which they would lie without noise.
    """
    heights = CURVES[curve]
    x = np.clip(np.linspace(-1, 1, points) + APART * 2 / (points - 1) * rng.uniform(-1, 1, points), -1, 1)
    y = heights(x) + rng.normal(0, noise, points)
    grid = np.linspace(-1, 1, GRID)
    return Dataset(
        x[:, None].astype(np.float32), y.astype(np.float32),
        shown=(grid[:, None].astype(np.float32), heights(grid).astype(np.float32)),
        extras={"train_inputs": x[:, None].astype(np.float32), "train_targets": y.astype(np.float32)},
        title=f"Polynomials through {points} points",
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class FittingTraining(Training):
    """Settings of least squares, of which nothing is trained.

    Args:
        features: Legendre polynomials in the last fit; the first has none.
        decay: the k-th polynomial is divided by k to this power, so that the least coefficients make a smooth curve.
    """

    features: Annotated[int, Range(2, 2000)] = 200
    decay: Annotated[float, Range(0, 10)] = 1.0


OVERFIT = Experiment(
    "overfit", "Polynomials through points", noisy_points, FittingTraining(),
    maker="animviz.experiments.ideas.least_squares:record",
    without=(
        "arch", "activation", "epochs", "batch_size", "learning_rate", "optimizer", "loss", "every", "dropout", "l2",
        "early_stopping", "restore_best", "gradients", "model",
    ),
    advice="Try more noise, such as --noise 0.3, which makes the summit higher; or --decay 0, with which the second descent "
    "ends in spikes.",
)  # fmt: skip
