"""Commands that run as processes of their own, to be stopped or killed, and what they leave."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

__all__ = ["Run", "check_all_end", "left_behind", "snapshot_files", "writers"]

PATIENCE = 120  # seconds


class Run:
    """A command that runs in a folder of its own, in a process group of its own, as in a terminal."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._errors = (folder / "stderr.txt").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "animviz", *arguments],
            cwd=folder, stdout=subprocess.DEVNULL, stderr=self._errors, start_new_session=True,
        )  # fmt: skip

    def wait_for(self, *found: Callable[[], object]) -> None:
        """Wait until all that is looked for is there."""
        end = time.monotonic() + PATIENCE
        while not all(look() for look in found):
            assert self.process.poll() is None, f"ended early: {self.said()}"
            assert time.monotonic() < end, "it takes too long"
            time.sleep(0.005)

    def stop(self, sign: signal.Signals) -> int:
        """Send a signal to the whole group, as a terminal does; return the exit code."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, sign)
        return self.finish()

    def finish(self) -> int:
        """Wait for the end and return the exit code."""
        return self.process.wait(PATIENCE)

    def said(self) -> str:
        """Return what it wrote to stderr, without the blank line with which the terminal's ^C ends."""
        self._errors.seek(0)
        return self._errors.read().lstrip("\n")

    def close(self) -> None:
        """Leave nothing running."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self._errors.close()


def snapshot_files(path: Path) -> list[str]:
    return sorted(file.name for file in (path / "snapshots").glob("[0-9]*.safetensors"))


def left_behind(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name != "stderr.txt")


def writers(folder: Path) -> list[str]:
    """Return the processes that still run in a folder: ffmpeg, or workers that draw."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if os.readlink(process / "cwd") == str(folder):
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue
    return [command for command in found if command]


def check_all_end(folder: Path) -> None:
    """Check that whatever still runs in a folder ends by itself, soon."""
    end = time.monotonic() + 15
    while running := writers(folder):
        assert time.monotonic() < end, f"they outlive the render: {running}"
        time.sleep(0.05)
