"""Read the user's own points from a CSV or .npz file, with errors that name the place."""

import csv
from array import array
from collections.abc import Callable, Collection
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from animviz.errors import InputError
from animviz.experiments.data.labels import class_labels
from animviz.safety.limits import require_size
from animviz.safety.npz import opened_npz

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
    numbers: dict[str, array[float]] = {"x": array("d"), "y": array("d")}
    labels: list[str] = []
    same: dict[str, str] = {}  # a text for each class, not for each row
    try:
        require_size(path, "table")
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file, skipinitialspace=True)
            _require_names(reader.fieldnames or [], "column", path)
            for row in reader:
                line = reader.line_num
                for name, column in numbers.items():
                    column.append(_number(_cell(row, name, line, path), name, line, path))
                text = _cell(row, "label", line, path)
                labels.append(same.setdefault(text, text))
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"--data {path}: not a CSV text file ({error})") from None
    except OSError as error:
        raise InputError(f"--data {path}: {error.strerror}") from None
    return {**{name: np.array(column) for name, column in numbers.items()}, "label": _labels(labels, path)}


def _labels(texts: list[str], path: Path) -> Column:
    """Return labels as numbers where all of them are whole: as numbers 10 comes after 9, as text before it."""
    kinds = {text: _as_number(text) for text in texts}
    numbers = [number for number in kinds.values() if number is not None]
    if len(numbers) < len(kinds) or not kinds:
        return np.array(texts)
    for text, number in kinds.items():
        if not isfinite(number or 0.0):
            raise InputError(f"--data {path}: label is {text!r} in row {texts.index(text) + 1}; expected a class")
    # Numbers too long for a float stay text.
    whole = all(number.is_integer() and abs(number) < 2**53 for number in numbers)
    return np.array([int(kinds[text] or 0) for text in texts] if whole else texts)


def _as_number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


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


def _read_npz(path: Path) -> Columns:
    """Read the three arrays of an .npz file; pickled objects are refused, never loaded."""
    with opened_npz(path, f"--data {path}") as archive:
        _require_names(archive.names, "array", path)
        columns = archive.read(*NAMES)
    label = columns["label"]
    if label.ndim != 1 or label.dtype.kind not in "iubfUS":
        raise InputError(f"--data {path}: label has shape {label.shape} of {label.dtype}; expected one column")
    return {**columns, "label": class_labels(label, f"--data {path}: label")}


def _require_names(names: Collection[str], kind: str, path: Path) -> None:
    for name in NAMES:
        if name not in names:
            raise InputError(f"--data {path}: no {kind} {name!r}; it has {', '.join(map(str, names)) or 'none'}")
