"""A plan: a video that is fully decided, before anything is drawn. It is also what a worker is given."""

from dataclasses import astuple, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from animviz.pictures.alt import alt_of
from animviz.pictures.painter import Paints
from animviz.pictures.picture import Picture
from animviz.pictures.split import SplitPicture
from animviz.rendering.cutout import Cutout
from animviz.rendering.pacing import paced
from animviz.rendering.timeline import Pacing, Timeline
from animviz.rendering.trimmed import painter_of
from animviz.stage.alpha import GROUNDS
from animviz.stage.background import look_of
from animviz.stage.box import evened
from animviz.stage.stage import Stage
from animviz.stage.theme import Theme
from animviz.video.formats import USUAL, Coding, format_of
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
        background: its colour, "transparent", or None for the theme's own.
        coding: how frames are encoded, beyond the target's extension.
    """

    picture: Picture | SplitPicture
    pacing: Pacing
    size: tuple[int, int]
    theme: str
    target: Path
    background: str | None = None
    coding: Coding = USUAL

    @cached_property
    def timeline(self) -> Timeline:
        """The moments: from the first snapshot to the last. What they depend on is measured once, and travels along.

        Raises:
            AnimvizError: time is spent where the picture moves, and its scene cannot draw the recording.
        """
        return paced(self.picture, self.pacing, self.size, self.theme)

    @property
    def alt(self) -> str:
        """The film in words."""
        return alt_of(self.picture)

    def set_up(self) -> Paints:
        """Set the picture up on a stage of its own.

        Raises:
            AnimvizError: a scene cannot draw its recording.
        """
        look = look_of(self.theme, self.background)
        if not self.coding.transparent:
            return self._painter(look)
        black, white = (self._painter(look.drawn_on(ground)) for ground in GROUNDS)
        return Cutout(black, white, blurs=format_of(self.target, self.coding).blurs)

    def _painter(self, look: Theme) -> Paints:
        stage = Stage(evened(self.size), look)
        stage.pace = self.timeline.whole_seconds
        return painter_of(self.picture, stage, self.size)

    def identity(self) -> list[Any]:
        """Return all that decides the frames, as JSON types."""
        way = None if self.timeline.knots is None else self.timeline.knots[1].tolist()
        look = [self.theme, self.background, *astuple(self.coding)]
        return [self.picture.identity(), self.pacing.given, way, self.size, *look]

    def provenance(self, command: str) -> dict[str, Any]:
        """Return what made the video, as JSON types; nothing in it depends on the time of day.

        Args:
            command: by which it can be made again.
        """
        picture = self.picture
        ground = {"background": self.background} if self.background else {}
        facts = {"alt": self.alt, **ground, **picture.facts}
        return provenance(command, self.theme, picture.versions, pacing=self.pacing.given, **facts)
