"""What a unit looks for, as an image or as bars: its weights where they are seen, else the images that excite it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from animviz import Box, Recording, Stage
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.parts import LABEL, cut, grid_shape, images_of, joined, pair
from animviz.recording.state import State

from .blocks import Block
from .inputs import InputPlaces

__all__ = ["Source", "WeightBars", "has_images", "source_of"]

SHARE = 99.8  # percentile of the sizes at which a scale ends: single weights would leave all others pale
SMALLEST_IMAGE = 49  # flat samples of a square number of values from this one on are images
Values = Callable[[], Array]
MOST_CHANNELS = 36  # tiles of a kernel


@dataclass(frozen=True)
class Source:
    """What drives the units of a layer.

    Attributes:
        title: what it is, such as "its weights".
        foot: what its colours say.
        images: from a state, the numbers of some units and a function that gives their activations, (samples, units), to
            one image for each, shape (units, rows, columns) or (units, rows, columns, tiles); None where there is none.
        bars: from a state to the weights of each unit, shape (units, inputs); None where there is none.
        names: of the inputs, for bars.
    """

    title: str
    foot: str = ""
    images: Callable[[State, Array, Values], Array] | None = None
    bars: Callable[[State], Array] | None = None
    names: tuple[str, ...] = ()

    def of_units(self, state: State, units: Array, values: Values) -> Array:
        """Return the images of some units, or their weights; see the attribute `images`."""
        if self.images is not None:
            return self.images(state, units, values)
        assert self.bars is not None
        return self.bars(state)[units]


def has_images(recording: Recording) -> bool:
    """Say whether the samples are images: kept as such, or recorded in rows and columns, or flat squares."""
    if "images" in recording.extras:
        return True
    if not recording.basis.has_one_input:
        return False
    inputs = recording.single_input(recording.inputs)
    if inputs.ndim == 2:
        rows, columns = grid_shape(inputs.shape[1])
        return rows == columns and inputs.shape[1] >= SMALLEST_IMAGE
    try:
        images_of(recording, "unit", inputs[:1])
    except SceneError:
        return False
    return inputs.ndim in (3, 4) and np.issubdtype(inputs.dtype, np.floating)


def source_of(recording: Recording, block: Block) -> Source | None:
    """Return what drives the units of a layer; None where neither weights nor images tell it.

    Args:
        recording: of any model.
        block: the layer.
    """
    layer, images = block.layer, has_images(recording)
    if layer.kind in ("Conv1D", "Conv2D") and "kernel" in layer.variables:
        return _kernel(recording, block)
    first = layer.kernel is not None and layer.widths_of(recording.manifest.weights)[0] == _input_count(recording)
    first = first and layer is next(one for one in recording.layers if one.kernel or one.variables)
    if images and first and not ("images" in recording.extras and "pixels" not in recording.extras):
        places = InputPlaces(recording, "unit")
        mean = " (mean of red, green and blue)" if places.channels == 3 else ""
        return Source(
            "its weights",
            f"green pixels drive it up, purple ones down{mean}",
            lambda state, units, values: places.laid_out(layer.kernel_of(state.weights).T[units], mean=True),
        )
    if images:
        return _weighted_images(recording)
    if layer.kernel is None:
        return None
    names = [f"input {k}" if first else f"unit {k}" for k in range(layer.widths_of(recording.manifest.weights)[0])]
    return Source("its weights", bars=lambda state: layer.kernel_of(state.weights).T, names=tuple(names))


def _kernel(recording: Recording, block: Block) -> Source:
    layer = block.layer

    def images(state: State, units: Array, values: Values) -> Array:
        kernel = layer.kernel_of(state.weights)[..., units]
        kernel = kernel[None] if kernel.ndim == 3 else kernel
        return np.moveaxis(kernel[:, :, :MOST_CHANNELS], -1, 0)

    channels = layer.kernel_of(recording[0].weights).shape[-2]
    shown = f"{MOST_CHANNELS} of {channels}" if channels > MOST_CHANNELS else str(channels)
    tiles = f"a tile for each of {shown} channels that it reads, " if channels > 1 else ""
    return Source("its kernel", f"kernel: {tiles}green above zero, purple below", images)


def _weighted_images(recording: Recording) -> Source:
    """Return the average image, weighted by how a unit answers: the spike-triggered average of neurophysiology.

    See Chichilnisky, "A simple white noise analysis of neuronal light responses" (2001).
    """
    pictures = images_of(recording, "unit")
    shape = pictures.shape[1:3]
    flat = (pictures.mean(axis=3) if pictures.ndim == 4 else pictures).reshape(len(pictures), -1)

    def images(state: State, units: Array, values: Values) -> Array:
        given = values()
        about, spread = given - given.mean(axis=0), np.maximum(given.std(axis=0), 1e-12)
        return np.asarray((about / spread).T @ flat / len(flat)).reshape(-1, *shape)

    return Source(
        "images it answers to", "images weighted by its activation: green above their mean, purple below", images
    )


def _input_count(recording: Recording) -> int:
    return int(np.prod(recording.single_input(recording.inputs).shape[1:])) if recording.basis.has_one_input else -1


class WeightBars:
    """Weights as bars from a line in the middle, each with its name and its number.

    Args:
        stage: where.
        box: room for everything.
        title: written above.
        names: of all weights.
        last: the weights in the end, which decide the order and which are shown.
        reach: the largest size of a weight in the video.
    """

    ROW = 72.0

    def __init__(self, stage: Stage, box: Box, title: str, names: tuple[str, ...], last: Array, reach: float) -> None:
        room = Box(box.left, box.top + 34, box.width, box.height - 34)
        count = min(len(names), max(1, int(room.height // 30)))
        largest = np.argsort(-np.abs(last), kind="stable")[:count]
        self._shown = largest[np.argsort(-last[largest], kind="stable")]
        some = f": {count} of {len(names)}" if count < len(names) else ""
        stage.text(box.left, box.top + 18, cut(stage, title + some, box.width), color=stage.theme.quiet)
        named = min(0.4 * box.width, max(stage.measure(name, LABEL) for name in names)) + 12
        number = stage.measure("−0.00", LABEL) + 12
        place = Box(room.left + named, room.top, room.width - named - number, room.height)
        step = min(self.ROW, room.height / count)
        axes = stage.axes(place, (-reach, reach), (room.height, 0))
        self._tops = (np.arange(count) + 0.5) * step
        axes.plot([0, 0], [0, count * step], color=stage.theme.grid, linewidth=stage.points(1.5))
        self._bars = stage.line(axes, stage.theme.ink, 0.5 * step, solid_capstyle="butt")
        self._texts = []
        for k, top in zip(self._shown, self._tops + room.top + 8, strict=True):
            stage.text(box.left, top, cut(stage, names[k], named - 12), color=stage.theme.quiet)
            self._texts.append(stage.text(box.right, top, "", align="right", moves=True))
        pair(stage, "weight", lambda: [text.get_text() for text in self._texts], self._drawn)

    def show(self, weights: Array) -> None:
        """Show the weights of a moment, shape (inputs,)."""
        values = weights[self._shown]
        ends = [[(0, top), (value, top)] for value, top in zip(values, self._tops, strict=True)]
        self._bars.set_data(*joined(np.array(ends)).T)
        for text, value in zip(self._texts, values, strict=True):
            text.set_text(f"{value:.2f}".replace("-", "−"))

    def _drawn(self) -> Array:
        return np.asarray(self._bars.get_xdata())[1::3]
