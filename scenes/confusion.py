"""The confusion matrix of a classifier while it learns, and the samples behind its worst cells.

After the evaluation chapters of the teaching notebooks on MNIST, which show it once, at the end.
"""

from collections.abc import Callable
from typing import Literal

import numpy as np
from matplotlib.axes import Axes

from animviz import Box, Draw, Moment, Recording, Stage, scene
from animviz.analysis.classifier import ignored_in_words
from animviz.analysis.tasks import CLASSES
from animviz.analysis.verdicts import Verdicts
from animviz.arrays import Array
from animviz.parts import LABEL, Number, Ruler, Sheet, Words, first_fitting, heatmap, joined, letters_on, pair

from .families.confused import Pairs, cell_colors, from_first_to_last, list_height, pictures_of
from .families.wrapping import wrapped

HEAD = 62.0  # units above the matrix for its title and the names of the columns
FEW, LONG, LINE = 3, 120.0, 27.0  # classes, units from which their names take two lines, and from line to line
RULER = 100.0  # units of height of the ruler
DIGITS = (15.0, 25.0)  # smallest and largest type in the cells
DENSE = 30.0  # units of a cell up to which there is no gap between it and the next


@scene(experiment="digits_mlp", group="wrong", tasks=CLASSES)
def confusion(
    stage: Stage, recording: Recording, *, normalize: bool = False, on: Literal["test", "train"] = "test"
) -> Draw:
    """Confusion matrix of a classifier over the epochs, with the worst pairs and their samples.

    Args:
        stage: where to draw.
        recording: of any classifier with labels.
        normalize: write shares of each row in per cent instead of counts.
        on: "test" for the recording's own samples, "train" for those that it was trained on, if they were kept.
    """
    verdicts = Verdicts(recording, "confusion", on=on)
    said = "accuracy" if on == "test" else "training accuracy"
    parts = ["a row is a true class, a column the answer"]
    parts.append("per cent of each row" if normalize else "on the diagonal the answer is right")
    parts += ignored_in_words(verdicts.labels)
    kept = f"{recording.manifest.title}, measured on {verdicts.known.sum():,} training samples"
    sheet = Sheet(
        stage, recording, from_first_to_last(verdicts), foot=parts, subtitle=kept if on == "train" else None,
        numbers=["epoch", "accuracy" if on == "test" else Number(said, ".1f", "100.0", " %", scale=100)],
    )  # fmt: skip
    images = pictures_of(recording, verdicts)
    boxes = _layout(stage, verdicts.names, sheet.room, images is not None)
    write = _per_cent if normalize else _count
    matrix = _Matrix(stage, boxes["matrix"], verdicts, write)
    pairs = Pairs(stage, boxes["pairs"], images, verdicts, write, " %" if normalize else "×")
    totals = np.maximum(verdicts.totals, 1)[:, None]
    ruler = Ruler(stage, boxes["ruler"], recording, scale=boxes["ruler"].height > RULER)
    stage.text(boxes["ruler"].left, boxes["ruler"].top - 14, f"{ruler.name} over epochs", color=stage.theme.quiet)

    def draw(moment: Moment) -> None:
        # Half of a sample is taken for nothing: all is told of the last true snapshot.
        index = recording.at(moment.epoch).snapshot.index
        state, counts = recording.at(recording.epochs[index]), verdicts.matrix(index)
        values = 100 * counts / totals if normalize else counts.astype(float)
        matrix.show(counts, values, pairs.show(values, index))
        ruler.show(state.epoch)
        sheet.show(state, **{said: verdicts.accuracy(index)})

    return draw


class _Matrix:
    """The cells: how many samples of each class are taken for each."""

    def __init__(self, stage: Stage, box: Box, verdicts: Verdicts, write: Callable[[float], str]) -> None:
        count = len(verdicts.names)
        self._theme, self._write, self._totals = stage.theme, write, np.maximum(verdicts.totals, 1)[:, None]
        self._cells, self._box = heatmap(stage, box, (count, count))
        self._drawn, self._texts = np.zeros((count, count)), [""] * count**2
        axes = stage.axes(self._box, (0, count), (count, 0))
        cell = self._box.width / count
        if cell > DENSE:
            lines = [[(0, k), (count, k)] for k in range(1, count)] + [[(k, 0), (k, count)] for k in range(1, count)]
            gaps = joined(np.array(lines, float)).T
            stage.covers(*axes.plot(*gaps, color=stage.theme.background, linewidth=stage.points(2)))
        self._worst = _Frames(stage, axes, cell)
        self._numbers = self._set_up_numbers(stage, cell)
        if self._numbers is not None:
            pair(stage, "samples in a cell", lambda: self._texts, lambda: self._drawn.ravel())
        _names(stage, self._box, verdicts.names, cell)

    def show(self, counts: Array, values: Array, worst: list[tuple[int, int]]) -> None:
        """Show a moment.

        Args:
            counts: samples in each cell.
            values: what is written there: they, or their shares in per cent.
            worst: the cells that are framed.
        """
        colors = cell_colors(self._theme, counts, self._totals)
        self._cells.set_values(colors)
        self._worst.show(worst)
        if self._numbers is not None:
            self._drawn, self._texts = values, [self._write(value) for value in values.ravel()]
            judged = cell_colors(self._theme.made_for, counts, self._totals)
            self._numbers.set_words(self._texts, letters_on(judged).reshape(-1, 1).repeat(3, axis=1))

    def _set_up_numbers(self, stage: Stage, cell: float) -> Words | None:
        """Return the numbers in the cells, or None where they would be too small to read."""
        widest = self._write(float(self._totals.max()))
        size = min(DIGITS[1], 0.78 * cell / stage.measure(widest, 100, "medium") * 100)
        if size < DIGITS[0] or size > 0.7 * cell:
            return None
        middles = np.arange(len(self._totals)) + 0.5
        x, y = np.meshgrid(self._box.left + cell * middles, self._box.top + cell * middles + 0.35 * size)
        return Words(stage, np.stack([x, y], axis=-1), size=size, weight="medium", align="center")


class _Frames:
    """Dashed frames in some of the cells."""

    def __init__(self, stage: Stage, axes: Axes, cell: float) -> None:
        inset = 0.0 if cell <= DENSE else 3 / cell
        low, high = inset, 1 - inset
        self._square = np.array([(low, low), (high, low), (high, high), (low, high), (low, low)])
        self._line = stage.line(axes, stage.theme.ink, min(2.5, max(1, cell / 14)), linestyle=(0, (2, 1.5)))

    def show(self, cells: list[tuple[int, int]]) -> None:
        """Frame cells, given as (row, column)."""
        self._line.set_data(*joined(self._square + np.array((x, y)) for y, x in cells).T)


def _count(value: float) -> str:
    return f"{value:.0f}" if value > 0.5 else ""


def _per_cent(share: float) -> str:
    """Return per cent in whole numbers, neither rounded to none nor to all."""
    if share <= 0 or share >= 100:
        return "100" if share > 0 else ""
    return "<1" if share <= 0.5 else f"{min(share, 99):.0f}"


def _names(stage: Stage, box: Box, names: list[str], cell: float) -> None:
    """Write the names of the classes to the left and, where they fit, above; every so many where all are too dense."""
    quiet = stage.theme.quiet
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100) if step * cell >= 30)
    room, lines = step * cell - 8, 1 + int(_head(stage, names) > HEAD)
    columns = [wrapped(stage, name, room, lines) for name in names]
    fits = not any(line.endswith("…") for column in columns for line in column)
    top = box.top - (_head(stage, names) - 22 if fits else 20)
    above = ("answered",) if fits else ("answered, in the same order", "answered")
    stage.text(box.left, top, first_fitting(stage, above, stage.width - box.left - 8), color=quiet)
    stage.text(box.left - 12, top, "true", color=quiet, align="right")
    for place in range(0, len(names), step):
        middle = (place + 0.5) * cell
        row = wrapped(stage, names[place], _before(stage, names), max(1, int(cell // LINE)))
        for number, line in enumerate(row):
            below = middle + 8 + LINE * (number - (len(row) - 1) / 2)
            stage.text(box.left - 12, box.top + below, line, align="right")
        # Where not every column has a name, the name begins with its column, and does not hang over the edge.
        left = box.left + (middle if step == 1 else place * cell)
        for number, line in enumerate(reversed(columns[place]) if fits else ()):
            stage.text(left, box.top - 12 - LINE * number, line, align="center" if step == 1 else "left")


def _head(stage: Stage, names: list[str]) -> float:
    """Return the units above the matrix: long names of few classes take two lines."""
    long = len(names) <= FEW and max(stage.measure(name, LABEL) for name in names) > LONG
    return HEAD + LINE * long


def _before(stage: Stage, names: list[str]) -> float:
    """Return the units of width for the names before the rows."""
    most = 0.15 if len(names) <= FEW else 0.22 if stage.width > 1.2 * stage.height else 0.18
    return min(most * stage.width, max(stage.measure(name, LABEL) for name in [*names, "true"]))


def _layout(stage: Stage, names: list[str], sheet: Box, pictured: bool) -> dict[str, Box]:
    """Return the boxes: the matrix is the largest, the pairs stand at its right, or below it in tall frames."""
    before, head = _before(stage, names) + 14, _head(stage, names)
    if stage.height > 1.5 * stage.width:
        side = min(sheet.width - before, (0.46 if pictured else 0.55) * sheet.height)
        below = sheet.top + head + side + 30
        rest = Box(sheet.left, below, sheet.width, sheet.bottom - below)
    else:
        gap = 56 if stage.width >= 1150 else 36
        wide = (0.3 if not pictured else 0.36 if stage.width > 1.2 * stage.height else 0.33) * sheet.width
        side = min(sheet.height - head, sheet.width - before - max(210, wide) - gap)
        left = sheet.left + before + side + gap
        rest = Box(left, sheet.top, sheet.right - left, sheet.height)
    high = RULER if pictured else max(RULER, rest.height - list_height(len(names)) - 40)
    ruler = Box(rest.left, rest.bottom - high, rest.width, high)
    pairs = Box(rest.left, rest.top, rest.width, ruler.top - 40 - rest.top)
    return {"matrix": Box(sheet.left + before, sheet.top + head, side, side), "pairs": pairs, "ruler": ruler}
