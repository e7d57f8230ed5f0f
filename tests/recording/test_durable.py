"""Snapshots that come seldom are on the disk when they are said to be written; frequent ones do not wait for it."""

import os
from pathlib import Path

import numpy as np
import pytest

from animviz import ArrayRecorder, Recording
from animviz.errors import RecordingError
from animviz.recording import writer
from animviz.recording.verifying import verify


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(writer, "monotonic", clock)
    return clock


@pytest.fixture
def order(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of what was synced, and of what got its name, in order."""
    found: list[str] = []
    sync, replace = os.fsync, os.replace

    def synced(file: int) -> None:
        found.append(f"sync {Path(os.readlink(f'/proc/self/fd/{file}')).name}")
        sync(file)

    def replaced(place: Path, target: Path) -> None:
        replace(place, target)
        found.append(f"name {Path(target).name}")

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", replaced)
    return found


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="names of open files are read from Linux")
def test_a_snapshot_a_second_after_the_last_one_is_synced_before_and_after_its_name(
    clock: Clock, order: list[str], tmp_path: Path
) -> None:
    with ArrayRecorder(tmp_path / "x.rec") as session:
        session.capture(weights={"w": np.zeros(3)})
        order.clear()
        clock.now += 0.9
        session.capture(weights={"w": np.ones(3)})
        assert order == ["name 000001.safetensors"]
        order.clear()
        clock.now += 1.1
        session.capture(weights={"w": np.full(3, 2.0)})
    name = "000002.safetensors"
    assert order[:4] == ["sync SHA256SUMS", f"sync .{name}.part", f"name {name}", "sync snapshots"]


def test_a_disk_that_fails_while_it_is_waited_for_is_one_line_and_spoils_nothing(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(file: int) -> None:
        raise OSError(5, "Input/output error")

    session = ArrayRecorder(tmp_path / "x.rec")
    session.capture(weights={"w": np.zeros(3)})
    monkeypatch.setattr(os, "fsync", broken)
    clock.now += 2.0
    with pytest.raises(RecordingError, match=r"cannot write snapshot 1 of .*: Input/output error"):
        session.capture(weights={"w": np.ones(3)})
    assert verify(tmp_path / "x.rec").faults == ()
    assert len(Recording(tmp_path / "x.rec")) == 1
