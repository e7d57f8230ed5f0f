"""Files and folders on the command line."""

from pathlib import Path
from typing import Any

import click

__all__ = ["FOLDER", "PLACE"]


class _Place(click.Path):
    """A path; an empty one, which a shell makes of a variable that is not set, would mean the present folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not str(value).strip():
            self.fail(f"{str(value)!r} is no name; expected that of a file or folder", param, ctx)
        return super().convert(value, param, ctx)


PLACE = _Place(path_type=Path)
FOLDER = _Place(path_type=Path, file_okay=False)
