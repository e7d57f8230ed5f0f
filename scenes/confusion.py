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
from animviz.parts import (
    LABEL,
    MARGIN,
    Number,
    Ruler,
    Sheet,
    Words,
    first_fitting,
    heatmap,
    joined,
    letters_on,
    pair,
    short_names,
)

from .families.confused import Pairs, cell_colors, from_first_to_last, list_height, pictures_of
from .families.spacing import every
from .families.wrapping import wrapped

HEAD, BARE = 62.0, 42.0  # units above the matrix for its title and a line of names, and without names
FEW, NAMED = 3, 0.18  # classes, and share of the width from which a name is long
LINE, MOST_LINES = 27.0, 2  # units from line to line of a name, and lines over a column
BELOW = 128.0  # units of height of what stands below the matrix in a square
PICTURED = 160.0  # units of height from which a pair has its samples
RULER = 100.0  # units of height of the ruler
DIGITS = (14.0, 25.0)  # smallest and largest type in the cells
TRUE = "true ↓"  # over the names of the rows
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
    if boxes["pairs"].height < PICTURED:
        images = None
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
    step = every(cell, 30)
    columns = _columns(stage, names, cell)
    above = ("answered →",) if columns else ("answered, in the same order →", "answered →")
    top = box.top - (40 + LINE * max(map(len, columns)) - LINE if columns else 20)
    stage.text(box.left, top, first_fitting(stage, above, stage.width - box.left - 8), color=quiet)
    stage.text(box.left - 12, top, TRUE, color=quiet, align="right")
    before, lines = box.left - 12 - MARGIN, max(1, int(step * cell // LINE))
    short = short_names(stage, names, before)
    for number, place in enumerate(range(0, len(names), step)):
        middle = (place + 0.5) * cell
        row = wrapped(stage, names[place], before, lines) if lines > 1 and step == 1 else [short[place]]
        for k, line in enumerate(row):
            below = middle + 8 + LINE * (k - (len(row) - 1) / 2)
            stage.text(box.left - 12, box.top + below, line, align="right")
        # Where not every column has a name, the name begins with its column, and does not hang over the edge.
        left = box.left + (middle if step == 1 else place * cell)
        for k, line in enumerate(reversed(columns[number]) if columns else ()):
            stage.text(left, box.top - 12 - LINE * k, line, align="center" if step == 1 else "left")


def _columns(stage: Stage, names: list[str], cell: float) -> list[list[str]]:
    """Return the names above the columns in as few lines as all fit in; none where some do not."""
    step = every(cell, 30)
    for lines in range(1, MOST_LINES + 1):
        columns = [wrapped(stage, name, step * cell - 8, lines) for name in names[::step]]
        if not any(line.endswith("…") for column in columns for line in column):
            return columns
    return []


def _layout(stage: Stage, names: list[str], sheet: Box, pictured: bool) -> dict[str, Box]:
    """Return the boxes: as much is left above the matrix as the names of its columns take."""
    for lines in range(1, MOST_LINES + 1):
        boxes = _boxes(stage, names, sheet, pictured, HEAD + LINE * (lines - 1))
        if 0 < len((_columns(stage, names, boxes["matrix"].width / len(names)) or [[]])[0]) <= lines:
            return boxes
    return _boxes(stage, names, sheet, pictured, BARE)


def _boxes(stage: Stage, names: list[str], sheet: Box, pictured: bool, head: float) -> dict[str, Box]:
    """Return the boxes: the matrix is the largest, the pairs stand at its right, or below it in tall frames.

    Long names leave no room at the right of the matrix in a square.
    """
    longest = max(stage.measure(name, LABEL) for name in [*names, TRUE])
    wide, long = stage.width > 1.2 * stage.height, longest > NAMED * stage.width
    few = len(names) <= FEW
    if stage.height > 1.5 * stage.width:
        before = min(longest, (0.15 if few else 0.3) * stage.width) + 14
        side = min(sheet.width - before, (0.46 if pictured else 0.55) * sheet.height)
        below = sheet.top + head + side + 30
        rest = Box(sheet.left, below, sheet.width, sheet.bottom - below)
    elif long and not wide:
        return _over_both(sheet, longest, head)
    else:
        before = min(longest, (0.15 if few else 0.22 if wide else 0.18) * stage.width) + 14
        gap = 56 if stage.width >= 1150 else 36
        share = 0.3 if not pictured else 0.32 if long else 0.36 if wide else 0.33
        side = min(sheet.height - head, sheet.width - before - max(210, share * sheet.width) - gap)
        left = sheet.left + before + side + gap
        rest = Box(left, sheet.top, sheet.right - left, sheet.height)
    high = RULER if pictured else max(RULER, rest.height - list_height(len(names)) - 40)
    ruler = Box(rest.left, rest.bottom - high, rest.width, high)
    pairs = Box(rest.left, rest.top, rest.width, ruler.top - 40 - rest.top)
    return {"matrix": Box(sheet.left + before, sheet.top + head, side, side), "pairs": pairs, "ruler": ruler}


def _over_both(sheet: Box, longest: float, head: float) -> dict[str, Box]:
    """Return the boxes: the matrix with its names over the whole width, the worst pair and the ruler below."""
    side, half = min(0.6 * sheet.width, sheet.height - head - BELOW - 6), (sheet.width - 36) / 2
    before = min(longest, sheet.width - side - 14) + 14
    top = sheet.bottom - BELOW
    return {
        "matrix": Box(sheet.left + before, sheet.top + head, side, side), "pairs": Box(sheet.left, top, half, BELOW),
        "ruler": Box(sheet.right - half, top + 36, half, BELOW - 36),
    }  # fmt: skip
