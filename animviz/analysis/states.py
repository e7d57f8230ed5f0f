"""States of a recording at an even choice of its snapshots."""

from animviz.errors import DivergedError
from animviz.recording.recording import Recording
from animviz.recording.state import State
from animviz.sampling import evenly

__all__ = ["finite_states", "sampled_states"]


def sampled_states(recording: Recording, most: int = 60) -> list[State]:
    """Return the states with finite weights, from which a scene takes its fixed limits; see `finite_states`.

    Raises:
        DivergedError: no snapshot has finite weights.
    """
    finite = finite_states(recording, most)
    if not finite:
        raise DivergedError(f"{recording.path}: no snapshot has finite weights; train again with a smaller step")
    return finite


def finite_states(recording: Recording, most: int) -> list[State]:
    """Return the states with finite weights among an even choice of snapshots, with the first and the last.

    Args:
        recording: of any model.
        most: how many snapshots are chosen at most.
    """
    states = [recording.at(recording.epochs[index]) for index in evenly(len(recording), most)]
    return [state for state in states if _is_finite(state)]


def _is_finite(state: State) -> bool:
    try:
        state.weights  # noqa: B018
    except DivergedError:
        return False
    return True
