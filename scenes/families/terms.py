"""What each unit of the last hidden layer adds to an answer: its activation times its weight.

The terms and the bias add up to the answer: a network with one output is a sum of bent lines.
"""

import numpy as np

from animviz import Box, Recording, Stage
from animviz.analysis.decision import last_hidden
from animviz.analysis.states import sampled_states
from animviz.arrays import Array
from animviz.parts import LABEL, joined
from animviz.recording.state import State

__all__ = ["Terms", "terms_of"]

MOST = 7  # terms that are drawn, the bias among them
POINTS = 121  # of a curve
NAME, GAP = 26.0, 22.0  # units of height of a name, and between two curves


def terms_of(state: State, layer: str, x: Array) -> Array:
    """Return what adds up to the answer before its activation, the bias last, shape (points, units + 1).

    Args:
        state: of a chain of dense layers with one output.
        layer: name of the last hidden one, or "input".
        x: inputs, shape (points, 1).
    """
    last = next(one for one in reversed(state.basis.layers) if one.kernel is not None)
    hidden = state.activations(layer, x)
    bias = state.weights[last.bias] if last.bias else np.zeros(1, hidden.dtype)
    return np.concatenate([hidden * last.kernel_of(state.weights)[:, 0], np.broadcast_to(bias, (len(x), 1))], axis=1)


class Terms:
    """Small curves that add up: a unit each, the bias, and behind the equals sign the answer; all on one scale.

    Where there are many units, those that add least are drawn as one.

    Args:
        stage: where.
        box: room for them.
        recording: of a chain of dense layers with one input and one output.
        columns: of curves.
    """

    def __init__(self, stage: Stage, box: Box, recording: Recording, columns: int) -> None:
        self._layer = last_hidden(recording)
        inputs = recording.single_input(recording.inputs)
        self._x = np.linspace(inputs.min(), inputs.max(), POINTS, dtype=np.float32)[:, None]
        every = [terms_of(state, self._layer, self._x) for state in sampled_states(recording)]
        self._groups = _groups(every[-1])
        names = [_name(group, every[-1].shape[1] - 1) for group in self._groups]
        signed = [*(f"+ {name}" if at else name for at, name in enumerate(names)), "= answer"]
        self._boxes = _boxes(box, len(signed), columns)
        drawn = [np.concatenate([self._summed(terms), terms.sum(axis=1, keepdims=True)], axis=1) for terms in every]
        self._low, self._high = min(d.min() for d in drawn), max(d.max() for d in drawn)
        axes = stage.overlay()
        for name, cell in zip(signed, self._boxes, strict=True):
            stage.text(cell.left, cell.top - 8, name, color=stage.theme.quiet)
            zero = float(self._down(cell, np.zeros(1))[0])
            axes.plot((cell.left, cell.right), (zero, zero), color=stage.theme.grid, linewidth=stage.points(1))
        self._curves = stage.strokes(axes, stage.theme.ink, 2.4)
        self._answer = stage.strokes(axes, stage.theme.positive, 3)

    def show(self, state: State) -> None:
        """Show the terms of a state."""
        terms = terms_of(state, self._layer, self._x)
        curves = [self._placed(cell, values) for cell, values in zip(self._boxes, self._summed(terms).T, strict=False)]
        self._curves.set_lines(joined(curves))
        self._answer.set_lines(self._placed(self._boxes[-1], terms.sum(axis=1)))

    def _summed(self, terms: Array) -> Array:
        return np.stack([terms[:, group].sum(axis=1) for group in self._groups], axis=1)

    def _placed(self, cell: Box, values: Array) -> Array:
        return np.column_stack([np.linspace(cell.left, cell.right, len(values)), self._down(cell, values)])

    def _down(self, cell: Box, values: Array) -> Array:
        span = (self._high - self._low) or 1.0
        return np.asarray(cell.bottom - cell.height * (values - self._low) / span)


def _groups(terms: Array) -> list[list[int]]:
    """Return the columns that are drawn together: those that vary most alone, the others as one, the bias last."""
    units = terms.shape[1] - 1
    if units < MOST:
        return [[unit] for unit in range(units + 1)]
    strongest = np.argsort(-np.ptp(terms[:, :units], axis=0), kind="stable")
    alone = sorted(int(unit) for unit in strongest[: MOST - 2])
    return [*([unit] for unit in alone), [unit for unit in range(units) if unit not in alone], [units]]


def _name(group: list[int], units: int) -> str:
    if len(group) > 1:
        return f"{len(group)} more"
    return "bias" if group[0] == units else f"unit {group[0] + 1}"


def _boxes(box: Box, count: int, columns: int) -> list[Box]:
    """Return a box for each curve, in rows."""
    rows = -(-count // columns)
    width, row = (box.width - GAP * (columns - 1)) / columns, (box.height + LABEL / 2) / rows
    return [
        Box(
            box.left + at % columns * (width + GAP), box.top + at // columns * row + NAME, width, row - NAME - LABEL / 2
        )
        for at in range(count)
    ]
