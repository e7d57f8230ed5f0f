"""Receptive fields: which pixels of an image a place in a map can see."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from animviz.arrays import Array
from animviz.recording.replay.layers import Layer

__all__ = ["Field", "strongest"]


@dataclass(frozen=True)
class Field:
    """The square of pixels that each place of a map sees.

    Attributes:
        start: first pixel that the first place sees, by axis; below zero where there is padding.
        step: pixels from one place to the next.
        size: pixels of a side.
    """

    start: tuple[int, int] = (0, 0)
    step: tuple[int, int] = (1, 1)
    size: tuple[int, int] = (1, 1)

    @classmethod
    def of(cls, layers: Sequence[Layer], shapes: Sequence[tuple[int, ...]], weights: dict[str, Array]) -> "Field":
        """Return the field behind a line of layers.

        Args:
            layers: from the input on: convolutions, pooling, and what keeps places.
            shapes: of what each layer is given for one sample, channels last.
            weights: arrays by name, for the sizes of the kernels.
        """
        field = cls()
        for layer, shape in zip(layers, shapes, strict=True):
            field = field._behind(layer, shape, weights)
        return field

    def patch(self, image: Array, place: tuple[int, int]) -> Array:
        """Return what a place sees of an image, (rows, columns[, 3]); zeros beyond the edge.

        Args:
            image: shape (height, width[, 3]).
            place: row and column in the map.
        """
        found = np.zeros((*self.size, *image.shape[2:]), image.dtype)
        inside: list[Any] = []
        within: list[Any] = []
        for axis in range(2):
            begin = self.start[axis] + place[axis] * self.step[axis]
            low, high = max(begin, 0), min(begin + self.size[axis], image.shape[axis])
            inside.append(slice(low, max(low, high)))
            within.append(slice(low - begin, max(low, high) - begin))
        found[tuple(within)] = image[tuple(inside)]
        return found

    def _behind(self, layer: Layer, shape: tuple[int, ...], weights: dict[str, Array]) -> "Field":
        config: dict[str, Any] = dict(layer.config)
        if layer.kind == "ZeroPadding2D":
            before = [margin[0] for margin in config["padding"]]
            return Field(
                _two(s - b * j for s, b, j in zip(self.start, before, self.step, strict=True)), self.step, self.size
            )
        if layer.kind != "Conv2D" and "pool_size" not in config:
            return self
        sizes = layer.kernel_of(weights).shape[:2] if layer.kind == "Conv2D" else config["pool_size"]
        spread = config.get("dilation_rate", (1, 1))
        before = _margins(shape[:2], sizes, config["strides"], spread, config["padding"])
        reach = [(size - 1) * apart for size, apart in zip(sizes, spread, strict=True)]
        return Field(
            _two(s - b * j for s, b, j in zip(self.start, before, self.step, strict=True)),
            _two(j * stride for j, stride in zip(self.step, config["strides"], strict=True)),
            _two(size + r * j for size, r, j in zip(self.size, reach, self.step, strict=True)),
        )


def _margins(
    lengths: Sequence[int], sizes: Sequence[int], strides: Sequence[int], spread: Sequence[int], padding: Any
) -> list[int]:
    """Return how many places lie before the first one on each axis."""
    if not isinstance(padding, str):
        return [margin[0] for margin in padding]
    if padding == "valid":
        return [0, 0]
    return [
        max(0, (-(-length // stride) - 1) * stride + (size - 1) * apart + 1 - length) // 2
        for length, size, stride, apart in zip(lengths, sizes, strides, spread, strict=True)
    ]


def _two(numbers: Any) -> tuple[int, int]:
    first, second = (int(number) for number in numbers)
    return first, second


def strongest(maps: NDArray[Any], count: int) -> list[list[tuple[int, int, int]]]:
    """Return for each channel where it is strongest in different samples: (sample, row, column), the strongest first.

    Samples in which a channel is nowhere above its lowest value, as one that is silent, are left out.

    Args:
        maps: shape (samples, height, width, channels).
        count: how many are wanted.
    """
    flat = maps.reshape(len(maps), -1, maps.shape[-1])
    best, where = flat.max(axis=1), flat.argmax(axis=1)
    order = np.argsort(-best, axis=0, kind="stable")[:count]
    lowest = flat.min(axis=(0, 1))
    return [
        [
            (int(sample), int(where[sample, channel]) // maps.shape[2], int(where[sample, channel]) % maps.shape[2])
            for sample in order[:, channel]
            if best[sample, channel] > lowest[channel]
        ]
        for channel in range(maps.shape[-1])
    ]
