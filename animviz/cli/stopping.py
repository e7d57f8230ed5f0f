"""Ctrl-C: what is said of what is kept."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from animviz.cli.progress import note
from animviz.files import watched

__all__ = ["interruptible", "interruptible_film"]


@contextmanager
def interruptible(how_to_go_on: Callable[[], str]) -> Iterator[None]:
    """On Ctrl-C say how to go on, and leave."""
    try:
        yield
    except KeyboardInterrupt:
        note(f"stopped; {how_to_go_on()}")
        raise click.Abort from None


@contextmanager
def interruptible_film(target: Path, kept: str) -> Iterator[None]:
    """On Ctrl-C say whether the video is there, and what is kept for another try, and leave."""
    written = watched(target)
    # The signal may come between the moment that the file gets its name and the end of the command.
    with interruptible(lambda: f"{target} is written" if written() else f"no video was written; run again, {kept}"):
        yield
