"""A landmark: a moment with a name and a sentence."""

from dataclasses import dataclass

__all__ = ["Landmark"]


@dataclass(frozen=True)
class Landmark:
    """A moment worth a caption.

    Attributes:
        epoch: when, in epochs since the start.
        name: by which a storyboard calls it; no two of a recording are the same.
        text: what happens, as a sentence.
    """

    epoch: float
    name: str
    text: str
