"""Box plots of what single units answer to each class, while the network learns to tell the classes apart.

After the teaching notebooks on MNIST, which drew activations per predicted digit for ten models.
"""

from typing import Any, Literal

import numpy as np
from matplotlib.collections import LineCollection, PolyCollection

from animviz import Box, Draw, Moment, Recording, Stage, scene
from animviz.analysis.classifier import labels_of, predictions
from animviz.analysis.states import sampled_states
from animviz.analysis.tasks import CLASSES
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.parts import LABEL, MARGIN, Sheet
from animviz.recording.obtaining import obtainable
from animviz.recording.state import State

from .families.distributions import Glide, Measures, activations_of, by_unit, key, key_height, level_lines

MOST = 12  # units side by side
MOST_CLASSES = 20  # boxes side by side


@scene(experiment="digits_mlp", tasks=CLASSES)
def boxplot(
    stage: Stage,
    recording: Recording,
    *,
    layer: str | None = None,
    units: str = "6",
    by: Literal["true", "predicted"] = "true",
) -> Draw:
    """Activations of single units per class, as box plots.

    The units come in the order in which they tell the classes apart at the last epoch: by eta squared, the share of a
    unit's variance that the class explains, which orders them as the F value of an analysis of variance does. A
    channel of a convolution counts as one unit, by its mean over the picture.

    Args:
        stage: where to draw.
        recording: of any classifier.
        layer: name of the layer; by default the last hidden dense one.
        units: how many, or unit numbers with commas between them, such as 3,17 (or 3, for a single one).
        by: group samples by their true or by their predicted class.
    """
    labels = labels_of(recording, "boxplot")
    known = labels >= 0
    layer = _layer(recording, layer)
    last = sampled_states(recording)[-1]
    values = unit_values(last, layer)[known]
    groups = _groups(last, labels, by)[known]
    chosen = _chosen(units, eta_squared(values, groups), layer)
    names = recording.output.class_names
    shown = _shown_classes(labels, len(names))

    def measure(state: State) -> Measures:
        values, groups = unit_values(state, layer)[known][:, chosen], _groups(state, labels, by)[known]
        return {"boxes": box_stats(values, groups, shown), "share": eta_squared(values, groups)}

    glide = Glide(recording, measure)
    parts = [
        f"{len(shown)} of {len(names)} classes" if len(shown) < len(names) else "",
        "box: the middle half of a class",
        "line: its median",
        "whiskers: up to 1.5 boxes further",
        "%: how much of the unit's variance the class explains",
    ]
    sheet = Sheet(stage, recording, f"activations of {layer} by {by} class", foot=parts)
    panels = _Panels(stage, sheet.room, glide, [names[c] for c in shown], chosen)
    panels.set_colors(stage, stage.theme.palette(len(names))[shown])

    def draw(moment: Moment) -> None:
        state = recording.at(moment.epoch)
        sheet.show(state)
        panels.show(glide.between(state)["boxes"], glide.exact(state)["share"])

    return draw


def unit_values(state: State, layer: str) -> Array:
    """Return the activation of each unit, float64 of shape (samples, units); of channels the mean over all places.

    Args:
        state: the network at a moment.
        layer: its name.
    """
    values = activations_of(state, [layer])[layer]
    return np.asarray(by_unit(values).mean(axis=1, dtype=np.float64))


def eta_squared(values: Array, groups: Array) -> Array:
    """Return the share of each unit's variance that lies between the groups, from 0 to 1; 0 where nothing varies.

    Args:
        values: shape (samples, units).
        groups: number of the group of each sample, shape (samples,).
    """
    centred = values - values.mean(axis=0)
    total = np.square(centred).sum(axis=0)
    members = [centred[groups == group] for group in np.unique(groups)]
    between = np.sum([len(part) * np.square(part.mean(axis=0)) for part in members], axis=0)
    return np.asarray(np.divide(between, total, out=np.zeros_like(total), where=total > 0))


def box_stats(values: Array, groups: Array, classes: Array) -> Array:
    """Return lower whisker, quartiles, median and upper whisker as matplotlib's box plots have them.

    Args:
        values: shape (samples, units).
        groups: class of each sample.
        classes: classes that are wanted.

    Returns:
        Array of shape (5, units, classes), rising along the first axis; NaN for a class without samples.
    """
    found = np.full((5, values.shape[1], len(classes)), np.nan)
    for place, group in enumerate(classes):
        part = values[groups == group]
        if len(part):
            low, middle, high = np.percentile(part, [25, 50, 75], axis=0)
            reach = 1.5 * (high - low)
            bottom = np.where(part >= low - reach, part, np.inf).min(axis=0)
            top = np.where(part <= high + reach, part, -np.inf).max(axis=0)
            found[:, :, place] = [np.minimum(bottom, low), low, middle, high, np.maximum(top, high)]
    return found


class _Panels:
    """One panel per unit on a common scale; all boxes are one artist on axes that count in units of the stage."""

    HEAD, GAP = 36.0, 26.0  # units above a panel for its title, and between rows

    def __init__(self, stage: Stage, sheet: Box, glide: Glide, names: list[str], chosen: list[int]) -> None:
        self._stage = stage
        self._limits = _limits(glide.sampled("boxes"))
        about = Box(0, sheet.top, stage.width - 120, sheet.height - 40)
        self._levels = level_lines(self._limits, _grid(about, len(chosen))[0].height)
        left = MARGIN + max(stage.measure(f"{level:g}", LABEL) for level in self._levels) + 14
        room = Box(left, sheet.top, sheet.right - left, sheet.height)
        slot = _grid(room, len(chosen))[0].width / len(names)
        named = max(stage.measure(name, LABEL) for name in names) < slot - 4
        below = 34.0 if named else key_height(stage, names) + 14
        self._rooms = _grid(Box(room.left, room.top, room.width, room.height - below), len(chosen))
        if not named:
            key(stage, room.bottom - below + 14, names, stage.theme.palette(len(names)))
        self._axes = stage.overlay()
        self._middles = np.array([box.left + slot * (np.arange(len(names)) + 0.5) for box in self._rooms])
        self._half = min(0.36 * slot, 26.0)
        self._shares = [self._set_up(box, unit, left) for box, unit in zip(self._rooms, chosen, strict=True)]
        if named:
            self._write_names(names)

    def set_colors(self, stage: Stage, palette: Array) -> None:
        """Give each class its colour."""
        colors = np.tile(palette, (len(self._rooms), 1))
        ground = np.array(stage.theme.mix(stage.theme.background, 1))
        width = stage.points(2)
        self._whiskers = LineCollection([], colors=colors, linewidths=width, capstyle="butt")
        self._boxes = PolyCollection([], facecolors=0.5 * colors + 0.5 * ground, edgecolors=colors, linewidths=width)
        for artist in (self._whiskers, self._boxes):
            self._axes.add_collection(artist, autolim=False)
            stage.moves(artist)
        self._medians = stage.line(self._axes, stage.theme.ink, 3.5)

    def show(self, boxes: Array, shares: Array) -> None:
        """Show boxes of shape (5, units, classes), and a share per unit."""
        low, first, middle, third, high = self._heights(boxes)
        left, right = self._middles - self._half, self._middles + self._half
        self._boxes.set_verts(list(_polygons((left, first), (right, first), (right, third), (left, third))))
        ends = [(self._middles, low), (self._middles, first), (self._middles, third), (self._middles, high)]
        self._whiskers.set_segments([*_polygons(*ends[:2]), *_polygons(*ends[2:])])
        gap = np.full_like(left, np.nan)
        self._medians.set_data(np.stack([left, right, gap], -1).ravel(), np.stack([middle, middle, gap], -1).ravel())
        for text, share in zip(self._shares, shares, strict=True):
            text.set_text(f"{100 * share:.0f} %")

    def _heights(self, values: Array) -> Array:
        """Return units from the upper edge for values of shape (..., units, classes), kept inside the panels."""
        low, high = self._limits
        share = np.clip((values - low) / (high - low), 0, 1)
        bottoms = np.array([box.bottom for box in self._rooms])[:, None]
        return np.asarray(bottoms - share * self._rooms[0].height)

    def _set_up(self, box: Box, unit: int, first: float) -> Any:
        stage, theme = self._stage, self._stage.theme
        for level in self._levels:
            low, high = self._limits
            height = box.bottom - (level - low) / (high - low) * box.height
            self._axes.plot([box.left, box.right], [height] * 2, color=theme.grid, linewidth=stage.points(1), zorder=0)
            if box.left == first:
                stage.text(first - 14, height + 8, f"{level:g}", color=theme.quiet, align="right")
        stage.text(box.left, box.top - 12, f"unit {unit}", weight="medium")
        return stage.text(box.right, box.top - 12, "", weight="medium", align="right", moves=True)

    def _write_names(self, names: list[str]) -> None:
        lowest = {box.left: box.bottom for box in self._rooms}  # the last of each column
        for box, middles in zip(self._rooms, self._middles, strict=True):
            if lowest[box.left] == box.bottom:
                for middle, name in zip(middles, names, strict=True):
                    self._stage.text(middle, box.bottom + 30, name, color=self._stage.theme.quiet, align="center")


def _polygons(*corners: tuple[Array, Array]) -> Array:
    return np.stack([np.stack([x.ravel(), y.ravel()], axis=1) for x, y in corners], axis=1)


def _grid(room: Box, count: int) -> list[Box]:
    """Return the panels, without their heads, in the grid whose panels are nearest to one and a half times as wide as high."""

    def unlikeness(columns: int) -> float:
        rows = -(-count // columns)
        empty = rows * columns - count
        return float(abs(np.log(room.width / columns / (room.height / rows) / 1.5)) + 0.3 * empty)

    columns = min(range(1, count + 1), key=unlikeness)
    rows = -(-count // columns)
    step = (room.height + _Panels.GAP) / rows
    width = (room.width - 40 * (columns - 1)) / columns
    lefts = [room.left + column * (width + 40) for column in range(columns)]
    tops = [room.top + row * step + _Panels.HEAD for row in range(rows)]
    boxes = [Box(left, top, width, step - _Panels.GAP - _Panels.HEAD) for top in tops for left in lefts]
    return boxes[:count]


def _limits(boxes: Array) -> tuple[float, float]:
    """Return limits that hold every whisker of the video, and zero."""
    low, high = min(0.0, float(np.nanmin(boxes))), max(0.0, float(np.nanmax(boxes)))
    air = 0.03 * (high - low)
    return (low - air, high + air) if high > low else (-1.0, 1.0)


def _layer(recording: Recording, name: str | None) -> str:
    names = [layer.name for layer in recording.layers]
    if name is None:
        dense, missing = obtainable(recording, [layer for layer in recording.layers if layer.kind == "Dense"][:-1])
        if not dense:
            raise SceneError(
                f"boxplot: {recording.path} has no hidden dense layer{missing and f' that can be drawn ({missing})'}; "
                f"choose one of {', '.join(names)} with --layer"
            )
        return dense[-1].name
    if name not in names:
        raise SceneError(f"boxplot: no layer {name!r}; {recording.path} has {', '.join(names)}")
    return name


def _groups(state: State, labels: Array, by: str) -> Array:
    return labels if by == "true" else predictions(state)


def _chosen(text: str, shares: Array, layer: str) -> list[int]:
    """Return the numbers of the units that are drawn."""
    count = len(shares)
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if parts and all(part.isascii() and part.isdigit() for part in parts):
        numbers = [int(part) for part in parts]
        if "," not in text and 1 <= numbers[0] <= MOST:
            return [int(unit) for unit in np.argsort(-shares, kind="stable")[: numbers[0]]]
        if "," in text and max(numbers) < count and len(set(numbers)) == len(numbers) <= MOST:
            return numbers
    raise SceneError(
        f"boxplot: --units is {text!r}; expected how many (1 to {MOST}), or up to {MOST} different unit numbers of "
        f"{layer} (0 to {count - 1}) with commas, such as 0,{count - 1}"
    )


def _shown_classes(labels: Array, count: int) -> Array:
    """Return the classes that are drawn, in their order: all, or those with most samples."""
    sizes = np.bincount(labels[labels >= 0], minlength=count)
    return np.sort(np.argsort(-sizes, kind="stable")[:MOST_CLASSES])
