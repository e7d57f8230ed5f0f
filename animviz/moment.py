"""Moments: what one frame shows, and the function that draws it."""

from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Draw", "Moment"]


@dataclass(frozen=True)
class Moment:
    """What one frame shows.

    Attributes:
        seconds: time since the start of the video.
        epoch: time in the training, in epochs since its start; between snapshots the state is blended. In the timeline
            of a split frame it is the reading of the frame's clock, which may be a loss; each scene in it gets epochs.
        progress: share of the motion that is over, 0 to 1, for scenes that move through something else than epochs.
    """

    seconds: float
    epoch: float
    progress: float = 1.0


Draw = Callable[[Moment], None]
