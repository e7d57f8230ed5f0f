"""What is said of a training while it goes on: by a terminal, or by nobody."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from animviz.recording.training_state import TrainingState

__all__ = ["UNSAID", "Progress", "Silence", "Stages", "Telling"]

Stages = Callable[[str, int], Callable[[int], None]]
"""Begins a stage of so many parts; what it returns is called with the number done."""


def _to_nobody(number: float) -> None:
    """Say nothing."""


@dataclass(frozen=True)
class Progress:
    """How far a training is.

    Attributes:
        done: called with the number of epochs that are done.
        trained: called in the end with the seconds that the training took, without what came before its first step.
        start: what was kept of a training that was cut short, which goes on from there; None for a new one. What does not
            train by steps keeps nothing.
    """

    done: Callable[[int], None] = _to_nobody
    trained: Callable[[float], None] = _to_nobody
    start: "TrainingState | None" = None


UNSAID = Progress()


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
