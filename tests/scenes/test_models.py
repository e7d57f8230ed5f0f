"""Models on their own clocks: the lesson on real trainings, and that what is drawn is what the estimators answer."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sklearn.ensemble import AdaBoostClassifier, RandomForestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

import animviz
from animviz import Moment, Recording, Stage
from animviz.analysis.models import Course, courses_of, unseen_of
from animviz.errors import InputError, RecordingError, SceneError
from animviz.experiments.catalogue import experiment_named
from animviz.experiments.experiment import Run
from animviz.experiments.sklearn.models import record
from animviz.experiments.telling import UNSAID
from animviz.pictures.discovery import find_scene
from animviz.recorders.sklearn import record_models
from animviz.scenes.families.model_curves import limits_of
from animviz.scenes.families.model_plane import GridPlane
from animviz.scenes.models import _enough, _lost, _title
from helpers.layout import texts

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 2)).astype(np.float32)
Y = (X[:, 0] * X[:, 1] > 0).astype(int)
ASKED = RNG.normal(size=(30, 2)).astype(np.float32)
TRUE = (ASKED[:, 0] * ASKED[:, 1] > 0).astype(int)


def recorded(path: Path, states: int = 5, **models: object) -> Recording:
    return record_models(models, X, Y, path, asked=(ASKED, TRUE), states=states)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_models_that_fit_too_closely_were_better_before_and_a_forest_was_not(seed: int, tmp_path: Path) -> None:
    recording = record(experiment_named("models").run({"seed": seed}), tmp_path / "m.rec", UNSAID, ())
    courses = {course.name: course for course in courses_of(recording)}
    for name in ("tree", "support vectors", "neighbours"):
        course = courses[name]
        assert course.training[-1] > course.training[0] + 0.1
        assert course.test[-1] < course.test.max() - 0.01, name
    for name in ("tree", "neighbours", "boosting", "forest"):
        assert courses[name].training[-1] > 0.97
    forest = courses["forest"].test
    assert forest[-1] > forest.max() - 0.015, "more trees do no harm"
    worse = sum(bool(round(1000 * (course.test.max() - course.test[-1])) >= 10) for course in courses.values())
    word = ("no", "one", "two", "three", "four", "five", "six")[worse].capitalize()
    stage = Stage((1280, 720))
    find_scene("models").set_up(stage, recording)(Moment(0.0, 119.0, 1.0))
    title = "All six models" if worse == 6 else f"{word} of six models"
    assert f"{title} end worse than they were at best" in texts(stage)
    assert any("worse: 10 or more of 1,000 unseen points lost" in text for text in texts(stage))


def test_what_is_recorded_is_what_the_models_answer(tmp_path: Path) -> None:
    recording = recorded(
        tmp_path / "m.rec", tree=DecisionTreeClassifier(random_state=0), neighbours=KNeighborsClassifier()
    )
    tree, neighbours = courses_of(recording)
    assert (tree.unit, neighbours.unit) == ("depth", "k")
    assert tree.readings[0] == 1
    assert neighbours.readings[-1] == 1
    for place in range(5):
        same = DecisionTreeClassifier(max_depth=int(tree.readings[place]), random_state=0).fit(X, Y)
        said = recording[place].outputs["tree"]
        assert np.allclose(said, same.predict_proba(recording.inputs), atol=1e-3)
        assert tree.training[place] == same.score(X, Y)
        assert tree.test[place] == same.score(ASKED, TRUE)
        near = KNeighborsClassifier(int(neighbours.readings[place])).fit(X, Y)
        assert neighbours.test[place] == near.score(ASKED, TRUE)


@pytest.mark.parametrize(
    ("unseen", "test", "found"),
    [
        (1000, [0.8, 0.92, 0.91], True),
        (1000, [0.8, 0.92, 0.911], False),
        (5000, [0.8, 0.92, 0.911], False),  # 45 of the 50 that it takes
        (100, [0.8, 0.92, 0.83], False),  # nine points are few, whatever their share
        (100, [0.8, 0.92, 0.82], True),
        (1000, [0.8, np.nan, 0.79], True),
        (1000, [0.8, 0.9, np.nan], False),
        (0, [0.8, 0.92, 0.5], False),  # nobody knows of how many
    ],
)
def test_a_model_ends_worse_if_it_lost_one_unseen_point_in_a_hundred_and_ten_at_least(
    unseen: int, test: list[float], found: bool
) -> None:
    course = Course("a", "k", np.arange(3.0), np.ones(3), np.array(test))
    assert (_lost(course, unseen) >= _enough(unseen)) == found


def test_the_title_says_how_many_models_end_worse() -> None:
    assert _title(0, 2) == "Two models, each on its own clock"
    assert _title(1, 1) == "The model ends worse than it was at best"
    assert _title(1, 6) == "One of six models ends worse than it was at best"
    assert _title(6, 6) == "All six models end worse than they were at best"


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (720, 720), (300, 100), (100, 300)])
def test_the_points_fill_the_plane_that_is_drawn(size: tuple[int, int], trained: Callable[..., Recording]) -> None:
    recording = trained("models")
    plane = GridPlane.of(recording)
    rows, columns = plane.seen(*size)
    for places, values in zip((plane.xs[columns], plane.ys[rows]), recording.extras["points"].T, strict=True):
        assert places[0] <= values.min() <= values.max() <= places[-1]
    filled = [
        np.ptp(values) / (places[-1] - places[0])
        for places, values in zip((plane.xs[columns], plane.ys[rows]), recording.extras["points"].T, strict=True)
    ]
    assert max(filled) > 0.8


def test_shares_below_the_axis_have_no_mark_and_say_so(tmp_path: Path) -> None:
    recording = recorded(tmp_path / "m.rec", states=20, tree=DecisionTreeClassifier(random_state=0), vectors=SVC())
    assert unseen_of(recording) == len(ASKED)
    low, _ = limits_of(courses_of(recording))
    stage = Stage((1280, 720))
    draw = find_scene("models").set_up(stage, recording)
    assert any(f"measured on {len(ASKED)} unseen ones" in text for text in texts(stage))
    assert any(text.startswith(f"drawn from {100 * low:.0f} to 100 % right") for text in texts(stage))
    for place in range(20):
        draw(Moment(0.0, float(place)))
        for course, shown in zip(courses_of(recording), stage.pairs, strict=True):
            marks = [100 * course.test[place]] if course.test[place] >= low else []
            assert list(shown.values()) == pytest.approx(marks)
            assert len(shown.texts()) == len(marks)


@pytest.mark.parametrize(
    ("model", "unit", "last"),
    [
        (MLPClassifier((4,), max_iter=6, random_state=0), "epoch", 6),
        (AdaBoostClassifier(n_estimators=4, random_state=0), "stage", 4),
        (RandomForestClassifier(n_estimators=7, random_state=0), "trees", 7),
        (SVC(), "C", 10_000),
        (GaussianNB(), "epoch", 1),
        (make_pipeline(StandardScaler(), KNeighborsClassifier()), "k", 1),
        ([SVC(gamma=gamma) for gamma in (0.1, 1.0, 30.0)], "gamma", 30),
        ([GaussianNB(), DecisionTreeClassifier()], "version", 2),
    ],
    ids=lambda value: str(value)[:20],
)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_every_model_has_a_clock(model: object, unit: str, last: float, tmp_path: Path) -> None:
    recording = recorded(tmp_path / "m.rec", mine=model)
    (course,) = courses_of(recording)
    assert course.unit == unit
    assert course.readings[-1] == pytest.approx(last)
    assert animviz.frame_at("models", recording, 4.0, size=(480, 270)).std() > 0


def test_boundary_of_a_model_without_probabilities_is_where_its_answer_changes(tmp_path: Path) -> None:
    recording = recorded(tmp_path / "m.rec", vectors=SVC())
    fitted = SVC(C=10_000).fit(X, Y)
    values = fitted.decision_function(recording.inputs)
    said = recording[4].outputs["vectors"]
    clear = np.abs(values) > 0.01
    assert np.array_equal(said.argmax(axis=1)[clear], fitted.predict(recording.inputs)[clear])


def _trained_from(file: Path, path: Path) -> tuple[Run, Recording]:
    run = experiment_named("models").run({"estimators": file, "epochs": 3, "samples": 30, "asked": 20})
    return run, record(run, path, UNSAID, ())


def test_models_come_from_a_file_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(
        "from sklearn.svm import SVC\nfrom sklearn.tree import DecisionTreeClassifier\n"
        "small_tree = DecisionTreeClassifier(max_depth=3)\nkernels = [SVC(gamma=g) for g in (0.1, 1, 10)]\n"
    )
    run, recording = _trained_from(file, tmp_path / "m.rec")
    assert [course.name for course in courses_of(recording)] == ["small tree", "kernels"]
    before = run.settings()
    file.write_text(file.read_text() + "# changed\n")
    assert run.settings() != before, "another file is another training"


@pytest.mark.parametrize(
    ("source", "message"),
    [("x = 1", "no estimator in it"), ("1 / 0", "cannot be run .ZeroDivisionError"), (None, "expected a Python file")],
)
def test_files_without_models_are_refused(source: str | None, message: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    if source is not None:
        file.write_text(source)
    with pytest.raises(InputError, match=message):
        _trained_from(file, tmp_path / "m.rec")


def test_what_cannot_be_drawn_is_refused(tmp_path: Path, trained: Callable[..., Recording]) -> None:
    with pytest.raises(InputError, match="near is KNeighborsRegressor; expected a classifier"):
        recorded(tmp_path / "m.rec", near=KNeighborsRegressor())
    with pytest.raises(InputError, match="there are no models"):
        recorded(tmp_path / "m.rec")
    with pytest.raises(InputError, match="expected points of the plane"):
        record_models({"t": SVC()}, X[:, :1], Y, tmp_path / "m.rec", asked=(ASKED, TRUE))
    for asked, message in (
        ((ASKED[:, :1], TRUE), r"asked\[0\] has shape .30, 1.; expected points"),
        ((ASKED, TRUE[:5]), r"asked\[1\] has shape .5,.; expected a class for each of the 30 points"),
        ((ASKED, TRUE + 1), r"asked\[1\] holds 2, which is no class of y; expected 0, 1"),
        ((np.where(ASKED > 1, np.nan, ASKED), TRUE), r"asked\[0\] holds nan"),
    ):
        with pytest.raises(InputError, match=message):
            record_models({"t": SVC()}, X, Y, tmp_path / "m.rec", asked=asked)
    with pytest.raises(InputError, match="y holds the class 1 alone"):
        record_models({"t": SVC()}, X, np.ones(40, int), tmp_path / "m.rec", asked=(ASKED, np.ones(30)))
    with pytest.raises(InputError, match="x holds nan or infinite values"):
        record_models({"t": SVC()}, X * np.inf, Y, tmp_path / "m.rec", asked=(ASKED, TRUE))
    assert not (tmp_path / "m.rec").exists()
    with pytest.raises(SceneError, match="models draws models of the plane"):
        animviz.frame_at("models", trained("polynomial", arch="1-3-1"), 0.0)
    with pytest.raises(SceneError, match=r"recorded with models of the plane; for that there are .*models"):
        animviz.frame_at("confusion", trained("models"), 0.0)


def test_a_recording_that_is_there_is_noticed_before_anything_is_learned(tmp_path: Path) -> None:
    path, learned = tmp_path / "m.rec", DecisionTreeClassifier()
    recorded(path, 1, tree=[DecisionTreeClassifier(max_depth=1)])
    with pytest.raises(RecordingError, match="exists; pass overwrite=True"):
        recorded(path, 1, tree=[learned])
    assert not hasattr(learned, "tree_")
