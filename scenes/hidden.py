"""The hidden space of any classifier: all samples as points, and the decision of the layers that follow.

What `rings` shows for points of the plane. After the teaching notebooks that squeeze digits through two units
(784-128-2-10), and Olah, "Neural Networks, Manifolds, and Topology" (2014).
"""

from animviz import Box, Draw, Moment, Recording, Stage, scene
from animviz.analysis.decision import class_count, last_hidden
from animviz.analysis.tasks import CLASSES
from animviz.errors import SceneError
from animviz.parts import LABEL, HiddenSpace, Ruler, Sheet

from .families.class_shares import ClassShares
from .families.endings import DIVERGED, classes_in_words, count_in_words, share_right, told_apart

COLUMN, ABOVE = 0.24, 34.0  # of the room, and units above the space
LEAST, MOST = 120.0, 240.0  # units of height of the ruler


@scene(experiment="digits_plane", group="way", tasks=CLASSES)
def hidden(stage: Stage, recording: Recording, *, layer: str = "") -> Draw:
    """Hidden space of any classifier: samples as points, and how the layers behind divide it.

    Args:
        stage: where to draw.
        recording: of a classifier of up to ten classes, whose layers behind the hidden one are dense.
        layer: name of the hidden layer; by default the last one. Two units are shown as they are, three turn in
            space, more are projected.

    Raises:
        SceneError: the recording is not of such a classifier, or the layer is not flat.
    """
    heading = f"layer {layer}" if layer else "last hidden layer"
    layer = layer or last_hidden(recording)
    class_count(recording, "hidden")
    if layer == "input" and heading == "last hidden layer":
        raise SceneError(f"hidden draws hidden layers; {recording.path} has none, see boundary and umap for its inputs")
    inputs = recording.single_input(recording.inputs)
    space = HiddenSpace(recording, layer, inputs)
    units = recording.at(recording.epochs[0]).activations(layer, inputs[:1]).shape[1:]
    if len(units) != 1:
        raise SceneError(f"hidden draws flat layers; {layer!r} puts out {units}, choose another --layer")
    ink = stage.theme.ink_name
    decided = {
        "line": f"tint: the answer there, {ink}: where it flips",
        "plane": f"{ink} plane: where the answer flips",
    }
    sheet = Sheet(
        stage,
        recording,
        _title(recording, units[0]),
        numbers=["epoch", "loss", "accuracy"],
        foot=["points: samples, in the colour of their true class", decided.get(space.decides, "")],
    )
    plane, shares_box, ruler_box = _layout(sheet.room, len(recording.output.class_names))
    space.set_up(stage, plane, heading=heading, named=True)
    shares = ClassShares(stage, shares_box, recording) if shares_box is not None else None
    ruler = Ruler(stage, ruler_box, recording)
    stage.text(ruler_box.left, ruler_box.top - 12, ruler.name, color=stage.theme.quiet)

    def draw(moment: Moment) -> None:
        state = recording.at(moment.epoch)
        space.show(state, moment)
        if shares is not None:
            shares.show(moment.epoch)
        ruler.show(moment.epoch)
        sheet.show(state)

    return draw


def _title(recording: Recording, units: int) -> str:
    """Say how many samples the layer's units let the network tell apart in the end."""
    share = share_right(recording)
    if share is None:
        return DIVERGED
    who = count_in_words(units, "unit")
    verb = "tells" if units == 1 else "tell"
    apart = told_apart(recording)
    if not apart:
        verb = f"{'does' if units == 1 else 'do'} not tell"
    rightly = "" if share == 1 or not apart else f", {100 * share:.0f} % rightly"
    return f"{who[0].upper()}{who[1:]} {verb} {classes_in_words(recording)} apart{rightly}"


def _layout(room: Box, classes: int) -> tuple[Box, Box | None, Box]:
    """Return the boxes of space, shares and ruler: a column beside the space, or a strip below it in tall rooms."""
    top = room.top + ABOVE
    if room.width > 1.2 * room.height:
        column = max(200.0, COLUMN * room.width)
        plane = Box(room.left, top, room.width - column - 40, room.bottom - top)
        left, least = plane.right + 40, ClassShares.least(classes) + LABEL + 30
        high = min(MOST, max(LEAST, room.height - least))
        ruler = Box(left, room.bottom - high, column, high)
        return plane, Box(left, room.top, column, ruler.top - LABEL - 30 - room.top), ruler
    low = min(LEAST, 0.2 * room.height)
    plane = Box(room.left, top, room.width, room.bottom - low - LABEL - 24 - top)
    return plane, None, Box(room.left, room.bottom - low, room.width, low)
