"""The sheet: a title and numbers above, a line at the foot, and the room that is left for the picture."""

from collections.abc import Sequence

import numpy as np

from animviz.errors import SceneError
from animviz.parts.header import ACCURACY, LOSS, Header, Number, epoch_number, foot, of_recording
from animviz.recording.recording import Recording
from animviz.recording.state import State
from animviz.stage.box import MARGIN, Box
from animviz.stage.stage import Stage

__all__ = ["Sheet"]

AIR = 14.0  # units between the picture and the foot


class Sheet:
    """What every picture has around it: title and numbers above, and a line at the foot.

    Args:
        stage: where.
        recording: what is drawn.
        title: what happens, such as "Three units part two rings"; by default the recording's own title. Where the epoch
            is among the numbers and the training diverges, that is what happens. None where `write_title` follows.
        subtitle: of what, in quiet letters; by default the recording's own title and the network.
        numbers: from left to right: "epoch", names of recorded scores such as "loss" and "accuracy", or a `Number`
            whose value is given to `show`. By default the epoch, and loss and accuracy as far as they were recorded.
            A square frame has room for three.
        foot: parts of the line at the foot, which says in plain words what is seen; empty ones are left out.
        air: units kept free between picture and foot.

    Attributes:
        room: box that is left for the picture, between the margins.

    Raises:
        SceneError: a number is named that no snapshot has.
    """

    def __init__(
        self,
        stage: Stage,
        recording: Recording,
        title: str | None = "",
        *,
        subtitle: str | None = None,
        numbers: Sequence[str | Number] | None = None,
        foot: Sequence[str] = (),
        air: float = AIR,
    ) -> None:
        self._stage, self._recording, self._air = stage, recording, air
        asked = _default(recording) if numbers is None else numbers
        self._numbers = [_number(recording, number) for number in asked]
        below = of_recording(recording, titled=title != "") if subtitle is None else subtitle
        self._header = Header(stage, None if title is None else self._said(title), self._numbers, below)
        self.room = self._room(stage.height - MARGIN)
        if foot:
            self.write_foot(*foot)

    def write_title(self, title: str) -> None:
        """Write the title; for one that depends on how much fits.

        Args:
            title: see the argument `title`.
        """
        self._header.write_title(self._said(title))

    def write_foot(self, *parts: str) -> None:
        """Write the line at the foot and take its height from the room; for a foot that depends on how much fits.

        Args:
            *parts: see the argument `foot`.
        """
        self.room = self._room(foot(self._stage, *filter(None, parts)) - self._air)

    def show(self, state: State, **values: float) -> None:
        """Show the numbers of a state, which between two snapshots move as its marks do.

        Args:
            state: the network at a moment.
            **values: numbers that come from elsewhere, by label; accuracies from 0 to 1.
        """
        known = {**state.scores, "epoch": state.epoch, **values}
        self._header.show(*(known.get(number.label, np.nan) for number in self._numbers))

    def _said(self, title: str) -> str:
        """Return the title; of a training that diverges, where the epochs run, that it does."""
        recording = self._recording
        if recording.diverged_at is None or not any(number.label == "epoch" for number in self._numbers):
            return title or recording.manifest.title
        return f"The training diverges at epoch {epoch_number(recording).text(recording.diverged_at)}"

    def _room(self, bottom: float) -> Box:
        top = self._header.bottom
        return Box(MARGIN, top, self._stage.width - 2 * MARGIN, bottom - top)


def _default(recording: Recording) -> list[str]:
    noted = recording.noted(source="scores")
    return ["epoch", *(name for name in ("loss", "accuracy") if name in noted)]


def _number(recording: Recording, asked: str | Number) -> Number:
    if isinstance(asked, Number):
        return asked
    known = {"epoch": epoch_number(recording), "loss": LOSS, "accuracy": ACCURACY}
    if asked not in known and asked not in recording.noted(source="scores"):
        names = ", ".join([*known, *(name for name in recording.noted(source="scores") if name not in known)])
        raise SceneError(f"the sheet has no number {asked!r}; {recording.path} has {names}")
    return known.get(asked, Number(asked, ".3f", "0.000"))
