"""The chapters of a film, at the landmarks of its recording: what its captions say, and when."""

from dataclasses import dataclass
from itertools import groupby

import numpy as np

from animviz.analysis.landmarks import landmarks
from animviz.recording.recording import Recording
from animviz.rendering.timeline import Timeline

__all__ = ["Chapter", "chapters_of"]


@dataclass(frozen=True)
class Chapter:
    """A part of a film.

    Attributes:
        seconds: of the film at which it begins.
        epoch: of the training at which it begins.
        name: of the landmarks there, or "start" or "end".
        text: what happens, in sentences.
    """

    seconds: float
    epoch: float
    name: str
    text: str


def chapters_of(recording: Recording, timeline: Timeline) -> list[Chapter]:
    """Return the chapters: the start, each moment with landmarks, and the end.

    Args:
        recording: what the film shows.
        timeline: its moments.
    """
    epochs = np.array([moment.epoch for moment in timeline])
    first, last = float(recording.epochs[0]), float(recording.epochs[-1])

    def chapter(epoch: float, name: str, text: str) -> Chapter:
        frame = min(int(np.searchsorted(epochs, epoch - 1e-9)), len(epochs) - 1)
        return Chapter(frame / timeline.pacing.rate, epoch, name, text)

    found = [chapter(first, "start", "The untrained network." if first == 0 else "The first state that was recorded.")]
    for epoch, group in groupby(landmarks(recording), key=lambda landmark: landmark.epoch):
        marks = list(group)
        found.append(chapter(epoch, ", ".join(m.name for m in marks), " ".join(m.text for m in marks)))
    if last > first and found[-1].epoch < last:
        found.append(chapter(last, "end", "The last state that was recorded."))
    return found
