"""What a convolution makes of an image and of many others, and what in the image speaks for the answer."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from PIL import Image

from animviz import Recording
from animviz.analysis.class_map import class_map
from animviz.arrays import Array
from animviz.parts import images_of
from animviz.recording.answers import probabilities
from animviz.recording.replay.forward import forward
from animviz.recording.replay.layers import Layer
from animviz.recording.state import State
from animviz.sampling import evenly

from .blocks import Block, blocks_of
from .receptive import Field, strongest

__all__ = ["MapsSeen"]

PATCHES, SEEN = 4, 400  # patches of each filter, and images among which they are looked for


class MapsSeen:
    """What a convolution makes of images, and what in an image speaks for the answer.

    Attributes:
        image: that is followed, (height, width[, 3]).
        among: images among which those are looked for that excite a filter most.
        plain: whether a filter is an image itself: it reads the pixels.
    """

    def __init__(self, recording: Recording, block: Block, sample: int, states: Sequence[State]) -> None:
        self.recording, self.layers = recording, recording.layers
        inputs = recording.single_input(recording.inputs)
        pictures = images_of(recording, "features", inputs)
        chosen = evenly(len(inputs), SEEN)
        self._input, self.image, self.sample = inputs[sample : sample + 1], pictures[sample], sample
        self._inputs, self.among = inputs[chosen], pictures[chosen]
        names = [layer.name for layer in self.layers]
        self.layer: Layer = block.layer
        self._place = names.index(block.shown.name)
        last = [one.shown for one in blocks_of(self.layers) if one.layer.kind == "Conv2D"][-1]
        self._last = names.index(last.name)
        weights = states[-1].weights
        shapes, values = [], self._input
        for layer in self.layers[: self._place + 1]:
            shapes.append(layer.channels_last(values).shape[1:])
            values = forward([layer], weights, values)
        self._field = Field.of(self.layers[: self._place + 1], shapes, weights)
        self.plain = shapes[names.index(block.layer.name)][-1] in (1, 3)
        self._patches = lru_cache(maxsize=None)(self._found)

    def kernel(self, state: State) -> Array:
        """Return the filters, (rows, columns, filters): the mean over colours."""
        return np.asarray(self.layer.kernel_of(state.weights).mean(axis=2))

    def maps(self, state: State) -> Array:
        """Return the maps of the image, (height, width, filters)."""
        return np.asarray(self._maps(state, self._input)[0])

    def patches(self, state: State) -> list[list[Array]]:
        """Return for each filter the patches that excite it most at the last snapshot, the most first, NaN where none is left."""
        return self._patches(state.snapshot.index)

    def answer(self, state: State) -> tuple[int, float]:
        """Return the class that is answered, and its probability."""
        shares = probabilities(self.recording.output, state.outputs(self._input))[0]
        return int(shares.argmax()), float(shares.max())

    def evidence(self, state: State, label: int) -> Array:
        """Return how much each place speaks for a class, 0 where it does not, in the shape of the image."""
        found = class_map(self.layers, state.weights, self._input, label, self._last)
        height, width = self.image.shape[:2]
        large = Image.fromarray(found.astype(np.float32)).resize((width, height), Image.Resampling.BILINEAR)
        return np.asarray(np.maximum(np.asarray(large), 0))

    def chosen(self, state: State, most: int) -> list[int]:
        """Return the filters that answer most to the image, in their order."""
        strength = np.abs(self.maps(state)).max(axis=(0, 1))
        return sorted(int(k) for k in np.argsort(-strength, kind="stable")[:most])

    def _maps(self, state: State, inputs: Array) -> Array:
        layer = self.layers[self._place]
        return np.asarray(layer.channels_last(forward(self.layers, state.weights, inputs, until=self._place)))

    def _found(self, index: int) -> list[list[Array]]:
        state = self.recording.at(self.recording.epochs[index])
        places = strongest(self._maps(state, self._inputs), PATCHES)
        found = [[self._field.patch(self.among[k], (row, column)) for k, row, column in each] for each in places]
        none = np.full((*self._field.size, *self.among.shape[3:]), np.nan)
        return [[*each, *[none] * (PATCHES - len(each))] for each in found]
