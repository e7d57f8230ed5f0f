"""The page of a film: it is drawn, and put into one HTML file with its chapters, captions and numbers."""

from base64 import b64encode
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from animviz.errors import InputError
from animviz.pages.film.numbers import numbers_at
from animviz.pages.shell import FOLLOWING, filled, json_of
from animviz.pages.telling import title_of
from animviz.recording.recording import Recording
from animviz.rendering.chapters import Chapter, chapters_of
from animviz.rendering.film import film
from animviz.rendering.request import Request
from animviz.safety.aside import aside

__all__ = ["made"]

SHARED = ("unpack.js", "opening.js")
SCRIPTS = ("chapters.js", "table.js", "main.js")
THEME = "dark"  # of a film whose page would follow the reader's system: pixels cannot


def made(
    recording: Recording, theme: str, *, scene: str = "", workers: int | None = None, **options: Any
) -> tuple[bytes, str]:
    """Return the page of a scene's film, and in words what it holds.

    Args:
        recording: what is drawn.
        theme: dark or light; auto is dark.
        scene: name of the scene, or path of its file.
        workers: processes that draw; by default as many as pay.
        **options: further ones that `animviz.render` takes.

    Raises:
        AnimvizError: there is no such scene, or it cannot draw the recording.
    """
    if not scene:
        raise InputError("--kind film needs --scene NAME; `animviz scenes` lists them")
    look = THEME if theme == FOLLOWING else theme
    with aside(Path(gettempdir())) as folder:
        target, poster = folder / "film.mp4", folder / "poster.jpg"
        request = Request.of(
            scene, target, theme=look, poster=poster, workers=workers, output=recording.output_name, **options
        )
        plan = request.plan(recording)
        chapters = chapters_of(recording, plan.timeline)
        movie = film(plan, request, command=f"animviz page --kind film --scene {request.scene.name}")
        numbers = numbers_at(recording, [chapter.epoch for chapter in chapters])
        title = options.get("title") or title_of(recording)
        about = {
            "chapters": [vars(chapter) for chapter in chapters],
            "numbers": numbers,
            "seconds": movie.seconds,
            "size": movie.size,
            "told": _told(request.scene.summary, movie.seconds, chapters, numbers),
        }
        page = filled(
            __package__,
            title=title,
            theme=look,
            letters=_letters(title, chapters, numbers),
            common=SHARED,
            scripts=SCRIPTS,
            data={
                "about": json_of(about),
                "poster": b64encode(poster.read_bytes()).decode(),
                "film": b64encode(target.read_bytes()).decode(),
            },
            allowing="media-src blob:",  # the film is among the data
        )
    return page, f"a film of {movie.seconds:.1f} s of scene {request.scene.name}, {len(chapters)} chapters"


def _told(summary: str, seconds: float, chapters: list[Chapter], numbers: dict[str, list[float | None]]) -> str:
    """Return the film in words, for those who cannot see it."""
    known = {name: (values[0], values[-1]) for name, values in numbers.items()}
    changes = [f"{name} from {a:.3g} to {b:.3g}" for name, (a, b) in known.items() if a is not None and b is not None]
    span = f"epochs {chapters[0].epoch:g} to {chapters[-1].epoch:g}"
    return " ".join(
        filter(None, [f"{summary} {seconds:.0f} seconds, {span}.", f"{', '.join(changes)}." * bool(changes)])
    )


def _letters(title: str, chapters: list[Chapter], numbers: dict[str, list[float | None]]) -> str:
    """Return all texts of the page, whose letters its typeface must have."""
    return "".join([title, "−", *(chapter.name + chapter.text for chapter in chapters), *numbers])
