"""Progress on stderr: bars in a terminal, nothing elsewhere."""

import os
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Self

from animviz.cli.saying import say

__all__ = ["Progress", "note"]


def note(text: str) -> None:
    """Say one line on stderr."""
    say(f"animviz: {text}", err=True)


class Progress:
    """Bars for the stages of a command, shown only where stderr is a terminal; a context manager."""

    def __enter__(self) -> Self:
        self._bars = None
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

            # A handle of its own, so that muting stderr does not mute the bars.
            self._stream = os.fdopen(os.dup(2), "w", encoding="utf-8")
            columns = (TextColumn("{task.description:<9}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
            self._bars = Progress(*columns, console=Console(file=self._stream, force_terminal=True), transient=True)
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._bars is not None:
            self._bars.stop()
            self._stream.close()

    def stage(self, name: str, total: int | None) -> Callable[[int], None]:
        """Begin a stage of so many parts; call the returned function with the number done."""
        if self._bars is None:
            return lambda done: None
        bars = self._bars
        task = bars.add_task(name, total=total)
        return lambda done: bars.update(task, completed=done)
