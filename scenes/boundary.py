"""The input plane at full size: the straight cuts of the hidden units, and the boundary that they make together.

The cuts are the picture of Minsky and Papert, "Perceptrons" (1969): each unit divides the plane by a straight line.
"""

from animviz import Box, Draw, Moment, Recording, Stage, scene
from animviz.analysis.decision import class_count
from animviz.analysis.tasks import CLASSES
from animviz.parts import LABEL, Diagram, InputPlane, Ruler, Sheet, planar_inputs
from animviz.recording.replay.layers import is_dense_chain

from .families.endings import (
    DIVERGED,
    classes_in_words,
    count_in_words,
    hidden_widths,
    in_title,
    share_right,
    told_apart,
)

RULER = 150.0  # units of height; below the plane of a tall frame up to twice as much
LETTERS = 24  # of the names of two classes in the title
COLUMN = 0.26  # of the room, for what stands beside the plane


@scene(experiment="two_rings", group="learning", tasks=CLASSES)
def boundary(stage: Stage, recording: Recording, *, points: bool = True) -> Draw:
    """Decision boundary of a classifier in the plane of its inputs, with the cut of each hidden unit.

    Args:
        stage: where to draw.
        recording: of a classifier with two inputs and up to ten classes.
        points: draw the training points.
    """
    class_count(recording, "boundary")
    inputs = planar_inputs(recording, "boundary")
    bends = is_dense_chain(recording.layers)  # where normalised sums are 0, no straight lines say
    cuts = "thin lines: where the weighted sum of a first-layer unit is 0" if bends and hidden_widths(recording) else ""
    dots = "ground: the answer, dots: the truth" if points else "ground: the answer"
    sheet = Sheet(stage, recording, _title(recording), numbers=["epoch", "loss", "accuracy"], foot=[dots, cuts])
    plane_box, network_box, ruler_box = _layout(sheet.room)
    plane = InputPlane(stage, plane_box, recording, inputs, points=points, line=4, units=bends)
    network = Diagram(stage, network_box, recording, inputs)
    ruler = Ruler(stage, ruler_box, recording)
    for box, label in ((network_box, "each unit"), (ruler_box, ruler.name)):
        stage.text(box.left, box.top - 12, label, color=stage.theme.quiet)
    stage.text(network_box.left, network_box.bottom + 40, "dashed: below 0", color=stage.theme.quiet)

    def draw(moment: Moment) -> None:
        state = recording.at(moment.epoch)
        plane.show(state)
        network.show(state)
        ruler.show(moment.epoch)
        sheet.show(state)

    return draw


def _title(recording: Recording) -> str:
    """Say which lines make which boundary."""
    if share_right(recording) is None:
        return DIVERGED
    widths, names = hidden_widths(recording), recording.output.class_names
    lines = count_in_words(widths[0], "line") if widths else "one straight line"
    if not is_dense_chain(recording.layers):
        widths, lines = [], "the network"
    if len(widths) > 1 and widths[0] > 1:  # the layers behind bend what the lines make
        who, verb = f"A curve bent from {lines}", "parts"
    else:
        who, verb = f"{lines[0].upper()}{lines[1:]}", "part" if widths and widths[0] > 1 else "parts"
    if not told_apart(recording):
        return f"{who} {'does' if verb == 'parts' else 'do'} not part {classes_in_words(recording)}"
    both = " and ".join(map(in_title, names))
    if len(names) == 2 and len(both) <= LETTERS:
        return f"{who} {verb} {both}"
    return f"{who} {verb} {count_in_words(len(names), 'class', 'classes')}"


def _layout(room: Box) -> tuple[Box, Box, Box]:
    """Return the boxes of plane, network and ruler: the plane takes what it can, the others a column or a strip."""
    if room.width > 1.2 * room.height:
        column = max(230.0, COLUMN * room.width)
        plane = Box(room.left, room.top, room.width - column - 40, room.height)
        left, top = plane.right + 40, room.top + LABEL + 12
        network = Box(left, top, column, room.height - RULER - 2 * (LABEL + 12) - 70)
        return plane, network, Box(left, room.bottom - RULER, column, RULER)
    low = max(min(RULER, 0.24 * room.height), min(2 * RULER, room.height - room.width - LABEL - 28))
    plane = Box(room.left, room.top, room.width, room.height - low - LABEL - 28)
    half = (room.width - 40) / 2
    top = room.bottom - low
    return plane, Box(room.left, top, half, low - 50), Box(room.left + half + 40, top, half, low)
