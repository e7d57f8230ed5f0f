"""Parts of a video: the files that segments are encoded to before they are joined."""

import os
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol, Self
from uuid import uuid4

import imageio.v3 as iio
from threadpoolctl import threadpool_limits

from animviz.arrays import Pixels
from animviz.files import unwritable
from animviz.video.ffmpeg import FramePipe
from animviz.video.formats import BITEXACT, USUAL, Coding, format_of

__all__ = ["Writer", "part_name", "part_writer"]


class Writer(Protocol):
    """Something that takes frames, uint8 of shape (height, width, 4)."""

    def write(self, frame: Pixels) -> None:
        """Take a copy of a frame."""
        ...

    def lend(self, frame: Pixels) -> None:
        """Take a frame without a copy: it must not change until the next one is lent, so use two buffers in turn."""
        ...


@contextmanager
def part_writer(
    folder: Path, number: int, target: Path, size: tuple[int, int], fps: float, coding: Coding = USUAL
) -> Iterator[Writer]:
    """Write one part of a video; it appears under its name when it is whole.

    Its temporary name is unique, since the ffmpeg of a killed worker may still be writing the same part. Meanwhile
    matrix products use one thread: idle threads of BLAS spin on the cores that ffmpeg needs.

    Args:
        folder: where the parts are kept.
        number: place of the part in the video.
        target: the video, whose format decides the format of its parts.
        size: width and height in pixels.
        fps: frames per second.
        coding: what is asked beyond the target's extension.
    """
    kind = format_of(target, coding)
    part = folder / part_name(number)
    own = part.with_name(f"{part.name}.{uuid4().hex}")
    writer: AbstractContextManager[Writer] = _Pictures(own, target, 4 if kind.transparent else 3)
    if kind.encoder:
        writer = FramePipe(own, size, fps, [*kind.part, *BITEXACT], culprit=target, alpha=kind.transparent)
    with threadpool_limits(1, user_api="blas"), writer as ready:
        yield ready
    with unwritable(target):
        if part.is_dir():
            shutil.rmtree(part)
        os.replace(own, part)


class _Pictures:
    """A part as a folder of PNGs."""

    def __init__(self, folder: Path, target: Path, channels: int) -> None:
        self._folder = folder
        self._target = target
        self._channels = channels
        self._count = 0

    def __enter__(self) -> Self:
        with unwritable(self._target):
            self._folder.mkdir()
        return self

    def write(self, frame: Pixels) -> None:
        with unwritable(self._target):
            iio.imwrite(self._folder / f"{self._count:06d}.png", frame[:, :, : self._channels], compress_level=1)
        self._count += 1

    lend = write

    def __exit__(self, *_: object) -> None:
        pass


def part_name(number: int) -> str:
    """Return the name of a part's file, which has no extension."""
    return f"part-{number:05d}"
