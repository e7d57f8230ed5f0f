"""The classes with their colours, and how many of each are answered rightly."""

from matplotlib.text import Text

from animviz.analysis.classifier import labels_of, predictions
from animviz.parts.header import cut
from animviz.recording.recording import Recording
from animviz.recording.state import State
from animviz.stage.box import Box
from animviz.stage.stage import Stage

__all__ = ["Key"]


class Key:
    """The classes with their colours, and how many of each are answered rightly in the last true state.

    Args:
        stage: where.
        box: room for it, or None; without room nothing is shown.
        recording: of a classifier with labels.

    Raises:
        SceneError: the recording has no labels or no classes.
    """

    ROW = 42.0
    COLUMN = 250.0
    GAP = 48.0

    def __init__(self, stage: Stage, box: Box | None, recording: Recording) -> None:
        self._recording = recording
        self._labels = labels_of(recording, "the key")
        self._texts: list[Text] = []
        names = recording.output.class_names
        columns = 2 if box is not None and box.width >= 2 * self.COLUMN else 1
        rows = -(-len(names) // columns)
        if box is None or box.height < self.ROW * (rows + 1):  # no room: colour and field speak for themselves
            return
        width = (box.width - self.GAP * (columns - 1)) / columns
        for place, (name, color) in enumerate(zip(names, stage.theme.classes, strict=False)):
            left, top = box.left + place // rows * (width + self.GAP), box.top + 20 + (place % rows + 1) * self.ROW
            if place % rows == 0:
                stage.text(left, box.top + 20, "class", color=stage.theme.quiet)
                stage.text(left + width, box.top + 20, "correct", color=stage.theme.quiet, align="right")
            stage.dot(left + 9, top - 8, 18, color)
            stage.text(left + 34, top, cut(stage, name, width - 140))
            self._texts.append(stage.text(left + width, top, "", weight="medium", align="right", moves=True))

    def show(self, state: State) -> None:
        """Show the shares of a state's last true snapshot."""
        if not self._texts:
            return
        recording = self._recording
        right = predictions(recording.at(state.snapshot.epoch)) == self._labels
        for label, text in enumerate(self._texts):
            members = right[self._labels == label]
            text.set_text(f"{100 * members.mean():.1f} %" if members.size else "–")
