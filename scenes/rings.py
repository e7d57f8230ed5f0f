"""The hidden space of a classifier of the plane, warping around its decision boundary while the network learns.

After Olah, "Neural Networks, Manifolds, and Topology" (2014), and the teaching notebooks on concentric rings.
"""

from typing import Annotated

import numpy as np

from animviz import Moment, Recording, Stage, scene
from animviz.analysis.decision import class_count, input_limits, last_hidden
from animviz.arrays import Array
from animviz.moment import Draw
from animviz.options import Range
from animviz.parts.diagram import Network
from animviz.parts.header import ACCURACY, LOSS, Header, epoch_number, foot
from animviz.parts.plane import InputPlane, planar_inputs
from animviz.parts.ruler import Ruler
from animviz.parts.space import HiddenSpace
from animviz.stage.box import MARGIN, Box

LINE_POINTS = 121  # vertices of a bent grid line


@scene(experiment="two_rings")
def rings(stage: Stage, recording: Recording, *, grid: Annotated[int, Range(0, 101)] = 21, points: bool = True) -> Draw:
    """Hidden space of a ring classifier, warping around its decision boundary.

    Args:
        stage: where to draw.
        recording: of a chain of dense layers with two inputs and up to ten classes.
        grid: lines of the input grid in each direction.
        points: draw the training points.
    """
    class_count(recording, "rings")
    inputs = planar_inputs(recording, "rings")
    title = f"{recording.manifest.title}, hidden space of {recording.manifest.arch}"
    header = Header(stage, title, [epoch_number(recording), LOSS, ACCURACY])
    hidden = HiddenSpace(recording, last_hidden(recording), inputs, grid_lines(inputs, grid))
    flips = f"{stage.theme.ink_name}: where the answer flips"
    bottom = foot(stage, *filter(None, ["lines: the input grid, bent by the network", flips, hidden.projection.note]))
    boxes = _layout(stage, header.bottom, bottom - 14)
    hidden.set_up(stage, boxes["hidden"], points=points)
    plane = InputPlane(stage, boxes["input"], recording, inputs, points=points, line=2.6)
    network = Network(stage, boxes["network"], recording)
    ruler = Ruler(stage, boxes["ruler"], recording)
    for name, label in (("input", "input space"), ("network", "network"), ("ruler", f"{ruler.name} over epochs")):
        stage.text(boxes[name].left, boxes[name].top - 12, label, color=stage.theme.quiet)

    def draw(moment: Moment) -> None:
        state = recording.at(moment.epoch)
        scores = state.snapshot.scores
        hidden.show(state, moment)
        plane.show(state)
        network.show(state)
        ruler.show(moment.epoch)
        header.show(state.snapshot.epoch, scores.get("loss", np.nan), 100 * scores.get("accuracy", np.nan))

    return draw


def grid_lines(inputs: Array, count: int) -> Array:
    """Return the grid of the input space as polylines, float32 of shape (2 * count, LINE_POINTS, 2)."""
    x, y = input_limits(inputs)
    along = [np.linspace(low, high, LINE_POINTS, dtype=np.float32) for low, high in (x, y)]
    across = [np.linspace(low, high, count, dtype=np.float32) for low, high in (x, y)]
    upright = [np.stack([np.full(LINE_POINTS, at, np.float32), along[1]], axis=1) for at in across[0]]
    level = [np.stack([along[0], np.full(LINE_POINTS, at, np.float32)], axis=1) for at in across[1]]
    return np.array(upright + level).reshape(-1, LINE_POINTS, 2)


def _layout(stage: Stage, top: float, bottom: float) -> dict[str, Box]:
    """Return the boxes of the four panels: two columns in wide and square frames, rows in tall ones."""
    width = stage.width - 2 * MARGIN
    if stage.height > 1.2 * stage.width:
        side = min(width, 0.52 * (bottom - top))
        below = top + side + 48
        plane = min(0.5 * width - 22, bottom - below - 220)
        return {
            "hidden": Box((stage.width - side) / 2, top, side, side),
            "input": Box(MARGIN, below, plane, plane),
            "network": Box(MARGIN + plane + 44, below, width - plane - 44, plane),
            "ruler": Box(MARGIN, bottom - 160, width, 160),
        }
    wide = stage.width >= 1150
    side = min(bottom - top, 0.6 * width)
    left = MARGIN + side + (56 if wide else 40)
    room = stage.width - MARGIN - left
    hidden = Box(MARGIN, top, side, side)
    if wide:
        plane = min(300.0, 0.56 * room, bottom - top - 56 - 210)
        network = Box(left + plane + 44, top + 56, room - plane - 44, plane)
        return _boxes(hidden, Box(left, top + 56, plane, plane), network, Box(left, bottom - 166, room, 166))
    first = top + 24
    if bottom - hidden.bottom >= 120:  # room below the square: the ruler takes it
        plane = min(room, side - 24)
        network = Box(left, first + plane + 44, room, hidden.bottom - first - plane - 44)
        return _boxes(
            hidden,
            Box(left, first, plane, plane),
            network,
            Box(MARGIN, hidden.bottom + 40, width, bottom - hidden.bottom - 40),
        )
    plane = min(room, 0.4 * (bottom - first))
    rest = (bottom - first - plane) / 2
    network = Box(left, first + plane + 36, room, rest - 36)
    return _boxes(hidden, Box(left, first, plane, plane), network, Box(left, bottom - rest + 44, room, rest - 44))


def _boxes(hidden: Box, plane: Box, network: Box, ruler: Box) -> dict[str, Box]:
    return {"hidden": hidden, "input": plane, "network": network, "ruler": ruler}
