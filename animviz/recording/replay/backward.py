"""A pass through a chain of layers and back: gradients by inputs and weights in NumPy, equal to Keras and PyTorch (tested).

After Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors" (1986).
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from math import prod
from typing import Any

import numpy as np

from animviz.arrays import Array
from animviz.errors import RecordingError
from animviz.recording.replay.convolution import padded, views
from animviz.recording.replay.forward import forward
from animviz.recording.replay.layers import IDENTITY, Layer
from animviz.recording.replay.slopes import through_activation

__all__ = ["SHAPING", "Pass", "can_go_back"]

Sizes = tuple[int, ...]
Gradients = dict[str, Array]
# Kinds that bend values, or bring them into another shape, and have no weights.
SHAPING = IDENTITY | {"Flatten", "Reshape", "Identity", "Activation", "ReLU", "LeakyReLU", "Softmax", "ELU"}


class Pass:
    """Samples on their way through a chain of layers.

    Args:
        layers: a chain, see `animviz.recording.replay.layers.is_chain`.
        weights: arrays by name.
        inputs: shape (samples, ...).

    Attributes:
        sums: what the activation of each layer is given, shape (samples, ...), by layer.
        outputs: what each layer puts out, likewise.

    Raises:
        RecordingError: gradients do not pass through one of the layers here.
    """

    def __init__(self, layers: Sequence[Layer], weights: Mapping[str, Array], inputs: Array) -> None:
        for layer in layers:
            if not can_go_back(layer):
                raise RecordingError(f"gradients do not pass back through layer {layer.name} ({layer.kind}) here")
        self._layers, self._weights = layers, weights
        self.inputs = inputs if inputs.dtype.kind == "f" else inputs.astype(np.float32)
        self.sums: list[Array] = []
        self.outputs: list[Array] = []
        values = self.inputs
        for layer in layers:
            self.sums.append(forward([_bare(layer)], weights, values))
            values = forward([_bending(layer)], weights, self.sums[-1])
            self.outputs.append(values)

    def back(
        self, gradient: Array, *, before_activation: bool = False, weights: Gradients | None = None
    ) -> list[Array]:
        """Return the gradients by the input and by what each layer puts out: one more than there are layers.

        Args:
            gradient: by what the last layer puts out, shape (samples, ...); of a network that diverges it may grow beyond
                all numbers.
            before_activation: whether it is by what the activation of the last layer is given; the last entry then too.
            weights: is filled with the gradients by weights, added up over the samples.
        """
        found = [gradient]
        with np.errstate(over="ignore", invalid="ignore"):
            for place, layer in reversed(list(enumerate(self._layers))):
                if place < len(self._layers) - 1 or not before_activation:
                    gradient = through_activation(layer, self.sums[place], gradient)
                values = self.outputs[place - 1] if place else self.inputs
                gradient = self._through(layer, values, gradient, weights)
                found.append(gradient)
        return found[::-1]

    def _through(self, layer: Layer, values: Array, gradient: Array, weights: Gradients | None) -> Array:
        """Return the gradient by what a layer is given, for that by what its activation is given."""
        if layer.kernel is not None:
            if weights is not None:
                self._note(weights, layer, values.T @ gradient, gradient)
            return gradient @ layer.kernel_of(self._weights).T
        if layer.kind in SHAPING:
            return gradient.reshape(values.shape)
        turned = layer.layout == "channels_first" and values.ndim > 2
        if turned:
            values = np.moveaxis(values, 1, -1)
            gradient = np.moveaxis(gradient, 1, -1) if gradient.ndim > 2 else gradient
        if layer.kind.startswith("Conv"):
            back = self._through_convolution(layer, values, gradient, weights)
        else:
            back = _WAYS[layer.kind](values, gradient, **layer.config)
        return np.moveaxis(back, -1, 1) if turned else back

    def _through_convolution(self, layer: Layer, values: Array, gradient: Array, weights: Gradients | None) -> Array:
        kernel = layer.kernel_of(self._weights)
        sizes, channels, filters = kernel.shape[:-2], kernel.shape[-2], kernel.shape[-1]
        config: dict[str, Any] = dict(layer.config)
        strides, padding, spread = (config[name] for name in ("strides", "padding", "dilation_rate"))
        groups = values.shape[-1] // channels
        each = filters // groups
        wide = padded(values.astype(kernel.dtype, copy=False), sizes, strides, padding, spread)
        back, by_kernel = np.zeros_like(wide), np.zeros_like(kernel)
        places = zip(
            np.ndindex(*sizes), views(wide, sizes, strides, spread), views(back, sizes, strides, spread), strict=True
        )
        for place, seen, given in places:
            for group in range(groups):
                into, out = slice(group * channels, (group + 1) * channels), slice(group * each, (group + 1) * each)
                given[..., into] += gradient[..., out] @ kernel[place][:, out].T
                if weights is not None:
                    rows = seen[..., into].reshape(-1, channels)
                    by_kernel[place][:, out] += rows.T @ gradient[..., out].reshape(-1, each)
        if weights is not None:
            self._note(weights, layer, by_kernel, gradient)
        return _unpadded(back, values.shape, sizes, strides, padding, spread)

    def _note(self, weights: Gradients, layer: Layer, kernel: Array, gradient: Array) -> None:
        """Note the gradients by the weights of a layer, in the shapes in which they are recorded."""
        name = layer.kernel or layer.variables["kernel"]
        weights[name] = kernel.transpose(-1, -2, *range(kernel.ndim - 2)) if layer.transposed else kernel
        bias = layer.bias or layer.variables.get("bias")
        if bias is not None:
            weights[bias] = gradient.reshape(-1, gradient.shape[-1]).sum(axis=0)


def can_go_back(layer: Layer) -> bool:
    """Say whether gradients pass back through a layer here."""
    convolves = layer.kind in ("Conv1D", "Conv2D")
    return layer.replayable and (layer.kernel is not None or convolves or layer.kind in SHAPING or layer.kind in _WAYS)


def _bare(layer: Layer) -> Layer:
    return layer.model_copy(update={"activation": ""})


def _bending(layer: Layer) -> Layer:
    """Return a layer that is the activation of another alone."""
    return layer.model_copy(update={"kind": "Activation", "kernel": None, "bias": None, "variables": {}, "config": {}})


def _unpadded(
    values: Array, shape: Sizes, sizes: Sizes, strides: Sizes, padding: str | tuple[tuple[int, int], ...], spread: Sizes
) -> Array:
    """Return what lies within the margins that padding gave to values of a shape."""
    lengths = shape[1:-1]
    places = np.arange(1, prod(lengths) + 1, dtype=np.int64).reshape(1, *lengths, 1)
    inside = padded(places, sizes, strides, padding, spread)[0, ..., 0] > 0
    ranges = [
        np.flatnonzero(inside.any(axis=tuple(other for other in range(inside.ndim) if other != axis)))
        for axis in range(inside.ndim)
    ]
    return values[:, *(slice(int(found[0]), int(found[-1]) + 1) for found in ranges)]


def _of_max(values: Array, gradient: Array, *, pool_size: Sizes, strides: Sizes, padding: str) -> Array:
    """Give each window's gradient to its largest value, of equal ones to the first."""
    once = (1,) * len(pool_size)
    wide = padded(values, pool_size, strides, padding, once, fill=-np.inf)
    back, free = np.zeros_like(wide), np.ones(gradient.shape, bool)
    most = list(accumulate(views(wide, pool_size, strides, once), np.maximum))[-1]
    for seen, given in zip(views(wide, pool_size, strides, once), views(back, pool_size, strides, once), strict=True):
        here = free & (seen == most)
        given += gradient * here
        free &= ~here
    return _unpadded(back, values.shape, pool_size, strides, padding, once)


def _of_average(
    values: Array, gradient: Array, *, pool_size: Sizes, strides: Sizes, padding: str, padding_counts: bool = False
) -> Array:
    once = (1,) * len(pool_size)
    back = np.zeros_like(padded(values, pool_size, strides, padding, once))
    inside = padded(np.ones_like(values[:1, ..., :1]), pool_size, strides, padding, once)
    count = prod(pool_size) if padding_counts else sum(views(inside, pool_size, strides, once))
    for given in views(back, pool_size, strides, once):
        given += gradient / count
    return _unpadded(back, values.shape, pool_size, strides, padding, once)


def _of_all(largest: bool) -> Callable[..., Array]:
    def back(values: Array, gradient: Array, *, keepdims: bool) -> Array:
        flat = values.reshape(len(values), -1, values.shape[-1])
        rows = gradient.reshape(len(values), 1, -1)
        if largest:
            here = np.arange(flat.shape[1])[:, None] == flat.argmax(axis=1)[:, None]
            return np.asarray(here * rows).reshape(values.shape)
        return np.broadcast_to(rows / flat.shape[1], flat.shape).reshape(values.shape)

    return back


def _of_surrounding(values: Array, gradient: Array, *, padding: tuple[tuple[int, int], ...]) -> Array:
    ranges = (slice(before, before + length) for (before, _), length in zip(padding, values.shape[1:-1], strict=True))
    return np.asarray(gradient[:, *ranges])


def _of_scaling(values: Array, gradient: Array, *, scale: float, offset: float) -> Array:
    return np.asarray(gradient * scale)


_WAYS: dict[str, Callable[..., Array]] = {
    **{f"MaxPooling{n}D": _of_max for n in (1, 2)},
    **{f"AveragePooling{n}D": _of_average for n in (1, 2)},
    **{f"GlobalMaxPooling{n}D": _of_all(True) for n in (1, 2)},
    **{f"GlobalAveragePooling{n}D": _of_all(False) for n in (1, 2)},
    "ZeroPadding2D": _of_surrounding,
    "Rescaling": _of_scaling,
}
