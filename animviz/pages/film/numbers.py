"""The numbers of a film's page: what was recorded at its chapters."""

from collections.abc import Sequence

import numpy as np

from animviz.arrays import Array
from animviz.recording.recording import Recording
from animviz.sampling import last_at

__all__ = ["numbers_at"]

MOST_NUMBERS = 6


def numbers_at(recording: Recording, epochs: Sequence[float]) -> dict[str, list[float | None]]:
    """Return the recorded numbers at these moments by name; None where there is none yet, or it is not finite.

    Numbers of the recorded states come first, then those of the validation; without either those of the training.
    """
    scores = [(name, recording.history(name, source="scores")) for name in recording.noted(source="scores")]
    logs = recording.noted()
    wanted = [name for name in logs if name.startswith("val_")] if scores else logs
    named = [*scores, *((name, recording.history(name)) for name in wanted)][:MOST_NUMBERS]
    return {name: [_value_at(*history, epoch) for epoch in epochs] for name, history in named}


def _value_at(epochs: Array, values: Array, epoch: float) -> float | None:
    if not len(epochs) or epochs[0] > epoch + 1e-9:
        return None
    value = float(values[last_at(epochs, epoch)])
    return float(f"{value:.7g}") if np.isfinite(value) else None
