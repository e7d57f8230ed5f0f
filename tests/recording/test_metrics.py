"""Loss and accuracy by what an output means, against those of Keras."""

from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from animviz.recording.losses import Loss
from animviz.recording.meaning import Output
from animviz.recording.metrics import accuracy, scores

SEEDS = st.integers(0, 10_000)
SIZES = st.integers(1, 60)
NAMES = tuple("abcdefgh")


def of(task: str, form: str = "values", loss: str | None = None, units: int = 2, **further: Any) -> Output:
    named = NAMES[:units] if task in ("binary", "multiclass", "multilabel") else ()
    found = Loss(name=loss, settings=further.pop("settings", {})) if loss else None
    return Output(name="output", task=task, form=form, loss=found, class_names=named, **further)


def softmax(z: np.ndarray) -> np.ndarray:
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return np.asarray(e / e.sum(axis=-1, keepdims=True), np.float32)


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, samples=SIZES, units=st.integers(1, 5))
def test_numbers_have_a_loss_and_no_accuracy(seed: int, samples: int, units: int) -> None:
    rng = np.random.default_rng(seed)
    target, values = rng.normal(0, 3, (2, samples, units)).astype(np.float32)
    output = of("regression", loss="mean_squared_error")
    found = scores(output, target, values)
    assert found == {"loss": pytest.approx(float(keras.losses.MeanSquaredError()(target, values)), rel=1e-5)}
    if units == 1:
        assert scores(output, target[:, 0], values) == pytest.approx(found)


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, samples=SIZES, logits=st.booleans())
def test_two_classes_by_one_unit(seed: int, samples: int, logits: bool) -> None:
    rng = np.random.default_rng(seed)
    labels, z = rng.integers(0, 2, samples), rng.normal(0, 3, (samples, 1)).astype(np.float32)
    values = z if logits else np.asarray(1 / (1 + np.exp(-z)), np.float32)
    output = of(
        "binary", "logits" if logits else "probabilities", "binary_crossentropy", settings={"from_logits": logits}
    )
    expected = keras.losses.BinaryCrossentropy(from_logits=logits)(labels[:, None].astype(np.float32), values)
    assert scores(output, labels, values) == {
        "loss": pytest.approx(float(expected), rel=1e-5),
        "accuracy": pytest.approx(
            float(keras.metrics.BinaryAccuracy(threshold=0.0 if logits else 0.5)(labels[:, None], values))
        ),
    }


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, samples=SIZES, classes=st.integers(2, 7), loss=st.sampled_from(["sparse_", ""]))
def test_several_classes_from_numbers_columns_and_rows(seed: int, samples: int, classes: int, loss: str) -> None:
    rng = np.random.default_rng(seed)
    labels, values = rng.integers(0, classes, samples), softmax(rng.normal(0, 2, (samples, classes)))
    output = of("multiclass", "probabilities", f"{loss}categorical_crossentropy", classes)
    rows = np.eye(classes, dtype=np.float32)[labels]
    for targets in (labels, labels[:, None], rows):
        assert scores(output, targets, values) == {
            "loss": pytest.approx(float(keras.losses.SparseCategoricalCrossentropy()(labels, values)), rel=1e-5),
            "accuracy": pytest.approx(float(keras.metrics.SparseCategoricalAccuracy()(labels, values))),
        }
    squared = scores(of("multiclass", "probabilities", "mean_squared_error", classes), labels, values)["loss"]
    assert squared == pytest.approx(float(keras.losses.MeanSquaredError()(rows, values)), rel=1e-5)


def test_soft_rows_are_compared_as_they_are() -> None:
    rows, values = softmax(np.random.default_rng(0).normal(size=(2, 9, 4)))
    found = scores(of("multiclass", "probabilities", "categorical_crossentropy", 4), rows, values)
    assert found["loss"] == pytest.approx(float(keras.losses.CategoricalCrossentropy()(rows, values)), rel=1e-5)
    assert found["accuracy"] == pytest.approx(float(keras.metrics.CategoricalAccuracy()(rows, values)))


def test_each_label_is_a_question_of_its_own() -> None:
    rng = np.random.default_rng(0)
    targets, values = rng.integers(0, 2, (30, 4)), rng.random((30, 4)).astype(np.float32)
    found = scores(of("multilabel", "probabilities", "binary_crossentropy", 4), targets, values)
    assert found["accuracy"] == pytest.approx(float(keras.metrics.BinaryAccuracy()(targets, values)))
    assert found["loss"] == pytest.approx(float(keras.losses.BinaryCrossentropy()(targets, values)), rel=1e-5)


@pytest.mark.parametrize("shape", [(6,), (3, 2)])
def test_each_position_of_a_sequence_counts_but_those_that_are_ignored(shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(0)
    labels, values = rng.integers(0, 3, (8, *shape)), softmax(rng.normal(size=(8, *shape, 3)))
    output = of("multiclass", "probabilities", "sparse_categorical_crossentropy", 3, sequence=True)
    assert scores(output, labels, values) == {
        "loss": pytest.approx(float(keras.losses.SparseCategoricalCrossentropy()(labels, values)), rel=1e-5),
        "accuracy": pytest.approx(float(keras.metrics.SparseCategoricalAccuracy()(labels, values))),
    }
    some = output.model_copy(
        update={"ignored": 2.0, "loss": Loss(name="sparse_categorical_crossentropy", settings={"ignore_class": 2})}
    )
    counted = labels != 2
    found = scores(some, labels, values)
    assert found["accuracy"] == np.mean(values.argmax(axis=-1)[counted] == labels[counted])
    expected = keras.losses.SparseCategoricalCrossentropy(ignore_class=2)(labels, values)
    assert found["loss"] == pytest.approx(float(expected), rel=1e-5)
    assert found["loss"] != pytest.approx(scores(output, labels, values)["loss"], rel=1e-3)


def test_a_mask_is_a_question_at_each_pixel() -> None:
    rng = np.random.default_rng(0)
    mask, values = rng.integers(0, 2, (5, 4, 4)), rng.random((5, 4, 4, 1)).astype(np.float32)
    found = scores(of("binary", "probabilities", "binary_crossentropy", sequence=True), mask, values)
    assert found["accuracy"] == pytest.approx(float(keras.metrics.BinaryAccuracy()(mask[..., None], values)))
    assert found["loss"] == pytest.approx(float(keras.losses.BinaryCrossentropy()(mask[..., None], values)), rel=1e-5)


def test_labels_of_other_values_are_compared_with_those() -> None:
    values = np.array([[-0.9], [0.2], [-0.1], [0.7]], np.float32)
    output = of("binary", loss="mean_squared_error", label_values=(-1.0, 1.0))
    target = np.array([[-1.0], [1], [1], [1]], np.float32)
    found = scores(output, np.array([0, 1, 1, 1]), values)
    assert found == {"loss": pytest.approx(float(np.mean((values - target) ** 2))), "accuracy": 0.75}


def test_of_probabilities_one_half_is_no() -> None:
    values = np.float32([[0.5], [0.5000001]])
    assert accuracy(of("binary", "probabilities"), np.array([0, 1]), values) == 1


def test_a_loss_without_a_name_is_not_stated_and_a_penalty_is_added() -> None:
    values = np.float32([[0.2], [0.7]])
    assert scores(of("binary", "probabilities"), np.array([0, 1]), values, penalty=3.0) == {"accuracy": 1.0}
    plain, more = (
        scores(of("regression", loss="mean_absolute_error"), np.zeros(2), values, penalty=p) for p in (0.0, 3.0)
    )
    assert more["loss"] == plain["loss"] + 3


def test_many_terms_lose_no_digit() -> None:
    values = np.full((40_000, 1), 0.1, np.float32)
    found = scores(of("regression", loss="mean_squared_error"), np.zeros(40_000), values)["loss"]
    assert found == pytest.approx(float(np.float32(0.1)) ** 2, rel=1e-7)
