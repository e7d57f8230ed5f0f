"""Room: what a layer would put out is looked at before memory is taken for it."""

from collections.abc import Sequence
from math import prod

import numpy as np
from numpy.typing import DTypeLike

from animviz.errors import RecordingError
from animviz.safety.limits import beyond

__all__ = ["require_room"]


def require_room(shape: Sequence[int], dtype: DTypeLike, layer: str = "a layer") -> None:
    """Check that an array is within the limit of what a layer may put out.

    Args:
        shape: of the array.
        dtype: of its numbers.
        layer: what is said of it.

    Raises:
        RecordingError: it is not.
    """
    if said := beyond("layer", int(prod(shape)) * np.dtype(dtype).itemsize):
        raise RecordingError(f"{layer} would take {said}")
