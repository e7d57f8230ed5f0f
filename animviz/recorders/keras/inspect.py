"""Read what a Keras model is made of: its layers, weights and loss."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from keras.src.utils.rng_utils import get_random_seed  # not exported, and nothing else knows the seed

from animviz.arrays import Array
from animviz.recorders.deciding import TO_PROBABILITIES, Facts
from animviz.recorders.description import Description, versions_of
from animviz.recorders.keras.building import build
from animviz.recorders.keras.layer import layer_entry
from animviz.recorders.keras.leaves import leaves, line_of
from animviz.recorders.keras.masks import masks_of
from animviz.recorders.keras.outputs import facts_of, is_copy
from animviz.recorders.keras.running import as_run, left_out, stored_by_default
from animviz.recorders.keras.tapping import probe, seen
from animviz.recorders.naming import require_probabilities
from animviz.recorders.session import Session
from animviz.recorders.understanding import Meaning
from animviz.recording.replay.layers import Layer, is_chain, is_dense_chain

__all__ = ["chain_arch", "described", "layer_table", "weight_names"]

ENOUGH = 1000  # samples that tell whether outputs are probabilities
WAY = (
    "compile the loss with from_logits=True if it puts out logits, or pass task='{task} probabilities' if Keras is to cut "
    "them off at 0 and 1"
)


def described(model: Any, session: Session, trained_on: tuple[Any, Any]) -> Description:
    """Describe a Keras model; one without weights yet is built first.

    Args:
        model: of any kind.
        session: which records it, and knows what the user says.
        trained_on: what `fit` was given to feed in and to compare with, as far as that can be seen.

    Raises:
        InputError: it is in doubt what the model puts out; names the choices.
        RecordingError: the model cannot be built, or does not take the samples.
    """
    samples = session.samples
    build(model, samples.fed if samples.inputs else trained_on[0])
    layers, probed, stored, out = layer_table(model), None, None, ""
    masks: dict[str, Array] = {}
    if samples.inputs and not is_chain(layers):
        ran, probed = seen(model, samples.fed)
        layers = as_run(layers, ran, whole=bool(probed))
        stored, out = stored_by_default(layers, ran), left_out(layers, ran)
        masks = masks_of(model, samples.fed) if probed else {}
    facts = facts_of(model, probed, masks, copies_input=is_copy(*trained_on), is_chain=is_chain(layers))
    meaning = session.understood(*facts)
    _require_certain(model, session, facts, meaning)
    return Description(
        name=model.name,
        layers=layers,
        meaning=meaning,
        arch=chain_arch(model, layers),
        model=_as_json(model),
        versions=versions_of("animviz", "keras", "tensorflow", "numpy"),
        seed=get_random_seed(),
        stored=stored,
        left_out=out,
    )


def layer_table(model: Any) -> tuple[Layer, ...]:
    """Describe a model's layers in order; those that can be replayed without Keras are marked so.

    Args:
        model: a built Keras model.
    """
    names = dict(zip(map(id, model.weights), weight_names(model), strict=True))
    line = set(map(id, line_of(model)))
    return tuple(layer_entry(path, layer, names, chained=id(layer) in line) for path, layer in leaves(model).items())


def weight_names(model: Any) -> list[str]:
    """Return a stable name for each of ``model.weights``: its path below the model, made unique."""
    found: list[str] = []
    for variable in model.weights:
        name = variable.path.removeprefix(f"{model.name}/")
        repeats = sum(other == name or other.startswith(f"{name}#") for other in found)
        found.append(f"{name}#{repeats + 1}" if repeats else name)
    return found


def chain_arch(model: Any, layers: tuple[Layer, ...]) -> str | None:
    """Return the architecture as text where the model is a chain of dense layers, else None."""
    if not is_dense_chain(layers):
        return None
    widths = [layer.output_shape[-1] for layer in layers if layer.kind == "Dense" and layer.output_shape]
    inputs = int(np.prod(model.input_shape[1:]))
    return "-".join(map(str, [inputs, *widths])) if widths else None


def _require_certain(model: Any, session: Session, facts: Sequence[Facts], meaning: Meaning) -> None:
    """Refuse outputs that only their loss calls probabilities, where they are none: Keras cuts such numbers off."""
    told, samples = session.told.tasks, session.samples
    doubted = [
        output
        for output, known in zip(meaning.outputs, facts, strict=True)
        if output.form == "probabilities"
        and known.activation not in TO_PROBABILITIES
        and not {"", output.name} & set(told)
    ]
    if doubted and samples.inputs:
        require_probabilities(doubted, probe(model, samples.first(ENOUGH), ())[1], WAY)


def _as_json(model: Any) -> str | None:
    try:
        return str(model.to_json())
    except Exception:  # subclassed models raise whatever their author or Keras chose
        return None
