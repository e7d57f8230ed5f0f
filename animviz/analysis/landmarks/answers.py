"""Landmarks in the network's answers: learned classes, pieces of the boundary, dead units."""

from collections import defaultdict
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

__all__ = ["boundary_pieces", "dead_units", "in_plane", "learned_classes", "piece_count"]

LEARNED, FORGOTTEN = 0.8, 0.5  # F1 of a class
GRID, SPECK = 80, 4  # cells along each side of the plane; cells of the largest piece that is ignored
STILL = 1e-6  # range of a unit whose output is the same for all samples


def learned_classes(recording: Recording, states: Sequence[State]) -> Iterator[Landmark]:
    """Give the moments at which a class is learned, and at which it is forgotten again, by its F1."""
    labels, names = labels_of(recording, "landmarks"), recording.output.class_names
    known = np.zeros(len(names), bool)
    present = np.isin(np.arange(len(names)), labels)
    counted = labels >= 0
    for state in states:
        scores = f1_score(
            labels[counted], predictions(state)[counted], labels=range(len(names)), average=None, zero_division=0
        )
        learned = ~known & (scores >= LEARNED) & present
        forgotten = known & (scores < FORGOTTEN)
        for k in np.flatnonzero(learned):
            yield Landmark(state.epoch, f"class {names[k]} learned", f"The network has learned class {names[k]}.")
        for k in np.flatnonzero(forgotten):
            yield Landmark(state.epoch, f"class {names[k]} forgotten", f"The network has forgotten class {names[k]}.")
        known = (known | learned) & ~forgotten


def in_plane(recording: Recording) -> bool:
    """Say whether the inputs are points of a plane."""
    inputs = recording.inputs
    return not isinstance(inputs, dict) and inputs.shape[1:] == (2,)


def boundary_pieces(recording: Recording, states: Sequence[State]) -> Iterator[Landmark]:
    """Give the moments at which the boundary changes its number of pieces, for more than one snapshot."""
    inputs = recording.single_input(recording.inputs).astype(np.float32)
    _, _, plane = plane_grid(*input_limits(inputs), GRID, GRID)
    counts = [piece_count(predictions(state, plane).reshape(GRID, GRID)) for state in states]
    now = counts[0]
    for place in range(1, len(counts)):
        lasting = counts[place] == counts[min(place + 1, len(counts) - 1)]
        if counts[place] != now and lasting:
            now = counts[place]
            what = f"{now} piece{'' if now == 1 else 's'}"
            text = f"The boundary has {what}." if now else "The boundary is gone: one answer for all."
            yield Landmark(states[place].epoch, f"boundary in {what}" if now else "boundary gone", text)


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
    """Give the moments from which on a hidden unit has the same output for every sample."""
    for layer in obtainable(recording, [layer for layer in recording.layers[:-1] if layer.kind not in SILENT])[0]:
        still = np.array([_constant_units(state, layer.name) for state in states])
        dying = defaultdict(list)
        for unit in np.flatnonzero(still[-1] & ~still[0]):
            dying[len(states) - int((~still[::-1, unit]).argmax())].append(unit)
        for place, units in dying.items():
            one = len(units) == 1
            what = f"unit {units[0]} of {layer.name}" if one else f"{len(units)} units of {layer.name}"
            name, verb = (f"{what} dies", "says") if one else (f"{what} die", "say")
            yield Landmark(states[place].epoch, name, f"From here on {what} {verb} the same to every sample.")


def _constant_units(state: State, layer: str) -> NDArray[np.bool_]:
    """Return which units, or channels, have the same output for every sample, shape (units,)."""
    values = state.activations(layer)
    flat = values.reshape(-1, values.shape[-1])
    return np.asarray(np.ptp(flat, axis=0) <= STILL)
