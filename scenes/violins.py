"""Weights, activations and gradients of every layer as violins that move with the training, on limits that stay.

After deepreplay's LayerViolins (Godoy, 2018), for any loss and any number of classes.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.text import Text

from animviz import Box, Draw, Moment, Recording, Stage, scene
from animviz.analysis.states import sampled_states
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.parts import LABEL, MARGIN, Sheet, cut
from animviz.recording.obtaining import obtainable
from animviz.recording.state import State
from animviz.sampling import evenly

from .families.distributions import (
    Glide,
    Measures,
    activations_of,
    kernels_of,
    level_lines,
    net,
)

BINS = 64  # over the limits, for a layer of many values
BEYOND = 0.5  # percent of a layer's values that may lie beyond each limit in the states that limits are taken from
STATES = 8  # that limits are taken from
SLOT, WIDE_SLOT = 92.0, 165.0  # units across that a violin needs at least, and with its labels in one line
AXIS, GAP = 76.0, 28.0  # units for the labels of the levels, and between panels


@scene(experiment="digits_mlp")
def violins(stage: Stage, recording: Recording) -> Draw:
    """Weights, activations and gradients of each layer, as violins over the epochs.

    A violin is the outline of a histogram of a layer's values, as wide as its place allows. Values that are exactly
    zero are left out of it, and their share is written below. Weights are without biases. Gradients are those of the
    mean loss on the recorded samples, where they were recorded (--gradients, or Recorder(gradients=True)).

    Args:
        stage: where to draw.
        recording: of any model that has weight matrices.

    Raises:
        SceneError: it has none.
    """
    layers = [layer.name for layer in recording.layers if kernels_of(recording, layer)]
    if not layers:
        raise SceneError(f"violins draws layers with weight matrices; {recording.path} has none")
    kinds = ["weights", "activations", *(["gradients"] if recording.manifest.gradients else [])]
    columns = _columns(stage, len(kinds), len(layers))
    room = (stage.width - 2 * MARGIN) / columns - AXIS
    shown = [layers[place] for place in evenly(len(layers), int(room // SLOT))]
    told, missing = obtainable(recording, [layer for layer in recording.layers if layer.name in shown])
    active = [layer.name for layer in told]
    parts = [
        f"{len(shown)} of {len(layers)} layers" if len(shown) < len(layers) else "",
        "width: how many values, each violin on its own scale",
        "bar: the middle half, dot: the median",
        "%: values at exactly 0, left out",
        f"activations {missing}" if missing else "",
        "" if "gradients" in kinds else "gradients are drawn if recorded (--gradients)",
    ]
    sheet = Sheet(stage, recording, f"layers of {net(recording)}", foot=parts)
    edges = _edges(recording, kinds, shown, active)
    glide = Glide(recording, lambda state: _measured(state, shown, active, edges))
    boxes = _grid(sheet.room, len(kinds), columns)
    panels = [_Panel(stage, box, kind, shown, edges[kind], glide) for kind, box in zip(kinds, boxes, strict=True)]

    def draw(moment: Moment) -> None:
        state = recording.at(moment.epoch)
        sheet.show(state)
        for panel in panels:
            panel.show(glide.between(state), glide.exact(state))

    return draw


def layer_values(state: State, kind: str, layers: Sequence[str]) -> list[Array]:
    """Return all values of each layer, each of shape (values,).

    Args:
        state: the network at a moment.
        kind: "weights", "activations" or "gradients".
        layers: names of the layers.
    """
    if kind == "activations":
        return [values.ravel() for values in activations_of(state, layers).values()]
    basis = state.basis
    arrays = state.weights if kind == "weights" else state.snapshot.gradients
    found = []
    for name in layers:
        kernels = kernels_of(basis, basis.layers[basis.layer_index(name)])
        parts = [arrays[kernel].ravel() for kernel in kernels if kernel in arrays]
        found.append(np.concatenate(parts) if parts else np.zeros(0))
    return found


class _Panel:
    """The violins of one kind of values, one per layer, on one scale: blue below zero, orange above."""

    def __init__(self, stage: Stage, box: Box, kind: str, layers: Sequence[str], edges: Array, glide: Glide) -> None:
        self._kind, self._edges, theme = kind, edges, stage.theme
        limits = float(edges[0]), float(edges[-1])
        zeros = glide.sampled(f"{kind} zero").max(axis=0)
        self._coarse = [_coarseness(size) for size in glide.sampled(f"{kind} size")[0]]
        left = max(stage.measure(f"{level:g}", LABEL) for level in level_lines(limits, box.height)) + 22
        slot = (box.width - left) / len(layers)
        self._one_line = slot >= WIDE_SLOT
        below = 34.0 if self._one_line else 64.0
        self._room = Box(box.left + left, box.top + 40, box.width - left, box.height - 40 - below)
        self._axes = stage.axes(self._room, (0, len(layers)), limits)
        stage.text(box.left, box.top + 20, kind, weight="medium")
        self._beyond = stage.text(box.right, box.top + 20, "", color=theme.quiet, align="right", moves=True)
        self._rules(stage, limits)
        colors = [theme.negative] * len(layers) + [theme.positive] * len(layers)
        self._outlines = PolyCollection([], facecolors=colors, edgecolors="none")
        self._axes.add_collection(self._outlines, autolim=False)
        stage.moves(self._outlines)
        self._middles = np.arange(len(layers)) + 0.5
        self._half = min(0.44, 110 / slot)
        self._bars = stage.line(self._axes, theme.ink, 4)
        self._dots = stage.line(
            self._axes, theme.ink, 0, marker="o", markersize=stage.points(13),
            markeredgewidth=stage.points(2), markeredgecolor=theme.background, clip_on=False,
        )  # fmt: skip
        self._zeros = [
            self._label(stage, place, name, slot, bool(zero > 0))
            for place, (name, zero) in enumerate(zip(layers, zeros, strict=True))
        ]

    def show(self, between: Measures, exact: Measures) -> None:
        """Show measures of a state, and the numbers of its last true snapshot."""
        kind = self._kind
        violins = list(enumerate(between[f"{kind} counts"]))
        self._outlines.set_verts([self._outline(*violin, above) for above in (False, True) for violin in violins])
        low, middle, high = between[f"{kind} marks"].T
        gap = np.full_like(low, np.nan)
        self._bars.set_data(np.repeat(self._middles, 3), np.stack([low, high, gap], axis=1).ravel())
        self._dots.set_data(self._middles, middle)
        self._beyond.set_text(f"up to {100 * exact[f'{kind} beyond'].max():.1f} % off scale")
        for text, share in zip(self._zeros, exact[f"{kind} zero"], strict=True):
            if text is not None:
                text.set_text(f"{100 * share:.0f} %")

    def _outline(self, place: int, counts: Array, above: bool) -> Array:
        """Return the half of a violin that lies below or above zero."""
        coarse = self._coarse[place]
        bars, edges = counts.reshape(-1, coarse).sum(axis=1), self._edges[::coarse]
        zero = int(np.searchsorted(edges, -1e-9 * self._edges[-1]))
        part = slice(zero, None) if above else slice(0, zero)
        width = np.repeat(self._half * bars / max(bars.max(), 1e-12), 2).reshape(-1, 2)[part].ravel()
        height = np.stack([edges[:-1], edges[1:]], axis=1)[part].ravel()
        middle = self._middles[place]
        return np.stack([np.append(middle + width, (middle - width)[::-1]), np.append(height, height[::-1])], axis=1)

    def _rules(self, stage: Stage, limits: tuple[float, float]) -> None:
        room, theme = self._room, stage.theme
        for level in level_lines(limits, room.height):
            color = theme.grid if level else theme.quiet
            self._axes.plot(
                [0, self._axes.get_xlim()[1]], [level] * 2, color=color, linewidth=stage.points(1), zorder=0
            )
            top = room.bottom - (level - limits[0]) / (limits[1] - limits[0]) * room.height + 8
            stage.text(room.left - 12, top, f"{level:g}", color=theme.quiet, align="right")

    def _label(self, stage: Stage, place: int, name: str, slot: float, zeros: bool) -> Text | None:
        """Write a layer's name, and return a text for its share of zeros if it ever has any."""
        middle, top, quiet = self._room.left + (place + 0.5) * slot, self._room.bottom + 30, stage.theme.quiet
        beside = self._one_line and zeros
        room = slot / 2 + 20 if beside else slot
        if stage.measure(name, LABEL) > room - 4:
            name = name.rpartition("/")[2]  # of a path, the end says more than the beginning
        name = cut(stage, name, room - 4)
        stage.text(middle + (14 if beside else 0), top, name, align="right" if beside else "center")
        if not zeros:
            return None
        if beside:
            return stage.text(middle + 26, top, "", color=quiet, moves=True)
        return stage.text(middle, top + 28, "", color=quiet, align="center", moves=True)


def _values(state: State, kind: str, layers: Sequence[str], active: Sequence[str]) -> list[Array]:
    """Return all values of each layer, none where its activations are not recorded."""
    if kind != "activations":
        return layer_values(state, kind, layers)
    found = dict(zip(active, layer_values(state, kind, active), strict=True))
    return [found.get(name, np.zeros(0)) for name in layers]


def _measured(state: State, layers: Sequence[str], active: Sequence[str], edges: dict[str, Array]) -> Measures:
    """Return per kind the counts in the bins, the percentiles, and the shares of zeros and of values beyond the limits."""
    found = {}
    for kind, bins in edges.items():
        every = _values(state, kind, layers, active)
        other = [_drawn(values) for values in every]
        found[f"{kind} size"] = sizes = np.array([max(1, values.size) for values in every])
        counts = np.stack([np.histogram(values, bins)[0] for values in other])
        found[f"{kind} counts"] = counts.astype(np.float64)
        found[f"{kind} marks"] = np.stack([_percentiles(values, (25, 50, 75)) for values in other])
        found[f"{kind} zero"] = np.array([np.sum(values == 0) for values in every]) / sizes
        found[f"{kind} beyond"] = (np.array([values.size for values in other]) - counts.sum(axis=1)) / sizes
    return found


def _edges(
    recording: Recording, kinds: Sequence[str], layers: Sequence[str], active: Sequence[str]
) -> dict[str, Array]:
    """Return per kind the edges of the bins, which span the limits; zero is one of them."""
    states = sampled_states(recording, STATES)
    found = {}
    for kind in kinds:
        values = [_drawn(v) for state in states for v in _values(state, kind, layers, active)]
        ends = [_percentiles(v, (BEYOND, 100 - BEYOND)) for v in values if v.size]
        low, high = (min(0.0, np.min(ends)), max(0.0, np.max(ends))) if ends else (-1.0, 1.0)
        step = 4 * 1.02 * (high - low) / BINS
        coarse = np.arange(np.floor(1.02 * low / step), np.ceil(1.02 * high / step) + 1)
        found[kind] = step / 4 * np.arange(4 * coarse[0], 4 * coarse[-1] + 1)
    return found


def _coarseness(size: int) -> int:
    """Return how many bins are drawn as one, so that a layer of few values has an outline that means something."""
    return 4 if size < 1_500 else 2 if size < 10_000 else 1


def _drawn(values: Array) -> Array:
    return np.asarray(values[(values != 0) & np.isfinite(values)])


def _percentiles(values: Array, wanted: Sequence[float]) -> Array:
    found: Array = np.percentile(values, wanted) if values.size else np.full(len(wanted), np.nan)
    return found


def _columns(stage: Stage, kinds: int, layers: int) -> int:
    """Return how many panels stand side by side: all of them where their violins have room enough."""
    room = (stage.width - 2 * MARGIN) / kinds - AXIS
    return kinds if stage.width > stage.height and room >= layers * SLOT else 1


def _grid(room: Box, kinds: int, columns: int) -> list[Box]:
    if columns > 1:
        width = (room.width - GAP * (columns - 1)) / columns
        return [Box(room.left + place * (width + GAP), room.top, width, room.height) for place in range(kinds)]
    height = (room.height - GAP / 2 * (kinds - 1)) / kinds
    return [Box(room.left, room.top + place * (height + GAP / 2), room.width, height) for place in range(kinds)]
