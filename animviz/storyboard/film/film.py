"""A film that is decided: takes and fades in order, and what is heard and read beside them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from animviz.rendering.segments import segments
from animviz.storyboard.film.frame import Look
from animviz.storyboard.film.pieces import Fade, Still, Stretch
from animviz.storyboard.film.sound import Sound
from animviz.storyboard.film.take import Take
from animviz.video.subtitles import Cue

__all__ = ["Film", "Page"]


@dataclass(frozen=True)
class Page:
    """A picture of the handout, and the words below it.

    Attributes:
        still: the picture.
        text: what is said there.
    """

    still: Still
    text: str


@dataclass(frozen=True)
class Film:
    """All that is drawn and written.

    Attributes:
        title: of the film.
        look: size, theme and frame rate.
        takes: the shots.
        fades: frames of the cross-fade before each shot; 0 for a cut.
        chapters: frame at which each begins, the first being 0, and its title.
        captions: of each shot, counted from its own first frame.
        sounds: what is heard.
        poster: the still that stands for the film.
    """

    title: str
    look: Look
    takes: tuple[Take, ...]
    fades: tuple[int, ...]
    chapters: tuple[tuple[int, str], ...]
    captions: tuple[tuple[Cue, ...], ...]
    sounds: tuple[Sound, ...]
    poster: Still

    @cached_property
    def starts(self) -> list[int]:
        """Frame at which each take begins, after the fade before it."""
        return starts_of([len(take.moments) for take in self.takes], self.fades)

    @property
    def frames(self) -> int:
        """How many frames there are."""
        return self.starts[-1] + len(self.takes[-1].moments)

    @property
    def seconds(self) -> float:
        """Length."""
        return self.frames / self.look.fps

    @property
    def cues(self) -> list[Cue]:
        """The subtitles, counted from the film's first frame."""
        pairs = zip(self.captions, self.starts, strict=True)
        return [Cue(start + cue.first, start + cue.stop, cue.text) for cues, start in pairs for cue in cues]

    @cached_property
    def video(self) -> list[Stretch | Fade]:
        """The pieces of the video in order; shots are parted into stretches that can be drawn side by side."""
        return list(self._video())

    def _video(self) -> Iterator[Stretch | Fade]:
        for place, take in enumerate(self.takes):
            if self.fades[place]:
                yield Fade(self.takes[place - 1], take, self.fades[place])
            for part in segments(len(take.moments), self.look.fps):
                yield Stretch(take, part.start, part.stop)

    @cached_property
    def pages(self) -> list[Page]:
        """The handout: a picture at the end of each caption, and the last picture of shots that have none."""
        found = []
        for take, cues in zip(self.takes, self.captions, strict=True):
            last = len(take.moments) - 1
            found += [Page(Still(take, cue.stop - 1, whole=False), cue.text) for cue in cues]
            found += [] if cues else [Page(Still(take, last, whole=False), "")]
        return found


def starts_of(lengths: list[int], fades: tuple[int, ...]) -> list[int]:
    """Return the frame at which each take begins, given how many frames takes and the fades before them have."""
    return [sum(fades[: place + 1]) + sum(lengths[:place]) for place in range(len(lengths))]
