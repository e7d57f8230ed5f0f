"""From a film to its files: what is not kept is drawn, and everything appears under its name at the end."""

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from animviz.files import put_together
from animviz.rendering.workers import default_workers, spread
from animviz.storyboard.cache import Cache
from animviz.storyboard.film.film import Film
from animviz.storyboard.film.pieces import Piece, Stretch, draw
from animviz.storyboard.making.handout import write_handout
from animviz.storyboard.making.mux import mux
from animviz.video.subtitles import srt, vtt
from animviz.video.targets import working_folder

__all__ = ["draw_missing", "drawn_shots", "missing_of", "outputs_of", "pieces_of", "write_files"]

log = logging.getLogger(__name__)


def outputs_of(target: Path) -> dict[str, Path]:
    """Return the files of a film by their extensions: the video, subtitles, poster and handout."""
    return {suffix: target.with_suffix(suffix) for suffix in (".mp4", ".srt", ".vtt", ".png", ".pdf")}


def pieces_of(film: Film) -> list[Piece]:
    """Return all pieces of a film, each once."""
    stills = [film.poster, *(page.still for page in film.pages)]
    pieces: list[Piece] = []
    for piece in film.video:
        # Stills beside the last frames of their shot, which is set up then.
        shot = [still for still in stills if isinstance(piece, Stretch) and still.take.name == piece.take.name]
        pieces += [piece, *shot]
    return list({piece.key: piece for piece in pieces}.values())


def missing_of(film: Film, cache: Cache) -> list[Piece]:
    """Return the pieces that are not kept, and log for every shot whether it is drawn."""
    missing = [piece for piece in pieces_of(film) if not cache.has(piece.key)]
    drawn = drawn_shots(missing)
    for take in film.takes:
        log.info("shot %s: %s", take.name, "drawn" if take.name in drawn else "kept")
    return missing


def drawn_shots(missing: list[Piece]) -> set[str]:
    """Return the names of the shots of which frames are drawn, cross-fades and stills apart."""
    return {piece.take.name for piece in missing if isinstance(piece, Stretch)}


def draw_missing(missing: list[Piece], cache: Cache, *, workers: int | None, on_frame: Callable[[int], None]) -> None:
    """Draw pieces into the cache, where each stays as soon as it is whole.

    Args:
        missing: the pieces.
        cache: where they are kept.
        workers: processes that draw; by default as many as pay.
        on_frame: called with the number of frames done.
    """
    done = 0

    def finished(frames: int) -> None:
        nonlocal done
        done += frames
        on_frame(done)

    tasks = [(piece, cache.place(piece.key).absolute()) for piece in missing]
    workers = workers or default_workers(len(tasks))
    if workers > 1 and len(tasks) > 1:
        spread(draw, tasks, workers=workers, on_done=finished)
    else:
        for task in tasks:
            finished(draw(*task))


def write_files(film: Film, cache: Cache, target: Path, provenance: Mapping[str, Any]) -> None:
    """Write all files of a film, and put them under their names when they are whole.

    Raises:
        EncodeError: one of them cannot be written; then none is, and those of before stay.
    """
    with working_folder(target) as folder:
        made = outputs_of(folder / target.name)
        mux(film, [cache.video(piece.key) for piece in film.video], folder, made[".mp4"], provenance)
        made[".srt"].write_text(srt(film.cues, film.look.fps), encoding="utf-8", newline="\n")
        made[".vtt"].write_text(vtt(film.cues, film.look.fps), encoding="utf-8", newline="\n")
        made[".png"].write_bytes(cache.still(film.poster.key).read_bytes())
        pages = [(cache.still(page.still.key), page.text) for page in film.pages]
        write_handout(made[".pdf"], film.title, pages)
        put_together({made[suffix]: path for suffix, path in outputs_of(target).items()}, folder)
