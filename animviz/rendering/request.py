"""Requests: what a user asks of a video, parted and checked, in this one place."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from animviz.errors import InputError
from animviz.files import place_of
from animviz.options import checked, options_of
from animviz.pictures.discovery import find_scene
from animviz.pictures.needs import Needs
from animviz.pictures.picture import Picture
from animviz.pictures.scene import Scene
from animviz.pictures.split import SplitPicture
from animviz.recording.recording import Recording
from animviz.rendering.beside import check_alt, check_subtitles
from animviz.rendering.plan import Plan
from animviz.rendering.still import check_still, moment_asked
from animviz.rendering.timeline import Pacing, Timeline
from animviz.stage.background import TRANSPARENT, look_of
from animviz.stage.box import evened, size_of
from animviz.video.budget import AUTO, limit_of
from animviz.video.formats import USUAL, Coding, default_fps, plays_in
from animviz.video.places import Place, Wish, place_named
from animviz.video.poster import check_poster
from animviz.video.targets import check_output

__all__ = ["Request", "check_look", "check_workers", "parted"]

USUAL_SIZE = (1280, 720)
MOST_WORKERS = 512  # each takes about 200 MB


@dataclass(frozen=True)
class Request:
    """What a user asks of a video, checked as far as it can be before anything is trained or drawn.

    Attributes:
        scene: what is drawn.
        target: the file or folder.
        pacing: how training time becomes video time.
        options: the scene's options that were given.
        size: width and height in pixels.
        theme: name of the theme.
        poster: file for a picture of the last frame, or None.
        max_size: bytes that the file may take at most, or None for no limit.
        workers: processes that draw, or None for as many as pay.
        output: name of the output that is drawn, of a model that has several, or None for the main one.
        background: its colour, "transparent", or None for the theme's own.
        coding: how frames are encoded, beyond the target's extension.
        alt: whether it is written in words beside the target.
        still: the moment of a still, as it was asked for, or None for a film.
        subtitles: whether they are written beside the target.
        place: where it is published, or None.
        notes: what is drawn for the place, and which of its limits is broken, a line each.
    """

    scene: Scene
    target: Path
    pacing: Pacing
    options: Mapping[str, Any]
    size: tuple[int, int]
    theme: str
    poster: Path | None
    max_size: int | None
    workers: int | None
    output: str | None = None
    background: str | None = None
    coding: Coding = USUAL
    alt: bool = False
    still: float | str | None = None
    subtitles: bool = False
    place: Place | None = None
    notes: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, scene: str | Path | Scene, target: str | Path, /, *, size: tuple[int, int] | str | None = None,
        theme: str = "dark", poster: str | Path | None = None, max_size: int | str | None = AUTO,
        workers: int | None = 1, output: str | None = None, background: str | None = None,
        codec: str | None = None, loop: int | str = "forever", alt: bool = False,
        still: float | str | None = None, subtitles: bool = False, place: str | None = None, **options: Any,
    ) -> "Request":  # fmt: skip
        """Part and check what is asked; see `animviz.render`.

        Raises:
            SceneError: there is no such scene.
            InputError: an option is unknown or does not fit, or the scene needs a package that is not installed.
            EncodeError: target or poster cannot be written.
        """
        chosen, path = find_scene(scene), place_of(target)
        where = place_named(place) if place is not None else None
        pacing, rest = parted(options, where.rate(path) if where else default_fps(path))
        asked = Wish(
            None if size is None else size_of(size, odd=True), options.get("fps"), pacing.seconds, codec, max_size
        )
        wish = where.settled(path, asked) if where else asked
        pixels = check_look(chosen, rest, wish.size or USUAL_SIZE, theme, background, odd=True)
        check_workers(workers)
        coding = Coding(wish.codec or "", background == TRANSPARENT, plays_in(str(loop)))
        if still is None:
            check_output(path, pacing.rate, coding, pixels)
        else:
            moment_asked(still)
            check_still(path, background)
        if alt:
            check_alt(path)
        if subtitles:
            check_subtitles(path)
        limit, picture = limit_of(wish.max_size, path), place_of(poster) if poster is not None else None
        if picture is not None:
            check_poster(picture, path, alpha=coding.transparent)
        notes = (where.told(path, wish, limit), *where.broken(path, asked, limit)) if where else ()
        return cls(
            chosen, path, pacing, rest, pixels, theme, picture, limit, workers, output, background, coding, alt, still, subtitles,
            where, notes,
        )  # fmt: skip

    def told(self, plan: Plan) -> tuple[str, ...]:
        """Return in a line how its place changed the length of a plan; nothing where it did not."""
        seconds = plan.pacing.seconds
        if self.place is None or seconds == self.pacing.seconds:
            return ()
        least, most = self.place.takes(self.target).seconds
        change = "shortened" if seconds == most else "lengthened"
        bounds = f"{least:g} to {most:g}" if least else f"at most {most:g}"
        return (f"{change} to {seconds:g} seconds: {self.place.name} takes {bounds}; --seconds chooses another length",)

    @property
    def needs(self) -> Needs:
        """What finds out before the first epoch whether the scene can draw a training."""
        return Needs(self.scene, dict(self.options), evened(self.size), self.theme, self.output)

    def plan(self, recording: str | Path | Recording) -> Plan:
        """Return the video of a recording."""
        return self.plan_of(self.picture(recording))

    def picture(self, recording: str | Path | Recording) -> Picture:
        """Return the picture of a recording."""
        return Picture.of(self.scene, recording, self.options, output=self.output)

    def plan_of(self, picture: Picture | SplitPicture) -> Plan:
        """Return the video of a picture; where its place takes no film of this length, a shorter or longer one."""
        pacing = self.pacing
        if self.place is not None and pacing.seconds is None:
            seconds = Timeline(picture.epochs, pacing, motion=picture.motion).seconds
            least, most = self.place.takes(self.target).seconds
            if not least <= seconds <= most:
                pacing = replace(pacing, seconds=min(max(seconds, least), most))
        return Plan(picture, pacing, self.size, self.theme, self.target, self.background, self.coding)


def check_look(
    scene: Scene, options: Mapping[str, Any], size: tuple[int, int] | str, theme: str, background: str | None = None,
    *, odd: bool = False,
) -> tuple[int, int]:  # fmt: skip
    """Refuse what cannot be drawn, whatever becomes of the frames; return width and height in pixels.

    Args:
        scene: what is drawn.
        options: the scene's options.
        size: width and height in pixels, or as a text.
        theme: name of the theme.
        background: a colour, "transparent", or None for the theme's own.
        odd: whether sides may be odd.

    Raises:
        InputError: an option is unknown or does not fit, or the scene needs a package that is not installed.
    """
    scene.check(options)
    look_of(theme, background)
    return size_of(size, odd=odd)


def parted(options: Mapping[str, Any], fps: float | None = None) -> tuple[Pacing, dict[str, Any]]:
    """Part options into the pacing, which is checked, and the scene's own.

    Args:
        options: both by name.
        fps: frames per second unless they are among the options.

    Raises:
        InputError: an option of the pacing does not fit.
    """
    pacing = options_of(Pacing)
    names = {option.name for option in pacing}
    given = checked(pacing, {name: value for name, value in options.items() if name in names}, "video")
    rest = {name: value for name, value in options.items() if name not in names}
    return Pacing(**{**given, "fps": given["fps"] or fps}), rest


def check_workers(count: int | None) -> None:
    """Check the number of processes that draw.

    Raises:
        InputError: it is out of bounds.
    """
    if count is not None and not 1 <= count <= MOST_WORKERS:
        raise InputError(f"--workers is {count}; expected {'at least 1' if count < 1 else f'at most {MOST_WORKERS}'}")
