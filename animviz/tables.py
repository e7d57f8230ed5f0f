"""Tables as text, Markdown and CSV."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from animviz.errors import EncodeError
from animviz.files import check_writable, replace_file

__all__ = ["TABLES", "Column", "check_table", "text_of", "write_table"]

TABLES = (".md", ".csv")


@dataclass(frozen=True)
class Column:
    """A column of the table.

    Attributes:
        title: its heading.
        values: one a row; None where there is none.
        form: format specification of the text; files for programs get the plain numbers.
    """

    title: str
    values: tuple[Any, ...]
    form: str = ""

    @property
    def texts(self) -> list[str]:
        """The values as text."""
        return ["–" if value is None else format(value, self.form) for value in self.values]


def text_of(table: Sequence[Column], suffix: str) -> str:
    """Return the table as Markdown for ".md", or as comma-separated values for ".csv"."""
    if suffix == ".csv":
        file = io.StringIO()
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([column.title for column in table])
        writer.writerows(zip(*(column.values for column in table), strict=True))
        return file.getvalue()
    shown = []
    for column in table:
        cells = [column.title, *column.texts]
        width = max(3, *map(len, cells))  # Markdown knows no rule of less
        left = column.form == ""
        shown.append([cell.ljust(width) if left else cell.rjust(width) for cell in cells])
        shown[-1].insert(1, "-" * width if left else "-" * (width - 1) + ":")
    return "".join(f"| {' | '.join(row)} |\n" for row in zip(*shown, strict=True))


def check_table(path: Path) -> None:
    """Refuse the target of a table that could not be written.

    Raises:
        EncodeError: it is a folder, or its own folder cannot be written.
    """
    if path.is_dir():
        raise EncodeError(f"-o {path} is a folder; expected the name of a file")
    check_writable(path)


def write_table(path: Path, table: Sequence[Column]) -> None:
    """Write a table in the format of its extension, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, text_of(table, path.suffix.lower()).encode())
