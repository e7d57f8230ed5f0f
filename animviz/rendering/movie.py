"""A finished video, and what is said of it."""

import sys
from dataclasses import dataclass
from pathlib import Path

from animviz.video.html import html_of

__all__ = ["Movie"]


@dataclass(frozen=True)
class Movie:
    """A finished video. As text it says in one line what was written, and what was given up to fit into a limit.

    Attributes:
        path: the file, or the folder of PNGs.
        frames: how many there are.
        fps: frames per second.
        size: width and height in pixels.
        given_up: what there is less of than was asked for, so that the file fits into its limit; empty if nothing.
    """

    path: Path
    frames: int
    fps: float
    size: tuple[int, int]
    given_up: str = ""

    @property
    def seconds(self) -> float:
        """Length."""
        return self.frames / self.fps

    def tell(self) -> None:
        """Print it; letters that the terminal lacks are escaped."""
        try:
            print(self)
        except UnicodeEncodeError:
            encoding = sys.stdout.encoding
            print(str(self).encode(encoding, "backslashreplace").decode(encoding))

    def __str__(self) -> str:
        width, height = self.size
        fitted = f" (to fit: {self.given_up})" if self.given_up else ""
        return f"{self.path}: {self.frames} frames, {self.seconds:.1f} s, {width}x{height}, {_size_text(self.path)}{fitted}"

    def _repr_html_(self) -> str:
        return html_of(self.path, self.size, self.frames)


def _size_text(path: Path) -> str:
    """Return the bytes of a file or folder as text."""
    if not path.exists():
        return "not there any more"
    size = sum(p.stat().st_size for p in path.iterdir()) if path.is_dir() else path.stat().st_size
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"
