"""Rendering: a timeline mapped over a scene, frame by frame, into an encoder."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from animviz.arrays import Pixels
from animviz.moment import Moment
from animviz.pictures.discovery import find_scene
from animviz.pictures.painter import Painter
from animviz.pictures.scene import Scene
from animviz.recording.recording import Recording
from animviz.rendering.plan import Drawable, Plan
from animviz.rendering.request import check_request
from animviz.rendering.segments import segments, write_part
from animviz.rendering.workers import draw_all
from animviz.stage.stage import Stage
from animviz.video.assembling import assemble
from animviz.video.budget import Budget
from animviz.video.html import html_of
from animviz.video.poster import write_poster
from animviz.video.targets import working_folder

__all__ = ["Movie", "assembled", "film", "frame_at", "frames", "render"]


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
        **options: the scene's options, and those of `animviz.rendering.timeline.Pacing` (fps, pace, seconds, ...).

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
    """Make a movie of its parts, as it was drawn or so that it fits into so many bytes; see `animviz.video.assembling.assemble`.

    Returns:
        The movie as it became.
    """
    budget = Budget(max_size, whole.size, whole.fps, whole.frames) if max_size else None
    setting = assemble(folder, count, whole.path, provenance, budget)
    if budget is None or setting is None:
        return whole
    frames = round(whole.frames * setting.fps / whole.fps)
    return Movie(whole.path, frames, setting.fps, setting.size, budget.given_up(setting, whole.path.suffix.lower()))


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
