"""Landmarks: moments of a training that are worth a caption, found in its recording.

A landmark is looked for among at most `MOST` snapshots, evenly chosen, so a long recording is searched in seconds.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label as connected
from sklearn.metrics import f1_score

from animviz.analysis.classifier import labels_of, predictions
from animviz.analysis.decision import input_limits, plane_grid
from animviz.arrays import Array
from animviz.errors import DivergedError, InputError
from animviz.recording.recording import Recording
from animviz.recording.replay.layers import SILENT
from animviz.recording.state import State
from animviz.sampling import evenly

__all__ = ["Landmark", "landmark_named", "landmarks"]

MOST = 400  # snapshots that are looked at
LEVELS = (50, 90, 99)  # per cent of right answers
LEARNED, FORGOTTEN = 0.8, 0.5  # F1 of a class
GRID, SPECK = 80, 4  # cells along each side of the plane; a piece of the boundary has more cells than a speck
FLAT, LASTING = 0.02, 0.1  # a plateau: the loss stays within this share of its range for this share of the epochs
STILL = 1e-6  # spread of a unit that says the same to every sample


@dataclass(frozen=True)
class Landmark:
    """A moment worth a caption.

    Attributes:
        epoch: when, in epochs since the start.
        name: by which a storyboard calls it; no two of a recording are the same.
        text: what happens, as a sentence.
    """

    epoch: float
    name: str
    text: str


def landmarks(recording: Recording) -> list[Landmark]:
    """Return the landmarks of a recording in the order in which they come."""
    states = [recording.at(recording.epochs[index]) for index in evenly(len(recording), MOST)]
    finite = [state for state in states if _finite(state)]
    found = [*_levels(recording), *_plateaus(recording)]
    if finite and recording.manifest.task == "classification":
        found += _classes(recording, finite)
        if _planar(recording):
            found += _pieces(recording, finite)
    if finite:
        found += _deaths(recording, finite)
    return _distinct(sorted(found, key=lambda landmark: landmark.epoch))


def landmark_named(name: str, recording: Recording) -> Landmark:
    """Return the landmark of that name.

    Raises:
        InputError: there is none; lists those there are.
    """
    found = {landmark.name: landmark for landmark in landmarks(recording)}
    if name not in found:
        names = ", ".join(repr(each) for each in found) or "none"
        raise InputError(f"no landmark {name!r} in {recording.path}; found: {names}")
    return found[name]


def _finite(state: State) -> bool:
    try:
        return bool(state.weights) or True
    except DivergedError:
        return False


def _distinct(found: Sequence[Landmark]) -> list[Landmark]:
    """Number the later ones of those that have the same name: "boundary in 2 pieces (2)"."""
    seen: Counter[str] = Counter()
    named = []
    for landmark in found:
        seen[landmark.name] += 1
        number = f" ({seen[landmark.name]})" if seen[landmark.name] > 1 else ""
        named.append(Landmark(landmark.epoch, landmark.name + number, landmark.text))
    return named


def _levels(recording: Recording) -> Iterator[Landmark]:
    """When the accuracy first reaches a level from below."""
    epochs, values = recording.history("accuracy", source="scores")
    for level in LEVELS:
        above = 100 * values >= level
        if above.any() and not above[0]:
            epoch = float(epochs[above.argmax()])
            yield Landmark(epoch, f"accuracy {level} %", f"{level} % of the answers are right.")


def _plateaus(recording: Recording) -> Iterator[Landmark]:
    """Where the loss stands still for long."""
    epochs, values = recording.history("loss", source=recording.loss_source)
    known = np.isfinite(values)
    epochs, values = epochs[known], values[known]
    for first, last in _flat_spans(epochs, values):
        yield Landmark(float(epochs[first]), "plateau begins", "The loss stands still.")
        if last < len(values) - 1:
            verb = "falls" if values[last + 1] < values[last] else "rises"
            yield Landmark(float(epochs[last]), "plateau ends", f"The loss {verb} again.")


def _flat_spans(epochs: Array, values: Array) -> list[tuple[int, int]]:
    """Return first and last place of each plateau of a curve; two that touch are one that drifts."""
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


def _classes(recording: Recording, states: Sequence[State]) -> Iterator[Landmark]:
    """When a class is learned, and when it is forgotten again, by its F1."""
    labels, names = labels_of(recording, "landmarks"), recording.manifest.class_names
    known = np.zeros(len(names), bool)
    present = np.isin(np.arange(len(names)), labels)
    for state in states:
        scores = f1_score(labels, predictions(state), labels=range(len(names)), average=None, zero_division=0)
        learned = ~known & (scores >= LEARNED) & present
        forgotten = known & (scores < FORGOTTEN)
        for k in np.flatnonzero(learned):
            yield Landmark(state.epoch, f"class {names[k]} learned", f"The network has learned class {names[k]}.")
        for k in np.flatnonzero(forgotten):
            yield Landmark(state.epoch, f"class {names[k]} forgotten", f"The network has forgotten class {names[k]}.")
        known = (known | learned) & ~forgotten


def _planar(recording: Recording) -> bool:
    inputs = recording.inputs
    return not isinstance(inputs, dict) and inputs.shape[1:] == (2,)


def _pieces(recording: Recording, states: Sequence[State]) -> Iterator[Landmark]:
    """When the boundary in the input plane changes its number of pieces, for more than one snapshot."""
    inputs = recording.single_input(recording.inputs).astype(np.float32)
    _, _, plane = plane_grid(*input_limits(inputs), GRID, GRID)
    counts = [_piece_count(predictions(state, plane).reshape(GRID, GRID)) for state in states]
    now = counts[0]
    for place in range(1, len(counts)):
        lasting = counts[place] == counts[min(place + 1, len(counts) - 1)]
        if counts[place] != now and lasting:
            now = counts[place]
            what = f"{now} piece{'' if now == 1 else 's'}"
            text = f"The boundary has {what}." if now else "The boundary is gone: one answer for all."
            yield Landmark(states[place].epoch, f"boundary in {what}" if now else "boundary gone", text)


def _piece_count(classes: Array) -> int:
    """Return into how many pieces the boundary between the classes of a grid falls; specks are not counted."""
    edge = np.zeros(classes.shape, bool)
    edge[:, :-1] |= classes[:, :-1] != classes[:, 1:]
    edge[:-1] |= classes[:-1] != classes[1:]
    pieces, count = connected(edge, structure=np.ones((3, 3)))
    return int((np.bincount(pieces.ravel(), minlength=count + 1)[1:] > SPECK).sum())


def _deaths(recording: Recording, states: Sequence[State]) -> Iterator[Landmark]:
    """When a hidden unit comes to say the same to every sample, for good."""
    for layer in recording.layers[:-1]:
        if layer.kind in SILENT:
            continue
        still = np.array([_still(state, layer.name) for state in states])
        dying = defaultdict(list)
        for unit in np.flatnonzero(still[-1] & ~still[0]):
            dying[len(states) - int((~still[::-1, unit]).argmax())].append(unit)
        for place, units in dying.items():
            one = len(units) == 1
            what = f"unit {units[0]} of {layer.name}" if one else f"{len(units)} units of {layer.name}"
            name, verb = (f"{what} dies", "says") if one else (f"{what} die", "say")
            yield Landmark(states[place].epoch, name, f"From here on {what} {verb} the same to every sample.")


def _still(state: State, layer: str) -> NDArray[np.bool_]:
    """Return which units, or channels, put out the same for every sample, shape (units,)."""
    values = state.activations(layer)
    flat = values.reshape(-1, values.shape[-1])
    return np.asarray(np.ptp(flat, axis=0) <= STILL)
