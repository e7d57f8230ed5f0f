"""Layers replayed in NumPy against Keras, and which models are left to Keras."""

from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from animviz.inspect_model import layer_table, weight_names
from animviz.network import ACTIVATIONS, forward, is_chain

NAMES = sorted({*ACTIVATIONS, "leaky_relu"} - {""})


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
    expected = model.predict(x, verbose=0)
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


def convolution() -> Any:
    return keras.Sequential(
        [keras.Input((6, 6, 1)), keras.layers.Conv2D(2, 3), keras.layers.Flatten(), keras.layers.Dense(1)]
    )


def shared_custom_activation() -> Any:
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, doubled), keras.layers.Dense(1, doubled)])


def custom_activation_of_a_known_name() -> Any:
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, tanh), keras.layers.Dense(1)])


def layer_as_activation() -> Any:
    return keras.Sequential(
        [keras.Input((2,)), keras.layers.Dense(3, keras.layers.LeakyReLU(0.1)), keras.layers.Dense(1)]
    )


def normalised() -> Any:
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(3), keras.layers.BatchNormalization()])


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


@pytest.mark.parametrize(
    "build",
    [
        two_inputs, two_outputs, skip_connection, branch_of_dense_layers, shared_layer, convolution,
        shared_custom_activation, custom_activation_of_a_known_name, layer_as_activation, normalised, half_precision,
        capped_relu, scaled_elu, softmax_over_another_axis, nested, subclassed,
        subclass_of_sequential_with_a_call_of_its_own, subclass_of_dense, foreign_layer_of_a_known_name,
    ],
)  # fmt: skip
def test_what_is_no_plain_chain_is_not_replayed(build: Any) -> None:
    model = build()
    layers = layer_table(model)
    assert not is_chain(layers)
    assert [layer.name for layer in layers] == [x.name for x in model.layers if type(x).__name__ != "InputLayer"]


def test_one_strange_layer_leaves_the_others_of_a_sequential_model_replayable() -> None:
    table = layer_table(convolution())
    assert [layer.replayable for layer in table] == [False, True, True]


def test_no_layers_are_no_chain() -> None:
    assert not is_chain(())


def test_names_of_weights_are_unique_and_in_the_order_of_the_model() -> None:
    model = two_inputs()
    names = weight_names(model)
    assert len(set(names)) == len(names) == len(model.weights)
    nested_names = weight_names(nested())
    assert len(set(nested_names)) == 4
