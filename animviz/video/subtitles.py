"""Captions as files beside the film: SubRip (.srt) and WebVTT (.vtt)."""

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Cue", "srt", "vtt"]


@dataclass(frozen=True)
class Cue:
    """A subtitle.

    Attributes:
        first: frame at which it appears.
        stop: frame at which it is gone.
        text: without mathematics.
    """

    first: int
    stop: int
    text: str


def srt(cues: Sequence[Cue], fps: float) -> str:
    """Return the captions as SubRip."""
    blocks = [
        f"{number}\n{_clock(cue.first / fps, ',')} --> {_clock(cue.stop / fps, ',')}\n{cue.text}\n"
        for number, cue in enumerate(cues, start=1)
    ]
    return "\n".join(blocks)


def vtt(cues: Sequence[Cue], fps: float) -> str:
    """Return the captions as WebVTT."""
    signs = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
    blocks = [
        f"{_clock(cue.first / fps, '.')} --> {_clock(cue.stop / fps, '.')}\n{cue.text.translate(signs)}\n"
        for cue in cues
    ]
    return "\n".join(["WEBVTT\n", *blocks])


def _clock(seconds: float, point: str) -> str:
    """Return a time such as "00:01:02,500"."""
    minutes, rest = divmod(round(1000 * seconds), 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}{point}{rest % 1000:03}"
