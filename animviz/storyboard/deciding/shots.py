"""From a shot of the storyboard to a take: its picture, its moments, its captions and marks."""

from collections.abc import Mapping
from math import ceil
from typing import Any

import numpy as np

from animviz.errors import AnimvizError, InputError
from animviz.files import resolved
from animviz.pictures.discovery import find_scene, small_scene
from animviz.pictures.layout import check_room
from animviz.pictures.needs import Needs
from animviz.pictures.picture import Picture
from animviz.pictures.scene import Scene, file_in
from animviz.pictures.split import CellPicture, SplitPicture, foot_parts
from animviz.rendering.timeline import MAX_FRAMES
from animviz.storyboard.cache import Cache
from animviz.storyboard.deciding.cues import Shown, seen
from animviz.storyboard.deciding.motion import change_key, warp
from animviz.storyboard.deciding.placed_needs import PlacedNeeds
from animviz.storyboard.deciding.sources import Source, moment_of, with_paths
from animviz.storyboard.deciding.spans import Span, moments, spans_of
from animviz.storyboard.file.board import SceneShot, SpanTable, SplitShot, TitleShot
from animviz.storyboard.file.lines import KeyPath, PlacedError
from animviz.storyboard.file.reading import Storyboard
from animviz.storyboard.film.cards import Card
from animviz.storyboard.film.frame import Look
from animviz.storyboard.film.overlays import CaptionText, Mark, Overlay, caption_lines
from animviz.storyboard.film.sound import seconds_of
from animviz.storyboard.film.take import Take
from animviz.storyboard.film.text import plain
from animviz.video.subtitles import Cue

__all__ = ["Shots", "recordings_of"]

AnyShot = TitleShot | SceneShot | SplitShot
AnyPicture = Card | Picture | SplitPicture
BY_LOSS = (1e12, 1e-12)  # what a loss may be, before it is known


class Shots:
    """Makes the takes of a storyboard's shots.

    Args:
        storyboard: the file.
        look: of the film.
        sources: its recordings.
        cache: where measurements are kept; None before the training, when nothing is measured and moments that depend on
            the recording are guessed.

    Attributes:
        notes: keys of the measurements that were used.
        needs: what shots need of recordings, by their names; noted before the training.
    """

    def __init__(self, storyboard: Storyboard, look: Look, sources: Mapping[str, Source], cache: Cache | None) -> None:
        self._storyboard, self._look, self._sources, self._cache = storyboard, look, sources, cache
        self.notes: list[str] = []
        self.needs: list[tuple[str, PlacedNeeds]] = []

    def take(self, place: int) -> tuple[Take, list[Cue]]:
        """Decide a shot, whose recordings must be there.

        Raises:
            InputError: names the line, the shot and the key.
        """
        shot = self._storyboard.board.shot[place]
        picture, shown = self._decided(place, shot)
        assert picture is not None
        words, cues = self._captions(place, shot, shown)
        overlays = (*words, *self._marks(place, shot, shown))
        return Take(shot.name, picture, shown.moments, overlays, bool(shot.captions), self._look), cues

    def frames(self, place: int) -> int:
        """Check a shot as far as it can be before the training, and return how many frames it will have.

        Raises:
            InputError: names the line, the shot and the key.
        """
        shot = self._storyboard.board.shot[place]
        _, shown = self._decided(place, shot)
        self._captions(place, shot, shown)
        self._marks(place, shot, shown)
        return len(shown.moments)

    def _decided(self, place: int, shot: AnyShot) -> tuple[AnyPicture | None, Shown]:
        try:
            picture = self._picture(("shot", place), shot)
            return picture, self._shown(shot, picture)
        except PlacedError:
            raise
        except AnimvizError as error:
            raise self._storyboard.lines.error(("shot", place), str(error)) from None

    def _picture(self, key: KeyPath, shot: AnyShot) -> AnyPicture | None:
        """Check the picture of a shot, and return it; None before the training, unless it is a card."""
        if isinstance(shot, TitleShot):
            card = Card(shot.title, tuple(shot.lines))
            card.painter(self._look.of_height(720).stage(band=bool(shot.captions)))  # refuses what does not fit
            return card
        if isinstance(shot, SceneShot):
            scene, options = self._scene(key, shot.scene, shot.options, small=False)
            source = self._source(key, shot.recording)
            self._note_needs(key, source, scene, options, shot.output)
            return None if self._cache is None else Picture.of(scene, source.recording, options, output=shot.output)
        return self._split(key, shot)

    def _split(self, key: KeyPath, shot: SplitShot) -> SplitPicture | None:
        cells: list[CellPicture] = []
        scenes: dict[str, Scene] = {}
        for number, cell in enumerate(shot.split):
            within = (*key, "split", number)
            source = self._source(within, cell.recording)
            scene, options = self._scene(within, cell.scene or str(shot.scene), cell.options, small=True)
            scenes[scene.reference] = scene
            label = source.label() if cell.label is None else cell.label
            self._note_needs(within, source, scene, options, cell.output)
            if self._cache is not None:
                picture = Picture.of(scene, source.recording, options, output=cell.output)
                cells.append(CellPicture(picture, label, cell.note))
        first = next(iter(scenes.values()))
        check_room(self._look.picture(bool(shot.captions)), len(shot.split), first)
        summary = first.summary if len(scenes) == 1 else "each cell: its own scene"
        return SplitPicture(shot.title, tuple(cells), tuple(foot_parts(summary)), shot.clock) if cells else None

    def _note_needs(
        self, key: KeyPath, source: Source, scene: Scene, options: Mapping[str, Any], output: str | None
    ) -> None:
        if self._cache is None:
            needs = Needs(scene, dict(options), self._look.size, self._look.theme, output)
            self.needs.append((source.name, PlacedNeeds(needs, self._storyboard.lines, (*key, "scene"))))

    def _source(self, key: KeyPath, name: str) -> Source:
        if name not in self._sources:
            there = ", ".join(self._sources) or "none; add a table [recordings.NAME]"
            raise self._storyboard.lines.error((*key, "recording"), f"no recording {name!r}; there are {there}")
        return self._sources[name]

    def _scene(
        self, key: KeyPath, reference: str, options: Mapping[str, Any], *, small: bool
    ) -> tuple[Scene, dict[str, Any]]:
        """Find a scene, whose file is seen from the storyboard, and check its options."""
        if file_in(reference):
            reference = str(resolved(self._storyboard.beside(reference)))
        at = (*key, "scene")
        try:
            scene = small_scene(reference) if small else find_scene(reference)
            at = (*key, "options")
            given = with_paths(self._storyboard, options, scene.options)
            scene.check(given)
        except AnimvizError as error:
            raise self._storyboard.lines.error(at, str(error)) from None
        return scene, given

    def _shown(self, shot: AnyShot, picture: AnyPicture | None) -> Shown:
        """Return the moments of a shot's frames."""
        parts, exact = self._spans(shot, picture)
        if shot.audio is not None:
            frames = ceil(seconds_of(self._storyboard.beside(shot.audio)) * self._look.fps - 1e-6)
        else:
            frames = max(1, round(sum(span.seconds for span in parts) * self._look.fps))
        if frames > MAX_FRAMES:
            raise InputError(f"the shot would have {frames:,} frames; expected at most {MAX_FRAMES:,}")

        def knots(span: Span) -> tuple[Any, Any]:
            if self._cache is None or picture is None or isinstance(picture, Card):
                return np.array([0.0, 1.0]), np.array([0.0, 1.0])
            key = change_key(picture, self._look, span)
            self.notes.append(key)
            return warp(key, picture, self._look, span, self._cache)

        return Shown(moments(parts, frames, knots), self._look.fps, exact, lambda value: self._reading(shot, value))

    def _spans(self, shot: AnyShot, picture: AnyPicture | None) -> tuple[list[Span], bool]:
        """Return the parts of a shot, and whether they are what they will be after the training."""
        if isinstance(shot, TitleShot) or isinstance(picture, Card):
            still = SpanTable(seconds=shot.seconds)
            return spans_of([still], (0.0, 0.0), lambda value, otherwise: otherwise, by_ratio=False), True
        by_loss = isinstance(shot, SplitShot) and shot.clock == "loss"
        unknown: list[float | str] = []

        def resolve(value: float | str, otherwise: float) -> float:
            found = self._reading(shot, value)
            if found is None:
                unknown.append(value)
            return otherwise if found is None else found

        parts = spans_of(shot.spans or [shot], self._ends(shot, picture, by_loss), resolve, by_ratio=by_loss)
        guessed = unknown or by_loss or any(span.by_change for span in parts)
        return parts, self._cache is not None or not guessed

    def _ends(self, shot: AnyShot, picture: Picture | SplitPicture | None, by_loss: bool) -> tuple[float, float]:
        """Return the first and the last reading of a shot's clock."""
        if picture is not None:
            clock = picture.clock()
            return clock.first, clock.last
        if by_loss:
            return BY_LOSS
        spans = [self._sources[name].planned for name in recordings_of(shot)]
        return min(first for first, _ in spans), max(last for _, last in spans)

    def _reading(self, shot: AnyShot, value: float | str) -> float | None:
        """Return the reading for what stands in the file; landmarks are those of the shot's first recording."""
        if isinstance(value, str) and isinstance(shot, SplitShot) and shot.clock == "loss":
            raise InputError(f"{value!r} is a landmark, which has an epoch; a clock by loss needs a number")
        sources = [self._sources[name] for name in recordings_of(shot)[:1]]
        there = [source.recording for source in sources if self._cache is not None or source.run is None]
        return moment_of(value, there[0] if there else None)

    def _captions(self, place: int, shot: AnyShot, shown: Shown) -> tuple[list[Overlay], list[Cue]]:
        def fail(number: int, message: str) -> InputError:
            return self._storyboard.lines.error(("shot", place, "captions", number), message)

        words, texts = [], []
        for number, caption in enumerate(shot.captions):
            try:
                words.append(CaptionText(caption_lines(self._look, caption.text)))
                texts.append(caption.plain or plain(caption.text))
            except InputError as error:
                raise fail(number, str(error)) from None
        times = seen(shot.captions, shown, fail, in_turn=True)
        overlays = [Overlay(what, *time) for what, time in zip(words, times, strict=False)]
        return overlays, [Cue(*time, text) for time, text in zip(times, texts, strict=False)]

    def _marks(self, place: int, shot: AnyShot, shown: Shown) -> list[Overlay]:
        def fail(number: int, message: str) -> InputError:
            return self._storyboard.lines.error(("shot", place, "highlights", number), message)

        times = seen(shot.highlights, shown, fail, in_turn=False)
        return [
            Overlay(Mark(one.shape, one.x, one.y, one.width, one.height, one.label), *time)
            for one, time in zip(shot.highlights, times, strict=False)
        ]


def recordings_of(shot: AnyShot) -> list[str]:
    """Return the names of the recordings that a shot shows."""
    if isinstance(shot, SceneShot):
        return [shot.recording]
    return [cell.recording for cell in shot.split] if isinstance(shot, SplitShot) else []
