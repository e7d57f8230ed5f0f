"""Frames to files: MP4, WebM, WebP, APNG and GIF, or a folder of PNGs.

A video is made of parts, each encoded on its own, and assembled at the end; short ones have a single part. All work
is done in a hidden folder beside the target, which appears under its name only when it is whole.
"""

import json
import os
import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from animviz.arrays import Pixels
from animviz.errors import EncodeError
from animviz.files import unwritable
from animviz.video.budget import TONES, Budget, Setting, fit, settings_for
from animviz.video.ffmpeg import QUIET, run_ffmpeg, url
from animviz.video.formats import BITEXACT, format_of
from animviz.video.parts import part_name, part_writer
from animviz.video.targets import check_place, working_folder

__all__ = [
    "Encoder",
    "assemble",
]


def assemble(
    folder: Path, count: int, target: Path, provenance: Mapping[str, Any], budget: Budget | None = None
) -> Setting | None:
    """Make a video of its parts, and put it under its name.

    Args:
        folder: holds the parts from `part_writer`, numbers 0 to count - 1.
        count: how many parts there are.
        target: the video.
        provenance: facts to be written into containers that can hold them.
        budget: how large a .gif or .webp may become at most.

    Returns:
        What a file with a budget was encoded with.

    Raises:
        EncodeError: ffmpeg fails, or the target cannot be written, or the budget is too small.
    """
    kind = format_of(target)
    whole, setting = folder / "whole", None
    if not kind.encoder:
        _gather(folder, count, whole)
    else:
        listing = folder / "parts.txt"
        listing.write_text("".join(f"file {part_name(number)}\n" for number in range(count)), encoding="utf-8")
        source = ["-f", "concat", "-safe", "0", "-i", url(listing)]
        if budget is not None:
            setting = _encode_within(budget, source, folder, whole, target)
        else:
            facts = json.dumps(dict(provenance), sort_keys=True)
            comment = ["-metadata", f"comment={facts}"] if kind.keeps_provenance and provenance else []
            arguments = [*kind.whole, *comment] if kind.whole else _shrunk(None, source, folder, target)
            run_ffmpeg([*QUIET, *source, *arguments, *BITEXACT, url(whole)], culprit=target)
    check_place(target, kind)  # once more: it may have changed while frames were drawn
    with unwritable(target):
        if whole.is_dir() and target.exists():
            shutil.rmtree(target)
        os.replace(whole, target)
    return setting


def _encode_within(budget: Budget, source: list[str], folder: Path, whole: Path, target: Path) -> Setting:
    """Encode as well as fits."""
    settings = settings_for(budget, target.suffix.lower())

    def place(setting: Setting) -> Path:
        return folder / f"trial-{settings.index(setting)}"

    def encode(setting: Setting) -> int:
        arguments = _shrunk(setting, source, folder, target)
        run_ffmpeg([*QUIET, *source, *arguments, *BITEXACT, url(place(setting))], culprit=target)
        return place(setting).stat().st_size

    found = fit(budget, settings, encode, target)
    os.replace(place(found), whole)
    return found


def _shrunk(setting: Setting | None, source: list[str], folder: Path, target: Path) -> list[str]:
    """Return the output options of a .gif or .webp; a GIF's palette is made first."""
    shrink = "null"
    if setting is not None:
        shrink = f"fps={setting.fps:g},scale={setting.size[0]}:{setting.size[1]}:flags=lanczos"
    suffix = target.suffix.lower()
    tones = setting.tones if setting else TONES[suffix][0]
    if suffix == ".webp":
        filters = f"{shrink},format=yuv420p"
        return [
            "-vf",
            filters,
            "-c:v",
            "libwebp_anim",
            "-lossless",
            "0",
            "-q:v",
            f"{tones}",
            "-loop",
            "0",
            "-f",
            "webp",
        ]
    palette = folder / "palette.png"
    generate = ["-vf", f"{shrink},palettegen=max_colors={tones}:stats_mode=full", "-update", "1", "-frames:v", "1"]
    run_ffmpeg([*QUIET, *source, *generate, url(palette)], culprit=target)
    # No dithering: flat colours stay flat.
    use = f"[0:v]{shrink}[v];[v][1:v]paletteuse=dither=none:diff_mode=rectangle"
    return ["-i", url(palette), "-lavfi", use, "-loop", "0", "-f", "gif"]


class Encoder:
    """Write frames to a file in one part; a context manager.

    Leaving it by an exception removes what is unfinished.

    Args:
        path: file or folder to write.
        size: width and height in pixels.
        fps: frames per second.
        provenance: facts to be written into containers that can hold them.

    Attributes:
        frames: number of frames written so far.

    Raises:
        EncodeError: the format is unknown, ffmpeg fails, or the result cannot be written.
    """

    def __init__(
        self, path: Path, size: tuple[int, int], fps: float, provenance: Mapping[str, Any] | None = None
    ) -> None:
        self.path = path
        self.size = size
        self.fps = fps
        self.frames = 0
        self._provenance = dict(provenance or {})

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._folder = stack.enter_context(working_folder(self.path))
            self._part = part_writer(self._folder, 0, self.path, self.size, self.fps)
            self._writer = self._part.__enter__()
            self._kept = stack.pop_all()
        return self

    def write(self, frame: Pixels) -> None:
        """Add a frame, uint8 of shape (height, width, 4), whose fourth channel is ignored.

        Raises:
            EncodeError: wrong shape or dtype, or ffmpeg has died; quotes its last words.
        """
        self._check(frame)
        self._writer.write(frame)
        self.frames += 1

    def lend(self, frame: Pixels) -> None:
        """Add a frame that stays as it is until the next one was lent, such as a stage's; see `write`."""
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
                assemble(self._folder, 1, self.path, self._provenance)


def _gather(folder: Path, count: int, whole: Path) -> None:
    """Move the pictures of all parts into one folder, numbered through."""
    whole.mkdir()
    pictures = [picture for number in range(count) for picture in sorted((folder / part_name(number)).iterdir())]
    for place, picture in enumerate(pictures):
        picture.rename(whole / f"{place:06d}.png")
