"""The chapters of a film, at the landmarks of its recording, and the numbers that were recorded there."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from animviz.analysis.landmarks import landmarks
from animviz.arrays import Array
from animviz.recording.recording import Recording
from animviz.rendering.timeline import Timeline
from animviz.sampling import last_at

__all__ = ["Chapter", "chapters_of", "numbers_at"]

MOST_NUMBERS = 6


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
