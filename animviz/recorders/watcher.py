"""Watchers: whoever wants to be told when a recording grows."""

from pathlib import Path
from typing import Protocol

__all__ = ["Watcher"]


class Watcher(Protocol):
    """What a session tells of its recording; for any framework."""

    def begun(self, path: Path) -> None:
        """Hear that a training begins: the untrained state is in the recording, or what was recorded before.

        An error that is raised here ends the training. If nothing was trained yet, no recording is left behind, and one
        that was to be replaced stays.
        """
        ...

    def captured(self, epoch: float) -> None:
        """Hear that a snapshot was written, at so many epochs since the start."""
        ...

    def ended(self) -> None:
        """Hear that the training came to its end and the recording is finished."""
        ...
