"""A session without any framework: a loop of one's own in NumPy says how far it is and hands over arrays."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from animviz import Recording
from animviz.errors import InputError, RecordingError, SceneError
from animviz.recorders.description import Captured
from animviz.recorders.rhythm import Rhythm
from animviz.recorders.samples import Samples
from helpers.loop import DENSE, Loop, X


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
    assert (manifest.title, manifest.arch, manifest.finished) == ("by hand", "1-1", True)
    assert (recording.output.task, recording.output.class_names) == ("binary", ("0", "1"))
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


def test_the_seed_is_noted_once(tmp_path: Path) -> None:
    Loop(tmp_path / "a.rec").run(1)
    assert Recording(tmp_path / "a.rec").manifest.seed == 5
    # What animviz trains itself has its seed among the settings.
    Loop(tmp_path / "b.rec", settings={"training": {"seed": 3}}).run(1)
    assert Recording(tmp_path / "b.rec").manifest.seed == 3
    assert Recording(tmp_path / "b.rec").manifest.random_seed is None


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


def files(path: Path) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in path.rglob("*") if file.is_file()}


def renamed(loop: Loop) -> None:
    loop.weights = {f"new/{name}": array for name, array in loop.weights.items()}


def wider(loop: Loop) -> None:
    loop.weights["w"] = np.zeros((2, 1), np.float32)


def doubled(loop: Loop) -> None:
    loop.weights["b"] = np.zeros(1)


def relayered(loop: Loop) -> None:
    describe = loop.describe
    layer = DENSE.model_copy(update={"name": "other"})
    loop.describe = lambda: replace(describe(), layers=(layer,))  # type: ignore[method-assign]
    loop.take = lambda: pytest.fail("the state of another model is not asked for")  # type: ignore[method-assign]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (renamed, "b is missing"),
        (wider, r"w is float32 \(2, 1\); the manifest says float32 \(1, 1\)"),
        (doubled, r"b is float64 \(1,\); the manifest says float32 \(1,\)"),
        (relayered, "its layers are only, now other"),
    ],
)
def test_a_further_training_of_another_model_is_refused_and_leaves_the_recording(
    change: Callable[[Loop], None], said: str, tmp_path: Path
) -> None:
    watching = Watching()
    loop = Loop(tmp_path / "a.rec", watchers=[watching])
    loop.run(2)
    before = files(tmp_path)
    change(loop)
    with pytest.raises(
        RecordingError, match=rf"has recorded another model in .*{said}.*a recorder and a path of its own"
    ):
        loop.session.begin(loop.describe, loop.take, epochs=2, steps=4)
    assert files(tmp_path) == before
    assert watching.told[-1] == "ended"


def test_a_state_of_other_arrays_is_refused_and_leaves_the_recording(tmp_path: Path) -> None:
    loop = Loop(tmp_path / "a.rec")
    loop.session.begin(loop.describe, loop.take, epochs=1, steps=4)
    loop.session.begin_epoch(0)
    before = files(tmp_path)
    doubled(loop)
    with pytest.raises(RecordingError, match=r"cannot write snapshot 1 of .*a.rec: weights/b is float64"):
        loop.session.end_epoch(None, loop.take)
    assert files(tmp_path) == before
    assert len(Recording(tmp_path / "a.rec")) == 1


def test_after_an_epoch_that_was_broken_off_the_next_whole_one_begins(tmp_path: Path) -> None:
    loop = Loop(tmp_path / "a.rec", every="1/4")
    loop.session.begin(loop.describe, loop.take, epochs=3, steps=4)
    for epoch, steps in [(0, 4), (1, 3)]:
        loop.session.begin_epoch(epoch)
        for step in range(steps):
            loop.session.end_steps(step + 1, None, loop.take)
        if steps == 4:
            loop.session.end_epoch(None, loop.take)
    loop.run(1)
    loop.run(1)
    recording = Recording(tmp_path / "a.rec")
    assert recording.epochs.tolist() == [k / 4 for k in range(17) if k != 8]
    assert [entry.step for entry in recording.entries] == list(range(16))


def test_steps_of_an_epoch_are_reckoned_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reckoned, steps = [], Rhythm.steps
    monkeypatch.setattr(Rhythm, "steps", lambda self, epoch, of: reckoned.append(epoch) or steps(self, epoch, of))
    loop = Loop(tmp_path / "a.rec", every="1/100")
    loop.session.begin(loop.describe, loop.take, steps=100)
    loop.session.begin_epoch(0)
    for step in range(100):
        loop.session.end_steps(step + 1, None, loop.take)
    assert reckoned == [0]
    assert len(Recording(tmp_path / "a.rec")) == 100


@pytest.mark.parametrize(
    ("calls", "said"),
    [
        (["end"], "end was called before begin;"),
        (["begin_epoch"], "begin_epoch was called before begin;"),
        (["end_epoch"], "end_epoch was called before begin_epoch"),
        (["begin", "end_steps"], "end_steps was called before begin_epoch"),
        (["begin", "end_epoch"], "end_epoch was called before begin_epoch"),
        (["begin", "begin_epoch", "end_epoch", "end_epoch"], "end_epoch was called before begin_epoch"),
        (["begin", "end", "end"], "end was called before begin;"),
        (["begin", "end", "begin_epoch"], "begin_epoch was called before begin;"),
        (["capture"], "capture was called before begin;"),
    ],
)
def test_a_call_out_of_order_is_said(calls: list[str], said: str, tmp_path: Path) -> None:
    loop = Loop(tmp_path / "a.rec")
    session = loop.session
    make: dict[str, Callable[[], None]] = {
        "begin": lambda: session.begin(loop.describe, loop.take, epochs=1, steps=4),
        "begin_epoch": lambda: session.begin_epoch(0),
        "end_steps": lambda: session.end_steps(1, None, loop.take),
        "end_epoch": lambda: session.end_epoch(None, loop.take),
        "end": lambda: session.end(loop.take),
        "capture": lambda: session.capture(loop.take(), 1.0, None),
    }
    for name in calls[:-1]:
        make[name]()
    with pytest.raises(RecordingError, match=rf"a\.rec: {said}"):
        make[calls[-1]]()


def test_a_state_without_a_weight_that_a_layer_names_is_refused(tmp_path: Path) -> None:
    loop = Loop(tmp_path / "a.rec")
    del loop.weights["b"]
    with pytest.raises(RecordingError, match=r"cannot be recorded: layer only names the weight b, which is not among"):
        loop.session.begin(loop.describe, loop.take)
    assert not list(tmp_path.iterdir())


def test_what_is_no_array_is_named() -> None:
    with pytest.raises(InputError, match="w is of type list; expected a NumPy array"):
        Captured(weights={"w": [1.0]})  # type: ignore[dict-item]


def test_a_session_knows_no_framework() -> None:
    code = (
        "import sys, animviz.recorders.session, animviz.watchers.filming, animviz.watchers.redrawing;"
        "assert not {'keras', 'tensorflow', 'torch', 'jax'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_two_recorders_of_one_path_do_not_replace_each_other(tmp_path: Path) -> None:
    first, second = Loop(tmp_path / "run.rec"), Loop(tmp_path / "run.rec")
    first.run(2)
    with pytest.raises(RecordingError, match=r"run\.rec exists; pass overwrite=True"):
        second.run(1)
    assert len(Recording(tmp_path / "run.rec")) == 3
    assert sorted(path.name for path in (tmp_path / "run.rec").iterdir()) == [
        "SHA256SUMS", "index.jsonl", "inputs.safetensors", "manifest.json", "snapshots",
    ]  # fmt: skip
