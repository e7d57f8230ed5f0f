"""How sure a classifier is while it learns: a table of samples and classes, and one sample as bars.

After the table of the probabilities of 20 digits in the teaching notebooks on MNIST, which shows the end of the training.
"""

from typing import NamedTuple

import numpy as np

from animviz import Box, Draw, Moment, Recording, Stage, scene
from animviz.analysis.tasks import CLASSES
from animviz.analysis.verdicts import Verdicts
from animviz.arrays import Array
from animviz.parts import (
    LABEL,
    MARGIN,
    Answer,
    Sheet,
    Words,
    first_fitting,
    heatmap,
    images_of,
    joined,
    pair,
    short_names,
    still,
)
from animviz.sampling import evenly, numbers_in

from .families.learning import Learning, require_class
from .families.spacing import every
from .families.wrapping import wrapped

MOST = 20  # samples in the table
LEAST, AMPLE, GREATEST = 26.0, 46.0, 64.0  # units of height of a row: at least, for several of a class, at most
WRITTEN = 34.0  # units of height of a row from which its cells have numbers
AROUND = 160.0, 250.0  # units of height that title, numbers and foot take in wide frames and in others
WIDE = 900.0  # units of width from which table and bars stand beside each other
NAMED = 0.2, 0.28  # of the width of the table, that a name takes at most: in narrow ones and in others
AMPLE_TABLE = 700.0  # units of width of such others
LINE = 32.0  # units of a line beside the image
SMALL = 10.0, 0.5  # per cent in the end and at first, below which the title has a decimal
HEAD = 36.0  # units above the table for the names of the classes


class Chosen(NamedTuple):
    """The samples of the table, and why these.

    Attributes:
        samples: their numbers.
        why: for the foot line; empty where a user chose them.
        who: for the title.
    """

    samples: list[int]
    why: str
    who: str


@scene(experiment="digits_mlp", group="wrong", tasks=CLASSES)
def probabilities(stage: Stage, recording: Recording, *, samples: str = "", beside: int | None = None) -> Draw:
    """Probability of each class for some samples over the epochs, as a table, and of one sample as bars.

    Args:
        stage: where to draw.
        recording: of any classifier of images with labels.
        samples: numbers of up to 20 samples, such as 3,17,40-44; by default some of each class, from the first to
            the last learned.
        beside: number of the sample whose bars stand beside the table; by default the one of the table that is learned
            last.
    """
    verdicts = Verdicts(recording, "probabilities")
    images = images_of(recording, "probabilities")
    learning = Learning(recording, verdicts)
    bars_asked = beside is not None
    room = _layout(Box(0, 0, stage.width - 2 * MARGIN, stage.height - AROUND[stage.width < WIDE]), bars_asked)[0]
    fitting, ample = (max(1, min(MOST, int((room.height - HEAD) // height))) for height in (LEAST, AMPLE))
    most = max(ample, min(fitting, len(verdicts.names)))
    rows = _given(samples, verdicts) if samples else _first_to_last_learned(verdicts, learning, most)
    single = _single(beside, verdicts, learning, rows.samples)
    wanted = [*rows.samples, single]
    table = verdicts.table(lambda index: verdicts.probabilities(index)[wanted], (len(wanted), len(verdicts.names)))
    framed = table[:, np.arange(len(rows.samples)), verdicts.labels[rows.samples]]
    sheet = Sheet(stage, recording, _title(rows.who, framed), numbers=["epoch", "accuracy"])
    sheet.write_foot("dark is 0 %, bright is 100 %; framed is the true class", rows.why)
    left, right = _layout(sheet.room, bars_asked)
    cells = _Table(stage, left, verdicts, rows.samples, images, single if right else None)
    strength = np.nan_to_num(table[:, -1]).max(axis=0)
    bars = _bars(stage, right, verdicts, single, images[single], strength) if right else None

    def draw(moment: Moment) -> None:
        state = recording.at(moment.epoch)
        now = verdicts.blended(moment.epoch, table.__getitem__)
        cells.show(now[:-1])
        if bars is not None:
            bars.show(now[-1])
        sheet.show(state, accuracy=float(verdicts.blended(moment.epoch, verdicts.accuracy)))

    return draw


class _Table:
    """A row for each sample: its image, its number, and a cell for each class."""

    def __init__(
        self, stage: Stage, box: Box, verdicts: Verdicts, samples: list[int], images: Array, single: int | None
    ) -> None:
        count, height = len(verdicts.names), min(GREATEST, (box.height - HEAD) / len(samples))
        drawn = min(images.shape[1:3]) > 2
        side = height - 3 if drawn else 0.0
        said = _row_names(stage, verdicts, samples, box.width)
        before = side + 10 + max(stage.measure(text, LABEL) for text in said) + 14
        room = Box(box.left + before, box.top + HEAD, box.width - before, height * len(samples))
        self._cells, _ = heatmap(stage, room, (len(samples), count), square=False)
        self._values = np.zeros((len(samples), count))
        axes = stage.axes(room, (0, count), (len(samples), 0))
        gaps = [np.array([(0, k), (count, k)], float) for k in range(1, len(samples))]
        if room.width / count > 12:
            gaps += [np.array([(k, 0), (k, len(samples))], float) for k in range(1, count)]
        stage.covers(*axes.plot(*joined(gaps).T, color=stage.theme.background, linewidth=stage.points(2)))
        square = np.array([(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)], float)
        true = joined(square + np.array((verdicts.labels[sample], row)) for row, sample in enumerate(samples))
        stage.covers(*axes.plot(*true.T, color=stage.theme.ink, linewidth=stage.points(2.5), clip_on=False))
        pictures, every = stage.overlay(), int(np.ceil(LEAST / height))  # numbers, where not all have room
        tops = room.top + height * np.arange(len(samples))
        if drawn:
            for top, sample in zip(tops, samples, strict=True):
                still(stage, Box(box.left, top + 1.5, side, side), images[sample], pictures)
        numbers = Words(stage, [(room.left - 14, top + height / 2 + 8) for top in tops], align="right")
        colors = [stage.theme.ink if sample == single else stage.theme.quiet for sample in samples]
        texts = [text if row % every == 0 else "" for row, text in enumerate(said)]
        numbers.set_words(texts, np.array([stage.theme.mix(color, 1) for color in colors]))
        if said[0].startswith("#"):
            _column_names(stage, room, verdicts.names)
        else:
            order = first_fitting(stage, ("classes in the order of the rows", "in the order of the rows"), room.width)
            stage.text(room.left, room.top - 12, order, color=stage.theme.quiet)
        self._words = self._set_up_words(stage, room, height)

    def show(self, values: Array) -> None:
        """Show probabilities, shape (samples, classes)."""
        self._values = values
        self._cells.set_values(values)
        if self._words is not None:
            dark = np.where(values.ravel() > 0.55, 0.0, 1.0).reshape(-1, 1).repeat(3, axis=1)
            self._words.set_words([f"{100 * value:.0f}" if value > 0.005 else "" for value in values.ravel()], dark)

    def _set_up_words(self, stage: Stage, room: Box, height: float) -> Words | None:
        """Return the numbers in the cells, or None where they would be too small to read."""
        rows, count = self._values.shape
        width = room.width / count
        if height < WRITTEN or width < stage.measure("100", LABEL, "medium") + 6:
            return None
        x, y = np.meshgrid(
            room.left + width * (np.arange(count) + 0.5), room.top + height * (np.arange(rows) + 0.5) + 8
        )
        words = Words(stage, np.stack([x, y], axis=-1), weight="medium", align="center")
        pair(stage, "probability in a cell", lambda: words.texts, lambda: 100 * self._values.ravel())
        return words


def _bars(stage: Stage, box: Box, verdicts: Verdicts, sample: int, image: Array, strength: Array) -> Answer:
    """Draw a sample, and return what the net says of it: below it in high boxes, else beside."""
    true, below = int(verdicts.labels[sample]), box.height > box.width
    side = min(0.3 * box.height, 0.5 * box.width) if below else min(box.height - 70, 0.35 * box.width)
    if min(image.shape[:2]) > 2:
        still(stage, Box(box.left, box.top, side, side), image)
        left, top = (box.left + side + 20, box.top + 28) if below else (box.left, box.top + side + 30)
    else:
        left, top = box.left, box.top + 28
    if below:
        rest = Box(box.left, box.top + side + 24, box.width, box.height - side - 24)
    else:
        rest = Box(box.left + side + 36, box.top, box.width - side - 36, box.height)
    room = (box.right if below else rest.left - 20) - left
    stage.text(left, top, f"#{sample}", weight="medium")
    lines = max(1, int(((box.top + side if below else box.bottom) - top) // LINE))
    for row, text in enumerate(wrapped(stage, f"true: {verdicts.names[true]}", room, lines)):
        stage.text(left, top + (row + 1) * LINE, text, color=stage.theme.quiet)
    return Answer(stage, rest, verdicts.names, true, strength)


def _row_names(stage: Stage, verdicts: Verdicts, samples: list[int], width: float) -> list[str]:
    """Return the numbers of samples; or their classes, where these are in order, and too long to stand over columns."""
    names = verdicts.names
    cell = 0.8 * width / len(names)
    if verdicts.labels[samples].tolist() != list(range(len(names))):
        return [f"#{sample}" for sample in samples]
    if max(stage.measure(name, LABEL) for name in names) <= cell:
        return [f"#{sample}" for sample in samples]
    return short_names(stage, names, NAMED[width >= AMPLE_TABLE] * width)


def _column_names(stage: Stage, room: Box, names: list[str]) -> None:
    """Write the classes above their columns; every so many where all are too dense."""
    cell = room.width / len(names)
    fits = max(stage.measure(name, LABEL) for name in names) <= cell - 4
    step = 1 if fits else every(cell, 60)
    short = short_names(stage, names, step * cell - 8)
    for place in range(0, len(names), step):
        text = short[place]
        if step == 1:
            stage.text(room.left + (place + 0.5) * cell, room.top - 12, text, align="center")
        else:
            stage.text(room.left + place * cell, room.top - 12, text)


def _title(who: str, framed: Array) -> str:
    """Return what the true classes of the drawn samples get, at first and in the end.

    Args:
        who: the samples.
        framed: probabilities of their true classes, (snapshots, samples).
    """
    means = 100 * framed.mean(axis=1)
    first, last = means[np.isfinite(means)][[0, -1]]
    digits = 0 if last >= SMALL[0] and first >= SMALL[1] else 1
    before, after = (f"{mean:.{digits}f}" for mean in (first, last))
    way = f"stays at {after} %" if before == after else f"from {before} to {after} %"
    return f"{who}: true class {way}{' on average' if framed.shape[1] > 1 else ''}"


def _given(text: str, verdicts: Verdicts) -> Chosen:
    """Return the samples that a user names.

    Raises:
        InputError: there are no such samples, or too many.
        SceneError: the class of one is ignored.
    """
    samples = numbers_in(text, len(verdicts.labels), name="--samples", most=MOST)
    require_class(samples, verdicts.known, "probabilities", "--samples")
    who = f"Sample {samples[0]}" if len(samples) == 1 else f"{len(samples)} samples"
    return Chosen(samples, "", who)


def _first_to_last_learned(verdicts: Verdicts, learning: Learning, most: int) -> Chosen:
    """Return samples of each class that are right at the end, from the first to the last learned.

    Of a class that has none, all samples come into question.
    """
    classes = np.flatnonzero(verdicts.totals)
    shown = classes[evenly(len(classes), most)]
    each, samples = max(1, most // len(shown)), []
    for label in shown:
        members = np.flatnonzero(verdicts.labels == label)
        learned = members[learning.right[-1, members]]
        members = learned if len(learned) else members
        order = members[np.lexsort((-learning.right.sum(axis=0)[members], learning.since[members]))]
        samples += [int(sample) for sample in (order[-1:] if each == 1 else order[evenly(len(order), each)])]
    which = "each class" if len(shown) == len(verdicts.names) else f"{len(shown)} of the {len(verdicts.names)} classes"
    how = {1: "the last learned", 2: "the first and the last learned"}.get(each, "from the first to the last learned")
    if not learning.right[-1, samples].all():
        how = "samples"
    who = "The last learned" if how == "the last learned" else f"{len(samples)} samples"
    return Chosen(samples, f"rows: {how} of {which}", who)


def _single(beside: int | None, verdicts: Verdicts, learning: Learning, samples: list[int]) -> int:
    """Return the sample that is shown as bars: the one asked for, or the last to be learned of those in the table."""
    if beside is None:
        ever = [sample for sample in samples if learning.right[-1, sample]] or samples
        return max(ever, key=lambda sample: (learning.since[sample], -samples.index(sample)))
    numbers_in(str(beside), len(verdicts.labels), name="--beside")
    require_class([beside], verdicts.known, "probabilities", "--beside")
    return beside


def _layout(room: Box, asked: bool) -> tuple[Box, Box | None]:
    """Return the boxes of the table and of the bars: beside each other in wide frames, one above the other in tall ones.

    In a square the table takes all, unless a sample is asked for as bars.
    """
    if room.width + 2 * MARGIN >= WIDE:
        width = 0.62 * room.width
        right = room.left + width + 48
        return Box(room.left, room.top, width, room.height), Box(right, room.top, room.right - right, room.height)
    if room.height < room.width and not asked:
        return room, None
    height = 0.58 * room.height
    return (
        Box(room.left, room.top, room.width, height),
        Box(room.left, room.top + height + 28, room.width, room.height - height - 28),
    )
