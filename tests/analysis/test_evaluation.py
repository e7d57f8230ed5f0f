"""The report of a recording: the numbers of scikit-learn, on test and on training samples; errors of values; layers."""

from collections.abc import Callable

import numpy as np
import pytest
from sklearn.metrics import classification_report, confusion_matrix, r2_score

from animviz import Recording
from animviz.analysis.evaluation import Table, evaluation
from animviz.analysis.layer_table import layer_table
from animviz.errors import SceneError


def rows_of(table: Table) -> dict[str, dict[str, object]]:
    names = table[1][0].values
    return {name: {column.title: column.values[place] for column in table[1][1:]} for place, name in enumerate(names)}


@pytest.fixture
def digits(trained: Callable[..., Recording]) -> Recording:
    return trained("digits_mlp", arch="64-16-8-10")


@pytest.mark.parametrize("on", ["test", "train"])
def test_classes_have_the_numbers_of_scikit_learn(on: str, digits: Recording) -> None:
    extras = digits.extras
    inputs, truth = (extras["train_inputs"], extras["train_labels"]) if on == "train" else (None, digits.targets)
    answers = digits[-1].epoch and digits.at(digits.epochs[1]).outputs(inputs).argmax(axis=1)
    expected = classification_report(truth, answers, output_dict=True, zero_division=0, labels=range(10))
    classes, confusion = evaluation(digits, 1, on)  # type: ignore[arg-type]
    found = rows_of(classes)
    for name in digits.output.class_names:
        for ours, theirs in (
            ("precision", "precision"),
            ("recall", "recall"),
            ("F1", "f1-score"),
            ("samples", "support"),
        ):
            assert (found[name][ours] or 0) == pytest.approx(expected[name][theirs])
    for ours, theirs in (("average of the classes", "macro avg"), ("average by samples", "weighted avg")):
        assert found[ours]["F1"] == pytest.approx(expected[theirs]["f1-score"])
        assert found[ours]["precision"] == pytest.approx(expected[theirs]["precision"])
    assert found["accuracy"]["F1"] == pytest.approx(np.mean(answers == truth))
    matrix = np.array([column.values for column in confusion[1][1:]]).T
    np.testing.assert_array_equal(matrix, confusion_matrix(truth, answers, labels=range(10)))


def test_a_class_that_is_never_answered_has_no_precision(digits: Recording) -> None:
    found = rows_of(evaluation(digits, 0)[0])
    answered = set(digits.at(0).outputs().argmax(axis=1))
    for place, name in enumerate(digits.output.class_names):
        assert (found[name]["precision"] is None) == (place not in answered)


def test_values_have_errors(trained: Callable[..., Recording]) -> None:
    recording = trained("polynomial", arch="1-3-1")
    ((name, columns),) = evaluation(recording, len(recording) - 1)
    assert name == "errors"
    outputs, targets = recording.at(recording.epochs[-1]).outputs().ravel(), recording.targets.ravel()
    found = {column.title: column.values[-1] for column in columns}
    assert found["RMSE"] == pytest.approx(np.sqrt(np.mean((outputs - targets) ** 2)), rel=1e-5)
    assert found["mean absolute error"] == pytest.approx(np.mean(np.abs(outputs - targets)), rel=1e-5)
    assert found["R²"] == pytest.approx(r2_score(targets, outputs), abs=1e-5)


def test_training_samples_that_are_not_kept_are_not_made_up(rings_recording: Recording) -> None:
    with pytest.raises(SceneError, match="keeps no training samples"):
        evaluation(rings_recording, 0, "train")


def test_layers_have_all_parameters(trained: Callable[..., Recording]) -> None:
    for recording in (trained("lenet", arch="2-4-12-8-10"), trained("two_rings", arch="2-3-2-1")):
        layer, _, shapes, counts = layer_table(recording)
        assert layer.values[-1] == "all"
        assert (
            counts.values[-1] == sum(array.size for array in recording[0].weights.values()) == sum(counts.values[:-1])
        )
    assert counts.values == (9, 8, 3, 20)
    assert shapes.values[:3] == ("3", "2", "1")
