"""Masking: positions that a framework leaves out of its numbers become targets that count in none."""

import numpy as np

from animviz.arrays import Array
from animviz.recording.losses import Loss
from animviz.recording.meaning import Output

__all__ = ["MASKED", "masked"]

MASKED = -1  # in place of the class at a position that is left out


def masked(output: Output, target: Array | None, counted: Array | None) -> tuple[Output, Array] | None:
    """Return an output and its target without the positions that are left out; None where no target can say that.

    Args:
        output: as it is trained.
        target: what its loss compares it with, or None.
        counted: which positions count, or None where that is not known.
    """
    loss = output.loss
    if target is None or counted is None or loss is None or target.shape != counted.shape:
        return None
    if loss.name != "sparse_categorical_crossentropy" or output.ignored is not None:
        return None
    named = Loss(name=loss.name, settings={**loss.settings, "ignore_class": MASKED})
    return output.model_copy(update={"loss": named, "ignored": float(MASKED)}), np.where(counted, target, MASKED)
