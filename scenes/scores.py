"""Precision, recall and F1 of each class while the network learns.

After the classification reports with which the teaching notebooks on MNIST end.
"""

from collections.abc import Sequence

import numpy as np

from animviz import Box, Draw, Moment, Recording, Stage, scene
from animviz.analysis.tasks import CLASSES
from animviz.analysis.verdicts import Outcomes
from animviz.arrays import Array
from animviz.parts import (
    LABEL,
    Sheet,
    Words,
    cut,
    epoch_limits,
    joined,
    of_network,
    whole_ticks,
)

LEAST_ROW = 36.0  # units of height that a class needs at least
HEAD = 34.0  # units above the rows for what the columns are
TICKS = 36.0  # units below them
MARKS = {"o": 17.0, "D": 14.0, "|": 20.0}  # units
NAMES = ("precision", "recall", "F1")


@scene(
    experiment="digits_mlp",
    tasks=(*CLASSES, "multilabel", "sequence of binary", "sequence of multiclass", "sequence of multilabel"),
)
def scores(stage: Stage, recording: Recording) -> Draw:
    """Precision, recall and F1 of each class over the epochs.

    Of several labels for each sample, each counts for itself; of an answer at each position, all positions count.

    Args:
        stage: where to draw.
        recording: of any classifier, or of labels or positions of which each has an answer.
    """
    outcomes = Outcomes(recording)
    one = "label" if recording.output.task == "multilabel" else "class"
    table = outcomes.table(lambda index: rates(outcomes.counts(index)), (len(outcomes.names), 3))
    table = np.concatenate([table, table.mean(axis=1, keepdims=True)], axis=1)
    shown, note = _chosen(stage, outcomes, table)
    parts = [
        "precision: how often the answer is right",
        f"recall: how much of the {one} is found",
        f"mean: every {one} counts alike",
        "counted: all positions" if recording.output.sequence else "",
    ]
    title = of_network(recording, f"scores per {one}")
    sheet = Sheet(stage, recording, title, numbers=["epoch", "accuracy"], foot=[*parts, note])
    rows = _Rows(stage, sheet.room, [*outcomes.names, "mean"], [*shown, -1], recording.epochs, table)

    def draw(moment: Moment) -> None:
        state = recording.at(moment.epoch)
        index = state.snapshot.index
        rows.show(moment.epoch, index, outcomes.blended(moment.epoch, table.__getitem__))
        sheet.show(state, accuracy=outcomes.accuracy(index))

    return draw


def rates(counts: Array) -> Array:
    """Return precision, recall and F1 of each class, shape (classes, 3); zero where there is nothing to divide by.

    Args:
        counts: how often each was answered rightly, was right and was answered, shape (3, classes).
    """
    right, true, said = counts
    parts = [(right, said), (right, true), (2 * right, true + said)]
    return np.stack([part / np.maximum(whole, 1) for part, whole in parts], axis=1)


class _Rows:
    """A row per class: three marks on a scale from 0 to 1, their values, and F1 over the epochs."""

    def __init__(self, stage: Stage, box: Box, names: list[str], shown: list[int], epochs: Array, table: Array) -> None:
        self._shown, self._epochs, self._table = shown, epochs, table
        self._row = min(140.0, (box.height - HEAD - TICKS) / len(shown))
        self._middles = np.arange(len(shown)) + 0.5
        rows = Box(box.left, box.top + HEAD, box.width, self._row * len(shown))
        widest = min(140.0, 0.16 * box.width, max(stage.measure(names[k], LABEL, "medium") for k in shown))
        self._numbers = 3 if box.width >= 1000 else 1
        wide = stage.measure("precision", LABEL) + 48 if self._numbers == 3 else stage.measure("0.000", LABEL) + 20
        left = rows.left + widest + 28
        rest = rows.right - left - self._numbers * wide - 60
        scale = Box(left, rows.top, 0.62 * rest, rows.height)
        spark = Box(rows.right - 0.38 * rest, rows.top, 0.38 * rest, rows.height)
        self._set_up_rows(stage, rows, [names[k] for k in shown], widest)
        self._set_up_marks(stage, scale)
        rights = scale.right + 24 + wide * np.arange(1, self._numbers + 1)
        self._set_up_numbers(stage, rights, rows)
        lengths = [stage.measure(name, LABEL) + 26 for name in NAMES]
        # The key stands over the numbers where each mark has its own, else over the scale.
        over = rights - lengths if self._numbers == 3 else scale.left + np.cumsum([0, *lengths[:-1]]) + (0, 28, 56)
        self._set_up_key(stage, list(over), box.top)
        self._set_up_curves(stage, spark)

    def show(self, epoch: float, index: int, values: Array) -> None:
        """Show a moment: marks blend between the snapshots, numbers are those of the last true one."""
        values = values[self._shown]
        for mark, column in zip(self._marks, (0, 1), strict=True):
            mark.set_data(values[:, column], self._middles)
        stems = np.stack([values[:, :2], np.stack([self._middles] * 2, axis=1)], axis=-1)
        self._links.set_data(*joined(stems).T)
        half = min(0.3, 14 / self._row)
        bars = [[(x, y - half), (x, y + half)] for x, y in zip(values[:, 2], self._middles, strict=True)]
        self._bars.set_data(*joined(np.array(bars)).T)
        self._words.set_words([f"{v:.3f}" for v in self._table[index][self._shown, 3 - self._numbers :].ravel()])
        x = np.append(self._epochs[: index + 1], epoch)
        past = np.vstack([self._table[: index + 1, self._shown, 2], values[:, 2]])
        heights = self._middles + 0.4 - 0.8 * past
        self._curves.set_lines(joined(np.stack([x, column], axis=1) for column in heights.T))
        self._now.set_data(np.full(len(values), epoch), heights[-1])

    def _set_up_rows(self, stage: Stage, rows: Box, names: list[str], widest: float) -> None:
        ground = stage.axes(rows, (0, 1), (len(names), 0))
        for place, name in enumerate(names):
            mean = place == len(names) - 1
            top = rows.top + self._row * (place + 0.5) + 8
            text = cut(stage, name, widest, weight="medium" if mean else "regular")
            stage.text(rows.left, top, text, weight="medium" if mean else "regular")
        y = len(names) - 1
        ground.plot([0, 1], [y, y], color=stage.theme.quiet, linewidth=stage.points(1.5), clip_on=False)

    def _set_up_marks(self, stage: Stage, box: Box) -> None:
        theme, count = stage.theme, len(self._shown)
        axes = stage.axes(box, (0, 1), (count, 0))
        for level in (0, 0.25, 0.5, 0.75, 1):
            axes.plot([level] * 2, [0, count], color=theme.grid, linewidth=stage.points(1), clip_on=False)
        for level in (0, 0.5, 1):
            stage.text(box.left + level * box.width, box.bottom + 30, f"{level:g}", color=theme.quiet, align="center")
        self._links = stage.line(axes, theme.quiet, 3, clip_on=False)
        style = {"markeredgewidth": 0, "clip_on": False}
        self._marks = [
            stage.line(axes, theme.negative, 0, marker="o", markersize=stage.points(MARKS["o"]), **style),
            stage.line(axes, theme.positive, 0, marker="D", markersize=stage.points(MARKS["D"]), **style),
        ]
        self._bars = stage.line(axes, theme.ink, 4, clip_on=False)

    def _set_up_numbers(self, stage: Stage, rights: Array, rows: Box) -> None:
        tops = rows.top + self._row * self._middles + 8
        self._words = Words(stage, [(right, top) for top in tops for right in rights], align="right")

    @staticmethod
    def _set_up_key(stage: Stage, lefts: Sequence[float], top: float) -> None:
        """Say which mark is what."""
        theme = stage.theme
        axes = stage.axes(Box(0, top, stage.width, HEAD), (0, stage.width), (HEAD, 0))
        for name, left, marker, color in zip(
            NAMES, lefts, ("o", "D", "|"), (theme.negative, theme.positive, theme.ink), strict=True
        ):
            size, edge = stage.points(MARKS[marker]), stage.points(4 if marker == "|" else 0)
            axes.plot([left + 9], [15], marker, color=color, markersize=size, markeredgewidth=edge)
            stage.text(left + 26, top + 22, name, color=theme.quiet)

    def _set_up_curves(self, stage: Stage, box: Box) -> None:
        theme, count = stage.theme, len(self._shown)
        first, last = epoch_limits(self._epochs)
        axes = stage.axes(box, (first, last), (count, 0))
        for middle in self._middles:
            axes.plot([first, last], [middle + 0.4] * 2, color=theme.grid, linewidth=stage.points(1), clip_on=False)
        for tick in whole_ticks(first, last, most=max(2, int(box.width // 90))):
            place = box.left + (tick - first) / (last - first) * box.width
            stage.text(place, box.bottom + 30, f"{tick:.0f}", color=theme.quiet, align="center")
        stage.text(box.right, box.top - HEAD + 22, "F1 over epochs", color=theme.quiet, align="right")
        self._curves = stage.strokes(axes, theme.ink, 2)
        self._now = stage.line(
            axes, theme.ink, 0, marker="o", markersize=stage.points(8), markeredgewidth=0, clip_on=False
        )


def _chosen(stage: Stage, outcomes: Outcomes, table: Array) -> tuple[list[int], str]:
    """Return the classes that are shown, in their order, and what the foot line says of the choice."""
    count = len(outcomes.names)
    room = int((stage.height - 290) // LEAST_ROW) - 1
    if count <= room:
        return list(range(count)), ""
    last = outcomes.last()
    worst = np.argsort(table[last or 0, :-1, 2], kind="stable")[:room]
    return sorted(map(int, worst)), f"shown: {room} of {count} classes, those with the lowest F1 at the end"
