"""While a process writes a recording, no other process writes there; a killed one leaves nothing that holds."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from animviz.errors import RecordingError
from animviz.recording.claim import Claim, require_unclaimed

HOLD = """
import sys
from pathlib import Path
from animviz.recording.claim import Claim
claim = Claim(Path(sys.argv[1]))
print("claimed", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def other(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that has claimed the folder."""
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "claimed\n"
        yield process
        process.kill()


def test_a_folder_that_is_being_written_is_refused(other: subprocess.Popen[str], tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="is being written by another process; wait for it"):
        Claim(tmp_path)
    with pytest.raises(RecordingError, match="is being written by another process"):
        require_unclaimed(tmp_path)


def test_a_killed_writer_holds_nothing(other: subprocess.Popen[str], tmp_path: Path) -> None:
    other.kill()
    other.wait()
    require_unclaimed(tmp_path)
    Claim(tmp_path).release(tmp_path)


def test_the_same_process_goes_on_and_leaves_nothing(tmp_path: Path) -> None:
    first, second = Claim(tmp_path), Claim(tmp_path)
    second.release(tmp_path)
    first.release(tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_block_that_fails_ends_the_claim(tmp_path: Path) -> None:
    claim = Claim(tmp_path)
    with pytest.raises(ZeroDivisionError), claim.kept():
        raise ZeroDivisionError
    script = f"from pathlib import Path; from animviz.recording.claim import Claim; Claim(Path({str(tmp_path)!r}))"
    subprocess.run([sys.executable, "-c", script], check=True)
