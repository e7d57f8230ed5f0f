"""Landmarks in the curves: levels of the accuracy, the best epoch, where the loss stands still, where two curves part.

None is moved by a curve that flickers: what counts is the lowest loss so far, or what holds to the end.
"""

from collections.abc import Iterator

import numpy as np

from animviz.analysis.landmarks.landmark import Landmark
from animviz.arrays import Array
from animviz.recording.recording import Recording

__all__ = ["LEVELS", "accuracy_levels", "best_epoch", "divergence", "flat_span", "parting", "plateau", "settling"]

LEVELS = (50, 90, 99)  # per cent of right answers
FLAT, LASTING = 0.02, 0.1  # standing still: within this share of the range, for at least this share of the epochs
FALL = 0.1  # share of the range by which the loss falls again after a plateau
GAP = 0.05  # of the range, between training and validation


def accuracy_levels(recording: Recording) -> Iterator[Landmark]:
    """Give the moments at which the accuracy of the recorded states first rises above a level."""
    epochs, values = recording.history("accuracy", source="scores")
    for level in LEVELS:
        above = 100 * values > level
        if above.any() and not above[0]:
            epoch = float(epochs[above.argmax()])
            yield Landmark(epoch, f"above {level} % right", f"More than {level} % of the answers are right.")


def best_epoch(recording: Recording) -> Iterator[Landmark]:
    """Give the moment of the lowest loss: in validation where there was one, else of the recorded states."""
    name, source = ("val_loss", "logs") if "val_loss" in recording.noted() else ("loss", recording.loss_source)
    epochs, values = _finite(*recording.history(name, source=source))  # type: ignore[arg-type]
    if len(values) > 1:
        what = "loss in validation" if name == "val_loss" else "loss"
        yield Landmark(float(epochs[values.argmin()]), "best epoch", f"The {what} is the lowest of all epochs.")


def divergence(recording: Recording) -> Iterator[Landmark]:
    """Give the moment from which on the weights or the loss are no finite numbers."""
    if recording.diverged_at is not None:
        yield Landmark(recording.diverged_at, "training diverges", "From here on there are no finite numbers.")


def plateau(recording: Recording) -> Iterator[Landmark]:
    """Give both ends of the longest time in which the loss stands still before it falls again."""
    epochs, values = _finite(*recording.history("loss", source=recording.loss_source))
    span = flat_span(epochs, values)
    if span is not None:
        yield Landmark(float(epochs[span[0]]), "plateau begins", "The loss stands still.")
        yield Landmark(float(epochs[span[1]]), "plateau ends", "The loss falls again.")


def settling(recording: Recording) -> Iterator[Landmark]:
    """Give the moment from which on the loss falls no further, if it comes before the end."""
    epochs, values = _finite(*recording.history("loss", source=recording.loss_source))
    if len(values) < 4 or np.ptp(values) == 0:
        return
    lowest = np.minimum.accumulate(values)
    place = int((lowest <= lowest[-1] + FLAT * (values[0] - lowest[-1])).argmax())
    if place and epochs[-1] - epochs[place] >= LASTING * np.ptp(epochs):
        yield Landmark(float(epochs[place]), "loss levels off", "Nearly all of the fall of the loss is over.")


def parting(recording: Recording) -> Iterator[Landmark]:
    """Give the moment from which on the loss of training stays below that of validation."""
    epochs, training = recording.history("loss")
    others, validation = recording.history("val_loss")
    shared, first, second = np.intersect1d(epochs, others, return_indices=True)
    training, validation = training[first], validation[second]
    if len(shared) < 4 or not np.isfinite([training, validation]).all():
        return
    apart = validation - training > GAP * float(np.ptp([training, validation]))
    place = len(apart) - int((~apart[::-1]).argmax()) if not apart.all() else 0
    if place and place < len(apart) and shared[-1] - shared[place] >= LASTING * np.ptp(shared):
        text = "From here on the loss in validation stays above that of training."
        yield Landmark(float(shared[place]), "curves part", text)


def flat_span(epochs: Array, values: Array) -> tuple[int, int] | None:
    """Return the first and the last index of the longest plateau of a curve after which it falls again, or None.

    Args:
        epochs: ascending, shape (points,).
        values: finite, shape (points,).
    """
    if len(values) < 4:
        return None
    lowest, size = np.minimum.accumulate(values), float(np.ptp(values))
    best, span = LASTING * float(np.ptp(epochs)), None
    stops = np.searchsorted(-lowest, FLAT * size - lowest, side="right")
    for first in np.flatnonzero(lowest - lowest[-1] >= FALL * size) if size else ():
        if stops[first] < first + 3 or epochs[stops[first] - 1] - epochs[first] < best:
            continue
        # Once the loss has risen, "so far the lowest" stands still without a plateau.
        wild = np.abs(values[first : stops[first]] - values[first]) > 5 * FLAT * size
        last = int(first + wild.argmax() if wild.any() else stops[first]) - 1
        if last >= first + 2 and epochs[last] - epochs[first] >= best + (1e-9 if span else 0):
            best, span = float(epochs[last] - epochs[first]), (int(first), last)
    return span


def _finite(epochs: Array, values: Array) -> tuple[Array, Array]:
    known = np.isfinite(values)
    return epochs[known], values[known]
