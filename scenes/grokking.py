"""Grokking: a network knows its examples by heart, and long after that it finds the rule.

After Power et al., "Grokking" (2022); numbers on a circle are from Nanda et al., "Progress measures for grokking via mechanistic
interpretability" (2023).
"""

from math import gcd

import numpy as np

from animviz import Box, Draw, Moment, Recording, Stage, scene
from animviz.analysis.fourier import Waves, powers
from animviz.analysis.states import sampled_states
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.parts import LABEL, Number, Plot, Sheet, Words, cut, heatmap, joined
from animviz.recording.replay.layers import hindrance, is_chain
from animviz.recording.state import State

from .families.grokked import Grokked
from .families.log_epochs import LogEpochs
from .families.named_traces import NamedTraces
from .families.spacing import parted

MANY = 64  # numbers that are written; of more only some are
DOT, TALL = 10.0, 16.0  # units: across a dot, height of a digit
APART = 30.0  # units between the baselines of two labels
WIDE = 1.5  # width over height of a room in which curves stand beside the circle


@scene(experiment="addition", group="ideas", tasks=("multiclass",))
def grokking(stage: Stage, recording: Recording) -> Draw:
    """Learning by heart and, much later, the rule: accuracies on a log scale, and numbers that tighten to a circle.

    Args:
        stage: where to draw.
        recording: of a chain of layers that is given pairs of numbers as one-hot rows, beside them the pairs that it learns.
    """
    numbers = _numbers(recording)
    first = recording.layers[_first(recording)]
    final = sampled_states(recording)[-1]
    waves = Waves.strongest(_rows(final, first.name, numbers))
    steps = recording.epochs[-1] == recording[-1].step
    grokked = Grokked.of(recording)
    sheet = Sheet(
        stage, recording, grokked.title("step" if steps else "epoch"), numbers=[_clock(recording, steps=bool(steps))],
        foot=[_joined(waves.frequency, numbers), grokked.asked_words],
    )  # fmt: skip
    circle, curves, bars = _layout(sheet.room)
    ring = _Ring(stage, circle, recording, waves, numbers)
    course = _Course(stage, curves, recording, grokked)
    spectrum = _Waves(stage, bars, _rows(final, first.name, numbers))

    def draw(moment: Moment) -> None:
        state = recording.at(moment.epoch)
        rows = _rows(state, first.name, numbers)
        ring.show(rows)
        course.show(moment.epoch)
        spectrum.show(rows)
        sheet.show(state, step=state.epoch)

    return draw


class _Ring:
    """The numbers in the plane of the final state's strongest wave, joined in its order."""

    def __init__(self, stage: Stage, box: Box, recording: Recording, waves: Waves, count: int) -> None:
        name = recording.layers[_first(recording)].name
        self._waves, self._order, self._stage = waves, waves.order(count), stage
        reach = max(float(np.abs(waves.places(_rows(state, name, count))).max()) for state in sampled_states(recording))
        reach = reach if 0 < reach < np.inf else 1.0
        _heading(stage, box, "where the first layer puts each number", "numbers in the first layer")
        inner = Box(box.left, box.top + 36, box.width, box.height - 36)
        side = min(inner.width, inner.height)
        square = Box(inner.left + (inner.width - side) / 2, inner.top, side, side)
        self._axes = stage.axes(square, (-1.12 * reach, 1.12 * reach), (-1.12 * reach, 1.12 * reach))
        self._line = stage.line(self._axes, stage.theme.mix(stage.theme.ink, 0.28), 1.6)
        shown = np.arange(count) if count <= MANY else np.arange(0, count, -(-count // MANY))
        self._shown = shown
        self._words = Words(stage, np.zeros((len(shown), 2)), align="center")
        self._names = [str(number) for number in shown]
        self._sizes = np.array([(stage.measure(name, LABEL), TALL) for name in self._names])
        colors = np.empty((count, 3))
        colors[self._order] = stage.theme.palette(max(count, 11))[:count]
        colors = 0.7 * colors + 0.3 * np.array(stage.theme.mix(stage.theme.ink, 1))  # pure blue is dark
        self._dots = self._axes.scatter(
            np.zeros(count), np.zeros(count), s=stage.points(DOT) ** 2, c=colors, linewidths=0
        )
        stage.moves(self._dots)

    def show(self, rows: Array) -> None:
        places = self._waves.places(rows)
        self._line.set_data(*joined([places[[*self._order, self._order[0]]]]).T)
        self._dots.set_offsets(places)
        pixels = self._axes.transData.transform(places)
        dots = np.array([0, self._stage.height]) + pixels * (1, -1) / self._stage.pixel
        out = places[self._shown] * (1, -1)
        out = out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-12)
        middles = dots[self._shown] + out * (self._sizes / 2 + DOT)
        free = _free(middles, self._sizes, dots)
        self._words.move(middles + np.array([0, 8]))
        self._words.set_words([name if seen else "" for name, seen in zip(self._names, free, strict=True)])


def _heading(stage: Stage, box: Box, *forms: str) -> None:
    """Write over a box the first of some forms that has room; the last one is cut."""
    fitting = (text for text in forms if stage.measure(text, LABEL, "medium") <= box.width)
    text = next(fitting, cut(stage, forms[-1], box.width, weight="medium"))
    stage.text(box.left, box.top + LABEL, text, weight="medium")


def _free(middles: Array, sizes: Array, dots: Array) -> list[bool]:
    """Return which names are on no dot and on no name that comes before them.

    Args:
        middles: of the names, shape (names, 2).
        sizes: their widths and heights, likewise.
        dots: shape (dots, 2).
    """
    kept: list[bool] = []
    for middle, size in zip(middles, sizes, strict=True):
        clear = (np.abs(dots - middle) > (size + DOT) / 2).any(axis=1).all()
        before = np.flatnonzero(kept)
        apart = (np.abs(middles[before] - middle) > (sizes[before] + size) / 2 + 2).any(axis=1).all()
        kept.append(bool(clear and apart))
    return kept


def _joined(frequency: int, count: int) -> str:
    """Say which numbers are neighbours along the wave: those that are so far apart that it goes around once."""
    if gcd(frequency, count) != 1:
        return "line: the order around the circle"
    step = pow(frequency, -1, count)
    return f"line: joins numbers that are {min(step, count - step)} apart, modulo {count}"


class _Course:
    """Accuracy of what is learned and of what is asked, over the steps on a log scale."""

    def __init__(self, stage: Stage, box: Box, recording: Recording, grokked: Grokked) -> None:
        self._scale = scale = LogEpochs(recording)
        last = max(float(scale.moments[-1]), 1.0)
        told = grokked.told
        right = stage.measure("learned 100 %", LABEL) + 22
        self._plot = Plot(stage, box, (0, last), (0, 1), title="right answers", percent=True, ticks=[], right=right)
        self._rule(stage, [(float(scale.at(epoch)), f"{epoch:,.0f}") for epoch, _ in told])
        curves = [] if grokked.learned is None else [("learned", grokked.learned, stage.theme.quiet)]
        curves.append(("asked", grokked.asked, stage.theme.positive))
        self._curves = NamedTraces(stage, self._plot, scale.moments, curves)
        self._mark(stage, [(float(scale.at(epoch)), share) for epoch, share in told])

    def _rule(self, stage: Stage, told: list[tuple[float, str]]) -> None:
        """Write the first moment, those that the title tells, and the powers of ten that have room beside them."""
        theme, plot = stage.theme, self._plot
        first = (0.0, f"{self._scale.first:,.10g}")
        kept: list[tuple[float, float]] = []
        for color, marks in ((theme.ink, told), (theme.quiet, [first, *self._scale.tens(least=1)[::-1]])):
            for place, label in marks:
                left, half = plot.left_of(place), stage.measure(label, LABEL) / 2 + 10
                if all(abs(left - other) >= half + wide for other, wide in kept):
                    kept.append((left, half))
                    stage.text(left, plot.room.bottom + 34, label, color=color, align="center")

    def _mark(self, stage: Stage, told: list[tuple[float, float]]) -> None:
        """Ring the moments that the title tells, with a line down to their numbers."""
        width, tone = stage.points(1.6), stage.theme.quiet
        for place, share in told:
            self._plot.axes.plot(
                [place, place], [0, share], color=tone, linewidth=width, linestyle=(0, (2, 2)), zorder=0
            )
            self._plot.axes.plot(
                place, share, "o", markersize=stage.points(14), markerfacecolor="none", markeredgecolor=stage.theme.ink,
                markeredgewidth=width, clip_on=False,
            )  # fmt: skip

    def show(self, epoch: float) -> None:
        tops = self._curves.show(float(self._scale.at(epoch)))
        self._curves.place(parted(tops, APART, self._plot.room.bottom + 8))  # above the numbers of the axis


class _Waves:
    """How strong each wave is in each unit; units stand in the order of the waves to which they listen in the end."""

    def __init__(self, stage: Stage, box: Box, rows: Array) -> None:
        each = powers(rows)
        self._order = np.lexsort([-each.max(axis=0), each.argmax(axis=0)])
        _heading(stage, box, "frequencies in each unit's weights", "frequencies by unit")
        left = stage.measure(str(len(each)), LABEL) + 14
        inner = Box(box.left + left, box.top + 38, box.width - left, box.height - 38 - 36)
        self._heat, place = heatmap(stage, inner, each.shape, low=0, high=1, square=False)
        for row, label in ((0, "1"), (len(each) - 1, str(len(each)))):
            top = place.top + (row + 0.5) / len(each) * place.height + 8
            stage.text(place.left - 12, top, label, color=stage.theme.quiet, align="right")
        units = f"{each.shape[1]} units"
        below = f"{units}, sorted as they end; bright: all of its weights"
        below = below if stage.measure(below, LABEL) <= place.width else cut(stage, units, place.width)
        stage.text(place.left, place.bottom + 30, below, color=stage.theme.quiet)

    def show(self, rows: Array) -> None:
        self._heat.set_values(powers(rows)[:, self._order])


def _first(recording: Recording) -> int:
    return next(place for place, layer in enumerate(recording.layers) if layer.kernel is not None)


def _numbers(recording: Recording) -> int:
    """Return how many numbers there are.

    Raises:
        SceneError: the network is not given pairs of one-hot rows, or cannot be replayed.
    """
    inputs = recording.single_input(recording.inputs)
    count = inputs.shape[1] // 2 if inputs.ndim == 2 and inputs.shape[1] % 2 == 0 else 0
    halves = inputs.reshape(len(inputs), 2, count) if count else inputs
    if not count or count < 3 or not (np.isin(halves, (0, 1)).all() and (halves.sum(axis=2) == 1).all()):
        raise SceneError(
            f"grokking needs pairs of numbers as one-hot rows, such as 2 x 43 inputs; those of {recording.path} are of shape "
            f"{inputs.shape}: `animviz record addition` makes such a recording"
        )
    if not is_chain(recording.layers):
        raise SceneError(
            f"grokking needs a chain of layers that NumPy replays; {recording.path} has {hindrance(recording.layers)}"
        )
    return count


def _rows(state: State, layer: str, count: int) -> Array:
    """Return the weights into the first layer for each number as the first of a pair, (numbers, units)."""
    entry = state.basis.layers[state.basis.layer_index(layer)]
    return entry.kernel_of(state.weights)[:count]


def _clock(recording: Recording, *, steps: bool) -> Number:
    """Return what stands for the moment: steps, where each epoch is one."""
    last = f"{recording.epochs[-1]:,.0f}"
    return Number("step" if steps else "epoch", ",.0f", last)


def _layout(room: Box) -> tuple[Box, Box, Box]:
    """Return the boxes of circle, curves and waves."""
    if room.width > WIDE * room.height:
        side = min(room.height - 36, 0.5 * room.width)
        left = room.left + side + 44
        width, high = room.right - left, 0.56 * room.height
        return (
            Box(room.left, room.top, side, room.height), Box(left, room.top, width, high),
            Box(left, room.top + high + 10, width, room.height - high - 10),
        )  # fmt: skip
    if room.height < 1.3 * room.width:
        high, half = 0.6 * room.height, (room.width - 28) / 2
        return (
            Box(room.left, room.top, half, high),
            Box(room.left, room.top + high + 10, room.width, room.height - high - 10),
            Box(room.right - half, room.top, half, high),
        )
    high = 0.52 * room.height
    top, rest = room.top + high + 12, (room.height - high - 12) / 2
    return (
        Box(room.left, room.top, room.width, high),
        Box(room.left, top, room.width, rest),
        Box(room.left, top + rest + 8, room.width, rest - 8),
    )
