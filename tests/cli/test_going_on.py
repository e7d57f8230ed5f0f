"""Trainings that are killed and run again: every file is the same, byte by byte, as if they had not been cut short."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from animviz.recording.listing import STATE
from animviz.recording.verifying import verify

pytestmark = pytest.mark.slow

Command = Callable[..., subprocess.CompletedProcess[str]]
PATIENCE = 60
RUNS = {
    "two_rings": ("two_rings", "--epochs", "1500", "--samples", "4000", "--every", "3"),
    "within epochs": ("two_rings", "--epochs", "300", "--samples", "20000", "--every", "1/2", "--optimizer", "adam"),
    "digits_mlp": ("digits_mlp", "--data", "digits-8x8", "--epochs", "60", "--dropout", "0.3", "--optimizer", "adam"),
    "lenet": ("lenet", "--data", "digits-8x8", "--epochs", "20"),
}


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def killed(folder: Path, path: Path, run: tuple[str, ...], chance: random.Random) -> str:
    """Kill a training at some moment after it has kept its state; return what it said until then."""
    state = path / STATE
    before = state.stat().st_mtime_ns if state.exists() else 0
    command = [sys.executable, "-m", "animviz", "record", *run, "-o", path.name]
    with (folder / "said.txt").open("w+") as said:
        process = subprocess.Popen(command, cwd=folder, stdout=said, stderr=said, start_new_session=True)
        end = time.monotonic() + PATIENCE
        while not state.exists() or state.stat().st_mtime_ns == before:
            assert process.poll() is None, (folder / "said.txt").read_text()
            assert time.monotonic() < end
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.3))
        os.killpg(process.pid, signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL, "it came to its end"
    return (folder / "said.txt").read_text()


@pytest.mark.parametrize("name", RUNS)
def test_a_training_that_is_killed_twice_ends_with_the_same_bytes(name: str, tmp_path: Path, animviz: Command) -> None:
    run, chance, cut = RUNS[name], random.Random(name), tmp_path / "x.rec"
    assert animviz("record", *run, "-o", "whole.rec").returncode == 0
    killed(tmp_path, cut, run, chance)
    said = killed(tmp_path, cut, run, chance)
    assert said.startswith("animviz: going on from epoch ")
    assert verify(cut).faults == ()
    again = animviz("record", *run, "-o", "x.rec")
    assert again.returncode == 0, again.stderr
    epoch = again.stderr.removeprefix("animviz: going on from epoch ").partition(" ")[0]
    assert float(epoch) > 0
    assert again.stderr == f"animviz: going on from epoch {epoch} of x.rec (--retrain trains anew)\n"
    whole, resumed = contents(tmp_path / "whole.rec"), contents(cut)
    assert [file for file in sorted(whole.keys() | resumed.keys()) if whole.get(file) != resumed.get(file)] == []
    assert STATE not in resumed


def test_a_film_goes_on_with_the_training_that_was_killed(tmp_path: Path, animviz: Command) -> None:
    run = RUNS["two_rings"]
    killed(tmp_path, tmp_path / "x.rec", run, random.Random(2))
    small = ("--size", "160x90", "--seconds", "1", "--hold-start", "0", "--hold-end", "0.2")
    drawn = animviz("render", "rings", *run[1:], "-o", "x.mp4", *small)
    assert drawn.returncode == 0, drawn.stderr
    assert drawn.stderr.startswith("animviz: going on from epoch ")
    assert (tmp_path / "x.mp4").exists()
