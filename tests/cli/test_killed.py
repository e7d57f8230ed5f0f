"""Training and rendering that are killed or stopped at random moments: what is finished stays, what is not is gone."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from animviz import Recording
from animviz.errors import RecordingError
from animviz.recording.listing import STATE
from animviz.recording.verifying import verify
from helpers.running import Run, check_all_end, left_behind, snapshot_files, writers

pytestmark = pytest.mark.slow

EPOCHS = 800
RECORD = ("record", "two_rings", "--epochs", str(EPOCHS), "--samples", "2000", "-o", "x.rec")
KILLS = 4
AT_ONCE = 2


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Run]]:
    """Return a function that starts a command; whatever still runs is ended with the test."""
    runs: list[Run] = []

    def begin(*arguments: str, folder: str = "here") -> Run:
        runs.append(Run(tmp_path / folder, *arguments))
        return runs[-1]

    yield begin
    for run in runs:
        run.close()


def check_readable(path: Path) -> int:
    """Check that every finished snapshot can be read, and return how many there are."""
    files = snapshot_files(path)
    assert files == [f"{index:06d}.safetensors" for index in range(len(files))]
    if not files:
        with pytest.raises(RecordingError):
            Recording(path)
        return 0
    assert verify(path).faults == ()
    recording = Recording(path)
    snapshots = list(recording)
    assert len(snapshots) == len(files)
    assert [snapshot.epoch for snapshot in snapshots] == list(range(len(files)))
    for snapshot in snapshots:
        assert {name: array.shape for name, array in snapshot.weights.items()} == {
            name: spec.shape for name, spec in recording.manifest.weights.items()
        }
        assert all(np.isfinite(array).all() for array in snapshot.weights.values())
        assert "loss" in snapshot.scores
    if len(files) <= EPOCHS:
        assert not recording.manifest.finished
    return len(files)


def test_training_killed_at_random_moments_keeps_every_finished_snapshot(
    start: Callable[..., Run], animviz: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    chance = random.Random(0)
    counts: dict[Path, int] = {}
    waiting = [f"run{index}" for index in range(KILLS)]
    running: list[tuple[Run, int]] = []
    while waiting or running:
        while waiting and len(running) < AT_ONCE:
            running.append((start(*RECORD, folder=waiting.pop()), chance.randrange(9 * EPOCHS // 10)))
            time.sleep(0.3)
        for run, due in running:
            path = run.folder / "x.rec"
            ended = run.process.poll()
            assert not ended, run.said()  # one that has come to its end while another was checked is no kill
            if ended is not None or ((path / "snapshots").exists() and len(snapshot_files(path)) >= due):
                time.sleep(chance.uniform(0, 0.005))  # anywhere within the writing of a snapshot
                run.stop(signal.SIGKILL)
                counts[path] = check_readable(path)
                running.remove((run, due))
                break
        time.sleep(0.002)
    assert len(counts) == KILLS
    midway = {path: count for path, count in counts.items() if 0 < count <= EPOCHS}
    assert len(midway) >= KILLS // 2, f"the kills missed the training: {sorted(counts.values())}"

    # An unfinished recording can be read as far as it goes, and the same command goes on or trains anew, and says so.
    path = max(midway, key=lambda path: midway[path])
    assert animviz("info", "x.rec", cwd=path.parent).returncode == 0
    again = animviz(*RECORD, cwd=path.parent)
    assert again.returncode == 0, again.stderr
    assert again.stderr.startswith(("animviz: going on from epoch ", "animviz: training anew: "))
    assert again.stderr.count("\n") == 1
    assert f"x.rec: {EPOCHS + 1} snapshots to epoch {EPOCHS}, " in again.stdout
    assert check_readable(path) == EPOCHS + 1
    assert Recording(path).manifest.finished
    assert left_behind(path.parent) == ["x.rec"]


def test_training_anew_that_is_killed_leaves_a_recording_that_can_be_read_or_none(start: Callable[..., Run]) -> None:
    command = ("record", "two_rings", "--epochs", "3", "--samples", "20000", "-o", "x.rec")
    assert start(*command).finish() == 0
    chance = random.Random(1)
    for _ in range(2):
        run = start(*command, "--retrain")
        path = run.folder / "x.rec"
        before = path.stat().st_ino
        run.wait_for(lambda path=path, before=before: not path.exists() or path.stat().st_ino != before)
        time.sleep(chance.uniform(0, 0.02))
        run.stop(signal.SIGKILL)
        if path.exists():
            check_readable_of_any_length(path)
    assert start(*command, "--retrain").finish() == 0
    assert len(Recording(path)) == 4


def check_readable_of_any_length(path: Path) -> None:
    files = snapshot_files(path)
    if files:
        assert len(list(Recording(path))) == len(files)


def test_ctrl_c_while_training_leaves_a_readable_recording_and_says_how_to_go_on(
    start: Callable[..., Run], animviz: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    run = start(*RECORD)
    path = run.folder / "x.rec"
    run.wait_for(lambda: len(snapshot_files(path)) > 20)
    assert run.stop(signal.SIGINT) == 130
    again = "go on" if (path / STATE).exists() else "train anew"
    assert run.said() == (
        f"animviz: stopped; the finished epochs are in x.rec: draw them with --from x.rec, or run again to {again}\n"
    )
    count = check_readable(path)
    assert 20 < count <= EPOCHS
    assert not [name for name in os.listdir(path / "snapshots") if "part" in name]
    drawn = animviz(
        "render", "rings", "--from", "x.rec", "-o", "m.mp4", "--size", "160x90", "--seconds", "1", "--hold-end", "0.2",
        "--hold-start", "0", cwd=run.folder,
    )  # fmt: skip
    assert drawn.returncode == 0, drawn.stderr
    resumed = animviz(*RECORD, cwd=run.folder)
    assert resumed.returncode == 0
    anew = f"training anew: x.rec ends at epoch {count - 1}, its training was cut short; it keeps nothing to go on from"
    assert ("going on from epoch " if again == "go on" else anew) in resumed.stderr
    assert check_readable(path) == EPOCHS + 1


def hears_ctrl_c(process: int) -> bool:
    """Say whether a process has a handler for SIGINT (Linux)."""
    status = Path(f"/proc/{process}/status")
    if not status.exists():
        return True
    caught = next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("SigCgt"))
    return bool(int(caught, 16) >> (signal.SIGINT - 1) & 1)


def test_ctrl_c_at_any_moment_is_no_traceback(start: Callable[..., Run]) -> None:
    for place, seconds in enumerate((0.7, 1.2, 1.7, 2.2)):
        run = start("record", "two_rings", "--epochs", "20000", "--every", "100", "-o", "x.rec", folder=f"run{place}")
        run.wait_for(lambda run=run: hears_ctrl_c(run.process.pid))  # before that, Python itself ends without a word
        time.sleep(seconds)
        code = run.stop(signal.SIGINT)
        said = run.said()
        assert code == 130, said
        assert "Traceback" not in said
        assert said.count("\n") <= 1, said
        if not (run.folder / "x.rec").exists():
            assert "the finished epochs are in" not in said, "there are none"


# A render that lasts for some seconds.
LONG = ("--size", "1280x720", "--seconds", "20")


def parts(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.name.endswith(".part")]


@pytest.mark.parametrize(("target", "workers"), [("m.mp4", "2"), ("m.webm", "1"), ("m.gif", "2"), ("m", "1")])
def test_render_killed_leaves_nothing_under_the_targets_name(
    target: str, workers: str, start: Callable[..., Run], rings_recording: Recording
) -> None:
    chance = random.Random(target)
    command = ("render", "rings", "--from", str(rings_recording.path), "-o", target, "--workers", workers, *LONG)
    run = start(*command)
    run.wait_for(lambda: parts(run.folder))
    time.sleep(chance.uniform(0, 1.5))
    assert run.stop(signal.SIGKILL) == -signal.SIGKILL
    assert not (run.folder / target).exists()
    check_all_end(run.folder)
    assert not (run.folder / target).exists()
    short = start(*command, "--size", "160x90", "--seconds", "2.5")
    assert short.finish() == 0, short.said()
    assert left_behind(run.folder) == [target], "what the kill left is swept"


def test_workers_end_with_a_render_that_is_killed_alone(start: Callable[..., Run], rings_recording: Recording) -> None:
    run = start("render", "rings", "--from", str(rings_recording.path), "-o", "m.mp4", "--workers", "2", *LONG)
    run.wait_for(lambda: sum("ffmpeg" in command for command in writers(run.folder)) == 2)
    run.process.kill()
    assert run.finish() == -signal.SIGKILL
    check_all_end(run.folder)


def test_render_killed_keeps_the_earlier_video(start: Callable[..., Run], rings_recording: Recording) -> None:
    command = ("render", "rings", "--from", str(rings_recording.path), "-o", "m.mp4")
    assert start(*command, "--size", "160x90", "--seconds", "2.5").finish() == 0
    run = start(*command, *LONG)
    before = (run.folder / "m.mp4").read_bytes()
    run.wait_for(lambda: parts(run.folder))
    time.sleep(0.5)
    assert run.stop(signal.SIGKILL) == -signal.SIGKILL
    assert (run.folder / "m.mp4").read_bytes() == before


@pytest.mark.parametrize(
    ("target", "workers"), [("m.mp4", "1"), ("m.webm", "2"), ("m.gif", "1"), ("m.apng", "2"), ("m", "2")]
)
def test_ctrl_c_while_drawing_leaves_no_video_and_no_part(
    target: str, workers: str, start: Callable[..., Run], rings_recording: Recording
) -> None:
    chance = random.Random(target)
    command = ("render", "rings", "--from", str(rings_recording.path), "-o", target, "--workers", workers, *LONG)
    run = start(*command)
    run.wait_for(lambda: parts(run.folder))
    time.sleep(chance.uniform(0.05, 1.5))
    assert run.stop(signal.SIGINT) == 130
    assert (
        run.said()
        == f"animviz: stopped; no video was written; run again, its recording {rings_recording.path} is kept\n"
    )
    assert left_behind(run.folder) == []
    check_all_end(run.folder)
    assert left_behind(run.folder) == []


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize(("target", "workers"), [("m.mp4", "2"), ("m.gif", "1"), ("m", "2")])
def test_other_signals_while_drawing_leave_no_video_and_no_part(
    target: str, workers: str, sign: signal.Signals, start: Callable[..., Run], rings_recording: Recording
) -> None:
    chance = random.Random(f"{target}{sign}")
    command = ("render", "rings", "--from", str(rings_recording.path), "-o", target, "--workers", workers, *LONG)
    for place in range(4):
        run = start(*command, folder=f"here{place}")
        run.wait_for(lambda run=run: parts(run.folder))
        time.sleep(chance.uniform(0.0, 1.5))
        assert run.stop(sign) == 128 + sign, run.said()
        assert run.said().endswith("is kept\n")
        assert run.said().count("\n") == 1
        check_all_end(run.folder)
        assert left_behind(run.folder) == []


def test_a_training_that_is_terminated_keeps_its_finished_epochs(start: Callable[..., Run]) -> None:
    run = start(*RECORD)
    path = run.folder / "x.rec"
    run.wait_for(lambda: len(snapshot_files(path)) > 20)
    assert run.stop(signal.SIGTERM) == 143
    assert run.said().startswith("animviz: stopped; the finished epochs are in x.rec")
    assert 20 < check_readable(path) <= EPOCHS
    assert left_behind(run.folder) == ["x.rec"]


@pytest.mark.parametrize("target", ["m.gif", "m.mp4"])
def test_ctrl_c_while_the_file_is_finished_leaves_no_part(
    target: str, start: Callable[..., Run], rings_recording: Recording
) -> None:
    # The last frames are in, and ffmpeg chooses its palette or writes what it still holds back.
    chance = random.Random(target)
    options = ("--size", "640x360", "--seconds", "4")
    command = ("render", "rings", "--from", str(rings_recording.path), "-o", target, *options)
    begin = time.monotonic()
    run = start(*command)
    run.wait_for(lambda: parts(run.folder))
    opened = time.monotonic() - begin
    assert run.finish() == 0
    whole = time.monotonic() - begin - opened
    (run.folder / target).unlink()
    for _ in range(3):
        run = start(*command)
        run.wait_for(lambda run=run: parts(run.folder))
        time.sleep(whole * chance.uniform(0.6, 1.0))
        code = run.stop(signal.SIGINT)
        # Once the video is there, the signal may meet an interpreter that is on its way out.
        assert code in (0, 130, -signal.SIGINT), run.said()
        assert "Traceback" not in run.said()
        # What is said is true: a file that is there was written, and none is there where none was written.
        none = "no video was written" in run.said()
        assert none or code != 130 or f"{target} is written" in run.said()
        assert left_behind(run.folder) == ([] if none else [target]), run.said()
        (run.folder / target).unlink(missing_ok=True)
