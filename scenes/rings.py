"""The hidden space of a classifier of the plane, warping around its decision boundary while the network learns.

After Olah, "Neural Networks, Manifolds, and Topology" (2014), and the teaching notebooks on concentric rings.
"""

from typing import Annotated

from animviz import Box, Draw, Moment, Range, Recording, Stage, scene
from animviz.analysis.decision import class_count, last_hidden
from animviz.analysis.tasks import CLASSES
from animviz.parts import LABEL, MARGIN, Diagram, HiddenSpace, InputPlane, Ruler, Sheet, grid_lines, planar_inputs

from .families.endings import DIVERGED, classes_in_words, count_in_words, hidden_widths, share_right

HEADING = 34.0  # units of a line above a panel
BETWEEN = 44.0  # units between two panels
LOW = 62.0  # units of a ruler without a scale
UNIT, NETWORK = 30.0, 160.0  # units of height for each unit of a layer in a square frame, and at most for all
FEW = 5  # classes that are named in the small plane; more are named in the large space
PARTED = 0.9  # of the samples: with fewer on their side, classes are not called parted


@scene(experiment="two_rings", group="way", tasks=CLASSES)
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
    lines = grid_lines(inputs, grid)
    hidden = HiddenSpace(recording, last_hidden(recording), inputs, lines)
    sheet = Sheet(
        stage,
        recording,
        _title(recording),
        numbers=["epoch", "loss", "accuracy"],
        foot=[
            "lines: the input grid, bent by the network" if grid else "",
            f"{stage.theme.ink_name}{' plane' if hidden.decides == 'plane' else ''}: where the answer flips",
        ],
    )
    boxes = _layout(stage, sheet.room, max([2, *hidden_widths(recording)]))
    few = len(recording.output.class_names) <= FEW
    what = "last hidden layer" if hidden_widths(recording) else "input space"
    hidden.set_up(stage, boxes["hidden"], points=points, heading=what, named=not few)
    plane = InputPlane(stage, boxes["input"], recording, inputs, points=points, line=2.6, grid=lines, named=few)
    network = Diagram(stage, boxes["network"], recording, inputs)
    ruler = Ruler(stage, boxes["ruler"], recording, scale=boxes["ruler"].height > LOW)
    _label(stage, boxes["input"], "input space")
    _label(stage, boxes["network"], "each unit over the inputs", "units over the inputs", "units")
    below = boxes["network"].bottom + 30 + 12
    _label(stage, boxes["network"], "dashed: weights below 0", "dashed: below 0", "dashed: < 0", baseline=below)
    if boxes["ruler"].height > LOW:
        _label(stage, boxes["ruler"], f"{ruler.name} over epochs")
    else:
        stage.text(MARGIN, boxes["ruler"].bottom - 34, "loss", color=stage.theme.quiet)

    def draw(moment: Moment) -> None:
        state = recording.at(moment.epoch)
        hidden.show(state, moment)
        plane.show(state)
        network.show(state)
        ruler.show(moment.epoch)
        sheet.show(state)

    return draw


def _title(recording: Recording) -> str:
    """Say who parts what, and whether they are parted in the end."""
    share = share_right(recording)
    if share is None:
        return DIVERGED
    widths, classes = hidden_widths(recording), classes_in_words(recording)
    who, verb = _who(widths), "parts" if len(widths) in (0, 2) or widths == [1] else "part"
    if share < PARTED:
        verb = f"{'does' if verb == 'parts' else 'do'} not part"
    but = "" if share == 1 or share < PARTED else f", but for {max(0.1, 100 * (1 - share)):.1f} %"
    return f"{who[0].upper()}{who[1:]} {verb} {classes}{but}"


def _who(widths: list[int]) -> str:
    """Say how many units part the classes, layer by layer where there are two of them."""
    if len(widths) > 2:
        return f"{count_in_words(len(widths))} hidden layers"
    if len(widths) == 2:
        return f"a net of {count_in_words(widths[0])} and {count_in_words(widths[1], 'unit')}"
    return count_in_words(widths[0], "unit") if widths else "a straight cut"


def _label(stage: Stage, box: Box, *labels: str, baseline: float | None = None) -> None:
    """Write the first of these labels for which there is room, above a panel unless a baseline is given."""
    fitting = (label for label in labels if stage.measure(label, LABEL) <= box.width)
    stage.text(box.left, baseline or box.top - 12, next(fitting, labels[-1]), color=stage.theme.quiet)


def _layout(stage: Stage, room: Box, units: int) -> dict[str, Box]:
    """Return the boxes of the four panels: two columns in wide frames, all above the ruler in square ones, rows in tall ones."""
    if stage.height > 1.5 * stage.width:
        return _rows(room)
    return _wide(room) if stage.width >= 850 else _square(room, units)


def _rows(room: Box) -> dict[str, Box]:
    side = min(room.width, 0.5 * room.height)
    hidden = Box(room.left + (room.width - side) / 2, room.top + HEADING, side, side)
    below = hidden.bottom + HEADING + 14
    plane = min(0.5 * room.width, room.bottom - below - 200)
    network = Box(room.left + plane + BETWEEN, below, room.width - plane - BETWEEN, plane - HEADING)
    return _boxes(
        hidden, Box(room.left, below, plane, plane), network, Box(room.left, room.bottom - 150, room.width, 150)
    )


def _wide(room: Box) -> dict[str, Box]:
    top, side = room.top + HEADING, min(room.height - HEADING, 0.5 * room.width)
    hidden = Box(room.left, top, side, side)
    left = hidden.right + 0.043 * room.width
    width, between = room.right - left, min(BETWEEN, 0.08 * (room.right - left))
    plane = min(0.54 * width, side - 210)
    network = Box(left + plane + between, top, width - plane - between, plane - HEADING)
    return _boxes(hidden, Box(left, top, plane, plane), network, Box(left, hidden.bottom - 166, width, 166))


def _square(room: Box, units: int) -> dict[str, Box]:
    ruler = Box(room.left + 60, room.bottom - LOW, room.width - 60, LOW)
    top = room.top + HEADING
    side = min(ruler.top - 16 - top, 0.58 * room.width)
    hidden = Box(room.left, top, side, side)
    if ruler.top - hidden.bottom > LOW:  # upright, where the ruler has the rest
        high = room.bottom - hidden.bottom - 2 * HEADING
        ruler = Box(room.left, room.bottom - high, room.width, high)
    right = hidden.right + 30
    plane = min(room.right - right, side - 2 * HEADING - min(max(80.0, UNIT * units), NETWORK))
    below = top + plane + HEADING + 6
    network = Box(right, below, room.right - right, hidden.bottom - below - HEADING)
    return _boxes(hidden, Box(right, top, plane, plane), network, ruler)


def _boxes(hidden: Box, plane: Box, network: Box, ruler: Box) -> dict[str, Box]:
    return {"hidden": hidden, "input": plane, "network": network, "ruler": ruler}
