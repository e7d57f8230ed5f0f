"""Optimizers race from one start over a map of heights.

After Alec Radford's animations (2014) and Sebastian Ruder, "An overview of gradient descent optimization algorithms" (2016).
"""

import numpy as np

from animviz import Box, Draw, Moment, Recording, Stage, scene
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.parts import LABEL, Number, Plot, Sheet, Trace, cut, epoch_limits, pair

from .families.relief import Heights, Relief, gridded, is_lattice

DOWN = 0.01  # of the height of the start: below that one is down
MARKED = 9  # lowest places at most; more of them lie in a line
WIDE = 1.5  # width over height of a room in which curves stand beside the map
ROW, COLUMN, LEAST = 34.0, 300.0, 230.0  # units: from one name to the next, of a name and its height, and at least


@scene(experiment="descent", group="ideas", tasks=("none",), suits=lambda recording, **_: _require_race(recording))
def descent(stage: Stage, recording: Recording) -> Draw:
    """Optimizers race from one start over a map, with trails, and their heights over the steps.

    Args:
        stage: where to draw.
        recording: of places on a map: weights of two numbers each, with their heights as logs of the same names; the inputs are
            points of a lattice, and the labels their heights.
    """
    _require_race(recording)
    names = list(recording.manifest.weights)
    places = np.array([[snapshot.weights[name] for name in names] for snapshot in recording], np.float64)
    ways = np.array([[snapshot.logs.get(name, np.nan) for name in names] for snapshot in recording])
    xs, ys, grid = gridded(recording.single_input(recording.inputs), recording.labels)
    heights = Heights(recording, grid, ways)
    lowest = recording.extras.get("lowest", np.zeros((0, 3)))
    marked = lowest if heights.log and len(lowest) <= MARKED else lowest[:0]
    lowest_said = (
        ("; cross: the lowest place" if len(marked) == 1 else "; crosses: the lowest places") if len(marked) else ""
    )
    colors = stage.theme.palette(max(2, len(names)))[: len(names)]
    step = Number("step", ".0f", f"{recording.epochs[-1]:.0f}")
    sheet = Sheet(
        stage, recording, _title(names, recording.epochs, heights, ways), subtitle=recording.manifest.title,
        numbers=[step],
        foot=[
            f"ring: the start{lowest_said}",
            f"down: for good below the dashed line, {100 * DOWN:g} % of the start's height" if heights.log else "",
        ],
    )  # fmt: skip
    middle, beside, below = _layout(sheet.room, float(np.ptp(xs) / np.ptp(ys)), len(names))
    relief = Relief(stage, middle, xs, ys, grid, heights, marked, places, names, colors)
    curves = _Curves(stage, beside, below, names, recording.epochs, heights, ways, colors)

    def draw(moment: Moment) -> None:
        before = int(np.searchsorted(recording.epochs, moment.epoch + 1e-9, side="right"))
        now = [
            np.interp(moment.epoch, recording.epochs, places[:, k, axis]) for k in range(len(names)) for axis in (0, 1)
        ]
        for number, place in enumerate(np.reshape(now, (-1, 2))):
            relief.show(number, np.concatenate([places[:before, number], place[None]]))
        relief.show_names(before)
        curves.show(moment.epoch)
        sheet.show(recording.at(moment.epoch), step=recording.epochs[before - 1])

    return draw


class _Curves:
    """A name and a height for each that races, and its height over the steps."""

    def __init__(
        self, stage: Stage, box: Box, below: Box, names: list[str], epochs: Array, heights: Heights, ways: Array,
        colors: Array,
    ) -> None:  # fmt: skip
        drawn = heights.above(ways)
        self._floor = heights.floor
        known = drawn[np.isfinite(drawn)]
        low, high = (float(known.min()), float(known.max())) if len(known) else (0.1, 1.0)
        air = 0.05 * (high - low) + 1e-9
        limits = (min(low, _down(drawn)) / 1.2, high * 1.2) if heights.log else (low - air, high + air)
        title = "height above the lowest, over the steps" if heights.log else "height over the steps"
        plot = Plot(stage, below, epoch_limits(epochs), limits, title=title, log=heights.log, left=70, right=14)
        if heights.log:
            plot.axes.axhline(
                _down(drawn), color=stage.theme.quiet, linewidth=stage.points(1.5), linestyle=(0, (4, 4)), zorder=0
            )
        self._traces = [Trace(stage, plot.axes, epochs, drawn[:, k], color) for k, color in enumerate(colors)]
        self._texts = []
        columns = _columns(box.width)
        width = min(COLUMN, (box.width - 40 * (columns - 1)) / columns)
        for number, (name, color) in enumerate(zip(names, colors, strict=True)):
            left, top = box.left + number % columns * (width + 40), box.top + ROW * (number // columns + 1) - 12
            stage.dot(left + 9, top - 8, 18, color)
            stage.text(left + 30, top, cut(stage, name, width - 30 - stage.measure("<1.0e-05", LABEL, "medium") - 10))
            self._texts.append(stage.text(left + width, top, "", weight="medium", align="right", moves=True))
        pair(
            stage, "height", lambda: [text.get_text() for text in self._texts], lambda: [t.value for t in self._traces]
        )  # fmt: skip

    def show(self, epoch: float) -> None:
        for trace, text in zip(self._traces, self._texts, strict=True):
            trace.show(epoch)
            text.set_text(_written(trace.value, self._floor))


def _written(height: float, floor: float) -> str:
    """Return a height in words."""
    if not np.isfinite(height):
        return "–"
    if height <= floor * (1 + 1e-9):
        return f"<{1.01 * floor:.1e}"
    return f"{height:#.2g}".rstrip(".") if 1e-3 <= abs(height) < 1000 or height == 0 else f"{height:.1e}"


def _require_race(recording: Recording) -> None:
    """Refuse a recording of anything else than places on a map.

    Raises:
        SceneError: says what it needs.
    """
    manifest = recording.manifest
    fits = bool(manifest.weights) and all(spec.shape == (2,) for spec in manifest.weights.values())
    fits = fits and manifest.labels is not None and manifest.labels.kind == "values" and recording.basis.has_one_input
    if fits:
        points = recording.single_input(recording.inputs)
        fits = points.ndim == 2 and points.shape[1] == 2 and is_lattice(points)
    if not fits:
        raise SceneError(
            "descent draws places on a map: weights of two numbers each, and points of an even lattice as inputs with heights "
            f"as labels; {recording.path} holds others: `animviz record descent` makes such a recording"
        )


def _title(names: list[str], steps: Array, heights: Heights, ways: Array) -> str:
    """Say who is down first, and who never."""
    if not heights.log:
        return f"{_and([n for n, h in zip(names, ways[-1], strict=True) if h == np.nanmin(ways[-1])])} ends lowest"
    above = heights.above(ways)
    late = ~(above <= _down(above))  # also where there is no height
    last = len(steps) - 1 - late[::-1].argmax(axis=0)
    first = [np.inf if one + 1 == len(steps) else steps[one + 1] for one in last]
    if not np.isfinite(first).any():
        return f"Nobody is down after {steps[-1]:,.0f} steps"
    winners = [name for name, step in zip(names, first, strict=True) if step == min(first)]
    slow = [name for name, step in zip(names, first, strict=True) if not np.isfinite(step)]
    said = f"{_and(winners)} {'is' if len(winners) == 1 else 'are'} down first, at step {min(first):,.0f}"
    return said + (f"; {_and(slow)} not at all" if slow else "")


def _down(heights: Array) -> float:
    """Return the height below which one is down."""
    return DOWN * float(np.nanmax(heights[0], initial=0.0))


def _and(names: list[str]) -> str:
    """Return names in words."""
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]])) if names else "Nobody"


def _columns(width: float) -> int:
    """Return in how many columns the names stand."""
    return max(1, int((width + 40) // (COLUMN - 10 + 40)))


def _layout(room: Box, aspect: float, count: int) -> tuple[Box, Box, Box]:
    """Return the boxes of map, names and curves."""
    if room.width > WIDE * room.height:
        width = min(0.62 * room.width, aspect * room.height)
        left = room.left + width + 48
        high = ROW * -(-count // _columns(room.right - left)) + 10
        return (
            Box(room.left, room.top, width, room.height), Box(left, room.top, room.right - left, high),
            Box(left, room.top + high, room.right - left, room.height - high),
        )  # fmt: skip
    width = min(0.58 * room.height * aspect, room.width)
    bottom = room.top + width / aspect + 12
    left, top = room.left + width + 32, room.top
    if room.right - left < LEAST:
        left, top, width, bottom = room.left, bottom, room.width, bottom + ROW * -(-count // _columns(room.width)) + 12
        upper = Box(room.left, room.top, room.width, top - 12 - room.top)
    else:
        upper = Box(room.left, room.top, width, width / aspect)
    return (
        upper,
        Box(left, top, room.right - left, bottom - top),
        Box(room.left, bottom, room.width, room.bottom - bottom),
    )
