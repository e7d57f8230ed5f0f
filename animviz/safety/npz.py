"""Arrays from the .npz files that users give: their heads are read first, and nothing is unpacked that is beyond a limit."""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED

import numpy as np
from numpy.lib import format as npy

from animviz.arrays import Array
from animviz.errors import InputError
from animviz.safety.limits import beyond
from animviz.safety.plain import require_file

__all__ = ["Archive", "opened_npz"]

DIRECTORY = 1 << 20  # bytes that a list of files may take: some ten thousand of them
LEAST = 8  # bytes for which a number counts, as calculations take it


class Archive:
    """An open .npz file.

    Attributes:
        names: of its arrays.
    """

    def __init__(self, file: Any) -> None:
        self._file = file
        self.names: list[str] = list(file.files)

    def read(self, *names: str) -> dict[str, Array]:
        """Return arrays by name.

        Args:
            *names: of arrays that are there.

        Raises:
            InputError: together they are beyond the limit.
            Exception: one is damaged, or holds Python objects; see `opened_npz`.
        """
        if said := beyond("data", sum(map(self._cost, names))):
            raise InputError(f"the arrays {', '.join(names)} would take {said}")
        return {name: np.asarray(self._file[name]) for name in names}

    def _cost(self, name: str) -> int:
        """Return the bytes that an array takes by what its head says."""
        stored = {*self._file.zip.namelist()}
        about = self._file.zip.getinfo(name if name in stored else f"{name}.npy")
        if about.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise ValueError(f"{name} is packed in another way than numpy does")
        with self._file.zip.open(about) as head:
            version = npy.read_magic(head)
            read: Mapping[tuple[int, int], Any] = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
            if version not in read:
                raise ValueError(f"{name} is no plain array")
            shape, _, dtype = read[version](head)
        if dtype.hasobject:
            raise ValueError("Python objects would be unpickled")
        bytes_each: int = max(dtype.itemsize, LEAST)
        return int(prod(shape)) * bytes_each


@contextmanager
def opened_npz(path: Path, where: str) -> Iterator[Archive]:
    """Open an .npz file; pickled objects are refused, never loaded.

    Args:
        path: of the file.
        where: what errors begin with, such as "--data points.npz".

    Raises:
        InputError: it cannot be read, is beyond the limit, or an array that is taken from it holds Python objects.
    """
    try:
        require_file(path)
        with _Frugal(io.FileIO(path)) as file:
            if file.peek(2)[:2] != b"PK":  # numpy would take it for an array, and take the memory that it claims
                raise ValueError("it is no archive of arrays")
            with np.load(file, allow_pickle=False) as archive:
                yield Archive(archive)
    except InputError as error:
        raise InputError(str(error) if str(error).startswith(where) else f"{where}: {error}") from None
    except Exception as error:  # a broken archive raises zip, zlib, OS, value and end-of-file errors alike
        if "pickle" in str(error).lower():
            raise InputError(f"{where}: holds Python objects; expected plain arrays of numbers or text") from None
        if isinstance(error, OSError) and error.strerror:
            raise InputError(f"{where} cannot be read ({error.strerror})") from None
        cause = str(error).partition("\n")[0]
        raise InputError(f"{where}: not a readable .npz file ({cause})") from None


class _Frugal(io.BufferedReader):
    """A file of which zipfile cannot read a list of millions of names at once."""

    def read(self, size: int | None = -1, /) -> bytes:
        asked = DIRECTORY + 1 if size is None or size < 0 else size
        if asked <= DIRECTORY:
            return super().read(asked)
        found = super().read(DIRECTORY + 1)
        if len(found) > DIRECTORY:
            raise ValueError("its list of arrays is too long")
        return found
