"""What a classifier thinks of single samples while it learns: the probability of every class.

After the cells of the teaching notebooks on MNIST that list the probabilities of one digit after training.
"""

import numpy as np

from animviz import Box, Draw, Moment, Recording, Stage, scene
from animviz.analysis.tasks import CLASSES
from animviz.analysis.verdicts import Verdicts
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.parts import (
    LABEL,
    Plot,
    Sheet,
    Signs,
    Words,
    cut,
    epoch_limits,
    images_of,
    of_network,
    still,
)

CURVES = 10  # classes drawn per sample at most
MOST = 4  # samples at most
TEXT = 124.0  # units of height of the words
DOT = 26.0  # units before a name for its dot


@scene(experiment="digits_mlp", tasks=CLASSES)
def probabilities(stage: Stage, recording: Recording, *, samples: str = "") -> Draw:
    """Class probabilities of chosen samples over the epochs.

    Args:
        stage: where to draw.
        recording: of any classifier of images with labels.
        samples: numbers of up to four samples, such as 3,17,42; by default two that were learned late and two that end
            wrong.
    """
    verdicts = Verdicts(recording, "probabilities")
    images = images_of(recording, "probabilities")
    chosen = _given(samples, verdicts) if samples else _telling(recording, verdicts)
    table = verdicts.table(lambda index: verdicts.probabilities(index)[chosen], (len(chosen), len(verdicts.names)))
    parts = ["thick: the true class", "thinner: its strongest rival now"]
    if len(verdicts.names) > CURVES:
        parts.append(f"curves: {CURVES} of {len(verdicts.names)} classes")
    parts.append(f"sample {', '.join(map(str, chosen))}" + ("" if samples else ": learned late, or wrong at the end"))
    sheet = Sheet(stage, recording, of_network(recording, "probabilities"), numbers=["epoch", "accuracy"], foot=parts)
    boxes = _layout(stage, sheet.room, len(chosen))
    panels = [
        _Panel(stage, box, recording.epochs, verdicts, sample, images[sample], table[:, place])
        for place, (sample, box) in enumerate(zip(chosen, boxes, strict=True))
    ]

    def draw(moment: Moment) -> None:
        state = recording.at(moment.epoch)
        index = state.snapshot.index
        now = verdicts.blended(moment.epoch, table.__getitem__)
        for panel, values in zip(panels, now, strict=True):
            panel.show(moment.epoch, index, values)
        sheet.show(state, accuracy=verdicts.accuracy(index))

    return draw


class _Panel:
    """One sample: its picture, its true class with its present rival, and the probabilities so far."""

    def __init__(
        self, stage: Stage, box: Box, epochs: Array, verdicts: Verdicts, sample: int, image: Array, table: Array
    ) -> None:
        self._stage, self._epochs, self._table = stage, epochs, table
        self._names, self._true = verdicts.names, int(verdicts.labels[sample])
        self._palette = stage.theme.palette(len(self._names))
        beside = box.height < 1.9 * TEXT  # no room below the image for the words
        side = min(150.0, 0.28 * box.width, box.height - 20 - (0 if beside else TEXT))
        still(stage, Box(box.left, box.top + 8, side, side), image)
        left = box.left + (side + 18 if beside else 0)
        self._room = 130.0 if beside else max(side, 116.0)
        self._set_up_words(stage, left, box.top + (24 if beside else side + 40))
        left += self._room + 18
        room = Box(left, box.top, box.right - left - 8, box.height)
        self._set_up_curves(stage, Plot(stage, room, epoch_limits(epochs), (0, 1), percent=True))

    def show(self, epoch: float, index: int, values: Array) -> None:
        """Draw the curves up to a moment; words and numbers are those of the last true snapshot."""
        x = np.append(self._epochs[: index + 1], epoch)
        past = np.vstack([self._table[: index + 1], values])
        known = self._table[index]
        rival = _rival(known, self._true)
        for label, line in self._curves.items():
            line.set_data(x, past[:, label])
        for label, line in ((rival, self._strong[0]), (self._true, self._strong[1])):
            line.set_data(x, past[:, label])
        for artist in (self._strong[0], self._dot):
            artist.set_color(self._palette[rival])
        name = self._name("rival", rival)
        self._words.set_words([f"{100 * known[self._true]:.1f} %", name, f"{100 * known[rival]:.1f} %"])
        self._sign.show([known.argmax() == self._true])

    def _set_up_words(self, stage: Stage, left: float, top: float) -> None:
        text = left + DOT
        axes = stage.axes(Box(left, top - 24, self._room, TEXT), (0, self._room), (TEXT, 0))
        dots = [stage.line(axes, self._palette[self._true], 0, marker="o", markeredgewidth=0) for _ in range(2)]
        for dot, height in zip(dots, (16, 80), strict=True):
            dot.set_markersize(stage.points(17))
            dot.set_data([9], [height])
        self._dot = dots[1]
        stage.text(text, top, self._name("true", self._true))
        self._sign = Signs(stage, [(text + stage.measure("00.0 %", LABEL) + 16, top + 20)])
        self._words = Words(stage, [(text, top + 28), (text, top + 64), (text, top + 92)])

    def _name(self, role: str, label: int) -> str:
        """Return what a class is to the sample and its name; the name alone where there is no room for both."""
        name, room = self._names[label], self._room - DOT
        both = f"{role} {name}"
        return both if self._stage.measure(both, LABEL) <= room else cut(self._stage, name, room)

    def _set_up_curves(self, stage: Stage, plot: Plot) -> None:
        style = {"clip_on": False}
        likely = _likeliest(self._table, self._true)
        self._curves = {k: stage.line(plot.axes, (*self._palette[k], 0.7), 1.5, **style) for k in likely}
        self._strong = [stage.line(plot.axes, self._palette[self._true], width, **style) for width in (3, 6)]


def _rival(values: Array, true: int) -> int:
    """Return the most probable class beside the true one."""
    others = values.copy()
    others[true] = -1
    return int(others.argmax())


def _likeliest(table: Array, true: int) -> list[int]:
    """Return the classes beside the true one that come closest to certainty in any snapshot, in their order."""
    peaks = np.nan_to_num(table).max(axis=0)
    order = [int(label) for label in np.argsort(-peaks, kind="stable") if label != true]
    return sorted(order[: CURVES - 1])


def _given(text: str, verdicts: Verdicts) -> list[int]:
    """Return the numbers in an option such as 3,17,42.

    Raises:
        SceneError: they are not one to four numbers of samples that have a class.
    """
    count = len(verdicts.labels)
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() and int(part) < count for part in parts) or len(parts) > MOST:
        expected = f"expected 1 to {MOST} numbers from 0 to {count - 1}, such as 0,{count // 2}"
        raise SceneError(f"probabilities: --samples is {text!r}; {expected}")
    chosen = list(dict.fromkeys(map(int, parts)))
    for sample in chosen:
        if not verdicts.known[sample]:
            raise SceneError(f"probabilities: the class of sample {sample} is ignored; choose other --samples")
    return chosen


def _telling(recording: Recording, verdicts: Verdicts) -> list[int]:
    """Return samples that were wrong longest before they became right for good, and the other way round.

    For good means throughout the last quarter of the snapshots; where too few have such a story, the next best follow.
    """
    right = verdicts.table(lambda index: verdicts.answers(index) == verdicts.labels, verdicts.labels.shape)
    right = right[np.isfinite(right).all(axis=1)]
    often = right.sum(axis=0)
    end = right[-max(1, len(right) // 4) :].mean(axis=0) if len(right) else often
    end = np.where(verdicts.known, end, np.nan)
    learned = [int(k) for k in np.argsort(np.where(end == 1, often, np.inf), kind="stable") if end[k] == 1]
    lost = [int(k) for k in np.argsort(-np.where(end == 0, often, -1), kind="stable") if end[k] == 0]
    rest = [k for k in range(len(verdicts.labels)) if 0 < end[k] < 1]
    half = MOST // 2
    order = [*learned[:half], *lost[:half], *learned[half:], *lost[half:], *rest]
    return order[:MOST]


def _layout(stage: Stage, room: Box, count: int) -> list[Box]:
    """Return a box per sample: two columns where the frame is wide enough for more than one, else rows."""
    columns = 2 if stage.width >= 900 and count > 1 else 1
    rows = -(-count // columns)
    width = (room.width - 48 * (columns - 1)) / columns
    height = (room.height - 16 * (rows - 1)) / rows
    return [
        Box(room.left + k % columns * (width + 48), room.top + k // columns * (height + 16), width, height)
        for k in range(count)
    ]
