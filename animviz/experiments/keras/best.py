"""The best epoch of a training: the recording ends with the network that is kept.

After the teaching notebooks on MNIST, which keep the network of the epoch with the highest validation accuracy.
"""

import numpy as np

from animviz.recording.recording import Recording
from animviz.recording.writer import RecordingWriter

__all__ = ["kept_best"]


def kept_best(recording: Recording, monitor: str, mode: str) -> Recording:
    """Drop the snapshots after the one at which a number that was logged was best; the first of equals counts.

    Args:
        recording: of a finished training.
        monitor: name of the number, such as "val_accuracy".
        mode: "max" or "min".

    Returns:
        The recording as it is then; unchanged where no snapshot has a finite number.
    """
    values = np.array([entry.logs.get(monitor, np.nan) for entry in recording.entries])
    values = values if mode == "max" else -values
    if not np.isfinite(values).any():
        return recording
    best = int(np.argmax(np.where(np.isfinite(values), values, -np.inf)))
    RecordingWriter.resume(recording, best + 1).mark(finished=True)
    return Recording(recording.path)
