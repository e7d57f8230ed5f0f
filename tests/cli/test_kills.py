"""Commands that are killed again and again in the same folder: nothing that was finished is lost, and nothing is left."""

import random
import shutil
import signal
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from animviz import Recording
from animviz.errors import RecordingError
from animviz.recording.verifying import verify
from helpers.recordings import made
from helpers.running import Run, check_all_end, left_behind, snapshot_files

pytestmark = pytest.mark.soak

VIDEO = ("--size", "320x180", "--seconds", "4", "--fps", "20")
BOARD = """
title = "Rings"
size = [320, 180]
fps = 20
recordings.r = { path = "r.rec" }
[[shot]]
name = "card"
title = "Rings"
seconds = 1
[[shot]]
name = "warp"
scene = "rings"
recording = "r"
seconds = 4
"""
# How often each is killed, and what it makes.
COMMANDS: dict[str, tuple[int, Sequence[str], Sequence[str]]] = {
    "drawing": (100, ("render", "rings", "--from", "r.rec", "-o", "x.mp4", "--workers", "2", *VIDEO), ("x.mp4",)),
    "storyboard": (
        30,
        ("storyboard", "s.toml", "-o", "x.mp4"),
        ("x.mp4", "x.srt", "x.vtt", "x.png", "x.pdf", ".s.cache"),
    ),
    "page": (30, ("page", "r.rec", "-o", "x.html", "--kind", "film", "--scene", "rings --seconds 4"), ("x.html",)),
    "compare": (
        30,
        ("compare", "--from", "r.rec", "--from", "q.rec", "-o", "x.md", "-o", "x.mp4", *VIDEO),
        ("x.md", "x.mp4"),
    ),
}
TRAININGS = 100
TRAINING = ("record", "two_rings", "--epochs", "100000", "--every", "5", "--samples", "200", "-o", "x.rec")


@pytest.fixture
def running() -> Iterator[list[Run]]:
    """Runs that are ended with the test."""
    runs: list[Run] = []
    yield runs
    for run in runs:
        run.close()


def contents(folder: Path, names: Sequence[str]) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in names if (folder / name).is_file()}


@pytest.mark.parametrize("kind", COMMANDS)
def test_what_is_killed_while_it_is_made_leaves_nothing(kind: str, running: list[Run], tmp_path: Path) -> None:
    kills, words, makes = COMMANDS[kind]
    folder, chance = tmp_path / "here", random.Random()
    made("two_rings", folder / "r.rec", samples=200, arch="2-3-2-1")
    shutil.copytree(folder / "r.rec", folder / "q.rec")
    (folder / "s.toml").write_text(BOARD)

    def start() -> Run:
        running.append(Run(folder, *words))
        return running[-1]

    begin = time.monotonic()
    assert start().finish() == 0, running[-1].said()
    whole, seconds = contents(folder, makes), time.monotonic() - begin
    killed = late = 0
    while killed < kills:
        shutil.rmtree(folder / ".s.cache", ignore_errors=True)  # else there is nothing to draw
        run = start()
        time.sleep(seconds * chance.uniform(0.3, 1.0))
        if run.stop(signal.SIGKILL) == -signal.SIGKILL:
            killed += 1
        else:
            late += 1
        assert contents(folder, makes) == whole, "what was there stays, or is made again"
        assert verify(folder / "r.rec").faults == ()
        run.close()
    check_all_end(folder)
    assert start().finish() == 0, running[-1].said()
    assert sorted({*left_behind(folder)} - {*makes, "r.rec", "q.rec", "s.toml"}) == []
    print(f"{kind}: {killed} kills, {late} too late; nothing lost and nothing left")


def test_a_training_that_is_killed_after_its_first_snapshot_loses_none(running: list[Run], tmp_path: Path) -> None:
    folder, chance, counts = tmp_path / "here", random.Random(), []
    for _ in range(TRAININGS):
        shutil.rmtree(folder / "x.rec", ignore_errors=True)
        run = Run(folder, *TRAINING)
        running.append(run)
        run.wait_for(lambda: (folder / "x.rec" / "snapshots").is_dir() and snapshot_files(folder / "x.rec"))
        time.sleep(chance.uniform(0, 1))
        assert run.stop(signal.SIGKILL) == -signal.SIGKILL, run.said()
        run.close()
        counts.append(readable(folder / "x.rec"))
        assert [name for name in left_behind(folder) if not name.startswith(".animviz-")] == ["x.rec"]
    running.append(Run(folder, *TRAINING[:2], "--epochs", "2", "-o", "x.rec", "--retrain"))
    assert running[-1].finish() == 0, running[-1].said()
    assert left_behind(folder) == ["x.rec"]
    print(
        f"training: {len(counts)} kills, with {min(counts)} to {max(counts)} snapshots; nothing lost and nothing left"
    )


def readable(path: Path) -> int:
    """Return how many snapshots there are, all of which are as they were written."""
    files = snapshot_files(path)
    assert files == [f"{index:06d}.safetensors" for index in range(len(files))]
    try:
        assert verify(path).faults == ()
        assert len(list(Recording(path))) == len(files)
    except RecordingError as error:
        pytest.fail(str(error))
    return len(files)
