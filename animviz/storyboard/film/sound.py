"""Narration and other sound: how long it is, and one track of it for the film."""

import wave
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import gettempdir

import numpy as np

from animviz.errors import EncodeError, InputError
from animviz.safety.aside import aside
from animviz.video.ffmpeg import QUIET, run_ffmpeg, url

__all__ = ["Sound", "seconds_of", "write_track"]

RATE, CHANNELS = 48_000, 2
RAW = ("-ac", str(CHANNELS), "-ar", str(RATE), "-fflags", "+bitexact", "-f", "s16le")


@dataclass(frozen=True)
class Sound:
    """A file of sound and when it begins.

    Attributes:
        path: of the file.
        start: seconds since the start of the film.
    """

    path: Path
    start: float


def seconds_of(path: Path) -> float:
    """Return the length of a file of sound in seconds.

    Raises:
        InputError: there is none, or ffmpeg finds no sound in it.
    """
    if not path.is_file():
        raise InputError(f"no file {path}; expected sound, such as .wav or .mp3")
    about = path.stat()
    return _length(path, about.st_size, about.st_mtime_ns)


@lru_cache
def _length(path: Path, size: int, changed: int) -> float:
    with aside(Path(gettempdir())) as folder:
        raw = folder / "raw"
        _decode(path, raw)
        samples = raw.stat().st_size // (2 * CHANNELS)
    if not samples:
        raise InputError(f"{path.name} holds no sound; expected a file such as .wav or .mp3")
    return samples / RATE


def _decode(path: Path, raw: Path) -> None:
    try:
        run_ffmpeg([*QUIET, "-i", url(path), "-map", "0:a:0", *RAW, url(raw)], culprit=path)
    except EncodeError as error:
        raise InputError(
            f"{path.name} holds no sound that ffmpeg can read ({str(error).partition('failed: ')[2]})"
        ) from None


def write_track(sounds: Sequence[Sound], seconds: float, folder: Path) -> Path:
    """Write one track of all sounds, silent between them, as long as the film; return its path.

    Args:
        sounds: where they begin.
        seconds: length of the film.
        folder: in which it is written.
    """
    track = np.zeros((round(seconds * RATE), CHANNELS), dtype=np.int16)
    for number, sound in enumerate(sounds):
        raw = folder / f"sound-{number}.raw"
        _decode(sound.path, raw)
        first = round(sound.start * RATE)
        samples = np.fromfile(raw, dtype="<i2").reshape(-1, CHANNELS)[: len(track) - first]
        track[first : first + len(samples)] = samples
        raw.unlink()
    path = folder / "track.wav"
    with wave.open(str(path), "wb") as writer:
        writer.setnchannels(CHANNELS)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes(track.astype("<i2").tobytes())
    return path
