"""From the file to a board: TOML, references between recordings, and pydantic's errors as one line each."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from reprlib import repr as shortened
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from animviz.errors import InputError
from animviz.files import contents_of
from animviz.storyboard.file.board import Board
from animviz.storyboard.file.lines import KeyPath, Lines

__all__ = ["Storyboard", "read"]


@dataclass(frozen=True)
class Storyboard:
    """A file that was read.

    Attributes:
        path: of the file.
        board: what stands in it.
        lines: where what stands.
    """

    path: Path
    board: Board
    lines: Lines

    def beside(self, name: str) -> Path:
        """Return a path that the file names, seen from its own folder."""
        return self.path.parent / name


def read(path: Path) -> Storyboard:
    """Read a storyboard.

    Raises:
        InputError: there is no such file, it is no TOML, or a key is missing, unknown or wrong.
    """
    try:
        text = contents_of(path).decode("utf-8").replace("\r\n", "\n")
        data = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read ({getattr(error, 'strerror', None) or 'it is no text'})") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path.name} is no TOML: {error}") from None
    lines = Lines(path, text, data)
    try:
        board = Board.model_validate({**data, "recordings": _inherited(data, lines)})
    except ValidationError as error:
        raise _error(error, data, lines) from None
    _require_distinct(board, lines)
    return Storyboard(path, board, lines)


def _inherited(data: Mapping[str, Any], lines: Lines) -> Any:
    """Put the keys of the recordings that others are like into these."""
    tables = data.get("recordings", {})
    if not isinstance(tables, dict):
        return tables

    def whole(name: str, seen: tuple[str, ...]) -> Any:
        table = tables[name]
        other = table.get("like") if isinstance(table, dict) else None
        if not isinstance(other, str):
            return table
        key = ("recordings", name, "like")
        if other in (*seen, name):
            raise lines.error(key, f"a cycle of references, {' -> '.join((*seen, name, other))}; break it")
        if other not in tables:
            raise lines.error(key, f"no recording {other!r}; there are {', '.join(tables)}")
        found = whole(other, (*seen, name))
        return {**found, **table} if isinstance(found, dict) else table  # what is none is refused where it stands

    return {name: whole(name, ()) for name in tables}


def _error(error: ValidationError, data: dict[str, Any], lines: Lines) -> InputError:
    """Return the first of pydantic's complaints, with what else would have been right at the same key."""
    details = error.errors(include_url=False)
    key, value = _key(details[0], data)
    same = [detail for detail in details if _key(detail, data)[0] == key]
    expected = ", or ".join(dict.fromkeys(map(_said, same)))
    whole = isinstance(value, dict | list) and not str(details[0]["type"]).endswith("_type")
    given = "" if whole else f"{shortened(value)} is wrong: "
    return lines.error(key, given + expected)


def _key(detail: ErrorDetails, data: Any) -> tuple[KeyPath, Any]:
    """Return the key of a complaint without pydantic's own marks, and what stands there."""
    key: list[str | int] = []
    value = data
    for part in detail["loc"]:
        if (isinstance(value, dict) and part in value) or (isinstance(value, list) and isinstance(part, int)):
            key.append(part)
            value = value[part]  # type: ignore[index]
    return tuple(key), value


def _said(detail: ErrorDetails) -> str:
    if detail["type"] == "missing":
        return f"the key {detail['loc'][-1]!r} is missing"
    return (
        detail["msg"]
        .removeprefix("Value error, ")
        .removeprefix("Input ")
        .replace("valid ", "")
        .replace("a integer", "an integer")
    )


def _require_distinct(board: Board, lines: Lines) -> None:
    names = [shot.name for shot in board.shot]
    for place, name in enumerate(names):
        if name in names[:place]:
            raise lines.error(("shot", place, "name"), f"a shot {name!r} is there already; choose another name")
