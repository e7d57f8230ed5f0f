"""Which places of the last maps speak for a class: the maps weighted by how much the class's score rises with each.

After Selvaraju et al., "Grad-CAM: Visual explanations from deep networks via gradient-based localization" (2017).
"""

from collections.abc import Mapping, Sequence

import numpy as np

from animviz.arrays import Array
from animviz.recording.replay.backward import Pass
from animviz.recording.replay.layers import Layer

__all__ = ["class_map"]


def class_map(layers: Sequence[Layer], weights: Mapping[str, Array], inputs: Array, label: int, place: int) -> Array:
    """Return how much each place speaks for a class, float of shape (height, width); nothing is below zero.

    Where a network diverges so far that its gradients are no numbers, nothing speaks for it.

    Args:
        layers: a chain, see `animviz.recording.replay.backward.can_go_back`.
        weights: arrays by name.
        inputs: one sample, shape (1, ...).
        label: number of the class; of a single output its score is that of class 1, and less of it that of class 0.
        place: number of the layer whose maps are looked at.

    Raises:
        RecordingError: gradients do not pass back through one of the layers.
    """
    passed = Pass(layers, weights, inputs)
    scores = passed.sums[-1]
    slope = np.zeros_like(scores)
    if scores.shape[-1] == 1:
        slope[..., 0] = 1 if label == 1 else -1
    else:
        slope[..., label] = 1
    maps = layers[place].channels_last(passed.outputs[place])[0]
    slopes = layers[place].channels_last(passed.back(slope, before_activation=True)[place + 1])[0]
    with np.errstate(over="ignore", invalid="ignore"):
        found = (maps * slopes.mean(axis=(0, 1))).sum(axis=-1)
    return np.asarray(np.maximum(np.where(np.isfinite(found), found, 0), 0))
