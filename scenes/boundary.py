"""The input plane at full size, tinted by what the network predicts while it learns."""

from animviz import Moment, Recording, Stage, scene
from animviz.analysis.decision import class_count
from animviz.moment import Draw
from animviz.parts.header import ACCURACY, LOSS, Header, epoch_number, foot
from animviz.parts.key import Key, plane_ruler_key
from animviz.parts.plane import InputPlane, planar_inputs
from animviz.parts.ruler import Ruler


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
    plane_box, ruler_box, key_box = plane_ruler_key(stage, header.bottom, bottom - 14)
    plane = InputPlane(stage, plane_box, recording, inputs, points=points, line=3.5)
    key = Key(stage, key_box, recording)
    ruler = Ruler(stage, ruler_box, recording)
    stage.text(ruler_box.left, ruler_box.top - 16, f"{ruler.name} over epochs", color=stage.theme.quiet)

    def draw(moment: Moment) -> None:
        state = recording.at(moment.epoch)
        scores = state.snapshot.scores
        plane.show(state)
        key.show(state)
        ruler.show(moment.epoch)
        header.show(state.snapshot.epoch, scores.get("loss", float("nan")), 100 * scores.get("accuracy", float("nan")))

    return draw
