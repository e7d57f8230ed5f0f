"""Recordings of runs: where they are kept, when they are used again, and that a finished one is never lost."""

import json
import shutil
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from animviz import Recording
from animviz.errors import RecordingError, SceneError
from animviz.experiments.catalogue import experiment_named
from animviz.experiments.experiment import Run
from animviz.experiments.homes import home_of
from animviz.experiments.naming import LONGEST
from animviz.experiments.runs import recorded

pytestmark = pytest.mark.integration  # from real trainings

Trained = Callable[..., Recording]
Values = dict[str, object]


def run_of(name: str = "two_rings", **values: object) -> Run:
    return experiment_named(name).run({"samples": 150, "epochs": 4, **values} if name == "two_rings" else values)


class Telling:
    """Notes what is said."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def note(self, text: str) -> None:
        self.said.append(text)

    @contextmanager
    def training(self, path: Path):  # type: ignore[no-untyped-def]
        self.said.append(f"training {path}")
        yield lambda name, total: lambda done: self.said.append(f"{name} {done}/{total}")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def keep(recording: Recording, path: Path, **changes: object) -> None:
    """Put a recording at a place, with another manifest."""
    shutil.copytree(recording.path, path)
    manifest = json.loads((path / "manifest.json").read_text())
    (path / "manifest.json").write_text(json.dumps(manifest | changes))


# ---- names


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("two_rings", {}, "2-3-2-1"),
        ("two_rings", {"epochs": 3}, "2-3-2-1-epochs-3"),
        ("two_rings", {"arch": "2-4-1", "epochs": 100}, "2-4-1"),
        ("two_rings", {"noise": 0.1, "every": "1/4", "seed": 7}, "2-3-2-1-noise-0.1-every-1_4-seed-7"),
        ("two_rings", {"batch_size": 16, "learning_rate": 1e-5, "gradients": True},
         "2-3-2-1-batch-size-16-learning-rate-1e-05-gradients"),
        ("digits_mlp", {"data": "digits-8x8", "reduce": "pca:10", "early_stopping": 3},
         "10-256-64-10-pca_10-data-digits-8x8-early-stopping-3"),
    ],
)  # fmt: skip
def test_a_run_is_named_by_what_differs_from_the_defaults(name: str, values: Values, expected: str) -> None:
    assert experiment_named(name).run(values).name == expected
    assert home_of(experiment_named(name).run(values)) == Path("renders") / f"{name}-{expected}.rec"


def test_a_file_is_named_by_its_stem(tmp_path: Path) -> None:
    x, y = np.random.default_rng(0).normal(size=(2, 40))
    np.savez(tmp_path / "my points.npz", x=x, y=y, label=np.arange(40) % 2)
    run = experiment_named("points").run({"data": tmp_path / "my points.npz"})
    assert run.name == "2-8-8-2-1-data-my_points"


def test_long_names_are_cut_and_still_differ() -> None:
    most = "-".join(["2", *["1000"] * 60, "1"])
    names = {run_of(arch=most, seed=seed).name for seed in (1, 2)}
    assert len(names) == 2
    assert all(LONGEST - 10 < len(name) <= LONGEST for name in names)


# ---- homes


def test_equal_settings_find_their_recording_again_and_others_leave_it(here: Path, trained: Trained) -> None:
    (here / "renders").mkdir()
    run = run_of()
    home = home_of(run)
    keep(trained("two_rings", arch="2-3-2-1"), home)
    assert home_of(run) == home
    for other in ({"seed": 1}, {"epochs": 3}, {"arch": "2-1-1"}):
        assert home_of(run_of(**other)) not in (home, home_of(run))


def test_recordings_under_the_former_name_are_used_again(here: Path, trained: Trained) -> None:
    (here / "renders").mkdir()
    former = Path("renders/two_rings-2-3-2-1.rec")
    keep(trained("two_rings", arch="2-3-2-1"), former)
    assert home_of(run_of()) == former
    assert home_of(run_of(seed=1)) == Path("renders/two_rings-2-3-2-1-samples-150-epochs-4-seed-1.rec")
    # All of the defaults: the name is taken by a finished recording of other settings.
    assert home_of(experiment_named("two_rings").run({})) == Path("renders/two_rings-2-3-2-1-defaults.rec")


def test_beside_a_video_other_settings_get_a_name_that_says_them(here: Path, trained: Trained) -> None:
    video = Path("x.mp4")
    assert home_of(run_of(seed=1), video) == Path("x.rec")
    keep(trained("two_rings", arch="2-3-2-1"), Path("x.rec"))
    assert home_of(run_of(), video) == Path("x.rec")
    assert home_of(run_of(seed=1), video) == Path("x-samples-150-epochs-4-seed-1.rec")
    assert home_of(run_of(arch="2-2-1"), video) == Path("x-2-2-1-samples-150-epochs-4.rec")
    assert home_of(experiment_named("two_rings").run({}), video) == Path("x-defaults.rec")
    # Even that name may be taken, by a file of the same name with other contents, say.
    keep(trained("two_rings", arch="2-3-2-1"), Path("x-samples-150-epochs-4-seed-1.rec"))
    last = home_of(run_of(seed=1), video)
    assert last.name.startswith("x-samples-150-epochs-4-seed-1-")
    assert not last.exists()


def test_an_unfinished_recording_keeps_no_name(here: Path, trained: Trained) -> None:
    keep(trained("two_rings", arch="2-3-2-1"), Path("x.rec"), finished=False)
    assert home_of(run_of(seed=1), Path("x.mp4")) == Path("x.rec")


# ---- recordings


def test_a_recording_of_the_same_settings_is_used_as_it_is(here: Path, trained: Trained) -> None:
    telling = Telling()
    keep(trained("two_rings", arch="2-3-2-1"), Path("x.rec"))
    before = (here / "x.rec" / "manifest.json").stat().st_mtime_ns
    recording = recorded(run_of(), Path("x.rec"), retrain=False, telling=telling)
    assert len(recording) == 5
    assert telling.said == ["drawing from x.rec, which is there already (--retrain trains anew)"]
    assert (here / "x.rec" / "manifest.json").stat().st_mtime_ns == before


def test_a_finished_recording_of_other_settings_is_replaced_by_retrain_alone(here: Path, trained: Trained) -> None:
    keep(trained("two_rings", arch="2-3-2-1"), Path("x.rec"))
    other = run_of(epochs=1)
    with pytest.raises(RecordingError, match=r"x\.rec is finished and has epochs 4, asked for is 1; .*--retrain.* -o"):
        recorded(other, Path("x.rec"), retrain=False)
    assert len(Recording("x.rec")) == 5
    assert len(recorded(other, Path("x.rec"), retrain=True)) == 2


def test_an_unfinished_recording_is_replaced_and_that_is_said(here: Path, trained: Trained) -> None:
    telling = Telling()
    keep(trained("two_rings", arch="2-3-2-1"), Path("x.rec"), finished=False)
    recording = recorded(run_of(epochs=1), Path("x.rec"), retrain=False, telling=telling, stage="rings")
    assert telling.said == [
        "training anew: x.rec ends at epoch 4, its training was cut short; it has epochs 4, asked for is 1", "training x.rec",
        "TensorFlow 1/1", "rings 1/1",
    ]  # fmt: skip
    assert recording.manifest.finished
    assert len(recording) == 2


def test_what_a_watcher_refuses_is_not_trained_and_replaces_nothing(here: Path, trained: Trained) -> None:
    class Refusing:
        def begun(self, path: Path) -> None:
            raise SceneError("it cannot be drawn")

        def captured(self, epoch: float) -> None: ...

        def ended(self) -> None: ...

    keep(trained("two_rings", arch="2-3-2-1"), Path("x.rec"))
    for path in (Path("x.rec"), Path("new/y.rec")):
        with pytest.raises(SceneError, match="it cannot be drawn"):
            recorded(run_of(epochs=1), path, retrain=True, watchers=[Refusing()])
    assert [path.name for path in here.iterdir()] == ["x.rec"]
    assert len(Recording("x.rec")) == 5
