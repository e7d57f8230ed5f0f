"""What a user gives as samples: taken, or refused in one line before anything is trained."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from animviz import ArrayRecorder, Recording
from animviz.errors import InputError
from animviz.recorders.samples import Samples

X = np.zeros((4, 2), np.float32)
Y = np.array([0, 1, 1, 0])


@pytest.mark.parametrize(
    "inputs", [[[0, 0], [0, 1], [1, 0], [1, 1]], ((0.0, 0), (0, 1), (1, 0), (1, 1)), [[np.float32(1)]] * 4]
)
def test_numbers_in_nested_lists_are_one_array(inputs: Any) -> None:
    samples = Samples.of(inputs, [0, 1, 1, 0])
    assert list(samples.inputs) == ["inputs"]
    assert np.array_equal(samples.fed, np.asarray(inputs))


def test_a_list_of_arrays_is_several_inputs() -> None:
    assert list(Samples.of([X, X], Y).inputs) == ["inputs/0", "inputs/1"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"inputs": {"a": X, "b": X[:3]}}, "inputs/a has 4 samples and inputs/b 3; expected as many"),
        ({"inputs": [X, X[:3]], "labels": Y}, "inputs/0 has 4 samples and inputs/1 3; expected as many"),
        ({"inputs": [[0, 0], [1]]}, "values are no array .*; expected numbers, one row per sample"),
        ({"inputs": X, "labels": [0, 1, np.nan, 0]}, "labels hold nan or infinite values; expected finite numbers"),
        ({"inputs": X, "labels": [0, 1, np.inf, 0]}, "labels hold nan or infinite values"),
        ({"inputs": [[1], [2], [np.nan], [np.inf]]}, "inputs: sample 2 is not finite, the first of 2; expected finite"),
        ({"inputs": {"a": [1, np.inf]}}, "inputs/a: sample 1 is not finite"),
        ({"inputs": X, "labels": Y[:3]}, "inputs has 4 samples and labels 3; expected as many"),
        ({"inputs": X, "targets": Y[:3]}, "inputs has 4 samples and targets 3; expected as many"),
        ({"inputs": X, "targets": {"a": [1, np.nan, 2, 3]}}, "targets a hold nan or infinite values"),
    ],
)
def test_what_cannot_be_drawn_from_is_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        Samples.of(**given)


@pytest.mark.parametrize("labels", [["no", "yes"], np.array([b"no", b"yes"]), np.array(["no", "yes"], object)])
def test_labels_may_be_texts(labels: Any) -> None:
    assert Samples.of(X[:2], labels).labels.tolist() == ["no", "yes"]


def test_labels_by_output_are_targets() -> None:
    samples = Samples.of(X, {"a": Y, "b": X})
    assert samples.labels is None
    assert list(samples.targets) == ["a", "b"]


def test_long_doubles_are_recorded_as_doubles_at_most(tmp_path: Path) -> None:
    long, told = np.longdouble, {"loss": "mean_squared_error", "task": "regression"}
    with ArrayRecorder(tmp_path / "x.rec", np.ones((3, 2), long), np.zeros(3, long), **told) as session:
        session.capture(
            weights={"w": np.full(2, 0.1, long)},
            activations={"h": np.ones((3, 2), long)},
            outputs=np.ones((3, 1), long),
        )
    recording = Recording(tmp_path / "x.rec")
    assert recording.inputs.dtype == np.float32
    assert recording[0].weights["w"].dtype == np.float64
    assert recording[0].stored["h"].dtype == np.float64


def test_labels_that_are_no_text_are_named() -> None:
    with pytest.raises(InputError, match=r"a label is b'\\x80'.*expected numbers or texts"):
        Samples.of(np.zeros((2, 3), np.float32), np.array([b"\x80", b"a"]))
    assert Samples.of(np.zeros((2, 3), np.float32), np.array([b"b", b"a"], object))
