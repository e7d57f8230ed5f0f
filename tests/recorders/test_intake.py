"""What users pass as inputs and labels: arrays of any kind, data frames, text, and datasets."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import keras
import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import tensorflow as tf
import torch

import animviz
from animviz import Recorder, Recording
from animviz.errors import InputError
from animviz.recorders.keras.intake import taken

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 3)).astype(np.float32)
Y = (X[:, 0] > 0).astype(np.int64)
TEXTS = np.array(["good day", "bad day", "good film", "bad bad film"] * 6)
WORDS = np.array([1, 0, 1, 0] * 6)


class Batches(keras.utils.PyDataset):
    """Ten batches of four samples that draw from NumPy's random numbers, as augmentation does; counts its reads."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[int] = []

    def __len__(self) -> int:
        return 10

    def __getitem__(self, place: int) -> Any:
        self.read.append(place)
        np.random.rand()
        return X[4 * place : 4 * place + 4], Y[4 * place : 4 * place + 4], np.ones(4)


class Endless(keras.utils.PyDataset):
    @property
    def num_batches(self) -> None:
        return None

    def __getitem__(self, place: int) -> Any:
        return X[:4] + place, Y[:4]


def endless() -> Iterator[tuple[np.ndarray, np.ndarray]]:
    while True:
        yield X[:4], Y[:4]


# ---- arrays -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind",
    [
        lambda a: a.tolist(), lambda a: [*map(tuple, a)] if a.ndim > 1 else tuple(a), lambda a: [a], tf.constant, jnp.asarray,
        torch.tensor, lambda a: torch.tensor(a, dtype=torch.float32, requires_grad=True), scipy.sparse.csr_array,
        lambda a: tf.sparse.from_dense(a), lambda a: pd.DataFrame(a) if a.ndim > 1 else pd.Series(a),
    ],
    ids=["list", "tuples", "list of one", "tensorflow", "jax", "torch", "with a gradient", "sparse", "sparse tensor", "pandas"],
)  # fmt: skip
def test_whatever_holds_numbers_is_an_array(kind: Callable[[np.ndarray], Any]) -> None:
    x, _ = taken(kind(X))
    assert isinstance(x, np.ndarray)
    np.testing.assert_array_equal(x, X)
    _, y = taken(X, kind(Y))
    np.testing.assert_array_equal(np.ravel(y), Y)


@pytest.mark.parametrize("kind", [torch.tensor(X).bfloat16(), jnp.asarray(X, jnp.bfloat16), tf.cast(X, tf.bfloat16)])
def test_short_floats_become_long_ones(kind: Any) -> None:
    x, _ = taken(kind)
    assert x.dtype == np.float32
    np.testing.assert_allclose(x, X, rtol=0.01)


def test_columns_of_numbers_and_truth_values_lie_side_by_side() -> None:
    frame = pd.DataFrame({"a": [True, False], "b": pd.array([1, 2], "Int64"), "c": [0.5, 1.5]})
    x, y = taken(frame, pd.Series(["no", "yes"], dtype="category"))
    np.testing.assert_array_equal(x, [[1, 1, 0.5], [0, 2, 1.5]])
    assert y.tolist() == ["no", "yes"]


@pytest.mark.parametrize(
    "texts",
    [["a", "b"], np.array(["a", "b"], object), np.array([b"a", b"b"]), tf.constant(["a", "b"]), pd.Series(["a", "b"])],
)
def test_texts_stay_texts(texts: Any) -> None:
    for found in taken(texts, texts):
        assert found.dtype.kind == "U"
        assert found.tolist() == ["a", "b"]


def test_a_choice_of_samples_is_even_and_the_same_of_inputs_and_labels() -> None:
    x, y = taken({"a": X, "b": X[:, :1]}, Y, 4)
    np.testing.assert_array_equal(x["a"], X[[0, 13, 26, 39]])
    np.testing.assert_array_equal(x["b"], X[[0, 13, 26, 39], :1])
    np.testing.assert_array_equal(y, Y[[0, 13, 26, 39]])


@pytest.mark.parametrize(
    ("inputs", "labels", "said"),
    [
        (
            pd.DataFrame({"a": [1, 2], "town": ["x", "y"]}),
            None,
            r"hold no numbers \(town\); pass dict\(frame\) for a model with",
        ),
        (pd.DataFrame({"day": pd.date_range("2020", periods=2)}), None, r"hold no numbers \(day\)"),
        (tf.ragged.constant([[1, 2], [3]]), [0, 1], r"unequal length; .*keras\.utils\.pad_sequences"),
        ([[1, 2], [3]], None, "inputs are no array: their rows are of unequal length"),
        (np.array([np.zeros(2), np.zeros(3)], object), None, "rows are of unequal length"),
        (
            np.array([[1, None]], object),
            None,
            r"Python objects \(NoneType, int\); .*numpy\.asarray\(values, 'float32'\)",
        ),
        (object(), None, r"Python objects \(object\); expected numbers, one row per sample"),
        (iter(()), None, "the dataset is empty"),
        (iter([(X[:4], Y[:3])]), None, r"arrays of 3 and 4 rows; expected batches: dataset\.batch\(32\)"),
        (iter([X[:4], X[:4, :2]]), None, "samples of several shapes; pad them to one shape"),
    ],
)
def test_what_is_no_array_is_said_in_one_line_with_the_way_out(inputs: Any, labels: Any, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        taken(inputs, labels)
    assert "\n" not in str(caught.value)


def test_no_samples_are_no_choice() -> None:
    with pytest.raises(InputError, match="samples is 0; expected at least 1"):
        taken(X, Y, 0)


# ---- datasets ---------------------------------------------------------------------------------------------------

TENSORS = torch.utils.data.TensorDataset(torch.tensor(X), torch.tensor(Y))


@pytest.mark.parametrize(
    "make",
    [
        lambda: tf.data.Dataset.from_tensor_slices((X, Y)).batch(7), lambda: tf.data.Dataset.from_tensor_slices((X, Y)),
        Batches, lambda: torch.utils.data.DataLoader(TENSORS, batch_size=7), lambda: TENSORS, lambda: zip(X, Y, strict=True),
        lambda: ((X[at : at + 7], Y[at : at + 7]) for at in range(0, 40, 7)), lambda: iter([(X, Y)]),
    ],
    ids=["tf.data", "not batched", "PyDataset", "DataLoader", "torch", "pairs", "generator", "one batch"],
)  # fmt: skip
def test_inputs_and_labels_are_taken_of_a_dataset(make: Callable[[], Any]) -> None:
    x, y = taken(make())
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(y, Y)


def test_several_inputs_of_a_dataset_keep_their_structure() -> None:
    data = tf.data.Dataset.from_tensor_slices(({"a": X, "b": X[:, :1]}, {"out": Y})).batch(7)
    x, y = taken(data)
    assert {name: array.shape for name, array in x.items()} == {"a": (40, 3), "b": (40, 1)}
    np.testing.assert_array_equal(y["out"], Y)
    x, y = taken(tf.data.Dataset.from_tensor_slices(((X, X[:, :1]), Y)).batch(7))
    assert [array.shape for array in x] == [(40, 3), (40, 1)]


@pytest.mark.parametrize(
    "make", [endless, Endless, lambda: tf.data.Dataset.from_tensor_slices((X, Y)).repeat().batch(7)]
)
def test_what_has_no_end_is_read_until_there_is_enough(make: Callable[[], Any]) -> None:
    x, y = taken(make(), most=90)
    assert (x.shape, y.shape) == ((90, 3), (90,))
    assert len(taken(make())[0]) == 2000


def test_a_generator_is_read_no_further_than_need_be() -> None:
    batches = (np.full((8, 1), place) for place in range(100))
    assert taken(batches, most=20)[0][:, 0].tolist() == [0] * 8 + [1] * 8 + [2] * 4
    assert next(batches)[0, 0] == 3


def test_of_a_dataset_of_known_length_the_choice_is_even() -> None:
    batches = Batches()
    x, _ = taken(batches, most=12)
    np.testing.assert_array_equal(x, X[[*range(4), *range(16, 20), *range(36, 40)]])
    assert batches.read == [0, 4, 9]
    stream, _ = taken(tf.data.Dataset.from_tensor_slices((X, Y)).batch(4), most=12)
    np.testing.assert_array_equal(stream, x)


def test_labels_beside_a_dataset_are_those_of_its_samples() -> None:
    numbers = np.arange(400)[:, None]
    x, y = taken(tf.data.Dataset.from_tensor_slices(numbers).batch(4), numbers[:, 0], 12)
    assert y.tolist() == x[:, 0].tolist()
    assert y[-1] > 100
    x, y = taken(
        tf.data.Dataset.from_tensor_slices(numbers).batch(4), tf.data.Dataset.from_tensor_slices(numbers).batch(9), 400
    )
    assert y[:, 0].tolist() == x[:, 0].tolist()


def test_reading_leaves_random_states_as_they_were() -> None:
    states = [random.getstate, lambda: np.random.get_state()[1].tolist(), lambda: torch.get_rng_state().tolist()]
    before = [state() for state in states]
    taken(Batches())
    taken(torch.utils.data.DataLoader(TENSORS, batch_size=7, shuffle=True))
    assert [state() for state in states] == before


# ---- recorded ---------------------------------------------------------------------------------------------------


def classifier() -> Any:
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, "sigmoid")])
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    return model


@pytest.mark.integration
def test_a_dataset_is_recorded_and_leaves_the_training_as_it_is(tmp_path: Path) -> None:
    weights = []
    for callbacks in ([], [Recorder(tmp_path / "a.rec", Batches())]):
        np.random.seed(0)
        model = classifier()
        model.fit(Batches(), epochs=2, verbose=0, shuffle=False, callbacks=callbacks)
        weights.append(model.get_weights())
    assert all(np.array_equal(one, other) for one, other in zip(*weights, strict=True))
    recording = Recording(tmp_path / "a.rec")
    np.testing.assert_array_equal(recording.inputs, X)
    np.testing.assert_array_equal(recording.labels, Y)
    assert recording[-1].scores == pytest.approx(model.evaluate(X, Y, verbose=0, return_dict=True), rel=1e-5)


@pytest.fixture(scope="module")
def reader() -> Any:
    """A model that reads text."""
    words = keras.layers.TextVectorization(max_tokens=10, output_sequence_length=4)
    words.adapt(TEXTS)
    layers = [
        words,
        keras.layers.Embedding(10, 3),
        keras.layers.GlobalAveragePooling1D(),
        keras.layers.Dense(1, "sigmoid"),
    ]
    model = keras.Sequential([keras.Input((1,), dtype="string"), *layers])
    model.compile(keras.optimizers.Adam(0.1), "binary_crossentropy", metrics=["accuracy"])
    return model


@pytest.mark.integration
def test_text_is_fed_to_the_model_but_not_kept(reader: Any, tmp_path: Path) -> None:
    texts = TEXTS.astype(object)
    reader.fit(texts, WORDS, epochs=2, verbose=0, callbacks=[Recorder(tmp_path / "a.rec", list(TEXTS), WORDS)])
    recording = Recording(tmp_path / "a.rec")
    assert recording[-1].scores == pytest.approx(reader.evaluate(texts, WORDS, verbose=0, return_dict=True), rel=1e-5)
    np.testing.assert_allclose(recording.at(2).outputs(), reader.predict(texts, verbose=0), atol=1e-6)
    for scene in ("history", "confusion"):
        assert animviz.frame_at(scene, recording, 2.0, size=(320, 180)).std() > 0
    with pytest.raises(animviz.AnimvizError, match="holds no inputs"):
        animviz.frame_at("dataset", recording, 2.0, size=(320, 180))


def test_text_that_the_model_does_not_take_is_refused_before_training(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="inputs holds text, and the model takes numbers; pass the numbers"):
        classifier().fit(X[:24], WORDS, verbose=0, callbacks=[Recorder(tmp_path / "a.rec", TEXTS, WORDS)])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("inputs", [X[:, :2], X[:, None], X[:, 0], tf.data.Dataset.from_tensor_slices(X)])
def test_samples_of_another_shape_are_refused_before_training(inputs: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"inputs have shape \(\d+.*\); the model takes \(samples, 3\)"):
        classifier().fit(X, Y, verbose=0, callbacks=[Recorder(tmp_path / "a.rec", inputs)])
    assert not list(tmp_path.iterdir())


@pytest.mark.integration
def test_columns_of_text_and_numbers_are_recorded_of_a_model_with_an_input_for_each(tmp_path: Path) -> None:
    frame = pd.DataFrame({"age": X[:24, 0], "town": ["rome", "oslo"] * 12})
    age, town = keras.Input((1,), name="age"), keras.Input((1,), name="town", dtype="string")
    place = keras.layers.StringLookup(vocabulary=["rome", "oslo"], output_mode="one_hot")(town)
    both = keras.layers.Concatenate(name="both")([age, place])
    model = keras.Model({"age": age, "town": town}, keras.layers.Dense(1, "sigmoid", name="out")(both))
    model.compile("sgd", "binary_crossentropy")
    data = tf.data.Dataset.from_tensor_slices((dict(frame), WORDS)).batch(8)
    model.fit(data, verbose=0, shuffle=False, callbacks=[Recorder(tmp_path / "a.rec", dict(frame), WORDS)])
    recording = Recording(tmp_path / "a.rec")
    assert list(recording.inputs) == ["age"]
    np.testing.assert_allclose(recording[-1].stored["both"][:, 0], X[:24, 0], atol=1e-6)
    assert recording[-1].stored["both"][:2, 2:].tolist() == [[1, 0], [0, 1]]
