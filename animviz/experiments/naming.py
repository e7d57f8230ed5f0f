"""Names of files that say what is in them: settings as pieces that every file system takes."""

import re
from hashlib import sha256
from pathlib import Path
from typing import Any

__all__ = ["LONGEST", "bounded", "option_piece", "piece"]

LONGEST = 120  # characters of a name: file systems take 255, with ends and endings
LONG = 40  # characters of a piece


def piece(text: str) -> str:
    """Return a text as a piece of a name, such as "pca_154" for "pca:154"."""
    return bounded(re.sub(r"[^0-9A-Za-z.-]+", "_", text).strip("_"), LONG)


def option_piece(name: str, value: Any) -> str:
    """Return an option and its value as a piece of a name, such as "batch-size-16".

    Args:
        name: of the option, as in Python.
        value: of a path only its stem is named.
    """
    flag = name.replace("_", "-")
    if isinstance(value, bool):
        return flag if value else f"no-{flag}"
    if isinstance(value, float):
        value = f"{value:g}"
    return f"{flag}-{piece(value.stem if isinstance(value, Path) else str(value))}"


def bounded(text: str, most: int) -> str:
    """Return a text that is no longer than it may be.

    Args:
        text: of one that is too long the beginning stays, and a digest of all of it follows.
        most: characters, more than 10.
    """
    return text if len(text) <= most else f"{text[: most - 10]}_{sha256(text.encode()).hexdigest()[:8]}"
