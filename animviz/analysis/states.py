"""States of a recording at a choice of its snapshots."""

from collections.abc import Callable, Sequence
from typing import overload

from animviz.errors import DivergedError
from animviz.recording.reader import snapshot_path
from animviz.recording.recording import Recording
from animviz.recording.state import State
from animviz.safety.limits import limit
from animviz.sampling import evenly

__all__ = ["finite_states", "sampled_states"]

Choose = Callable[[int, int], list[int]]


def sampled_states(recording: Recording, most: int = 60, choose: Choose = evenly) -> Sequence[State]:
    """Return the states with finite weights, from which a scene takes its fixed limits; see `finite_states`.

    Raises:
        DivergedError: no snapshot has finite weights.
    """
    finite = finite_states(recording, most, choose)
    if not finite:
        raise DivergedError(f"{recording.path}: no snapshot has finite weights; train again with a smaller step")
    return finite


def finite_states(recording: Recording, most: int, choose: Choose = evenly) -> Sequence[State]:
    """Return the states with finite weights among a choice of snapshots, with the first and the last.

    Args:
        recording: of any model.
        most: how many snapshots are chosen at most.
        choose: how, see `animviz.sampling`.
    """
    epochs = [float(recording.epochs[index]) for index in choose(len(recording), most)]
    size = snapshot_path(recording.path, 0).stat().st_size
    if size * len(epochs) <= limit("arrays"):
        return [state for state in map(recording.at, epochs) if _is_finite(state)]
    return _Read(recording, [epoch for epoch in epochs if _is_finite(recording.at(epoch))])


class _Read(Sequence[State]):
    """States that are read whenever they are looked at: together they are too large to be kept."""

    def __init__(self, recording: Recording, epochs: Sequence[float]) -> None:
        self._recording, self._epochs = recording, epochs

    def __len__(self) -> int:
        return len(self._epochs)

    @overload
    def __getitem__(self, index: int) -> State: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[State]: ...
    def __getitem__(self, index: int | slice) -> State | Sequence[State]:
        if isinstance(index, slice):
            return _Read(self._recording, self._epochs[index])
        return self._recording.at(self._epochs[index])


def _is_finite(state: State) -> bool:
    try:
        state.weights  # noqa: B018
    except DivergedError:
        return False
    return True
