"""Open the .npz files that users give, with one line of error for all that can be wrong with them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from animviz.errors import InputError

__all__ = ["opened_npz"]


@contextmanager
def opened_npz(path: Path) -> Iterator[Any]:
    """Open an .npz file given as --data; pickled objects are refused, never loaded.

    Raises:
        InputError: it cannot be read, or an array that is taken from it holds Python objects.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            yield archive
    except InputError:
        raise
    except Exception as error:  # a broken archive raises zip, zlib, OS, value and end-of-file errors alike
        if "pickle" in str(error).lower():
            raise InputError(f"--data {path}: holds Python objects; expected plain arrays of numbers or text") from None
        raise InputError(f"--data {path}: not a readable .npz file ({error})") from None
