"""Activations that follow a dense layer or a convolution at once are part of it, as they are in Keras."""

from collections.abc import Sequence

from animviz.recording.replay.layers import Layer

__all__ = ["fused"]

OVER_CHANNELS = ("softmax", "log_softmax")  # not of each number by itself: an image may have them over another axis


def fused(layers: Sequence[Layer]) -> tuple[tuple[Layer, ...], dict[str, str]]:
    """Return the layers of a chain with their activations.

    Args:
        layers: in order, each proved by itself.

    Returns:
        The layers, and the names of those that an activation became part of, by the name of its call.
    """
    found: list[Layer] = []
    parts: dict[str, str] = {}
    for layer in layers:
        if found and _belongs(layer, found[-1]):
            found[-1] = found[-1].model_copy(
                update={"activation": layer.activation, "negative_slope": layer.negative_slope}
            )
            parts[layer.name] = found[-1].name
        else:
            found.append(layer)
    return tuple(found), parts


def _belongs(layer: Layer, before: Layer) -> bool:
    """Say whether a layer is the activation of the one before it."""
    takes = before.kind == "Dense" or (before.kind.startswith("Conv") and layer.activation not in OVER_CHANNELS)
    proved = layer.replayable and before.replayable
    return proved and takes and layer.kind in ("Activation", "ReLU") and not before.activation
