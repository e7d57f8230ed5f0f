"""Real trainings of scikit-learn: what is recorded is what the estimator is, and recording changes nothing in it."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from sklearn.base import clone
from sklearn.datasets import load_iris, make_circles
from sklearn.ensemble import (
    AdaBoostClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
)
from sklearn.linear_model import (
    Lasso,
    LassoCV,
    LinearRegression,
    LogisticRegression,
    LogisticRegressionCV,
    Perceptron,
    SGDClassifier,
    SGDRegressor,
)
from sklearn.metrics import log_loss, mean_squared_error
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import animviz
from animviz import Recording
from animviz.errors import InputError, RecordingError, SceneError
from animviz.recorders.sklearn import record
from animviz.recording.answers import probabilities
from animviz.recording.verifying import verify

pytestmark = pytest.mark.integration

RINGS = make_circles(80, noise=0.05, factor=0.5, random_state=0)
IRIS = StandardScaler().fit_transform(load_iris().data), load_iris().target
TWO = IRIS[0][50:], IRIS[1][50:]
CURVE = np.linspace(-1, 1, 40)[:, None], np.sin(3 * np.linspace(-1, 1, 40))
SHAPES = {
    "perceptron": (MLPClassifier((6, 2), activation="tanh", random_state=0), RINGS, 4),
    "perceptron of three": (MLPClassifier((5,), activation="logistic", random_state=0), IRIS, 4),
    "curve": (MLPRegressor(hidden_layer_sizes=(5,), activation="tanh", random_state=0), CURVE, 4),
    "hinge": (SGDClassifier(random_state=0), RINGS, 4),
    "log loss": (SGDClassifier(loss="log_loss", random_state=0), RINGS, 4),
    "one against the others": (SGDClassifier(loss="log_loss", random_state=0), IRIS, 4),
    "modified huber": (SGDClassifier(loss="modified_huber", random_state=0), IRIS, 4),
    "line": (SGDRegressor(random_state=0), CURVE, 4),
    "perceptron rule": (Perceptron(random_state=0), RINGS, 4),
}
WHOLE = {
    "logistic": (LogisticRegression(max_iter=8), TWO),
    "softmax": (LogisticRegression(max_iter=8), IRIS),
    "newton": (LogisticRegression(solver="newton-cg", max_iter=8), IRIS),
    "boosting": (GradientBoostingClassifier(n_estimators=4, random_state=0), RINGS),
    "boosted curve": (HistGradientBoostingRegressor(max_iter=4), CURVE),
    "adaboost": (AdaBoostClassifier(n_estimators=3, random_state=0), IRIS),
    "forest": (RandomForestClassifier(n_estimators=4, random_state=0), IRIS),
    "vectors": (SVC(max_iter=6), RINGS),
}
quiet = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def answer_of(estimator: Any, x: np.ndarray, recording: Recording) -> np.ndarray:
    """Return what the estimator itself says, in the form in which it is recorded."""
    if recording.output.form == "probabilities":
        return estimator.predict_proba(x)
    values = estimator.predict(x) if recording.output.task == "regression" else estimator.decision_function(x)
    return values.reshape(len(x), -1)


def said_by(recording: Recording, epoch: float) -> np.ndarray:
    values = recording.at(epoch).outputs()
    return probabilities(recording.output, values) if recording.output.form == "probabilities" else values


@pytest.mark.parametrize(("estimator", "data", "epochs"), SHAPES.values(), ids=SHAPES)
def test_passes_are_those_of_the_documented_loop(tmp_path: Path, estimator: Any, data: Any, epochs: int) -> None:
    x, y = data
    recorded, alone = clone(estimator), clone(estimator)
    recording = record(recorded, x, y, tmp_path / "a.rec", epochs=epochs)
    assert recording.epochs.tolist() == list(range(epochs + 1))
    for epoch in range(1, epochs + 1):
        alone.partial_fit(
            x, y, **({"classes": np.unique(y)} if hasattr(alone, "predict_proba") or y.dtype.kind == "i" else {})
        )
        weights = [*alone.coefs_, *alone.intercepts_] if hasattr(alone, "coefs_") else [alone.coef_, alone.intercept_]
        for mine, own in zip(recording[epoch].weights.values(), weights, strict=True):
            assert np.array_equal(mine, own.reshape(mine.shape))
        assert said_by(recording, epoch) == pytest.approx(answer_of(alone, x, recording), rel=1e-5, abs=1e-5)
        if recording.output.classifies:
            assert recording[epoch].scores["accuracy"] == alone.score(x, y)
    assert np.array_equal(recorded.predict(x), alone.predict(x))
    assert not verify(recording.path).faults


def test_the_untrained_state_is_the_one_that_training_begins_with(tmp_path: Path) -> None:
    """With a step too small to move anything it is still there after the training."""
    x, y = RINGS
    for seed in (3, None):
        np.random.seed(5)
        still = MLPClassifier((4,), solver="sgd", momentum=0, learning_rate_init=1e-300, random_state=seed)
        recording = record(still, x, y, tmp_path / f"{seed}.rec", epochs=1)
        for name, array in recording[0].weights.items():
            assert np.array_equal(array, recording[1].weights[name])
            assert array.any()


@pytest.mark.filterwarnings("ignore:.*max_iter.*")
def test_batches_are_those_of_the_documented_loop(tmp_path: Path) -> None:
    x, y = IRIS
    names = np.array(["a", "b", "c"])[y]
    recorded, alone = (MLPClassifier((5,), random_state=1) for _ in range(2))
    recording = record(recorded, x, names, tmp_path / "a.rec", epochs=2, batch_size=40, seed=7, every="1/4")
    order = np.random.default_rng(7)
    for _ in range(2):
        shuffled = order.permutation(len(x))
        for start in range(0, len(x), 40):
            rows = shuffled[start : start + 40]
            alone.partial_fit(x[rows], names[rows], classes=np.unique(names))
    assert all(np.array_equal(one, other) for one, other in zip(recorded.coefs_, alone.coefs_, strict=True))
    assert recording.epochs.tolist() == [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2]
    assert recording.output.class_names == ("a", "b", "c")


@quiet
@pytest.mark.parametrize(("estimator", "data"), WHOLE.values(), ids=WHOLE)
def test_a_fit_is_recorded_step_by_step(tmp_path: Path, estimator: Any, data: Any) -> None:
    x, y = data
    recorded, alone = clone(estimator), clone(estimator).fit(x, y)
    recording = record(recorded, x, y, tmp_path / "a.rec")
    assert np.array_equal(answer_of(recorded, x, recording), answer_of(alone, x, recording))
    assert recorded.get_params() == estimator.get_params()
    last = recording.epochs[-1]
    assert last == (getattr(estimator, "n_estimators", None) or np.max(recorded.n_iter_))
    assert said_by(recording, last) == pytest.approx(answer_of(alone, x, recording), rel=1e-5, abs=1e-5)
    if hasattr(estimator, "n_estimators") or hasattr(
        estimator, "max_iter"
    ):  # a state in between is that of a shorter fit
        name = "n_estimators" if hasattr(estimator, "n_estimators") else "max_iter"
        shorter = clone(estimator).set_params(**{name: 2}).fit(x, y)
        assert said_by(recording, 2) == pytest.approx(answer_of(shorter, x, recording), abs=1e-5)
    assert not verify(recording.path).faults


def test_losses_are_those_of_scikit_learn(tmp_path: Path) -> None:
    x, y = IRIS
    several = MLPClassifier((5,), alpha=0.1, random_state=0)
    recording = record(several, x, y, tmp_path / "several.rec", epochs=3)
    assert recording[-1].scores["loss"] == pytest.approx(log_loss(y, several.predict_proba(x)), rel=1e-5)
    two = LogisticRegression(C=0.1)
    recording = record(two, *TWO, tmp_path / "two.rec")
    assert recording[-1].scores["loss"] == pytest.approx(log_loss(TWO[1], two.predict_proba(TWO[0])), rel=1e-5)
    curve = MLPRegressor(random_state=0, alpha=0)
    recording = record(curve, *CURVE, tmp_path / "curve.rec", epochs=2)
    assert recording[-1].scores["loss"] == pytest.approx(
        mean_squared_error(CURVE[1], curve.predict(CURVE[0])), rel=1e-5
    )
    lines = SGDClassifier(loss="log_loss", random_state=0)
    recording = record(lines, x, y, tmp_path / "lines.rec", epochs=2)
    each = [log_loss(y == k, 1 / (1 + np.exp(-lines.decision_function(x)[:, k]))) for k in range(3)]
    assert recording[-1].scores["loss"] == pytest.approx(np.mean(each), rel=1e-4)
    margins = SGDClassifier(random_state=0)
    recording = record(margins, *RINGS, tmp_path / "margins.rec", epochs=2)
    hinge = np.maximum(0, 1 - margins.decision_function(RINGS[0]) * (2 * RINGS[1] - 1)).mean()
    assert recording[-1].scores["loss"] == pytest.approx(hinge, rel=1e-5)


def test_several_labels_and_several_numbers(tmp_path: Path) -> None:
    x, y = RINGS
    both = np.stack([y, x[:, 0] > 0], axis=1).astype(int)
    estimator = MLPClassifier((5,), random_state=0)
    recording = record(estimator, x, both, tmp_path / "labels.rec", epochs=2, class_names=("outer", "right"))
    assert (recording.output.task, recording.output.class_names) == ("multilabel", ("outer", "right"))
    assert recording.at(2).outputs() == pytest.approx(estimator.predict_proba(x), abs=1e-5)
    copied = record(
        MLPRegressor(hidden_layer_sizes=(1,), random_state=0), x, x, tmp_path / "code.rec", epochs=1, labels=y
    )
    assert copied.output.task == "reconstruction"
    numbers = record(MLPRegressor(random_state=0), x, x[:, ::-1] ** 2, tmp_path / "numbers.rec", epochs=1)
    assert numbers.output.task == "regression"


def test_naive_bayes_begins_with_its_first_batch(tmp_path: Path) -> None:
    estimator = GaussianNB()
    recording = record(estimator, *IRIS, tmp_path / "a.rec", batch_size=50, every="1/3")
    assert recording.epochs == pytest.approx([1 / 3, 2 / 3, 1])
    assert np.array_equal(recording[-1].weights["theta_"], estimator.theta_)
    assert recording[-1].scores["accuracy"] == estimator.score(*IRIS)


def test_one_that_is_fitted_goes_on(tmp_path: Path) -> None:
    estimator = MLPClassifier((4,), random_state=0).partial_fit(*RINGS, classes=[0, 1])
    before = estimator.coefs_[0].copy()
    recording = record(estimator, *RINGS, tmp_path / "a.rec", epochs=1, layers=["hidden_1"])
    assert np.array_equal(recording[0].weights["coefs_/0"], before)
    assert recording[0].stored["hidden_1"].shape == (80, 4)


def test_other_samples_can_be_drawn(tmp_path: Path) -> None:
    x, y = RINGS
    options = {"inputs": x[:10], "targets": y[:10], "extras": {"train": x}}
    recording = record(SGDClassifier(random_state=0), x, y, tmp_path / "a.rec", epochs=2, every=2, **options)
    assert recording.inputs.shape == (10, 2)
    assert recording.epochs.tolist() == [0, 2]
    assert recording.extras["train"].shape == (80, 2)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Recording]:
    folder = tmp_path_factory.mktemp("sklearn")
    net = MLPClassifier((6, 3, 2), activation="tanh", learning_rate_init=0.03, random_state=0)
    curve = MLPRegressor(hidden_layer_sizes=(8,), activation="tanh", learning_rate_init=0.03, random_state=0)
    return {
        "rings": record(net, *RINGS, folder / "rings.rec", epochs=6),
        "curve": record(curve, *CURVE, folder / "curve.rec", epochs=6),
        "boosting": record(GradientBoostingClassifier(n_estimators=6), *RINGS, folder / "boosting.rec"),
        "margins": record(SGDClassifier(random_state=0), *RINGS, folder / "margins.rec", epochs=6),
    }


@pytest.mark.parametrize(
    ("name", "scene"),
    [
        *(("rings", scene) for scene in ("rings", "boundary", "umap", "network", "weights", "confusion", "history")),
        *(("curve", scene) for scene in ("polyfit", "history")),
        *(("boosting", scene) for scene in ("history", "confusion", "probabilities")),
        *(("margins", scene) for scene in ("boundary", "confusion", "history")),
    ],
)
def test_scenes_draw_them(drawn: dict[str, Recording], name: str, scene: str) -> None:
    frames = [animviz.frame_at(scene, drawn[name], epoch, size=(640, 360)) for epoch in (drawn[name].epochs[0], 6)]
    assert not np.array_equal(*frames)


def test_scenes_that_need_layers_refuse_an_ensemble(drawn: dict[str, Recording]) -> None:
    for scene in ("network", "importance", "boundary", "weights"):
        with pytest.raises(SceneError, match=r"has no layers|no layers|a hidden layer; .* has none"):
            animviz.frame_at(scene, drawn["boosting"], 6, size=(640, 360))


def test_tables_lists_texts_and_sparse_matrices_are_taken(tmp_path: Path) -> None:
    x, y = RINGS
    names = np.where(y == 1, "inner", "outer")
    forms: dict[str, tuple[Any, Any]] = {
        "table": (pd.DataFrame(x, columns=["a", "b"]), pd.Series(names, index=range(80, 160))),
        "lists": (x.tolist(), names.tolist()),
        "sparse": (csr_matrix(x), names),
    }
    for form, (given, answers) in forms.items():
        recorded, alone = SGDClassifier(random_state=0), SGDClassifier(random_state=0)
        recording = record(recorded, given, answers, tmp_path / f"{form}.rec", epochs=1, batch_size=30, seed=None)
        for start in range(0, 80, 30):
            part = given if form == "sparse" else x  # scikit-learn itself learns other numbers from sparse ones
            alone.partial_fit(part[start : start + 30], names[start : start + 30], classes=["inner", "outer"])
        assert recorded.coef_ == pytest.approx(alone.coef_)
        assert recording.output.class_names == ("inner", "outer")
        assert recording[-1].scores["accuracy"] == alone.score(x, names)


def test_what_cannot_be_recorded_is_refused_before_training(tmp_path: Path) -> None:
    x, y = RINGS
    path, perceptron = tmp_path / "a.rec", MLPClassifier((4,))
    refused: list[tuple[Any, Any, dict[str, Any], str]] = [
        (LinearRegression(), y, {}, "LinearRegression learns all at once; expected an estimator with partial_fit"),
        (Lasso(), y, {}, "Lasso learns all at once; .*; here it ends before its first iteration"),
        (LassoCV(), y, {}, "LassoCV learns all at once"),
        (LogisticRegressionCV(), y, {}, "LogisticRegressionCV learns all at once"),
        (MLPClassifier(early_stopping=True), y, {}, "set early_stopping=False, and pass epochs="),
        (SGDClassifier(early_stopping=True), y, {}, "set early_stopping=False, and pass epochs="),
        (SGDClassifier(class_weight="balanced"), y, {}, "set class_weight to a dict"),
        (make_pipeline(StandardScaler(), perceptron), y, {}, r"record its last step .* pipeline\[:-1\].fit_transform"),
        (MLPClassifier, y, {}, r"MLPClassifier is a class; pass an estimator made of it: MLPClassifier\(\)"),
        ("perceptron", y, {}, "str is no classifier"),
        (StandardScaler(), y, {}, "StandardScaler is no classifier and no regressor; expected one of these"),
        (
            LogisticRegression(),
            y,
            {"epochs": 3},
            "has no partial_fit, so that epochs and batch_size mean nothing to it",
        ),
        (perceptron, y, {"inputs": x}, "inputs and targets belong together"),
        (perceptron, 0 * y, {}, r"y holds one class \(0\)"),
        (perceptron, y, {"inputs": x, "targets": y + 5}, "targets hold .*, which is not among the classes of y"),
        (perceptron, y, {"every": "1/4"}, "an epoch has one state here; pass batch_size="),
        (perceptron, y, {"batch_size": 0}, "batch_size is 0; expected at least 1"),
        (perceptron, y, {"epochs": 0}, "epochs is 0; expected at least 1"),
        (RandomForestClassifier(), np.stack([y, y], axis=1), {}, r"has y of shape \(80, 2\); expected a class"),
    ]
    for estimator, given, options, message in refused:
        with pytest.raises(InputError, match=message):
            record(estimator, x, given, path, **options)
    with pytest.raises(InputError, match="x holds nan or infinite values, which MLPClassifier does not take"):
        record(perceptron, np.where(x > 0, x, np.nan), y, path, inputs=x, targets=y)
    assert not list(tmp_path.iterdir())
    path.mkdir()
    (path / "mine.txt").touch()
    with pytest.raises(RecordingError):
        record(perceptron, x, y, path)
    assert not hasattr(perceptron, "coefs_")
