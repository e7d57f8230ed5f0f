"""Recorder in anybody's model.fit."""

import gc
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

import animviz
from animviz import Recorder, Recording
from animviz.errors import InputError, RecordingError
from animviz.recorders.keras.inspect import weight_names

pytestmark = pytest.mark.contract

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 2)).astype(np.float32)
Y = (X[:, 0] * X[:, 1] > 0).astype(np.int64)
IMAGES = RNG.random((24, 6, 6, 1), np.float32)
DIGITS = RNG.integers(0, 3, 24)


def chain(**compiling: Any) -> Any:
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [keras.Input((2,)), keras.layers.Dense(3, "tanh", name="hidden"), keras.layers.Dense(1, "sigmoid", name="out")],
        name="small",
    )
    model.compile(**{"optimizer": keras.optimizers.SGD(0.5), "loss": "mse", **compiling})
    return model


def current(model: Any) -> dict[str, np.ndarray]:
    return dict(zip(weight_names(model), model.get_weights(), strict=True))


def assert_state(snapshot: Any, weights: dict[str, np.ndarray]) -> None:
    assert snapshot.weights.keys() == weights.keys()
    for name, array in weights.items():
        assert np.array_equal(snapshot.weights[name], array), name


class Shadow(keras.callbacks.Callback):
    """Notes the weights that a recorder ought to have written at the end of each epoch."""

    def __init__(self) -> None:
        super().__init__()
        self.states: list[dict[str, np.ndarray]] = []

    def on_train_begin(self, logs: Any = None) -> None:
        if not self.states:
            self.states.append(current(self.model))

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.states.append(current(self.model))


def history_frame(recording: Recording) -> np.ndarray:
    frame = animviz.frame_at("history", recording, float(recording.epochs[-1]), size=(320, 180))
    assert frame.shape == (180, 320, 3)
    assert frame.std() > 0
    return frame


# ---- models -----------------------------------------------------------------------------------------------------


def test_a_sequential_model_is_recorded_from_the_untrained_state_on(tmp_path: Path) -> None:
    model, shadow = chain(metrics=["accuracy"]), Shadow()
    history = model.fit(
        X, Y, epochs=3, batch_size=16, validation_data=(X[:9], Y[:9]), verbose=0,
        callbacks=[shadow, Recorder(tmp_path / "a.rec", X, Y)],
    ).history  # fmt: skip
    recording = Recording(tmp_path / "a.rec")
    assert recording.epochs.tolist() == [0, 1, 2, 3]
    assert [snapshot.step for snapshot in recording] == [0, 3, 6, 9]
    for snapshot, state in zip(recording, shadow.states, strict=True):
        assert_state(snapshot, state)
    assert recording[0].logs == {}
    for name, values in history.items():
        assert recording.history(name)[1] == pytest.approx(values)
    assert set(recording.noted()) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    manifest = recording.manifest
    assert (manifest.arch, manifest.title, manifest.finished) == ("2-3-1", "small", True)
    output = recording.output
    assert (output.task, output.form, str(output.loss)) == ("binary", "probabilities", "mean_squared_error")
    assert output.class_names == recording.label_names == ("0", "1")
    assert manifest.versions["keras"] == keras.__version__
    assert np.array_equal(recording.inputs, X)
    assert np.array_equal(recording.labels, Y)
    np.testing.assert_allclose(recording.at(3).outputs(), model.predict(X, verbose=0), atol=1e-6)
    history_frame(recording)


def test_scores_are_those_of_the_very_state(tmp_path: Path) -> None:
    model = chain(loss="binary_crossentropy", metrics=["accuracy"])
    untrained = model.evaluate(X, Y[:, None], verbose=0, return_dict=True)
    model.fit(X, Y[:, None], epochs=2, verbose=0, callbacks=[Recorder(tmp_path / "a.rec", X, Y)])
    trained = model.evaluate(X, Y[:, None], verbose=0, return_dict=True)
    recording = Recording(tmp_path / "a.rec")
    assert recording[0].scores == pytest.approx(untrained, rel=1e-5)
    assert recording[-1].scores == pytest.approx(trained, rel=1e-5)


@pytest.mark.parametrize("kind", ["list", "dict"])
def test_a_functional_model_with_two_inputs_is_recorded(kind: str, tmp_path: Path) -> None:
    left, right = keras.Input((2,), name="left"), keras.Input((3,), name="right")
    middle = keras.layers.Dense(4, "tanh", name="middle")(keras.layers.Concatenate(name="both")([left, right]))
    outputs = keras.layers.Dense(3, "softmax", name="out")(middle)
    model = keras.Model([left, right] if kind == "list" else {"left": left, "right": right}, outputs)
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    arrays = [X[:24], RNG.normal(size=(24, 3)).astype(np.float32)]
    x: Any = arrays if kind == "list" else dict(zip(("left", "right"), arrays, strict=True))
    inspect = keras.Model(model.inputs, [model.get_layer("middle").output, outputs])
    model.fit(x, DIGITS, epochs=2, verbose=0, callbacks=[Recorder(tmp_path / "a.rec", x, DIGITS)])
    recording = Recording(tmp_path / "a.rec")
    assert isinstance(recording.inputs, dict)
    assert sorted(recording.inputs) == (["0", "1"] if kind == "list" else ["left", "right"])
    assert set(recording[0].stored) == {"both", "middle", "out"}
    for name, expected in zip(("middle", "out"), inspect.predict(arrays, verbose=0), strict=True):
        np.testing.assert_allclose(recording[-1].stored[name], expected, atol=1e-6)
        np.testing.assert_allclose(recording.activations(2, name), expected, atol=1e-6)
        # Through the rebuilt model, since other inputs are not stored.
        fed = {key: array[:5] for key, array in recording.inputs.items()}
        np.testing.assert_allclose(recording.activations(2, name, fed), expected[:5], atol=1e-5)
    assert np.array_equal(recording[-1].stored["both"], np.concatenate(arrays, axis=1))
    assert recording[-1].scores == pytest.approx(model.evaluate(x, DIGITS, verbose=0, return_dict=True), rel=1e-5)
    history_frame(recording)


class Pictures(keras.Model):
    """A subclassed convolution network."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution = keras.layers.Conv2D(2, 3, activation="relu", name="convolution")
        self.flatten = keras.layers.Flatten(name="flatten")
        self.hidden = keras.layers.Dense(4, "tanh", name="hidden")
        self.head = keras.layers.Dense(3, "softmax", name="head")

    def call(self, x: Any) -> Any:
        return self.head(self.hidden(self.flatten(self.convolution(x))))


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Recording]:
    keras.utils.set_random_seed(0)
    model = Pictures()
    model(IMAGES[:1])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    path = tmp_path_factory.mktemp("pictures") / "a.rec"
    recorder = Recorder(path, IMAGES, DIGITS, layers=["convolution", "hidden", "head"])
    model.fit(IMAGES, DIGITS, epochs=2, verbose=0, callbacks=[recorder])
    return model, Recording(path)


def test_stored_activations_of_a_subclassed_model_are_the_layers_real_outputs(pictures: tuple[Any, Recording]) -> None:
    model, recording = pictures
    maps = model.convolution(IMAGES)
    hidden = model.hidden(model.flatten(maps))
    for name, expected in (("convolution", maps), ("hidden", hidden), ("head", model.head(hidden))):
        found = recording.activations(2, name)
        np.testing.assert_allclose(found, keras.ops.convert_to_numpy(expected), atol=1e-6)
        assert not np.allclose(found, recording.activations(0, name), atol=1e-4)
    assert_state(recording[-1], current(model))
    assert recording.manifest.arch is None
    history_frame(recording)


def test_scores_of_a_subclassed_model_are_those_of_its_output(pictures: tuple[Any, Recording]) -> None:
    model, recording = pictures
    assert recording[-1].scores == pytest.approx(model.evaluate(IMAGES, DIGITS, verbose=0, return_dict=True), rel=1e-5)


class OutputFirst(keras.Model):
    """The layer that is made first is the last to be called."""

    def __init__(self) -> None:
        super().__init__()
        self.head = keras.layers.Dense(3, "softmax", name="head")
        self.hidden = keras.layers.Dense(3, "sigmoid", name="hidden")

    def call(self, x: Any) -> Any:
        return self.head(self.hidden(x))


class OutputOfItsOwn(OutputFirst):
    """What the model puts out is no layer's output."""

    def call(self, x: Any) -> Any:
        return self.head(self.hidden(x))[:, ::-1]


@pytest.mark.parametrize("kind", [OutputFirst, OutputOfItsOwn])
def test_scores_are_those_of_the_models_output_whatever_its_last_layer(kind: type[Any], tmp_path: Path) -> None:
    keras.utils.set_random_seed(1)
    model = kind()
    model(X[:1])
    model.compile(keras.optimizers.SGD(1.0), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(X[:24], DIGITS, epochs=3, verbose=0, callbacks=[Recorder(tmp_path / "a.rec", X[:24], DIGITS)])
    scores = Recording(tmp_path / "a.rec")[-1].scores
    assert scores == pytest.approx(model.evaluate(X[:24], DIGITS, verbose=0, return_dict=True), rel=1e-5)


def test_layers_with_flat_outputs_are_stored_by_default_where_some_cannot_be_replayed(tmp_path: Path) -> None:
    model = keras.Sequential(
        [
            keras.Input((6, 6, 1)), keras.layers.DepthwiseConv2D(3, name="convolution"),
            keras.layers.Flatten(name="flat"), keras.layers.Dense(3, "softmax", name="out"),
        ]
    )  # fmt: skip
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(IMAGES, DIGITS, verbose=0, callbacks=[Recorder(tmp_path / "a.rec", IMAGES, DIGITS)])
    recording = Recording(tmp_path / "a.rec")
    assert set(recording[0].stored) == {"flat", "out"}
    np.testing.assert_allclose(recording.at(1).outputs(), model.predict(IMAGES, verbose=0), atol=1e-6)
    maps = keras.ops.convert_to_numpy(model.get_layer("convolution")(IMAGES))
    np.testing.assert_allclose(recording.activations(1, "convolution"), maps, atol=1e-5)


def test_a_skip_connection_is_rebuilt_in_keras(tmp_path: Path) -> None:
    start = keras.Input((2,))
    first = keras.layers.Dense(2, "tanh", name="first")(start)
    both = keras.layers.Add(name="both")([start, first])
    model = keras.Model(start, keras.layers.Dense(1, name="out")(both))
    model.compile("sgd", "mse")
    untrained = keras.models.clone_model(model)
    untrained.set_weights(model.get_weights())
    model.fit(X, Y, epochs=2, verbose=0, callbacks=[Recorder(tmp_path / "a.rec", X, layers=["out"])])
    recording = Recording(tmp_path / "a.rec")
    for name in ("first", "both", "out"):
        for epoch, state in ((0, untrained), (2, model)):
            part = keras.Model(state.inputs, state.get_layer(name).output)
            expected = part.predict(X, verbose=0)
            np.testing.assert_allclose(recording.activations(epoch, name), expected, atol=1e-6)
            np.testing.assert_allclose(recording.activations(epoch, name, X[3:7]), expected[3:7], atol=1e-6)


def test_statistics_of_batch_normalization_are_recorded(tmp_path: Path) -> None:
    model = keras.Sequential(
        [keras.Input((2,)), keras.layers.BatchNormalization(name="norm"), keras.layers.Dense(1, name="out")]
    )
    model.compile("sgd", "mse")
    model.fit(X + 3, Y, epochs=2, verbose=0, callbacks=[Recorder(tmp_path / "a.rec", X + 3, Y)])
    recording = Recording(tmp_path / "a.rec")
    mean = next(name for name in recording[0].weights if "moving_mean" in name)
    assert not recording[0].weights[mean].any()
    assert (recording[-1].weights[mean] > 0).all()
    assert_state(recording[-1], current(model))
    np.testing.assert_allclose(recording.at(2).outputs(), model.predict(X + 3, verbose=0), atol=1e-5)


class Gain(keras.layers.Layer):
    """A single factor: a weight without axes."""

    def build(self, shape: Any) -> None:
        self.factor = self.add_weight(shape=(), initializer="ones", name="factor")

    def call(self, x: Any) -> Any:
        return self.factor * x


def test_weights_without_axes_are_recorded(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1), Gain()])
    model.compile("sgd", "mse")
    model.fit(X, Y, verbose=0, callbacks=[Recorder(tmp_path / "a.rec", X, Y)])
    assert_state(Recording(tmp_path / "a.rec")[-1], current(model))


def test_a_layer_as_activation_is_recorded(tmp_path: Path) -> None:
    model = keras.Sequential(
        [keras.Input((2,)), keras.layers.Dense(3, keras.layers.LeakyReLU(0.1)), keras.layers.Dense(1)]
    )
    model.compile("sgd", "mse")
    model.fit(X, Y, verbose=0, callbacks=[Recorder(tmp_path / "a.rec", X, Y)])
    np.testing.assert_allclose(Recording(tmp_path / "a.rec").at(1).outputs(), model.predict(X, verbose=0), atol=1e-6)


def test_a_model_of_two_outputs_states_no_score_of_the_wrong_one(tmp_path: Path) -> None:
    start = keras.Input((2,))
    digit = keras.layers.Dense(3, "softmax", name="digit")(start)
    parity = keras.layers.Dense(1, "sigmoid", name="parity")(start)
    model = keras.Model(start, [digit, parity])
    model.compile("sgd", ["sparse_categorical_crossentropy", "mse"])
    model.fit(
        X[:24], [DIGITS, DIGITS % 2], epochs=1, verbose=0,
        callbacks=[Recorder(tmp_path / "a.rec", X[:24], DIGITS, output="digit")],
    )  # fmt: skip
    recording = Recording(tmp_path / "a.rec")
    right = float(np.mean(model.predict(X[:24], verbose=0)[0].argmax(axis=1) == DIGITS))
    assert recording[-1].scores.get("accuracy", right) == pytest.approx(right)
    assert "digit_loss" in recording.noted()
    history_frame(recording)


def test_labels_of_several_outputs_may_stand_in_the_order_of_the_model(tmp_path: Path) -> None:
    start = keras.Input((2,))
    digit = keras.layers.Dense(3, "softmax", name="digit")(start)
    size = keras.layers.Dense(1, name="size")(start)
    model = keras.Model(start, [digit, size])
    model.compile("sgd", ["sparse_categorical_crossentropy", "mse"])
    labels = [DIGITS, X[:24, 0]]
    model.fit(X[:24], labels, verbose=0, callbacks=[Recorder(tmp_path / "a.rec", X[:24], labels)])
    scores = Recording(tmp_path / "a.rec")[-1].scores
    stated = model.evaluate(X[:24], labels, verbose=0, return_dict=True)
    assert scores["digit loss"] == pytest.approx(stated["digit_loss"], rel=1e-5)
    assert scores["size loss"] == pytest.approx(stated["size_loss"], rel=1e-5)
    with pytest.raises(
        InputError, match="labels are 3 arrays; the model has the outputs digit, size; expected an array"
    ):
        model.fit(X[:24], labels, verbose=0, callbacks=[Recorder(tmp_path / "b.rec", X[:24], [*labels, DIGITS])])


def test_weights_alone_are_recorded_without_inputs(tmp_path: Path) -> None:
    chain().fit(X, Y, epochs=2, verbose=0, callbacks=[Recorder(tmp_path / "a.rec")])
    recording = Recording(tmp_path / "a.rec")
    assert recording.activations(2, "hidden", X).shape == (40, 3)
    assert recording[-1].scores == {}
    history_frame(recording)


# ---- rhythm -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("every", "epochs", "expected"),
    [
        (2, 4, [0, 2, 4]), (2, 3, [0, 2, 3]), (5, 2, [0, 2]), (0.25, 2, [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2]),
        ("1/4", 1, [0, 0.25, 0.5, 0.75, 1]), ("1/3", 1, [0, 0.5, 0.75, 1]),
        ("log", 2, [0, 0.25, 0.5, 0.75, 1, 2]),
    ],
)  # fmt: skip
def test_captures_follow_the_rhythm_and_end_with_the_last_state(
    every: Any, epochs: int, expected: list[float], tmp_path: Path
) -> None:
    model = chain()
    model.fit(
        X, Y, epochs=epochs, batch_size=10, verbose=0, callbacks=[Recorder(tmp_path / "a.rec", X, Y, every=every)]
    )
    recording = Recording(tmp_path / "a.rec")
    assert recording.epochs.tolist() == expected
    assert [snapshot.step for snapshot in recording] == [round(4 * epoch) for epoch in expected]
    assert_state(recording[-1], current(model))
    states = [np.concatenate([a.ravel() for a in snapshot.weights.values()]) for snapshot in recording]
    assert all(not np.array_equal(a, b) for a, b in pairwise(states))


def test_captures_within_an_epoch_hold_the_state_after_that_step(tmp_path: Path) -> None:
    model, states = chain(), []
    watcher = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: states.append(current(model)))
    model.fit(
        X, Y, batch_size=10, verbose=0, shuffle=False, callbacks=[watcher, Recorder(tmp_path / "a.rec", every=0.5)]
    )
    recording = Recording(tmp_path / "a.rec")
    assert recording.epochs.tolist() == [0, 0.5, 1]
    assert_state(recording[1], states[1])
    assert_state(recording[2], states[3])


def test_compiled_training_captures_what_keras_fit_captures(tmp_path: Path) -> None:
    from animviz.experiments.keras.fit import fit

    for name, train in (
        ("keras", lambda *a, **k: chain().fit(*a, verbose=0, **k)),
        ("ours", lambda *a, **k: fit(chain(), *a, **k)),
    ):
        train(X, Y, epochs=2, batch_size=10, shuffle=False, callbacks=[Recorder(tmp_path / name, X, Y, every=0.5)])
    ours, theirs = Recording(tmp_path / "ours"), Recording(tmp_path / "keras")
    assert ours.epochs.tolist() == theirs.epochs.tolist() == [0, 0.5, 1, 1.5, 2]
    for a, b in zip(ours, theirs, strict=True):
        assert (a.step, a.logs.keys()) == (b.step, b.logs.keys())
        assert a.scores == pytest.approx(b.scores, rel=1e-4)
        for name, array in a.weights.items():
            np.testing.assert_allclose(array, b.weights[name], atol=1e-5)


def test_early_stopping_ends_the_recording_with_the_last_state(tmp_path: Path) -> None:
    model = chain(optimizer=keras.optimizers.SGD(0.0))
    stopper = keras.callbacks.EarlyStopping("loss", patience=2, min_delta=1)
    model.fit(X, Y, epochs=50, verbose=0, callbacks=[stopper, Recorder(tmp_path / "a.rec", X, Y, every=2)])
    recording = Recording(tmp_path / "a.rec")
    assert recording.epochs.tolist() == [0, 2, 3]
    assert recording.manifest.finished


def test_a_second_fit_goes_on_where_the_first_ended(tmp_path: Path) -> None:
    model, shadow, recorder = chain(), Shadow(), Recorder(tmp_path / "a.rec", X, Y)
    model.fit(X, Y, epochs=2, batch_size=20, verbose=0, callbacks=[shadow, recorder])
    model.fit(X, Y, epochs=3, batch_size=20, verbose=0, callbacks=[shadow, recorder])
    model.fit(X, Y, epochs=7, initial_epoch=6, batch_size=20, verbose=0, callbacks=[shadow, recorder])
    recording = Recording(tmp_path / "a.rec")
    assert recording.epochs.tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert [snapshot.step for snapshot in recording] == [0, 2, 4, 6, 8, 10, 12]
    for snapshot, state in zip(recording, shadow.states, strict=True):
        assert_state(snapshot, state)


@pytest.mark.filterwarnings("ignore:Your input ran out of data:UserWarning")  # Keras says so of every such source
def test_steps_unknown_in_advance_are_learnt_in_the_first_epoch(tmp_path: Path) -> None:
    source = tf.data.Dataset.from_tensor_slices((X, Y)).filter(lambda x, y: True).batch(10)
    assert source.cardinality() == tf.data.UNKNOWN_CARDINALITY
    chain().fit(source, epochs=2, verbose=0, shuffle=False, callbacks=[Recorder(tmp_path / "a.rec", X, Y, every=0.5)])
    recording = Recording(tmp_path / "a.rec")
    assert recording.epochs.tolist() == [0, 1, 1.5, 2]
    assert [snapshot.step for snapshot in recording] == [0, 4, 6, 8]


def test_an_endless_generator_is_recorded_too(tmp_path: Path) -> None:
    def batches() -> Iterator[tuple[np.ndarray, np.ndarray]]:
        while True:
            yield X[:10], Y[:10]

    recorder = Recorder(tmp_path / "a.rec", every="1/2")
    chain().fit(batches(), steps_per_epoch=2, epochs=2, verbose=0, shuffle=False, callbacks=[recorder])
    assert Recording(tmp_path / "a.rec").epochs.tolist() == [0, 0.5, 1, 1.5, 2]


def test_training_that_diverged_is_recorded(tmp_path: Path) -> None:
    model = chain(optimizer=keras.optimizers.SGD(1e30), loss="mse")
    model.layers[-1].activation = keras.activations.linear
    model.fit(X, Y, epochs=2, verbose=0, callbacks=[Recorder(tmp_path / "a.rec", X, Y)])
    recording = Recording(tmp_path / "a.rec")
    assert not np.isfinite(recording[-1].logs["loss"])
    history_frame(recording)


# ---- refusals ---------------------------------------------------------------------------------------------------


def test_an_existing_recording_is_kept_unless_overwrite_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a.rec"
    chain().fit(X, Y, epochs=2, verbose=0, callbacks=[Recorder(path, X, Y)])
    before = Recording(path).id
    with pytest.raises(RecordingError, match=r"exists; pass overwrite=True to replace it"):
        Recorder(path, X, Y)
    assert Recording(path).id == before
    chain().fit(X, Y, epochs=1, verbose=0, callbacks=[Recorder(path, X[:5], Y[:5], overwrite=True)])
    assert len(Recording(path)) == 2
    assert Recording(path).id != before


@pytest.mark.parametrize("overwrite", [True, False])
def test_a_folder_that_is_not_a_recording_is_refused_before_training(overwrite: bool, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(RecordingError, match="is not a recording"):
        Recorder(tmp_path, X, Y, overwrite=overwrite)


def test_a_model_that_nothing_can_build_is_refused(tmp_path: Path) -> None:
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises(RecordingError, match="no weights yet; give it an Input, call it once"):
        model.fit(((x, y) for x, y in [(X, Y)]), verbose=0, shuffle=False, callbacks=[Recorder(tmp_path / "a.rec")])
    assert not (tmp_path / "a.rec").exists()


def test_a_layer_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="no layer 'nonsense'; it has hidden, out"):
        chain().fit(X, Y, verbose=0, callbacks=[Recorder(tmp_path / "a.rec", X, Y, layers=["hidden", "nonsense"])])
    with pytest.raises(RecordingError, match="needs inputs"):
        chain().fit(X, Y, verbose=0, callbacks=[Recorder(tmp_path / "b.rec", layers=["hidden"])])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("inputs", [X, [X, X], {"a": X}])
def test_labels_of_another_length_are_refused(inputs: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"has 40 samples and labels 39; expected as many"):
        Recorder(tmp_path / "a.rec", inputs, Y[:-1])


@pytest.mark.parametrize("inputs", [{"a": np.array([None])}, np.zeros((0, 2)), 3.0, np.array([None, None])])
def test_inputs_that_are_no_numbers_are_refused(inputs: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected numbers, one row per sample"):
        Recorder(tmp_path / "a.rec", inputs)


def test_a_bad_rhythm_is_refused_before_training(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--every is '2/3'"):
        Recorder(tmp_path / "a.rec", X, Y, every="2/3")


# ---- cost -------------------------------------------------------------------------------------------------------


def test_no_snapshots_are_kept_in_memory(tmp_path: Path) -> None:
    def arrays_held(recorder: Recorder) -> int:
        """Bytes of the arrays that can be reached from the recorder, but not through the model."""
        seen, queue, size = {id(recorder.model), id(type(recorder))}, [vars(recorder)], 0
        while queue:
            thing = queue.pop()
            if id(thing) in seen or isinstance(thing, type) or "keras" in type(thing).__module__:
                continue
            seen.add(id(thing))
            size += thing.nbytes if isinstance(thing, np.ndarray) else 0
            size += len(thing) if isinstance(thing, bytes | str | list | dict) else 0
            ours = type(thing).__module__.startswith(("builtins", "animviz.recording.writer", "animviz.recorders."))
            queue += gc.get_referents(thing) if ours else []
        return size

    sizes: list[int] = []
    recorder = Recorder(tmp_path / "a.rec", X, Y)
    watcher = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: sizes.append(arrays_held(recorder)))
    chain().fit(X, Y, epochs=12, batch_size=40, verbose=0, callbacks=[recorder, watcher])
    assert len(Recording(tmp_path / "a.rec")) == 13
    assert len(set(sizes)) == 1, sizes
    assert sizes[0] >= X.nbytes, "the inputs are held, so the count does find arrays"


def test_the_cost_is_stated_before_the_start(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "animviz"):
        chain().fit(X, Y, epochs=3, verbose=0, callbacks=[Recorder(tmp_path / "a.rec", X, Y)])
    assert "4 snapshots of 52 bytes, 208 bytes in all" in caplog.text
    assert all(record.levelno == logging.INFO for record in caplog.records if record.name == "animviz")


# ---- what is imported and said ------------------------------------------------------------------------------------


def test_reading_a_chain_back_imports_no_tensorflow(tmp_path: Path) -> None:
    chain().fit(X, Y, verbose=0, callbacks=[Recorder(tmp_path / "a.rec", X, Y)])
    code = (
        "import sys, animviz; r = animviz.Recording(sys.argv[1]); r.at(0.5).outputs();"
        "assert not {'tensorflow', 'keras'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "a.rec")], check=True)


@pytest.mark.parametrize("seed", [None, 7])
def test_the_seed_of_a_script_is_known_where_it_was_set(seed: int | None, tmp_path: Path) -> None:
    model = chain()
    keras.src.backend.common.global_state.set_global_attribute("global_random_seed", None)
    if seed is not None:
        keras.utils.set_random_seed(seed)
    model.fit(X, Y, verbose=0, callbacks=[Recorder(tmp_path / "a.rec", X, Y)])
    assert Recording(tmp_path / "a.rec").manifest.seed == seed


SCRIPT = """
import numpy as np
from animviz import Recorder
import keras
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
x = np.zeros((4, 2))
model.fit(x, x[:, 0], verbose=0, callbacks=[Recorder("quiet.rec", x, x[:, 0])])
"""


@pytest.mark.slow
def test_a_script_is_not_greeted_by_tensorflow_unless_it_asks_to_be(tmp_path: Path) -> None:
    clean = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    said = []
    for place, level in enumerate(({}, {"TF_CPP_MIN_LOG_LEVEL": "0"})):
        (tmp_path / str(place)).mkdir()
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT], cwd=tmp_path / str(place), env=clean | level, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        said.append(done.stderr)
    assert said[0] == ""
    assert "oneDNN" in said[1]
