"""Rendering: a timeline mapped over a scene, frame by frame, into an encoder."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import imageio.v3 as iio
import numpy as np
from numpy.typing import NDArray

from animviz.budget import Budget, check_limit
from animviz.contract import Scene
from animviz.discovery import find_scene, is_path, scene_version
from animviz.encode import assemble, check_output, default_fps, working_folder
from animviz.errors import EncodeError, InputError
from animviz.inline import html_of
from animviz.options import checked, options_of
from animviz.painter import Painter, Paints
from animviz.provenance import provenance
from animviz.recording import Recording
from animviz.segments import Job, Task, draw_all, segments, write_part
from animviz.stage import Stage, check_size
from animviz.theme import theme_named
from animviz.timeline import Moment, Pacing, Timeline

__all__ = ["Drawable", "Movie", "Plan", "assembled", "check_request", "film", "frame_at", "frames", "render"]

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Movie:
    """A finished video.

    Attributes:
        path: the file, or the folder of PNGs.
        frames: how many there are.
        fps: frames per second.
        size: width and height in pixels.
        given_up: what there is less of than was asked for, so that the file fits into its limit; empty if nothing.
    """

    path: Path
    frames: int
    fps: float
    size: tuple[int, int]
    given_up: str = ""

    @property
    def seconds(self) -> float:
        """Length."""
        return self.frames / self.fps

    def _repr_html_(self) -> str:
        return html_of(self.path, self.size, self.frames)


def render(
    scene: str | Path | Scene,
    recording: str | Path | Recording,
    path: str | Path,
    *,
    size: tuple[int, int] = (1280, 720),
    theme: str = "dark",
    poster: str | Path | None = None,
    max_size: int | None = None,
    workers: int = 1,
    executor: Executor | None = None,
    command: str | None = None,
    on_frame: Callable[[int], None] | None = None,
    **options: Any,
) -> Movie:
    """Draw a recording with a scene into a video file.

    Args:
        scene: name of a scene, path of a file "my_scene.py" or "my_scene.py:name", or a scene itself.
        recording: what to draw, or its path.
        path: .mp4, .webm, .webp, .gif, .apng or .png (animated), or a name without extension: a folder of PNGs.
        size: width and height in pixels, even numbers.
        theme: "dark", "light" or "print".
        poster: file for a picture of the last frame.
        max_size: bytes that a .gif or .webp may take at most; size, frame rate and tones are chosen to fit.
        workers: processes that draw. More than one need a script to be guarded by ``if __name__ == "__main__"``.
        executor: draws the segments instead of processes of our own, such as a Dask client's executor.
        command: what the provenance says made this video.
        on_frame: called with the number of frames done.
        **options: the scene's options, and those of `animviz.timeline.Pacing` (fps, pace, seconds, ...).

    Raises:
        AnimvizError: something cannot be found, drawn or written; nothing is left under the target's name.
    """
    plan = Plan.of(scene, recording, Path(path), size=size, theme=theme, options=options)
    check_request(
        plan.scene, plan.target, size=size, theme=theme, poster=poster, max_size=max_size, workers=workers, **options
    )
    return film(
        plan, poster=poster, max_size=max_size, workers=workers, executor=executor, command=command, on_frame=on_frame
    )


class Drawable(Protocol):
    """A video that is decided: a `Plan`, or several scenes in one frame."""

    @property
    def target(self) -> Path:
        """The file or folder."""
        ...

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        ...

    @property
    def pacing(self) -> Pacing:
        """How frames become moments."""
        ...

    @property
    def timeline(self) -> Timeline:
        """The moments."""
        ...

    def painter(self) -> Paints:
        """Return what paints the frames, set up."""
        ...

    def job(self) -> Task:
        """Return what a worker needs."""
        ...

    def provenance(self, command: str | None) -> dict[str, Any]:
        """Return what made the video."""
        ...


def film(
    plan: Drawable,
    *,
    poster: str | Path | None = None,
    max_size: int | None = None,
    workers: int = 1,
    executor: Executor | None = None,
    command: str | None = None,
    on_frame: Callable[[int], None] | None = None,
) -> Movie:
    """Draw a video that is decided and checked; see `render`."""
    parts = segments(len(plan.timeline), plan.pacing.rate)
    # Set up here in any case: what cannot be drawn is refused before a worker is started.
    painter = plan.painter()
    with working_folder(plan.target) as folder:
        if workers > 1 or executor is not None:
            numbers = range(len(parts))
            draw_all(plan.job(), numbers, folder.resolve(), workers=workers, executor=executor, on_frame=on_frame)
        else:
            for number, part in enumerate(parts):
                write_part(painter, plan.timeline, part, folder, number, plan.target, plan.size, on_frame)
        if poster is not None:
            write_poster(Path(poster), painter.paint(plan.timeline[-1]))
        whole = Movie(plan.target, len(plan.timeline), plan.pacing.rate, plan.size)
        return assembled(folder, len(parts), whole, plan.provenance(command), max_size)


def assembled(folder: Path, count: int, whole: Movie, provenance: Mapping[str, Any], max_size: int | None) -> Movie:
    """Make a movie of its parts, as it was drawn or so that it fits into so many bytes; see `animviz.encode.assemble`.

    Returns:
        The movie as it became.
    """
    budget = Budget(max_size, whole.size, whole.fps, whole.frames) if max_size else None
    setting = assemble(folder, count, whole.path, provenance, budget)
    if budget is None or setting is None:
        return whole
    frames = round(whole.frames * setting.fps / whole.fps)
    return Movie(whole.path, frames, setting.fps, setting.size, budget.given_up(setting, whole.path.suffix.lower()))


@dataclass(frozen=True)
class Plan:
    """A video that is fully decided and checked, before anything is drawn.

    Attributes:
        scene: what is drawn.
        reference: name or path by which a worker finds the scene; "" for a scene given as an object.
        recording: from which it is drawn.
        target: the file or folder.
        pacing: how frames become moments.
        timeline: the moments.
        size: width and height in pixels.
        theme: name of the theme.
        options: the scene's options.
    """

    scene: Scene
    reference: str
    recording: Recording
    target: Path
    pacing: Pacing
    timeline: Timeline
    size: tuple[int, int]
    theme: str
    options: dict[str, Any]

    @classmethod
    def of(
        cls, scene: str | Path | Scene, recording: str | Path | Recording, target: Path, *, size: tuple[int, int],
        theme: str, options: Mapping[str, Any],
    ) -> "Plan":  # fmt: skip
        """Decide a video; see `render`."""
        chosen = scene if isinstance(scene, Scene) else find_scene(str(scene))
        reference = "" if isinstance(scene, Scene) else str(scene)
        source = recording if isinstance(recording, Recording) else Recording(recording)
        pacing, rest = _split(options, target)
        timeline = Timeline(source.epochs, pacing)
        return cls(chosen, reference, source, target, pacing, timeline, size, theme, rest)

    def painter(self) -> Painter:
        """Set the scene up."""
        return Painter(self.scene, self.recording, Stage(self.size, self.theme), self.options)

    def job(self) -> Job:
        """Return what a worker needs.

        Raises:
            InputError: the scene was given as an object, which no other process can find.
        """
        if not self.reference:
            raise InputError(f"scene {self.scene.name!r} was given as an object; workers need its name or path")
        reference = str(Path(self.reference).resolve()) if is_path(self.reference) else self.reference
        options = tuple(sorted(self.options.items()))
        recording, target = self.recording.path.resolve(), self.target.resolve()
        version, count = scene_version(self.reference), len(self.recording)
        return Job(reference, version, recording, count, options, self.pacing, self.size, self.theme, target)

    def provenance(self, command: str | None) -> dict[str, Any]:
        """Return what made the video, as JSON types; nothing in it depends on the time of day."""
        manifest = self.recording.manifest
        return provenance(
            command or f"animviz.render({self.scene.name!r}, ...)",
            self.theme,
            manifest.versions,
            scene=self.scene.name,
            options={name: str(value) for name, value in self.options.items()},
            pacing=self.pacing.given,
            recording=manifest.id,
            seed=manifest.seed,
        )


def _split(options: Mapping[str, Any], target: Path) -> tuple[Pacing, dict[str, Any]]:
    """Part the options of a request into its pacing and the scene's own.

    The pacing is checked, and its frame rate suits the output unless one is given.
    """
    pacing = options_of(Pacing)
    names = {option.name for option in pacing}
    given = checked(pacing, {name: value for name, value in options.items() if name in names}, "video")
    rest = {name: value for name, value in options.items() if name not in names}
    return Pacing(**{**given, "fps": given["fps"] or default_fps(target)}), rest


def check_request(
    scene: Scene, target: Path, *, size: tuple[int, int] = (1280, 720), theme: str = "dark",
    poster: str | Path | None = None, max_size: int | None = None, workers: int | None = None, **options: Any,
) -> Pacing:  # fmt: skip
    """Refuse what can be refused of a request to `render` before anything is trained or drawn; return its pacing.

    Raises:
        InputError: an option is unknown or does not fit.
        EncodeError: target or poster cannot be written.
    """
    pacing, rest = _split(options, target)
    checked(scene.options, rest, f"scene {scene.name!r}")
    check_size(*size)
    theme_named(theme)
    if workers is not None and workers < 1:
        raise InputError(f"--workers is {workers}; expected at least 1")
    check_output(target, pacing.rate)
    check_limit(max_size, target)
    if poster is not None:
        check_poster(Path(poster), target)
    return pacing


def frames(
    scene: str | Path | Scene,
    recording: Recording,
    timeline: Iterable[Moment],
    *,
    size: tuple[int, int] = (1280, 720),
    theme: str = "dark",
    **options: Any,
) -> Iterator[Pixels]:
    """Draw the frames of a timeline, or of any moments: uint8 arrays of shape (height, width, 3).

    Raises:
        AnimvizError: the scene cannot be found, or cannot draw this recording.
    """
    chosen = scene if isinstance(scene, Scene) else find_scene(str(scene))
    painter = Painter(chosen, recording, Stage(size, theme), options)
    return (painter.paint(moment)[:, :, :3].copy() for moment in timeline)


def frame_at(scene: str | Path | Scene, recording: Recording, epoch: float, **options: Any) -> Pixels:
    """Draw one moment: a preview, or a still for print.

    Args:
        scene: see `render`.
        recording: what to draw.
        epoch: the moment, in epochs since the start.
        **options: size, theme and the scene's options.
    """
    first, last = recording.epochs[0], recording.epochs[-1]
    progress = float((epoch - first) / (last - first)) if last > first else 1.0
    return next(frames(scene, recording, [Moment(0.0, epoch, progress)], **options))


def check_poster(path: Path, target: Path) -> None:
    """Refuse a poster that could not be written, or would take the place of its video.

    Raises:
        EncodeError: not a .png, .jpg or .webp, or the folder cannot be written.
    """
    if path.suffix.lower() not in (".png", ".jpg", ".jpeg", ".webp"):
        raise EncodeError(f"--poster {path}: expected a name that ends in .png, .jpg or .webp")
    if path.is_dir():
        raise EncodeError(f"--poster {path} is a folder; expected the name of a file")
    if path.resolve() == target.resolve():
        raise EncodeError(f"--poster {path} is the name of the video itself; choose another")
    check_output(path.with_suffix(".png"), 25)


def write_poster(path: Path, frame: Pixels) -> None:
    """Write a still, whole or not at all."""
    beside = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        iio.imwrite(beside, frame[:, :, :3])
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
