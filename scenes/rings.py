"""The hidden space of a classifier of the plane, warping around its decision boundary while the network learns.

After Olah, "Neural Networks, Manifolds, and Topology" (2014), and the teaching notebooks on concentric rings.
"""

from collections.abc import Sequence
from typing import Annotated, Any

from animviz import Box, Draw, Moment, Range, Recording, Stage, scene
from animviz.analysis.decision import class_count, last_hidden
from animviz.analysis.tasks import CLASSES
from animviz.parts import (
    LABEL,
    Diagram,
    HiddenSpace,
    InputPlane,
    Legend,
    Ruler,
    Sheet,
    grid_lines,
    planar_inputs,
)

LEAST = 90.0  # units of height of the network


@scene(experiment="two_rings", tasks=CLASSES)
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
    names = recording.output.class_names
    classes = Legend(stage, names, stage.theme.palette(len(names)), _column(stage, sheet.room)[1])
    boxes = _layout(stage, sheet.room, classes.height)
    hidden.set_up(stage, boxes["hidden"], points=points)
    plane = InputPlane(stage, boxes["input"], recording, inputs, points=points, line=2.6)
    classes.put(boxes["input"].left, boxes["input"].bottom + 6)
    network = Diagram(stage, boxes["network"], recording)
    ruler = Ruler(stage, boxes["ruler"], recording, scale=True)
    for name, label in (("input", "input space"), ("network", "weights"), ("ruler", f"{ruler.name} over epochs")):
        stage.text(boxes[name].left, boxes[name].top - 12, label, color=stage.theme.quiet)
    _signs(stage, boxes["network"], network.colors)

    def draw(moment: Moment) -> None:
        state = recording.at(moment.epoch)
        hidden.show(state, moment)
        plane.show(state)
        network.show(state)
        ruler.show(moment.epoch)
        sheet.show(state)

    return draw


def _signs(stage: Stage, network: Box, colors: Sequence[Any]) -> None:
    """Say beside the label of the network which colour is which sign."""
    left = network.left + stage.measure("weights", LABEL) + 18
    room = network.right - left
    fits = sum(stage.measure(name, LABEL) + 50 for name in ("above 0", "below 0")) < room
    Legend(stage, ("above 0", "below 0") if fits else ("+", "−"), colors, room).put(left, network.top - 34)


def _column(stage: Stage, room: Box) -> tuple[float, float]:
    """Return the side of the hidden space, and the width of the panels beside or below it."""
    if stage.height > 1.2 * stage.width:
        return min(room.width, 0.52 * room.height), room.width
    side = min(room.height, 0.6 * room.width)
    return side, room.width - side - (56 if stage.width >= 1150 else 40)


def _layout(stage: Stage, room: Box, classes: float) -> dict[str, Box]:
    """Return the boxes of the four panels: two columns in wide and square frames, rows in tall ones.

    Args:
        stage: where.
        room: for all of them.
        classes: units of height that the names of the classes take below the input space.
    """
    left, top, bottom, width = room.left, room.top, room.bottom, room.width
    side, column = _column(stage, room)
    if stage.height > 1.2 * stage.width:
        below = top + side + 48
        plane = min(0.5 * width - 22, bottom - below - 220 - classes)
        return {
            "hidden": Box(left + (width - side) / 2, top, side, side),
            "input": Box(left, below, plane, plane),
            "network": Box(left + plane + 44, below, width - plane - 44, plane),
            "ruler": Box(left, bottom - 160, width, 160),
        }
    hidden, right = Box(left, top, side, side), room.right - column
    if stage.width >= 1150:
        plane = min(300.0, 0.56 * column, bottom - top - 56 - 210 - classes)
        network = Box(right + plane + 44, top + 56, column - plane - 44, plane)
        return _boxes(hidden, Box(right, top + 56, plane, plane), network, Box(right, bottom - 166, column, 166))
    first = top + 24
    if bottom - hidden.bottom >= 120:  # room below the square: the ruler takes it
        plane = min(column, side - 24 - 44 - classes - LEAST)
        below = first + plane + classes + 44
        ruler = Box(left, hidden.bottom + 40, width, bottom - hidden.bottom - 40)
        return _boxes(hidden, Box(right, first, plane, plane), Box(right, below, column, hidden.bottom - below), ruler)
    plane = min(column, 0.4 * (bottom - first - classes))
    rest = (bottom - first - plane - classes) / 2
    network = Box(right, first + plane + classes + 44, column, rest - 44)
    return _boxes(hidden, Box(right, first, plane, plane), network, Box(right, bottom - rest + 44, column, rest - 44))


def _boxes(hidden: Box, plane: Box, network: Box, ruler: Box) -> dict[str, Box]:
    return {"hidden": hidden, "input": plane, "network": network, "ruler": ruler}
