"""Landmarks in the network's answers: learned classes, pieces of the boundary, dead units."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label as connected
from sklearn.metrics import f1_score

from animviz.analysis.classifier import labels_of, predictions
from animviz.analysis.landmarks.landmark import Landmark
from animviz.analysis.plane import input_limits, plane_grid
from animviz.arrays import Array
from animviz.recording.obtaining import obtainable
from animviz.recording.recording import Recording
from animviz.recording.replay.layers import SILENT
from animviz.recording.state import State

__all__ = ["closing", "dead_units", "in_plane", "is_closed", "last_pieces", "learned_classes", "piece_count"]

LEARNED, FORGOTTEN = 0.8, 0.5  # F1 of a class
GRID, SPECK = 80, 4  # cells along each side of the plane; cells of the largest piece that is ignored
STILL = 1e-6  # range of a unit whose output is the same for all samples


def learned_classes(recording: Recording, states: Sequence[State]) -> Iterator[Landmark]:
    """Give the moment from which on a class is known, by its F1; or at which one that was known is lost for good."""
    labels, names = labels_of(recording, "landmarks"), recording.output.class_names
    counted = labels >= 0
    scores = np.array([
        f1_score(labels[counted], predictions(state)[counted], labels=range(len(names)), average=None, zero_division=0)
        for state in states
    ])  # fmt: skip
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


def in_plane(recording: Recording) -> bool:
    """Say whether the inputs are points of a plane."""
    inputs = recording.inputs
    return not isinstance(inputs, dict) and inputs.shape[1:] == (2,)


def last_pieces(recording: Recording, states: Sequence[State]) -> Iterator[Landmark]:
    """Give the moment from which on the boundary has as many pieces as at the end."""
    counts = np.array([piece_count(classes) for classes in _planes(recording, states)])
    place = _since(counts == counts[-1])
    if place:
        what = f"{counts[-1]} piece{'' if counts[-1] == 1 else 's'}"
        text = f"From here on the boundary has {what}." if counts[-1] else "The boundary is gone: one answer for all."
        yield Landmark(states[place].epoch, f"boundary in {what}" if counts[-1] else "boundary gone", text)


def closing(recording: Recording, states: Sequence[State]) -> Iterator[Landmark]:
    """Give the moment from which on one answer is enclosed by another: no boundary leaves the picture of the plane."""
    closed = np.array([is_closed(classes) for classes in _planes(recording, states)])
    place = _since(closed)
    if closed[-1] and place:
        yield Landmark(states[place].epoch, "boundary closes", "The boundary closes to a ring.")


def is_closed(classes: Array) -> bool:
    """Say whether one answer stands all around a plane, and another inside.

    Args:
        classes: class numbers of a grid, shape (rows, columns).
    """
    rim = np.concatenate([classes[0], classes[-1], classes[:, 0], classes[:, -1]])
    return bool((rim == rim[0]).all() and (classes != rim[0]).sum() > SPECK)


def _planes(recording: Recording, states: Sequence[State]) -> Iterator[Array]:
    """Give the classes that are answered over the plane, shape (rows, columns)."""
    inputs = recording.single_input(recording.inputs).astype(np.float32)
    _, _, plane = plane_grid(*input_limits(inputs), GRID, GRID)
    return (predictions(state, plane).reshape(GRID, GRID) for state in states)


def _since(holds: NDArray[np.bool_]) -> int:
    """Return the place from which on something holds to the end."""
    return 0 if holds.all() else len(holds) - int((~holds[::-1]).argmax())


def piece_count(classes: Array) -> int:
    """Return the number of connected pieces of the boundary between classes; specks are not counted.

    Args:
        classes: class numbers of a grid, shape (rows, columns).
    """
    edge = np.zeros(classes.shape, bool)
    edge[:, :-1] |= classes[:, :-1] != classes[:, 1:]
    edge[:-1] |= classes[:-1] != classes[1:]
    pieces, count = connected(edge, structure=np.ones((3, 3)))
    return int((np.bincount(pieces.ravel(), minlength=count + 1)[1:] > SPECK).sum())


def dead_units(recording: Recording, states: Sequence[State]) -> Iterator[Landmark]:
    """Give for each layer the moment from which on all its dead units are dead: the same output for every sample."""
    for layer in obtainable(recording, [layer for layer in recording.layers[:-1] if layer.kind not in SILENT])[0]:
        still = np.array([_constant_units(state, layer.name) for state in states])
        dead = np.flatnonzero(still[-1] & ~still[0])
        if not dead.size:
            continue
        one = len(dead) == 1
        what = f"unit {dead[0]} of {layer.name}" if one else f"{len(dead)} units of {layer.name}"
        name, verb = (f"{what} dies", "says") if one else (f"{what} die", "say")
        text = f"From here on {what} {verb} the same to every sample."
        yield Landmark(states[_since(still[:, dead].all(axis=1))].epoch, name, text)


def _constant_units(state: State, layer: str) -> NDArray[np.bool_]:
    """Return which units, or channels, have the same output for every sample, shape (units,)."""
    values = state.activations(layer)
    flat = values.reshape(-1, values.shape[-1])
    return np.asarray(np.ptp(flat, axis=0) <= STILL)
