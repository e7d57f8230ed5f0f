"""A film as a page needs to know it: its size, what it says in words, and a still of it."""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from animviz.errors import AnimvizError, EncodeError, InputError
from animviz.files import check_writable
from animviz.video.html import IMAGES, VIDEOS
from animviz.video.images import opened
from animviz.video.kinds import KINDS, kind_of
from animviz.video.poster import write_poster
from animviz.video.provenance import provenance_in
from animviz.video.reading import Film
from animviz.video.subtitles import film_of, subject

__all__ = ["Shown", "shown"]

log = logging.getLogger("animviz")

LONGEST = 100_000  # letters of an alt text or of subtitles that are read


@dataclass(frozen=True)
class Shown:
    """A film that is to be shown.

    Attributes:
        path: the file, or the folder of PNGs, as the page will name it.
        size: width and height in pixels.
        alt: what is seen, in words.
        poster: a still of its end, for those who want no motion; beside a folder it is its last picture.
        frames: how many there are.
        subtitles: the .vtt beside it, or None.
    """

    path: Path
    size: tuple[int, int]
    alt: str
    poster: Path
    frames: int
    subtitles: Path | None = None

    @property
    def suffix(self) -> str:
        """Its extension in small letters; empty for a folder."""
        return "" if self.path.is_dir() else self.path.suffix.lower()

    @property
    def is_video(self) -> bool:
        """Whether it has a player's controls; else it is a moving picture or a folder."""
        return self.suffix in VIDEOS


def shown(path: Path, alt: str | None = None) -> Shown:
    """Return a film that is to be shown; a still of its end is written beside it, unless there is a newer one.

    Args:
        path: a video, a moving picture, or a folder of PNGs.
        alt: what is seen; by default what NAME.alt.txt or the file itself says.

    Raises:
        EncodeError: it cannot be read, is cut, or is of another kind than its name says; or the still cannot be written.
        InputError: nothing says in words what is seen.
    """
    film = Film(path)
    if not path.is_dir() and path.suffix.lower() not in {**VIDEOS, **IMAGES}:
        raise EncodeError(f"{path}: expected {', '.join({**VIDEOS, **IMAGES})}, or a folder of PNGs")
    if not path.is_dir():
        _require_kind(path)
    facts = _provenance(path)
    words = _one_line(alt) if alt is not None else _words_of(path, facts)
    if not words:
        raise InputError(f"nothing says what {path} shows; give --alt-text, or draw it with --alt")
    # Films of one name in two formats may show different things.
    poster = sorted(path.glob("*.png"))[-1] if path.is_dir() else _beside(path, f"-{path.suffix[1:]}-poster.png")
    (last,) = film.frames([film.count - 1])
    if not path.is_dir() and _is_newer(path, poster):
        check_writable(poster)
        write_poster(poster, last, alpha=True)
    size = (last.shape[1], last.shape[0])
    return Shown(path, size, words, poster, film.count, _track_of(path, facts))


def _require_kind(path: Path) -> None:
    """Refuse a file of another kind than its name says, which pages and browsers would go by."""
    kind = kind_of(path)
    if kind is None:
        raise EncodeError(f"{path} is no {path.suffix[1:]} file, whatever its name says; draw it again")
    if path.suffix.lower() not in KINDS[kind]:
        raise EncodeError(
            f"{path} is of the kind {kind}, whatever its name says; rename it to {path.stem}{KINDS[kind][0]}"
        )


def _beside(path: Path, ending: str) -> Path:
    """Return the place beside a film; the present folder has its own name."""
    named = path if path.name else path.absolute()
    return named.parent / f"{named.stem}{ending}"


def _is_newer(path: Path, poster: Path) -> bool:
    return not poster.exists() or poster.stat().st_mtime_ns < path.stat().st_mtime_ns


def _words_of(path: Path, facts: Mapping[str, Any]) -> str:
    """Return what a film says of itself: in its own bytes, or in the file beside it, which may be of an earlier film."""
    if said := _one_line(_words_in(path, facts)):
        return said
    beside = _beside(path, ".alt.txt")
    if not beside.is_file():
        return ""
    with beside.open(encoding="utf-8", errors="replace") as file:
        return _one_line(file.read(LONGEST))


def _words_in(path: Path, facts: Mapping[str, Any]) -> str:
    if path.is_dir():
        return ""
    if path.suffix.lower() in VIDEOS:
        return str(facts.get("alt", ""))
    with opened(path) as image:
        said = image.info.get("comment") or getattr(image, "text", {}).get("Description", "")
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)


def _track_of(path: Path, facts: Mapping[str, Any]) -> Path | None:
    """Return the subtitles beside a film; None where there are none, or they say that they are of another film."""
    track = _beside(path, ".vtt")
    if path.suffix.lower() not in VIDEOS or not track.is_file():
        return None
    with track.open(encoding="utf-8", errors="replace") as file:
        of, own = film_of(file.read(LONGEST)), subject(facts)
    if of and own and of != own:
        log.warning("%s is of another film (%s), so that it is left out; draw with --subtitles", track, of)
        return None
    return track


def _provenance(path: Path) -> Mapping[str, Any]:
    """Return what a video says of itself; nothing of others."""
    if path.is_dir() or path.suffix.lower() not in VIDEOS:
        return {}
    try:
        return provenance_in(path)
    except AnimvizError:
        return {}


def _one_line(text: str) -> str:
    return re.sub(r"[\s\x00-\x1f\x7f]+", " ", text).strip()
