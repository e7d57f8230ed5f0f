"""The confusion matrix of a classifier while it learns.

After the evaluation chapters of the teaching notebooks on MNIST, which show it once, at the end.
"""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from animviz import Box, Draw, Moment, Recording, Stage, scene
from animviz.analysis.classifier import ignored_in_words
from animviz.analysis.tasks import CLASSES
from animviz.analysis.verdicts import Verdicts
from animviz.arrays import Array
from animviz.parts import (
    LABEL,
    MARGIN,
    ColorScale,
    Ruler,
    Sheet,
    Words,
    color_map,
    cut,
    heatmap,
    joined,
    of_network,
)

HEAD = 62.0  # units above the matrix for its title and the names of the columns
DIGITS = (15.0, 25.0)  # smallest and largest type in the cells
DENSE = 30.0  # units of a cell up to which there is no gap between it and the next
TINY = 14.0  # units of a cell up to which two lines frame the whole diagonal, and not each of its cells
ROW = 40.0  # height of a line in the list of pairs
MOST_PAIRS = 6


@scene(experiment="digits_mlp", tasks=CLASSES)
def confusion(stage: Stage, recording: Recording, *, normalize: bool = False) -> Draw:
    """Confusion matrix of a classifier over the epochs, with the worst pairs named.

    Args:
        stage: where to draw.
        recording: of any classifier with labels.
        normalize: write shares of each row in per cent instead of counts.
    """
    verdicts = Verdicts(recording, "confusion")
    parts = ["rows: true, columns: predicted", "framed: right answers", "dashed: the pairs named"]
    if normalize:
        parts.append("numbers: per cent of the row")
    parts += ignored_in_words(verdicts.labels)
    sheet = Sheet(stage, recording, of_network(recording, "confusion"), numbers=["epoch", "accuracy"], foot=parts)
    boxes = _layout(stage, verdicts.names, sheet.room)
    matrix = _Matrix(stage, boxes["matrix"], verdicts, normalize=normalize)
    pairs = _Pairs(stage, boxes["pairs"], verdicts)
    ColorScale(stage, boxes["scale"], "heat", ("0", "100 % of its row"))
    ruler = Ruler(stage, boxes["ruler"], recording)
    stage.text(boxes["ruler"].left, boxes["ruler"].top - 14, f"{ruler.name} over epochs", color=stage.theme.quiet)

    def draw(moment: Moment) -> None:
        state = recording.at(moment.epoch)
        index = state.snapshot.index
        worst = pairs.show(index)
        matrix.show(moment.epoch, index, worst)
        ruler.show(moment.epoch)
        sheet.show(state, accuracy=verdicts.accuracy(index))

    return draw


class _Matrix:
    """The cells: colours blend between the snapshots, numbers are those of the last true one."""

    def __init__(self, stage: Stage, box: Box, verdicts: Verdicts, *, normalize: bool) -> None:
        count = len(verdicts.names)
        self._verdicts, self._normalize = verdicts, normalize
        self._colors = color_map(stage.theme, "heat")
        self._cells, self._box = heatmap(stage, box, (count, count))
        axes = stage.axes(self._box, (0, count), (count, 0))
        cell = self._box.width / count
        if cell > DENSE:
            lines = [[(0, k), (count, k)] for k in range(1, count)] + [[(k, 0), (k, count)] for k in range(1, count)]
            gaps = joined(np.array(lines, float)).T
            stage.covers(*axes.plot(*gaps, color=stage.theme.background, linewidth=stage.points(2)))
        if cell < TINY:
            ends = np.array([[(0, 1), (count - 1, count)], [(1, 0), (count, count - 1)]])
            stage.covers(*axes.plot(*joined(ends).T, color="white", linewidth=stage.points(1)))
        self._diagonal = [] if cell < TINY else [(k, k) for k in range(count)]
        self._right = _Frames(stage, axes, cell)
        self._worst = _Frames(stage, axes, cell, linestyle=(0, (2, 1.5)))
        self._numbers = self._set_up_numbers(stage, cell)
        _names(stage, self._box, verdicts.names, cell)

    def show(self, epoch: float, index: int, worst: list[tuple[int, int]]) -> None:
        """Show a moment; pairs of the last true snapshot are framed."""
        share = self._verdicts.blended(epoch, self._verdicts.shares)
        self._cells.set_values(share)
        bright = self._bright(share)
        self._right.show(self._diagonal, bright)
        self._worst.show(worst, bright)
        if self._numbers is not None:
            self._numbers.set_words(self._texts(index), np.where(bright, 0.0, 1.0).reshape(-1, 1).repeat(3, axis=1))

    def _texts(self, index: int) -> list[str]:
        """Return what is written in the cells, row by row; nothing where nothing is."""
        counts = self._verdicts.matrix(index).ravel()
        if not self._normalize:
            return [str(count) if count else "" for count in counts]
        shares = self._verdicts.shares(index).ravel()
        return [_per_cent(share) if count else "" for share, count in zip(shares, counts, strict=True)]

    def _bright(self, share: Array) -> NDArray[np.bool_]:
        """Return for each cell whether black stands out from its colour more than white does."""
        rgb = self._colors[np.nan_to_num(255 * share).astype(int)] / 255
        linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        # At this luminance the contrast with black and with white is the same, 4.6 : 1.
        return np.asarray(linear @ np.array([0.2126, 0.7152, 0.0722]) > 0.179)

    def _set_up_numbers(self, stage: Stage, cell: float) -> Words | None:
        """Return the numbers in the cells, or None where they would be too small to read."""
        largest = int(np.bincount(self._verdicts.labels[self._verdicts.known]).max())
        widest = 100 if self._normalize else largest
        size = min(DIGITS[1], 0.78 * cell / stage.measure("0" * len(str(widest)), 100, "medium") * 100)
        if size < DIGITS[0] or size > 0.7 * cell:
            return None
        middles = np.arange(len(self._verdicts.names)) + 0.5
        x, y = np.meshgrid(self._box.left + cell * middles, self._box.top + cell * middles + 0.35 * size)
        return Words(stage, np.stack([x, y], axis=-1), size=size, weight="medium", align="center")


class _Frames:
    """Frames in some of the cells, black in bright ones and white in dark ones."""

    def __init__(self, stage: Stage, axes: Axes, cell: float, **style: Any) -> None:
        dense = cell <= DENSE
        inset = 0.0 if dense else 3 / cell
        low, high = inset, 1 - inset
        self._square = np.array([(low, low), (high, low), (high, high), (low, high), (low, low)])
        self._lines = [stage.line(axes, color, min(2.5, max(1, cell / 14)), **style) for color in ("white", "black")]

    def show(self, cells: list[tuple[int, int]], bright: NDArray[np.bool_]) -> None:
        """Frame cells, given as (row, column)."""
        for dark, line in enumerate(self._lines):
            chosen = [self._square + np.array((x, y)) for y, x in cells if bright[y, x] == dark]
            line.set_data(*joined(chosen).T)


class _Pairs:
    """The list of the pairs that are confused most often."""

    def __init__(self, stage: Stage, box: Box, verdicts: Verdicts) -> None:
        self._stage, self._verdicts = stage, verdicts
        stage.text(box.left, box.top + 22, "most often wrong", color=stage.theme.quiet)
        self._count = int(min(MOST_PAIRS, (box.height - 30) // ROW))
        baselines = box.top + 22 + ROW * np.arange(1, self._count + 1)
        largest = int(np.bincount(verdicts.labels[verdicts.known]).max())
        right = box.left + stage.measure("0" * len(str(largest)), LABEL, "medium")
        room = box.right - right - 16
        widest = max(stage.measure(name, LABEL) for name in verdicts.names)
        self._between = " taken for " if stage.measure(" taken for ", LABEL) + 2 * widest <= room else " → "
        self._name_room = (room - stage.measure(self._between, LABEL)) / 2
        self._numbers = Words(stage, [(right, y) for y in baselines], weight="medium", align="right")
        self._words = Words(stage, [(right + 16, y) for y in baselines])

    def show(self, index: int) -> list[tuple[int, int]]:
        """Name the worst pairs of a snapshot, and return them as (true, answered) classes."""
        wrong = self._verdicts.matrix(index) * (1 - np.eye(len(self._verdicts.names), dtype=int))
        order = np.argsort(-wrong.ravel(), kind="stable")[: self._count]
        pairs = [divmod(int(place), len(wrong)) for place in order if wrong.ravel()[place]]
        texts = [self._between.join(map(self._name, pair)) for pair in pairs]
        rest = [""] * (self._count - len(pairs))
        self._words.set_words([*(texts or ["none"]), *rest][: self._count])
        self._numbers.set_words([*(str(wrong[pair]) for pair in pairs), *rest])
        return pairs

    def _name(self, label: int) -> str:
        return cut(self._stage, self._verdicts.names[label], self._name_room)


def _per_cent(share: float) -> str:
    """Return a share in whole per cent that is neither rounded to none nor to all."""
    if 0 < share < 0.005:
        return "<1"
    return "99" if 0.99 < share < 1 else f"{100 * share:.0f}"


def _names(stage: Stage, box: Box, names: list[str], cell: float) -> None:
    """Write the names of the classes to the left and, where they fit, above; every so many where all are too dense."""
    quiet = stage.theme.quiet
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100) if step * cell >= 30)
    room = step * cell - 8
    fits = room > 60 or max(stage.measure(name, LABEL) for name in names) <= room
    top = box.top - (HEAD - 22 if fits else 20)
    stage.text(box.left, top, "predicted" if fits else "predicted, in the same order", color=quiet)
    stage.text(box.left - 12, top, "true", color=quiet, align="right")
    for place in range(0, len(names), step):
        middle = (place + 0.5) * cell
        stage.text(box.left - 12, box.top + middle + 8, cut(stage, names[place], box.left - 52), align="right")
        if fits:
            # Where not every column has a name, the name begins with its column, and does not hang over the edge.
            left, text = box.left + middle, cut(stage, names[place], room)
            if step == 1:
                stage.text(left, box.top - 12, text, align="center")
            else:
                stage.text(left - cell / 2, box.top - 12, text)


def _layout(stage: Stage, names: list[str], sheet: Box) -> dict[str, Box]:
    """Return the boxes: the list beside the matrix, or below it in tall frames."""
    top, bottom, width = sheet.top, sheet.bottom, sheet.width
    widest = max(stage.measure(name, LABEL) for name in [*names, "true"])
    before = min(130.0, 0.14 * stage.width, widest) + 14
    if stage.height > 1.2 * stage.width:
        return _rows(sheet, before)
    wide = stage.width >= 900
    gap = 56 if stage.width >= 1150 else 36
    side = min(bottom - top - HEAD - (0 if wide else 84), width - before - max(210, 0.3 * width) - gap)
    right = MARGIN + before + side + gap
    room = stage.width - MARGIN - right
    ruler = Box(right, bottom - 140, room, 140)
    below = bottom - 140 - 50
    scale = Box(right, below - 66, room, 60) if wide else Box(MARGIN + before, top + HEAD + side + 24, side, 60)
    return {
        "matrix": Box(MARGIN + before, top + HEAD, side, side),
        "pairs": Box(right, top, room, (scale.top if wide else below) - 20 - top),
        "scale": scale,
        "ruler": ruler,
    }


def _rows(box: Box, before: float) -> dict[str, Box]:
    """Return the boxes of tall frames, one below the other."""
    side = min(box.width - before, box.height - HEAD - 420)
    below = box.top + HEAD + side + 30
    ruler = Box(box.left, box.bottom - 110, box.width, 110)
    half = 0.45 * box.width
    return {
        "matrix": Box(box.left + before, box.top + HEAD, side, side),
        "pairs": Box(box.left, below, half, ruler.top - 50 - below),
        "scale": Box(box.left + half + 20, below + 10, box.width - half - 20, 60),
        "ruler": ruler,
    }
