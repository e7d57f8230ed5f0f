"""Which hidden units work: histograms of the activations of each layer, and how often each unit is active.

After the teaching notebooks on MNIST and deepreplay's pictures of dying and saturating units (Godoy, 2018).
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from matplotlib.collections import PolyCollection

from animviz import Box, Draw, Moment, Recording, Stage, scene
from animviz.analysis.states import sampled_states
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.parts import LABEL, ColorScale, Sheet, cut, heatmap, joined, levels
from animviz.recording.obtaining import obtainable
from animviz.recording.replay.activations import BOUNDED
from animviz.recording.replay.layers import Layer
from animviz.recording.state import State
from animviz.sampling import evenly

from .families.distributions import (
    Glide,
    Measures,
    activations_of,
    by_unit,
    hidden_layers,
    net,
)

BINS = 50
FAR = 0.002  # share of the values at either end that the last bars hold, in the states that limits are taken from
STATES = 8  # that limits are taken from
ACTIVE = 0.05  # of its bound, up to which a unit with a bounded activation is silent
SATURATED = 0.95  # of the way from the middle of its range to a bound, beyond which it is saturated
NAMED = 40  # units that are named at most
ROW = 120.0  # units of height that a layer needs
SPLIT = 0.56  # share of the width for the cells
CELL = 56.0  # side of a cell at most


@scene(experiment="digits_mlp")
def units(stage: Stage, recording: Recording) -> Draw:
    """Activations of each hidden layer, with dead and saturated units counted and named.

    A unit is active on a sample if it is above zero; with a bounded activation such as tanh, if its size is over 5 %
    of the bound. It is dead if it is active on none of the recorded samples. With a bounded activation it is saturated
    if on more than half of the samples it has gone more than 95 % of the way from the middle of its range to a bound.
    A channel of a convolution is active on a sample if it is active anywhere, and saturated over all its places.

    Args:
        stage: where to draw.
        recording: of any model with hidden layers.

    Raises:
        SceneError: it has none.
    """
    layers, missing = obtainable(recording, hidden_layers(recording))
    if not layers:
        way_out = (
            f" whose activations can be had ({missing}); name them: Recorder(..., layers=[...])" if missing else ""
        )
        raise SceneError(f"units draws hidden layers; {recording.path} has none{way_out}")
    sheet = Sheet(stage, recording, f"hidden units of {net(recording)}")
    shown = [layers[place] for place in evenly(len(layers), int((stage.height - sheet.room.top - 150) // ROW))]
    bounded = any(layer.activation in BOUNDED for layer in shown)
    samples = recording.basis.sample_count
    sheet.write_foot(
        f"{len(shown)} of {len(layers)} layers" if len(shown) < len(layers) else "",
        "left: values other than 0, by the highest bar",
        "the farthest are in the last bars",
        "right: how often each unit is active",
        f"×: dead, on none of {samples:,} samples",
        "◊: saturated on most" if bounded else "",
        missing,
    )
    room = sheet.room
    width = min(420.0, SPLIT * room.width)
    scale = Box(room.right - width, room.bottom - 56, width, 60)
    ColorScale(stage, scale, "heat", ("0 %", "100 %"), "of the samples")
    edges = _edges(recording, shown)
    glide = Glide(recording, lambda state: _measured(state, shown, edges))
    height = (scale.top + 16 - room.top) / len(shown)
    boxes = [Box(room.left, room.top + k * height, room.width, height) for k in range(len(shown))]
    rows = [_Row(stage, box, layer, edges[layer.name], glide) for box, layer in zip(boxes, shown, strict=True)]

    def draw(moment: Moment) -> None:
        state = recording.at(moment.epoch)
        sheet.show(state)
        for row in rows:
            row.show(glide.between(state), glide.exact(state))

    return draw


def activity(values: Array, activation: str) -> Array:
    """Return the share of samples on which each unit is active, shape (units,); a unit at 0 is dead.

    Args:
        values: activations of shape (samples, units), or (samples, ..., channels).
        activation: name of the layer's activation function.
    """
    places = by_unit(values)
    bound = BOUNDED.get(activation)
    active = np.abs(places) > ACTIVE * bound[1] if bound else places > 0
    return np.asarray(active.any(axis=1).mean(axis=0))


def saturation(values: Array, activation: str) -> Array:
    """Return the share of its values that each unit has near a bound, shape (units,); 0 where there is no bound.

    Args:
        values: activations of shape (samples, units), or (samples, ..., channels).
        activation: name of the layer's activation function.
    """
    places = by_unit(values)
    if activation not in BOUNDED:
        return np.zeros(places.shape[-1])
    low, high = BOUNDED[activation]
    return np.asarray((np.abs(places - (low + high) / 2) > SATURATED * (high - low) / 2).mean(axis=(0, 1)))


class _Row:
    """One layer: the histogram of its values to the left, its units as cells to the right."""

    def __init__(self, stage: Stage, box: Box, layer: Layer, edges: Array, glide: Glide) -> None:
        self._stage, self._name, self._bounded, theme = stage, layer.name, layer.activation in BOUNDED, stage.theme
        self._edges = edges
        left, right = (1 - SPLIT) * box.width - 40, SPLIT * box.width
        room = Box(box.left, box.top + 40, left, box.height - 96)
        limits = float(edges[0]), float(edges[-1])
        self._axes = stage.axes(room, limits, (0, 1))
        self._axes.plot(limits, [0, 0], color=theme.quiet, linewidth=stage.points(1.5), clip_on=False, zorder=0)
        for level in levels(*limits):
            place = room.left + (level - limits[0]) / (limits[1] - limits[0]) * room.width
            stage.text(place, room.bottom + 28, f"{level:g}", color=theme.quiet, align="center")
        colors = [theme.negative if high <= 1e-9 * limits[1] else theme.positive for high in edges[1:]]
        self._bars = PolyCollection([], facecolors=colors, edgecolors="none")
        self._axes.add_collection(self._bars, autolim=False)
        stage.moves(self._bars)
        self._zero = stage.text(room.right, box.top + 22, "", color=theme.quiet, align="right", moves=True)
        name = cut(stage, layer.name, left - stage.measure("100 % at 0", LABEL) - 16, weight="medium")
        stage.text(box.left, box.top + 22, name, weight="medium")
        self._set_up_cells(Box(box.right - right, box.top + 40, right, box.height - 68), glide)
        self._counted = stage.text(box.right - right, box.top + 22, "", weight="medium", moves=True)
        # Measuring a long line takes longer than drawing it, and it changes only from snapshot to snapshot.
        self._fitted = lru_cache(maxsize=None)(lambda line: cut(stage, line, right, weight="medium"))

    def show(self, between: Measures, exact: Measures) -> None:
        """Show measures of a state, and the numbers and marks of its last true snapshot."""
        name = self._name
        heights = between[f"{name} bars"] / max(between[f"{name} bars"].max(), 1e-12)
        gap = 0.06 * (self._edges[1] - self._edges[0])
        left, right, zero = self._edges[:-1] + gap, self._edges[1:] - gap, np.zeros_like(heights)
        corners = [(left, zero), (right, zero), (right, heights), (left, heights)]
        self._bars.set_verts(list(np.stack([np.stack(corner, axis=1) for corner in corners], axis=1)))
        self._zero.set_text(f"{100 * exact[f'{name} zero']:.0f} % at 0")
        cells = np.full(self._shape[0] * self._shape[1], np.nan)
        cells[: self._count] = between[f"{name} active"]
        self._cells.set_values(cells.reshape(self._shape))
        dead = np.flatnonzero(exact[f"{name} active"] == 0)
        full = np.flatnonzero(exact[f"{name} saturated"] > 0.5)
        self._counted.set_text(self._words(dead, full))
        for marks, found in ((self._dead, dead), (self._full, full)):
            rows, columns = np.divmod(found, self._shape[1])
            marks.set_data(columns + 0.5, rows + 0.5)

    def _set_up_cells(self, box: Box, glide: Glide) -> None:
        self._count = count = glide.sampled(f"{self._name} active").shape[1]
        self._shape, side = _cells_in(box, count)
        rows, columns = self._shape
        self._cells, place = heatmap(self._stage, Box(box.left, box.top, side * columns, side * rows), self._shape)
        axes = self._stage.axes(place, (0, columns), (rows, 0))
        between = [[[x, 0], [x, rows]] for x in range(1, columns)] + [[[0, y], [columns, y]] for y in range(1, rows)]
        gaps, width = joined(np.array(between)).T, self._stage.points(min(2, 0.1 * side))
        self._stage.covers(*axes.plot(*gaps, color=self._stage.theme.background, linewidth=width))
        # White in both themes: a cell of a dead unit is dark violet, and a saturated one has a dark line around it.
        size, line = self._stage.points(0.45 * side), self._stage.points(min(3, 0.16 * side))
        self._dead = self._stage.line(axes, "white", 0, marker="x", markersize=size, markeredgewidth=line)
        self._full = self._stage.line(
            axes, "white", 0, marker="D", markersize=size, markeredgewidth=line, markeredgecolor="#0f1420"
        )

    def _words(self, dead: Array, full: Array) -> str:
        counts = f"{len(dead)} of {self._count} dead" + (f", {len(full)} saturated" if self._bounded else "")
        named = [f"×{unit}" for unit in dead[:NAMED]] + [f"◊{unit}" for unit in full[:NAMED]]
        return self._fitted("   ".join([counts, " ".join(named)]).rstrip())


def _cells_in(box: Box, count: int) -> tuple[tuple[int, int], float]:
    """Return rows and columns of the largest square cells that fit, and their side."""

    def worth(columns: int) -> tuple[float, int, int]:
        rows = -(-count // columns)
        return min(CELL, box.width / columns, box.height / rows), -rows * columns, columns

    columns = max(range(1, count + 1), key=worth)
    return (-(-count // columns), columns), worth(columns)[0]


def _measured(state: State, layers: Sequence[Layer], edges: dict[str, Array]) -> Measures:
    found = {}
    for layer, values in zip(layers, activations_of(state, [layer.name for layer in layers]).values(), strict=True):
        name, bins = layer.name, edges[layer.name]
        drawn = np.clip(values[values != 0], bins[0], bins[-1])
        found[f"{name} bars"] = np.histogram(drawn, bins)[0] / values.size
        found[f"{name} zero"] = 1 - drawn.size / values.size
        found[f"{name} active"] = activity(values, layer.activation)
        found[f"{name} saturated"] = saturation(values, layer.activation)
    return found


def _edges(recording: Recording, layers: Sequence[Layer]) -> dict[str, Array]:
    """Return the edges of the bins per layer: over the natural bounds, else over all but a few values; zero is one."""
    names = [layer.name for layer in layers]
    states = [activations_of(state, names) for state in sampled_states(recording, STATES)]
    found = {}
    for layer in layers:
        ends = [np.percentile(values[layer.name], (100 * FAR, 100 - 100 * FAR)) for values in states]
        low, high = BOUNDED.get(layer.activation) or (min(0.0, np.min(ends)), max(0.0, np.max(ends)))
        step = (high - low) / BINS or 1 / BINS
        found[layer.name] = step * np.arange(np.floor(low / step + 1e-6), np.ceil(high / step - 1e-6) + 1)
    return found
