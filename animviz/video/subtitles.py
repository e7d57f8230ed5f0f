"""Captions as files beside the film: SubRip (.srt) and WebVTT (.vtt)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Cue", "film_of", "srt", "subject", "vtt"]

OF = "NOTE animviz: "


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


def subject(provenance: Mapping[str, Any]) -> str:
    """Return of which recording a film shows which scene, in words; empty where it does not say both.

    Args:
        provenance: of the film.
    """
    scene, recording = (provenance.get(name) for name in ("scene", "recording"))
    return f"{scene} of {recording}" if scene and recording else ""


def film_of(text: str) -> str:
    """Return what subtitles say of the film that they belong to, see `subject`; empty where they say nothing.

    Args:
        text: WebVTT.
    """
    return next((line.removeprefix(OF).strip() for line in text.splitlines() if line.startswith(OF)), "")


def vtt(cues: Sequence[Cue], fps: float, of: str = "") -> str:
    """Return the captions as WebVTT.

    Args:
        cues: in their order.
        fps: frames per second.
        of: the film, see `subject`.
    """
    signs = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
    blocks = [
        f"{_clock(cue.first / fps, '.')} --> {_clock(cue.stop / fps, '.')}\n{cue.text.translate(signs)}\n"
        for cue in cues
    ]
    return "\n".join(["WEBVTT\n", *([f"{OF}{of}\n"] if of else []), *blocks])


def _clock(seconds: float, point: str) -> str:
    """Return a time such as "00:01:02,500"."""
    minutes, rest = divmod(round(1000 * seconds), 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}{point}{rest % 1000:03}"
