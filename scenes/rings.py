"""The hidden space of a classifier of the plane, warping around its decision boundary while the network learns.

After Olah, "Neural Networks, Manifolds, and Topology" (2014), and the teaching notebooks on concentric rings.
"""

from typing import Annotated

import numpy as np

from animviz import Box, Draw, Moment, Range, Recording, Stage, scene
from animviz.analysis.decision import class_count, last_hidden
from animviz.analysis.plane import input_limits
from animviz.arrays import Array
from animviz.parts import MARGIN, Diagram, HiddenSpace, InputPlane, Ruler, Sheet, planar_inputs

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
    hidden = HiddenSpace(recording, last_hidden(recording), inputs, grid_lines(inputs, grid))
    flips = f"{stage.theme.ink_name}: where the answer flips"
    sheet = Sheet(
        stage,
        recording,
        f"hidden space of {recording.manifest.arch}",
        numbers=["epoch", "loss", "accuracy"],
        foot=["lines: the input grid, bent by the network", flips, hidden.projection.note],
    )
    boxes = _layout(stage, sheet.room)
    hidden.set_up(stage, boxes["hidden"], points=points)
    plane = InputPlane(stage, boxes["input"], recording, inputs, points=points, line=2.6)
    network = Diagram(stage, boxes["network"], recording)
    ruler = Ruler(stage, boxes["ruler"], recording)
    for name, label in (("input", "input space"), ("network", "network"), ("ruler", f"{ruler.name} over epochs")):
        stage.text(boxes[name].left, boxes[name].top - 12, label, color=stage.theme.quiet)

    def draw(moment: Moment) -> None:
        state = recording.at(moment.epoch)
        hidden.show(state, moment)
        plane.show(state)
        network.show(state)
        ruler.show(moment.epoch)
        sheet.show(state)

    return draw


def grid_lines(inputs: Array, count: int) -> Array:
    """Return the grid of the input space as polylines, float32 of shape (2 * count, LINE_POINTS, 2)."""
    x, y = input_limits(inputs)
    along = [np.linspace(low, high, LINE_POINTS, dtype=np.float32) for low, high in (x, y)]
    across = [np.linspace(low, high, count, dtype=np.float32) for low, high in (x, y)]
    upright = [np.stack([np.full(LINE_POINTS, at, np.float32), along[1]], axis=1) for at in across[0]]
    level = [np.stack([along[0], np.full(LINE_POINTS, at, np.float32)], axis=1) for at in across[1]]
    return np.array(upright + level).reshape(-1, LINE_POINTS, 2)


def _layout(stage: Stage, room: Box) -> dict[str, Box]:
    """Return the boxes of the four panels: two columns in wide and square frames, rows in tall ones."""
    top, bottom, width = room.top, room.bottom, room.width
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
    column = room.right - left
    hidden = Box(MARGIN, top, side, side)
    if wide:
        plane = min(300.0, 0.56 * column, bottom - top - 56 - 210)
        network = Box(left + plane + 44, top + 56, column - plane - 44, plane)
        return _boxes(hidden, Box(left, top + 56, plane, plane), network, Box(left, bottom - 166, column, 166))
    first = top + 24
    if bottom - hidden.bottom >= 120:  # room below the square: the ruler takes it
        plane = min(column, side - 24)
        network = Box(left, first + plane + 44, column, hidden.bottom - first - plane - 44)
        ruler = Box(MARGIN, hidden.bottom + 40, width, bottom - hidden.bottom - 40)
        return _boxes(hidden, Box(left, first, plane, plane), network, ruler)
    plane = min(column, 0.4 * (bottom - first))
    rest = (bottom - first - plane) / 2
    network = Box(left, first + plane + 36, column, rest - 36)
    return _boxes(hidden, Box(left, first, plane, plane), network, Box(left, bottom - rest + 44, column, rest - 44))


def _boxes(hidden: Box, plane: Box, network: Box, ruler: Box) -> dict[str, Box]:
    return {"hidden": hidden, "input": plane, "network": network, "ruler": ruler}
