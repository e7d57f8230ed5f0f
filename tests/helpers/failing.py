"""A system that fails: calls that concern a folder are counted, and one of them is refused."""

import builtins
import errno
import io
import os
import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

__all__ = ["KINDS", "Calls", "Fault", "failing"]

# What can go wrong with each kind of call; a process that is killed starts, and ends by a signal.
KINDS = {
    "open": (errno.EMFILE, errno.EACCES, errno.EIO),
    "write": (errno.ENOSPC, errno.EIO),
    "fsync": (errno.EIO, errno.ENOSPC),
    "rename": (errno.EIO, errno.EACCES),
    "mkdir": (errno.ENOSPC, errno.EACCES),
    "remove": (errno.EIO, errno.EACCES),
    "process": (errno.EMFILE, errno.EACCES, -signal.SIGKILL),
}
PATCHED = {
    "rename": ("rename", "replace"), "mkdir": ("mkdir",), "remove": ("unlink", "remove", "rmdir"), "fsync": ("fsync",),
}  # fmt: skip
LASTING = (errno.ENOSPC, errno.EMFILE)  # a disk stays full, and what is open stays so


class Fault(NamedTuple):
    """What goes wrong.

    Attributes:
        kind: of the call, see `KINDS`.
        number: of the call among those of its kind, from 0.
        error: number of the system's error; below 0 the signal by which a process ends.
    """

    kind: str
    number: int
    error: int

    def __str__(self) -> str:
        name = signal.Signals(-self.error).name if self.error < 0 else errno.errorcode[self.error]
        return f"{self.kind} {self.number}: {name}"


class Calls:
    """Counts calls by their kind, and refuses one of them, or all from it on where the error is one that lasts."""

    def __init__(self, folder: Path, fault: Fault | None) -> None:
        self.made: Counter[str] = Counter()
        self.refused = False
        self._folder, self._fault = os.fsencode(folder), fault

    def concerns(self, place: Any) -> bool:
        """Say whether a call is about the folder: by an absolute path, or one from the present folder."""
        if isinstance(place, int):
            return False
        return os.path.abspath(os.fsencode(place)).startswith(self._folder)

    def note(self, kind: str, place: Any) -> int:
        """Count a call; raise the error if it is to fail, or return the signal by which its process ends, or 0."""
        number = self.made[kind]
        self.made[kind] += 1
        if self._fault is None or self._fault.kind != kind:
            return 0
        lasts = self._fault.error in LASTING and number > self._fault.number
        if number != self._fault.number and not lasts:
            return 0
        self.refused = True
        if self._fault.error > 0:
            raise OSError(self._fault.error, os.strerror(self._fault.error), None if place is None else str(place))
        return -self._fault.error


class _Writing:
    """A file whose writes are counted."""

    def __init__(self, file: Any, calls: Calls) -> None:
        self._file, self._calls = file, calls

    def write(self, contents: Any) -> int:
        self._calls.note("write", None)
        return int(self._file.write(contents))

    def __enter__(self) -> "_Writing":
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def __iter__(self) -> Iterator[Any]:
        return iter(self._file)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


@contextmanager
def failing(folder: Path, fault: Fault | None = None) -> Iterator[Calls]:
    """Count the calls of the block that concern a folder, and let one of them fail.

    Args:
        folder: the present folder too.
        fault: which; by default none.
    """
    calls = Calls(folder, fault)
    with patch.multiple(os, **_calls_of_os(calls)), patch.object(subprocess, "Popen", _processes(calls)):
        opened = _opened(calls)
        with patch.object(builtins, "open", opened), patch.object(io, "open", opened):
            yield calls


def _calls_of_os(calls: Calls) -> dict[str, Callable[..., Any]]:
    def counted(kind: str, name: str) -> Callable[..., Any]:
        real = getattr(os, name)

        def call(place: Any, *arguments: Any, **options: Any) -> Any:
            inside = kind == "fsync" or options.get("dir_fd") is not None or calls.concerns(place)
            if inside:
                calls.note(kind, place)
            return real(place, *arguments, **options)

        return call

    found = {name: counted(kind, name) for kind, names in PATCHED.items() for name in names}
    return {**found, "open": counted("open", "open")}


def _opened(calls: Calls) -> Callable[..., Any]:
    real = io.open

    def call(place: Any, mode: str = "r", *arguments: Any, **options: Any) -> Any:
        if not calls.concerns(place):
            return real(place, mode, *arguments, **options)
        calls.note("open", place)
        file = real(place, mode, *arguments, **options)
        return _Writing(file, calls) if set(mode) & set("wax+") else file

    return call


def _processes(calls: Calls) -> type[Any]:
    class Counted(subprocess.Popen):  # type: ignore[type-arg]
        def __init__(self, *arguments: Any, **options: Any) -> None:
            ending = calls.note("process", None)
            super().__init__(*arguments, **options)
            if ending:
                self.send_signal(ending)

    return Counted
