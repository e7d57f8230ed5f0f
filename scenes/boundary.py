"""The input plane at full size, tinted by what the network predicts while it learns."""

from animviz import Moment, Recording, Stage, scene
from animviz.decision import class_count
from animviz.panels import ACCURACY, LOSS, Header, Ruler, epoch_number, foot
from animviz.stage import MARGIN, Box, Draw

from ._plane import InputPlane, planar_inputs


@scene(experiment="two_rings")
def boundary(stage: Stage, recording: Recording, *, points: bool = True) -> Draw:
    """Decision boundary of a classifier in the plane of its inputs.

    Args:
        stage: where to draw.
        recording: of a classifier with two inputs and up to ten classes.
        points: draw the training points.
    """
    class_count(recording, "boundary")
    inputs = planar_inputs(recording, "boundary")
    title = f"{recording.manifest.title}, decisions of {recording.manifest.arch}"
    header = Header(stage, title, [epoch_number(recording), LOSS, ACCURACY])
    bottom = foot(stage, "colour: the predicted class", f"{stage.theme.ink_name}: where the answer flips")
    plane_box, ruler_box = _layout(stage, header.bottom, bottom - 14)
    plane = InputPlane(stage, plane_box, recording, inputs, points=points, line=3.5)
    ruler = Ruler(stage, ruler_box, recording)
    stage.text(ruler_box.left, ruler_box.top - 16, f"{ruler.name} over epochs", color=stage.theme.quiet)

    def draw(moment: Moment) -> None:
        state = recording.at(moment.epoch)
        scores = state.snapshot.scores
        plane.show(state)
        ruler.show(moment.epoch)
        header.show(state.snapshot.epoch, scores.get("loss", float("nan")), 100 * scores.get("accuracy", float("nan")))

    return draw


def _layout(stage: Stage, top: float, bottom: float) -> tuple[Box, Box]:
    """Return the boxes of plane and ruler: beside each other in wide frames, else one below the other."""
    side = bottom - top
    if stage.width - side - 2 * MARGIN >= 300:
        right = MARGIN + side + 48
        return Box(MARGIN, top, side, side), Box(right, bottom - 190, stage.width - MARGIN - right, 190)
    side = min(stage.width - 2 * MARGIN, side - 190)
    left = (stage.width - side) / 2
    return Box(left, top, side, side), Box(MARGIN, bottom - 140, stage.width - 2 * MARGIN, 140)
