"""Large snapshots are written behind the training: it goes on, nothing is lost, and failures are told."""

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from animviz import ArrayRecorder, Recording
from animviz.errors import RecordingError
from animviz.recorders import session as sessions
from animviz.recording import checksums
from animviz.recording.verifying import verify

WEIGHTS = 1_000


@pytest.fixture(autouse=True)
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "LARGE", 4 * WEIGHTS)


def state(value: float) -> dict[str, np.ndarray[Any, Any]]:
    return {"w": np.full(WEIGHTS, value, np.float32)}


class Disk:
    """A disk that is slow or full, as it is told; notes which threads write snapshots on it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.free, self.full, self.threads = threading.Event(), False, list[str]()
        self._put = checksums.put
        self.free.set()
        monkeypatch.setattr(checksums, "put", self.put)

    def put(self, folder: Path, name: str, *pieces: bytes | memoryview, **how: Any) -> None:
        if name.startswith("snapshots"):
            self.threads.append(threading.current_thread().name)
            assert self.free.wait(60)
            if self.full:
                raise OSError(28, "No space left on device")
        self._put(folder, name, *pieces, **how)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(monkeypatch)


def test_the_training_goes_on_while_a_large_snapshot_is_written(disk: Disk, tmp_path: Path) -> None:
    path = tmp_path / "a.rec"
    with ArrayRecorder(path) as recorder:
        recorder.capture(state(0))
        disk.free.clear()
        weights = state(1)
        recorder.capture(weights)
        weights["w"][:] = 7  # the training goes on
        assert len(Recording(path)) == 1
        disk.free.set()
        recorder.capture(state(2))
        assert len(Recording(path)) >= 2  # one at a time
    recording = Recording(path)
    assert [snapshot.weights["w"][0] for snapshot in recording] == [0, 1, 2]
    assert disk.threads == ["MainThread", "animviz_0", "animviz_0"]
    assert not verify(path).faults


def test_small_snapshots_are_written_before_the_training_goes_on(disk: Disk, tmp_path: Path) -> None:
    with ArrayRecorder(tmp_path / "a.rec") as recorder:
        for value in range(3):
            recorder.capture({"w": np.full(3, float(value))})
            assert len(Recording(tmp_path / "a.rec")) == value + 1
    assert set(disk.threads) == {"MainThread"}


def test_the_bytes_are_the_same_either_way(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def recorded(path: Path) -> dict[str, bytes]:
        with ArrayRecorder(path) as recorder:
            for value in range(3):
                recorder.capture(state(value))
        return {file.name: file.read_bytes() for file in path.rglob("*") if file.is_file()}

    behind = recorded(tmp_path / "a" / "x.rec")
    monkeypatch.setattr(sessions, "LARGE", np.inf)
    assert recorded(tmp_path / "b" / "x.rec") == behind


def test_a_full_disk_is_told_at_the_next_call(disk: Disk, tmp_path: Path) -> None:
    path = tmp_path / "a.rec"
    recorder = ArrayRecorder(path)
    recorder.capture(state(0))
    disk.full = True
    recorder.capture(state(1))
    with pytest.raises(RecordingError, match=r"cannot write snapshot 1 of .*: No space left"):
        recorder.capture(state(2))
    assert len(Recording(path)) == 1


def test_a_full_disk_is_told_at_the_end(disk: Disk, tmp_path: Path) -> None:
    recorder = ArrayRecorder(tmp_path / "a.rec")
    recorder.capture(state(0))
    disk.full = True
    recorder.capture(state(1))
    with pytest.raises(RecordingError, match="No space left"):
        recorder.close()
    assert not Recording(tmp_path / "a.rec").manifest.finished


def test_a_training_that_fails_leaves_what_was_captured(disk: Disk, tmp_path: Path) -> None:
    path = tmp_path / "a.rec"

    def train() -> None:
        with ArrayRecorder(path) as recorder:
            recorder.capture(state(0))
            disk.free.clear()
            recorder.capture(state(1))
            threading.Timer(0.2, disk.free.set).start()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train()
    assert len(Recording(path)) == 2


def test_a_further_recording_waits_for_what_a_broken_one_left(disk: Disk, tmp_path: Path) -> None:
    broken = ArrayRecorder(tmp_path / "a.rec")
    broken.capture(state(0))
    disk.free.clear()
    broken.capture(state(1))
    threading.Timer(0.2, disk.free.set).start()
    ArrayRecorder(tmp_path / "b.rec")
    assert len(Recording(tmp_path / "a.rec")) == 2


def test_watchers_are_told_by_the_thread_of_the_training_once_it_is_written(disk: Disk, tmp_path: Path) -> None:
    told: list[tuple[float, int, bool]] = []

    class Watching:
        def begun(self, path: Path) -> None:
            self.path = path

        def captured(self, epoch: float) -> None:
            here = threading.current_thread() is threading.main_thread()
            told.append((epoch, len(Recording(self.path)), here))

        def ended(self) -> None:
            told.append((-1.0, len(Recording(self.path)), True))

    with ArrayRecorder(tmp_path / "a.rec", watchers=[Watching()]) as recorder:
        recorder.capture(state(0))
        disk.free.clear()
        recorder.capture(state(1))
        assert told == []
        disk.free.set()
    assert told == [(1.0, 2, True), (-1.0, 2, True)]
