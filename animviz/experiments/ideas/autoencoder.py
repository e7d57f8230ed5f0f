"""Images through a narrow pass of two numbers and back: a plain autoencoder and a variational one.

After Hinton and Salakhutdinov, "Reducing the dimensionality of data with neural networks" (2006), and Kingma and Welling,
"Auto-encoding variational Bayes" (2013).
"""

from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np

from animviz.experiments.data.dataset import Dataset
from animviz.experiments.data.images import digits
from animviz.experiments.experiment import Activation, Experiment, Training
from animviz.options import Range

__all__ = ["AUTOENCODER", "VAE", "CodeTraining", "coded_digits"]


def coded_digits(rng: np.random.Generator, *, data: str = "mnist-5k") -> Dataset:
    """Images that a network gives back, and whose classes it is not told.

    Args:
        rng: source of randomness for the split.
        data: mnist-5k, mnist, digits-8x8, or an .npz file with x and y, or x_train, y_train, x_test and y_test.

    Raises:
        InputError: the data cannot be used; says why.
    """
    images = digits(rng, data=data)
    assert images.validation is not None
    assert images.shown is not None
    pairs = [(x.reshape(len(x), -1), y) for x, y in ((images.x, images.y), images.validation, images.shown)]
    trained = images.extras["train_inputs"]
    extras = images.extras | {"images": images.shown[0], "train_inputs": trained.reshape(len(trained), -1)}
    return Dataset(
        *pairs[0], images.class_names, validation=pairs[1], shown=pairs[2], extras=extras, title=images.title,
        reconstructs=True,
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class CodeTraining(Training):
    """Settings of a training that gives images back.

    Args:
        weight: of the penalty that draws the codes to a round cloud about zero; of Kingma and Welling it is 1.
    """

    arch: str = "*-128-2-128-*"
    activation: Activation = "relu"
    epochs: Annotated[int, Range(1, 1_000_000)] = 20
    batch_size: Annotated[int, Range(1, 1_000_000)] = 64
    learning_rate: Annotated[float, Range(1e-12, 1e6)] = 0.002
    every: str = "1/2"
    weight: Annotated[float, Range(0, 1000)] = 0.0


_WITHOUT = ("optimizer", "loss", "dropout", "l2", "early_stopping", "restore_best", "model", "gradients")
AUTOENCODER = Experiment(
    "autoencoder", "Autoencoder", coded_digits, CodeTraining(),
    maker="animviz.experiments.keras.autoencoder:record", without=(*_WITHOUT, "weight"),
    advice="Try other images, such as --data digits-8x8, or more time, such as --epochs 60.",
)  # fmt: skip
VAE = replace(
    AUTOENCODER, name="vae", title="Variational autoencoder", without=_WITHOUT,
    training=CodeTraining(weight=1.0, epochs=40, every="1"),
    advice="Try --weight 0.1 and --weight 5: the more the codes are drawn together, the less each of them tells.",
)  # fmt: skip
