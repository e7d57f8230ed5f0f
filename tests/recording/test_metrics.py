"""Losses and accuracy in NumPy against those of Keras."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from animviz.errors import InputError
from animviz.recording.metrics import LOSSES, accuracy, canonical_loss, predicted, scores

SEEDS = st.integers(0, 10_000)
SIZES = st.integers(1, 60)


def probabilities(rng: np.random.Generator, samples: int, classes: int) -> np.ndarray:
    z = rng.normal(0, rng.choice([0.1, 1, 30]), (samples, classes))  # the widest gives outputs of exactly 0 and 1
    if classes == 1:
        return (1 / (1 + np.exp(-z))).astype(np.float32)
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return (e / e.sum(axis=1, keepdims=True)).astype(np.float32)


def of_keras(loss: keras.losses.Loss, target: np.ndarray, output: np.ndarray) -> float:
    return float(loss(target, output))


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, samples=SIZES, units=st.integers(1, 5))
@pytest.mark.parametrize(
    ("name", "loss"),
    [
        ("mean_squared_error", keras.losses.MeanSquaredError()),
        ("mean_absolute_error", keras.losses.MeanAbsoluteError()),
    ],
)
def test_losses_of_regression_are_those_of_keras(
    name: str, loss: keras.losses.Loss, seed: int, samples: int, units: int
) -> None:
    rng = np.random.default_rng(seed)
    target, output = rng.normal(0, 3, (2, samples, units)).astype(np.float32)
    found = scores(target, output, loss=name, task="regression")
    assert found == {"loss": pytest.approx(of_keras(loss, target, output), rel=1e-5)}
    if units == 1:
        assert scores(target[:, 0], output, loss=name, task="regression") == pytest.approx(found)


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, samples=SIZES)
@pytest.mark.parametrize(
    ("name", "loss"),
    [
        ("binary_crossentropy", keras.losses.BinaryCrossentropy()),
        ("mean_squared_error", keras.losses.MeanSquaredError()),
        ("mean_absolute_error", keras.losses.MeanAbsoluteError()),
    ],
)
def test_losses_of_two_classes_are_those_of_keras(name: str, loss: keras.losses.Loss, seed: int, samples: int) -> None:
    rng = np.random.default_rng(seed)
    labels, output = rng.integers(0, 2, samples), probabilities(rng, samples, 1)
    found = scores(labels, output, loss=name, task="classification")
    assert found["loss"] == pytest.approx(
        of_keras(loss, labels[:, None].astype(np.float32), output), rel=1e-4, abs=1e-6
    )
    expected = float(keras.metrics.BinaryAccuracy()(labels[:, None], output))
    assert found["accuracy"] == pytest.approx(expected)


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, samples=SIZES, classes=st.integers(2, 10))
def test_losses_of_several_classes_are_those_of_keras(seed: int, samples: int, classes: int) -> None:
    rng = np.random.default_rng(seed)
    labels, output = rng.integers(0, classes, samples), probabilities(rng, samples, classes)
    rows = np.eye(classes, dtype=np.float32)[labels]
    sparse = of_keras(keras.losses.SparseCategoricalCrossentropy(), labels, output)
    dense = of_keras(keras.losses.CategoricalCrossentropy(), rows, output)
    for target in (labels, labels[:, None], rows):
        for name, expected in (("sparse_categorical_crossentropy", sparse), ("categorical_crossentropy", dense)):
            found = scores(target, output, loss=name, task="classification")
            assert found["loss"] == pytest.approx(expected, rel=1e-4, abs=1e-6), name
    squared = scores(labels, output, loss="mean_squared_error", task="classification")["loss"]
    assert squared == pytest.approx(of_keras(keras.losses.MeanSquaredError(), rows, output), rel=1e-5)


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS, samples=SIZES, classes=st.integers(2, 10))
def test_accuracy_is_that_of_keras(seed: int, samples: int, classes: int) -> None:
    rng = np.random.default_rng(seed)
    labels, output = rng.integers(0, classes, samples), rng.random((samples, classes)).astype(np.float32)
    rows = np.eye(classes, dtype=np.float32)[labels]
    sparse = float(keras.metrics.SparseCategoricalAccuracy()(labels, output))
    assert accuracy(labels, output) == pytest.approx(sparse)
    assert accuracy(labels[:, None], output) == pytest.approx(sparse)
    assert accuracy(rows, output) == pytest.approx(float(keras.metrics.CategoricalAccuracy()(rows, output)))
    assert np.array_equal(predicted(output), output.argmax(axis=1))


def test_half_is_not_yet_class_one() -> None:
    output = np.array([[0.5], [np.nextafter(np.float32(0.5), np.float32(1))]], np.float32)
    labels = np.array([0, 1])
    assert predicted(output).tolist() == [0, 1]
    assert accuracy(labels, output) == float(keras.metrics.BinaryAccuracy()(labels[:, None], output)) == 1


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_names_of_losses_are_those_of_keras(name: str) -> None:
    assert callable(keras.losses.get(name))
    assert canonical_loss(name) == name


def test_short_names_are_understood_and_others_are_unknown() -> None:
    assert canonical_loss("mse") == canonical_loss("MSE") == "mean_squared_error"
    assert canonical_loss("mae") == "mean_absolute_error"
    assert canonical_loss("hinge") is None
    assert canonical_loss("") is None


def test_what_cannot_be_stated_is_left_out() -> None:
    output = np.array([[0.2], [0.8]])
    assert scores(np.array([0, 1]), output, loss=None, task="classification") == {"accuracy": 1.0}
    assert scores(np.array([0.0, 1.0]), output, loss=None, task="regression") == {}


def test_a_loss_that_nobody_knows_is_named() -> None:
    with pytest.raises(InputError, match="the loss is 'hinge'; expected None"):
        scores(np.zeros(2), np.zeros((2, 1)), loss="hinge", task="regression")


def test_forty_thousand_terms_lose_no_digits() -> None:
    rng = np.random.default_rng(0)
    output = (0.1 + 1e-4 * rng.random((40_000, 1))).astype(np.float32)
    exact = np.mean(output.astype(np.float64) ** 2)
    found = scores(np.zeros(40_000), output, loss="mean_squared_error", task="regression")["loss"]
    assert found == pytest.approx(exact, rel=1e-7)
