"""The encoder: frames to a video file."""

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from animviz.arrays import Pixels
from animviz.errors import EncodeError
from animviz.video.assembling import assemble
from animviz.video.formats import USUAL, Coding
from animviz.video.parts import part_writer
from animviz.video.targets import working_folder

__all__ = ["Encoder"]


class Encoder:
    """Writes frames to a file, in one part; a context manager.

    An exception in its block removes the unfinished file.

    Args:
        path: file or folder to write.
        size: width and height in pixels.
        fps: frames per second.
        provenance: facts to write into the file, where its format can hold them.
        coding: what is asked beyond the extension.

    Attributes:
        frames: number of frames written so far.

    Raises:
        EncodeError: the format is unknown, ffmpeg fails, or the result cannot be written.
    """

    def __init__(
        self,
        path: Path,
        size: tuple[int, int],
        fps: float,
        provenance: Mapping[str, Any] | None = None,
        coding: Coding = USUAL,
    ) -> None:
        self.path = path
        self.size = size
        self.fps = fps
        self.frames = 0
        self._provenance = dict(provenance or {})
        self._coding = coding

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._folder = stack.enter_context(working_folder(self.path))
            self._part = part_writer(self._folder, 0, self.path, self.size, self.fps, self._coding)
            self._writer = self._part.__enter__()
            self._kept = stack.pop_all()
        return self

    def write(self, frame: Pixels) -> None:
        """Add a frame, uint8 of shape (height, width, 4), whose fourth channel is ignored unless alpha is asked for.

        Raises:
            EncodeError: wrong shape or dtype, or ffmpeg has failed; quotes its last message.
        """
        self._check(frame)
        self._writer.write(frame)
        self.frames += 1

    def lend(self, frame: Pixels) -> None:
        """Add a frame without a copy: it must not change until the next one is lent; see `write`."""
        self._check(frame)
        self._writer.lend(frame)
        self.frames += 1

    def _check(self, frame: Pixels) -> None:
        width, height = self.size
        if frame.shape != (height, width, 4) or frame.dtype != np.uint8:
            found, expected = f"{frame.dtype} {frame.shape}", f"uint8 {(height, width, 4)}"
            raise EncodeError(f"frame {self.frames} is {found}; expected {expected}")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._kept:
            if kind is None and not self.frames:
                error = EncodeError(f"{self.path}: no frames were drawn")
                self._part.__exit__(EncodeError, error, None)
                raise error
            self._part.__exit__(kind, error, traceback)
            if kind is None:
                assemble(self._folder, 1, self.path, self._provenance, coding=self._coding)
