"""The estimator that is recorded: what it is, and its states as arrays."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from animviz.recorders.deciding import Facts
from animviz.recorders.description import Captured, Description, versions_of
from animviz.recorders.layers import arch_of, fitted
from animviz.recorders.session import Session
from animviz.recorders.sklearn.estimators import chain_of, loss_of, output_of, weights_of
from animviz.recording.replay.forward import forward

__all__ = ["Subject"]


@dataclass(frozen=True)
class Subject:
    """An estimator under training.

    Attributes:
        estimator: as the user has it.
        drawn: what pictures are drawn from, as the user has it.
        task: what the estimator answers.
    """

    estimator: Any
    drawn: Any
    task: str

    def described(self, session: Session, state: Any) -> Description:
        """Describe the estimator.

        Args:
            session: which records it.
            state: the first one: fitted so far, or what it puts out.
        """
        weights, inputs = weights_of(state), session.samples.inputs["inputs"]
        layers = fitted(chain_of(state, self.task), weights, inputs.shape[1:])
        shape = layers[-1].output_shape if layers else output_of(state, self.drawn, self.task).shape[1:]
        given = session.samples.compared_with("output", is_main=True)
        copies = self.task == "regression" and given is not None and np.array_equal(given, inputs)
        facts = Facts(
            shape=shape,
            activation=layers[-1].activation if layers else None,
            loss=loss_of(self.estimator, self.task),
            task="reconstruction" if copies else self.task,
        )
        seed = getattr(self.estimator, "random_state", None)
        return Description(
            name=type(self.estimator).__name__, layers=layers, meaning=session.understood(facts), arch=arch_of(layers, weights),
            versions=versions_of("animviz", "scikit-learn", "numpy"), seed=seed if isinstance(seed, int) else None,
        )  # fmt: skip

    def captured(self, session: Session, state: Any) -> Captured:
        """Return a state as arrays.

        Args:
            session: which records it.
            state: fitted so far, or what the estimator puts out.
        """
        weights, layers = weights_of(state), chain_of(state, self.task)
        if not layers:
            return Captured(weights=weights, outputs={"output": output_of(state, self.drawn, self.task)})
        places = {layer.name: place for place, layer in enumerate(layers)}
        inputs = session.samples.inputs["inputs"]
        stored = {name: forward(layers, weights, inputs, until=places[name]) for name in session.stored}
        return Captured(weights=weights, activations=stored)
