"""Frames to files: MP4, WebM, WebP, APNG and GIF through the ffmpeg that imageio-ffmpeg ships, or a folder of PNGs.

A thin writer of our own, since `imageio_ffmpeg.write_frames` does not check ffmpeg's exit code, accepts frames of the
wrong size and rescales 1080 lines to 1088. A file appears under its name only when it is whole.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import imageio.v3 as iio
import numpy as np
from numpy.typing import NDArray

from animviz.errors import EncodeError

__all__ = ["FORMATS", "Encoder", "Format", "check_output", "default_fps", "ffmpeg_exe", "format_of", "have_encoder"]

Pixels = NDArray[np.uint8]

# RGB becomes BT.709 YUV, and all three tags say so: ffmpeg's default is an untagged BT.601, which players of HD video
# take for BT.709, off by up to 20 of 255 on saturated colours.
_BT709 = (
    "scale=out_color_matrix=bt709:out_range=tv:flags=bicubic,format=yuv420p,"
    "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"
)
_BITEXACT = ("-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1")


@dataclass(frozen=True)
class Format:
    """How frames become one kind of file.

    Attributes:
        encoder: ffmpeg's name of the encoder, or "" for a folder of PNGs.
        arguments: ffmpeg's output options.
        keeps_provenance: whether ffmpeg writes a comment into this container.
    """

    encoder: str
    arguments: tuple[str, ...] = ()
    keeps_provenance: bool = False


FORMATS: dict[str, Format] = {
    ".mp4": Format(
        "libx264",
        ("-vf", _BT709, "-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-movflags", "+faststart", "-f", "mp4"),
        keeps_provenance=True,
    ),
    ".webm": Format(
        "libvpx-vp9",
        (
            "-vf",
            _BT709,
            "-c:v",
            "libvpx-vp9",
            "-crf",
            "30",
            "-b:v",
            "0",
            "-row-mt",
            "1",
            "-cpu-used",
            "4",
            "-f",
            "webm",
        ),
        keeps_provenance=True,
    ),
    ".webp": Format(
        "libwebp_anim",
        ("-vf", "format=yuv420p", "-c:v", "libwebp_anim", "-lossless", "0", "-q:v", "80", "-loop", "0", "-f", "webp"),
    ),
    ".apng": Format("apng", ("-vf", "format=rgb24", "-c:v", "apng", "-plays", "0", "-f", "apng")),
    ".gif": Format("gif"),
    "": Format(""),
}
FORMATS[".png"] = FORMATS[".apng"]


def format_of(path: Path) -> Format:
    """Return the format that a file name asks for; a name without an extension is a folder of PNGs.

    Raises:
        EncodeError: an unknown extension; lists the known ones.
    """
    try:
        return FORMATS[path.suffix.lower()]
    except KeyError:
        known = ", ".join(suffix for suffix in FORMATS if suffix)
        raise EncodeError(
            f"{path}: no encoder for {path.suffix!r}; expected {known}, or a folder for PNG files"
        ) from None


def default_fps(path: Path) -> float:
    """Return the frame rate for a file if none is asked for: 30, and 25 in a GIF, which counts in hundredths."""
    return 25.0 if path.suffix.lower() == ".gif" else 30.0


def ffmpeg_exe() -> str:
    """Return the path of ffmpeg.

    Raises:
        EncodeError: imageio-ffmpeg has no binary for this machine.
    """
    import imageio_ffmpeg

    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise EncodeError(f"no ffmpeg: {error}; reinstall imageio-ffmpeg or set IMAGEIO_FFMPEG_EXE") from None


def have_encoder(name: str) -> bool:
    """Say whether ffmpeg lists an encoder.

    Raises:
        EncodeError: ffmpeg cannot be run.
    """
    try:
        listed = subprocess.run([ffmpeg_exe(), "-hide_banner", "-encoders"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise EncodeError(
            f"ffmpeg cannot be run ({error}); reinstall imageio-ffmpeg or mend IMAGEIO_FFMPEG_EXE"
        ) from None
    return any(line.split()[1:2] == [name] for line in listed.stdout.splitlines())


def check_output(path: Path, fps: float) -> None:
    """Refuse what could not be written, before anything is trained or drawn; leaves nothing behind.

    Raises:
        EncodeError: unknown extension, missing encoder, a frame rate that the format lacks, or a folder that cannot
            be written.
    """
    kind = format_of(path)
    if kind.encoder and not have_encoder(kind.encoder):
        raise EncodeError(
            f"{path}: this ffmpeg has no encoder {kind.encoder!r}; choose another extension than {path.suffix}"
        )
    if path.suffix.lower() == ".gif" and (fps > 50 or abs(100 / fps - round(100 / fps)) > 1e-6):
        near = min((10, 20, 25, 50), key=lambda rate: abs(rate - fps))
        raise EncodeError(
            f"{path}: GIF counts time in hundredths of a second; --fps is {fps:g}, expected 10, 20, 25 or 50 (say {near})"
        )
    if kind.encoder and path.is_dir():
        raise EncodeError(f"{path} is a folder; expected the name of a file")
    if not kind.encoder and path.exists() and not (path.is_dir() and all(_is_frame(p) for p in path.iterdir())):
        raise EncodeError(f"{path} exists and holds other things than frames; choose a new folder")
    missing = [folder for folder in (path.parent, *path.parent.parents) if not folder.exists()]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise EncodeError(f"{path}: the folder {path.parent} cannot be written ({error.strerror})") from None
    finally:
        for folder in missing:
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()


class Encoder:
    """Write frames to a file; a context manager.

    Leaving it by an exception removes what is unfinished. Frames are uint8 of shape (height, width, 4), the fourth
    channel being ignored.

    Args:
        path: file or folder to write.
        size: width and height in pixels.
        fps: frames per second.
        provenance: facts to be written into containers that can hold them.

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
        self._format = format_of(path)
        self._provenance = dict(provenance or {})
        self._work: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._errors: IO[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._work = Path(tempfile.mkdtemp(prefix=f".{self.path.name}.", suffix=".part", dir=self.path.parent))
        except OSError as error:
            raise EncodeError(
                f"{self.path}: the folder {self.path.parent} cannot be written ({error.strerror})"
            ) from None
        if self._format.encoder:
            self._start()
        return self

    def write(self, frame: Pixels) -> None:
        """Add a frame.

        Raises:
            EncodeError: wrong shape or dtype, or ffmpeg has died; quotes its last words.
        """
        width, height = self.size
        if frame.shape != (height, width, 4) or frame.dtype != np.uint8:
            raise EncodeError(
                f"frame {self.frames} is {frame.dtype} {frame.shape}; expected uint8 {(height, width, 4)}"
            )
        if self._process is None:
            assert self._work is not None
            iio.imwrite(self._work / f"{self.frames:06d}.png", frame[:, :, :3], compress_level=1)
        else:
            assert self._process.stdin is not None
            try:
                self._process.stdin.write(np.ascontiguousarray(frame).data)
            except OSError:
                raise EncodeError(f"{self.path}: {self._last_words()}") from None
        self.frames += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._finish()
            elif self._process is not None:
                self._process.kill()
                self._process.wait()
        finally:
            if self._process is not None and self._process.stdin is not None:
                with suppress(OSError):
                    self._process.stdin.close()
            if self._errors is not None:
                self._errors.close()
            if self._work is not None:
                shutil.rmtree(self._work, ignore_errors=True)

    def _start(self) -> None:
        assert self._work is not None
        if self.path.suffix.lower() == ".gif":
            # The palette needs all frames before the first can be written, so they wait in a lossless file.
            output: Sequence[str] = (
                "-c:v",
                "libx264rgb",
                "-qp",
                "0",
                "-preset",
                "ultrafast",
                str(self._work / "frames.mkv"),
            )
        else:
            output = (*self._format.arguments, *_BITEXACT, *self._comment(), str(self._work / "video"))
        width, height = self.size
        source = (
            "-f",
            "rawvideo",
            "-pix_fmt",
            "rgb0",
            "-s",
            f"{width}x{height}",
            "-framerate",
            f"{self.fps:.10g}",
            "-i",
            "-",
        )
        # A file and not a pipe: nobody has to drain it. It lives as long as the process, hence no `with`.
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115
        command = [ffmpeg_exe(), "-hide_banner", "-loglevel", "error", "-y", *source, *output]
        try:
            # A group of its own: Ctrl-C in the terminal must not reach ffmpeg before us.
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=self._errors,
                start_new_session=sys.platform != "win32",
            )  # fmt: skip
        except OSError as error:
            raise EncodeError(
                f"ffmpeg cannot be run ({error}); reinstall imageio-ffmpeg or mend IMAGEIO_FFMPEG_EXE"
            ) from None
        _widen_pipe(self._process.stdin)

    def _comment(self) -> tuple[str, ...]:
        if not (self._format.keeps_provenance and self._provenance):
            return ()
        return ("-metadata", "comment=" + json.dumps(self._provenance, sort_keys=True))

    def _finish(self) -> None:
        assert self._work is not None
        if not self.frames:
            raise EncodeError(f"{self.path}: no frames were drawn")
        if self._process is None:
            return self._publish_folder()
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.close()
        if self._process.wait() != 0:
            raise EncodeError(f"{self.path}: {self._last_words()}")
        if self.path.suffix.lower() == ".gif":
            self._palette_pass()
        try:
            os.replace(self._work / "video", self.path)
        except OSError as error:
            raise EncodeError(f"{self.path} cannot be written ({error.strerror})") from None

    def _palette_pass(self) -> None:
        """Choose a palette over all frames, then draw with it, without dithering: flat colours stay flat."""
        assert self._work is not None
        frames, palette = str(self._work / "frames.mkv"), str(self._work / "palette.png")
        quiet = [ffmpeg_exe(), "-hide_banner", "-loglevel", "error", "-y", "-i", frames]
        mapped = "paletteuse=dither=none:diff_mode=rectangle"
        for arguments in (
            ["-vf", "palettegen=stats_mode=full", "-update", "1", "-frames:v", "1", palette],
            ["-i", palette, "-lavfi", mapped, "-loop", "0", "-f", "gif", *_BITEXACT, str(self._work / "video")],
        ):
            done = subprocess.run([*quiet, *arguments], capture_output=True, text=True)
            if done.returncode:
                raise EncodeError(f"{self.path}: {_last_line(done.stderr)}")

    def _publish_folder(self) -> None:
        """Put the PNGs in place of the frames of an earlier run."""
        assert self._work is not None
        try:
            if self.path.exists():
                shutil.rmtree(self.path)
            os.replace(self._work, self.path)
            self.path.chmod(0o755)
        except OSError as error:
            raise EncodeError(f"{self.path} cannot be written ({error.strerror})") from None

    def _last_words(self) -> str:
        assert self._process is not None
        assert self._errors is not None
        self._process.wait()
        self._errors.seek(0)
        return _last_line(self._errors.read().decode(errors="replace"))


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return f"ffmpeg failed: {lines[-1]}" if lines else "ffmpeg failed without a word"


def _is_frame(path: Path) -> bool:
    return path.suffix == ".png" and path.stem.isdigit()


def _widen_pipe(pipe: IO[bytes] | None) -> None:
    """Let the pipe hold a frame or so, where the system allows it, so that drawing need not wait for ffmpeg's reads."""
    if pipe is not None and sys.platform == "linux":
        import fcntl

        with suppress(OSError):
            fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, 1 << 20)
