"""Read the user's own points from a CSV or .npz file, with errors that name the place."""

import csv
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from animviz.errors import InputError
from animviz.experiments.data.npz import opened_npz

__all__ = ["MIN_ROWS", "read_points"]

Column = NDArray[Any]
Columns = dict[str, Column]
NAMES = ("x", "y", "label")
MIN_ROWS = 10


def read_points(path: Path) -> tuple[NDArray[np.float64], NDArray[np.float64], Column]:
    """Return x, y and label of a file, each of shape (points,); labels are whole numbers or text.

    Raises:
        InputError: the file is missing, of another kind, or its contents cannot be used; says which and where.
    """
    readers: dict[str, Callable[[Path], Columns]] = {".csv": _read_csv, ".npz": _read_npz}
    if path.suffix.lower() not in readers:
        raise InputError(f"--data {path}: expected a .csv or .npz file with columns x, y and label")
    if not path.is_file():
        raise InputError(f"--data {path}: no such file")
    columns = readers[path.suffix.lower()](path)
    x, y = (_coordinate(columns[name], name, path) for name in ("x", "y"))
    label = columns["label"]
    if len({len(x), len(y), len(label)}) > 1:
        raise InputError(
            f"--data {path}: x, y and label have {len(x)}, {len(y)} and {len(label)} rows; expected as many"
        )
    if len(label) < MIN_ROWS:
        raise InputError(f"--data {path}: {len(label)} rows; expected at least {MIN_ROWS}")
    return x, y, label


def _coordinate(column: Column, name: str, path: Path) -> NDArray[np.float64]:
    if column.ndim != 1 or column.dtype.kind not in "fiu":
        found = f"shape {column.shape} of {column.dtype}"
        raise InputError(f"--data {path}: {name} has {found}; expected one column of numbers")
    bad = np.flatnonzero(~np.isfinite(column))
    if bad.size:
        raise InputError(f"--data {path}: {name} is {column[bad[0]]} in row {bad[0] + 1}; expected finite numbers")
    return column.astype(np.float64)


def _read_csv(path: Path) -> Columns:
    """Read the three columns of a CSV file with a header; the label may be text."""
    rows: list[tuple[int, dict[str, str]]] = []
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file, skipinitialspace=True)
            _require_names(reader.fieldnames or [], "column", path)
            for row in reader:
                rows.append((reader.line_num, row))
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"--data {path}: not a CSV text file ({error})") from None
    labels = [_cell(row, "label", line, path) for line, row in rows]
    columns = {
        name: np.array([_number(_cell(row, name, line, path), name, line, path) for line, row in rows])
        for name in ("x", "y")
    }
    # As numbers 10 comes after 9, as text before it; numbers too long for a float stay text.
    whole = bool(labels) and all(_is_whole(text) for text in labels)
    return {**columns, "label": np.array([int(float(text)) for text in labels] if whole else labels)}


def _cell(row: dict[str, str], name: str, line: int, path: Path) -> str:
    text = (row[name] or "").strip()
    if not text:
        raise InputError(f"--data {path}, line {line}: {name} is empty")
    return text


def _number(text: str, name: str, line: int, path: Path) -> float:
    try:
        return float(text)
    except ValueError:
        raise InputError(f"--data {path}, line {line}: {name} is {text!r}, not a number") from None


def _is_whole(text: str) -> bool:
    try:
        return float(text).is_integer() and abs(float(text)) < 2**53
    except ValueError:
        return False


def _read_npz(path: Path) -> Columns:
    """Read the three arrays of an .npz file; pickled objects are refused, never loaded."""
    with opened_npz(path) as archive:
        _require_names(list(archive), "array", path)
        columns = {name: np.asarray(archive[name]) for name in NAMES}
    label = columns["label"]
    if label.ndim != 1 or label.dtype.kind not in "iubfUS":
        raise InputError(f"--data {path}: label has shape {label.shape} of {label.dtype}; expected one column")
    if label.dtype.kind == "f" and not np.isfinite(label).all():
        raise InputError(f"--data {path}: label holds NaN or infinity; expected class numbers or names")
    if label.dtype.kind == "S":
        columns["label"] = np.char.decode(label, "utf-8", "replace")
    elif label.dtype.kind == "b" or (label.dtype.kind == "f" and np.all(label == np.round(label))):
        columns["label"] = label.astype(np.int64)
    return columns


def _require_names(names: Collection[str], kind: str, path: Path) -> None:
    for name in NAMES:
        if name not in names:
            raise InputError(f"--data {path}: no {kind} {name!r}; it has {', '.join(map(str, names)) or 'none'}")
