"""What lies beside a film or a still: its alt text."""

from pathlib import Path

from animviz.errors import EncodeError
from animviz.files import replace_file

__all__ = ["alt_place", "check_alt", "write_alt"]


def alt_place(target: Path) -> Path:
    """Return where the alt text of a film or a still is."""
    return target.with_name(f"{target.stem}.alt.txt")


def check_alt(target: Path) -> None:
    """Refuse an alt text that could not be written.

    Raises:
        EncodeError: a folder is in its place.
    """
    if alt_place(target).is_dir():
        raise EncodeError(
            f"{alt_place(target)} is a folder, where --alt writes a file; move it away, or leave --alt out"
        )


def write_alt(target: Path, text: str) -> None:
    """Write the alt text of a film or a still beside it."""
    replace_file(alt_place(target), f"{text}\n".encode())
