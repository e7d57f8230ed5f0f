"""The search for landmarks: in the logged curves, and in the answers of the network at its snapshots.

At most `MOST` snapshots are searched, evenly chosen, so that a long recording takes seconds.
"""

from collections import Counter
from collections.abc import Sequence

from animviz.analysis.landmarks.answers import boundary_pieces, dead_units, in_plane, learned_classes
from animviz.analysis.landmarks.curves import accuracy_levels, plateaus
from animviz.analysis.landmarks.landmark import Landmark
from animviz.analysis.states import finite_states
from animviz.errors import InputError
from animviz.recording.recording import Recording

__all__ = ["landmark_named", "landmarks"]

MOST = 400  # snapshots that are searched


def landmarks(recording: Recording) -> list[Landmark]:
    """Return the landmarks of a recording in the order of their epochs."""
    states = finite_states(recording, MOST)
    found = [*accuracy_levels(recording), *plateaus(recording)]
    judged = recording.output_name is not None and recording.output.classifies and recording.output.target is not None
    if states and judged:
        found += learned_classes(recording, states)
        if in_plane(recording):
            found += boundary_pieces(recording, states)
    if states:
        found += dead_units(recording, states)
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


def _distinct(found: Sequence[Landmark]) -> list[Landmark]:
    """Number the later of landmarks with the same name: "boundary in 2 pieces (2)"."""
    seen: Counter[str] = Counter()
    named = []
    for landmark in found:
        seen[landmark.name] += 1
        number = f" ({seen[landmark.name]})" if seen[landmark.name] > 1 else ""
        named.append(Landmark(landmark.epoch, landmark.name + number, landmark.text))
    return named
