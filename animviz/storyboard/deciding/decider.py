"""From a storyboard to a film that is decided: checked before anything is trained, and decided when all is there."""

from collections.abc import Mapping
from dataclasses import replace
from math import ceil
from pathlib import Path

from animviz.errors import InputError
from animviz.stage.box import check_size
from animviz.storyboard.cache import Cache
from animviz.storyboard.deciding.placed_needs import PlacedNeeds
from animviz.storyboard.deciding.shots import Shots, recordings_of
from animviz.storyboard.deciding.sources import Source
from animviz.storyboard.file.board import TitleShot
from animviz.storyboard.file.lines import KeyPath
from animviz.storyboard.file.reading import Storyboard
from animviz.storyboard.film.film import Film, starts_of
from animviz.storyboard.film.frame import Look
from animviz.storyboard.film.pieces import Still
from animviz.storyboard.film.sound import Sound, seconds_of
from animviz.storyboard.film.take import Take

__all__ = ["Decider", "look_of"]


def look_of(storyboard: Storyboard, *, draft: bool) -> Look:
    """Return how a film looks.

    Raises:
        InputError: its size cannot be drawn.
    """
    board = storyboard.board
    look = Look((board.size[0], board.size[1]), board.theme, board.fps)
    try:
        check_size(*look.size)
    except InputError as error:
        raise storyboard.lines.error(("size",), str(error).removeprefix("--size ")) from None
    return look.draft() if draft else look


class Decider:
    """Decides the film of a storyboard.

    Args:
        storyboard: the file.
        look: of the film.
        sources: its recordings.
        only: name of the one shot that is wanted, or None.

    Attributes:
        notes: keys of the measurements on which the film depends.
        needs: what the wanted shots need of recordings, by their names; known once the file is checked.

    Raises:
        InputError: no such shot.
    """

    def __init__(self, storyboard: Storyboard, look: Look, sources: Mapping[str, Source], only: str | None) -> None:
        self._storyboard, self._board, self._look, self._sources = storyboard, storyboard.board, look, sources
        names = [shot.name for shot in self._board.shot]
        if only is not None and only not in names:
            raise InputError(f"--shot is {only!r}; {storyboard.path.name} has {', '.join(names)}")
        self._wanted = [place for place, name in enumerate(names) if only in (None, name)]
        self._sound = self._board.audio if only is None else None  # of the film, which a single shot leaves out
        self.notes: list[str] = []
        self.needs: list[tuple[str, PlacedNeeds]] = []

    @property
    def used(self) -> list[Source]:
        """The recordings that the wanted shots show."""
        shots = [self._board.shot[place] for place in self._wanted]
        return [self._sources[name] for name in dict.fromkeys(name for shot in shots for name in recordings_of(shot))]

    def check(self) -> None:
        """Refuse what can be refused before anything is trained, in the wanted shots: code of others is not run.

        Raises:
            InputError: names the line, the shot and the key.
        """
        self._heard(("audio",), self._sound)
        for place in self._wanted:
            self._heard(("shot", place, "audio"), self._board.shot[place].audio)
        shots = Shots(self._storyboard, self._look, self._sources, None)
        frames: dict[int, int] = {}
        for place in self._wanted:
            frames[place] = shots.frames(place)
        self.needs = shots.needs
        self._poster(frames)

    def decide(self, cache: Cache) -> Film:
        """Decide the film; the recordings that are used must be there.

        Args:
            cache: where measurements are kept.

        Raises:
            InputError: names the line, the shot and the key.
        """
        shots = Shots(self._storyboard, self._look, self._sources, cache)
        takes, captions = zip(*(shots.take(place) for place in self._wanted), strict=True)
        self.notes = shots.notes
        fades = tuple(self._fade(place) if number else 0 for number, place in enumerate(self._wanted))
        starts = starts_of([len(take.moments) for take in takes], fades)
        takes = (*takes[:-1], self._held(takes[-1], starts[-1]))
        shown, frame = self._poster({place: len(take.moments) for place, take in zip(self._wanted, takes, strict=True)})
        return Film(
            self._board.title, self._look, takes, fades, self._chapters(starts), tuple(map(tuple, captions)),
            self._sounds(starts), Still(takes[self._wanted.index(shown)], frame, whole=True),
        )  # fmt: skip

    def _fade(self, place: int) -> int:
        own = self._board.shot[place].fade
        return round((self._board.fade if own is None else own) * self._look.fps)

    def _chapters(self, starts: list[int]) -> tuple[tuple[int, str], ...]:
        """Return where chapters begin: at the shots that name one, or at every shot where none does."""
        shots = [self._board.shot[place] for place in self._wanted]
        named = any(shot.chapter for shot in shots)
        found = [
            (start, shot.chapter or shot.name)
            for shot, start in zip(shots, starts, strict=True)
            if shot.chapter or not named
        ]
        return (0, found[0][1]), *found[1:]

    def _held(self, last: Take, start: int) -> Take:
        """Return the last shot, whose last picture stands while the film's sound goes on."""
        if self._sound is None:
            return last
        frames = ceil(seconds_of(self._storyboard.beside(self._sound)) * self._look.fps - 1e-6)
        more = max(0, frames - start - len(last.moments))
        return replace(last, moments=last.moments + last.moments[-1:] * more)

    def _heard(self, key: KeyPath, name: str | None) -> Path | None:
        """Return a file of sound, or refuse it."""
        if name is None:
            return None
        path = self._storyboard.beside(name)
        try:
            seconds_of(path)
        except InputError as error:
            raise self._storyboard.lines.error(key, str(error)) from None
        return path

    def _sounds(self, starts: list[int]) -> tuple[Sound, ...]:
        own = [(self._board.shot[place].audio, start) for place, start in zip(self._wanted, starts, strict=True)]
        heard = [(name, start) for name, start in [(self._sound, 0), *own] if name is not None]
        return tuple(Sound(self._storyboard.beside(name), start / self._look.fps) for name, start in heard)

    def _poster(self, frames: Mapping[int, int]) -> tuple[int, int]:
        """Return what stands for the film: what is asked for, or the end of the last moving shot.

        Args:
            frames: how many there are of each shot, by its place in the file.

        Returns:
            The place of the shot, and the number of its frame.
        """
        wanted, shots = self._board.poster, self._board.shot
        names = [shot.name for shot in shots]
        if wanted is not None and wanted.shot not in names:
            raise self._storyboard.lines.error(
                ("poster", "shot"), f"no shot {wanted.shot!r}; there are {', '.join(names)}"
            )
        named = [place for place in frames if wanted is not None and shots[place].name == wanted.shot]
        moving = [place for place in frames if not isinstance(shots[place], TitleShot)]
        place = (named or moving or list(frames))[-1]
        last = frames[place] - 1
        if not named or wanted is None or wanted.start is None:
            return place, last
        if round(wanted.start * self._look.fps) > last:
            end = (last + 1) / self._look.fps
            raise self._storyboard.lines.error(
                ("poster", "start"), f"{wanted.start:g} s is after the shot's end at {end:g} s"
            )
        return place, round(wanted.start * self._look.fps)
