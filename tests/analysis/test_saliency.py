"""Evidence: the gradients of scores by the inputs are Keras' own."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from animviz import Recording
from animviz.analysis.saliency import evidence, mean_evidence, score_gradients
from animviz.errors import SceneError
from animviz.recorders.keras.inspect import layer_table, weight_names
from animviz.recording.replay.activations import ACTIVATIONS
from animviz.recording.replay.layers import Layer


def taped(model: Any, x: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Keras' own gradient of the classes' logits."""
    import keras
    import tensorflow as tf

    logits = keras.Model(model.inputs, model.layers[-1].output)
    logits.layers[-1].activation = keras.activations.linear
    inputs = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        scores = logits(inputs, training=False)
        if scores.shape[1] == 1:
            score = tf.where(classes[:, None] == 1, scores, -scores)
        else:
            score = tf.gather(scores, classes, axis=1, batch_dims=1)
    return tape.gradient(score, inputs).numpy()


@pytest.mark.parametrize("activation", sorted({*ACTIVATIONS, "leaky_relu"} - {"", "gelu_tanh"}))
def test_gradients_of_scores_are_those_of_keras(activation: str) -> None:
    import keras

    rng = np.random.default_rng(1)
    last = "sigmoid" if activation in ("tanh", "relu") else "softmax"
    bends = keras.ops.square if activation == "square" else activation  # no activation by name in Keras
    layers = [keras.layers.Flatten(), keras.layers.Dense(6, bends), keras.layers.Dropout(0.5)]
    layers += [keras.layers.Dense(4), keras.layers.Activation(bends)]
    model = keras.Sequential([keras.Input((3, 2)), *layers, keras.layers.Dense(1 if last == "sigmoid" else 3, last)])
    model.set_weights([rng.normal(0, 0.6, w.shape).astype(np.float32) for w in model.get_weights()])
    x, classes = rng.normal(size=(20, 3, 2)).astype(np.float32), rng.integers(0, 2, 20)
    weights = dict(zip(weight_names(model), model.get_weights(), strict=True))
    mine = score_gradients(layer_table(model), weights, x, classes)
    expected = taped(model, x, classes)
    np.testing.assert_allclose(mine, expected, rtol=1e-4, atol=1e-5 * np.abs(expected).max())
    if last == "softmax":  # of a single output the score is a difference already
        expected = expected - taped(model, x, 2 - classes)
    found = evidence(layer_table(model), weights, x, classes, 2 - classes)
    np.testing.assert_allclose(found, x * expected, rtol=1e-4, atol=1e-5 * np.abs(expected).max())


def test_mean_over_many_samples_is_taken_in_parts(trained: Callable[..., Recording]) -> None:
    digits = trained("digits_mlp")
    x = np.concatenate([digits.inputs] * 2)[:500]
    classes = np.concatenate([digits.labels] * 2)[:500]
    weights, rivals = digits.at(4).weights, (classes + 1) % 10
    at_once = np.abs(evidence(digits.layers, weights, x, classes, rivals)).mean(axis=0)
    np.testing.assert_allclose(mean_evidence(digits.layers, weights, x, classes, rivals), at_once, rtol=1e-4)


def test_evidence_of_a_linear_network_adds_up_to_the_difference_of_the_scores() -> None:
    rng = np.random.default_rng(3)
    layers = [Layer(name="output", kind="Dense", activation="softmax", kernel="kernel", replayable=True)]
    weights = {"kernel": rng.normal(size=(5, 3))}
    x, classes, rivals = rng.normal(size=(8, 5)), rng.integers(0, 3, 8), rng.integers(0, 3, 8)
    scores = x @ weights["kernel"]
    expected = scores[np.arange(8), classes] - scores[np.arange(8), rivals]
    np.testing.assert_allclose(evidence(layers, weights, x, classes, rivals).sum(axis=1), expected)


@pytest.mark.integration
def test_gradients_refuse_convolutions(trained: Callable[..., Recording]) -> None:
    recording = trained("lenet", arch="2-4-12-8-10")
    with pytest.raises(SceneError, match="Conv2D"):
        score_gradients(recording.layers, recording.at(0).weights, recording.inputs, recording.labels)
