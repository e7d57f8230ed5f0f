"""Scoring: what a captured state scores on the recording's own samples."""

from collections.abc import Mapping

from animviz.arrays import Array
from animviz.recorders.description import Captured, Description
from animviz.recording import metrics
from animviz.recording.meaning import Output
from animviz.recording.replay.layers import is_chain

__all__ = ["scores_of"]


def scores_of(model: Description, state: Captured, inputs: Mapping[str, Array]) -> dict[str, float]:
    """Return "loss" and "accuracy" as far as they can be stated, and "NAME loss" and so on of further outputs.

    Args:
        model: what is trained.
        state: of it.
        inputs: of the recording, by the names that they have in its file.
    """
    meaning, outputs = model.meaning, state.outputs
    found = {}
    if not outputs and len(meaning.outputs) == 1 and "inputs" in inputs and is_chain(model.layers):
        found = _replayed(model, meaning.outputs[0], state, inputs)
    for output in meaning.outputs:
        target = meaning.target_of(output, inputs)
        if target is not None and output.name in outputs:
            prefix = "" if output.name == meaning.main_output else f"{output.name} "
            scores = metrics.scores(output, target, outputs[output.name], penalty=state.penalty)
            found.update({prefix + name: value for name, value in scores.items()})
    for name, value in state.losses.items():
        found["loss" if name == meaning.main_output else f"{name} loss"] = value + state.penalty
    return found


def _replayed(model: Description, output: Output, state: Captured, inputs: Mapping[str, Array]) -> dict[str, float]:
    """Return what a chain of layers scores, replayed from its weights."""
    target = model.meaning.target_of(output, inputs)
    if target is None:
        return {}
    taken, values = metrics.loss_outputs(output, model.layers, state.weights, inputs["inputs"])
    return metrics.scores(taken, target, values, penalty=state.penalty)
