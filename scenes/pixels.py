"""What two input values tell of the class, beside what a network that reads all of them answers while it learns.

After the teaching notebooks on MNIST, where two pixels are plotted against each other to show that they do not do.
"""

from typing import Literal

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
PLANE, LOW = 0.34, 0.46  # share of the width, or of the height, that a plane takes
MOST = 2_000  # squares of a mosaic
EACH = {1: "a sample", 2: "every second sample", 3: "every third sample"}


@scene(experiment="digits_mlp", group="way", tasks=CLASSES)
def pixels(stage: Stage, recording: Recording, *, pixels: str = "", by: Literal["true", "predicted"] = "true") -> Draw:
    """What two input values tell of every sample, beside what the network answers while it learns.

    Args:
        stage: where to draw.
        recording: of a classifier with at least two input values.
        pixels: two of them as flat numbers from 0, such as 350,406; by default the two that tell most of the class.
        by: rows are true classes and colours the answers, or rows are the answers and colours the true classes.

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
    own = by == "true"
    most = int(verdicts.totals[shown].max()) if own else _most(verdicts, len(recording), two, shown)
    step = max(1, -(-most * len(shown) // MOST))
    sheet.write_foot(*_foot(two, things, by, step, len(shown), len(classes)))
    seen, place = _parted(stage, sheet.room, images=two.images is not None)
    draw_cases(stage, seen, two, verdicts.names)
    left = _names(stage, place, verdicts.names, shown)
    wide = (place.right - left - GAP) / 2
    by_two, by_all = (
        ClassMosaic(
            stage, Box(at, place.top, wide, place.height), (f"by {who}", who.removeprefix("the ")), two.labels, len(shown),
            -(-most // step), len(verdicts.names),
        )
        for at, who in ((left, f"two {things}"), (left + wide + GAP, "the network"))
    )  # fmt: skip
    fixed = [_ordered(two, two.labels, number)[::step] for number in shown.tolist()]

    def rows_of(answers: NDArray[np.int64]) -> list[NDArray[np.intp]]:
        return fixed if own else [_ordered(two, answers, number)[::step] for number in shown.tolist()]

    by_two.show(two.told, rows_of(two.told), by_answer=not own)
    turns = np.random.default_rng(0).random(len(two.labels))

    def draw(moment: Moment) -> None:
        answers = _said(recording, verdicts, moment.epoch, turns)
        by_all.show(answers, rows_of(answers), by_answer=not own)
        sheet.show(recording.at(moment.epoch))

    return draw


def _title(verdicts: Verdicts, two: TwoValues, things: str) -> str:
    """Say how much two values tell, and how much the network does in the end."""
    which = "inputs, high or low:" if two.images is None else f"{things} get"
    title = f"Two {which} {_percent(float(np.mean(two.told == two.labels)))} right"
    last = verdicts.last()
    return title if last is None else f"{title}, the network at last {_percent(verdicts.accuracy(last))}"


def _percent(share: float) -> str:
    """Return a share as the title has room for it; where whole numbers would hide it, as it stands over the squares."""
    return f"{100 * share:.{0 if 0.01 <= share <= 0.99 or share in (0, 1) else 1}f} %"


def _most(verdicts: Verdicts, snapshots: int, two: TwoValues, shown: NDArray[np.intp]) -> int:
    """Return for how many samples one of the classes is answered at most: by two values, or at or between snapshots."""
    told = [verdicts.answers(place)[verdicts.known] for place in range(snapshots)]
    pairs = [(two.told, two.told), *zip(told, told[1:] or told, strict=False)]
    return max(int(((one == number) | (other == number)).sum()) for one, other in pairs for number in shown.tolist())


def _foot(two: TwoValues, things: str, by: str, step: int, shown: int, classes: int) -> list[str]:
    """Say what a square is, and what else the picture does not say itself."""
    one = EACH.get(step, f"one in {step} samples")
    some = f"{shown} of {classes} classes" if shown < classes else ""
    row, color = ("its class", "the answer") if by == "true" else ("the answer", "its class")
    return [f"square: {one}, row: {row}, colour: {color}", some or _best(two, things)]


def _best(two: TwoValues, things: str) -> str:
    return f"A, B: the {things} that tell most of the class" if two.best else ""


def _said(recording: Recording, verdicts: Verdicts, epoch: float, turns: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the class that is answered for each sample; between two snapshots they turn one by one, evenly."""
    state = recording.at(epoch)
    before = verdicts.answers(state.snapshot.index)[verdicts.known]
    if not state.share:
        return before
    after = verdicts.answers(state.snapshot.index + 1)[verdicts.known]
    return np.where(turns < state.share, after, before)


def _ordered(two: TwoValues, classes: NDArray[np.int64], number: int) -> NDArray[np.intp]:
    """Return the samples of a row: those that have its colour come first, in rows of classes by what two values tell."""
    members = np.flatnonzero(classes == number)
    colors = (two.told if classes is two.labels else two.labels)[members]
    return members[np.lexsort([colors, colors != number])]


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
    high = STRIP if images else LOW * room.height
    top = room.top + high + 16
    return Box(room.left, room.top, room.width, high), Box(room.left, top, room.width, room.bottom - top)
