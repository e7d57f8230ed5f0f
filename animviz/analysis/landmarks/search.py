"""The search for landmarks: in the logged curves, and in the answers of the network at its snapshots.

Those that a lecturer would say aloud are few. At most `MOST` snapshots are searched, evenly chosen, so that a long
recording takes seconds.
"""

from animviz.analysis.landmarks.answers import boundary_forms, dead_units, in_plane, learned_classes
from animviz.analysis.landmarks.curves import accuracy_levels, best_epoch, divergence, parting, plateau, settling
from animviz.analysis.landmarks.landmark import Landmark
from animviz.analysis.states import finite_states
from animviz.errors import InputError
from animviz.recording.recording import Recording

__all__ = ["landmark_named", "landmarks", "landmarks_of_curves"]

MOST = 400  # snapshots that are searched
FEW = 4  # classes that are all told of


def landmarks(recording: Recording) -> list[Landmark]:
    """Return the landmarks of a recording that are worth a sentence, in the order of their epochs.

    Of many classes only the first and the last that are learned are among them.
    """
    found = _found(recording)
    learned = [landmark for landmark in found if landmark.name.startswith("class ")]
    left_out = learned[1:-1] if len(learned) > FEW else []
    return [landmark for landmark in found if landmark not in left_out]


def landmarks_of_curves(recording: Recording) -> list[Landmark]:
    """Return the landmarks of loss and accuracy, and of the boundary in a plane, in the order of their epochs: in no time.

    Args:
        recording: of any model.
    """
    searches = (accuracy_levels, plateau, settling, parting, best_epoch, divergence)
    found = [mark for search in searches for mark in search(recording)]
    if _judged(recording) and in_plane(recording) and (states := finite_states(recording, MOST)):
        found += boundary_forms(recording, states)
    return sorted(found, key=lambda landmark: landmark.epoch)


def landmark_named(name: str, recording: Recording) -> Landmark:
    """Return the landmark of that name; of every class there is one.

    Raises:
        InputError: there is none; lists those there are.
    """
    found = {landmark.name: landmark for landmark in _found(recording)}
    if name not in found:
        names = ", ".join(repr(each) for each in found) or "none"
        raise InputError(f"no landmark {name!r} in {recording.path}; found: {names}")
    return found[name]


def _found(recording: Recording) -> list[Landmark]:
    """Return all landmarks; no two have the same name."""
    states = finite_states(recording, MOST)
    found = landmarks_of_curves(recording)
    if states and _judged(recording):
        found += learned_classes(recording, states)
    if states:
        found += dead_units(recording, states)
    return sorted(found, key=lambda landmark: landmark.epoch)


def _judged(recording: Recording) -> bool:
    return recording.output_name is not None and recording.output.classifies and recording.output.target is not None
