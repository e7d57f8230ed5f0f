"""Which layers a recording tells the activations of: those stored, replayed, or computed by the rebuilt model."""

from collections.abc import Sequence

from animviz.errors import RecordingError
from animviz.recording.recording import Recording
from animviz.recording.replay.layers import Layer, is_chain
from animviz.recording.state import State

__all__ = ["obtainable"]


def obtainable(recording: Recording, layers: Sequence[Layer]) -> tuple[list[Layer], str]:
    """Part layers by whether their activations can be had.

    Args:
        recording: which the layers are of.
        layers: some of its layers.

    Returns:
        Those whose activations can be had, and a note that names the others, or "".
    """
    state = recording.at(recording.epochs[0])
    there = [layer for layer in layers if _is_obtainable(state, layer.name)]
    names = [layer.name for layer in layers if layer not in there]
    return there, f"not stored: {', '.join(names)}" if names else ""


def _is_obtainable(state: State, name: str) -> bool:
    basis = state.basis
    if name in state.snapshot.stored:
        return True
    try:
        few = basis.inputs
        if not is_chain(basis.layers[: basis.layer_index(name) + 1]):
            state.activations(name, {key: a[:2] for key, a in few.items()} if isinstance(few, dict) else few[:2])
    except RecordingError:  # no inputs, or a model that cannot be rebuilt
        return False
    return True
