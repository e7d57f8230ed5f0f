"""What is kept of a training while it goes on: it goes on from there as if it had not been cut short, or says why not."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import keras
import pytest
from safetensors.numpy import load_file, save

from animviz import Recording
from animviz.errors import RecordingError
from animviz.experiments.catalogue import experiment_named
from animviz.experiments.experiment import Run
from animviz.experiments.keras import keeping
from animviz.experiments.runs import recorded
from animviz.experiments.telling import Stages
from animviz.recording import checksums
from animviz.recording.listing import STATE
from animviz.recording.verifying import verify

pytestmark = pytest.mark.integration  # from real trainings

PATH = Path("x.rec")
DIGITS = {"data": "digits-8x8", "epochs": 6}
RUNS: dict[str, tuple[str, dict[str, object]]] = {
    "rings": ("two_rings", {"samples": 150, "epochs": 6}),
    "momentum and dropout": ("two_rings", {"samples": 150, "epochs": 6, "optimizer": "adam", "dropout": 0.3}),
    "within epochs": ("two_rings", {"samples": 150, "epochs": 6, "every": "1/2", "optimizer": "rmsprop"}),
    "seldom": ("two_rings", {"samples": 150, "epochs": 9, "every": "2", "optimizer": "adam"}),
    "more and more seldom": ("two_rings", {"samples": 150, "epochs": 30, "every": "log", "gradients": True}),
    "images": ("digits_mlp", {**DIGITS, "dropout": 0.2, "l2": 0.001}),
    "convolutions": ("lenet", {**DIGITS, "arch": "2-4-8-*"}),
    "addition": ("addition", {"epochs": 60, "modulus": 7, "arch": "*-16-*"}),
    "autoencoder": ("autoencoder", DIGITS),
    "random codes": ("vae", DIGITS),
    "collapse": ("collapse", {"epochs": 6, "samples": 30}),
    "flow": ("flow", {"epochs": 6, "ways": 2_000}),
    "induction": ("induction", {"epochs": 6, "sequences": 128, "width": 8}),
    "paint": ("paint", {"epochs": 6, "side": 16, "arch": "2-16-16-*", "every": "1"}),
}


def run_of(name: str = "momentum and dropout", **changes: object) -> Run:
    experiment, values = RUNS[name]
    return experiment_named(experiment).run({**values, **changes})


class Telling:
    """Notes what is said, and ends a training as Ctrl-C does."""

    def __init__(self, cut_at: int | None = None, *, begins: bool = True) -> None:
        self.said: list[str] = []
        self._cut_at, self._begins = cut_at, begins

    def note(self, text: str) -> None:
        self.said.append(text)

    @contextmanager
    def training(self, path: Path) -> Iterator[Stages]:
        def done(number: int) -> None:
            if number == self._cut_at:
                raise KeyboardInterrupt

        if not self._begins:
            raise KeyboardInterrupt
        keras.backend.clear_session()  # names that Keras gives are those of a new process
        yield lambda name, total: done if total > 1 else lambda number: None


@pytest.fixture(autouse=True)
def kept_always(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    keep_always(monkeypatch)


def keep_always(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(keeping, "SELDOM", 0)
    patch.setattr(keeping, "SHARE", 1e9)


def cut_short(run: Run, epoch: int) -> None:
    """Train until the end of an epoch, whose own state is not kept any more."""
    with pytest.raises(KeyboardInterrupt):
        recorded(run, PATH, retrain=False, telling=Telling(epoch))


def again(run: Run) -> list[str]:
    """Train again; return what is said."""
    telling = Telling()
    recorded(run, PATH, retrain=False, telling=telling)
    return telling.said


def contents(folder: Path) -> dict[str, bytes]:
    # The lock stays behind, without effect: the process that holds it goes on.
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def assert_same(folder: Path, other: Path) -> None:
    some, others = contents(folder), contents(other)
    assert [name for name in sorted(some.keys() | others.keys()) if some.get(name) != others.get(name)] == []


@pytest.mark.parametrize(
    "name", [name if name == "rings" else pytest.param(name, marks=pytest.mark.slow) for name in RUNS]
)
def test_a_training_that_was_cut_short_ends_with_the_same_bytes(name: str) -> None:
    run = run_of(name)
    recorded(run, Path("whole.rec"), retrain=False, telling=Telling())
    epochs = run.training.epochs
    for cut in (epochs - 2, epochs - 1):
        cut_short(run, cut)
        assert verify(PATH).faults == ()
    said = again(run)
    assert len(said) == 1
    assert said[0].startswith("going on from epoch ")
    assert said[0].endswith(" of x.rec (--retrain trains anew)")
    assert float(said[0].split()[4]) >= (epochs - 2) / 2
    assert_same(PATH, Path("whole.rec"))


@pytest.mark.slow
@pytest.mark.parametrize("best", [False, True])
def test_early_stopping_goes_on_being_patient(best: bool) -> None:
    run = run_of("images", epochs=60, early_stopping=8, restore_best=best, learning_rate=0.05)
    whole = recorded(run, Path("whole.rec"), retrain=False, telling=Telling())
    stopped = len(whole) - 1 + (8 if best else 0)
    assert stopped < 59, "it was not stopped early"
    for cut in (stopped - 4, stopped):
        cut_short(run, cut)
    assert again(run)[0].startswith(f"going on from epoch {stopped - 1} ")
    assert_same(PATH, Path("whole.rec"))


@pytest.mark.slow
def test_seconds_are_counted_over_all_parts_of_a_training(unfinished: Path) -> None:
    run = run_of()
    shutil.copytree(unfinished, PATH)
    state = PATH / STATE
    arrays, about = load_file(state), json.dumps({"snapshots": 4, "numbers": {"seconds": 1000.0}})
    checksums.put(PATH, STATE, save(arrays, {"about": about}))
    seconds: list[float] = []
    recorded(run, PATH, retrain=False, on_trained=seconds.append)
    assert 1000 < seconds[0] < 1060


def flip(path: Path) -> None:
    found = bytearray(path.read_bytes())
    found[len(found) // 2] ^= 1
    path.write_bytes(found)


def of_another_model(state: Path) -> None:
    checksums.put(state.parent, STATE, save({}, {"about": '{"snapshots": 99, "numbers": {}}'}))


def of_no_sense(state: Path) -> None:
    checksums.put(state.parent, STATE, save({}, {"about": '{"snapshots": -1}'}))


def of_an_older_version(state: Path) -> None:
    manifest = json.loads((state.parent / "manifest.json").read_text())
    manifest["versions"]["keras"] = "3.0"
    checksums.put(state.parent, "manifest.json", json.dumps(manifest).encode())


DAMAGES: dict[str, tuple[Callable[[Path], Any], str]] = {
    "gone": (lambda state: state.unlink(), "it keeps nothing to go on from"),
    "flipped": (flip, f"{STATE}: is not what was written; its SHA-256 is not the one in SHA256SUMS"),
    "empty": (lambda state: state.write_bytes(b""), f"{STATE}: is not what was written; its SHA-256"),
    "foreign": (lambda state: shutil.copy(state.parent / "inputs.safetensors", state), f"{STATE}: is not what was"),
    "a folder": (lambda state: (state.unlink(), state.mkdir()), f"{STATE} cannot be read: "),
    "no sense": (of_no_sense, f"{STATE} does not say to which snapshot it belongs"),
    "ahead": (of_another_model, "it lacks snapshots before the one that it goes on from, number 98"),
    "snapshot": (
        lambda state: flip(state.parent / "snapshots/000001.safetensors"),
        "snapshots/000001.safetensors: is not",
    ),
    "version": (of_an_older_version, "it was begun with keras 3.0, here is "),
}


@pytest.fixture(scope="module")
def unfinished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording that was cut short at the end of epoch 4, where epoch 3 has been kept."""
    place = tmp_path_factory.mktemp("unfinished")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        keep_always(patch)
        cut_short(run_of(), 4)
    return place / PATH


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_cannot_be_gone_on_from_is_said_in_one_line(damage: str, unfinished: Path) -> None:
    damaged, reason = DAMAGES[damage]
    shutil.copytree(unfinished, PATH)
    damaged(PATH / STATE)
    assert bool(verify(PATH).faults) == (": is not" in reason), "verify names what is altered"
    telling = Telling(begins=False)
    with pytest.raises(KeyboardInterrupt):
        recorded(run_of(), PATH, retrain=False, telling=telling)
    (said,) = telling.said
    assert said.startswith("training anew: x.rec ends at epoch 4, its training was cut short; " + reason)
    assert "\n" not in said


@pytest.mark.slow
def test_what_is_trained_anew_ends_with_the_same_bytes(unfinished: Path) -> None:
    recorded(run_of(), Path("whole.rec"), retrain=False, telling=Telling())
    shutil.copytree(unfinished, PATH)
    flip(PATH / STATE)
    assert again(run_of())[0].startswith("training anew: ")
    assert_same(PATH, Path("whole.rec"))


def test_a_state_of_another_model_is_refused_and_changes_nothing(unfinished: Path) -> None:
    run = run_of()
    shutil.copytree(unfinished, PATH)
    arrays = load_file(PATH / STATE)
    arrays["model/0"] = arrays["model/0"][:1]
    checksums.put(PATH, STATE, save(arrays, {"about": '{"snapshots": 4, "numbers": {}}'}))
    before = contents(PATH)
    with pytest.raises(RecordingError, match=r"x\.rec: what is kept .* is of another model; --retrain trains anew"):
        again(run)
    assert contents(PATH) == before


def test_other_settings_and_retrain_begin_anew(unfinished: Path) -> None:
    for values, retrain, expected in (
        ({}, True, []),
        ({"seed": 1, "epochs": 2}, False,
         ["training anew: x.rec ends at epoch 4, its training was cut short; it has epochs 6, asked for is 2"]),
    ):  # fmt: skip
        shutil.copytree(unfinished, PATH)
        telling = Telling(begins=False)
        with pytest.raises(KeyboardInterrupt):
            recorded(run_of(**values), PATH, retrain=retrain, telling=telling)
        assert telling.said == expected
        shutil.rmtree(PATH)


@pytest.mark.slow
def test_a_finished_recording_keeps_no_state(unfinished: Path) -> None:
    shutil.copytree(unfinished, PATH)
    assert (PATH / STATE).exists()
    again(run_of())
    assert not (PATH / STATE).exists()
    assert STATE not in (PATH / "SHA256SUMS").read_text()
    assert verify(PATH).faults == ()


def test_what_would_be_beyond_the_limit_is_not_kept_and_that_is_said_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("ANIMVIZ_LIMITS", "training=100")
    cut_short(run_of(), 4)
    assert not (PATH / STATE).exists()
    (said,) = [record.getMessage() for record in caplog.records if "nothing is kept" in record.getMessage()]
    assert "at most 100 bytes are taken" in said


@pytest.mark.slow
def test_it_is_kept_as_seldom_as_it_must_be_to_cost_little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "SELDOM", 1000)
    cut_short(run_of(), 4)
    assert not (PATH / STATE).exists()
    monkeypatch.setattr(keeping, "SELDOM", 0)
    monkeypatch.setattr(keeping, "SHARE", 1e-9)
    shutil.rmtree(PATH)
    cut_short(run_of(), 4)
    assert not (PATH / STATE).exists()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["descent", "overfit", "models"])
def test_what_does_not_train_by_steps_begins_anew(name: str) -> None:
    run = experiment_named(name).run({"epochs": 8} if name != "overfit" else {})
    with pytest.raises(KeyboardInterrupt):
        recorded(run, PATH, retrain=False, telling=Telling(run.training.epochs // 2))
    if PATH.exists():
        (said,) = again(run)
        assert said.startswith("training anew: x.rec ends at ")
        assert said.endswith("its training was cut short; it keeps nothing to go on from")
    assert Recording(PATH).manifest.finished if PATH.exists() else True
