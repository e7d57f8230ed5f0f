"""Where in the file something stands: errors name the line, the shot and the key."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from animviz.errors import InputError

__all__ = ["KeyPath", "Lines", "PlacedError"]

KeyPath = tuple[str | int, ...]
_HEADER = re.compile(r"\s*\[(\[)?\s*([^\[\]]+?)\s*\]")
_KEY = re.compile(r"\s*([A-Za-z0-9_-]+|\"[^\"]*\")\s*=")


class PlacedError(InputError):
    """An error that says where in the file it is."""


class Lines:
    """The text of a storyboard, and what its tables are called.

    Args:
        path: of the file.
        text: what stands in it.
        data: the same, parsed.
    """

    def __init__(self, path: Path, text: str, data: dict[str, Any]) -> None:
        self.path = path
        self._lines = _lines(text)
        self._data = data

    def error(self, key: KeyPath, message: str) -> PlacedError:
        """Return the error that something at a key is wrong.

        Args:
            key: such as ("shot", 2, "captions", 0, "text"), counted from 0.
            message: what is wrong, and the way out.
        """
        named = self._named(key)
        return PlacedError(f"{self.path.name}, line {self.line(key)}: {named + ': ' if named else ''}{message}")

    def line(self, key: KeyPath) -> int:
        """Return the line on which a key stands, or the nearest table around it."""
        around = [line for place, line in self._lines if place == key[: len(place)]]
        depth = [len(place) for place, _ in self._lines if place == key[: len(place)]]
        return around[depth.index(max(depth))] if around else 1

    def _named(self, key: KeyPath) -> str:
        """Return a key in words: shots by their names, others by their numbers from 1."""
        if key[:1] == ("shot",) and len(key) > 1 and isinstance(key[1], int):
            shots = self._data.get("shot")
            shot = shots[key[1]] if isinstance(shots, list) else None
            name = shot.get("name") if isinstance(shot, dict) else None
            rest = _dotted(key[2:])
            return (f'shot "{name}"' if isinstance(name, str) else f"shot {key[1] + 1}") + (f", {rest}" if rest else "")
        return _dotted(key)


def _dotted(key: KeyPath) -> str:
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in key)


def _lines(text: str) -> list[tuple[KeyPath, int]]:
    """Return the key of every header and every assignment, with its line."""
    found: list[tuple[KeyPath, int]] = []
    counts: dict[KeyPath, int] = {}
    table: KeyPath = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = _table(header[2], bool(header[1]), counts)
            found.append((table, number))
        elif match := _KEY.match(line):
            found.append(((*table, match[1].strip('"')), number))
    return found


def _table(header: str, repeated: bool, counts: dict[KeyPath, int]) -> KeyPath:
    """Return the key of a header such as "shot.captions", whose tables are counted where they are repeated."""
    parts: Sequence[str] = [part.strip().strip('"') for part in header.split(".")]
    table: KeyPath = ()
    for place, part in enumerate(parts):
        table = (*table, part)
        if repeated and place == len(parts) - 1:
            counts[table] = counts.get(table, -1) + 1
        if table in counts:
            table = (*table, counts[table])
    return table
