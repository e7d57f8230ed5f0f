"""A session without any framework: a loop of one's own in NumPy says how far it is and hands over arrays."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from animviz import Recording
from animviz.errors import InputError, RecordingError, SceneError
from animviz.recorders.samples import Samples
from helpers.loop import Loop, X


class Watching:
    """Notes what it is told; refuses if it is asked to."""

    def __init__(self, refusal: Exception | None = None) -> None:
        self.told: list[object] = []
        self.refusal = refusal

    def begun(self, path: Path) -> None:
        self.told.append((len(Recording(path)), Recording(path).manifest.finished))
        if self.refusal is not None:
            raise self.refusal

    def captured(self, epoch: float) -> None:
        self.told.append(epoch)

    def ended(self) -> None:
        self.told.append("ended")


def test_a_loop_of_ones_own_is_recorded_and_replayed(tmp_path: Path) -> None:
    loop = Loop(tmp_path / "a.rec", every="1/2")
    loop.run(2)
    recording = Recording(tmp_path / "a.rec")
    assert recording.epochs.tolist() == [0, 0.5, 1, 1.5, 2]
    assert [snapshot.step for snapshot in recording] == [0, 2, 4, 6, 8]
    assert recording[1].logs == {"loss": 1.0}
    assert recording[2].logs == {"loss": 0.5}
    assert np.array_equal(recording[-1].weights["w"], loop.weights["w"])
    assert recording[0].scores == {"loss": pytest.approx(np.log(2)), "accuracy": 0.5}
    assert recording[-1].scores["accuracy"] == 1.0
    manifest = recording.manifest
    assert (manifest.title, manifest.arch, manifest.task, manifest.class_names) == (
        "by hand", "1-1", "classification", ("0", "1")
    )  # fmt: skip
    assert manifest.finished
    assert recording.at(2).outputs().shape == (20, 1)


def test_arrays_are_taken_only_where_a_capture_is_due(tmp_path: Path) -> None:
    loop = Loop(tmp_path / "a.rec", every=2)
    loop.run(5)
    assert Recording(tmp_path / "a.rec").epochs.tolist() == [0, 2, 4, 5]
    assert loop.taken == 4


def test_watchers_are_told_what_is_written(tmp_path: Path) -> None:
    watching = Watching()
    loop = Loop(tmp_path / "a.rec", watchers=[watching])
    loop.run(2)
    loop.run(1)
    assert watching.told == [(1, False), 1.0, 2.0, "ended", (3, False), 3.0, "ended"]


def test_a_watcher_that_refuses_leaves_no_recording_and_ends_the_training(tmp_path: Path) -> None:
    watching = Watching(SceneError("it cannot be drawn"))
    loop = Loop(tmp_path / "deep" / "a.rec", watchers=[watching])
    with pytest.raises(SceneError, match="it cannot be drawn"):
        loop.run(2)
    assert watching.told == [(1, False)]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("refusal", [SceneError("no"), KeyboardInterrupt()])
def test_a_refused_training_brings_back_what_it_was_to_replace(refusal: Exception, tmp_path: Path) -> None:
    Loop(tmp_path / "a.rec").run(3)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    loop = Loop(tmp_path / "a.rec", overwrite=True, watchers=[Watching(refusal)])
    with pytest.raises(type(refusal)):
        loop.run(1)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_the_seed_is_noted_where_it_is_known_and_leaves_no_trace_elsewhere(tmp_path: Path) -> None:
    Loop(tmp_path / "a.rec").run(1)
    assert Recording(tmp_path / "a.rec").manifest.seed == 5
    # What animviz trains itself has its seed among the settings.
    Loop(tmp_path / "b.rec", settings={"training": {"seed": 3}}).run(1)
    assert Recording(tmp_path / "b.rec").manifest.seed == 3
    assert "random_seed" in json.loads((tmp_path / "a.rec" / "manifest.json").read_text())
    assert "random_seed" not in json.loads((tmp_path / "b.rec" / "manifest.json").read_text())


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda path: Loop(path, gradients=True, samples=Samples.of(X)), InputError, "needs inputs and labels"),
        (lambda path: Loop(path, every=0), InputError, "--every is '0'"),
        (lambda path: Loop(path, layers=["none"]).run(1), RecordingError, "no layer 'none'; it has only"),
        (lambda path: Loop(path, layers=["only"], samples=Samples.of()).run(1), RecordingError, "needs inputs"),
    ],
)
def test_what_cannot_be_recorded_is_refused_and_nothing_is_written(
    make: Callable[[Path], object], error: type[Exception], message: str, tmp_path: Path
) -> None:
    with pytest.raises(error, match=message):
        make(tmp_path / "a.rec")
    assert not list(tmp_path.iterdir())


def test_a_session_knows_no_framework() -> None:
    code = (
        "import sys, animviz.recorders.session, animviz.watchers.filming, animviz.watchers.redrawing;"
        "assert not {'keras', 'tensorflow', 'torch', 'jax'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
