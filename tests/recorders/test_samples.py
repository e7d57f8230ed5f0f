"""What a user gives as samples: taken, or refused in one line before anything is trained."""

from typing import Any

import numpy as np
import pytest

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
        ({"inputs": X, "labels": Y, "class_names": ["a"]}, "class_names has 1 and the labels 2 classes"),
        ({"inputs": X, "labels": np.eye(4), "class_names": "abc"}, "class_names has 3 and the labels 4 classes"),
        (
            {"inputs": X[:1], "labels": np.uint8([255]), "class_names": "ab"},
            "class_names has 2 and the labels 256 classes",
        ),
    ],
)
def test_what_cannot_be_drawn_from_is_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        Samples.of(**given)


def test_a_class_without_samples_may_have_a_name() -> None:
    assert Samples.of(X, Y, ["a", "b", "c"]).classes == ("a", "b", "c")
