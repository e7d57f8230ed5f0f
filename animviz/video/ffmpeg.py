"""The ffmpeg of imageio-ffmpeg: find it, run it, send it frames, and turn its failures into errors.

`imageio_ffmpeg.write_frames` is not used: it does not check the exit code, accepts frames of the wrong size, and
rescales 1080 rows to 1088.
"""

import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from queue import Queue
from types import TracebackType
from typing import IO, Self

import numpy as np
from numpy.typing import NDArray

from animviz.errors import EncodeError

__all__ = ["FramePipe", "RateError", "ffmpeg_exe", "have_encoder", "not_run", "run_ffmpeg", "spelled_out", "url"]

WAY_OUT = "reinstall imageio-ffmpeg or fix IMAGEIO_FFMPEG_EXE"
AHEAD = 3  # frames that may wait for ffmpeg: enough to even out its speed and the drawing's
TOO_FEW_BITS = re.compile(r"bitrate is too low\. estimated minimum is (\d+) kbps")
QUIET = ("-hide_banner", "-loglevel", "error", "-nostdin", "-y")


def ffmpeg_exe() -> str:
    """Return the path of ffmpeg.

    Raises:
        EncodeError: imageio-ffmpeg has no binary for this machine.
    """
    import imageio_ffmpeg

    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise EncodeError(f"no ffmpeg ({error}); {WAY_OUT}") from None


def url(path: Path) -> str:
    """Return a path as a URL, so that ffmpeg takes no colon for a protocol and no leading dash for an option."""
    return f"file:{path.absolute()}"


def spelled_out(words: Sequence[str]) -> list[str] | list[bytes]:
    """Return the words of a command as they are handed to a process: in UTF-8, which an ASCII locale would refuse."""
    if sys.platform == "win32":
        return list(words)
    return [word.encode("utf-8", "surrogateescape") for word in words]


class RateError(EncodeError):
    """An encoder cannot keep to so few bits.

    Args:
        text: what is said.
        least: bits per second that it can keep to, as it estimates them.
    """

    def __init__(self, text: str, least: int) -> None:
        super().__init__(text)
        self.least = least


def run_ffmpeg(arguments: Sequence[str], *, culprit: object) -> str:
    """Run ffmpeg and return its output.

    Args:
        arguments: without the program's name.
        culprit: what the error is about, usually the target's path.

    Raises:
        RateError: an encoder is asked for fewer bits than it can keep to.
        EncodeError: it cannot be run, or fails; quotes its last message.
    """
    try:
        done = subprocess.run(spelled_out([ffmpeg_exe(), *arguments]), capture_output=True, text=True, errors="replace")
    except OSError as error:
        raise not_run(culprit, error) from None
    if done.returncode:
        said = f"{culprit}: {_last_words(done.stderr)}"
        if refused := TOO_FEW_BITS.search(done.stderr):
            raise RateError(said, 1000 * (int(refused[1]) + 1))
        raise EncodeError(said)
    return done.stdout


def not_run(culprit: object, error: OSError) -> EncodeError:
    """Return the error of an ffmpeg that did not start.

    Args:
        culprit: what the error is about.
        error: what the system says.
    """
    return EncodeError(f"{culprit}: ffmpeg cannot be run ({error.strerror or error}); {WAY_OUT}")


def have_encoder(name: str) -> bool:
    """Say whether ffmpeg lists an encoder.

    Raises:
        EncodeError: ffmpeg cannot be run.
    """
    return name in _encoders(ffmpeg_exe())


@lru_cache
def _encoders(exe: str) -> frozenset[str]:
    """Return the names of an ffmpeg's encoders; cached, since starting it takes a while."""
    listed = run_ffmpeg(["-hide_banner", "-encoders"], culprit="ffmpeg -encoders")
    return frozenset(name for line in listed.splitlines() for name in line.split()[1:2])


class FramePipe:
    """A running ffmpeg that takes frames; a context manager that ends with a whole file, or with an error.

    Args:
        path: file that ffmpeg writes.
        size: width and height in pixels.
        fps: frames per second.
        output: ffmpeg's output options.
        culprit: what errors are about.
        alpha: whether the fourth channel of frames is straight alpha, else it is ignored.

    Raises:
        EncodeError: ffmpeg cannot be run, or fails; quotes its last message.
    """

    def __init__(
        self,
        path: Path,
        size: tuple[int, int],
        fps: float,
        output: Sequence[str],
        *,
        culprit: object,
        alpha: bool = False,
    ) -> None:
        width, height = size
        self._shape = (height, width, 4)
        source = (
            "-f",
            "rawvideo",
            "-pix_fmt",
            "rgba" if alpha else "rgb0",
            "-s",
            f"{width}x{height}",
            "-framerate",
            f"{fps:.10g}",
        )
        self._command = [*QUIET, *source, "-i", "-", *output, url(path)]
        self._culprit = culprit

    def __enter__(self) -> Self:
        program = ffmpeg_exe()
        # A file needs no reader, as a pipe would. It is open as long as the process runs, hence no `with`.
        self._errors = tempfile.TemporaryFile()
        try:
            # In a separate session, so that Ctrl-C in the terminal does not reach ffmpeg before us.
            self._process = subprocess.Popen(
                spelled_out([program, *self._command]), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=self._errors,
                start_new_session=sys.platform != "win32",
            )  # fmt: skip
        except OSError as error:
            self._errors.close()
            raise not_run(self._culprit, error) from None
        assert self._process.stdin is not None
        self._pipe = self._process.stdin
        _widen(self._pipe)
        self._dead = False
        # Buffers are reused: new memory of a frame's size costs a millisecond each time.
        self._free: Queue[NDArray[np.uint8]] = Queue()
        for _ in range(AHEAD):
            self._free.put(np.empty(self._shape, np.uint8))
        self._waiting: Queue[tuple[NDArray[np.uint8], bool] | None] = Queue()
        self._sender = threading.Thread(target=self._send, daemon=True)
        self._sender.start()
        return self

    def write(self, frame: NDArray[np.uint8]) -> None:
        """Send a copy of a frame, uint8 of shape (height, width, 4).

        Raises:
            EncodeError: ffmpeg has stopped.
        """
        self._check()
        copy = self._free.get()
        copy[:] = frame
        self._waiting.put((copy, True))

    def lend(self, frame: NDArray[np.uint8]) -> None:
        """Send a contiguous frame without a copy: it must not change until the next one is lent.

        Raises:
            EncodeError: ffmpeg has stopped.
        """
        self._check()
        self._waiting.join()
        self._waiting.put((frame, False))

    def _check(self) -> None:
        if self._dead:
            raise EncodeError(f"{self._culprit}: {self._failure()}")

    def _send(self) -> None:
        """Write frames to the pipe, in a thread: while ffmpeg reads one, the next is drawn.

        Once ffmpeg has stopped, frames are dropped; `_check` tells the caller.
        """
        while (waiting := self._waiting.get()) is not None:
            frame, own = waiting
            try:
                if not self._dead:
                    self._pipe.write(frame.data)
            except OSError:
                self._dead = True
            if own:
                self._free.put(frame)
            self._waiting.task_done()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if kind is not None:
                self._process.kill()
            self._waiting.put(None)
            self._sender.join()
            with suppress(OSError):
                self._pipe.close()
            if self._process.wait() != 0 and kind is None:
                raise EncodeError(f"{self._culprit}: {self._failure()}")
        finally:
            self._errors.close()

    def _failure(self) -> str:
        self._process.wait()
        self._errors.seek(0)
        return _last_words(self._errors.read().decode(errors="replace"))


def _last_words(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return f"ffmpeg failed: {lines[-1]}" if lines else "ffmpeg failed without a word"


def _widen(pipe: IO[bytes]) -> None:
    """Enlarge the pipe's buffer, where the system allows it, so that drawing waits less for ffmpeg's reads."""
    if sys.platform == "linux":
        import fcntl

        with suppress(OSError):
            fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, 1 << 20)
