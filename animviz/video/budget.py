"""Budgets: the size, frame rate and tones with which a moving picture fits a limit, found by few trial encodes."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from animviz.errors import EncodeError, InputError
from animviz.safety.sizes import bytes_in

__all__ = [
    "AUTO",
    "DEFAULT_LIMIT",
    "LEAST",
    "SCALES",
    "TONES",
    "Budget",
    "Setting",
    "best_setting",
    "even",
    "limit_of",
    "settings_for",
]

DEFAULT_LIMIT = 5_000_000  # bytes: what a page still loads at once
AUTO = "auto"
TRIALS = 6
DENSITY = {".gif": 0.35, ".webp": 0.12}  # bytes per second and unit of `_bytes`, measured on animviz's pictures
SAFE, FULL = 0.97, 0.8  # shares of the limit: predictions must stay below the first; a trial above the second will do
SCALES = (1, 0.875, 0.75, 0.625, 0.5, 0.4375, 0.375, 0.3125, 0.25, 0.1875, 0.125)
RATES = (1, 0.8, 0.5, 0.4, 0.2)
FITTED = (".gif", ".webp", ".mp4", ".m4v", ".webm")
TONES = {".gif": (256, 128, 64, 32), ".webp": (80, 65, 50, 35, 20)}
READABLE, FLUENT = 640, 10  # pixels of width, and frames a second, below which a loss counts twice
LEAST = 64  # pixels of a side


def limit_of(asked: int | str | None, target: Path) -> int | None:
    """Return the limit for a file as it is asked for: 500_000, "500kB", "2MB", "none" or None.

    Args:
        asked: by default "auto", which gives a .gif or .webp the default limit and others none.
        target: the file.

    Returns:
        Bytes, or None for no limit.

    Raises:
        InputError: it is not the size of a file, or the file is of another kind.
    """
    text, suffix = str(asked).lower(), target.suffix.lower()
    if text == AUTO:
        return DEFAULT_LIMIT if suffix in TONES else None
    if text == "none":
        return None
    limit = bytes_in(text)
    if limit is None:
        shown = asked if len(text) <= 40 else f"{text[:37]}..."
        raise InputError(f"--max-size is {shown!r}; expected a number with kB or MB, such as 2MB, or none")
    if suffix not in FITTED:
        raise InputError(f"--max-size goes with {', '.join(FITTED)}; {target} is another kind, leave it out")
    return limit


@dataclass(frozen=True)
class Setting:
    """How a moving picture is encoded.

    Attributes:
        size: width and height in pixels.
        fps: frames per second.
        tones: colours of a GIF's palette, the quality of a WebP, or the bits per second of a video.
    """

    size: tuple[int, int]
    fps: float
    tones: int


@dataclass(frozen=True)
class Budget:
    """A limit for a file.

    Attributes:
        limit: bytes.
        size: width and height in pixels as drawn.
        fps: frames per second as drawn.
        frames: how many are drawn.
    """

    limit: int
    size: tuple[int, int]
    fps: float
    frames: int

    def given_up(self, setting: Setting, suffix: str) -> str:
        """Return as text what a setting reduces of what was drawn, and the rate of a video; "" if nothing."""
        drawn, kept = (f"{width}x{height}" for width, height in (self.size, setting.size))
        parts = [
            f"{kept} instead of {drawn}" if setting.size != self.size else "",
            f"{setting.fps:g} frames a second instead of {self.fps:g}" if setting.fps != self.fps else "",
            _told(setting.tones, suffix),
        ]
        return ", ".join(filter(None, parts))


def _told(tones: int, suffix: str) -> str:
    if suffix not in TONES:
        return f"{max(1, round(tones / 1000))} kbit/s"
    what, most = {".gif": "colours", ".webp": "quality"}[suffix], TONES[suffix][0]
    return f"{what} {tones} instead of {most}" if tones != most else ""


def settings_for(budget: Budget, suffix: str) -> list[Setting]:
    """Return the settings to try, in the order of their loss; the first has none.

    Args:
        budget: what is drawn.
        suffix: ".gif" or ".webp".
    """
    width, height = budget.size
    sizes = {(even(scale * width), even(scale * height)) for scale in SCALES}
    rates = {budget.fps * share for share in RATES if suffix != ".gif" or (100 / (budget.fps * share)).is_integer()}
    found = [
        Setting(size, rate, tones)
        for size in sizes | {budget.size} if min(size) >= LEAST
        for rate in rates | {budget.fps}
        for tones in TONES[suffix]
    ]  # fmt: skip
    whole = Setting(budget.size, budget.fps, TONES[suffix][0])
    return sorted(found, key=lambda setting: (_loss(setting, whole), -setting.fps, -setting.tones, setting.size))


def best_setting(
    budget: Budget, settings: Sequence[Setting], encode: Callable[[Setting], int], culprit: Path
) -> Setting:
    """Return the best setting that fits, found by a few trials.

    Args:
        budget: what is drawn, and the limit.
        settings: from `settings_for`.
        encode: encodes with a setting and returns how many bytes that takes.
        culprit: the file.

    Raises:
        EncodeError: even the smallest file is over the limit; says how large it is.
    """
    taken: dict[Setting, int] = {}
    limit, least = budget.limit, min(settings, key=_bytes)
    best, scale = None, DENSITY[culprit.suffix.lower()] * budget.frames / budget.fps
    while len(taken) < TRIALS:
        better = settings[: settings.index(best)] if best else settings
        promising = (s for s in better if s not in taken and scale * _bytes(s) <= SAFE * limit)
        setting = next(promising, None if least in taken or best else least)
        if setting is None:
            break
        taken[setting] = encode(setting)
        scale = taken[setting] / _bytes(setting)  # the last trial tells most about its neighbours
        if taken[setting] <= limit:
            best = setting
            if taken[setting] >= FULL * limit:
                break
    if best is not None:
        return best
    size = taken[least] if least in taken else encode(least)
    if size <= limit:
        return least
    needed = f"{math.ceil(size / 1000)} kB at {least.size[0]}x{least.size[1]}"
    raise EncodeError(
        f"{culprit}: --max-size of {limit} bytes is too small; the smallest that was tried takes {needed}"
    )


def even(pixels: float) -> int:
    """Return the even number of pixels that is nearest, at least 2."""
    return max(2, 2 * round(pixels / 2))


def _loss(setting: Setting, whole: Setting) -> float:
    """Return how much worse a setting looks, in halvings of the frame rate."""
    small = min(whole.size[0], READABLE) / min(setting.size[0], READABLE)
    slow = min(whole.fps, FLUENT) / min(setting.fps, FLUENT)
    return (
        2 * math.log2(small * whole.size[0] / setting.size[0])
        + math.log2(slow**2 * whole.fps / setting.fps)
        + 0.6 * math.log2(whole.tones / setting.tones)
    )


def _bytes(setting: Setting) -> float:
    """Return the approximate bytes per second, up to a factor that is the same for all settings."""
    return float(math.prod(setting.size) ** 0.8 * setting.fps**0.85 * setting.tones**0.3)
