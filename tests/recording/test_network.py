"""Layers replayed in NumPy against Keras, and which models are left to Keras."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from animviz import Recorder, Recording
from animviz.recorders.keras import rebuild
from animviz.recorders.keras.inspect import chain_arch, layer_table, weight_names
from animviz.recorders.keras.layer import SETTINGS
from animviz.recording.replay.activations import ACTIVATIONS
from animviz.recording.replay.convolution import OPERATIONS
from animviz.recording.replay.forward import forward
from animviz.recording.replay.layers import Layer, is_chain, is_dense_chain

pytestmark = pytest.mark.integration

NAMES = sorted(name for name in {*ACTIVATIONS, "leaky_relu"} if hasattr(keras.activations, name or "-"))


def weights_of(model: Any) -> dict[str, np.ndarray]:
    return dict(zip(weight_names(model), model.get_weights(), strict=True))


def largest_on_the_way(model: Any, x: np.ndarray) -> float:
    """The largest number that any layer puts out: rounding errors are in proportion to it."""
    layers, weights = layer_table(model), weights_of(model)
    return max(float(np.abs(forward(layers, weights, x, until=place)).max()) for place in range(len(layers)))


def assert_replayed(model: Any, x: np.ndarray) -> None:
    layers = layer_table(model)
    assert is_chain(layers), [layer for layer in layers if not layer.replayable]
    replayed = forward(layers, weights_of(model), x)
    expected = keras.ops.convert_to_numpy(model(x, training=False))  # at once; predict would compile every model
    assert replayed.dtype == expected.dtype
    largest = max(1.0, largest_on_the_way(model, x))
    np.testing.assert_allclose(replayed, expected, rtol=1e-5, atol=1e-5 * largest)


def shaken(model: Any, seed: int) -> Any:
    """Give every weight, biases too, a value of its own."""
    rng = np.random.default_rng(seed)
    model.set_weights([rng.normal(0, 0.7, w.shape).astype(w.dtype) for w in model.get_weights()])
    return model


@st.composite
def hidden_layers(draw: st.DrawFn) -> list[tuple[str, dict[str, Any]]]:
    dense = st.tuples(
        st.just("Dense"),
        st.fixed_dictionaries(
            {"units": st.integers(2, 7), "activation": st.sampled_from(["linear", *NAMES]), "use_bias": st.booleans()}
        ),
    )
    between = st.sampled_from(
        [
            ("Dropout", {"rate": 0.5}), ("GaussianNoise", {"stddev": 1.0}), ("Flatten", {}), ("ReLU", {}), ("ELU", {}),
            ("Softmax", {}), ("LeakyReLU", {}), ("LeakyReLU", {"negative_slope": 0.05}),
            *(("Activation", {"activation": name}) for name in NAMES),
        ]
    )  # fmt: skip
    return [*draw(st.lists(st.one_of(dense, between), max_size=4)), draw(dense)]


@settings(max_examples=40, deadline=None)
@given(
    layers=hidden_layers(), inputs=st.integers(2, 5), samples=st.integers(1, 20), functional=st.booleans(),
    seed=st.integers(0, 10_000),
)  # fmt: skip
def test_replay_equals_keras(
    layers: list[tuple[str, dict[str, Any]]], inputs: int, samples: int, functional: bool, seed: int
) -> None:
    made = [getattr(keras.layers, kind)(**options) for kind, options in layers]
    if functional:
        start = end = keras.Input((inputs,))
        for layer in made:
            end = layer(end)
        model: Any = keras.Model(start, end)
    else:
        model = keras.Sequential([keras.Input((inputs,)), *made])
    x = np.random.default_rng(seed).normal(0, 1.5, (samples, inputs)).astype(np.float32)
    assume(largest_on_the_way(shaken(model, seed), x) < 100)  # towers of exponentials leave all bounds
    assert_replayed(model, x)


@pytest.mark.parametrize("name", NAMES)
def test_every_activation_equals_that_of_keras_far_out_too(name: str) -> None:
    x = np.concatenate([np.linspace(-30, 30, 601), [-1e-6, 0.0, 1e-6, 2.999, 3.0, 5.999, 6.0]]).astype(np.float32)
    # One row of three: softmax over a single unit would be 1 whatever it is given.
    rows = np.stack([x, x[::-1], 0 * x], axis=1)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Activation(name)])
    expected = model.predict(rows, verbose=0)
    replayed = forward(layer_table(model), {}, rows)
    np.testing.assert_allclose(replayed, expected, rtol=2e-5, atol=1e-6)


def test_images_are_flattened_and_replayed() -> None:
    model = keras.Sequential(
        [
            keras.Input((4, 3, 2)), keras.layers.Flatten(), keras.layers.Dense(5, "tanh"), keras.layers.Dropout(0.3),
            keras.layers.Dense(3, "softmax"),
        ]
    )  # fmt: skip
    assert_replayed(shaken(model, 1), np.random.default_rng(0).random((7, 4, 3, 2), np.float32))


def test_dense_layers_over_a_further_axis_are_replayed() -> None:
    model = keras.Sequential([keras.Input((4, 3)), keras.layers.Dense(5, "tanh"), keras.layers.Dense(2, "softmax")])
    assert_replayed(shaken(model, 1), np.random.default_rng(0).random((7, 4, 3), np.float32))


def test_double_precision_is_kept() -> None:
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, "tanh", dtype="float64")])
    x = np.random.default_rng(0).random((5, 2))
    replayed = forward(layer_table(shaken(model, 0)), weights_of(model), x)
    assert replayed.dtype == np.float64
    expected = np.tanh(x.astype(np.float32).astype(np.float64) @ model.get_weights()[0] + model.get_weights()[1])
    np.testing.assert_allclose(replayed, expected, rtol=1e-6)


def test_replay_can_stop_at_a_layer_and_start_after_one() -> None:
    hidden = keras.layers.Dense(4, "tanh", name="hidden")
    model = keras.Sequential([keras.Input((2,)), hidden, keras.layers.ReLU(), keras.layers.Dense(1, "sigmoid")])
    shaken(model, 2)
    layers, weights = layer_table(model), weights_of(model)
    x = np.random.default_rng(0).normal(size=(9, 2)).astype(np.float32)
    middle = forward(layers, weights, x, until=0)
    np.testing.assert_allclose(middle, keras.ops.convert_to_numpy(hidden(x)), atol=1e-6)
    whole = forward(layers, weights, x)
    assert np.array_equal(forward(layers, weights, middle, after=0), whole)
    assert np.array_equal(forward(layers, weights, forward(layers, weights, x, until=1), after=1), whole)
    assert forward(layers, weights, middle, after=0, until=0) is middle


def test_weights_that_diverged_give_no_warning() -> None:
    model = keras.Sequential(
        [keras.Input((2,)), keras.layers.Dense(3, "exponential"), keras.layers.Dense(2, "softmax")]
    )
    layers, weights = layer_table(model), {name: np.full_like(a, 1e30) for name, a in weights_of(model).items()}
    assert not np.isfinite(forward(layers, weights, np.ones((1, 2), np.float32))).all()


# ---- convolutional networks -------------------------------------------------------------------------------------


def of_layers(shape: tuple[int, ...], *layers: Any) -> Any:
    return shaken(keras.Sequential([keras.Input(shape), *layers]), 3)


def pictures(shape: tuple[int, ...], samples: int = 5) -> np.ndarray:
    return np.random.default_rng(4).normal(0, 1, (samples, *shape)).astype(np.float32)


@st.composite
def convolutions(draw: st.DrawFn, rank: int) -> dict[str, Any]:
    sizes = st.tuples(*[st.integers(1, 3)] * rank)
    stretched = draw(st.sampled_from(["strides", "dilation_rate"]))  # Keras allows one of them only
    groups = draw(st.sampled_from([1, 1, 2]))
    return {
        "filters": groups * draw(st.integers(2, 3)),  # Keras warns of a softmax over one
        "kernel_size": draw(sizes),
        stretched: draw(sizes),
        "padding": draw(st.sampled_from(["valid", "same", "causal"] if rank == 1 else ["valid", "same"])),
        "groups": groups,
        "activation": draw(st.sampled_from(["linear", *NAMES])),
        "use_bias": draw(st.booleans()),
    }


@pytest.mark.parametrize("rank", [1, pytest.param(2, marks=pytest.mark.slow)])
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_convolutions_equal_those_of_keras(rank: int, data: st.DataObject) -> None:
    options = data.draw(convolutions(rank))
    lengths = data.draw(st.tuples(*[st.integers(7, 10)] * rank))
    shape = (*lengths, options["groups"] * data.draw(st.integers(1, 2)))
    made = keras.layers.Conv1D if rank == 1 else keras.layers.Conv2D
    assert_replayed(of_layers(shape, made(**options)), pictures(shape))


@pytest.mark.parametrize("kind", ["MaxPooling1D", "AveragePooling1D", "MaxPooling2D", "AveragePooling2D"])
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_pooling_equals_that_of_keras(kind: str, data: st.DataObject) -> None:
    sizes = st.tuples(*[st.integers(1, 4)] * int(kind[-2]))
    lengths = data.draw(st.tuples(*[st.integers(4, 9)] * int(kind[-2])))
    strides, padding = data.draw(st.none() | sizes), data.draw(st.sampled_from(["valid", "same"]))
    layer = getattr(keras.layers, kind)(data.draw(sizes), strides=strides, padding=padding)
    # Far below zero, so that a padding taken for a value would show.
    assert_replayed(of_layers((*lengths, 2), layer), pictures((*lengths, 2)) - 5)


@pytest.mark.parametrize(
    "build",
    [
        lambda: keras.layers.GlobalMaxPooling2D(), lambda: keras.layers.GlobalMaxPooling2D(keepdims=True),
        lambda: keras.layers.GlobalAveragePooling2D(), lambda: keras.layers.GlobalAveragePooling2D(keepdims=True),
        lambda: keras.layers.ZeroPadding2D(2), lambda: keras.layers.ZeroPadding2D(((0, 1), (2, 3))),
        lambda: keras.layers.Reshape((-1, 6)), lambda: keras.layers.Reshape((3, 5, 4)),
        lambda: keras.layers.Rescaling(2), lambda: keras.layers.Rescaling(1 / 127.5, offset=-1),
        lambda: keras.layers.SpatialDropout2D(0.5), lambda: keras.layers.Dense(3, "tanh"),
    ],
)  # fmt: skip
def test_what_stands_between_convolutions_equals_keras(build: Any) -> None:
    assert_replayed(of_layers((5, 4, 3), build()), pictures((5, 4, 3)))


@pytest.mark.parametrize("options", [{}, {"epsilon": 0.1}, {"scale": False}, {"center": False}, {"axis": 3}])
def test_batch_normalization_after_training_uses_the_moving_statistics(options: dict[str, Any]) -> None:
    model = keras.Sequential(
        [
            keras.Input((6, 5, 2)), keras.layers.Conv2D(3, 3), keras.layers.BatchNormalization(momentum=0.5, **options),
            keras.layers.ReLU(), keras.layers.Flatten(), keras.layers.Dense(1),
        ]
    )  # fmt: skip
    model.compile("sgd", "mse")
    x = 3 * pictures((6, 5, 2), 40) + 2
    model.fit(x, x[:, 0, 0, 0], epochs=3, verbose=0)
    assert not np.allclose(model.layers[1].moving_mean, 0, atol=0.1)
    assert_replayed(model, x)


def test_whole_numbers_are_fed_as_keras_feeds_them() -> None:
    model = of_layers((6, 6, 1), keras.layers.MaxPooling2D(2), keras.layers.Rescaling(1 / 255), keras.layers.Flatten())
    assert_replayed(model, np.random.default_rng(0).integers(0, 256, (5, 6, 6, 1), np.uint8))


def test_many_large_pictures_are_replayed_in_parts() -> None:
    model = of_layers((90, 80, 8), keras.layers.Conv2D(2, 3, padding="same"), keras.layers.GlobalAveragePooling2D())
    assert_replayed(model, pictures((90, 80, 8), 37))


def lenet() -> Any:
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(6, 5, padding="same", activation="tanh", name="conv2d"),
            keras.layers.AveragePooling2D(2, name="pool"),
            keras.layers.Conv2D(16, 5, activation="relu", name="conv2d_1"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Flatten(),
            keras.layers.Dense(120, "tanh"),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(84, "tanh"),
            keras.layers.Dense(10, "softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Recording]:
    path, model = tmp_path_factory.mktemp("lenet") / "a.rec", lenet()
    x, y = pictures((28, 28, 1), 60), np.arange(60) % 10
    model.fit(x, y, epochs=1, verbose=0, callbacks=[Recorder(path, x, y)])
    return model, Recording(path)


def test_a_recorded_lenet_is_replayed_layer_by_layer(recorded: tuple[Any, Recording]) -> None:
    model, recording = recorded
    assert recording[0].stored == {}
    assert is_chain(recording.layers)
    state = recording.at(1.0)
    np.testing.assert_allclose(state.outputs(), model.predict(recording.inputs, verbose=0), atol=1e-5)
    for layer in model.layers:
        expected = keras.Model(model.inputs, layer.output).predict(recording.inputs, verbose=0)
        np.testing.assert_allclose(state.activations(layer.name), expected, atol=1e-5)
    assert state.activations("conv2d").shape == (60, 28, 28, 6)
    np.testing.assert_allclose(state.onward("pool", state.activations("pool")), state.outputs(), atol=1e-6)
    scores = model.evaluate(recording.inputs, recording.labels, verbose=0)
    assert recording[-1].scores["loss"] == pytest.approx(scores, rel=1e-4)


def test_a_recorded_lenet_is_read_without_keras(recorded: tuple[Any, Recording]) -> None:
    code = (
        "import sys; from animviz import Recording; Recording(sys.argv[1]).at(1.0).activations('conv2d');"
        "assert not {'tensorflow', 'keras'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code, str(recorded[1].path)], check=True)


def test_a_lenet_is_no_chain_of_dense_layers(recorded: tuple[Any, Recording]) -> None:
    model, recording = recorded
    assert not is_dense_chain(recording.layers)
    assert chain_arch(model, recording.layers) is None


def test_every_kind_that_is_described_is_replayed() -> None:
    assert SETTINGS.keys() <= OPERATIONS.keys()


def test_a_layer_from_before_there_were_convolutions_is_read() -> None:
    text = '{"name": "a", "kind": "Dense", "activation": "tanh", "kernel": "k", "bias": null, "replayable": true}'
    layer = Layer.model_validate_json(text)
    assert (layer.config, layer.variables) == ({}, {})
    assert is_dense_chain([layer])


def adapted() -> Any:
    layer = keras.layers.Conv2D(2, 3)
    model = keras.Sequential([keras.Input((6, 6, 2)), layer])
    layer.enable_lora(1)
    return model


@pytest.mark.parametrize(
    "build",
    [
        lambda: of_layers((6, 6, 2), keras.layers.Conv2D(2, 3, dtype="mixed_float16")),
        lambda: of_layers((6, 6, 2), keras.layers.DepthwiseConv2D(3)),
        lambda: of_layers((6, 6, 2), keras.layers.MaxPooling2D(2, data_format="channels_first")),
        lambda: of_layers((6, 6, 2), keras.layers.Flatten(data_format="channels_first")),
        lambda: of_layers((6, 6, 2), keras.layers.BatchNormalization(axis=1)),
        lambda: of_layers((6, 6, 2), keras.layers.Rescaling([1.0, 2.0])),
        adapted,
    ],
)
def test_what_is_not_known_exactly_goes_through_keras(build: Any) -> None:
    model, x = build(), pictures((6, 6, 2))
    (layer,) = layer_table(model)
    assert not layer.replayable
    found = rebuild.outputs(model.to_json(), weights_of(model), x)["output"]
    np.testing.assert_allclose(found, model.predict(x, verbose=0), rtol=1e-2, atol=1e-2)  # one is of half precision


def test_a_convolution_that_is_not_replayed_is_computed_by_the_rebuilt_model(tmp_path: Path) -> None:
    model = of_layers(
        (6, 6, 2), keras.layers.DepthwiseConv2D(3, name="strange"), keras.layers.Flatten(), keras.layers.Dense(1)
    )
    model.compile("sgd", "mse")
    x = pictures((6, 6, 2))
    model.fit(x, x[:, 0, 0, 0], verbose=0, callbacks=[Recorder(tmp_path / "a.rec", x)])
    expected = keras.ops.convert_to_numpy(model.get_layer("strange")(x))
    np.testing.assert_allclose(Recording(tmp_path / "a.rec").activations(1, "strange"), expected, atol=1e-5)


# ---- what is left to Keras --------------------------------------------------------------------------------------


def doubled(x: Any) -> Any:
    return 2 * x


def tanh(x: Any) -> Any:
    return x


def two_inputs() -> Any:
    first, second = keras.Input((2,)), keras.Input((3,))
    return keras.Model([first, second], keras.layers.Dense(1)(keras.layers.Concatenate()([first, second])))


def two_outputs() -> Any:
    start = keras.Input((2,))
    middle = keras.layers.Dense(3)(start)
    return keras.Model(start, [middle, keras.layers.Dense(1)(middle)])


def skip_connection() -> Any:
    start = keras.Input((3,))
    return keras.Model(start, keras.layers.Dense(1)(keras.layers.Add()([start, keras.layers.Dense(3, "tanh")(start)])))


def branch_of_dense_layers() -> Any:
    start = keras.Input((3,))
    keras.layers.Dense(3)(start)
    return keras.Model(start, [keras.layers.Dense(3)(start), keras.layers.Dense(3)(start)])


def shared_layer() -> Any:
    start, layer = keras.Input((3,)), keras.layers.Dense(3, "tanh")
    return keras.Model(start, layer(layer(start)))


def depthwise_convolution() -> Any:
    return keras.Sequential(
        [keras.Input((6, 6, 1)), keras.layers.DepthwiseConv2D(3), keras.layers.Flatten(), keras.layers.Dense(1)]
    )


def shared_custom_activation() -> Any:
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, doubled), keras.layers.Dense(1, doubled)])


def custom_activation_of_a_known_name() -> Any:
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, tanh), keras.layers.Dense(1)])


def layer_as_activation() -> Any:
    return keras.Sequential(
        [keras.Input((2,)), keras.layers.Dense(3, keras.layers.LeakyReLU(0.1)), keras.layers.Dense(1)]
    )


def half_precision() -> Any:
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, "tanh", dtype="float16")])


def capped_relu() -> Any:
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(3), keras.layers.ReLU(max_value=1.0)])


def scaled_elu() -> Any:
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(3), keras.layers.ELU(alpha=0.5)])


def softmax_over_another_axis() -> Any:
    return keras.Sequential([keras.Input((4, 3)), keras.layers.Dense(3), keras.layers.Softmax(axis=1)])


def nested() -> Any:
    inner = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, "tanh")])
    return keras.Sequential([keras.Input((2,)), inner, keras.layers.Dense(1)])


class Subclassed(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.dense = keras.layers.Dense(3)

    def call(self, x: Any) -> Any:
        return 2 * self.dense(x)


def subclassed() -> Any:
    model = Subclassed()
    model(np.zeros((1, 2), np.float32))
    return model


class Doubling(keras.Sequential):
    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        return 2 * super().call(inputs, training=training, mask=mask)


def subclass_of_sequential_with_a_call_of_its_own() -> Any:
    return Doubling([keras.Input((2,)), keras.layers.Dense(3, "tanh")])


class Shifted(keras.layers.Dense):
    def call(self, inputs: Any, training: Any = None) -> Any:
        return super().call(inputs) + 1


def subclass_of_dense() -> Any:
    return keras.Sequential([keras.Input((2,)), Shifted(3, "tanh")])


def foreign_layer_of_a_known_name() -> Any:
    namesake = type("Dense", (Shifted,), {})
    return keras.Sequential([keras.Input((2,)), namesake(3, "tanh")])


class Brightened(keras.layers.Conv2D):
    def call(self, inputs: Any) -> Any:
        return super().call(inputs) + 1


def subclass_of_convolution() -> Any:
    return of_layers((6, 6, 2), Brightened(2, 3))


def convolution_of_custom_activation() -> Any:
    return of_layers((6, 6, 2), keras.layers.Conv2D(2, 3, activation=doubled))


@pytest.mark.parametrize(
    "build",
    [
        two_inputs, two_outputs, skip_connection, branch_of_dense_layers, shared_layer, depthwise_convolution,
        shared_custom_activation, custom_activation_of_a_known_name, layer_as_activation, half_precision,
        capped_relu, scaled_elu, softmax_over_another_axis, subclassed,
        subclass_of_sequential_with_a_call_of_its_own, subclass_of_dense, foreign_layer_of_a_known_name,
        subclass_of_convolution, convolution_of_custom_activation,
    ],
)  # fmt: skip
def test_what_is_no_plain_chain_is_not_replayed(build: Any) -> None:
    model = build()
    layers = layer_table(model)
    assert not is_chain(layers)
    assert [layer.name for layer in layers] == [x.name for x in model.layers if type(x).__name__ != "InputLayer"]


def test_one_strange_layer_leaves_the_others_of_a_sequential_model_replayable() -> None:
    table = layer_table(depthwise_convolution())
    assert [layer.replayable for layer in table] == [False, True, True]


def test_a_sequential_model_in_another_is_no_more_than_its_layers() -> None:
    model, x = nested(), np.random.default_rng(0).normal(size=(5, 2)).astype(np.float32)
    layers = layer_table(model)
    assert is_chain(layers)
    assert [layer.name for layer in layers] == [
        f"{model.layers[0].name}/{model.layers[0].layers[0].name}",
        model.layers[1].name,
    ]
    np.testing.assert_allclose(forward(layers, weights_of(model), x), model.predict(x, verbose=0), atol=1e-6)


def test_no_layers_are_no_chain() -> None:
    assert not is_chain(())


def test_names_of_weights_are_unique_and_in_the_order_of_the_model() -> None:
    model = two_inputs()
    names = weight_names(model)
    assert len(set(names)) == len(names) == len(model.weights)
    nested_names = weight_names(nested())
    assert len(set(nested_names)) == 4
