"""Landmarks in the network's answers: learned classes, pieces of the boundary, dead units."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from animviz.analysis.classifier import labels_of, predictions
from animviz.analysis.landmarks.landmark import Landmark
from animviz.analysis.plane import input_limits, plane_grid
from animviz.arrays import Array
from animviz.errors import DivergedError, RecordingError
from animviz.recording.obtaining import obtainable
from animviz.recording.recording import Recording
from animviz.recording.replay.layers import SILENT
from animviz.recording.state import State

__all__ = ["boundary_forms", "dead_units", "in_plane", "is_closed", "learned_classes", "piece_count"]

LEARNED, FORGOTTEN = 0.8, 0.5  # F1 of a class
GRID, SPECK = 80, 4  # cells along each side of the plane; cells of the largest piece that is ignored
STILL = 1e-6  # range of a unit whose output is the same for all samples


def learned_classes(recording: Recording, states: Sequence[State]) -> Iterator[Landmark]:
    """Give the moment from which on a class is known, by its F1; or at which one that was known is lost for good."""
    labels, names = labels_of(recording, "landmarks"), recording.output.class_names
    counted = labels >= 0
    scores = np.array([_f1(labels[counted], predictions(state)[counted], len(names)) for state in states])
    for k in np.flatnonzero(np.isin(np.arange(len(names)), labels)):
        known, weak = scores[:, k] >= LEARNED, scores[:, k] < FORGOTTEN
        if not known.any() or known[0]:
            continue
        since = len(states) - int(weak[::-1].argmax())  # from here on it is never weak again
        if weak[-1]:
            lost = len(states) - int(known[::-1].argmax())
            text = f"The network has forgotten class {names[k]}."
            yield Landmark(states[lost + int(weak[lost:].argmax())].epoch, f"class {names[k]} forgotten", text)
        elif known[since:].any():
            text = f"The network has learned class {names[k]}."
            yield Landmark(states[since + int(known[since:].argmax())].epoch, f"class {names[k]} learned", text)


def _f1(labels: Array, answers: Array, count: int) -> Array:
    """Return the F1 of each class, shape (count,)."""
    right, true, said = (np.bincount(part, minlength=count) for part in (labels[labels == answers], labels, answers))
    return np.asarray(2 * right / np.maximum(true + said, 1))


def in_plane(recording: Recording) -> bool:
    """Say whether the inputs are points of a plane, and the network answers at others too."""
    try:
        inputs = recording.inputs
        if isinstance(inputs, dict) or inputs.shape[1:] != (2,):
            return False
        recording.at(recording.epochs[0]).outputs(inputs[:1])
    except (DivergedError, RecordingError):  # text is not kept; outputs may be stored for the samples alone
        return False
    return True


def boundary_forms(recording: Recording, states: Sequence[State]) -> Iterator[Landmark]:
    """Give the moments from which on the boundary has as many pieces as at the end, and is closed as at the end."""
    inputs = recording.single_input(recording.inputs).astype(np.float32)
    _, _, plane = plane_grid(*input_limits(inputs), GRID, GRID)
    drawn = [predictions(state, plane).reshape(GRID, GRID) for state in states]
    counts, closed = (np.array([form(classes) for classes in drawn]) for form in (piece_count, is_closed))
    if place := _since(counts == counts[-1]):
        what = f"{counts[-1]} piece{'' if counts[-1] == 1 else 's'}"
        text = f"From here on the boundary has {what}." if counts[-1] else "The boundary is gone: one answer for all."
        yield Landmark(states[place].epoch, f"boundary in {what}" if counts[-1] else "boundary gone", text)
    if closed[-1] and (place := _since(closed)):
        yield Landmark(states[place].epoch, "boundary closes", "No boundary leaves the picture of the plane any more.")


def is_closed(classes: Array) -> bool:
    """Say whether one answer stands all around a plane, and another inside.

    Args:
        classes: class numbers of a grid, shape (rows, columns).
    """
    rim = np.concatenate([classes[0], classes[-1], classes[:, 0], classes[:, -1]])
    return bool((rim == rim[0]).all() and (classes != rim[0]).sum() > SPECK)


def _since(holds: NDArray[np.bool_]) -> int:
    """Return the place from which on something holds to the end."""
    return 0 if holds.all() else len(holds) - int((~holds[::-1]).argmax())


def piece_count(classes: Array) -> int:
    """Return the number of connected pieces of the boundary between classes; specks are not counted.

    Args:
        classes: class numbers of a grid, shape (rows, columns).
    """
    from scipy.ndimage import label as connected  # a tenth of a second, which a still shall not wait for

    edge = np.zeros(classes.shape, bool)
    edge[:, :-1] |= classes[:, :-1] != classes[:, 1:]
    edge[:-1] |= classes[:-1] != classes[1:]
    pieces, count = connected(edge, structure=np.ones((3, 3)))
    return int((np.bincount(pieces.ravel(), minlength=count + 1)[1:] > SPECK).sum())


def dead_units(recording: Recording, states: Sequence[State]) -> Iterator[Landmark]:
    """Give for each layer the moment from which on all its dead units are dead: the same output for every sample."""
    for layer in obtainable(recording, [layer for layer in recording.layers[:-1] if layer.kind not in SILENT])[0]:
        dead = np.flatnonzero(_constant_units(states[-1], layer.name) & ~_constant_units(states[0], layer.name))
        if not dead.size:
            continue
        still = np.array([_constant_units(state, layer.name) for state in states])
        one = len(dead) == 1
        what = f"unit {dead[0]} of {layer.name}" if one else f"{len(dead)} units of {layer.name}"
        name, verb = (f"{what} dies", "says") if one else (f"{what} die", "say")
        text = f"From here on {what} {verb} the same to every sample."
        yield Landmark(states[_since(np.asarray(still[:, dead].all(axis=1)))].epoch, name, text)


def _constant_units(state: State, layer: str) -> NDArray[np.bool_]:
    """Return which units, or channels, have the same output for every sample, shape (units,)."""
    values = state.activations(layer)
    flat = values.reshape(-1, values.shape[-1])
    return np.asarray(np.ptp(flat, axis=0) <= STILL)
