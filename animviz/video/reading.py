"""Reading films: some of their frames, and when they are shown."""

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import imageio.v3 as iio
import numpy as np
from PIL import Image, ImageSequence

from animviz.arrays import Pixels
from animviz.errors import EncodeError
from animviz.video.ffmpeg import ffmpeg_exe, not_run, run_ffmpeg, spelled_out, url

__all__ = ["Film"]


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
        if not path.is_dir():
            self.times = _times_by_pillow(path) if _is_for_pillow(path) else _times(path)
        self.count = len(self._pictures) if self.times is None else len(self.times)
        if not self.count:
            raise EncodeError(f"{path} has no frames; expected a film, or a folder of PNGs")

    def frames(self, numbers: Sequence[int]) -> list[Pixels]:
        """Return some frames: uint8 of shape (height, width, 3).

        Args:
            numbers: of the frames, rising, each once.

        Raises:
            EncodeError: they cannot be read.
        """
        if self._pictures:
            return [np.asarray(iio.imread(self._pictures[number]))[..., :3] for number in numbers]
        if _is_for_pillow(self.path):
            with Image.open(self.path) as image:
                pictures = enumerate(ImageSequence.Iterator(image))
                return [np.asarray(frame.convert("RGB")) for number, frame in pictures if number in numbers]
        return _selected(self.path, numbers)


def _times(path: Path) -> list[float]:
    """Return when each frame is shown; packets are listed, and nothing is decoded."""
    try:
        listed = run_ffmpeg(["-v", "error", "-i", url(path), "-map", "0:v:0", "-c", "copy", "-f", "framecrc", "-"],
                            culprit=path)  # fmt: skip
    except EncodeError:
        raise EncodeError(f"{path} cannot be read as a film; expected a video, a moving picture, or a folder") from None
    base = re.search(r"^#tb 0: (\d+)/(\d+)", listed, re.MULTILINE)
    unit = int(base[1]) / int(base[2]) if base else 1.0
    stamps = re.findall(r"^0, *-?\d+, *(-?\d+),", listed, re.MULTILINE)
    return sorted(int(stamp) * unit for stamp in stamps)


def _is_for_pillow(path: Path) -> bool:
    """Say whether it is a WebP or AVIF, of which ffmpeg reads the first picture alone."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.read(12)
    return head[8:] == b"WEBP" or head[4:] in (b"ftypavif", b"ftypavis")


def _times_by_pillow(path: Path) -> list[float]:
    times, now = [], 0.0
    with Image.open(path) as image:
        for frame in ImageSequence.Iterator(image):
            frame.load()  # which tells how long it is shown
            times.append(now / 1000)
            now += frame.info.get("duration", 0)
    return times


def _selected(path: Path, numbers: Sequence[int]) -> list[Pixels]:
    chosen = "+".join(f"eq(n,{number})" for number in numbers)
    arguments = ["-v", "error", "-nostdin", "-i", url(path), "-map", "0:v:0", "-vf", f"select='{chosen}'",
                 "-fps_mode", "passthrough", "-f", "image2pipe", "-c:v", "ppm", "-pix_fmt", "rgb24", "-"]  # fmt: skip
    try:
        done = subprocess.run(spelled_out([ffmpeg_exe(), *arguments]), capture_output=True)
    except OSError as error:
        raise not_run(path, error) from None
    found = list(_pictures_in(done.stdout))
    if done.returncode or len(found) != len(numbers):
        raise EncodeError(f"{path} cannot be read to its end; draw it again")
    return found


def _pictures_in(stream: bytes) -> list[Pixels]:
    """Part a stream of PPM pictures."""
    place, found = 0, []
    while head := re.compile(rb"P6\s(\d+)\s(\d+)\s255\s").match(stream, place):
        width, height = int(head[1]), int(head[2])
        place = head.end() + 3 * width * height
        found.append(np.frombuffer(stream[head.end() : place], np.uint8).reshape(height, width, 3))
    return found
