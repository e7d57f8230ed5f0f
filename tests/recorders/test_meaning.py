"""What a Keras model puts out is decided by its loss, metrics and shapes, or asked for; its numbers are Keras' own."""

import logging
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from animviz import Recorder, Recording
from animviz.errors import InputError

pytestmark = pytest.mark.integration

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 4)).astype(np.float32)
SHARES = 1 / (1 + np.exp(-X))  # inputs between 0 and 1
STEPS = RNG.random((12, 6, 3)).astype(np.float32)
TWO, THREE = (X[:, 0] > 0).astype(np.int64), RNG.integers(0, 3, 60)
ROWS = np.eye(3, dtype=np.float32)[THREE]
SIGNS, WORDS = 2 * TWO - 1, np.array(["no", "yes"])[TWO]
LABELS = (X > 0).astype(np.int64)
TAGS, MASK = RNG.integers(0, 3, (12, 6)), (STEPS[..., 0] > 0.5).astype(np.uint8)
L = keras.losses


def own_loss(target: Any, output: Any) -> Any:
    return keras.ops.mean(keras.ops.square(keras.ops.cast(target, "float32") - output))


def recorded(
    path: Path, units: int, activation: str | None, loss: Any, y: np.ndarray, labels: Any = None, *, x: np.ndarray = X,
    metrics: Any = None, regularizer: str | None = None, eager: bool = True, **told: Any,
) -> tuple[Recording, dict[str, float]]:  # fmt: skip
    """Train for an epoch, by default without compiling, which is quick; return the recording, and what Keras states."""
    keras.utils.set_random_seed(0)
    out = keras.layers.Dense(units, activation, kernel_regularizer=regularizer)
    model = keras.Sequential([keras.Input(x.shape[1:]), keras.layers.Dense(6, "relu"), out])
    model.compile("adam", loss, metrics=metrics, run_eagerly=eager)
    recorder = Recorder(path / "a.rec", x, y if labels is None else labels, **told)
    model.fit(x, y, epochs=1, verbose=0, callbacks=[recorder])
    return Recording(path / "a.rec"), model.evaluate(x, y, batch_size=len(x), verbose=0, return_dict=True)


ACCURATE = {"metrics": ["accuracy"]}
CASES: dict[str, tuple[tuple[Any, ...], dict[str, Any], str, str | None]] = {
    # (units, activation, loss, targets, labels), further, what it is, what the labels are
    "sigmoid": ((1, "sigmoid", "binary_crossentropy", TWO), ACCURATE | {"eager": False}, "binary, probabilities", "classes"),
    "column": ((1, "sigmoid", "bce", TWO[:, None]), {}, "binary, probabilities", "classes"),
    "truth values": ((1, "sigmoid", "bce", TWO.astype(bool)), {}, "binary, probabilities", "classes"),
    "words": (
        (1, "sigmoid", "bce", TWO, WORDS), {"class_names": ["no", "yes"]}, "binary, probabilities", "classes"
    ),
    "logits": ((1, None, L.BinaryCrossentropy(from_logits=True), TWO), {}, "binary, logits", "classes"),
    "hinge": ((1, "tanh", "hinge", SIGNS), {}, "binary, values", "classes"),
    "hinge of 0 and 1": ((1, None, "squared_hinge", TWO), {}, "binary, values", "classes"),
    "signs": ((1, "tanh", "mse", SIGNS), {}, "binary, values", "classes"),
    "floats by a sigmoid": ((1, "sigmoid", "mse", TWO.astype(np.float32)), ACCURATE, "binary, probabilities", "classes"),
    "squares of 0 and 1": ((1, None, "mse", TWO), {}, "regression, values", "values"),
    "squares, accurate": ((1, None, "mse", TWO), ACCURATE, "binary, values", "classes"),
    "ages": ((1, None, "mse", (40 + 10 * X[:, 0]).astype(int)), {}, "regression, values", "values"),
    "prices": ((1, None, "mae", (1e5 * X[:, 0]).astype(int)), {}, "regression, values", "values"),
    "three numbers": ((3, None, "mae", 2 * X[:, :3]), {}, "regression, values", None),
    "counts": ((1, "exponential", "poisson", THREE), {}, "regression, values", "values"),
    "huber": ((1, None, L.Huber(delta=0.3), X[:, 1]), {}, "regression, values", "values"),
    "directions": ((3, None, L.CosineSimilarity(), X[:, :3]), {}, "regression, values", None),
    "class numbers": (
        (3, "softmax", "sparse_categorical_crossentropy", THREE), ACCURATE, "multiclass, probabilities", "classes"
    ),
    "several logits": (
        (3, None, L.SparseCategoricalCrossentropy(from_logits=True), THREE), {}, "multiclass, logits", "classes"
    ),
    "rows": ((3, "softmax", "categorical_crossentropy", ROWS), ACCURATE, "multiclass, probabilities", "classes"),
    "smoothed rows": (
        (3, "softmax", L.CategoricalCrossentropy(label_smoothing=0.1), ROWS, THREE), {}, "multiclass, probabilities", "classes"
    ),
    "soft rows": ((3, "softmax", "kld", (ROWS + 0.2) / 1.6), {}, "multiclass, probabilities", "classes"),
    "either cross-entropy": ((3, "softmax", "crossentropy", THREE), {}, "multiclass, probabilities", "classes"),
    "squares of a softmax": ((3, "softmax", "mse", ROWS, THREE), {}, "multiclass, probabilities", "classes"),
    "labels": ((4, "sigmoid", "bce", LABELS), {"metrics": ["binary_accuracy"]}, "multilabel, probabilities", None),
    "images": ((4, None, "mse", X, X), {}, "reconstruction, values", None),
    "images with classes": ((4, None, "mse", X, TWO), {}, "reconstruction, values", "classes"),
    "shares with classes": (
        (4, "sigmoid", "bce", SHARES, TWO), {"x": SHARES}, "reconstruction, values", "classes"
    ),
    "tags": (
        (3, "softmax", "sparse_categorical_crossentropy", TAGS), {"x": STEPS} | ACCURATE,
        "sequence of multiclass, probabilities", None,
    ),
    "masks": ((1, "sigmoid", "bce", MASK), {"x": STEPS} | ACCURATE, "sequence of binary, probabilities", None),
    "a penalty": ((1, "sigmoid", "bce", TWO), {"regularizer": "l1l2"} | ACCURATE, "binary, probabilities", "classes"),
    "colours beside": ((1, "sigmoid", "bce", TWO, X[:, 1]), {"targets": TWO}, "binary, probabilities", "values"),
    "colours alone": ((5, None, own_loss, X[:, :5].repeat(2, 1)[:, :5], THREE), {"task": "none"}, "none", "classes"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_meaning_and_numbers_are_those_of_keras(name: str, tmp_path: Path) -> None:
    given, further, said, labels = CASES[name]
    recording, stated = recorded(tmp_path, *given, **further)
    output = recording.output
    assert (output.said + ",").startswith(said + ",")
    assert (recording.manifest.labels and recording.manifest.labels.kind) == labels
    scores = recording[-1].scores
    if output.task == "none":
        assert scores == {}
        return
    assert scores["loss"] == pytest.approx(stated["loss"], rel=1e-5, abs=1e-6)
    accuracy = next((value for key, value in stated.items() if "accuracy" in key), None)
    if accuracy is not None:
        assert scores["accuracy"] == pytest.approx(accuracy, abs=1e-6)
    assert ("accuracy" in scores) == (output.task in ("binary", "multiclass", "multilabel"))


@pytest.mark.parametrize(
    ("given", "further", "said"),
    [
        ((1, None, own_loss, TWO), {}, "what does output 'output' answer.*own_loss.*Pass task= one of binary"),
        ((3, "sigmoid", "mse", ROWS, THREE), {}, "Pass task= one of regression, reconstruction, multiclass, none"),
        ((1, None, "bce", TWO), {}, "taken for probabilities, .*from_logits=True.*task='binary probabilities'"),
        ((3, None, "categorical_crossentropy", ROWS), {}, "taken for probabilities, .*from_logits=True"),
        ((1, None, own_loss, TWO), {"task": "binary"}, "pass task='binary logits', 'binary probabilities' or"),
        ((1, "sigmoid", "bce", TWO), {"task": "classification"}, "task is 'classification'; expected one of binary"),
        (
            (3, "softmax", "sparse_categorical_crossentropy", THREE, THREE + 1),
            {},
            "labels hold class 3; .* classes 0 to 2",
        ),
        (
            (3, "softmax", "sparse_categorical_crossentropy", THREE, THREE - 1),
            {},
            "labels hold -1; expected class numbers",
        ),
        (
            (1, "sigmoid", "bce", TWO),
            {"class_names": ["a"] * 3},
            "class_names has 3 names .*; the output has 2 classes",
        ),
        ((1, "sigmoid", "bce", TWO), {"class_names": ["a"]}, "class_names has 1 names .*; expected a name each"),
        ((1, "sigmoid", "bce", TWO), {"class_names": ["a", "a"]}, "class_names has a name twice"),
        ((3, "softmax", "sparse_categorical_crossentropy", TWO), {"class_names": ["a", "b"]}, "expected a name each"),
        ((1, "sigmoid", "bce", TWO, WORDS), {}, r"hold names \(no, yes\), and nothing says which class .*class_names="),
        ((1, "sigmoid", "bce", TWO, WORDS), {"class_names": ["no", "si"]}, "labels hold 'yes', which is not among"),
        ((1, "sigmoid", "bce", TWO, THREE), {"task": "binary"}, "hold 3 different numbers .*0, 1, 2.*; expected two"),
        ((1, "sigmoid", "bce", TWO), {"output": "other"}, "the model has no output 'other'; it has output"),
        ((1, "sigmoid", "bce", TWO), {"targets": {"other": TWO}}, "the model has no output 'other'; it has output"),
        ((3, "softmax", "mse", ROWS, THREE), {"targets": X[:, :2]}, r"targets of output 'output' have shape \(2,\)"),
    ],
)
def test_doubt_is_an_error_before_training(
    given: tuple[Any, ...], further: dict[str, Any], said: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=said):
        recorded(tmp_path, *given, **further)
    assert not list(tmp_path.iterdir())


def test_numbers_that_keras_cuts_off_are_taken_where_the_user_says_so(tmp_path: Path) -> None:
    recording, stated = recorded(tmp_path, 1, None, "bce", TWO, task="binary probabilities")
    assert recording.output.said.startswith("binary, probabilities")
    assert recording[-1].scores["loss"] == pytest.approx(stated["loss"], rel=1e-4)


def test_what_was_decided_is_logged_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "animviz"):
        recorded(tmp_path, *CASES["logits"][0])
    said = "output output is binary, logits, loss binary_crossentropy(from_logits=True), compared with its labels"
    assert sum(said in record.getMessage() for record in caplog.records) == 1


def two_headed(path: Path, **options: Any) -> Recording:
    inputs = keras.Input((4,))
    middle = keras.layers.Dense(5, "relu", name="middle")(inputs)
    heads = {
        "kind": keras.layers.Dense(3, "softmax", name="kind")(middle),
        "size": keras.layers.Dense(1, name="size")(middle),
    }
    model = keras.Model(inputs, heads)
    model.compile("sgd", {"kind": "sparse_categorical_crossentropy", "size": "mse"})
    y = {"kind": THREE, "size": X[:, 1]}
    model.fit(X, y, epochs=1, verbose=0, callbacks=[Recorder(path / "two.rec", X, **options)])
    return Recording(path / "two.rec")


def test_each_output_of_several_has_a_meaning_and_numbers(tmp_path: Path) -> None:
    recording = two_headed(tmp_path, labels={"kind": THREE, "size": X[:, 1]}, output="kind")
    kind, size = recording.manifest.outputs
    assert (kind.task, size.task) == ("multiclass", "regression")
    assert recording.output.name == "kind"
    assert set(recording[-1].scores) == {"loss", "accuracy", "size loss"}
    assert np.array_equal(recording.labels, THREE)
    other = Recording(recording.path, output="size")
    assert other.output.task == "regression"
    assert np.allclose(other.targets, X[:, 1])
    assert other.at(1).outputs().shape == (60, 1)
    with pytest.raises(InputError, match="has no output 'none'; it has kind, size"):
        Recording(recording.path, output="none")


def test_labels_of_a_model_with_several_outputs_belong_to_one_that_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"the model has outputs kind, size; pass output= for the one that labels="):
        two_headed(tmp_path, labels=THREE)
    assert not list(tmp_path.iterdir())
    assert two_headed(tmp_path, labels=THREE, output="kind")[-1].scores.keys() == {"loss", "accuracy"}


@pytest.mark.parametrize(
    ("units", "activation", "loss", "y"),
    [(1, "sigmoid", "binary_crossentropy", TWO), (3, "softmax", "sparse_categorical_crossentropy", THREE)],
)
def test_of_certain_answers_the_loss_is_keras_own(
    units: int, activation: str, loss: str, y: np.ndarray, tmp_path: Path
) -> None:
    recording, stated = recorded(tmp_path, units, activation, loss, y, x=300 * X, eager=False)
    assert recording[-1].scores["loss"] > 16
    assert recording[-1].scores["loss"] == pytest.approx(stated["loss"], rel=1e-5)


@pytest.mark.filterwarnings("ignore:.*from_logits:UserWarning")
@pytest.mark.parametrize(
    ("units", "activation", "loss", "y"),
    [
        (3, "softmax", L.SparseCategoricalCrossentropy(from_logits=True), THREE),
        (1, "sigmoid", L.BinaryCrossentropy(from_logits=True), TWO),
        (3, "softmax", "bce", ROWS),
        (3, "sigmoid", "categorical_crossentropy", ROWS),
    ],
)
def test_a_loss_that_does_not_fit_the_activation_is_keras_own(
    units: int, activation: str, loss: Any, y: np.ndarray, tmp_path: Path
) -> None:
    recording, stated = recorded(tmp_path, units, activation, loss, y)
    assert recording[-1].scores["loss"] == pytest.approx(stated["loss"], rel=1e-5)


def unstated(path: Path, model: keras.Model, y: np.ndarray, x: np.ndarray = X, **compiling: Any) -> Recording:
    model.compile(optimizer="sgd", run_eagerly=True, **compiling)
    model.fit(x, y, epochs=1, verbose=0, callbacks=[Recorder(path / "a.rec", x, y)])
    return Recording(path / "a.rec")


class Adding(keras.layers.Layer):
    def call(self, x: Any) -> Any:
        self.add_loss(keras.ops.mean(x))
        return x


def test_a_loss_that_keras_scales_or_adds_to_is_not_stated(tmp_path: Path) -> None:
    def dense(*before: Any, **options: Any) -> keras.Model:
        return keras.Sequential([keras.Input((4,)), *before, keras.layers.Dense(1, **options)])

    for place, (model, compiling) in enumerate([
        (dense(), {"loss": "mse", "loss_weights": [0.5]}),
        (dense(), {"loss": L.MeanSquaredError(reduction="sum")}),
        (dense(activity_regularizer="l1"), {"loss": "mse"}),
        (dense(Adding()), {"loss": "mse"}),
    ]):  # fmt: skip
        recording = unstated(tmp_path / str(place), model, X[:, 1], **compiling)
        assert recording.output.task == "regression"
        assert recording[-1].scores == {}


def test_a_penalty_on_activities_leaves_the_accuracy_of_a_classifier(tmp_path: Path) -> None:
    hidden = keras.layers.Dense(4, activity_regularizer="l2")
    model = keras.Sequential([keras.Input((4,)), hidden, keras.layers.Dense(3, "softmax")])
    recording = unstated(tmp_path, model, THREE, loss="sparse_categorical_crossentropy")
    assert set(recording[-1].scores) == {"accuracy"}


def tagging(**compiling: Any) -> keras.Model:
    layers = [keras.layers.Embedding(5, 3, mask_zero=True), keras.layers.Dense(3, "softmax")]
    model = keras.Sequential([keras.Input((6,)), *layers])
    model.compile("sgd", **compiling)
    return model


def test_positions_that_keras_masks_count_in_no_number(tmp_path: Path) -> None:
    words = RNG.integers(0, 5, (12, 6))
    model = tagging(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(words, words % 3, verbose=0, callbacks=[Recorder(tmp_path / "a.rec", words, words % 3, gradients=True)])
    recording = Recording(tmp_path / "a.rec")
    assert recording.output.kind == "sequence of multiclass"
    assert np.array_equal(recording.targets == -1, words == 0)
    stated = model.evaluate(words, words % 3, verbose=0, return_dict=True)
    assert {name: recording[-1].scores[name] for name in stated} == pytest.approx(stated, rel=1e-5)
    assert all(np.isfinite(array).all() for array in recording[-1].gradients.values())


def test_what_keras_masks_is_not_stated_where_targets_cannot_say_it(tmp_path: Path) -> None:
    words = RNG.integers(0, 5, (12, 6))
    rows, model = np.eye(3)[words % 3], tagging(loss="categorical_crossentropy")
    model.fit(words, rows, verbose=0, callbacks=[Recorder(tmp_path / "a.rec", words, rows)])
    assert Recording(tmp_path / "a.rec")[-1].scores == {}
