"""Choosing a few of many: evenly, in strides, the last one at a moment, or by number."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from animviz.errors import InputError

__all__ = ["evenly", "evenly_with", "is_number", "last_at", "numbers_in", "strided"]


def evenly(count: int, most: int) -> list[int]:
    """Return the indices of an even choice, ascending, with the first and the last; all of them where there are few.

    Args:
        count: how many there are.
        most: how many are wanted at most; where that is one, the first is taken.
    """
    return sorted({round(place) for place in np.linspace(0, count - 1, min(most, count))})


def evenly_with(count: int, most: int, kept: int) -> list[int]:
    """Return an even choice of indices in which one has a place: where it has none, that of the nearest inner one.

    Args:
        count: how many there are.
        most: how many are wanted at most.
        kept: the index.
    """
    places = evenly(count, most)
    if kept not in places:
        inner = places[1:-1] or places[-1:]
        places[places.index(min(inner, key=lambda place: abs(place - kept)))] = kept
    return sorted(places)


def strided(count: int, most: int) -> list[int]:
    """Return every so many of the indices from the first on, and the last; all of them where there are few.

    Args:
        count: how many there are.
        most: how many are wanted at most, two or more.
    """
    step = max(1, math.ceil((count - 1) / (most - 1)))
    return [*range(0, count - 1, step), count - 1]


def last_at(epochs: NDArray[Any] | Sequence[float], epoch: float) -> int:
    """Return the index of the last of these ascending epochs that is at or before another; 0 before all of them."""
    return max(0, int(np.searchsorted(epochs, epoch + 1e-9, side="right")) - 1)


def is_number(value: object) -> bool:
    """Say whether a value stands for one real number, as arrays of one value do and texts do not."""
    try:
        float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return False
    return not isinstance(value, (str, bytes, bytearray))


def numbers_in(text: str, count: int, *, name: str, most: int | None = None) -> list[int]:
    """Return the whole numbers that a text lists, in its order: "7", "0,3", "0-4" or "0-4,9".

    Args:
        text: what a user wrote.
        count: how many there are; the numbers are from 0 to one less.
        name: of the option, for the error, such as "--units".
        most: how many may be listed.

    Raises:
        InputError: it is no such list, or names a number that is not there, or one twice, or too many.
    """
    ranges: list[range] = []
    for part in text.split(","):
        ends = [end.strip() for end in part.split("-")]
        good = len(ends) <= 2 and all(end.isascii() and end.isdigit() and len(end) < 20 for end in ends)
        first, last = (int(ends[0]), int(ends[-1])) if good else (0, -1)
        if not first <= last < count:
            raise InputError(f"{name} is {text!r}; expected numbers from 0 to {count - 1}, such as {_example(count)}")
        ranges.append(range(first, last + 1))
    total = sum(map(len, ranges))  # counted before they are listed
    if most is not None and total > most:
        raise InputError(f"{name} is {text!r}; expected {most} numbers at most, not {total}")
    if total > count or len({number for part in ranges for number in part}) < total:
        raise InputError(f"{name} is {text!r}; it names a number twice")
    return [number for part in ranges for number in part]


def _example(count: int) -> str:
    return f"0, 0,{count - 1} or 0-{min(count - 1, 9)}" if count > 1 else "0"
