"""A loop of one's own in NumPy that a session records: no framework is in it."""

from pathlib import Path

import numpy as np

from animviz.recorders.deciding import Facts
from animviz.recorders.description import Captured, Description
from animviz.recorders.samples import Samples
from animviz.recorders.session import Session
from animviz.recording.losses import Loss
from animviz.recording.replay.layers import Layer

__all__ = ["DENSE", "Loop", "X", "Y"]

X = np.linspace(-1, 1, 20, dtype=np.float32)[:, None]
Y = (X[:, 0] > 0).astype(np.int64)
DENSE = Layer(name="only", kind="Dense", activation="sigmoid", kernel="w", bias="b", output_shape=(1,), replayable=True)


class Loop:
    """Logistic regression by hand, recorded through a session."""

    def __init__(self, path: Path, **options: object) -> None:
        self.weights = {"w": np.zeros((1, 1), np.float32), "b": np.zeros(1, np.float32)}
        self.taken = 0
        self.session = Session(path, options.pop("samples", Samples.of(X, Y)), **options)

    def describe(self) -> Description:
        facts = Facts(shape=(1,), activation="sigmoid", loss=Loss(name="binary_crossentropy"))
        return Description(
            name="by hand", layers=(DENSE,), meaning=self.session.understood(facts), arch="1-1",
            versions={"numpy": np.__version__}, seed=5,
        )  # fmt: skip

    def take(self) -> Captured:
        self.taken += 1
        kept = {name: array.copy() for name, array in self.weights.items()}
        return Captured(weights=kept)

    def run(self, epochs: int, steps: int = 4) -> None:
        self.session.begin(self.describe, self.take, epochs=epochs, steps=steps)
        for epoch in range(epochs):
            self.session.begin_epoch(epoch)
            for step in range(steps):
                output = 1 / (1 + np.exp(-(X @ self.weights["w"] + self.weights["b"])))
                self.weights["w"] += 0.5 * X.T @ (Y[:, None] - output) / len(X)
                self.session.end_steps(step + 1, {"loss": 1.0}, self.take)
            self.session.end_epoch({"loss": 0.5, "ignored": np.zeros(3)}, self.take)
        self.session.end(self.take)
