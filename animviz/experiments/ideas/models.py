"""Models of several kinds learn the same points, each on its own clock: epochs, stages, depth, neighbours."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import numpy as np

from animviz.errors import InputError
from animviz.experiments.data import planar
from animviz.experiments.data.dataset import Dataset
from animviz.experiments.experiment import Experiment, Training
from animviz.options import Range

__all__ = ["MODELS", "ModelsTraining", "noisy_points"]

SHAPES: dict[str, tuple[str, Callable[..., Dataset]]] = {
    "moons": ("Two moons", planar.moons),
    "rings": ("Two rings", planar.two_rings),
    "spirals": ("Two spirals", planar.spirals),
    "xor": ("Exclusive or", planar.xor),
    "blobs": ("Four blobs", planar.blobs),
}
MANY = 4000  # points from which those to learn and those to be asked are drawn


def noisy_points(
    rng: np.random.Generator, *, shape: Literal["moons", "rings", "spirals", "xor", "blobs"] = "moons",
    data: Path | None = None, samples: Annotated[int, Range(10, 1000)] = 150, asked: Annotated[int, Range(10, 2000)] = 1000,
    noise: Annotated[float, Range(0, 10)] = 0.2,
) -> Dataset:  # fmt: skip
    """Few points with noise to learn from, and others of the same kind that are asked.

    Args:
        rng: source of randomness.
        shape: that the points have.
        data: own points instead, a .csv or .npz file with columns x, y and label; noise is added to them as well.
        samples: points to learn from.
        asked: other points, that are asked.
        noise: standard deviation that is added to both coordinates.
    """
    if data is None:
        title, make = SHAPES[shape]
        whole = make(rng, samples=MANY)
    else:
        title, whole = data.stem, planar.points(rng, data=data)
    order = rng.permutation(len(whole.x))[: samples + asked]
    if len(order) <= samples:
        raise InputError(f"--samples is {samples}, and there are {len(order)} points; leave some that are asked")
    x = whole.x[order] + rng.normal(0, noise, (len(order), 2)).astype(np.float32)
    y, names = whole.y[order], whole.class_names
    return Dataset(x[:samples], y[:samples], names, validation=(x[samples:], y[samples:]), title=title)


@dataclass(frozen=True, kw_only=True)
class ModelsTraining(Training):
    """Settings of the models and of their clocks.

    Args:
        epochs: states of each model that are recorded, evenly over its clock.
        estimators: own models instead, a Python file with estimators of scikit-learn, or with lists of them.

    Raises:
        InputError: the estimators are in no Python file.
    """

    epochs: Annotated[int, Range(2, 1000)] = 120
    estimators: Path | None = None

    def __post_init__(self) -> None:
        path = self.estimators
        if path is not None and (path.suffix != ".py" or not path.is_file()):
            raise InputError(f"--estimators {path}: expected a Python file with estimators of scikit-learn")


MODELS = Experiment(
    "models", "Models", noisy_points, ModelsTraining(),
    maker="animviz.experiments.sklearn.models:record",
    without=(
        "arch", "activation", "batch_size", "learning_rate", "optimizer", "loss", "every", "dropout", "l2", "early_stopping",
        "restore_best", "gradients", "model",
    ),
    advice="Try fewer points or more noise, such as --samples 60 or --noise 0.4; or models of your own: --estimators mine.py",
)  # fmt: skip
