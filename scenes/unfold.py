"""One network, layer by layer: the plane is turned, stretched, squashed and lifted until a straight cut is enough.

After Olah, "Neural Networks, Manifolds, and Topology" (2014).
"""

from itertools import pairwise
from typing import Annotated

import numpy as np

from animviz import Box, Draw, Moment, Range, Recording, Stage, scene
from animviz.analysis.classifier import labels_of, predictions
from animviz.analysis.decision import class_count
from animviz.analysis.states import sampled_states
from animviz.analysis.tasks import CLASSES
from animviz.errors import SceneError
from animviz.parts import Sheet, grid_lines, planar_inputs
from animviz.recording.replay.layers import is_dense_chain
from animviz.recording.state import State

from .families.blocks import hidden_blocks
from .families.endings import classes_in_words
from .families.stations import Stations
from .families.unfold_space import UnfoldSpace
from .families.unfolding import Way

MOST_LAYERS = 24  # through which one can follow
RULER = 58.0  # units of height of the line of stations
CUT = 0.9  # share of time of the cut
HOLD = 0.45  # likewise, of standing still after each layer
PARTED = 0.9  # of the samples: with fewer on their side, classes are not called parted
TIMES = ("Unbent", "Bent once", "Bent twice", "Bent three times", "Bent four times")


@scene(experiment="two_rings", group="way", tasks=CLASSES, through="layers")
def unfold(
    stage: Stage, recording: Recording, *, epoch: Annotated[float, Range(0)] | None = None,
    grid: Annotated[int, Range(0, 61)] = 17,
) -> Draw:  # fmt: skip
    """One network, layer by layer: a plane turned, stretched and squashed until a straight cut parts the classes.

    Args:
        stage: where to draw.
        recording: of a chain of dense layers with two inputs and up to ten classes.
        epoch: whose weights are shown; by default those of the last one that has not diverged.
        grid: lines of the input grid in each direction.
    """
    class_count(recording, "unfold")
    inputs = planar_inputs(recording, "unfold")
    if not is_dense_chain(recording.layers):
        strange = next(layer.kind for layer in recording.layers if layer.kind not in ("Dense", "Dropout"))
        raise SceneError(f"unfold draws dense layers alone; {recording.path} has {strange} layers too: see rings")
    if (count := len(hidden_blocks(recording)[0])) > MOST_LAYERS:
        raise SceneError(
            f"unfold goes through up to {MOST_LAYERS} hidden layers; {recording.path} has {count}: see layers"
        )
    state = sampled_states(recording)[-1] if epoch is None else recording.at(epoch)
    way = Way(recording, state, inputs)
    space = UnfoldSpace(recording, state, way, inputs, grid_lines(inputs, grid) if grid else None)
    sheet = Sheet(
        stage, recording, _title(recording, state, way),
        foot=[
            "lines: the input grid" if grid else "",
            *(f"{one.words}: {one.units} units, seen along {100 * one.kept:.0f} % of the variance" for one in space.projected),
        ],
    )  # fmt: skip
    room = sheet.room
    space.set_up(stage, Box(room.left, room.top, room.width, room.height - RULER), labels_of(recording, "unfold"))
    times = [(step.time, HOLD * last) for step, last in zip(way.steps, _ends(way), strict=True)]
    stations = Stations(
        stage, Box(room.left, room.bottom - RULER, room.width, RULER), _names(way, cut=bool(space.decides)),
        [*times, (CUT, HOLD)],
    )  # fmt: skip

    def draw(moment: Moment) -> None:
        place, share = stations.show(moment.progress)
        space.show(place, share)
        sheet.show(state)

    return draw


def _ends(way: Way) -> list[bool]:
    """Say of each step whether it is the last of its layer."""
    numbers = [step.layer for step in way.steps]
    return [number != following for number, following in pairwise([*numbers, None])]


def _names(way: Way, *, cut: bool) -> list[str]:
    """Return what each station is called: where points come from, what each step does, and the end."""
    named = [
        f"{step.before.units} → {step.after.units} units" if step.what == "affine" else step.what for step in way.steps
    ]
    return [*named, "cut" if cut else "end"]


def _title(recording: Recording, state: State, way: Way) -> str:
    """Say how often the plane is bent, and whether a cut parts the classes then."""
    bends = sum(step.what != "affine" for step in way.steps)
    classes = classes_in_words(recording)
    labels = labels_of(recording, "unfold")
    share = float(np.mean(predictions(state)[labels >= 0] == labels[labels >= 0]))
    how = TIMES[bends] if bends < len(TIMES) else f"Bent {bends} times"
    if len(np.unique(labels[labels >= 0])) < 2:
        return f"{how}, the plane of one class"
    if share < PARTED:
        return f"{how}, {classes} do not part"
    cuts = "a straight cut" if len(recording.output.class_names) == 2 else "straight cuts"
    return f"{how}, {classes} part at {cuts}"
