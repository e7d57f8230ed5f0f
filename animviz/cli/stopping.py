"""What the terminal shows of a training, and what it says on Ctrl-C of what is kept."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import current_thread, main_thread

import click

from animviz.cli.progress import Progress, note
from animviz.cli.signals import asked, forget, hear
from animviz.experiments.telling import Stages
from animviz.files import watched
from animviz.recording.listing import STATE

__all__ = ["Terminal", "finished_epochs", "interruptible", "interruptible_film"]


def finished_epochs(path: Path) -> str:
    """Say what is left of a training that was stopped."""
    if not (path / "manifest.json").exists():
        return "nothing was trained yet; run the same command again"
    again = "go on" if (path / STATE).exists() else "train anew"
    return f"the finished epochs are in {path}: draw them with --from {path}, or run again to {again}"


@dataclass(frozen=True)
class Terminal:
    """Tells of trainings on stderr, with bars of progress.

    Attributes:
        kept: says on Ctrl-C what is kept, given the folder of the recording.
    """

    kept: Callable[[Path], str] = finished_epochs

    def note(self, text: str) -> None:
        """Say one line."""
        note(text)

    @contextmanager
    def training(self, path: Path) -> Iterator[Stages]:
        """Show bars, and on Ctrl-C say what is kept."""
        with interruptible(lambda: self.kept(path)) as stop_if_asked, Progress() as progress:

            def begin(name: str, total: int) -> Callable[[int], None]:
                show = progress.stage(name, total)

                def done(number: int) -> None:
                    stop_if_asked()
                    show(number)

                return done

            yield begin


@contextmanager
def interruptible(how_to_go_on: Callable[[], str]) -> Iterator[Callable[[], None]]:
    """On Ctrl-C say how to go on, and leave.

    Yields:
        A function that stops if Ctrl-C was pressed: what it raised then may have been lost, as in imports of TensorFlow.
    """

    def stop_if_asked() -> None:
        if asked():
            raise KeyboardInterrupt

    alone = current_thread() is main_thread() and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if alone:  # called by other code than the program's
        hear()
    try:
        yield stop_if_asked
    except KeyboardInterrupt:
        note(f"stopped; {how_to_go_on()}")
        raise click.Abort from None
    finally:
        if alone:
            forget()


@contextmanager
def interruptible_film(target: Path, kept: str) -> Iterator[None]:
    """On Ctrl-C say whether the video is there, and what is kept for another try, and leave."""
    written = watched(target)
    # The signal may come between the moment that the file gets its name and the end of the command.
    with interruptible(lambda: f"{target} is written" if written() else f"no video was written; run again, {kept}"):
        yield
