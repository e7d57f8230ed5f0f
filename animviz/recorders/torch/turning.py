"""Where an output has its classes: PyTorch's images and losses have them behind the samples, recordings last."""

import numpy as np

from animviz.arrays import Array
from animviz.recorders.torch.losses import Known
from animviz.recording.replay.layers import Layer

__all__ = ["turns"]


def turns(
    found: Known, output: Array, maker: Layer | None, given: Array | None, inputs: Array | None, told: str
) -> bool:
    """Say whether an output answers at each of several places, and has its classes behind the samples.

    Args:
        found: what is known of its loss.
        output: what the model puts out for a few samples.
        maker: the layer that made it, where that is known.
        given: labels or targets, one row per sample, or None.
        inputs: of the model, where it has one.
        told: the task that the user names, or "".
    """
    if output.ndim < 3:
        return False
    if found.classes:
        return found.classes == "first"
    if told:
        return told.removeprefix("sequence of ").startswith(("binary", "multilabel")) and _are_first(output, maker)
    if found.loss is None or found.loss.name != "binary_crossentropy" or given is None:
        return False
    copies = inputs is not None and inputs.shape == given.shape and np.array_equal(inputs, given)
    return not copies and _are_masks(given, output) and _are_first(output, maker)


def _are_masks(given: Array, output: Array) -> bool:
    """Say whether there is a number for each of the output."""
    return given.shape[1:] == output.shape[1:] or (output.shape[1] == 1 and given.shape[1:] == output.shape[2:])


def _are_first(output: Array, maker: Layer | None) -> bool:
    first, last = output.shape[1] == 1, output.shape[-1] == 1
    if first != last:
        return bool(first)
    return maker.layout == "channels_first" if maker is not None else output.ndim > 3
