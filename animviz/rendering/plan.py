"""A plan: a video that is fully decided, before anything is drawn. It is also what a worker is given."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from animviz.pictures.painter import Paints
from animviz.pictures.picture import Picture
from animviz.pictures.split import SplitPicture
from animviz.rendering.pacing import paced
from animviz.rendering.timeline import Pacing, Timeline
from animviz.stage.stage import Stage
from animviz.video.provenance import provenance

__all__ = ["Plan"]


@dataclass(frozen=True)
class Plan:
    """A video that is fully decided: names and numbers, small where it is sent to another process.

    Attributes:
        picture: what is drawn.
        pacing: how frames become moments.
        size: width and height in pixels.
        theme: name of the theme.
        target: the file or folder, whose format decides how parts are kept.
    """

    picture: Picture | SplitPicture
    pacing: Pacing
    size: tuple[int, int]
    theme: str
    target: Path

    @cached_property
    def timeline(self) -> Timeline:
        """The moments: from the first snapshot to the last. What they depend on is measured once, and travels along.

        Raises:
            AnimvizError: time is spent where the picture moves, and its scene cannot draw the recording.
        """
        return paced(self.picture, self.pacing, self.size, self.theme)

    def set_up(self) -> Paints:
        """Set the picture up on a stage of its own.

        Raises:
            AnimvizError: a scene cannot draw its recording.
        """
        stage = Stage(self.size, self.theme)
        stage.pace = self.timeline.whole_seconds
        return self.picture.painter(stage)

    def identity(self) -> list[Any]:
        """Return all that decides the frames, as JSON types."""
        way = None if self.timeline.knots is None else self.timeline.knots[1].tolist()
        return [self.picture.identity(), self.pacing.given, way, self.size, self.theme]

    def provenance(self, command: str) -> dict[str, Any]:
        """Return what made the video, as JSON types; nothing in it depends on the time of day.

        Args:
            command: by which it can be made again.
        """
        picture = self.picture
        return provenance(command, self.theme, picture.versions, pacing=self.pacing.given, **picture.facts)
