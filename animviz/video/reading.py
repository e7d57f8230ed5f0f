"""Reading films: some of their frames, and when they are shown."""

import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageSequence

from animviz.arrays import Pixels
from animviz.errors import EncodeError
from animviz.video.ffmpeg import ffmpeg_exe, have_encoder, not_run, run_ffmpeg, spelled_out, url
from animviz.video.images import opened
from animviz.video.kinds import kind_of

__all__ = ["Film"]

WITH_ALPHA = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
"""Decoders that read alpha, by the codecs of which ffmpeg's own decoder leaves it out."""


class Film:
    """A film that was written, by animviz or not.

    Args:
        path: a video or a moving picture, or a folder of PNGs.

    Attributes:
        path: the same.
        times: when each frame is shown, in seconds; None for a folder, which does not say it.
        count: how many frames there are.

    Raises:
        EncodeError: it cannot be read, or has no frames.
    """

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise EncodeError(f"{path} is not there; expected a film, or a folder of PNGs")
        self.path = path
        self._pictures = sorted(path.glob("*.png")) if path.is_dir() else []
        self.times: list[float] | None = None
        self._codec = ""
        if _is_for_pillow(path):
            self.times = _times_by_pillow(path)
        elif not path.is_dir():
            self.times, self._codec = _listed(path)
        self.count = len(self._pictures) if self.times is None else len(self.times)
        if not self.count:
            raise EncodeError(f"{path} has no frames; expected a film, or a folder of PNGs")

    def frames(self, numbers: Sequence[int]) -> list[Pixels]:
        """Return some frames: uint8 of shape (height, width, 3), or (height, width, 4) with straight alpha where one is clear.

        Args:
            numbers: of the frames, rising, each once.

        Raises:
            EncodeError: they cannot be read.
        """
        if self._pictures:
            return [_picture(self._pictures[number]) for number in numbers]
        if _is_for_pillow(self.path):
            with opened(self.path) as image:
                pictures = enumerate(ImageSequence.Iterator(image))
                return [_pixels(frame) for number, frame in pictures if number in numbers]
        return _selected(self.path, self._codec, numbers)


def _picture(path: Path) -> Pixels:
    with opened(path) as image:
        return _pixels(image)


def _pixels(image: Image.Image) -> Pixels:
    return _without_full_alpha(np.asarray(image.convert("RGBA")))


def _without_full_alpha(frame: Pixels) -> Pixels:
    return frame[..., :3] if frame[..., 3].min() == 255 else frame


def _listed(path: Path) -> tuple[list[float], str]:
    """Return when each frame is shown, and the codec; packets are listed, and nothing is decoded."""
    try:
        listed = run_ffmpeg(["-v", "error", "-i", url(path), "-map", "0:v:0", "-c", "copy", "-f", "framecrc", "-"],
                            culprit=path)  # fmt: skip
    except EncodeError:
        raise EncodeError(f"{path} cannot be read as a film; expected a video, a moving picture, or a folder") from None
    base = re.search(r"^#tb 0: (\d+)/(\d+)", listed, re.MULTILINE)
    unit = int(base[1]) / int(base[2]) if base else 1.0
    stamps = re.findall(r"^0, *-?\d+, *(-?\d+),", listed, re.MULTILINE)
    codec = re.search(r"^#codec_id 0: (\w+)", listed, re.MULTILINE)
    return sorted(int(stamp) * unit for stamp in stamps), codec[1] if codec else ""


def _is_for_pillow(path: Path) -> bool:
    """Say whether it is a WebP or AVIF, of which ffmpeg reads the first picture alone."""
    return path.is_file() and kind_of(path) in ("WebP", "AVIF")


def _times_by_pillow(path: Path) -> list[float]:
    times, now = [], 0.0
    with opened(path) as image:
        for frame in ImageSequence.Iterator(image):
            frame.load()  # which tells how long it is shown
            times.append(now / 1000)
            now += frame.info.get("duration", 0)
    return times


def _selected(path: Path, codec: str, numbers: Sequence[int]) -> list[Pixels]:
    chosen = "+".join(f"eq(n,{number})" for number in numbers)
    decoder = WITH_ALPHA.get(codec, "")
    reader = ["-c:v", decoder] if decoder and have_encoder(decoder) else []  # libvpx has both or none
    arguments = ["-v", "error", "-nostdin", *reader, "-i", url(path), "-map", "0:v:0", "-vf", f"select='{chosen}'",
                 "-fps_mode", "passthrough", "-f", "image2pipe", "-c:v", "pam", "-pix_fmt", "rgba", "-"]  # fmt: skip
    try:
        done = subprocess.run(spelled_out([ffmpeg_exe(), *arguments]), capture_output=True)
    except OSError as error:
        raise not_run(path, error) from None
    found = list(_pictures_in(done.stdout))
    # Of a file that is cut, ffmpeg shows what is left, complains, and ends as if all were well.
    if done.returncode or done.stderr or len(found) != len(numbers):
        raise EncodeError(f"{path} cannot be read to its end; draw it again")
    return found


def _pictures_in(stream: bytes) -> Iterator[Pixels]:
    """Part a stream of PAM pictures."""
    head, place = re.compile(rb"P7\nWIDTH (\d+)\nHEIGHT (\d+)\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n"), 0
    while found := head.match(stream, place):
        width, height = int(found[1]), int(found[2])
        place = found.end() + 4 * width * height
        pixels = np.frombuffer(stream[found.end() : place], np.uint8)
        yield _without_full_alpha(pixels.reshape(height, width, 4))
