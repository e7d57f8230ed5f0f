"""Moments: what one frame shows, and the function that draws it."""

from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Draw", "Moment"]


@dataclass(frozen=True)
class Moment:
    """What one frame shows.

    Attributes:
        seconds: time since the start of the video.
        epoch: time in the training, in epochs since its start; between snapshots the state is blended.
        progress: share of the motion that is over, 0 to 1, for scenes that move through something else than epochs.
    """

    seconds: float
    epoch: float
    progress: float = 1.0


Draw = Callable[[Moment], None]
