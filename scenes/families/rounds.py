"""One sample's way through a chain of layers and back: what each layer puts out, what the links pass on, and the error."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from animviz import Recording
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.recording.answers import has_probabilities, probabilities
from animviz.recording.metrics import for_loss, loss_outputs
from animviz.recording.replay.backward import SHAPING, Pass, can_go_back
from animviz.recording.replay.layers import Layer, hindrance
from animviz.recording.replay.slopes import through_activation
from animviz.recording.state import State
from animviz.sampling import evenly_with

from .blocks import hidden_blocks

__all__ = ["Column", "Round", "Rounds", "columns_of", "require_way_back"]

MOST_UNITS, MOST_LINKS, FEW_LINKS = 48, 30, 3  # units with links; links between two layers, and to a unit
BEYOND = 1e30  # as large as any number that is drawn


def require_way_back(recording: Recording, scene: str) -> None:
    """Refuse a recording through which an error cannot be passed back.

    Args:
        recording: of any model.
        scene: name, for the error.

    Raises:
        SceneError: says what is missing.
    """
    if not recording.layers or not all(map(can_go_back, recording.layers)):
        strange = hindrance(recording.layers, can_go_back)
        raise SceneError(
            f"{scene} follows an error back through dense layers, convolutions and pooling; {recording.path} has {strange}"
        )
    if recording.output.loss is None or not recording.output.target:
        raise SceneError(f"{scene} needs targets, and a loss that has a name in Keras; {recording.path} says none")


@dataclass(frozen=True)
class Column:
    """A layer whose values are shown.

    Attributes:
        place: number of the layer that puts them out, -1 for the input.
        words: what a viewer calls it.
        short: the same where there is little room.
    """

    place: int
    words: str
    short: str


@dataclass(frozen=True)
class Round:
    """What flows at a moment.

    Attributes:
        values: what the units of each column put out, flat, channels last; of the last what is answered.
        errors: the gradient of the sample's loss by these, likewise; of the last by what its activation is given.
        pushes: what each shown link adds to the unit that it leads to: weight times activation, by gap.
        backs: what it passes back of the error, by gap.
        loss: of the sample.
    """

    values: list[Array]
    errors: list[Array]
    pushes: list[Array]
    backs: list[Array]
    loss: float


def columns_of(recording: Recording, most: int) -> list[Column]:
    """Return the columns that are shown: the input, the layers that change something, the narrowest among them, the output.

    Args:
        recording: of a chain.
        most: columns that there is room for; convolutions with pooling behind them are left out first.
    """
    names = [layer.name for layer in recording.layers]
    hidden, _ = hidden_blocks(recording)
    if len(hidden) + 2 > most:
        behind = [*hidden[1:], None]
        hidden = [
            one for one, after in zip(hidden, behind, strict=True) if not (after and "Pooling" in after.layer.kind)
        ]
    if hidden:
        narrowest = int(np.argmin([_width(recording, block.layer) for block in hidden]))
        hidden = [hidden[place] for place in evenly_with(len(hidden), most - 2, narrowest)]
    inner = [Column(names.index(block.shown.name), block.words, block.short) for block in hidden]
    return [Column(-1, "input", "input"), *inner, Column(len(names) - 1, "output", "output")]


def _width(recording: Recording, layer: Layer) -> float:
    """Return the units of a dense layer; channels of other layers are not held against them."""
    return layer.widths_of(recording[0].weights)[1] if layer.kind == "Dense" else np.inf


def left_out_of(recording: Recording, columns: Sequence[Column]) -> list[str]:
    """Return the hidden layers that have no column, in short words.

    Args:
        recording: of a chain.
        columns: that are shown.
    """
    shown = {column.short for column in columns}
    return [block.short for block in hidden_blocks(recording)[0] if block.short not in shown]


@dataclass(frozen=True)
class _Way:
    """A sample that went through, and its error that came back: by the input, and by what each layer puts out."""

    weights: Mapping[str, Array]
    passed: Pass
    errors: list[Array]
    loss: float


class Rounds:
    """A recording's sample at any moment; between two snapshots every number moves in a straight line.

    Args:
        recording: see `require_way_back`.
        sample: its number.
        columns: that are shown, the input first and the output last.
        states: from which the links are chosen that matter most.

    Attributes:
        shapes: of the values in each column, channels last.
        links: the units that each shown link joins, (links, 2), by gap between two columns; the last ones of all gaps
            make one path: back from the largest output what adds most to each unit in the last of the states.
        adds: whether all links of that path add to the unit that they lead to; where nothing adds, they take least away.
    """

    def __init__(self, recording: Recording, sample: int, columns: Sequence[Column], states: Sequence[State]) -> None:
        self._recording, self._columns = recording, columns
        self._input = recording.single_input(recording.inputs)[sample : sample + 1]
        self._target = recording.targets[sample : sample + 1]
        ways = [self._way(state) for state in states]
        self.shapes = [self._layer(one).channels_last(_values(ways[0], one)).shape[1:] for one in columns]
        path, self.adds = self._path(ways[-1])
        aims = [self._aimed_at(column, ways) for column in columns[1:]]
        self._aims = [np.union1d(some, [link[1]]) for some, link in zip(aims, path, strict=True)]
        found = [[self._through(gap, way, some) for way in ways] for gap, some in enumerate(self._aims)]
        strongest = [_strongest(*each) for each in zip(found, self._aims, strict=True)]
        self.links = [_ending_with(*each) for each in zip(strongest, path, strict=True)]
        self._round = lru_cache(maxsize=64)(self._taken)

    def at(self, state: State) -> Round:
        """Return what flows at a state."""
        before = self._round(state.snapshot.index)
        return before if state.share == 0 else _blended(before, self._round(state.snapshot.index + 1), state.share)

    def loss(self, state: State) -> float:
        """Return the sample's loss at a state."""
        meaning, given = loss_outputs(self._recording.output, self._recording.layers, state.weights, self._input)
        assert meaning.loss is not None
        return meaning.loss.mean(for_loss(meaning, self._target, given), given)

    def _taken(self, index: int) -> Round:
        way = self._way(self._recording.at(self._recording.epochs[index]))
        values = [self._flat(column, _values(way, column)) for column in self._columns]
        values[-1] = self._answer(way.passed.outputs[-1])
        errors = [self._flat(column, way.errors[column.place + 1]) for column in self._columns]
        pushes, backs = [], []
        for gap, (aims, links) in enumerate(zip(self._aims, self.links, strict=True)):
            push, back = self._through(gap, way, aims)
            rows = np.searchsorted(aims, links[:, 1])
            pushes.append(push[rows, links[:, 0]])
            backs.append(back[rows, links[:, 0]])
        values, errors, pushes, backs = ([_bounded(one) for one in some] for some in (values, errors, pushes, backs))
        return Round(values, errors, pushes, backs, way.loss)

    @np.errstate(over="ignore", invalid="ignore")
    def _way(self, state: State) -> _Way:
        """Send the sample through and its error back."""
        layers, weights, output = self._recording.layers, state.weights, self._recording.output
        passed = Pass(layers, weights, self._input)
        meaning, given = loss_outputs(output, layers, weights, self._input)
        assert meaning.loss is not None
        wanted = for_loss(meaning, self._target, given)
        slope = meaning.loss.slope(wanted, given).astype(given.dtype)
        errors = passed.back(slope, before_activation=meaning is not output)
        if meaning is output:  # links lead to what the last activation is given
            errors[-1] = through_activation(layers[-1], passed.sums[-1], errors[-1])
        return _Way(weights, passed, errors, float(meaning.loss.mean(wanted, given)))

    @np.errstate(over="ignore", invalid="ignore")
    def _through(self, gap: int, way: _Way, aims: NDArray[np.intp]) -> tuple[Array, Array]:
        """Return what each unit before a gap adds to those aimed at, and what it gets back: both (aims, units before)."""
        before, start = self._columns[gap], self._columns[gap].place + 1
        layers = self._recording.layers[start : self._columns[gap + 1].place + 1]
        layers = layers[
            : max((place for place, layer in enumerate(layers) if layer.kind not in SHAPING), default=0) + 1
        ]
        end = start + len(layers) - 1
        part = Pass(layers, way.weights, np.repeat(_values(way, before), len(aims), axis=0))
        places = np.arange(part.sums[-1][0].size).reshape(1, *part.sums[-1].shape[1:])
        places = layers[-1].channels_last(places).reshape(-1)[aims]
        aimed = np.zeros((len(aims), part.sums[-1][0].size), part.sums[-1].dtype)
        aimed[np.arange(len(aims)), places] = 1
        slopes = part.back(aimed.reshape(part.sums[-1].shape), before_activation=True)[0]
        slopes = self._layer(before).channels_last(slopes).reshape(len(aims), -1)
        error = way.errors[end + 1]
        if end < len(self._recording.layers) - 1:
            error = through_activation(layers[-1], way.passed.sums[end], error)
        error = layers[-1].channels_last(error).reshape(-1)[aims]
        return slopes * self._flat(before, _values(way, before)), slopes * error[:, None]

    def _path(self, way: _Way) -> tuple[list[NDArray[np.intp]], bool]:
        """Return a link for each gap, (unit before, unit behind), and whether all of them add; see `links`."""
        answer = np.abs(np.nan_to_num(self._answer(way.passed.outputs[-1])))
        path, unit, adds = [], answer.argmax(), True
        for gap in reversed(range(len(self._columns) - 1)):
            push = np.nan_to_num(self._through(gap, way, np.array([unit]))[0][0])
            path.append(np.array([push.argmax(), unit]))
            adds &= bool(push.max() > 0)
            unit = path[-1][0]
        return path[::-1], adds

    def _aimed_at(self, column: Column, ways: Sequence[_Way]) -> NDArray[np.intp]:
        """Return the units of a column that put out most, of which links are drawn."""
        sizes = [np.abs(self._flat(column, _values(way, column))) for way in ways]
        return np.sort(np.argsort(-np.max(sizes, axis=0), kind="stable")[:MOST_UNITS])

    def _layer(self, column: Column) -> Layer:
        return self._recording.layers[max(0, column.place)]

    def _flat(self, column: Column, values: Array) -> Array:
        return self._layer(column).channels_last(values).reshape(-1)

    def _answer(self, given: Array) -> Array:
        output, units = self._recording.output, given.shape[-1]  # of a single unit, the probability of class 1
        if has_probabilities(output):
            given = probabilities(output, given)
        return np.asarray(given).reshape(-1)[-units:]


def _bounded(values: Array) -> Array:
    """Return values of a network that diverges as they can be drawn: beyond all numbers is very much."""
    return np.clip(np.nan_to_num(values.astype(np.float64)), -BEYOND, BEYOND)


def _values(way: _Way, column: Column) -> Array:
    return way.passed.inputs if column.place < 0 else way.passed.outputs[column.place]


def _strongest(found: Sequence[tuple[Array, Array]], aims: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the links of a gap that push or pass back most, strongest last, as (unit before, unit behind)."""
    size: Array = np.zeros(found[0][0].shape)
    for kind in range(2):
        whole = np.nan_to_num(np.max([np.abs(each[kind]) for each in found], axis=0), posinf=0.0)
        size = np.maximum(size, whole / (whole.max() or 1.0))
    each = max(FEW_LINKS, MOST_LINKS // len(aims))  # many lines to one unit would hide the others
    if size.shape[1] > each:
        size = np.where(size >= np.sort(size, axis=1)[:, -each][:, None], size, 0.0)
    chosen = np.argsort(size, axis=None, kind="stable")[-MOST_LINKS:]
    rows, before = np.unravel_index(chosen, size.shape)
    return np.stack([before, aims[rows]], axis=1)


def _ending_with(links: NDArray[np.intp], last: NDArray[np.intp]) -> NDArray[np.intp]:
    return np.concatenate([links[(links != last).any(axis=1)], [last]])


def _blended(one: Round, other: Round, share: float) -> Round:
    def between(a: list[Array], b: list[Array]) -> list[Array]:
        return [first + share * (second - first) for first, second in zip(a, b, strict=True)]

    return Round(
        between(one.values, other.values), between(one.errors, other.errors), between(one.pushes, other.pushes),
        between(one.backs, other.backs), one.loss + share * (other.loss - one.loss),
    )  # fmt: skip
