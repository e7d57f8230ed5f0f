"""A take: a shot that is decided, its picture at the moments of its frames with captions and marks."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np

from animviz.arrays import Pixels
from animviz.moment import Moment
from animviz.pictures.picture import Subject
from animviz.storyboard.film.frame import Look
from animviz.storyboard.film.overlays import CaptionText, Inks, Mark, Overlay

__all__ = ["Take", "TakePainter"]


@dataclass(frozen=True)
class Take:
    """A shot that is fully decided.

    Attributes:
        name: of the shot.
        picture: what it shows.
        moments: reading of the picture's clock and progress, one pair for each frame.
        overlays: captions and marks.
        band: whether there are captions, which have a band of their own below the picture.
        look: of the film.
    """

    name: str
    picture: Subject
    moments: tuple[tuple[float, float], ...]
    overlays: tuple[Overlay, ...]
    band: bool
    look: Look

    def moment(self, frame: int) -> Moment:
        """Return what a frame shows."""
        reading, progress = self.moments[frame]
        return Moment(frame / self.look.fps, reading, progress)

    def seen(self, frame: int, *, captions: bool = True, marks: bool = True) -> list[Overlay]:
        """Return the captions and marks of a frame."""
        wanted = {CaptionText: captions, Mark: marks}
        return [one for one in self.overlays if one.first <= frame < one.stop and wanted[type(one.what)]]

    @cached_property
    def identity(self) -> dict[str, Any]:
        """All that decides the frames but moments and overlays, as JSON types."""
        return {"picture": self.picture.identity(), "band": self.band, "look": asdict(self.look)}

    def facts(self, frames: Sequence[int], *, captions: bool = True, marks: bool = True) -> list[Any]:
        """Return all that decides some frames, as JSON types."""
        seen = dict.fromkeys(one for frame in frames for one in self.seen(frame, captions=captions, marks=marks))
        shown = [asdict(one) | {"kind": type(one.what).__name__} for one in seen]
        return [self.identity, [(frame, *self.moments[frame]) for frame in frames], shown]


class TakePainter:
    """A take's picture set up, ready to paint.

    Args:
        take: the shot.

    Raises:
        AnimvizError: the picture cannot be set up.
    """

    def __init__(self, take: Take) -> None:
        self._body = take
        self._painter = take.picture.painter(take.look.stage(band=take.band))
        self._inks = Inks(take.look, take.band)
        width, height = take.look.size
        theme = take.look.stage().theme
        self._frame = np.empty((height, width, 4), dtype=np.uint8)
        self._frame[:] = [*(round(255 * part) for part in theme.mix(theme.ink, 0.07)), 255]
        self._ground = self._frame[-1:, :1].copy()

    def paint(self, frame: int, *, captions: bool = True, marks: bool = True) -> Pixels:
        """Paint a frame of the shot.

        Returns:
            The painter's own buffer, uint8 of shape (height, width, 4); the next call paints over it.
        """
        picture = self._painter.paint(self._body.moment(frame))
        self._frame[: len(picture)] = picture
        self._frame[len(picture) :] = self._ground
        self._inks.lay(self._frame, self._body.seen(frame, captions=captions, marks=marks))
        return self._frame

    def picture(self, frame: int) -> Pixels:
        """Return a copy of the picture without its band: uint8 of shape (height, width, 3)."""
        height = self._body.look.picture(self._body.band)[1]
        return self.paint(frame, captions=False)[:height, :, :3].copy()
