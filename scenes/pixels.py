"""What two input values tell of the class, beside what a network that reads all of them answers while it learns.

After the teaching notebooks on MNIST, where two pixels are plotted against each other to show that they do not do.
"""

import numpy as np
from numpy.typing import NDArray

from animviz import Box, Draw, Moment, Recording, Stage, scene
from animviz.analysis.tasks import CLASSES
from animviz.analysis.verdicts import Verdicts
from animviz.errors import SceneError
from animviz.parts import LABEL, Sheet, Sprites, chip
from animviz.sampling import evenly

from .families.class_mosaic import HEAD, ClassMosaic
from .families.two_seen import draw_cases
from .families.two_values import TwoValues

GAP = 36.0
ROW, FOOT = 27.5, 50.0  # units of a row at least, and of the foot at most
COLUMN, STRIP = 0.24, 150.0  # share of the width, or units of height, that mean images take
PLANE = 0.34  # share of either that a plane takes
MOST = 2_000  # squares of a mosaic


@scene(experiment="digits_mlp", group="way", tasks=CLASSES)
def pixels(stage: Stage, recording: Recording, *, pixels: str = "") -> Draw:
    """What two input values tell of every sample, beside what the network answers while it learns.

    Args:
        stage: where to draw.
        recording: of a classifier with at least two input values.
        pixels: two of them as flat numbers from 0, such as 350,406; by default the two that tell most of the class.

    Raises:
        SceneError: there are no two values, not those that were asked for, or no sample of any class.
    """
    verdicts = Verdicts(recording, "pixels")
    if not verdicts.known.any():
        raise SceneError(f"pixels: {recording.path} has no sample of any class")
    two = TwoValues(recording, pixels, verdicts.known, verdicts.labels[verdicts.known])
    things = "inputs" if two.images is None else "pixels"
    sheet = Sheet(stage, recording, _title(verdicts, two, things), numbers=["epoch"], air=16)
    seen, place = _parted(stage, sheet.room, images=two.images is not None)
    classes = np.flatnonzero(verdicts.totals)
    shown = classes[evenly(len(classes), max(1, int((place.height - FOOT - HEAD) / ROW)))]
    step = max(1, -(-int(verdicts.totals[shown].max()) * len(shown) // MOST))
    sheet.write_foot(*_foot(two, things, step, len(shown), len(classes)))
    seen, place = _parted(stage, sheet.room, images=two.images is not None)
    draw_cases(stage, seen, two, verdicts.names)
    left = _names(stage, place, verdicts.names, shown)
    wide = (place.right - left - GAP) / 2
    rows = [_ordered(two, number)[::step] for number in shown.tolist()]
    by_two, by_all = (
        ClassMosaic(
            stage, Box(at, place.top, wide, place.height), (f"by {who}", who.removeprefix("the ")), two.labels, rows,
            len(verdicts.names),
        )
        for at, who in ((left, f"two {things}"), (left + wide + GAP, "the network"))
    )  # fmt: skip
    by_two.show(two.told)
    turns = np.random.default_rng(0).random(len(two.labels))

    def draw(moment: Moment) -> None:
        by_all.show(_said(recording, verdicts, moment.epoch, turns))
        sheet.show(recording.at(moment.epoch))

    return draw


def _title(verdicts: Verdicts, two: TwoValues, things: str) -> str:
    """Say how much two values tell, and how much the network does in the end."""
    which = "inputs, high or low," if two.images is None else things
    title = f"Two {which} tell {100 * np.mean(two.told == two.labels):.0f} %"
    last = verdicts.last()
    return title if last is None else f"{title}, the network in the end {100 * verdicts.accuracy(last):.0f} %"


def _foot(two: TwoValues, things: str, step: int, shown: int, classes: int) -> list[str]:
    """Say what a square is, and what else the picture does not say itself."""
    one = "a sample" if step == 1 else f"one of {step} samples"
    some = f"{shown} of {classes} classes" if shown < classes else ""
    return [f"square: {one}, row: its class, colour: the answer", some or _best(two, things)]


def _best(two: TwoValues, things: str) -> str:
    return f"no other two {things} tell more" if two.best else ""


def _said(recording: Recording, verdicts: Verdicts, epoch: float, turns: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the class that is answered for each sample; between two snapshots they turn one by one, evenly."""
    state = recording.at(epoch)
    before = verdicts.answers(state.snapshot.index)[verdicts.known]
    if not state.share:
        return before
    after = verdicts.answers(state.snapshot.index + 1)[verdicts.known]
    return np.where(turns < state.share, after, before)


def _ordered(two: TwoValues, number: int) -> NDArray[np.intp]:
    """Return the samples of a class: those that two values tell rightly first, others by what these tell."""
    members = np.flatnonzero(two.labels == number)
    told = two.told[members]
    return members[np.lexsort([told, told != number])]


def _names(stage: Stage, box: Box, names: list[str], shown: NDArray[np.intp]) -> float:
    """Write the name of the class before each row, and return where the squares may begin."""
    palette = stage.theme.palette(max(2, len(names)))
    tags = [chip(stage, names[k], palette[k], LABEL) for k in shown.tolist()]
    widths = np.array([tag.shape[1] for tag in tags])
    pitch = (box.height - HEAD) / len(tags)
    middles = box.top + HEAD + (np.arange(len(tags)) + 0.5) * pitch
    right = box.left * stage.pixel + widths.max()
    Sprites(stage, tags).set_middles(np.stack([right - widths / 2, middles * stage.pixel], axis=1))
    return float(right / stage.pixel) + 12


def _parted(stage: Stage, room: Box, *, images: bool) -> tuple[Box, Box]:
    """Return the boxes of the two values and of the mosaics: beside each other, or below in narrow frames."""
    if stage.width > 1.2 * stage.height:
        wide = (COLUMN if images else PLANE) * room.width
        left = room.left + wide + GAP
        return Box(room.left, room.top, wide, room.height), Box(left, room.top, room.right - left, room.height)
    high = STRIP if images else PLANE * room.height
    top = room.top + high + 16
    return Box(room.left, room.top, room.width, high), Box(room.left, top, room.width, room.bottom - top)
