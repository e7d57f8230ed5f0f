"""Run one case, and say in what it has failed."""

import os
import re
import shutil
import signal
import sys
import traceback
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from itertools import count
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from types import FrameType

import pytest

from animviz.cli.saying import plain_text
from helpers.results import Result

__all__ = ["Bench", "check_message", "run"]

PATIENCE = 20  # seconds for a case
SHOWN = 12  # letters of a value that a message shows at least
MOST = 2_000_000_000  # bytes that a case may take
COMPARING = ("verify", "diff")  # end with code 1 where they find something
# What commands keep on purpose, also where they are refused later: recordings hold embeddings, storyboards their shots.
KEPT = re.compile(r"(^|/)(embeddings|landscapes|votes|\.[^/]*\.cache)(/|$)|\.time\.json$")
HALF = re.compile(r"(^|/)\.animviz-|\.part(/|$)")


class Hang(BaseException):
    """A case takes too long."""


class Bench:
    """Runs commands, each in a folder of its own with the same files in it.

    Args:
        folder: for the cases.
        files: folder whose contents each case finds.
    """

    def __init__(self, folder: Path, files: Path) -> None:
        self._folder, self._files, self._numbers = folder, files, count()
        self.folder = folder
        self._memory = _memory_peak()

    @contextmanager
    def case(self) -> Iterator[Path]:
        """Make a folder for a case, and remove it if it does not fail."""
        around = self._folder / f"case{next(self._numbers)}"
        self.folder = around / "inner"
        shutil.copytree(self._files, self.folder, symlinks=True)
        yield self.folder
        shutil.rmtree(around)

    def check(self, words: Sequence[str], *, named: Sequence[str] = ()) -> Result:
        """Run a command in the case's folder; fail unless it works, or is refused as it should be.

        Args:
            words: of the command, without the program's name.
            named: what its message may name, besides the words.
        """
        before, beside = _files(self.folder), os.listdir(self.folder.parent)
        done = run(words, self.folder)
        taken = _memory_peak() - self._memory
        assert taken < MOST, f"it takes {taken:,} bytes more"
        allowed = (0, 1, 2, 130) if words[:1] and words[0] in COMPARING else (0, 2, 130)
        assert done.code in allowed, f"exit code {done.code}: {done.err}"
        assert "Traceback" not in done.err, done.err
        after = _files(self.folder)
        assert not [name for name in after if HALF.search(name)], f"left behind: {after}"
        assert os.listdir(self.folder.parent) == beside, "something is written beside the folder"
        if done.code == 2:
            assert [name for name in before if name not in after] == [], "something is gone"
            assert [name for name in after - before if not KEPT.search(name)] == [], "something is half-written"
            check_message(done.err, [*words[1:], *named])
        return done


def run(words: Sequence[str], folder: Path) -> Result:
    """Run the command line in this process and in a folder, as `animviz.cli.main.run` does."""
    from animviz.cli.main import main

    said, complained = StringIO(), StringIO()
    home, argv = Path.cwd(), sys.argv
    os.chdir(folder)
    sys.argv = ["animviz", *words]
    code = 0
    try:
        with warnings.catch_warnings(), redirect_stdout(said), redirect_stderr(complained), _patience():
            warnings.resetwarnings()  # what would be printed fails; what is not finite is drawn as it is
            warnings.simplefilter("error")
            for kind in (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning, RuntimeWarning):
                warnings.simplefilter("ignore", kind)
            main(list(words))
    except SystemExit as done:
        code = int(done.code or 0)
    except (Exception, Hang, KeyboardInterrupt):
        pytest.fail(f"{list(words)}: {traceback.format_exc()}")
    finally:
        sys.argv = argv
        os.chdir(home)
    return Result(code, said.getvalue(), complained.getvalue())


@contextmanager
def _patience() -> Iterator[None]:
    def end(sign: int, frame: FrameType | None) -> None:
        raise Hang

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def check_message(said: str, words: Sequence[str]) -> None:
    """Check that what is said is one line, and names one of the words or a value among them."""
    lines = said.splitlines()
    notes = ("animviz: training anew", "animviz: drawing from")
    complaints = [line for line in lines if line.startswith("animviz: ") and not line.startswith(notes)]
    assert len(complaints) == 1, f"expected one line: {said!r}"
    assert lines[-1] == complaints[0], said
    shown = complaints[0].removeprefix("animviz: ")
    asked = "Missing " in shown or "Got unexpected" in shown
    # Of letters behind a single dash each is an option of its own to the command line, and the first unknown one is named.
    asked = asked or any(re.match(r"-\w", word) and f"{word[:2]!r}" in shown for word in words)
    values = [part for word in words for part in (word, word.partition("=")[2]) if part or "=" in word or not word]
    assert asked or any(_is_named(value, shown) for value in values), f"it names none of {words}: {said!r}"


def _is_named(word: str, said: str) -> bool:
    """Say whether a message names a word, as it stands or as Python writes it, from its beginning."""
    forms = {
        " ".join(word.split())[:SHOWN],
        repr(word)[1:-1][:SHOWN],
        Path(word).stem,
        word.lstrip("-"),
        repr(word),
        plain_text(word),
    }
    found = (re.escape(form) + ("" if len(form) > 2 else r"(?!\w)") for form in forms if form.strip())
    return any(re.search(rf"(?<!\w){form}", said, re.IGNORECASE) for form in found)


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


def _memory_peak() -> int:
    """Return the most bytes that this process has taken (Linux)."""
    return getrusage(RUSAGE_SELF).ru_maxrss * 1024
