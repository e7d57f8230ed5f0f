"""Samples in the order in which they are learned, with what a classifier takes them for.

After the grids of predicted digits in the teaching notebooks on MNIST, which show the end of the training only, and after
the counts of forgotten examples by Toneva et al. (2019).
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

import numpy as np
from matplotlib.collections import PolyCollection
from numpy.typing import NDArray

from animviz import Box, Draw, Moment, Recording, Stage, scene
from animviz.analysis.tasks import CLASSES
from animviz.analysis.verdicts import Verdicts
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.parts import LABEL, Sheet, Signs, Words, cut, images_of, in_order, joined, pair, still
from animviz.sampling import numbers_in

from .families.confused import one_answer
from .families.learned_rows import Row, groups_of, rows_of
from .families.learning import Learning, require_class

Only = Literal["all", "wrong", "right"]
CAPTION = 62.0  # units of height below an image
SIGN = 26.0  # units of width of a check or cross with its gap
ROW, LEAST = 136.0, 118.0  # units of height of a row: as is usual, and at least
SHORT = 30.0  # units of width of a name up to which two stand in a line
MOST_NAME = 80.0, 110.0  # units of width of a name at most, in narrow frames and in others
LABELS, TRACK = 194.0, 160.0  # units of width of what stands before the rows, and of its bars
AS = " as "  # stands between the true class and a wrong answer
DIM = 0.5  # of an image that is hidden while its answer is wrong


@scene(experiment="digits_mlp", group="learning", tasks=CLASSES)
def predictions(stage: Stage, recording: Recording, *, only: Only = "all", samples: str = "") -> Draw:
    """Samples in the order in which they are learned, with their answers over the epochs.

    Args:
        stage: where to draw.
        recording: of any classifier of images with labels.
        only: samples that are right or wrong at the end.
        samples: numbers of samples, such as 3,17,40-44; by default an even choice of those that are not right from the
            start on.
    """
    verdicts = Verdicts(recording, "predictions")
    images = images_of(recording, "predictions")
    learning = Learning(recording, verdicts)
    chosen = _chosen(samples, only, verdicts, learning)
    if not len(chosen):
        raise SceneError(f"predictions: {_nothing(only, samples)} in {recording.path}; draw --samples 0-9")
    short = max(stage.measure(name, LABEL) for name in verdicts.names) <= SHORT
    below = ["the answer", *["the sample's number"] * bool(samples), *["the true class"] * (not short)]
    dashed = "; dashed: right before" if learning.lapsed[chosen].any() else ""
    groups = groups_of(recording, learning, chosen)
    foot = [
        f"crossed: wrong now{dashed}" if not learning.right[:, chosen].all() else "",
        f"below: {', then '.join(below)}"
        if samples or not short
        else _example(verdicts, learning, groups[-1].samples[0]),
    ]
    asked = chosen if samples else np.flatnonzero(learning.known)
    sheet = Sheet(
        stage, recording, one_answer(verdicts) or _title(learning, asked), numbers=["epoch", "accuracy"], foot=foot
    )
    caption = _Caption(stage, verdicts, short, numbered=bool(samples))
    columns = max(1, int((sheet.room.width - LABELS) // max(caption.width + 14, ROW - caption.height)))
    most = int(sheet.room.height // LEAST) if samples else round(sheet.room.height / ROW)
    rows = rows_of(groups, columns, max(1, most), whole=bool(samples))
    shares = _Shares(stage, sheet.room, rows)
    grid = _Grid(stage, sheet.room, columns, rows, verdicts, images, caption)

    def draw(moment: Moment) -> None:
        state = recording.at(moment.epoch)
        index = state.snapshot.index
        before = learning.right[learning.epochs <= recording.epochs[index]].any(axis=0)
        shares.show(verdicts.answers(index) == verdicts.labels)
        grid.show(index, (verdicts.answers(index) == verdicts.labels).astype(float), before)
        sheet.show(recording.at(recording.epochs[index]), accuracy=verdicts.accuracy(index))

    return draw


class _Caption:
    """What stands below an image: the answer, behind the true class where it is another, and the number of the sample.

    Where names are long, the true class stands behind the number.
    """

    def __init__(self, stage: Stage, verdicts: Verdicts, short: bool, *, numbered: bool) -> None:
        name = max(min(MOST_NAME[stage.width > stage.height], stage.measure(name, LABEL)) for name in verdicts.names)
        last = f"#{len(verdicts.labels) - 1}"
        self._short, self._names = short, [cut(stage, text, name + 1) for text in verdicts.names]
        upper = SIGN + name + (stage.measure(AS, LABEL) + name if short else 0)
        lower = stage.measure(last if short else f"{last} ", LABEL) + (0 if short else name)
        self._numbered = numbered
        self.width = max(upper, lower)
        self.height = CAPTION if numbered or not short else CAPTION - 26

    def answer(self, said: int, true: int) -> str:
        """Return the upper line."""
        name = self._names[said]
        return in_order(self._names[true], AS, name) if self._short and said != true else name

    def number(self, sample: int, true: int) -> str:
        """Return the lower line."""
        number = f"#{sample}" if self._numbered else ""
        return number if self._short else in_order(f"{number} " if number else "", self._names[true])


class _Grid:
    """The images in rows with their captions."""

    def __init__(
        self, stage: Stage, box: Box, columns: int, rows: Sequence[Row], verdicts: Verdicts, images: Array,
        caption: _Caption,
    ) -> None:  # fmt: skip
        self._verdicts, self._caption = verdicts, caption
        self._samples = np.concatenate([row.samples for row in rows])
        places, frames, pictures, below = [], [], stage.overlay(), caption.height
        for row, (top, height) in zip(rows, _bands(box, rows), strict=True):
            width = (box.width - LABELS) / row.columns(columns)
            for column, sample in enumerate(row.samples):
                left = box.left + LABELS + column * width
                room = Box(left + 6, top + 4, width - 12, height - below - 4)
                taken = still(stage, room, images[sample], pictures)
                frames.append(_corners(taken, 4))
                places.append((left + width / 2, top + height - below + 26))
        axes = stage.overlay()
        self._shade = PolyCollection(frames, facecolors=np.zeros((len(frames), 4)), edgecolors="none")
        axes.add_collection(self._shade, autolim=False)
        stage.moves(self._shade)
        self._ground = stage.theme.mix(stage.theme.background, 1)
        self._frames, self._dashes = frames, stage.line(axes, stage.theme.ink, 2.5, linestyle=(0, (2, 1.5)))
        self._middles, self._measure = (
            np.array(places),
            lru_cache(maxsize=None)(lambda said: stage.measure(said, LABEL)),
        )
        self._signs, self._words = Signs(stage, self._middles), Words(stage, self._middles)
        numbers = Words(stage, self._middles + np.array([0.0, 26.0]), align="center")
        quiet = np.tile(stage.theme.mix(stage.theme.quiet, 1), (len(frames), 1))
        numbers.set_words([caption.number(sample, verdicts.labels[sample]) for sample in self._samples], quiet)

    def show(self, index: int, share: Array, before: Array) -> None:
        """Show the answers of a snapshot.

        Args:
            index: of the snapshot.
            share: how right each sample is drawn, 0 or 1.
            before: which samples were right at this snapshot or an earlier one.
        """
        answers, labels = self._verdicts.answers(index)[self._samples], self._verdicts.labels[self._samples]
        right = answers == labels
        said = [self._caption.answer(*pair) for pair in zip(answers, labels, strict=True)]
        half = np.array([[(SIGN + self._measure(text)) / 2, 0.0] for text in said])
        self._words.move(self._middles - half + np.array([SIGN, 0.0]))
        self._words.set_words(said)
        self._signs.move(self._middles - half + np.array([9.0, -8.0]))
        self._signs.show(right)
        lost = ~right & before[self._samples]
        self._dashes.set_data(*joined(frame for frame, was in zip(self._frames, lost, strict=True) if was).T)
        self._shade.set_facecolor([(*self._ground, DIM * (1 - part)) for part in share[self._samples]])


class _Shares:
    """Before the rows: what the samples of a kind have in common, and how many of all of them are right, as a bar."""

    def __init__(self, stage: Stage, box: Box, rows: Sequence[Row]) -> None:
        firsts = [line for line, row in enumerate(rows) if line == 0 or rows[line - 1].kind != row.kind]
        self._members = [rows[line].members for line in firsts]
        most = max(map(len, self._members))
        self._unit = " right" if stage.measure(f"{most:,} of {most:,} right", LABEL) <= LABELS - 16 else ""
        bands = _bands(box, rows)
        tops = [bands[line][0] + bands[line][1] / 2 - 30 for line in firsts]
        axes = stage.axes(Box(box.left, 0, TRACK, stage.height), (0, 1), (stage.height, 0))
        self._tops = [top + 70 for top in tops]
        whole = joined(np.array([(0, y), (1, y)], float) for y in self._tops)
        track = stage.theme.mix(stage.theme.grid, 0.7)
        axes.plot(*whole.T, color=track, linewidth=stage.points(10), solid_capstyle="butt")
        self._bars = stage.line(axes, stage.theme.ink, 10, solid_capstyle="butt")
        for top, line in zip(tops, firsts, strict=True):
            stage.text(box.left, top, rows[line].kind[0], weight="medium")
            stage.text(box.left, top + 27, rows[line].kind[1], color=stage.theme.quiet)
        self._words = Words(stage, [(box.left, top + 54) for top in tops])
        pair(
            stage, "right answers", lambda: [text.split()[0] for text in self._words.texts],
            lambda: np.asarray(self._bars.get_xdata())[1::3] * list(map(len, self._members)),
        )  # fmt: skip

    def show(self, right: NDArray[np.bool_]) -> None:
        """Show which of all samples are right."""
        counts = [int(right[members].sum()) for members in self._members]
        alls = list(map(len, self._members))
        shares = (count / whole for count, whole in zip(counts, alls, strict=True))
        bars = (np.array([(0, y), (share, y)], float) for share, y in zip(shares, self._tops, strict=True))
        self._bars.set_data(*joined(bars).T)
        pairs = zip(counts, alls, strict=True)
        self._words.set_words([f"{count:,} of {whole:,}{self._unit}" for count, whole in pairs])


def _bands(box: Box, rows: Sequence[Row]) -> list[tuple[float, float]]:
    """Return the top and the height of each row."""
    scales = np.array([row.scale for row in rows])
    heights = min(1.5 * ROW, box.height / scales.sum()) * scales
    return list(zip(box.top + np.cumsum(heights) - heights, heights, strict=True))


def _corners(box: Box, away: float) -> Array:
    """Return the corners of a frame around a box, the first also as the last."""
    left, top, right, bottom = box.left - away, box.top - away, box.right + away, box.bottom + away
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom), (left, top)])


def _chosen(samples: str, only: Only, verdicts: Verdicts, learning: Learning) -> NDArray[np.intp]:
    """Return the numbers of the samples that may be shown."""
    fits = {"all": learning.known, "wrong": learning.wrong_at_the_end, "right": learning.right[-1]}[only]
    if samples:
        given = np.array(numbers_in(samples, len(verdicts.labels), name="--samples", most=200), np.intp)
        require_class(given, verdicts.known, "predictions", "--samples")
        return np.asarray(given[fits[given]])
    return np.flatnonzero(fits & (learning.since > 0))


def _nothing(only: Only, samples: str) -> str:
    asked = "none of --samples" if samples else "no sample"
    return f"{asked} is {only} at the end" if only != "all" else "every sample is right from the start on"


def _example(verdicts: Verdicts, learning: Learning, sample: int) -> str:
    """Return how to read what stands below a sample at the last moment at which it is wrong."""
    index = int(learning.snapshots[~learning.right[:, sample]][-1])
    true, said = (verdicts.names[label[sample]] for label in (verdicts.labels, verdicts.answers(index)))
    return f"“{true}{AS}{said}”: true class {true}, answered {said}"


def _title(learning: Learning, among: NDArray[np.intp]) -> str:
    """Return how many of some samples are learned, are wrong in the end, and right at all times: they add up to all."""
    kinds = (learning.learned, learning.wrong_at_the_end, learning.always_right)
    learned, wrong, always = (int(kind[among].sum()) for kind in kinds)
    rest = [f"{count:,} {what}" for count, what in ((wrong, "wrong in the end"), (always, "right all along")) if count]
    return ", ".join([f"{f'{learned:,}' if learned else 'none'} of {len(among):,} learned".capitalize(), *rest])
