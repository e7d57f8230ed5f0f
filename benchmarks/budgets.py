"""Budgets: every scene of the gallery as a GIF within three limits, for docs/readme-gifs.md.

    python -m benchmarks.budgets [FOLDER]

Each scene is drawn once, without loss, at 1280x720, and encoded for each limit. If a folder is given, recordings are
kept there and used again.
"""

import platform
import sys
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from animviz.cli.gallery import command_for, recording_of, scenes_to_show
from animviz.cli.main import cli
from animviz.cli.render import RenderCommand
from animviz.rendering.film import Movie, assembled
from animviz.rendering.plan import Plan
from animviz.rendering.request import Request
from animviz.rendering.segments import segments, write_part
from animviz.video.targets import working_folder

LIMITS = {"500 kB": 500_000, "2 MB": 2_000_000, "5 MB": 5_000_000}
SIZE, SECONDS = (1280, 720), 6.0
PAGE = Path(__file__).parent.parent / "docs" / "readme-gifs.md"


def plan_of(name: str, recordings: Path, target: Path) -> Plan:
    """Return the video of a scene as in the gallery, but in full size."""
    command = RenderCommand(name)
    values: dict[str, Any] = command.make_context(name, command_for(name, recordings)[3:]).params
    own = {option.name: values[option.name] for option in command.scene.options}
    return Request.of(name, target, size=SIZE, seconds=SECONDS, **own).plan(values["source"])


def fitted(plan: Plan) -> list[Movie]:
    """Draw a video once, and return the movie for each limit; a file over its limit is an error."""
    parts, found = segments(len(plan.timeline), plan.pacing.rate), []
    with working_folder(plan.target) as folder:
        painter = plan.set_up()
        for number, part in enumerate(parts):
            write_part(painter, plan.timeline, part, folder, number, plan.target, plan.size)
        whole = Movie(plan.target, len(plan.timeline), plan.pacing.rate, plan.size)
        for limit in LIMITS.values():
            found.append(assembled(folder, len(parts), whole, {}, limit))
            if plan.target.stat().st_size > limit:
                raise SystemExit(f"{plan.target.name}: {plan.target.stat().st_size} bytes, limit {limit}")
    return found


def cell(movie: Movie) -> str:
    """Return size, frame rate and colours of a movie as text."""
    width, height = movie.size
    colours = movie.given_up.partition("colours ")[2].partition(" ")[0] or "256"
    return f"{width}x{height}, {movie.fps:g}/s, {colours}"


def table(recordings: Path, folder: Path) -> list[str]:
    """Measure all scenes; return the lines of a table."""
    names = scenes_to_show()
    for words in dict.fromkeys(tuple(recording_of(name, recordings)) for name in names):
        cli.main(list(words[1:]), prog_name="animviz", standalone_mode=False)
    lines = [f"| scene | {' | '.join(LIMITS)} |", "|---" * (1 + len(LIMITS)) + "|"]
    for name in names:
        movies = fitted(plan_of(name, recordings, folder / f"{name}.gif"))
        lines.append(f"| `{name}` | {' | '.join(map(cell, movies))} |")
        print(lines[-1], flush=True)
    return lines


def main() -> None:
    """Measure, and write the table into the page."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        recordings = Path(sys.argv[1]) if len(sys.argv) > 1 else folder
        lines = table(recordings, folder)
    about = f"{date.today()}, Python {platform.python_version()}"
    report = [f"Measured {about}: width x height, frames a second, colours. No file is over its limit.", "", *lines]
    text = PAGE.read_text(encoding="utf-8")
    head, rest = text.split("<!-- budgets -->\n")
    tail = rest.split("<!-- end -->")[1]
    page = "\n".join([f"{head}<!-- budgets -->", *report, f"<!-- end -->{tail}"])
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
