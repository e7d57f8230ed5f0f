"""Images in a plane of two numbers, and what the decoder makes of every point of that plane.

After Kingma and Welling, "Auto-encoding variational Bayes" (2013), figure 4.
"""

from typing import Annotated

import numpy as np

from animviz import Box, Draw, Moment, Range, Recording, Stage, scene
from animviz.analysis.labels import SampleLabels
from animviz.analysis.states import sampled_states
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.parts import LABEL, PointCloud, Sheet, Tags, chips, cut, grid_shape, heatmap
from animviz.recording.replay.layers import Layer, hindrance, is_chain
from animviz.recording.state import State
from animviz.sampling import evenly

from .families.amounts import counted
from .families.blocks import blocks_of

GAP, TITLE = 40.0, 34.0  # units between panels, and over them
POINT = 2.6  # units of a radius
PAIRS, WIDE = (
    112.0,
    900.0,
)  # units of the two rows of images, and of a room from which they stand beside the large panel
WORDS, BESIDE = ("sent", "back"), 12.0  # over the images, and units between both
MOST = 10  # samples that are shown with what comes back
EDGE = 0.01  # share of the codes beyond each limit of the plane


@scene(
    experiment="autoencoder", group="inside", tasks=("reconstruction",),
    suits=lambda recording, **_: require_code(recording),
)  # fmt: skip
def manifold(stage: Stage, recording: Recording, *, lattice: Annotated[int, Range(3, 40)] = 15) -> Draw:
    """Images in a plane of two numbers, and what the decoder makes of every point of that plane.

    Args:
        stage: where to draw.
        recording: of an autoencoder: a chain of layers with one of two units among them.
        lattice: points along each side of the plane at which the decoder is asked.
    """
    code = _code(recording)
    states = sampled_states(recording, 12)
    labels = SampleLabels.of(recording)
    pixels = int(np.prod(recording.single_input(recording.inputs).shape[1:]))
    sheet = Sheet(
        stage, recording, f"{pixels} {_what(recording)} are squeezed into two numbers", numbers=["epoch", "loss"],
        foot=[
            "points: samples, by their two numbers",
            "large: what the network makes of each place of that plane",
        ],
    )  # fmt: skip
    limits = _limits([state.activations(code.name) for state in states])
    large, small, pairs = _layout(stage, sheet.room)
    decoded = _Decoded(stage, large, recording, code, limits, lattice)
    plane = _Plane(stage, small, labels, limits, recording.basis.sample_count)
    chosen = np.array_split(_one_of_each(labels, recording.basis.sample_count), len(pairs))
    samples = [_Samples(stage, box, recording, some) for box, some in zip(pairs, chosen, strict=True) if len(some)]

    def draw(moment: Moment) -> None:
        state = recording.at(moment.epoch)
        plane.show(state.activations(code.name))
        decoded.show(state)
        for some in samples:
            some.show(state)
        sheet.show(state)

    return draw


def _code(recording: Recording) -> Layer:
    """Return the layer of two units through which everything goes.

    Raises:
        SceneError: there is none, or the layers behind it cannot be replayed.
    """
    layers = recording.layers
    if not is_chain(layers):
        raise SceneError(
            f"manifold asks the decoder for points that are no samples; {recording.path} has {hindrance(layers)}, which NumPy "
            "does not replay: see pca and umap"
        )
    hidden = [block for block in blocks_of(layers)[:-1] if block.layer.kernel]
    sizes = [block.layer.widths_of(recording.manifest.weights)[1] for block in hidden]
    if 2 not in sizes:
        found = ", ".join(map(str, sizes)) or "none"
        raise SceneError(
            f"manifold needs a layer of two units; the hidden layers of {recording.path} have {found}: try --arch '*-128-2-128-*'"
        )
    return hidden[sizes.index(2)].shown


def require_code(recording: Recording) -> None:
    """Refuse a recording that has no plane of codes; see `_code`."""
    _code(recording)


def _what(recording: Recording) -> str:
    return "pixels" if _shape(recording) is not None else "numbers"


def _shape(recording: Recording) -> tuple[int, ...] | None:
    """Return in which shape a sample is an image, or None where it is none."""
    if "images" in recording.extras:
        return recording.extras["images"].shape[1:]
    inputs = recording.single_input(recording.inputs)
    if inputs.ndim > 2:
        return inputs.shape[1:]
    rows, columns = grid_shape(inputs.shape[1])
    return (rows, columns) if rows == columns and rows > 2 else None


def _limits(codes: list[Array]) -> Array:
    """Return the lower and upper limits of a square plane that holds nearly all codes of the states, (2, 2)."""
    ends = [np.quantile(code, [EDGE, 1 - EDGE], axis=0) for code in codes]
    low, high = ends[-1]
    middle, half = (low + high) / 2, 0.58 * max(float((high - low).max()), 1e-9)
    return np.stack([middle - half, middle + half])


def _is_tall(stage: Stage) -> bool:
    return stage.height > stage.width


def _layout(stage: Stage, room: Box) -> tuple[Box, Box, list[Box]]:
    """Return the boxes of the decoded points, which are large, of the plane, and of the samples."""
    top = room.top + TITLE
    if _is_tall(stage):
        side = min(room.width, 0.64 * room.height - TITLE)
        large = Box(room.left + (room.width - side) / 2, top, side, side)
        small = min(0.5 * room.width, room.bottom - large.bottom - 2 * TITLE)
        plane = Box(room.left, large.bottom + 2 * TITLE, small, small)
        left = plane.right + GAP
        half = (room.right - left - GAP / 2) / 2
        return large, plane, [Box(left + k * (half + GAP / 2), plane.top - TITLE, half, small + TITLE) for k in (0, 1)]
    wide = room.width > WIDE
    below = 0.0 if wide else PAIRS + 16
    side = min(room.height - TITLE - below, 0.62 * room.width)
    large = Box(room.left, top, side, side)
    left = large.right + GAP
    high = room.height - TITLE - (PAIRS + 16 if wide else below)
    small = min(room.right - left, high)
    middle = left + (room.right - left - small) / 2
    pairs = Box(left if wide else room.left, room.bottom - PAIRS, room.right - (left if wide else room.left), PAIRS)
    return large, Box(middle, top, small, small), [pairs]


class _Plane:
    """The samples as points, the classes named where most of their samples lie."""

    def __init__(self, stage: Stage, box: Box, labels: SampleLabels, limits: Array, count: int) -> None:
        (left, low), (right, high) = limits
        axes = stage.axes(box, (left, right), (low, high), color=stage.theme.mix(stage.theme.grid, 0.25))
        classes = labels.classes if labels.classes is not None else np.zeros(count, np.int64)
        palette = np.array([stage.theme.mix(stage.theme.quiet, 1)], np.float32)
        self._tags: Tags | None = None
        if labels.names:
            palette = stage.theme.palette(max(2, len(labels.names)))
        self._points = PointCloud(axes, classes, palette, POINT * stage.pixel)
        stage.moves(self._points)
        if labels.names:
            self._tags = Tags(stage, axes, classes, chips(stage, labels.names, box.width * box.height, LABEL))
        self._limits = limits
        self._count = stage.text(box.left, box.top - 12, "", color=stage.theme.quiet, moves=True)

    def show(self, codes: Array) -> None:
        """Show the samples at their codes, (samples, 2), and how many of them lie in the picture."""
        self._points.set_positions(codes)
        inside = int(((codes >= self._limits[0]) & (codes <= self._limits[1])).all(axis=1).sum())
        some = f"{inside:,} of " if inside < len(codes) else ""
        self._count.set_text(f"{some}{counted(len(codes), 'sample')}")
        if self._tags is not None:
            self._tags.show(self._tags.places(codes))


class _Decoded:
    """What the layers behind the code put out at each point of a lattice, where that point is in the plane."""

    def __init__(self, stage: Stage, box: Box, recording: Recording, code: Layer, limits: Array, count: int) -> None:
        self._code, self._count = code, count
        self._shape = _shape(recording) or (1, recording.single_input(recording.inputs)[0].size)
        sides = [np.linspace(low, high, 2 * count + 1)[1::2] for low, high in limits.T]
        x, y = np.meshgrid(sides[0], sides[1][::-1])
        self._points = np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)
        rows, columns = self._shape[:2]
        self._cells, _ = heatmap(stage, box, (rows * count, columns * count), kind="gray")
        stage.text(
            box.left, box.top - 12, cut(stage, f"{count}×{count} points, decoded", box.width), color=stage.theme.quiet
        )

    def show(self, state: State) -> None:
        """Show what a state makes of the points."""
        values = state.onward(self._code.name, self._points).reshape(self._count, self._count, *self._shape)
        rows, columns = self._shape[:2]
        whole = values.swapaxes(1, 2).reshape(self._count * rows, self._count * columns, *self._shape[2:])
        self._cells.set_values(whole[..., 0] if whole.ndim == 3 and whole.shape[2] == 1 else whole)


class _Samples:
    """Some samples, and what comes back of them: side by side, or in a wide box one below the other."""

    def __init__(self, stage: Stage, box: Box, recording: Recording, chosen: Array) -> None:
        inputs = recording.single_input(recording.inputs)
        self._shape = _shape(recording) or (1, inputs[0].size)
        self._down = box.height >= box.width
        words = max(stage.measure(word, LABEL) for word in WORDS) + 14
        room = Box(box.left, box.top + TITLE, box.width, box.height - TITLE)
        if not self._down:
            room = Box(box.left + words, box.top, box.width - words, box.height)
        across, along = (room.width, room.height) if self._down else (room.height, room.width)
        side = min((across - BESIDE) / 2, along / len(chosen) - 6)
        self._chosen, length = inputs[chosen], len(chosen) * (side + 6)
        rows, columns = self._shape[:2]
        rows, columns = (len(chosen) * (rows + 2), columns) if self._down else (rows, len(chosen) * (columns + 2))
        self._cells = []
        for place, word in enumerate(WORDS):
            shift = place * (side + BESIDE)
            where = Box(room.left + shift, room.top, side, length)
            if not self._down:
                where = Box(room.left, room.top + shift, length, side)
            self._cells.append(heatmap(stage, where, (rows, columns), kind="gray")[0])
            left, top = (where.left, room.top - 12) if self._down else (box.left, where.top + side / 2 + 8)
            stage.text(left, top, word, color=stage.theme.quiet)
        self._cells[0].set_values(self._in_line(self._chosen))

    def show(self, state: State) -> None:
        """Show what a state gives back."""
        self._cells[1].set_values(self._in_line(state.outputs(self._chosen)))

    def _in_line(self, values: Array) -> Array:
        images = values.reshape(len(values), *self._shape)
        images = images[..., 0] if images.ndim == 4 and images.shape[3] == 1 else images
        gap = [(0, 0), (0, 2), (0, 0)] if self._down else [(0, 0), (0, 0), (0, 2)]
        margins = [*gap, *[(0, 0)] * (images.ndim - 3)]
        return np.concatenate(list(np.pad(images, margins, constant_values=np.nan)), axis=0 if self._down else 1)


def _one_of_each(labels: SampleLabels, total: int) -> list[int]:
    """Return numbers of samples, of different classes where there are any."""
    if labels.classes is None:
        return list(range(min(MOST, total)))
    first = [int(np.argmax(labels.classes == k)) for k in range(len(labels.names)) if (labels.classes == k).any()]
    return [first[k] for k in evenly(len(first), MOST)]
