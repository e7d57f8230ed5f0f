"""The input plane at full size, tinted by what the network predicts while it learns."""

from matplotlib.text import Text

from animviz import Moment, Recording, Stage, scene
from animviz.decision import class_count
from animviz.metrics import predicted
from animviz.panels import ACCURACY, LOSS, Header, Ruler, cut, epoch_number, foot
from animviz.recording import State
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
    plane_box, ruler_box, key_box = _layout(stage, header.bottom, bottom - 14)
    plane = InputPlane(stage, plane_box, recording, inputs, points=points, line=3.5)
    key = _Key(stage, key_box, recording)
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


class _Key:
    """The classes with their colours, and how many of each are answered rightly in the last true state."""

    ROW = 42.0

    def __init__(self, stage: Stage, box: Box | None, recording: Recording) -> None:
        self._recording = recording
        self._texts: list[Text] = []
        names = recording.manifest.class_names
        if box is None or box.height < self.ROW * (
            len(names) + 1
        ):  # no room beside the plane: colour and field speak for themselves
            return
        stage.text(box.left, box.top + 20, "class", color=stage.theme.quiet)
        stage.text(box.right, box.top + 20, "correct", color=stage.theme.quiet, align="right")
        for row, (name, color) in enumerate(zip(names, stage.theme.classes, strict=False), start=1):
            top = box.top + 20 + row * self.ROW
            stage.dot(box.left + 9, top - 8, 18, color)
            stage.text(box.left + 34, top, cut(stage, name, box.width - 180))
            self._texts.append(stage.text(box.right, top, "", weight="medium", align="right", moves=True))

    def show(self, state: State) -> None:
        """Show the shares of a state's last true snapshot."""
        if not self._texts:
            return
        recording = self._recording
        right = predicted(recording.at(state.snapshot.epoch).outputs()) == recording.labels
        for label, text in enumerate(self._texts):
            members = right[recording.labels == label]
            text.set_text(f"{100 * members.mean():.1f} %" if members.size else "–")


def _layout(stage: Stage, top: float, bottom: float) -> tuple[Box, Box, Box | None]:
    """Return the boxes of plane, ruler and key: beside each other in wide frames, else one below the other."""
    side = bottom - top
    if stage.width - side - 2 * MARGIN >= 300:
        right = MARGIN + side + 48
        room = stage.width - MARGIN - right
        return Box(MARGIN, top, side, side), Box(right, bottom - 190, room, 190), Box(right, top, room, side - 260)
    width = stage.width - 2 * MARGIN
    side = min(width, side - 190)
    below = top + side + 24
    key = Box(MARGIN, below, width, bottom - 210 - below) if bottom - 210 - below > 120 else None
    return Box((stage.width - side) / 2, top, side, side), Box(MARGIN, bottom - 140, width, 140), key
