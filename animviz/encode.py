"""Frames to files: MP4, WebM, WebP, APNG and GIF, or a folder of PNGs.

A video is made of parts, each encoded on its own, and assembled at the end; short ones have a single part. All work
is done in a hidden folder beside the target, which appears under its name only when it is whole.
"""

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self
from uuid import uuid4

import imageio.v3 as iio
import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from animviz.budget import TONES, Budget, Setting, fit, settings_for
from animviz.errors import EncodeError
from animviz.ffmpeg import QUIET, FramePipe, ffmpeg_exe, have_encoder, run_ffmpeg, url
from animviz.files import left_as_it_was

__all__ = [
    "FORMATS", "Encoder", "Format", "assemble", "check_output", "default_fps", "ffmpeg_exe", "format_of", "have_encoder",
    "make_whole", "part_writer", "working_folder",
]  # fmt: skip

Pixels = NDArray[np.uint8]

# RGB becomes BT.709 YUV, and all three tags say so: ffmpeg's default is an untagged BT.601, which players of HD video
# take for BT.709, off by up to 20 of 255 on saturated colours.
_BT709 = (
    "scale=out_color_matrix=bt709:out_range=tv:flags=bicubic+full_chroma_inp,format=yuv420p,"
    "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"
)
_BITEXACT = ("-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1")
# Without B-frames the encoder is a fifth faster, files grow by a tenth, and parts join without a shift in time. The
# quickest search below whole pixels saves another fifth, for another tenth. In one thread it makes the same bytes on
# every machine, and leaves the other cores to drawing and to other parts.
_H264 = (
    "-vf", _BT709, "-c:v", "libx264", "-threads", "1", "-preset", "veryfast", "-crf", "19", "-bf", "0",
    "-x264-params", "subme=1", "-f", "mp4",
)  # fmt: skip
_VP9 = ("-vf", _BT709, "-c:v", "libvpx-vp9", "-crf", "30", "-b:v", "0", "-row-mt", "1", "-cpu-used", "4", "-f", "webm")
_LOSSLESS = ("-c:v", "libx264rgb", "-qp", "0", "-preset", "ultrafast", "-f", "mp4")


@dataclass(frozen=True)
class Format:
    """How frames become one kind of file.

    Attributes:
        encoder: ffmpeg's name of the encoder, or "" for a folder of PNGs.
        part: output options of a part; lossless where the final encoder must see all frames at once.
        whole: output options of the assembled file, where they do not depend on a `Setting`.
        keeps_provenance: whether ffmpeg writes a comment into this container.
    """

    encoder: str
    part: tuple[str, ...] = _LOSSLESS
    whole: tuple[str, ...] = ()
    keeps_provenance: bool = False


_APNG = Format("apng", whole=("-vf", "format=rgb24", "-c:v", "apng", "-plays", "0", "-f", "apng"))
FORMATS: dict[str, Format] = {
    ".mp4": Format("libx264", _H264, ("-c", "copy", "-movflags", "+faststart", "-f", "mp4"), keeps_provenance=True),
    ".webm": Format("libvpx-vp9", _VP9, ("-c", "copy", "-f", "webm"), keeps_provenance=True),
    ".webp": Format("libwebp_anim"),
    ".apng": _APNG,
    ".gif": Format("gif"),
    ".png": _APNG,
    "": Format(""),
}


class Writer(Protocol):
    """Something that takes frames, uint8 of shape (height, width, 4)."""

    def write(self, frame: Pixels) -> None:
        """Take a frame."""
        ...

    def lend(self, frame: Pixels) -> None:
        """Take a frame that stays as it is until the next one was lent: two buffers in turn will do."""
        ...


def format_of(path: Path) -> Format:
    """Return the format that a file name asks for; a name without an extension is a folder of PNGs.

    Raises:
        EncodeError: an unknown extension; lists the known ones.
    """
    try:
        return FORMATS[path.suffix.lower()]
    except KeyError:
        known = ", ".join(suffix for suffix in FORMATS if suffix)
        way_out = f"expected {known}, or a folder for PNG files"
        raise EncodeError(f"{path}: no encoder for {path.suffix!r}; {way_out}") from None


def default_fps(path: Path) -> float:
    """Return the frame rate for a file if none is asked for: 30, and 25 in a GIF, which counts in hundredths."""
    return 25.0 if path.suffix.lower() == ".gif" else 30.0


def check_output(path: Path, fps: float) -> None:
    """Refuse what could not be written, before anything is trained or drawn; leaves nothing behind.

    Raises:
        EncodeError: unknown extension, missing encoder, a frame rate that the format lacks, or a folder that cannot
            be written.
    """
    kind = format_of(path)
    if kind.encoder and not have_encoder(kind.encoder):
        way_out = f"choose another extension than {path.suffix}"
        raise EncodeError(f"{path}: this ffmpeg has no encoder {kind.encoder!r}; {way_out}")
    if path.suffix.lower() == ".gif" and (fps > 50 or abs(100 / fps - round(100 / fps)) > 1e-6):
        near = min((10, 20, 25, 50), key=lambda rate: abs(rate - fps))
        raise EncodeError(
            f"{path}: GIF counts time in hundredths of a second; --fps is {fps:g}, expected 10, 20, 25 or 50 (say {near})"
        )
    _check_place(path, kind)
    with _unwritable(path), left_as_it_was(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass


@contextmanager
def working_folder(path: Path) -> Iterator[Path]:
    """Make a hidden folder beside a target, and remove it at the end.

    Raises:
        EncodeError: it cannot be made.
    """
    with _unwritable(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=".animviz-", suffix=".part", dir=path.parent))
    try:
        yield folder
    finally:
        # Again if need be: the ffmpeg of a worker that died may open its file a moment after it was removed.
        for patience in (0.0, 0.1, 0.3, 1.0):
            time.sleep(patience if folder.exists() else 0.0)
            shutil.rmtree(folder, ignore_errors=True)


def make_whole(place: Path, make: Callable[[Path], None]) -> None:
    """Make a folder that appears whole or not at all; where another process made it meanwhile, that one stays.

    Args:
        place: the folder.
        make: called with an empty folder to fill.
    """
    with working_folder(place) as folder:
        whole = folder / "whole"
        whole.mkdir()
        make(whole)
        try:
            os.replace(whole, place)
        except OSError:
            if not place.exists():
                raise


@contextmanager
def part_writer(folder: Path, number: int, target: Path, size: tuple[int, int], fps: float) -> Iterator[Writer]:
    """Write one part of a video; it appears under its name when it is whole.

    It is written under a name of its own: the ffmpeg of a worker that was killed may still be writing the same part.
    Meanwhile matrix products keep to one thread: others would wait for the next one by spinning, on ffmpeg's cores.

    Args:
        folder: where the parts are kept.
        number: place of the part in the video.
        target: the video, whose format decides how parts are kept.
        size: width and height in pixels.
        fps: frames per second.
    """
    kind = format_of(target)
    part = folder / _part_name(number)
    own = part.with_name(f"{part.name}.{uuid4().hex}")
    writer: AbstractContextManager[Writer] = _Pictures(own, target)
    if kind.encoder:
        writer = FramePipe(own, size, fps, [*kind.part, *_BITEXACT], culprit=target)
    with threadpool_limits(1, user_api="blas"), writer as ready:
        yield ready
    with _unwritable(target):
        if part.is_dir():
            shutil.rmtree(part)
        os.replace(own, part)


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
        listing.write_text("".join(f"file {_part_name(number)}\n" for number in range(count)), encoding="utf-8")
        source = ["-f", "concat", "-safe", "0", "-i", url(listing)]
        if budget is not None:
            setting = _encode_within(budget, source, folder, whole, target)
        else:
            facts = json.dumps(dict(provenance), sort_keys=True)
            comment = ["-metadata", f"comment={facts}"] if kind.keeps_provenance and provenance else []
            arguments = [*kind.whole, *comment] if kind.whole else _shrunk(None, source, folder, target)
            run_ffmpeg([*QUIET, *source, *arguments, *_BITEXACT, url(whole)], culprit=target)
    _check_place(target, kind)  # once more: it may have changed while frames were drawn
    with _unwritable(target):
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
        run_ffmpeg([*QUIET, *source, *arguments, *_BITEXACT, url(place(setting))], culprit=target)
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


class _Pictures:
    """A part as a folder of PNGs."""

    def __init__(self, folder: Path, target: Path) -> None:
        self._folder = folder
        self._target = target
        self._count = 0

    def __enter__(self) -> Self:
        with _unwritable(self._target):
            self._folder.mkdir()
        return self

    def write(self, frame: Pixels) -> None:
        with _unwritable(self._target):
            iio.imwrite(self._folder / f"{self._count:06d}.png", frame[:, :, :3], compress_level=1)
        self._count += 1

    lend = write

    def __exit__(self, *_: object) -> None:
        pass


def _part_name(number: int) -> str:
    return f"part-{number:05d}"


def _gather(folder: Path, count: int, whole: Path) -> None:
    """Move the pictures of all parts into one folder, numbered through."""
    whole.mkdir()
    pictures = [picture for number in range(count) for picture in sorted((folder / _part_name(number)).iterdir())]
    for place, picture in enumerate(pictures):
        picture.rename(whole / f"{place:06d}.png")


def _check_place(path: Path, kind: Format) -> None:
    """Refuse a target in whose place stands something that must not be replaced, or whose name the disk refuses."""
    with _unwritable(path):
        if kind.encoder and path.is_dir():
            raise EncodeError(f"{path} is a folder and cannot be written; expected the name of a file")
        if not kind.encoder and path.resolve() in (Path.cwd(), *Path.cwd().parents):
            raise EncodeError(f"{path} is the folder in which we stand; choose a new folder for the PNG files")
        if not kind.encoder and path.exists() and not (path.is_dir() and all(map(_is_frame, path.iterdir()))):
            raise EncodeError(f"{path} exists and holds other things than frames; choose a new folder")


def _is_frame(path: Path) -> bool:
    return path.suffix == ".png" and path.stem.isdigit()


@contextmanager
def _unwritable(path: Path) -> Iterator[None]:
    """Turn what the system says into an error about the target."""
    try:
        yield
    except OSError as error:
        raise EncodeError(f"{path}: the folder {path.parent} cannot be written ({error.strerror or error})") from None
