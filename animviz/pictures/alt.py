"""Alt text: a picture in words, for those who cannot see it: what is drawn, and what becomes of the numbers."""

from collections.abc import Sequence

import numpy as np

from animviz.parts.header import ACCURACY, LOSS, Number, epoch_number, of_recording
from animviz.pictures.picture import Picture
from animviz.pictures.split import SplitPicture
from animviz.pictures.worded import parted
from animviz.recording.recording import Recording

__all__ = ["alt_of"]

NUMBERS = {"loss": LOSS, "accuracy": ACCURACY}


def alt_of(picture: Picture | SplitPicture, epoch: float | None = None) -> str:
    """Return a picture in words.

    Args:
        picture: what is drawn.
        epoch: the moment of a still; by default it is a film, and both its ends are told.
    """
    if isinstance(picture, SplitPicture):
        cells = (f"{_label(cell.label, cell.note)}: {_told(cell.picture.recording, epoch)}" for cell in picture.cells)
        return " ".join([_sentence(picture.title), *cells])
    wording, _ = parted(dict(picture.options), picture.scene.function)
    said = [wording.title, picture.scene.summary, wording.caption, of_recording(picture.recording)]
    return " ".join([*(_sentence(text) for text in said if text), _told(picture.recording, epoch)])


def _told(recording: Recording, epoch: float | None) -> str:
    """Return the numbers of a recording, at a moment or at its ends."""
    when = epoch_number(recording)
    first, last = (float(recording.epochs[0]), float(recording.epochs[-1]))
    if epoch is not None:
        parts = [f"the {name} is {number.text(at(epoch))}" for name, number, at in _numbers(recording)]
        return _sentence(f"At epoch {when.text(epoch)} {_listed(parts)}" if parts else f"Epoch {when.text(epoch)}")
    parts = [_way(name, number, at(first), at(last)) for name, number, at in _numbers(recording)]
    span = f"From epoch {when.text(first)} to {when.text(last)}"
    return _sentence(f"{span} {_listed(parts)}" if parts else span)


def _numbers(recording: Recording) -> list[tuple[str, Number, "_Course"]]:
    noted = recording.noted(source="scores")
    return [(name, number, _Course(recording, name)) for name, number in NUMBERS.items() if name in noted]


class _Course:
    """A number of the recorded states at any moment."""

    def __init__(self, recording: Recording, name: str) -> None:
        self._epochs, self._values = recording.history(name, source="scores")

    def __call__(self, epoch: float) -> float:
        return float(np.interp(epoch, self._epochs, self._values))


def _way(name: str, number: Number, first: float, last: float) -> str:
    if not np.isfinite(last):
        return f"the {name} is {number.text(first)} and then no number: the training diverges"
    start, end = number.text(first), number.text(last)
    if start == end:
        return f"the {name} stays at {end}"
    return f"the {name} {'rises' if last > first else 'falls'} from {start} to {end}"


def _label(label: str, note: str) -> str:
    return f"{label} {note}".strip()


def _listed(parts: Sequence[str]) -> str:
    return " and ".join(parts)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
