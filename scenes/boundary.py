"""The input plane at full size, tinted by what the network predicts while it learns."""

from animviz import Draw, Moment, Recording, Stage, scene
from animviz.analysis.decision import class_count
from animviz.analysis.tasks import CLASSES
from animviz.parts import InputPlane, Key, Ruler, Sheet, planar_inputs, plane_ruler_key


@scene(experiment="two_rings", tasks=CLASSES)
def boundary(stage: Stage, recording: Recording, *, points: bool = True) -> Draw:
    """Decision boundary of a classifier in the plane of its inputs.

    Args:
        stage: where to draw.
        recording: of a classifier with two inputs and up to ten classes.
        points: draw the training points.
    """
    class_count(recording, "boundary")
    inputs = planar_inputs(recording, "boundary")
    sheet = Sheet(
        stage,
        recording,
        f"decisions of {recording.manifest.arch}",
        numbers=["epoch", "loss", "accuracy"],
        foot=["colour: the predicted class", f"{stage.theme.ink_name}: where the answer flips"],
    )
    plane_box, ruler_box, key_box = plane_ruler_key(sheet.room)
    plane = InputPlane(stage, plane_box, recording, inputs, points=points, line=3.5)
    key = Key(stage, key_box, recording)
    ruler = Ruler(stage, ruler_box, recording)
    stage.text(ruler_box.left, ruler_box.top - 16, f"{ruler.name} over epochs", color=stage.theme.quiet)

    def draw(moment: Moment) -> None:
        state = recording.at(moment.epoch)
        plane.show(state)
        key.show(state)
        ruler.show(moment.epoch)
        sheet.show(state)

    return draw
