"""Keras models of any kind: what is built, looked into, stored and named; and that looking leaves no trace."""

import logging
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

import animviz
from animviz import Recorder, Recording
from animviz.errors import RecordingError
from animviz.recorders.keras.leaves import leaves, line_of
from animviz.recorders.keras.running import stored_by_default
from animviz.recorders.keras.tapping import outputs_by_name, probe, seen
from animviz.recorders.keras.untouched import untouched

pytestmark = pytest.mark.integration

L = keras.layers
RNG = np.random.default_rng(0)
X = RNG.normal(size=(32, 4)).astype(np.float32)
Y = (X[:, 0] > 0).astype(np.int64)
STEPS = RNG.normal(size=(32, 5, 3)).astype(np.float32)
WORDS = RNG.integers(0, 9, (32, 6))


def recorded(model: Any, x: Any, y: Any, path: Path, **options: Any) -> Recording:
    """Train for an epoch and record it."""
    model.fit(
        x, y, epochs=1, batch_size=16, verbose=0, callbacks=[Recorder(path / "a.rec", **{"inputs": x, **options})]
    )
    return Recording(path / "a.rec")


def compiled(model: Any, loss: Any = "binary_crossentropy", **options: Any) -> Any:
    model.compile(keras.optimizers.SGD(0.1), loss, **options)
    return model


def array(tensor: Any) -> np.ndarray:
    return np.asarray(keras.ops.convert_to_numpy(tensor))


# ---- models that are built by their first batch -----------------------------------------------------------------------


class Net(keras.Model):
    """A head that is used in training only stands beside the output."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = L.Dense(6, "relu", name="hidden")
        self.out = L.Dense(1, "sigmoid", name="out")
        self.aside = L.Dense(1, "sigmoid", name="aside")

    def call(self, x: Any, training: bool = False) -> Any:
        hidden = self.hidden(x)
        return 0.7 * self.out(hidden) + 0.3 * self.aside(hidden) if training else self.out(hidden)


def without_input() -> Any:
    return keras.Sequential(
        [L.Embedding(9, 4, name="embedding"), L.LSTM(3, name="lstm"), L.Dense(1, "sigmoid", name="out")]
    )


def test_a_subclassed_model_is_built_by_the_recorders_inputs_and_the_layer_that_does_not_run_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    model = compiled(Net())
    recording = recorded(model, X, Y, tmp_path, labels=Y)
    assert [layer.name for layer in recording.layers] == ["hidden", "aside", "out"]
    assert set(recording.manifest.stored) == {"hidden", "out"}
    assert {"aside/kernel", "hidden/kernel"} <= recording.manifest.weights.keys()
    np.testing.assert_allclose(recording[-1].stored["hidden"], array(model.hidden(X)), atol=1e-6)
    ours = [record for record in caplog.records if record.name.startswith("animviz")]  # TensorFlow warns of retracing
    told = [record.getMessage() for record in ours if record.levelno == logging.WARNING]
    assert len(told) == 1
    assert told[0].endswith("not stored: aside (not run when the model is used)")


@pytest.mark.parametrize("named", [True, False])
def test_a_sequential_model_without_input_is_built_by_what_is_fed(named: bool, tmp_path: Path) -> None:
    recording = recorded(
        compiled(without_input()), WORDS, Y, tmp_path, **({"labels": Y} if named else {"inputs": None})
    )
    assert recording.manifest.weights["embedding/embeddings"].shape == (9, 4)
    assert set(recording.manifest.stored) == ({"lstm", "out"} if named else set())


def test_a_model_is_built_by_a_dataset(tmp_path: Path) -> None:
    source = tf.data.Dataset.from_tensor_slices((X, Y[:, None])).batch(16)
    compiled(model := Net()).fit(source, verbose=0, shuffle=False, callbacks=[Recorder(tmp_path / "a.rec")])
    assert len(Recording(tmp_path / "a.rec")[0].weights) == 6
    assert model.aside.built


def test_inputs_that_the_model_does_not_take_are_refused_in_one_line(tmp_path: Path) -> None:
    compiled(model := Net())(X, training=True)
    with pytest.raises(RecordingError, match=r"does not take the recorder's inputs \(.*\); name them as") as error:
        model.fit(X, Y, verbose=0, callbacks=[Recorder(tmp_path / "a.rec", X[:, :3])])
    assert "\n" not in str(error.value)


# ---- models without call() -----------------------------------------------------------------------------------------


class Coder(keras.Model):
    """Trains by its own `train_step` and has no `call`."""

    def __init__(self) -> None:
        super().__init__()
        start = keras.Input((4,))
        middle = L.Dense(3, "relu", name="middle")(start)
        self.encoder = keras.Model(
            start, [L.Dense(2, name="mean")(middle), L.Dense(2, name="spread")(middle)], name="encoder"
        )
        self.decoder = keras.Sequential([keras.Input((2,)), L.Dense(4, name="back")], name="decoder")

    def train_step(self, data: Any) -> dict[str, Any]:
        with tf.GradientTape() as tape:
            mean, spread = self.encoder(data)
            loss = tf.reduce_mean((self.decoder(mean + 0.1 * spread) - data) ** 2)
        gradients = tape.gradient(loss, self.trainable_weights)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_weights, strict=True))
        return {"loss": loss}


def test_of_a_model_without_call_the_models_in_it_that_take_the_inputs_are_looked_into(tmp_path: Path) -> None:
    model = Coder()
    model.compile("sgd")
    recording = recorded(model, X, None, tmp_path, labels=Y)
    assert {layer.name for layer in recording.layers} == {
        "encoder/middle",
        "encoder/mean",
        "encoder/spread",
        "decoder/back",
    }
    assert set(recording.manifest.stored) == {"encoder/middle", "encoder/mean", "encoder/spread"}
    np.testing.assert_allclose(recording[-1].stored["encoder/mean"], array(model.encoder(X)[0]), atol=1e-6)
    assert "loss" in recording[-1].logs
    for scene in ("ridgelines", "history"):
        assert animviz.frame_at(scene, recording, 1.0, size=(320, 180)).std() > 0


def test_of_a_model_without_call_no_more_is_stored_than_was_asked_for(tmp_path: Path) -> None:
    model = Coder()
    model.compile("sgd")
    recording = recorded(model, X, None, tmp_path, layers=["encoder/mean"])
    assert set(recording.manifest.stored) == {"encoder/mean"}


def test_a_layer_that_does_not_run_is_refused_before_training(tmp_path: Path) -> None:
    model = Coder()
    model.compile("sgd")
    before = model.get_weights()
    with pytest.raises(RecordingError, match="layer 'decoder/back' does not run when the model is used"):
        recorded(model, X, None, tmp_path, layers=["decoder/back"])
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))
    assert not (tmp_path / "a.rec").exists()


# ---- layers by path ------------------------------------------------------------------------------------------------


class Block(L.Layer):
    """Passes on more than what its parts put out."""

    def __init__(self, name: str) -> None:
        super().__init__(name=name)
        self.parts = [L.Dense(4, "relu", name="dense"), L.Dense(4, name="dense")]

    def call(self, x: Any) -> Any:
        return x + self.parts[1](self.parts[0](x))


class Wrapped(L.Layer):
    """Passes on what its only part puts out."""

    def __init__(self) -> None:
        super().__init__(name="wrapped")
        self.inner = L.Dense(3, "tanh", name="inner")

    def call(self, x: Any) -> Any:
        return self.inner(x)


class Pair(L.Layer):
    def call(self, x: Any) -> dict[str, Any]:
        return {"twice": 2 * x, "half": x / 2}


def nested() -> Any:
    start = keras.Input((4,))
    tower = keras.Sequential([keras.Input((4,)), L.Dense(3, "relu", name="dense")], name="tower")
    pair = Pair(name="pair")(tower(Block("block")(start)))
    return keras.Model(
        start, L.Dense(1, "sigmoid", name="out")(L.Concatenate(name="both")([pair["twice"], Wrapped()(start)]))
    )


def test_layers_of_nested_models_and_own_layers_are_named_by_path_and_hold_each_weight_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    model = compiled(nested())
    recording = recorded(model, X, Y, tmp_path, labels=Y)
    expected = {
        "block/dense", "block/dense_2", "block", "tower/dense", "pair", "wrapped/inner", "wrapped", "both", "out",
    }  # fmt: skip
    assert {layer.name for layer in recording.layers} == expected == set(leaves(model))
    named = [
        name for layer in recording.layers for name in (layer.kernel, layer.bias, *layer.variables.values()) if name
    ]
    assert sorted(named) == sorted(recording.manifest.weights)
    # "wrapped" puts out what "wrapped/inner" does, and "pair" no array.
    assert set(recording.manifest.stored) == expected - {"pair", "wrapped"}
    assert "pair (no plain array of numbers)" in caplog.text
    tower = model.get_layer("tower").layers[0]
    expected_values = array(tower(model.get_layer("block")(X)))
    np.testing.assert_allclose(recording[-1].stored["tower/dense"], expected_values, atol=1e-6)


def test_every_call_of_a_shared_layer_is_told_apart(tmp_path: Path) -> None:
    left, right, shared = keras.Input((4,)), keras.Input((4,)), L.Dense(3, "tanh", name="shared")
    both = L.Concatenate(name="both")([shared(left), shared(right)])
    model = compiled(keras.Model([left, right], L.Dense(1, "sigmoid", name="out")(both)))
    recording = recorded(model, [X, 2 * X], Y, tmp_path, labels=Y)
    assert {layer.name for layer in recording.layers} == {"shared", "shared#2", "both", "out"}
    assert [layer.name for layer in recording.layers if layer.kernel == "shared/kernel"] == ["shared"]
    for name, x in (("shared", X), ("shared#2", 2 * X)):
        np.testing.assert_allclose(recording[-1].stored[name], array(shared(x)), atol=1e-6)
        few = {key: values[:3] for key, values in recording.inputs.items()}
        np.testing.assert_allclose(recording.activations(1, name, few), array(shared(x[:3])), atol=1e-5)


def test_a_line_goes_through_sequential_models_and_ends_where_it_forks() -> None:
    inner = keras.Sequential([keras.Input((4,)), L.Dense(3, name="a"), L.Dense(3, name="b")])
    assert [layer.name for layer in line_of(keras.Sequential([keras.Input((4,)), inner, L.Dense(1, name="c")]))] == [
        "a",
        "b",
        "c",
    ]
    assert line_of(nested()) == []


# ---- what layers put out ---------------------------------------------------------------------------------------------


def with_states() -> Any:
    start = keras.Input((5, 3))
    _, *states = L.LSTM(4, return_state=True, name="encoder")(start)
    steps = L.Bidirectional(L.GRU(2, return_sequences=True), name="steps")(start)
    decoded = L.LSTM(4, return_sequences=True, name="decoder")(steps, initial_state=states)
    return keras.Model(start, L.Dense(1, "sigmoid", name="out")(L.GlobalAveragePooling1D(name="mean")(decoded)))


def test_of_a_recurrent_layer_the_output_is_stored_and_states_if_asked_for(tmp_path: Path) -> None:
    model = compiled(with_states())
    layers, outputs = seen(model, STEPS)
    encoder = keras.Model(model.input, model.get_layer("encoder").output)
    for name, expected in zip(("encoder", "encoder/state_1", "encoder/state_2"), encoder(STEPS[:5]), strict=True):
        np.testing.assert_allclose(layers[name], array(expected), atol=1e-6)
    assert outputs["output"].shape == (5, 1)
    default = recorded(model, STEPS, Y, tmp_path, labels=Y)
    assert set(default.manifest.stored) == {"encoder", "mean", "out"}
    (tmp_path / "states").mkdir()
    asked = recorded(model, STEPS, Y, tmp_path / "states", layers=["encoder/state_2"])
    assert asked[0].stored["encoder/state_2"].shape == (32, 4)
    for scene in ("ridgelines", "units", "pca"):
        assert (
            animviz.frame_at(scene, default, 1.0, size=(320, 180), **({"samples": 20} if scene == "pca" else {})).std()
            > 0
        )


def test_scenes_draw_the_stored_layers_of_a_model_that_cannot_be_rebuilt(tmp_path: Path) -> None:
    recording = recorded(compiled(Net()), X, Y, tmp_path, labels=Y, layers=["hidden"])
    for scene in ("ridgelines", "units", "pca"):
        assert (
            animviz.frame_at(
                scene, recording, 1.0, size=(320, 180), **({"samples": 20} if scene == "pca" else {})
            ).std()
            > 0
        )


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16", "float16"])
def test_half_precision_is_recorded_as_float32(policy: str, tmp_path: Path) -> None:
    model = keras.Sequential(
        [
            keras.Input((4,)),
            L.Dense(3, "relu", name="hidden", dtype=policy),
            L.Dense(1, "sigmoid", name="out", dtype="float32"),
        ]
    )
    recording = recorded(compiled(model), X, Y, tmp_path, labels=Y, gradients=True)
    assert recording.manifest.stored["hidden"].dtype == "float32"
    assert recording.layers[0].kernel == "hidden/kernel"
    assert {spec.dtype for spec in recording.manifest.gradients.values()} == {"float32"}


def test_augmentation_is_off_when_the_model_is_looked_at(tmp_path: Path) -> None:
    images = RNG.random((32, 6, 6, 1), np.float32)
    model = keras.Sequential([L.RandomFlip(seed=1), L.Flatten(name="flat"), L.Dense(1, "sigmoid", name="out")])
    recording = recorded(compiled(model), images, Y, tmp_path, labels=Y)
    np.testing.assert_array_equal(recording[-1].stored["flat"], images.reshape(32, -1))


def test_outputs_bear_the_names_that_keras_gives_them() -> None:
    start = keras.Input((4,))
    first, second = L.Dense(1, name="first")(start), L.Dense(2, name="second")(start)
    for outputs, names in (
        ([first, second], ["first", "second"]),
        ({"b": first, "a": second}, ["a", "b"]),
        (first, ["output"]),
    ):
        model = keras.Model(start, outputs)
        assert list(outputs_by_name(model, model(X))) == names
    assert list(outputs_by_name(Net(), [X, X])) == ["output_1", "output_2"]


def test_a_layer_that_repeats_its_part_and_whole_numbers_are_not_stored_by_default() -> None:
    ran = {"a/b": X, "a": X.copy(), "numbers": Y[:, None], "images": X[:, None], "strange": None}
    layers = [animviz.recording.replay.layers.Layer(name=name, kind="Own") for name in ran]
    assert stored_by_default(layers, ran) == ("a/b",)
    assert stored_by_default(layers[3:], ran) == ("images",)


# ---- gradients -----------------------------------------------------------------------------------------------------


def absolute(truth: Any, output: Any) -> Any:
    return keras.ops.mean(keras.ops.abs(keras.ops.cast(truth, "float32") - output[:, 0]))


def test_gradients_are_the_steps_of_gradient_descent_for_every_kind_of_output(tmp_path: Path) -> None:
    classes, values = RNG.integers(0, 3, 32), X[:, 1]

    def forked(kind: str) -> Any:
        start = keras.Input((4,))
        middle = L.Dense(3, "tanh", kernel_regularizer="l2")(start)
        one, two = L.Dense(3, "softmax", name="one")(middle), L.Dense(1, name="two")(middle)
        if kind == "dict":
            losses = {"one": "sparse_categorical_crossentropy", "two": "mse"}
            return compiled(keras.Model(start, {"two": two, "one": one}), losses)
        return compiled(keras.Model(start, [one, two]), ["sparse_categorical_crossentropy", "mse"])

    targets = {"one": classes, "two": values}
    cases = {
        "list": (forked("list"), [classes, values], {"targets": targets}),
        "dict": (forked("dict"), targets, {"targets": targets}),
        "own loss": (
            compiled(keras.Sequential([keras.Input((4,)), L.Dense(1)]), absolute),
            Y,
            {"labels": Y, "task": "regression"},
        ),
    }
    for name, (model, y, options) in cases.items():
        recorder = Recorder(tmp_path / name, inputs=X, gradients=True, layers=[], **options)
        model.fit(X, y, epochs=1, batch_size=32, verbose=0, callbacks=[recorder])
        untrained, trained = Recording(tmp_path / name)
        for weight, gradient in untrained.gradients.items():
            step = (untrained.weights[weight] - trained.weights[weight]) / 0.1
            np.testing.assert_allclose(gradient, step, atol=2e-5, err_msg=f"{name}: {weight}")
            assert gradient.any()


def test_gradients_of_a_model_without_a_loss_are_refused_before_training(tmp_path: Path) -> None:
    model = Coder()
    model.compile("sgd")
    with pytest.raises(RecordingError, match=r"gradients need a model with call\(\)"):
        recorded(model, X, None, tmp_path, labels=Y, gradients=True)


# ---- no trace ------------------------------------------------------------------------------------------------------


class Restless(keras.Model):
    """All that a call can change: statistics, seeds, losses; and a head of the training alone."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = L.Dense(6, "relu")
        self.norm = L.BatchNormalization()
        self.drop = L.Dropout(0.4)
        self.out = L.Dense(1, "sigmoid")
        self.aside = L.Dense(1, "sigmoid")
        self.seed = keras.random.SeedGenerator(3)

    def call(self, x: Any, training: bool = False) -> Any:
        hidden = self.drop(self.norm(self.hidden(x), training=training), training=training)
        hidden = hidden + 0.1 * keras.random.normal((6,), seed=self.seed)
        if keras.backend.backend() != "jax":  # which draws from no generator that it is not given
            hidden = hidden + 0.1 * keras.random.uniform((6,))
        self.add_loss(0.01 * keras.ops.mean(hidden**2))
        return 0.7 * self.out(hidden) + 0.3 * self.aside(hidden) if training else self.out(hidden)


def restless() -> tuple[Any, np.ndarray]:
    model = Restless()
    model(X[:2], training=True)
    return model, X


def stateful() -> tuple[Any, np.ndarray]:
    layers = [keras.Input(batch_shape=(16, 5, 3)), L.LSTM(3, stateful=True, dropout=0.2), L.Dense(1, "sigmoid")]
    return keras.Sequential(layers), STEPS


def unbuilt() -> tuple[Any, np.ndarray]:
    images = np.random.default_rng(2).random((32, 6, 6, 1), np.float32)
    return keras.Sequential([L.RandomFlip(), L.Conv2D(2, 3), L.Flatten(), L.Dense(1, "sigmoid")]), images


MODELS = {"restless": restless, "stateful": stateful, "unbuilt": unbuilt}


def ended(name: str, path: Path | None, **options: Any) -> tuple[list[np.ndarray], dict[str, list[float]]]:
    """Train a model from its seed on and return how it ended, recorded at every step or not."""
    keras.utils.set_random_seed(7)
    model, x = MODELS[name]()
    model.compile(keras.optimizers.Adam(0.05), "binary_crossentropy", metrics=["accuracy"])
    # 20 samples: a batch of 16 that is full, and one that has to be filled up.
    recorder = [] if path is None else [Recorder(path, x[:20], Y[:20], every="1/2", **options)]
    history = model.fit(x, Y, epochs=2, batch_size=16, verbose=0, callbacks=recorder).history
    return model.get_weights(), history


@pytest.mark.parametrize("name", MODELS)
def test_training_ends_in_the_same_bits_with_and_without_the_recorder(name: str, tmp_path: Path) -> None:
    weights, history = ended(name, None)
    again, told = ended(name, tmp_path / "a.rec", gradients=True)
    assert len(Recording(tmp_path / "a.rec")) == 5
    assert history == told
    assert all(np.array_equal(a, b) for a, b in zip(weights, again, strict=True))


def test_looking_puts_back_states_seeds_statistics_and_global_random_numbers() -> None:
    model, x = restless()
    before = [array(variable) for variable in model.variables]
    numpy = np.random.get_state()[1].copy()
    with untouched(model):
        model(x, training=True)
        np.random.rand()
        assert not all(np.array_equal(a, array(b)) for a, b in zip(before, model.variables, strict=True))
    assert all(np.array_equal(a, array(b)) for a, b in zip(before, model.variables, strict=True))
    assert np.array_equal(numpy, np.random.get_state()[1])


def test_a_stateful_layer_starts_at_zero_in_each_batch_and_keeps_its_states() -> None:
    model, x = stateful()
    model.predict(x, batch_size=16, verbose=0)
    states = [array(state) for state in model.layers[0].states]
    found, _ = probe(model, x[:20], [model.layers[0].name])
    model.layers[0].reset_state()
    np.testing.assert_allclose(found[model.layers[0].name][:16], array(model.layers[0](x[:16])), atol=1e-6)
    assert all(state.any() for state in states)
    probe(model, x[:20], [model.layers[0].name])
    assert len(found[model.layers[0].name]) == 20


OTHERS = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
import numpy as np, keras
from tests.recorders import test_keras_models as cases
# Keras itself does not train stateful layers on torch.
for name in cases.MODELS.keys() - ({"stateful"} if keras.backend.backend() == "torch" else set()):
    weights, history = cases.ended(name, None)
    again, told = cases.ended(name, Path(sys.argv[1]) / name, gradients=True)
    assert history == told, name
    assert all(np.array_equal(a, b) for a, b in zip(weights, again)), name
cases.test_gradients_are_the_steps_of_gradient_descent_for_every_kind_of_output(Path(sys.argv[1]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax", pytest.param("torch", marks=pytest.mark.thorough)])
def test_other_backends_of_keras_are_left_alone_too_and_give_the_same_gradients(backend: str, tmp_path: Path) -> None:
    if find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    root = Path(animviz.__file__).parent.parent
    done = subprocess.run(
        [sys.executable, "-c", OTHERS, str(tmp_path), str(root)], env=os.environ | {"KERAS_BACKEND": backend},
        capture_output=True, text=True, cwd=root,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
