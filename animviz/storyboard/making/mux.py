"""The pieces of a film, its chapters and its sound in one MP4; pictures are not encoded again."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from animviz.storyboard.film.film import Film
from animviz.storyboard.film.sound import write_track
from animviz.video.ffmpeg import QUIET, run_ffmpeg, url
from animviz.video.formats import FORMATS

__all__ = ["metadata_text", "mux"]

EXACT = ("-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "1", "-map_chapters", "1")
AAC = ("-c:a", "aac", "-b:a", "160k", "-flags:a", "+bitexact", "-threads:a", "1")


def mux(film: Film, parts: Sequence[Path], folder: Path, target: Path, provenance: Mapping[str, Any]) -> None:
    """Write the MP4.

    Args:
        film: what it is.
        parts: files of its pieces in order.
        folder: for what is needed on the way.
        target: the file to write.
        provenance: facts to be written into it.

    Raises:
        EncodeError: ffmpeg fails.
    """
    listing, chapters = folder / "parts.txt", folder / "chapters.txt"
    quoted = [str(part.absolute()).replace("'", "'\\''") for part in parts]
    listing.write_text("".join(f"file 'file:{part}'\n" for part in quoted), encoding="utf-8")
    chapters.write_text(metadata_text(film, provenance), encoding="utf-8")
    inputs = ["-f", "concat", "-safe", "0", "-i", url(listing), "-f", "ffmetadata", "-i", url(chapters)]
    sound = ["-map", "0:v"]
    if film.sounds:
        inputs += ["-i", url(write_track(film.sounds, film.seconds, folder))]
        sound = ["-map", "0:v", "-map", "2:a", *AAC]
    container = [word for word in FORMATS[".mp4"].whole if word not in ("-c", "copy")]
    run_ffmpeg([*QUIET, *inputs, *sound, "-c:v", "copy", *container, *EXACT, url(target)], culprit=target.name)


def metadata_text(film: Film, provenance: Mapping[str, Any]) -> str:
    """Return title, provenance and chapters as ffmpeg reads them."""
    starts = [start for start, _ in film.chapters]
    facts = json.dumps(dict(provenance), sort_keys=True)
    blocks = [f";FFMETADATA1\ntitle={_escaped(film.title)}\ncomment={_escaped(facts)}\n"]
    for (start, title), stop in zip(film.chapters, [*starts[1:], film.frames], strict=True):
        begin, end = (round(1000 * frame / film.look.fps) for frame in (start, stop))
        blocks.append(f"[CHAPTER]\nTIMEBASE=1/1000\nSTART={begin}\nEND={end}\ntitle={_escaped(title)}\n")
    return "".join(blocks)


def _escaped(text: str) -> str:
    return "".join(f"\\{sign}" if sign in "=;#\\" else sign for sign in " ".join(text.splitlines()))
