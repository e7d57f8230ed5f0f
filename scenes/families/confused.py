"""Which classes are taken for which: the worst pairs with their samples, and how many samples a colour stands for."""

from collections.abc import Callable, Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.patches import Rectangle
from numpy.typing import NDArray
from PIL import Image

from animviz import Box, Recording, Stage
from animviz.analysis.verdicts import Verdicts
from animviz.arrays import Array
from animviz.errors import RecordingError, SceneError
from animviz.parts import LABEL, Words, cut, first_fitting, heatmap, images_of, in_order, pair

from .endings import in_title

ROW, SIDE, GAP = 132.0, 116.0, 8.0  # units: of a pair with its images, of an image at most, and between two
PLAIN, NAME, LETTERS = 40.0, 38.0, 26.0  # units of a pair without images, of the words above these, and of their type
LINE = 30.0  # units from one line of names to the next
NARROW = 300.0  # units of width from which these words are spelled out
TITLE, REST = 34.0, 30.0  # units above and below the list
MOST = 6  # pairs at most
PATCH, KEYED = 16.0, 120.0  # units of a patch of colour in the key, and of all that is no word there
IN_KEY = (("right answers", "wrong, few to many"), ("right", "wrong, few to many"), ("right", "wrong"))
FIRST = 0.42  # of the way from no sample to all of a class, at which the colour of a single one begins


def from_first_to_last(verdicts: Verdicts) -> str:
    """Return a title: what was answered at first, and how much is right in the end."""
    last = verdicts.last()
    if last is None or not verdicts.known.any():
        return "Which class is taken for which"
    first, end = (f"{100 * verdicts.accuracy(index):.1f}" for index in (0, last))
    if alike := one_answer(verdicts):
        return alike
    if not last:
        return f"{end} % of the answers are right"
    said, share = _most_answered(verdicts, 0)
    if share > 0.5 and len(verdicts.names) > 2:
        return f"At first mostly {in_title(verdicts.names[said])}, in the end {end} % right"
    return f"From {first} to {end} % right"


def one_answer(verdicts: Verdicts) -> str:
    """Return a title where the last answers are all the same, else ""."""
    last = verdicts.last()
    said, share = (0, 0.0) if last is None else _most_answered(verdicts, last)
    return f"In the end every answer is {in_title(verdicts.names[said])}" if share == 1 else ""


def _most_answered(verdicts: Verdicts, index: int) -> tuple[int, float]:
    """Return the class that is answered most often at a snapshot, and the share of these answers."""
    said = np.bincount(verdicts.answers(index)[verdicts.known], minlength=len(verdicts.names))
    return int(said.argmax()), float(said.max() / max(1, said.sum()))


def _errors(counts: Array) -> Array:
    return np.asarray(counts * (1 - np.eye(len(counts), dtype=int)))


def cell_colors(theme: Any, counts: Array, totals: Array) -> Array:
    """Return the colour of each cell of a confusion matrix: grey for right answers, warm for wrong ones.

    A single sample is well seen beside none; from there the way to the whole class goes by the square root.

    Args:
        theme: of the stage.
        counts: samples in each cell, float of shape (classes, classes).
        totals: samples of each true class, at least 1, shape (classes, 1).

    Returns:
        RGB from 0 to 1, shape (classes, classes, 3).
    """
    one = np.sqrt(1 / totals)
    beyond = (np.sqrt(np.maximum(counts, 1) / totals) - one) / np.maximum(1 - one, 1e-9)
    level = np.where(counts < 1, FIRST * counts, FIRST + (1 - FIRST) * np.clip(beyond, 0, 1))[..., None]
    none, grey = np.array(theme.mix(theme.grid, 0.35)), np.array(theme.mix(theme.ink, 0.9))
    away = 0.9 * level if np.mean(theme.made_for.mix(theme.grid, 0.35)) < 0.5 else 1 - 0.75 * level
    warm = matplotlib.colormaps["magma"](away[..., 0])[..., :3]
    wrong = none + np.clip(level / FIRST, 0, 1) * (warm - none)
    return np.asarray(np.where(np.eye(len(counts), dtype=bool)[..., None], none + level * (grey - none), wrong))


def small_matrix(stage: Stage, box: Box, verdicts: Verdicts) -> tuple[Callable[[float], None], Box]:
    """Add the cells of a confusion matrix alone.

    Args:
        stage: where.
        box: room for them.
        verdicts: what is answered.

    Returns:
        What shows them at an epoch, and the box that they take.
    """
    cells, place = heatmap(stage, box, (len(verdicts.names),) * 2)
    totals = np.maximum(verdicts.totals, 1)[:, None]

    def show(epoch: float) -> None:
        cells.set_values(cell_colors(stage.theme, verdicts.blended(epoch, verdicts.matrix), totals))

    return show, place


def small_key(stage: Stage, box: Box, verdicts: Verdicts) -> None:
    """Say what the colours of small matrices mean: a patch of right answers, and three from one wrong answer to all.

    Args:
        stage: where.
        box: room for it, at its upper edge.
        verdicts: what is answered.
    """
    total = max(2.0, float(verdicts.totals.max()))
    tables = [np.array([[total, wrong], [wrong, total]]) for wrong in (1.0, total / 4, total)]
    colors = [cell_colors(stage.theme, table, np.full((2, 1), total))[0] for table in tables]
    axes, quiet, left, baseline = stage.overlay(), stage.theme.quiet, box.left, box.top + 22
    said = first_fitting(stage, [" ".join(words) for words in IN_KEY], box.width - KEYED)
    words = next((words for words in IN_KEY if " ".join(words) == said), IN_KEY[-1])
    for word, some in zip(words, ([colors[0][0]], [color[1] for color in colors]), strict=True):
        for color in some:
            axes.add_patch(Rectangle((left, baseline - PATCH), PATCH, PATCH, facecolor=color, edgecolor="none"))
            left += PATCH + 2
        stage.text(left + 8, baseline, word, color=quiet)
        left += stage.measure(word, LABEL) + 30


class Pairs:
    """The pairs that are confused most often, worst first, and samples of each.

    Args:
        stage: where.
        box: room for it.
        images: of the samples, see `pictures_of`; None where they are none.
        verdicts: what is answered.
        write: makes a text of a value; an empty one where there is nothing to say.
        unit: stands behind it.
    """

    def __init__(
        self, stage: Stage, box: Box, images: Array | None, verdicts: Verdicts, write: Callable[[float], str], unit: str
    ) -> None:
        self._stage, self._verdicts, self._write, self._unit = stage, verdicts, write, unit
        self._title = stage.text(box.left, box.top + 22, "", color=stage.theme.quiet, moves=True)
        self._width, size = box.width, LABEL if images is None else LETTERS
        largest = write(float(np.bincount(verdicts.labels[verdicts.known]).max())) + unit
        free = box.width - stage.measure(largest, size, "medium") - 16
        widest = max(stage.measure(name, size) for name in verdicts.names)
        self._between = " taken for " if box.width >= NARROW else " as "
        between = stage.measure(self._between, size)
        self._two = between + 2 * widest > free  # lines, for long names
        self._rooms = (free, box.width - between) if self._two else (widest + 1, widest + 1)
        room = Box(box.left, box.top + TITLE, box.width, box.height - TITLE - REST)
        words = NAME + self._two * LINE
        rows = min(MOST, max(1, int(room.height // (self._two * LINE + (PLAIN if images is None else ROW)))))
        columns = int(np.ceil((box.width + GAP) / (SIDE + GAP)))
        side = min((box.width + GAP) / columns - GAP, room.height / rows - words - GAP)
        row = PLAIN + self._two * LINE if images is None else words + side + GAP
        self._gallery = None if images is None else _Gallery(stage, room, images, verdicts, rows, (words, side))
        self._rows, self._size = rows, size
        baselines = room.top + row * np.arange(rows) + 26
        self._numbers = Words(stage, [(box.right, y) for y in baselines], size=size, weight="medium", align="right")
        self._words = Words(
            stage, [(box.left, y + line) for y in baselines for line in (0, LINE)[: 1 + self._two]], size=size
        )
        self._rest = stage.text(box.left, room.top + row * rows + 22, "", color=stage.theme.quiet, moves=True)
        self._values = np.zeros(rows)
        pair(stage, "errors of a pair", lambda: self._numbers.texts, lambda: self._values)

    def show(self, values: Array, index: int) -> list[tuple[int, int]]:
        """Name the worst pairs, and return them as (true, answered) classes.

        Args:
            values: what is drawn in the cells, by true and answered class.
            index: of the last snapshot, whose samples are shown.
        """
        errors = _errors(values).ravel()
        order = [int(place) for place in np.argsort(-np.rint(errors), kind="stable") if self._write(errors[place])]
        written = [self._write(errors[place]) for place in order]
        pairs = [divmod(place, len(values)) for place in order[: self._rows]]
        empty = [""] * (self._rows - len(pairs))
        texts = [line for labels in pairs for line in self._lines(*labels)]
        self._words.set_words([*(texts or ["none"]), *[""] * len(self._words.texts)][: len(self._words.texts)])
        self._numbers.set_words([*(f"{text}{self._unit}" for text in written[: self._rows]), *empty])
        self._values = np.array([*errors[order[: self._rows]], *([0.0] * len(empty))])
        rest = more(written, self._rows, self._unit)
        self._rest.set_text(first_fitting(self._stage, [rest, rest.partition(",")[0]], self._width))
        self._title.set_text(cut(self._stage, self._heading(index), self._width))
        if self._gallery:
            self._gallery.show(pairs, index)
        return pairs

    def _heading(self, index: int) -> str:
        """Return what the pairs are, or what is answered where that is nearly always the same."""
        said, share = _most_answered(self._verdicts, index)
        name = self._verdicts.names[said]
        if share == 1:
            return f"every answer is {name}"
        if share > 0.5 and len(self._verdicts.names) > 2:
            return f"{100 * share:.0f} % of the answers are {name}"
        return "most often wrong"

    def _lines(self, *labels: int) -> list[str]:
        """Return the names of a true and an answered class in one line or in two."""
        names = (self._verdicts.names[label] for label in labels)
        true, said = (cut(self._stage, *cell, self._size) for cell in zip(names, self._rooms, strict=True))
        return [true, in_order(self._between.lstrip(), said)] if self._two else [in_order(true, self._between, said)]


def list_height(classes: int) -> float:
    """Return the units that a list of pairs without images takes at most, with names in two lines."""
    return TITLE + REST + (PLAIN + LINE) * min(MOST - 2, classes * (classes - 1))


def more(written: Sequence[str], shown: int, unit: str) -> str:
    """Say how many pairs that are as bad as the last one shown are left out, or how many at all.

    Args:
        written: the errors of all pairs in words, the worst first.
        shown: how many of them are shown.
        unit: behind each number.
    """
    rest = written[shown:]
    if not rest:
        return ""
    tied = rest.count(written[shown - 1]) if shown else 0
    count = tied or len(rest)
    often = f"{written[shown - 1]}{unit}" if tied else "fewer" if unit == "×" else "less"
    return f"1 more pair, {often}" if count == 1 else f"{count:,} more pairs, {often} each"


def pictures_of(recording: Recording, verdicts: Verdicts) -> Array | None:
    """Return the samples as images, or None where they are none, or too small to show anything."""
    try:
        images = images_of(recording, "confusion", verdicts.inputs)
    except (SceneError, RecordingError):  # no images, or several inputs
        return None
    return images if min(images.shape[1:3]) > 2 else None


class _Gallery:
    """A row of images for each pair: samples of the one class that are taken for the other."""

    def __init__(
        self, stage: Stage, box: Box, images: Array, verdicts: Verdicts, rows: int, heights: tuple[float, float]
    ) -> None:
        self._verdicts, self._images = verdicts, images
        self._row, self._name = (round(length * stage.pixel) for length in (sum(heights) + GAP, heights[0]))
        self._side, gap = round(heights[1] * stage.pixel), round(GAP * stage.pixel)
        self._pitch = self._side + gap
        self._columns = max(1, int((box.width * stage.pixel + 1.5 * gap) / self._pitch))
        self._small: dict[int, NDArray[np.uint8]] = {}
        self._shape = (self._row * rows, self._pitch * self._columns, 4)
        height, width = (length / stage.pixel for length in self._shape[:2])
        self._cells, _ = heatmap(stage, Box(box.left, box.top, width, height), self._shape[:2])
        self._seen: Any = None

    def show(self, pairs: list[tuple[int, int]], index: int) -> None:
        """Show samples of these pairs at a snapshot."""
        if self._seen == (pairs, index):
            return
        self._seen = (list(pairs), index)
        canvas = np.zeros(self._shape, np.uint8)
        answers, labels = self._verdicts.answers(index), self._verdicts.labels
        for row, (true, said) in enumerate(pairs):
            members = np.flatnonzero((labels == true) & (answers == said))[: self._columns]
            for column, sample in enumerate(members):
                image = self._scaled(int(sample))
                top, left = self._row * row + self._name, self._pitch * column
                canvas[top : top + len(image), left : left + image.shape[1]] = image
        self._cells.set_cells(canvas)

    def _scaled(self, sample: int) -> NDArray[np.uint8]:
        """Return an image in pixels, uint8 of shape (height, width, 4)."""
        if sample not in self._small:
            picture = Image.fromarray(np.rint(255 * self._images[sample]).astype(np.uint8)).convert("RGB")
            share = self._side / max(picture.size)
            size = (max(1, round(share * picture.width)), max(1, round(share * picture.height)))
            self._small[sample] = np.asarray(picture.resize(size, Image.Resampling.BOX).convert("RGBA"))
        return self._small[sample]
