"""The pieces of a film: runs of frames, cross-fades and stills, each drawn on its own and known by a digest."""

import threading
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import imageio.v3 as iio
import numpy as np

from animviz.pictures.picture import digest, package_source
from animviz.storyboard.film.take import Body, BodyPainter
from animviz.video.ffmpeg import ffmpeg_exe, run_ffmpeg
from animviz.video.parts import part_writer
from animviz.video.targets import make_whole

__all__ = ["Fade", "Piece", "Run", "Still", "draw"]

VIDEO = Path("film.mp4")  # by its extension parts know how they are kept


@dataclass(frozen=True)
class Run:
    """Frames of a shot.

    Attributes:
        body: the shot.
        first: number of the first frame.
        stop: number after the last.
    """

    body: Body
    first: int
    stop: int

    @property
    def frames(self) -> int:
        """How many frames there are."""
        return self.stop - self.first

    @cached_property
    def key(self) -> str:
        """Digest over all that decides its bytes."""
        return digest(["run", _engine(), self.body.facts(range(self.first, self.stop))])

    def write(self, folder: Path) -> None:
        """Draw into a folder."""
        painter = _painter(self.body, threading.get_ident())
        with part_writer(folder, 0, VIDEO, self.body.look.size, self.body.look.fps) as writer:
            for frame in range(self.first, self.stop):
                writer.write(painter.paint(frame))


@dataclass(frozen=True)
class Fade:
    """A cross-fade from the last picture of a shot to the first of the next, both without captions and marks.

    Attributes:
        before: the shot that goes.
        after: the shot that comes.
        frames: how many there are.
    """

    before: Body
    after: Body
    frames: int

    @cached_property
    def key(self) -> str:
        """Digest over all that decides its bytes."""
        ends = [
            self.before.facts([len(self.before.moments) - 1], captions=False, marks=False),
            self.after.facts([0], captions=False, marks=False),
        ]
        return digest(["fade", _engine(), ends, self.frames])

    def write(self, folder: Path) -> None:
        """Draw into a folder."""
        thread = threading.get_ident()
        last = len(self.before.moments) - 1
        goes = _painter(self.before, thread).paint(last, captions=False, marks=False).astype(np.float32)
        comes = _painter(self.after, thread).paint(0, captions=False, marks=False).astype(np.float32)
        with part_writer(folder, 0, VIDEO, self.before.look.size, self.before.look.fps) as writer:
            for frame in range(self.frames):
                along = (frame + 1) / (self.frames + 1)
                share = along * along * (3 - 2 * along)
                writer.write(np.rint(goes + share * (comes - goes)).astype(np.uint8))


@dataclass(frozen=True)
class Still:
    """A single frame, as a PNG.

    Attributes:
        body: the shot.
        frame: its number.
        whole: the frame as it is in the film, else the picture with its marks, without the band of captions.
    """

    body: Body
    frame: int
    whole: bool

    @property
    def frames(self) -> int:
        """One."""
        return 1

    @cached_property
    def key(self) -> str:
        """Digest over all that decides its bytes."""
        return digest(["still", _engine(), self.body.facts([self.frame], captions=self.whole), self.whole])

    def write(self, folder: Path) -> None:
        """Draw into a folder."""
        painter = _painter(self.body, threading.get_ident())
        pixels = painter.paint(self.frame)[:, :, :3] if self.whole else painter.picture(self.frame)
        iio.imwrite(folder / "still.png", pixels)


Piece = Run | Fade | Still


def draw(piece: Piece, folder: Path) -> int:
    """Draw a piece into a folder that appears whole or not at all; return how many frames it has."""
    make_whole(folder, piece.write)
    return piece.frames


@lru_cache(maxsize=4)
def _painter(body: Body, thread: int) -> BodyPainter:
    """Set a shot up once for each thread that draws."""
    return BodyPainter(body)


@lru_cache
def _engine() -> dict[str, Any]:
    """Return what draws and encodes everything, as JSON types."""
    names = ("animviz", "matplotlib", "numpy", "fontpkg-fira-sans", "imageio")
    encoder = run_ffmpeg(["-version"], culprit=ffmpeg_exe()).partition("\n")[0]
    return {"source": package_source("animviz"), "ffmpeg": encoder} | {name: version(name) for name in names}
