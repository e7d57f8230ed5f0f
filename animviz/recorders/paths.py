"""Paths of recordings: one, or a new one for every model where a placeholder in the path asks for it."""

import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from string import Formatter
from typing import Any

from animviz.errors import InputError, RecordingError
from animviz.files import place_of

__all__ = ["Paths"]

NUMBERED = ("fold", "trial")
KNOWN = (*NUMBERED, "time")


class Paths:
    """Where a recorder and its copies write: no recording of theirs is replaced by another of theirs.

    Attributes:
        given: path as the user gives it: "{fold}" and "{trial}" stand for the next free number, counted from 1, and "{time}"
            for when training begins.

    Args:
        given: see the attribute.
        overwrite: whether recordings that others left may be replaced.

    Raises:
        InputError: another placeholder, or two of them.
    """

    def __init__(self, given: str | Path, *, overwrite: bool) -> None:
        self.given, self._overwrite = str(given), overwrite
        self._used: set[Path] = set()
        try:
            names = [name for _, name, _, _ in Formatter().parse(self.given) if name is not None]
            if len(names) > 1 or not set(names) <= set(KNOWN):
                raise ValueError
            self._placeholder = names[0] if names else None
            self._filled(1)
        except (ValueError, KeyError, IndexError):
            raise InputError(
                f"Recorder: the path is {self.given}; expected one placeholder at most, of {{fold}}, {{trial}} and {{time}}"
            ) from None

    def __deepcopy__(self, memo: dict[int, Any]) -> "Paths":
        return self  # copies share what is used: tuners copy a recorder for every trial

    def free(self) -> Path:
        """Return the next path for a model's recording.

        Raises:
            RecordingError: there is no placeholder, and the path was used.
        """
        for path in self._candidates():
            if path not in self._used and (self._overwrite or self._placeholder is None or not path.exists()):
                return path
        example = Path(self.given).with_stem(f"{Path(self.given).stem}-{{fold}}").name
        raise RecordingError(
            f"this recorder, or another copy of it, has recorded another training in {self.given}, which stays as it is; "
            f"give each model a path of its own: {example!r} numbers them (or {{trial}}, {{time}})"
        )

    def use(self, path: Path) -> None:
        """Note that a recording was begun here."""
        self._used.add(path)

    def _candidates(self) -> Iterator[Path]:
        if self._placeholder is None:
            yield place_of(self.given)
        elif self._placeholder in NUMBERED:
            yield from map(self._filled, count(1))
        else:
            first = self._filled(1)
            yield first
            yield from (first.with_stem(f"{first.stem}-{number}") for number in count(2))

    def _filled(self, number: int) -> Path:
        values = {**dict.fromkeys(NUMBERED, number), "time": time.strftime("%Y%m%d-%H%M%S")}
        return place_of(self.given.format(**values) if self._placeholder else self.given)
