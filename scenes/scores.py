"""Precision, recall and F1 of each class while the network learns: a dot on its way, and a curve with its name at its end.

After the classification reports with which the teaching notebooks on MNIST end.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from animviz import Box, Draw, Moment, Recording, Stage, scene
from animviz.analysis.tasks import CLASSES
from animviz.analysis.verdicts import Outcomes
from animviz.arrays import Array
from animviz.parts import Sheet

from .families.class_curves import Named
from .families.class_plane import FEW, TAIL, ClassPlane, lowest_level
from .families.endings import count_in_words, in_title
from .families.pinned import CAPTION, Pin, Strip, beginning, height_of_key
from .families.small_pictures import pictured
from .families.stems import Stems

LEARNED = 0.8  # F1 from which on a class counts as learned
ELBOW, SIDE, LEAST = 24.0, 104.0, 480.0  # units below pictures, of one, and of a panel that has room for them
SHORT = 3  # letters of a name below a picture
REMARKS = ("never answered: counts as 0", "no samples: counts as 0")  # where there is nothing to divide by
TALL = 1.2  # height over width from which on there are curves below the plane
GAP = 40.0  # units between plots
LARGE, MOST = 0.6, 12  # share of the room for the plane, and classes that are shown at most


@scene(
    experiment="digits_mlp",
    group="wrong",
    tasks=(*CLASSES, "multilabel", "sequence of binary", "sequence of multiclass", "sequence of multilabel"),
)
def scores(stage: Stage, recording: Recording) -> Draw:
    """F1, precision and recall of each class over the epochs, with the moment from which on each class is learned.

    Of several labels for each sample, each counts for itself; of an answer at each position, all positions count.

    Args:
        stage: where to draw.
        recording: of any classifier, or of labels or positions of which each has an answer.
    """
    outcomes = Outcomes(recording)
    every = outcomes.table(lambda index: rates(outcomes.counts(index)), (len(outcomes.names), 3))
    there = _there(outcomes)
    table, classes = every[:, there], [outcomes.names[k] for k in there]
    learned = learned_at(table[..., 2], untrained=bool(beginning(recording)))
    sheet = Sheet(stage, recording, _title(recording, classes, table[..., 2], learned), numbers=["epoch", "accuracy"])
    shown = _chosen(outcomes, table)
    curved = len(_boxes(stage, sheet.room)) > 1
    begin = lowest_level(table[:, shown, :2])
    hero = _hero(learned[shown])
    faded, rings = hero >= 0 or len(shown) > FEW, curved and bool((learned >= 0).any())
    sheet.write_foot(*_foot(recording, len(shown), len(classes), begin, faded, rings))
    boxes, palette = _boxes(stage, sheet.room), stage.theme.palette(max(2, len(outcomes.names)))
    pins = _pins(recording, classes, learned)
    high = _strip_height(boxes, recording, len(pins))
    names, colors = [classes[k] for k in shown], palette[there[shown]]
    enough, until = (LEARNED, f"F1 {LEARNED:g} or more"), int(learned[shown][hero])
    until = until if until >= 0 else len(table)
    plane = ClassPlane(
        stage, boxes[0], recording.epochs, table[:, shown, :2], names, REMARKS, colors, hero, until, enough
    )
    low, strip, stems = boxes[-1], None, None
    if high:
        strip = Strip(stage, Box(low.left, low.top, low.width, high - ELBOW), recording, pins)
        low = Box(low.left, low.top + high, low.width, low.height - high)
    f1, mean = table[..., 2], table[..., 2].mean(axis=1)
    curves = (
        Named(stage, low, recording.epochs, f1[:, shown], mean, names, colors, learned[shown], hero)
        if curved else None
    )  # fmt: skip
    if strip and curves:
        stems = Stems(stage, strip, pins, curves.plot)
    accuracy = lru_cache(maxsize=None)(outcomes.accuracy)

    def draw(moment: Moment) -> None:
        state = recording.at(moment.epoch)
        now = outcomes.blended(moment.epoch, table.__getitem__)  # an error where the weights have diverged
        counts = outcomes.blended(moment.epoch, outcomes.counts)[:, there[shown]]
        plane.show(moment.epoch, now[shown, :2], _remarked(counts))
        if curves:
            curves.show(moment.epoch)
        if strip and stems:
            stems.show(moment.epoch, strip.show(moment.epoch))
        sheet.show(state, accuracy=float(outcomes.blended(moment.epoch, accuracy)))

    return draw


def rates(counts: Array) -> Array:
    """Return precision, recall and F1 of each class, shape (classes, 3); zero where there is nothing to divide by.

    Args:
        counts: how often each was answered rightly, was right and was answered, shape (3, classes).
    """
    right, true, said = counts
    parts = [(right, said), (right, true), (2 * right, true + said)]
    return np.stack([part / np.maximum(whole, 1) for part, whole in parts], axis=1)


def _remarked(counts: Array) -> NDArray[np.int64]:
    """Return which of the remarks holds for each class, int (classes,); -1 where there is something to divide by.

    Args:
        counts: as for `rates`.
    """
    _, true, said = counts
    return np.select([said == 0, true == 0], [0, 1], -1)


def learned_at(values: Array, *, untrained: bool = False) -> Array:
    """Return the snapshot from which on each class keeps an F1 of 0.8, int (classes,); -1 where it never does.

    Args:
        values: F1 of each class at each snapshot, shape (snapshots, classes).
        untrained: whether nothing was trained before the first snapshot: what is right in it is so by luck.
    """
    held = np.flip(np.logical_and.accumulate(np.flip(values >= LEARNED, axis=0)), axis=0)
    held[0] &= not untrained
    return np.where(held.any(axis=0), held.argmax(axis=0), -1)


def _there(outcomes: Outcomes) -> NDArray[np.intp]:
    """Return the classes that a sample has or that are ever answered: of others nothing can be said."""
    seen = outcomes.table(lambda index: outcomes.counts(index)[1:].sum(axis=0), (len(outcomes.names),))
    there = np.flatnonzero(np.nansum(seen, axis=0))
    return there if len(there) else np.arange(len(outcomes.names))


def _pins(recording: Recording, names: list[str], learned: Array) -> list[Pin]:
    """Return the begin, the moments at which the first and the last class are learned, and the end."""
    pins = {float(recording.epochs[0]): beginning(recording), float(recording.epochs[-1]): "the end"}
    for at in sorted({int(learned[learned >= 0].min()), int(learned.max())} if (learned >= 0).any() else ()):
        which = np.flatnonzero(learned == at)
        end, name = "last" if at == learned.max() else "first", names[which[0]]
        what = f"{end} {count_in_words(len(which))}"
        if len(which) == 1:  # a picture has no room for a longer name
            what = f"{name} learned" if len(name) <= SHORT else f"{end} {_things(recording)[0]}"
        elif end == "last" and (learned >= 0).all():
            what = "all learned"
        epoch = float(recording.epochs[at])
        pins[epoch] = pins.get(epoch) or what
    return [Pin(epoch, pins[epoch]) for epoch in sorted(pins)]


def _strip_height(boxes: list[Box], recording: Recording, count: int) -> float:
    """Return how much the pictures take of the curves' room; nothing where there are none, or no room."""
    box = boxes[-1]
    if len(boxes) == 1 or count < 2 or box.height < LEAST or not pictured(recording):
        return 0.0
    return min(SIDE, box.width / count - 24) + CAPTION + ELBOW + height_of_key(recording)


def _hero(learned: Array) -> int:
    """Return the class that is learned last, or the only one that never is; -1 where there is no such one."""
    behind = np.flatnonzero(learned < 0) if (learned < 0).any() else np.flatnonzero(learned == learned.max())
    return int(behind[0]) if len(behind) == 1 and len(learned) > 1 else -1


def _things(recording: Recording) -> tuple[str, str]:
    """Return what one of the scored is called, and several."""
    return ("label", "labels") if recording.output.task == "multilabel" else ("class", "classes")


def _title(recording: Recording, names: list[str], values: Array, learned: Array) -> str:
    """Return which class reaches F1 0.8 last, by when all do, or which end below it."""
    if len(recording) == 1 and beginning(recording):
        return "Before any training"
    one, many = _things(recording)
    never, last = np.flatnonzero(learned < 0), np.flatnonzero(learned == learned.max())
    every = "Both" if len(names) == 2 else f"All {count_in_words(len(names))}"
    if len(never) == 1:
        return f"{one.capitalize()} {in_title(names[never[0]])} ends below F1 {LEARNED:g}"
    if len(never):
        return (
            f"{every if len(never) == len(names) else f'{len(never)} of {len(names)}'} {many} end below F1 {LEARNED:g}"
        )
    at = learned.max()
    if len(last) == 1:
        reaches = "regains" if (values[:at, last[0]] >= LEARNED).any() else "reaches"
        when = f"last, at epoch {recording.epochs[at]:g}" if len(names) > 1 else f"at epoch {recording.epochs[at]:g}"
        return f"{one.capitalize()} {in_title(names[last[0]])} {reaches} F1 {LEARNED:g} {when}"
    if not at:
        return f"{every} {many} have F1 {LEARNED:g} or more from the start on"
    return f"{every} {many} reach F1 {LEARNED:g} by epoch {recording.epochs[at]:g}"


def _foot(recording: Recording, shown: int, count: int, begin: float, faded: bool, any_rings: bool) -> list[str]:
    """Say of which classes dots and curves are, how the scales run, how long the ways are, and what the rings are."""
    what = "all positions count" if recording.output.sequence else "F1: harmonic mean of both"
    if shown < count:
        what = f"the {shown} lowest F1 of {count} classes"
    scales = f"scales stretched towards 1{f', the plane from {begin:g}' if begin else ''}"
    tails = f"; tails: last {TAIL:g} snapshots" if faded else ""
    ring = f"; ring: from here on {LEARNED:g} or more" if any_rings else ""
    return [f"{what}{ring}", f"{scales}{tails}"]


def _chosen(outcomes: Outcomes, table: Array) -> list[int]:
    """Return the classes that are shown, in their order: of many those with the lowest F1."""
    worst = np.argsort(table[outcomes.last() or 0, :, 2], kind="stable")[:MOST]
    return sorted(map(int, worst))


def _boxes(stage: Stage, room: Box) -> list[Box]:
    """Return the boxes of the plane and of the curves: side by side in wide frames, else one below the other.

    Where curves would be flat there is the plane alone.
    """
    if stage.width > 1.2 * stage.height:
        wide = LARGE * (room.width - GAP)
        return [
            Box(room.left, room.top, wide, room.height),
            Box(room.left + wide + GAP, room.top, room.width - wide - GAP, room.height),
        ]
    high = LARGE * room.height
    if stage.height < TALL * stage.width:
        return [room]
    return [Box(room.left, room.top, room.width, high), Box(room.left, room.top + high, room.width, room.height - high)]
