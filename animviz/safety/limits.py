"""Limits: how much is taken from a file, asked of its head before memory is taken for it.

With the limits that are set here no file makes animviz take 2 GB. Who trusts a file raises them by the environment
variable ANIMVIZ_LIMITS, such as "data=2GB,classes=50000".
"""

import errno
import os
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from animviz.errors import InputError
from animviz.safety.sizes import bytes_in, size_text

__all__ = ["LIMITS", "VARIABLE", "Limit", "beyond", "limit", "limit_lines", "require_size"]

VARIABLE = "ANIMVIZ_LIMITS"
BEYOND_ALL = 10**21  # a header may claim numbers of any length


class Limit(NamedTuple):
    """A limit.

    Attributes:
        most: where nobody sets another one.
        unit: "bytes", or what is counted.
        what: it holds for.
    """

    most: int
    unit: str
    what: str


LIMITS = {
    "data": Limit(500_000_000, "bytes", "arrays of an .npz file, unpacked, a number taken as 8 bytes at least"),
    "table": Limit(60_000_000, "bytes", "a .csv file of data"),
    "picture": Limit(50_000_000, "pixels", "a picture that is read"),
    "arrays": Limit(200_000_000, "bytes", "one file of a recording: its samples, or a snapshot"),
    "training": Limit(600_000_000, "bytes", "what a training that was cut short goes on from"),
    "text": Limit(16_000_000, "bytes", "other text that is read: a manifest, a storyboard"),
    "layer": Limit(250_000_000, "bytes", "what a layer puts out for all samples of a picture"),
    "classes": Limit(10_000, "classes", "numbers of classes, from 0 on"),
}
"""What is limited, by the names that the environment variable has for it."""


def limit(name: str) -> int:
    """Return a limit, as it is set by the environment.

    Args:
        name: of `LIMITS`.

    Raises:
        InputError: the environment variable cannot be read.
    """
    return _set_by(os.environ.get(VARIABLE, "")).get(name, LIMITS[name].most)


def beyond(name: str, found: int) -> str | None:
    """Return in words how a number is beyond a limit, and how that is raised; None where it is within.

    Args:
        name: of `LIMITS`.
        found: number of the limit's unit.

    Raises:
        InputError: the environment variable cannot be read.
    """
    most = limit(name)
    if found <= most:
        return None
    found = min(found, BEYOND_ALL)
    given = _rounded_up(found)
    way_out = f"if you trust it, set {VARIABLE}={name}={_text(given, name, short=True)}"
    return f"{_text(found, name)}; at most {_text(most, name)} are taken; {way_out}"


def require_size(path: Path, name: str) -> None:
    """Check that a file is within a limit, before it is read.

    Args:
        path: of the file.
        name: of `LIMITS`.

    Raises:
        OSError: it is larger, or cannot be looked at.
        InputError: the environment variable cannot be read.
    """
    if said := beyond(name, path.stat().st_size):
        raise OSError(errno.EFBIG, f"it has {said}", str(path))


def limit_lines() -> list[tuple[str, str]]:
    """Return for help each limit by its name and present value, and what it is for."""
    return [(f"{name}={_text(limit(name), name, short=True)}", f"{about.unit}: {about.what}")
            for name, about in LIMITS.items()]  # fmt: skip


@lru_cache(maxsize=8)
def _set_by(text: str) -> dict[str, int]:
    found = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, value = part.partition("=")
        if name.strip() not in LIMITS:
            raise InputError(f"{VARIABLE} names {name.strip()[:40]!r}; expected {', '.join(LIMITS)}, such as data=2GB")
        if (number := bytes_in(value)) is None:
            raise InputError(
                f"{VARIABLE} sets {name.strip()} to {value.strip()[:40]!r}; expected a number, such as 2GB"
            )
        found[name.strip()] = number
    return found


def _text(number: int, name: str, *, short: bool = False) -> str:
    if LIMITS[name].unit != "bytes":
        return str(number) if short else f"{number:,} {LIMITS[name].unit}"
    return size_text(number).replace(" ", "").replace("bytes", "").replace(".0", "") if short else size_text(number)


def _rounded_up(number: int) -> int:
    """Return the next number with two digits that are not 0."""
    step = int(10 ** max(0, len(str(number)) - 2))
    return -(-number // step) * step
