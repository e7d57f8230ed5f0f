"""States of a recording at some of its epochs."""

from animviz.errors import DivergedError
from animviz.recording.recording import Recording
from animviz.recording.state import State
from animviz.sampling import evenly

__all__ = ["sampled_states"]


def sampled_states(recording: Recording, most: int = 60) -> list[State]:
    """Return the states of evenly spread snapshots, first and last among them, from which fixed limits are taken.

    Raises:
        DivergedError: no snapshot has finite weights.
    """
    states = [recording.at(recording.epochs[index]) for index in evenly(len(recording), most)]
    finite = []
    for state in states:
        try:
            state.weights  # noqa: B018
        except DivergedError:
            continue
        finite.append(state)
    if not finite:
        raise DivergedError(f"{recording.path}: no snapshot has finite weights; train again with a smaller step")
    return finite
