"""Videos within a limit: the rate of bits, and where that is too low the size, with which they fit; in two passes."""

import math
from collections.abc import Callable, Sequence
from pathlib import Path

from animviz.errors import EncodeError
from animviz.video.budget import LEAST, SCALES, Budget, Setting, even
from animviz.video.ffmpeg import QUIET, RateError, run_ffmpeg, url
from animviz.video.formats import AV1, BITEXACT, Format

__all__ = ["best_rate", "encode_at"]

SAFE = 0.97  # share of the limit that is aimed at: encoders meet a rate within a few percent
SQUEEZED = 6.0  # how many times fewer bits than drawn still look well; beyond that fewer pixels look better
TRIALS = 3  # with each size: the alpha channel of a video takes bits of its own
LOWEST = 8_000  # bits per second, below which encoders give up
AREA = 0.8  # bits grow by this power of the number of pixels, measured on animviz's pictures


def best_rate(budget: Budget, drawn: int, encode: Callable[[Setting], int], culprit: Path) -> Setting:
    """Return the setting with which a video fits, found by a few trials.

    Args:
        budget: what is drawn, and the limit.
        drawn: bytes of the video as drawn, which are more than the limit.
        encode: encodes with a setting and returns how many bytes that takes.
        culprit: the file.

    Raises:
        EncodeError: even the smallest file is over the limit; says how large it is.
    """
    sizes, taken, smallest = _sizes(budget.size), drawn, (drawn, budget.size)
    seconds = budget.frames / budget.fps
    place = _first_that_fits(sizes, drawn / SQUEEZED, budget.limit)
    while True:
        rate, size = SAFE * 8 * budget.limit / seconds, sizes[place]
        tried: list[tuple[float, int]] = []
        for _ in range(TRIALS):
            setting = Setting(size, budget.fps, max(LOWEST, int(rate)))
            try:
                taken = encode(setting)
            except RateError as refused:
                if tried:
                    break
                rate = refused.least
                continue
            if taken <= budget.limit:
                return setting
            smallest = min(smallest, (taken, size))
            tried.append((rate, taken))
            rate = _lower(tried, SAFE * budget.limit)
        if size == sizes[-1]:
            taken, (width, height) = smallest
            raise EncodeError(
                f"{culprit}: --max-size of {budget.limit} bytes is too small; the smallest that was tried takes "
                f"{math.ceil(taken / 1000)} kB at {width}x{height}; raise it, or take fewer --seconds"
            )
        place += max(1, _first_that_fits(sizes[place:], taken, budget.limit))


def _lower(tried: Sequence[tuple[float, int]], wanted: float) -> float:
    """Return the rate that should take the wanted bytes: in proportion, or on the line through the last two trials.

    What a file takes at any rate, such as its words, stands beside the proportion.
    """
    (rate, taken) = tried[-1]
    guess = rate * wanted / taken
    if len(tried) > 1 and tried[-2][1] > taken:
        guess = rate - (taken - wanted) * (tried[-2][0] - rate) / (tried[-2][1] - taken)
    return max(guess, rate / 4)


def _sizes(size: tuple[int, int]) -> list[tuple[int, int]]:
    """Return the sizes to try, from that which is drawn to the smallest."""
    scaled = dict.fromkeys((even(scale * size[0]), even(scale * size[1])) for scale in SCALES)
    return [size, *(small for small in scaled if small != size and min(small) >= LEAST)]


def _first_that_fits(sizes: Sequence[tuple[int, int]], taken: float, limit: int) -> int:
    """Return the place of the largest size that may fit where the first takes so many bytes; else of the smallest."""
    fits = (place for place, size in enumerate(sizes) if taken * _share(size, sizes[0]) <= limit)
    return next(fits, len(sizes) - 1)


def _share(size: tuple[int, int], whole: tuple[int, int]) -> float:
    return float((math.prod(size) / math.prod(whole)) ** AREA)


def encode_at(
    setting: Setting, kind: Format, source: Sequence[str], about: Sequence[str], target: Path, culprit: Path
) -> None:
    """Encode a video with a rate of bits, in two passes where the encoder has them.

    Args:
        setting: size, frame rate and bits per second.
        kind: of the file.
        source: ffmpeg's options for what is read.
        about: output options that say what the film is.
        target: where it is written; beside it the first pass leaves its notes.
        culprit: what errors are about.

    Raises:
        EncodeError: ffmpeg fails.
    """
    notes = target.with_name(f"{target.name}.log")
    if kind.encoder != AV1:  # which spreads its bits well in one pass
        first = _options(setting, kind, 1, notes)
        run_ffmpeg([*QUIET, *source, *first, "-f", "null", "-"], culprit=culprit)
    ends = [word for word in kind.whole if word not in ("-c", "copy")]
    run_ffmpeg(
        [*QUIET, *source, *_options(setting, kind, 2, notes), *ends, *about, *BITEXACT, url(target)], culprit=culprit
    )


def _options(setting: Setting, kind: Format, number: int, notes: Path) -> list[str]:
    """Return the options of a part with another size, and a rate and a pass in place of a quality."""
    options = dict(zip(kind.part[::2], kind.part[1::2], strict=True))
    width, height = setting.size
    options["-vf"] = f"scale={width}:{height}:flags=lanczos,{options['-vf']}"
    del options["-crf"], options["-f"]
    options["-b:v"] = f"{setting.tones}"
    if kind.encoder == "libx265":
        place = "".join(f"\\{letter}" if letter in ":\\'=" else letter for letter in f"{notes}")
        options["-x265-params"] += f":pass={number}:stats={place}"
    elif kind.encoder != AV1:
        options |= {"-pass": f"{number}", "-passlogfile": f"{notes}"}
    return [word for pair in options.items() for word in pair]
