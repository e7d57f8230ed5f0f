"""Whether a training goes on with the model that was recorded, or begins another one."""

from typing import Any

import keras
import numpy as np

from animviz.recorders.keras.inspect import weight_names
from animviz.recorders.samples import portable
from animviz.recording.recording import Recording

__all__ = ["goes_on"]


def goes_on(model: Any, recorded: Any, recording: Recording) -> bool:
    """Say whether a recording goes on with a model.

    A model that was set back to where the recording began is trained anew, as for the next fold. Another object goes on
    only if it stands where the recording ended, as a model does that was saved and loaded.

    Args:
        model: that is to be trained.
        recorded: the model that was trained before, or None where it is gone.
        recording: of that one.
    """
    if model is recorded:
        return not _stands_at(model, recording, 0) or _stands_at(model, recording, -1)
    return _stands_at(model, recording, -1)


def _stands_at(model: Any, recording: Recording, snapshot: int) -> bool:
    weights = recording[snapshot].weights
    names = weight_names(model)
    return len(names) == len(weights) and all(
        name in weights
        and np.array_equal(weights[name], portable(keras.ops.convert_to_numpy(variable)), equal_nan=True)
        for name, variable in zip(names, model.weights, strict=True)
    )
