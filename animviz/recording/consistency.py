"""Consistency: whether the layers of a recording fit together and its weights fit them, found out with one sample."""

from collections.abc import Mapping

import numpy as np

from animviz.arrays import Array
from animviz.errors import RecordingError
from animviz.recording.basis import Basis
from animviz.recording.replay.forward import MISFITS, forward
from animviz.recording.replay.layers import is_chain

__all__ = ["require_consistent"]


def require_consistent(basis: Basis, weights: Mapping[str, Array]) -> None:
    """Replay one sample, where the model is a chain that NumPy replays.

    Args:
        basis: of the recording.
        weights: of a snapshot.

    Raises:
        RecordingError: the layers do not fit together; says how.
    """
    if not (is_chain(basis.layers) and basis.has_one_input):
        return
    sample = basis.single_input(basis.inputs)[:1]
    try:
        with np.errstate(all="ignore"):
            found = forward(basis.layers, weights, sample)
    except MISFITS as error:
        cause = str(error).partition("\n")[0]
        raise RecordingError(f"{basis.path}: its layers do not fit together ({cause}); record the run again") from None
    except RecordingError as error:
        raise RecordingError(f"{basis.path}: {error}") from None
    if found.shape[:1] != sample.shape[:1]:
        raise RecordingError(f"{basis.path}: its layers make {found.shape} of one sample; record the run again")
