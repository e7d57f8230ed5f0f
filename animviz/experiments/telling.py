"""What is said of a training while it goes on: by a terminal, or by nobody."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

__all__ = ["Silence", "Stages", "Telling"]

Stages = Callable[[str, int], Callable[[int], None]]
"""Begins a stage of so many parts; what it returns is called with the number done."""


class Telling(Protocol):
    """Says what goes on."""

    def note(self, text: str) -> None:
        """Say one line."""
        ...

    def training(self, path: Path) -> AbstractContextManager[Stages]:
        """Show how far a training is that is recorded at a path, and say on Ctrl-C what is kept of it."""
        ...


class Silence:
    """Says nothing."""

    def note(self, text: str) -> None:
        """Say nothing."""

    @contextmanager
    def training(self, path: Path) -> Iterator[Stages]:
        """Show nothing."""
        yield lambda name, total: lambda done: None
