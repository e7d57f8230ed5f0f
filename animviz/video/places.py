"""Places where films are published: what each takes, and what is drawn for it.

Where the numbers come from is cited in docs/formats.md.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from animviz.errors import EncodeError, InputError
from animviz.safety.sizes import size_text
from animviz.video.budget import AUTO
from animviz.video.formats import CODECS, default_fps

__all__ = ["PUBLISHED", "SHOWN_BY", "Limits", "Place", "Wish", "first_kind", "place_named"]

MB = 1_000_000
MINUTE = 60.0


@dataclass(frozen=True)
class Limits:
    """What a place takes of one kind of file.

    Attributes:
        size: most bytes.
        seconds: the shortest and the longest film.
        fps: the lowest and the highest rate.
        sides: most pixels of the longer and of the shorter side.
        shape: the narrowest and the widest frame, as width over height.
        codecs: that it plays, the first of which is taken; empty where the kind of file has one alone.
    """

    size: float = math.inf
    seconds: tuple[float, float] = (0.0, math.inf)
    fps: tuple[float, float] = (0.0, math.inf)
    sides: tuple[float, float] = (math.inf, math.inf)
    shape: tuple[float, float] = (0.0, math.inf)
    codecs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wish:
    """What is asked of a film beside its place; None where nothing is.

    Attributes:
        size: width and height in pixels.
        fps: frames per second.
        seconds: its length.
        codec: name of the codec.
        max_size: most bytes, or "auto" where nothing is asked.
    """

    size: tuple[int, int] | None
    fps: float | None
    seconds: float | None
    codec: str | None
    max_size: int | str | None


@dataclass(frozen=True)
class Place:
    """A place, and what is drawn for it unless something else is asked.

    Attributes:
        name: what it is called.
        size: width and height in pixels.
        fps: frames per second; a GIF that lacks this rate has its usual one.
        kinds: what it takes, by the extension; the first is drawn where no file is named.
    """

    name: str
    size: tuple[int, int]
    fps: float
    kinds: Mapping[str, Limits] = field(hash=False)

    def takes(self, path: Path) -> Limits:
        """Return the limits for a file.

        Raises:
            EncodeError: this kind of file is not played there.
        """
        suffix = path.suffix.lower()
        if suffix not in self.kinds:
            raise EncodeError(f"{path}: {self.name} does not play {suffix or 'a folder'}; expected {self.listed}")
        return self.kinds[suffix]

    @property
    def listed(self) -> str:
        """The kinds of files that it takes."""
        return ", ".join(suffix or "a folder of PNGs" for suffix in self.kinds)

    def rate(self, path: Path) -> float:
        """Return the frames per second of a file, unless another rate is asked."""
        is_gif = path.suffix.lower() == ".gif"
        return default_fps(path) if is_gif and not (100 / self.fps).is_integer() else self.fps

    def settled(self, path: Path, wish: Wish) -> Wish:
        """Return what is drawn: what is asked, and for the rest what the place wants.

        Args:
            path: the file.
            wish: what is asked.

        Raises:
            EncodeError: this kind of file is not played there.
        """
        limits = self.takes(path)
        auto = int(limits.size) if math.isfinite(limits.size) else AUTO
        return Wish(
            size=wish.size or self.size,
            fps=wish.fps or self.rate(path),
            seconds=wish.seconds,
            codec=wish.codec or next(iter(limits.codecs), None),
            max_size=auto if wish.max_size == AUTO else wish.max_size,
        )

    def told(self, path: Path, settled: Wish, limit: int | None) -> str:
        """Return in one line what is drawn for the place.

        Args:
            path: the file.
            settled: what is drawn.
            limit: most bytes that it may take, or None for no limit.
        """
        limits = self.takes(path)
        assert settled.size is not None
        codec = settled.codec or next(iter(CODECS.get(path.suffix.lower(), {})), path.suffix.lower()[1:].upper())
        parts = [f"{settled.size[0]}x{settled.size[1]}", f"{settled.fps:g} frames a second", codec]
        most = [
            _time(limits.seconds[1]) if math.isfinite(limits.seconds[1]) else "",
            _bytes(limit) if limit is not None else "",
        ]
        if any(most):
            parts.append(f"at most {' and '.join(filter(None, most))}")
        return f"for {self.name}: {', '.join(parts)}"

    def broken(self, path: Path, wish: Wish, limit: int | None) -> Iterator[str]:
        """Return a line for each of its limits that is broken by what is asked.

        Args:
            path: the file.
            wish: what is asked.
            limit: most bytes that are asked for, or None for no limit.
        """
        limits = self.takes(path)
        if wish.size is not None:
            width, height = wish.size
            longer, shorter = max(wish.size), min(wish.size)
            if longer > limits.sides[0] or shorter > limits.sides[1]:
                most = f"at most {limits.sides[0]:g}x{limits.sides[1]:g} pixels"
                yield f"--size is {width}x{height}, but {self.name} takes {most}"
            if not limits.shape[0] <= width / height <= limits.shape[1]:
                least, widest = (_ratio(share) for share in limits.shape)
                yield f"--size is {width}x{height}, but {self.name} takes frames from {least} to {widest}"
        for flag, value, (low, high), unit in (
            ("--fps", wish.fps, limits.fps, "frames a second"), ("--seconds", wish.seconds, limits.seconds, "seconds"),
        ):  # fmt: skip
            if value is not None and not low <= value <= high:
                bounds = f"{low:g} to {high:g}" if low else f"at most {high:g}"
                yield f"{flag} is {value:g}, but {self.name} takes {bounds} {unit}"
        if wish.codec is not None and limits.codecs and wish.codec not in limits.codecs:
            yield f"--codec is {wish.codec}, but {self.name} takes {' or '.join(limits.codecs)}"
        if wish.max_size != AUTO and (limit or math.inf) > limits.size:
            yield f"--max-size is {wish.max_size}, but {self.name} takes at most {_bytes(limits.size)}"


def place_named(name: str) -> Place:
    """Return a place.

    Raises:
        InputError: there is none of this name; names those that there are.
    """
    if name in PUBLISHED:
        return PUBLISHED[name]
    known = [place for place, programs in SHOWN_BY.items() if name in programs]
    hint = f"for {name} draw --for {known[0]}" if known else f"expected one of {', '.join(PUBLISHED)}"
    raise InputError(f"--for is {name!r}; {hint}")


def first_kind(place: str | None) -> str:
    """Return the extension of a film for a place, or for none, where no file is named.

    Raises:
        InputError: there is no such place.
    """
    return ".mp4" if place is None else next(iter(place_named(place).kinds))


def _time(seconds: float) -> str:
    return f"{seconds / MINUTE:g} minutes" if seconds >= 2 * MINUTE else f"{seconds:g} seconds"


def _bytes(count: float) -> str:
    return size_text(count).replace(".0 ", " ")


def _ratio(share: float) -> str:
    return f"{share:g}:1" if share >= 1 else f"1:{1 / share:g}" if share else "any height"


_H264 = ("h264",)
_ANY = Limits()
_PLACES = (
    Place(
        "slides", (1920, 1080), 30,
        dict.fromkeys((".mp4", ".m4v", ".mov", ".webm", ".gif", ".webp", ".apng", ""), _ANY),
    ),
    Place("readme", (800, 450), 12.5, {".gif": Limits(5 * MB), ".webp": Limits(5 * MB)}),
    Place(
        "github", (1280, 720), 30,
        {".mp4": Limits(10 * MB, codecs=_H264), ".webm": Limits(10 * MB), ".gif": Limits(10 * MB)},
    ),
    Place("x", (1280, 720), 30, {
        ".mp4": Limits(512 * MB, (0.5, 20 * MINUTE), (0, 60), (1280, 1024), (1 / 3, 3), _H264),
        ".gif": Limits(15 * MB, sides=(1280, 1080)),
    }),
    Place("linkedin", (1080, 1350), 30, {
        ".mp4": Limits(500 * MB, (3, 10 * MINUTE), (10, 60), (4096, 2304), (1 / 2.4, 2.4), _H264),
    }),
    Place("shorts", (1080, 1920), 30, {".mp4": Limits(seconds=(0, 3 * MINUTE), shape=(0, 1), codecs=_H264)}),
    Place("reels", (1080, 1920), 30, {
        ".mp4": Limits(300 * MB, (3, 15 * MINUTE), (23, 60), (1920, 1920), (0.01, 10), ("h264", "hevc")),
    }),
    Place("mastodon", (1280, 720), 30, {
        **{suffix: Limits(99 * MB, fps=(0, 120), sides=(3840, 2160)) for suffix in (".mp4", ".m4v", ".webm")},
        ".gif": Limits(16 * MB, sides=(1280, 720)),
    }),
    Place(
        "docs", (960, 540), 30,
        {suffix: Limits(2 * MB) for suffix in (".mp4", ".m4v", ".webm", ".webp", ".gif")},
    ),
)  # fmt: skip
PUBLISHED: dict[str, Place] = {place.name: place for place in _PLACES}
"""Places by name."""

SHOWN_BY = {
    "slides": ("reveal", "quarto", "beamer", "powerpoint", "keynote"),
    "docs": ("html", "mkdocs", "myst", "sphinx", "jupyter"),
}
"""What shows the films of a place, as `animviz embed` calls it."""
