"""The pieces of a film: stretches of frames, cross-fades and stills, each drawn on its own and known by a digest."""

import threading
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import imageio.v3 as iio
import numpy as np

from animviz.pictures.sources import digest, modules_in, source_of
from animviz.storyboard.film.take import Take, TakePainter
from animviz.video.ffmpeg import ffmpeg_exe, run_ffmpeg
from animviz.video.parts import part_writer
from animviz.video.targets import make_whole

__all__ = ["Fade", "Piece", "Still", "Stretch", "draw"]


@dataclass(frozen=True)
class Stretch:
    """Frames of a shot.

    Attributes:
        take: the shot.
        first: number of the first frame.
        stop: number after the last.
    """

    take: Take
    first: int
    stop: int

    @property
    def frames(self) -> int:
        """How many frames there are."""
        return self.stop - self.first

    @cached_property
    def key(self) -> str:
        """Digest over all that decides its bytes."""
        return digest(["stretch", _engine(), self.take.facts(range(self.first, self.stop))])

    def write(self, folder: Path) -> None:
        """Draw into a folder."""
        painter = _painter(self.take, threading.get_ident())
        with part_writer(folder, 0, _named(self.take), self.take.look.size, self.take.look.fps) as writer:
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

    before: Take
    after: Take
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
        with part_writer(folder, 0, _named(self.before), self.before.look.size, self.before.look.fps) as writer:
            for frame in range(self.frames):
                along = (frame + 1) / (self.frames + 1)
                share = along * along * (3 - 2 * along)
                writer.write(np.rint(goes + share * (comes - goes)).astype(np.uint8))


@dataclass(frozen=True)
class Still:
    """A single frame, as a PNG.

    Attributes:
        take: the shot.
        frame: its number.
        whole: the frame as it is in the film, else the picture with its marks, without the band of captions.
    """

    take: Take
    frame: int
    whole: bool

    @property
    def frames(self) -> int:
        """One."""
        return 1

    @cached_property
    def key(self) -> str:
        """Digest over all that decides its bytes."""
        return digest(["still", _engine(), self.take.facts([self.frame], captions=self.whole), self.whole])

    def write(self, folder: Path) -> None:
        """Draw into a folder."""
        painter = _painter(self.take, threading.get_ident())
        pixels = painter.paint(self.frame)[:, :, :3] if self.whole else painter.picture(self.frame)
        iio.imwrite(folder / "still.png", pixels)


Piece = Stretch | Fade | Still


def _named(take: Take) -> Path:
    """Return a name for errors; by its extension parts know how they are kept."""
    return Path(f"{take.name}.mp4")


def draw(piece: Piece, folder: Path) -> int:
    """Draw a piece into a folder that appears whole or not at all; return how many frames it has."""
    make_whole(folder, piece.write)
    return piece.frames


@lru_cache(maxsize=4)
def _painter(take: Take, thread: int) -> TakePainter:
    """Set a shot up once for each thread that draws."""
    return TakePainter(take)


@lru_cache
def _engine() -> dict[str, Any]:
    """Return what lays frames out and encodes them, whatever they show, as JSON types."""
    names = ("animviz", "matplotlib", "numpy", "fontpkg-fira-sans", "imageio")
    encoder = run_ffmpeg(["-version"], culprit=ffmpeg_exe()).partition("\n")[0]
    source = source_of(*modules_in("animviz.storyboard.film"), *modules_in("animviz.video"))
    return {"source": source, "ffmpeg": encoder} | {name: version(name) for name in names}
