"""The state of a Keras model as arrays."""

from typing import Any

import keras

from animviz.recorders.description import Captured
from animviz.recorders.keras.gradients import loss_gradients
from animviz.recorders.keras.inspect import weight_names
from animviz.recorders.keras.penalties import penalty_of
from animviz.recorders.keras.tapping import probe
from animviz.recorders.samples import portable
from animviz.recorders.session import Session

__all__ = ["captured"]


def captured(model: Any, session: Session) -> Captured:
    """Return the state of a model.

    Args:
        model: a built Keras model.
        session: which records it, and has begun.

    Raises:
        RecordingError: a layer that is to be stored did not run.
    """
    values = [portable(keras.ops.convert_to_numpy(variable)) for variable in model.weights]
    gradients = loss_gradients(model, session.samples, session.meaning) if session.gradients else {}
    stored, outputs = probe(model, session.samples.fed, session.stored) if session.stored else ({}, {})
    return Captured(
        weights=dict(zip(weight_names(model), values, strict=True)),
        activations={name: portable(stored[name]) for name in session.stored},
        gradients={name: portable(array) for name, array in gradients.items()},
        outputs={name: portable(array) for name, array in outputs.items()},
        penalty=penalty_of(model),
    )
