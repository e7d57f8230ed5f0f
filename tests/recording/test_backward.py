"""Gradients that pass back through a chain in NumPy are those of Keras and of PyTorch, by inputs and by weights."""

from typing import Any

import numpy as np
import pytest

from animviz.errors import RecordingError
from animviz.recorders.keras.inspect import layer_table, weight_names
from animviz.recording.losses import Loss
from animviz.recording.replay.backward import Pass

CHAINS = {
    "dense": ((5,), lambda nn: [nn.Dense(7, "tanh"), nn.Dense(4, "gelu"), nn.Dense(3, "softmax")]),
    "images": (
        (9, 8, 2),
        lambda nn: [
            nn.Conv2D(4, 3, activation="relu"), nn.MaxPooling2D(2), nn.Conv2D(6, 2, strides=2, padding="same", activation="tanh"),
            nn.AveragePooling2D(2, padding="same"), nn.Flatten(), nn.Dense(3, "softmax"),
        ],
    ),
    "groups": (
        (8, 8, 4),
        lambda nn: [
            nn.Rescaling(0.5, offset=0.1), nn.ZeroPadding2D(1), nn.Conv2D(6, 3, groups=2, dilation_rate=2, use_bias=False),
            nn.LeakyReLU(), nn.GlobalAveragePooling2D(), nn.Dropout(0.5), nn.Dense(3, "sigmoid"),
        ],
    ),
    "steps": (
        (12, 3),
        lambda nn: [
            nn.Conv1D(4, 3, padding="causal", activation="elu"), nn.MaxPooling1D(3, strides=2), nn.Conv1D(5, 2),
            nn.Flatten(), nn.Dense(3),
        ],
    ),
}  # fmt: skip


def taped(model: Any, x: np.ndarray, aim: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    """Keras' own gradients of the summed product of outputs and an aim."""
    import tensorflow as tf

    inputs = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        value = tf.reduce_sum(model(inputs, training=False) * aim)
    by_inputs, *by_weights = tape.gradient(value, [inputs, *[weight.value for weight in model.trainable_weights]])
    return by_inputs.numpy(), [gradient.numpy() for gradient in by_weights]


def close(found: np.ndarray, expected: np.ndarray) -> None:
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5 * np.abs(expected).max())


@pytest.mark.integration
@pytest.mark.parametrize("kind", CHAINS)
def test_gradients_are_those_of_keras(kind: str) -> None:
    import keras

    rng = np.random.default_rng(2)
    shape, made = CHAINS[kind]
    model = keras.Sequential([keras.Input(shape), *made(keras.layers)])
    model.set_weights([rng.normal(0, 0.5, w.shape).astype(np.float32) for w in model.get_weights()])
    x, aim = rng.normal(size=(6, *shape)).astype(np.float32), rng.normal(size=(6, 3)).astype(np.float32)
    names = weight_names(model)
    weights = dict(zip(names, model.get_weights(), strict=True))
    by_weights: dict[str, np.ndarray] = {}
    passed = Pass(layer_table(model), weights, x)
    by_layers = passed.back(aim, weights=by_weights)
    by_inputs, expected = taped(model, x, aim)
    close(passed.outputs[-1], np.asarray(model(x)))
    close(by_layers[0], by_inputs)
    assert [layer.shape for layer in by_layers[1:]] == [layer.shape for layer in passed.outputs]
    assert set(by_weights) == set(names)
    for name, gradient in zip(names, expected, strict=True):
        close(by_weights[name], gradient)


@pytest.mark.integration
def test_gradients_are_those_of_pytorch() -> None:
    import torch
    from torch import nn

    from animviz.recorders.samples import Samples
    from animviz.recorders.torch.looking import looked_at
    from animviz.recorders.torch.naming import as_array, named_weights

    torch.manual_seed(1)
    module = nn.Sequential(
        nn.Conv2d(2, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 4, 3, stride=2, groups=2), nn.Flatten(),
        nn.Linear(36, 5), nn.Tanh(), nn.Linear(5, 3),
    )  # fmt: skip
    x = np.random.default_rng(0).normal(size=(4, 2, 14, 15)).astype(np.float32)
    aim = np.random.default_rng(1).normal(size=(4, 3)).astype(np.float32)
    tensors = named_weights(module)
    weights = {name: as_array(tensor) for name, tensor in tensors.items()}
    layers = looked_at(module, {id(tensor): name for name, tensor in tensors.items()}, weights, Samples.of(x)).layers
    by_weights: dict[str, np.ndarray] = {}
    by_inputs = Pass(layers, weights, x).back(aim, weights=by_weights)[0]
    inputs = torch.tensor(x, requires_grad=True)
    (module(inputs) * torch.tensor(aim)).sum().backward()
    close(by_inputs, inputs.grad.numpy())
    for name, parameter in module.named_parameters():
        close(by_weights[name], parameter.grad.numpy())


@pytest.mark.integration
def test_layers_that_gradients_do_not_pass_are_named() -> None:
    import keras

    model = keras.Sequential([keras.Input((4,)), keras.layers.BatchNormalization(name="even"), keras.layers.Dense(1)])
    weights = dict(zip(weight_names(model), model.get_weights(), strict=True))
    with pytest.raises(RecordingError, match=r"through layer even \(BatchNormalization\)"):
        Pass(layer_table(model), weights, np.zeros((2, 4), np.float32))


@pytest.mark.integration
@pytest.mark.parametrize(
    ("kind", "settings", "target", "rows"),
    [
        ("MeanSquaredError", {}, [0.5, -1.0, 2.0], [0.2, 0.0, 3.0]),
        ("Huber", {"delta": 0.5}, [0.5, -1.0, 2.0], [0.2, 0.0, 2.2]),
        ("CategoricalCrossentropy", {"from_logits": True, "label_smoothing": 0.1}, [0, 1, 0], [3.0, -9.0, 2.0]),
        ("BinaryCrossentropy", {}, [0, 1, 0], [0.4, 1e-5, 0.99]),
        ("SparseCategoricalCrossentropy", {}, 1, [0.3, 0.2, 0.5]),
    ],
)
def test_slopes_of_losses_are_those_of_keras(
    kind: str, settings: dict[str, Any], target: Any, rows: list[float]
) -> None:
    import keras
    import tensorflow as tf

    loss = Loss.of(kind, **settings)
    assert loss is not None
    wanted, output = np.array([target]), np.array([rows])
    values = tf.constant(output, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(values)
        value = getattr(keras.losses, kind)(**settings)(wanted, values)
    expected = tape.gradient(value, values).numpy()
    np.testing.assert_allclose(loss.slope(wanted, output), expected, rtol=1e-3, atol=1e-6 * np.abs(expected).max())
