"""The hidden space of any classifier: all samples as points, and the decision of the layers that follow.

What `rings` shows for points of the plane. After the teaching notebooks that squeeze digits through two units
(784-128-2-10), and Olah, "Neural Networks, Manifolds, and Topology" (2014).
"""

from animviz import Draw, Moment, Recording, Stage, scene
from animviz.analysis.decision import class_count, last_hidden
from animviz.analysis.tasks import CLASSES
from animviz.errors import SceneError
from animviz.parts import HiddenSpace, Key, Ruler, Sheet, plane_ruler_key


@scene(experiment="digits_plane", tasks=CLASSES)
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
    layer = layer or last_hidden(recording)
    class_count(recording, "hidden", after=layer)
    inputs = recording.single_input(recording.inputs)
    space = HiddenSpace(recording, layer, inputs)
    units = recording.at(0.0).activations(layer, inputs[:1]).shape[1:]
    if len(units) != 1:
        raise SceneError(f"hidden draws flat layers; {layer!r} puts out {units}, choose another --layer")
    flips = f"{stage.theme.ink_name}: where it changes"
    decided = ["tint: the answer there", flips] if units[0] < 3 else []
    sheet = Sheet(
        stage,
        recording,
        f"layer {layer} of {recording.manifest.arch or 'the network'}",
        numbers=["epoch", "loss", "accuracy"],
        foot=["points: the samples, in the colour of their class", *decided, space.projection.note],
    )
    plane, ruler_box, key_box = plane_ruler_key(sheet.room)
    space.set_up(stage, plane, radius=2.6)
    key = Key(stage, key_box, recording)
    ruler = Ruler(stage, ruler_box, recording)
    stage.text(ruler_box.left, ruler_box.top - 16, f"{ruler.name} over epochs", color=stage.theme.quiet)

    def draw(moment: Moment) -> None:
        state = recording.at(moment.epoch)
        space.show(state, moment)
        key.show(state)
        ruler.show(moment.epoch)
        sheet.show(state)

    return draw
