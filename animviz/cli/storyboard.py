"""The `storyboard` command: read, check, train, decide, draw what changed, write."""

from pathlib import Path
from typing import Any

from animviz.cli.progress import Progress
from animviz.cli.reports import report
from animviz.cli.saying import say
from animviz.cli.stopping import Terminal, interruptible_film
from animviz.errors import InputError
from animviz.experiments.homes import RENDERS
from animviz.rendering.film import Movie
from animviz.rendering.request import check_workers
from animviz.storyboard.cache import Cache
from animviz.storyboard.deciding.decider import Decider, look_of
from animviz.storyboard.deciding.sources import sources_of, train
from animviz.storyboard.file.reading import Storyboard, read
from animviz.storyboard.film.film import Film
from animviz.storyboard.making.make import draw_missing, drawn_shots, missing_of, outputs_of, pieces_of, write_files
from animviz.video.provenance import provenance
from animviz.video.targets import check_output

__all__ = ["run"]


def run(path: Path, output: Path | None, *, draft: bool, shot: str | None, workers: int | None, retrain: bool) -> None:
    """Make the film of a storyboard, or a draft or a single shot of it.

    Args:
        path: the file.
        output: the .mp4; the other files stand beside it.
        draft: a quarter of the pixels and of the frames.
        shot: name of the one shot that is wanted.
        workers: processes that draw.
        retrain: train anew even what is there already.

    Raises:
        AnimvizError: something in the file is wrong, or cannot be drawn or written.
    """
    storyboard = read(path)
    look = look_of(storyboard, draft=draft)
    target = output or RENDERS / f"{path.stem}{f'-{shot}' if shot else ''}{'-draft' if draft else ''}.mp4"
    _check_target(target, look.fps, workers)
    sources = sources_of(storyboard)
    decider = Decider(storyboard, look, sources, shot)
    decider.check()
    train(decider.used, decider.needs, retrain=retrain, telling=Terminal())
    cache = Cache(target.parent / f".{path.stem}.cache", look)
    with interruptible_film(target, "what was drawn is kept"), Progress() as progress:
        film = decider.decide(cache)
        missing = missing_of(film, cache)
        on_frame = progress.stage("drawing", sum(piece.frames for piece in missing))
        draw_missing(missing, cache, workers=workers, on_frame=on_frame)
        write_files(film, cache, target, _provenance(storyboard, film, decider, draft, shot))
        if shot is None:
            cache.sweep([*(piece.key for piece in pieces_of(film)), *decider.notes])
    report(Movie(target, film.frames, look.fps, look.size))
    beside = ", ".join(place.suffix for place in list(outputs_of(target).values())[1:])
    say(f"{len(drawn_shots(missing))} of {len(film.takes)} shots drawn, the others kept; beside it {beside}")


def _check_target(target: Path, fps: float, workers: int | None) -> None:
    if target.suffix.lower() != ".mp4":
        raise InputError(f"-o {target}: expected a name that ends in .mp4")
    for place in outputs_of(target).values():
        if place.is_dir():
            raise InputError(f"{place} is a folder and cannot be written; choose another -o")
    check_workers(workers)
    check_output(target, fps)


def _provenance(storyboard: Storyboard, film: Film, decider: Decider, draft: bool, shot: str | None) -> dict[str, Any]:
    """Return what made the film, as JSON types; it does not depend on how many workers drew it, nor on what was kept."""
    flags = (["--draft"] if draft else []) + (["--shot", shot] if shot else [])
    manifests = [source.recording.manifest for source in decider.used]
    return provenance(
        " ".join(["animviz storyboard", storyboard.path.name, *flags]),
        film.look.theme,
        {name: number for manifest in manifests for name, number in manifest.versions.items()},
        shots=", ".join(take.name for take in film.takes),
        recordings=", ".join(manifest.id for manifest in manifests),
    )
