"""What lies beside a film or a still: its alt text, and the subtitles of a film."""

from collections.abc import Sequence
from pathlib import Path

from animviz.errors import EncodeError
from animviz.files import replace_file
from animviz.rendering.chapters import Chapter
from animviz.video.subtitles import Cue, srt, vtt

__all__ = ["alt_place", "check_alt", "check_subtitles", "subtitle_places", "write_alt", "write_subtitles"]


def alt_place(target: Path) -> Path:
    """Return where the alt text of a film or a still is."""
    return target.with_name(f"{target.stem}.alt.txt")


def check_alt(target: Path) -> None:
    """Refuse an alt text that could not be written.

    Raises:
        EncodeError: a folder is in its place.
    """
    _refuse_folder(alt_place(target), "--alt")


def write_alt(target: Path, text: str) -> None:
    """Write the alt text of a film or a still beside it."""
    replace_file(alt_place(target), f"{text}\n".encode())


def subtitle_places(target: Path) -> tuple[Path, Path]:
    """Return where the subtitles of a film are: SubRip and WebVTT."""
    return target.with_name(f"{target.stem}.srt"), target.with_name(f"{target.stem}.vtt")


def check_subtitles(target: Path) -> None:
    """Refuse subtitles that could not be written.

    Raises:
        EncodeError: a folder is in their place.
    """
    for place in subtitle_places(target):
        _refuse_folder(place, "--subtitles")


def write_subtitles(
    target: Path, summary: str, chapters: Sequence[Chapter], frames: int, fps: float, of: str = ""
) -> None:
    """Write the subtitles of a film beside it: what is drawn, and what happens at each of its chapters.

    Args:
        target: the film.
        summary: what is drawn.
        chapters: in their order.
        frames: of the film.
        fps: frames per second.
        of: the film, see `animviz.video.subtitles.subject`.
    """
    starts = [*(round(chapter.seconds * fps) for chapter in chapters), frames]
    texts = [chapter.text for chapter in chapters]
    texts[0] = f"{summary.rstrip('.')}. {texts[0]}"
    spans = zip(starts, starts[1:], texts, strict=False)
    cues = [Cue(first, stop, text) for first, stop, text in spans if first < stop]
    for place, written in zip(subtitle_places(target), (srt(cues, fps), vtt(cues, fps, of)), strict=True):
        replace_file(place, written.encode())


def _refuse_folder(place: Path, flag: str) -> None:
    if place.is_dir():
        raise EncodeError(f"{place} is a folder, where {flag} writes a file; move it away, or leave {flag} out")
