"""Landmarks in the logged curves: levels of the accuracy, and plateaus of the loss."""

from collections.abc import Iterator

import numpy as np

from animviz.analysis.landmarks.landmark import Landmark
from animviz.arrays import Array
from animviz.recording.recording import Recording

__all__ = ["LEVELS", "accuracy_levels", "flat_spans", "plateaus"]

LEVELS = (50, 90, 99)  # per cent of right answers
FLAT, LASTING = 0.02, 0.1  # a plateau: the loss stays within this share of its range for this share of the epochs


def accuracy_levels(recording: Recording) -> Iterator[Landmark]:
    """Give the moments at which the accuracy first reaches a level from below."""
    epochs, values = recording.history("accuracy", source="scores")
    for level in LEVELS:
        above = 100 * values >= level
        if above.any() and not above[0]:
            epoch = float(epochs[above.argmax()])
            yield Landmark(epoch, f"accuracy {level} %", f"{level} % of the answers are right.")


def plateaus(recording: Recording) -> Iterator[Landmark]:
    """Give the first and the last moment of each plateau of the loss."""
    epochs, values = recording.history("loss", source=recording.loss_source)
    known = np.isfinite(values)
    epochs, values = epochs[known], values[known]
    for first, last in flat_spans(epochs, values):
        yield Landmark(float(epochs[first]), "plateau begins", "The loss stands still.")
        if last < len(values) - 1:
            verb = "falls" if values[last + 1] < values[last] else "rises"
            yield Landmark(float(epochs[last]), "plateau ends", f"The loss {verb} again.")


def flat_spans(epochs: Array, values: Array) -> list[tuple[int, int]]:
    """Return the plateaus of a curve; two that touch count as one that drifts.

    Args:
        epochs: ascending, shape (points,).
        values: finite, shape (points,).

    Returns:
        First and last index of each, ascending.
    """
    if len(values) < 4:
        return []
    room, least = FLAT * float(np.ptp(values)), LASTING * float(np.ptp(epochs))
    spans: list[tuple[int, int]] = []
    first = 0
    while first < len(values) - 2:
        away = np.abs(values[first:] - values[first]) > room
        last = first + int(away.argmax()) - 1 if away.any() else len(values) - 1
        if last < first + 2 or epochs[last] - epochs[first] < least:
            first += 1
            continue
        if spans and first - spans[-1][1] <= 1:
            first = spans.pop()[0]
        spans.append((first, last))
        first = last
    return spans
