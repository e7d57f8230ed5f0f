"""Storing: which layers' activations a recording keeps, beside the weights."""

import logging
from collections.abc import Sequence
from pathlib import Path

from animviz.errors import RecordingError
from animviz.recorders.description import Description
from animviz.recording.replay.layers import is_chain

__all__ = ["stored_layers"]

log = logging.getLogger("animviz")


def stored_layers(path: Path, model: Description, asked: Sequence[str] | None, *, has_inputs: bool) -> tuple[str, ...]:
    """Return the layers whose activations are stored: those that are asked for, else those that cannot be replayed.

    Args:
        path: of the recording, for what is said.
        model: what is trained.
        asked: names of layers, or None.
        has_inputs: whether there is something to feed in.

    Raises:
        RecordingError: there is no such layer, or nothing to feed in.
    """
    names = [layer.name for layer in model.layers]
    chosen = None if asked is None else tuple(dict.fromkeys(model.parts.get(name, name) for name in asked))
    if chosen is None and not is_chain(model.layers) and has_inputs:
        flat = [layer.name for layer in model.layers if layer.output_shape and len(layer.output_shape) == 1]
        chosen = (tuple(flat) or tuple(names[-1:])) if model.stored is None else model.stored
        if model.left_out:
            log.warning("recording %s: not stored: %s", path, model.left_out)
    if missing := set(chosen or ()) - set(names):
        raise RecordingError(f"the model has no layer {min(missing)!r}; it has {', '.join(names)}")
    if chosen and not has_inputs:
        raise RecordingError("storing activations needs inputs: Recorder(path, inputs=x, layers=...)")
    return chosen or ()
