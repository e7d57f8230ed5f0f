"""Rendering: a picture mapped over a timeline, frame by frame, into an encoder."""

import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

from animviz.arrays import Pixels
from animviz.files import resolved
from animviz.moment import Moment
from animviz.pictures.picture import Picture
from animviz.pictures.scene import Scene
from animviz.recording.recording import Recording
from animviz.rendering.beside import write_alt, write_subtitles
from animviz.rendering.chapters import chapters_of
from animviz.rendering.movie import Movie
from animviz.rendering.pacing import paced
from animviz.rendering.plan import Plan
from animviz.rendering.request import Request, parted
from animviz.rendering.segments import segments, write_part
from animviz.rendering.workers import default_workers, draw_all
from animviz.stage.background import opaque_look
from animviz.stage.stage import Stage
from animviz.video.assembling import assemble
from animviz.video.budget import AUTO, Budget
from animviz.video.formats import USUAL, Coding
from animviz.video.poster import write_poster
from animviz.video.subtitles import subject
from animviz.video.targets import working_folder

__all__ = ["Movie", "assembled", "film", "frame_at", "frames", "render"]


def render(
    scene: str | Path | Scene,
    recording: str | Path | Recording,
    path: str | Path,
    *,
    place: str | None = None,
    size: tuple[int, int] | str | None = None,
    theme: str = "dark",
    background: str | None = None,
    codec: str | None = None,
    loop: int | str = "forever",
    output: str | None = None,
    poster: str | Path | None = None,
    max_size: int | str | None = AUTO,
    alt: bool = False,
    subtitles: bool = False,
    workers: int = 1,
    executor: Executor | None = None,
    command: str | None = None,
    on_frame: Callable[[int], None] | None = None,
    quiet: bool = False,
    **options: Any,
) -> Movie:
    """Draw a recording with a scene into a video file, and say in one line what was written.

    Args:
        scene: name of a scene, path of a file "my_scene.py" or "my_scene.py:name", or a scene itself.
        recording: what to draw, or its path.
        path: .mp4, .m4v, .mov (ProRes 4444), .webm, .webp, .avif, .gif, .apng or .png (animated), or a name without
            extension: a folder of PNGs.
        place: where it is published: "slides", "readme", "github", "x", "linkedin", "shorts", "reels", "mastodon" or
            "docs"; size, frame rate, codec, length and limit are chosen for it unless they are given.
        size: width and height in pixels, in a video even numbers; or as a text: "1280x720", "16:9". By default 1280x720.
        theme: "dark", "light" or "print".
        background: a colour, or "transparent" for a file with alpha: .mov, .webm, .webp, .avif, .apng, .png or a folder;
            by default the theme's.
        codec: "h264", "hevc", "av1", "vp9" or "prores", as the kind of file allows.
        loop: how often a .gif, .webp, .avif, .apng or .png plays: "once", a number, or "forever".
        output: name of the output that is drawn, of a model that has several; by default the main one.
        poster: file for a picture of the last frame.
        max_size: most that a .gif, .webp, .mp4, .m4v or .webm may take, as bytes or such as "2MB"; size, frame rate, and
            tones or bits per second are chosen to fit. By default 5 MB for a .gif or .webp; None or "none" for no limit.
        alt: whether the film in words is written beside it, as NAME.alt.txt; the file says it in any case, where its kind
            can: .mp4, .m4v, .mov, .webm, .gif, .apng and .png.
        subtitles: whether what happens is written beside it as subtitles, NAME.srt and NAME.vtt.
        workers: processes that draw.
        executor: draws the segments instead of processes of our own, such as a Dask client's executor.
        command: what the provenance says made this video.
        on_frame: called with the number of frames done.
        quiet: whether the line is left out.
        **options: the scene's options, and those of `animviz.rendering.timeline.Pacing` (fps, pace, seconds, ...).

    Raises:
        AnimvizError: something cannot be found, drawn or written; nothing is left under the target's name.
    """
    request = Request.of(
        scene, path, place=place, size=size, theme=theme, background=background, codec=codec, loop=loop, output=output,
        poster=poster, max_size=max_size, alt=alt, subtitles=subtitles, workers=workers, **options,
    )  # fmt: skip
    made_by = command or f"animviz.render({request.scene.name!r}, ...)"
    plan = request.plan(recording)
    movie = film(plan, request, command=made_by, executor=executor, on_frame=on_frame)
    if not quiet:
        for line in (*request.notes, *request.told(plan)):
            print(line)
        movie.tell()
    return movie


def film(
    plan: Plan,
    request: Request,
    *,
    command: str,
    executor: Executor | None = None,
    on_frame: Callable[[int], None] | None = None,
) -> Movie:
    """Draw a video that is decided and checked.

    Args:
        plan: the video.
        request: by which it was decided: poster, limit and workers.
        command: what the provenance says made this video.
        executor: draws the segments instead of processes of our own.
        on_frame: called with the number of frames done.

    Raises:
        AnimvizError: something cannot be drawn or written; nothing is left under the target's name.
    """
    timeline = plan.timeline
    parts = segments(len(timeline), plan.pacing.rate)
    workers = request.workers or default_workers(len(parts))
    # Set up here in any case: what cannot be drawn is refused before a worker is started.
    painter = plan.set_up()
    with working_folder(plan.target) as folder:
        if workers > 1 or executor is not None:
            pickle.dumps(plan)  # a scene that cannot travel is refused before a worker is started
            numbers = range(len(parts))
            draw_all(plan, numbers, resolved(folder), workers=workers, executor=executor, on_frame=on_frame)
        else:
            for number, part in enumerate(parts):
                write_part(painter, timeline, part, folder, number, plan.target, plan.size, on_frame, plan.coding)
        if request.poster is not None:
            write_poster(request.poster, painter.paint(timeline[-1]), alpha=plan.coding.transparent)
        whole = Movie(plan.target, len(timeline), plan.pacing.rate, plan.size)
        movie = assembled(folder, len(parts), whole, plan.provenance(command), request.max_size, plan.coding)
    if request.alt:
        write_alt(plan.target, plan.alt)
    if request.subtitles and isinstance(plan.picture, Picture):
        chapters = chapters_of(plan.picture.recording, timeline)
        of, rate = subject(plan.provenance(command)), plan.pacing.rate
        write_subtitles(plan.target, plan.picture.scene.summary, chapters, len(timeline), rate, of)
    return movie


def assembled(
    folder: Path, count: int, whole: Movie, provenance: Mapping[str, Any], max_size: int | None,
    coding: Coding = USUAL,
) -> Movie:  # fmt: skip
    """Make a movie of its parts, as it was drawn or so that it fits into so many bytes; see `animviz.video.assembling.assemble`.

    Returns:
        The movie as it became.
    """
    budget = Budget(max_size, whole.size, whole.fps, whole.frames) if max_size else None
    setting = assemble(folder, count, whole.path, provenance, budget, coding)
    if budget is None or setting is None:
        return whole
    frames = round(whole.frames * setting.fps / whole.fps)
    return Movie(whole.path, frames, setting.fps, setting.size, budget.given_up(setting, whole.path.suffix.lower()))


def frames(
    scene: str | Path | Scene,
    recording: str | Path | Recording,
    timeline: Iterable[Moment] | None = None,
    *,
    size: tuple[int, int] | str = (1280, 720),
    theme: str = "dark",
    background: str | None = None,
    output: str | None = None,
    **options: Any,
) -> Iterator[Pixels]:
    """Draw the frames of a timeline, or of any moments: uint8 arrays of shape (height, width, 3).

    Args:
        scene: see `render`.
        recording: what to draw, or its path.
        timeline: the moments; by default those of the video that `render` would make.
        size: width and height in pixels, even numbers; or as a text: "1280x720", "16:9".
        theme: "dark", "light" or "print".
        background: a colour; by default the theme's.
        output: name of the output that is drawn, of a model that has several; by default the main one.
        **options: the scene's options; without a timeline also those of `animviz.rendering.timeline.Pacing`.

    Raises:
        AnimvizError: the scene cannot be found, or cannot draw this recording.
    """
    pacing, own = parted(options) if timeline is None else (None, options)
    picture = Picture.of(scene, recording, own, output=output)
    stage = Stage(size, opaque_look(theme, background))
    if pacing is not None:
        timeline = whole = paced(picture, pacing, stage.size, theme)
        stage.pace = whole.whole_seconds
    painter = picture.painter(stage)
    return (painter.paint(moment)[:, :, :3].copy() for moment in timeline or ())


def frame_at(
    scene: str | Path | Scene,
    recording: str | Path | Recording,
    epoch: float,
    *,
    size: tuple[int, int] | str = (1280, 720),
    theme: str = "dark",
    background: str | None = None,
    output: str | None = None,
    **options: Any,
) -> Pixels:
    """Draw one moment: a preview, or a still for print; uint8 of shape (height, width, 3).

    Args:
        scene: see `render`.
        recording: what to draw, or its path.
        epoch: the moment, in epochs since the start.
        size: width and height in pixels, even numbers; or as a text: "1280x720", "16:9".
        theme: "dark", "light" or "print".
        background: a colour; by default the theme's.
        output: name of the output that is drawn, of a model that has several; by default the main one.
        **options: the scene's options.

    Raises:
        AnimvizError: the scene cannot be found, or cannot draw this recording; or the moment is outside it.
    """
    return Picture.of(scene, recording, options, output=output).frame(
        epoch, Stage(size, opaque_look(theme, background))
    )
