"""Whole epochs compiled: the same numbers as Keras' own fit, and the same callbacks."""

import logging
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from animviz.experiments.keras.fit import fit

pytestmark = pytest.mark.integration

RNG = np.random.default_rng(0)
X = RNG.normal(size=(70, 3)).astype(np.float32)
SCALAR = (X[:, :1] * X[:, 1:2] > 0).astype(np.float32)
CLASSES = RNG.integers(0, 4, 70)
VECTOR = RNG.normal(size=(70, 2)).astype(np.float32)


def chain(*widths: int, activation: str = "tanh", last: str = "linear", seed: int = 1) -> Any:
    keras.utils.set_random_seed(seed)
    layers = [keras.layers.Dense(units, activation) for units in widths[1:-1]]
    return keras.Sequential([keras.Input((widths[0],)), *layers, keras.layers.Dense(widths[-1], last)])


def compiled(loss: Any = "mse", metrics: tuple[Any, ...] = (), optimizer: Any = "sgd") -> Any:
    model = chain(3, 4, 1)
    model.compile(optimizer, loss, metrics=list(metrics))
    return model


def assert_same(build: Callable[[], Any], x: Any, y: Any, **options: Any) -> None:
    """Train one model here and its twin in Keras, and compare weights, optimizer state and logs."""
    mine, theirs = build(), build()
    for ours, other in zip(mine.get_weights(), theirs.get_weights(), strict=True):
        assert np.array_equal(ours, other)
    start = mine.get_weights()
    ours = fit(mine, x, y, shuffle=False, **options)
    expected = theirs.fit(x, y, shuffle=False, verbose=0, **options)
    for name, a, b in zip((w.path for w in mine.weights), mine.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-4, atol=2e-5, err_msg=name)
    assert any(not np.allclose(a, b, atol=1e-3) for a, b in zip(start, mine.get_weights(), strict=True))
    for a, b in zip(mine.optimizer.variables, theirs.optimizer.variables, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=2e-3, atol=2e-5)
    assert list(ours.history) == list(expected.history)
    assert ours.epoch == expected.epoch
    for name, values in expected.history.items():
        np.testing.assert_allclose(ours.history[name], values, rtol=2e-4, atol=2e-6, err_msg=name)


@pytest.mark.parametrize(
    ("widths", "last", "loss", "y", "optimizer", "batch_size"),
    [
        ((3, 1), "linear", "mse", SCALAR, lambda: keras.optimizers.SGD(0.05), 7),
        pytest.param(
            (3, 5, 1), "sigmoid", "binary_crossentropy", SCALAR, lambda: keras.optimizers.SGD(0.1, momentum=0.9), 32,
            marks=pytest.mark.slow,
        ),
        ((3, 4, 3, 2), "linear", "mae", VECTOR, lambda: keras.optimizers.Adam(0.01), 16),
        pytest.param(
            (3, 6, 4), "softmax", "sparse_categorical_crossentropy", CLASSES, lambda: keras.optimizers.RMSprop(0.01), 35,
            marks=pytest.mark.slow,
        ),
        ((3, 6, 4), "softmax", "categorical_crossentropy", np.eye(4, dtype=np.float32)[CLASSES],
         lambda: keras.optimizers.SGD(0.01, momentum=0.5, nesterov=True), 1),
        pytest.param(
            (3, 90, 60, 1), "sigmoid", "mse", SCALAR[:, 0], lambda: keras.optimizers.Adam(0.003), 100,
            marks=pytest.mark.slow,
        ),
    ],
    ids=["sgd", "momentum", "adam", "rmsprop", "single samples", "too large for XLA, one batch"],
)  # fmt: skip
def test_weights_and_logs_are_those_of_keras(
    widths: tuple[int, ...], last: str, loss: str, y: np.ndarray, optimizer: Callable[[], Any], batch_size: int
) -> None:
    def build() -> Any:
        model = chain(*widths, last=last)
        model.compile(optimizer(), loss, metrics=["accuracy"] if "crossentropy" in loss else [])
        return model

    x, y, epochs = X, y, 3 if batch_size > 1 else 2
    assert_same(build, x, y, epochs=epochs, batch_size=batch_size, validation_data=(x[:33], y[:33]))


def test_regularizers_constraints_schedules_and_batch_statistics_are_those_of_keras() -> None:
    def build() -> Any:
        keras.utils.set_random_seed(2)
        kernel = {"kernel_regularizer": "l2", "kernel_constraint": "max_norm"}
        model = keras.Sequential(
            [
                keras.Input((3,)), keras.layers.Dense(5, "relu", **kernel), keras.layers.BatchNormalization(),
                keras.layers.Dense(1, "sigmoid", activity_regularizer="l1"),
            ]
        )  # fmt: skip
        schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 4, 0.7)
        model.compile(
            keras.optimizers.SGD(schedule, clipnorm=0.5), "mse", metrics=["mae", keras.metrics.AUC(name="auc")]
        )
        return model

    assert_same(build, X, SCALAR, epochs=3, batch_size=16, validation_data=(X[::2], SCALAR[::2]))


@pytest.mark.parametrize("batch_size", [pytest.param(35, marks=pytest.mark.slow), 32])
def test_two_inputs_and_two_outputs_by_name_are_those_of_keras(batch_size: int) -> None:
    def build() -> Any:
        keras.utils.set_random_seed(3)
        left, right = keras.Input((2,), name="left"), keras.Input((1,), name="right")
        middle = keras.layers.Dense(4, "tanh")(keras.layers.Concatenate()([left, right]))
        outputs = {
            "a": keras.layers.Dense(1, name="a")(middle),
            "b": keras.layers.Dense(4, "softmax", name="b")(middle),
        }
        model = keras.Model({"left": left, "right": right}, outputs)
        model.compile(
            "adam", {"a": "mse", "b": "sparse_categorical_crossentropy"}, metrics={"a": ["mae"], "b": ["accuracy"]}
        )
        model.optimizer.learning_rate = 0.02
        return model

    x, y = {"left": X[:, :2], "right": X[:, 2:]}, {"a": SCALAR, "b": CLASSES}
    assert_same(build, x, y, epochs=2, batch_size=batch_size, validation_data=(x, y))


def test_double_precision_data_are_taken_as_keras_takes_them() -> None:
    assert_same(
        lambda: compiled(optimizer=keras.optimizers.SGD(0.1)),
        X.astype(float),
        SCALAR.astype(float),
        epochs=2,
        batch_size=16,
    )


def test_metrics_that_are_no_single_number_are_reported_as_keras_does() -> None:
    def build() -> Any:
        model = chain(3, 4, 4, last="softmax")
        model.compile("sgd", "categorical_crossentropy", metrics=[keras.metrics.F1Score(name="f1")])
        return model

    y = np.eye(4, dtype=np.float32)[CLASSES]
    ours = fit(build(), X, y, shuffle=False, batch_size=35).history["f1"]
    np.testing.assert_allclose(
        ours, build().fit(X, y, shuffle=False, batch_size=35, verbose=0).history["f1"], rtol=1e-4
    )


class Spy(keras.callbacks.Callback):
    """Notes every hook in order, with its number and the names of its logs."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, Any, tuple[str, ...]]] = []

    def note(self, hook: str, number: Any, logs: Any) -> None:
        self.seen.append((hook, number, tuple(sorted(logs or ()))))

    def on_train_begin(self, logs: Any = None) -> None:
        self.note("train begin", None, logs)

    def on_train_end(self, logs: Any = None) -> None:
        self.note("train end", None, logs)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.note("epoch begin", epoch, logs)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.note("epoch end", epoch, logs)


class BatchSpy(Spy):
    """Notes the hooks of single batches too, and the loss so far."""

    def __init__(self) -> None:
        super().__init__()
        self.losses: list[float] = []

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        self.note("batch begin", batch, logs)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.note("batch end", batch, logs)
        self.losses.append(float(logs["loss"]))


class TestSpy(Spy):
    """Notes the hooks of the validation too."""

    __test__ = False

    def on_test_begin(self, logs: Any = None) -> None:
        self.note("test begin", None, logs)

    def on_test_end(self, logs: Any = None) -> None:
        self.note("test end", None, logs)


@pytest.mark.parametrize("spy", [Spy, BatchSpy, TestSpy])
def test_hooks_come_in_the_order_and_with_the_logs_of_keras(spy: type[Spy]) -> None:
    options: dict[str, Any] = {"epochs": 2, "batch_size": 20, "validation_data": (X, SCALAR)}
    ours, theirs = spy(), spy()
    fit(compiled(metrics=("mae",)), X, SCALAR, shuffle=False, callbacks=[ours], **options)
    compiled(metrics=("mae",)).fit(X, SCALAR, shuffle=False, callbacks=[theirs], verbose=0, **options)
    assert ours.seen == theirs.seen
    assert ours.params["epochs"] == theirs.params["epochs"] == 2
    assert ours.params["steps"] == theirs.params["steps"] == 4
    if isinstance(ours, BatchSpy):
        np.testing.assert_allclose(ours.losses, theirs.losses, rtol=1e-4)
        assert len(ours.losses) == 8


def test_a_lambda_callback_that_looks_at_batches_sees_every_batch() -> None:
    seen: list[int] = []
    watcher = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append(batch))
    fit(compiled(), X, SCALAR, epochs=2, batch_size=20, callbacks=[watcher])
    assert seen == [0, 1, 2, 3] * 2


def test_early_stopping_stops_and_restores() -> None:
    model = compiled(optimizer=keras.optimizers.SGD(0.0))
    stopper = keras.callbacks.EarlyStopping("val_loss", patience=2, restore_best_weights=True)
    history = fit(model, X, SCALAR, epochs=50, batch_size=35, callbacks=[stopper], validation_data=(X, SCALAR))
    assert history.epoch == [0, 1, 2]
    assert stopper.stopped_epoch == 2
    assert fit(model, X, SCALAR, epochs=2, batch_size=35).epoch == [0, 1], "a further fit starts afresh"


def test_a_callback_can_stop_within_an_epoch() -> None:
    class Stop(BatchSpy):
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            super().on_train_batch_end(batch, logs)
            self.model.stop_training = batch == 1

    ours, theirs = Stop(), Stop()
    mine, other = compiled(), compiled()
    fit(mine, X, SCALAR, epochs=5, batch_size=20, shuffle=False, callbacks=[ours])
    other.fit(X, SCALAR, epochs=5, batch_size=20, shuffle=False, callbacks=[theirs], verbose=0)
    assert ours.seen == theirs.seen
    assert mine.optimizer.iterations.numpy() == other.optimizer.iterations.numpy() == 2


def test_a_learning_rate_scheduler_schedules() -> None:
    def schedule() -> list[Any]:
        return [keras.callbacks.LearningRateScheduler(lambda epoch, rate: 0.2 / 10**epoch)]

    mine, other = compiled(), compiled()
    ours = fit(mine, X, SCALAR, epochs=3, batch_size=35, shuffle=False, callbacks=schedule())
    theirs = other.fit(X, SCALAR, epochs=3, batch_size=35, shuffle=False, callbacks=schedule(), verbose=0)
    assert ours.history["learning_rate"] == pytest.approx([0.2, 0.02, 0.002])
    assert ours.history["loss"] == pytest.approx(theirs.history["loss"], rel=1e-4)
    for a, b in zip(mine.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_a_model_that_runs_eagerly_goes_through_keras_with_one_warning(caplog: pytest.LogCaptureFixture) -> None:
    model = chain(3, 2, 1)
    model.compile("sgd", "mse", run_eagerly=True)
    spy = BatchSpy()
    with caplog.at_level(logging.WARNING, "animviz"):
        history = fit(model, X, SCALAR, epochs=2, batch_size=35, callbacks=[spy])
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "model.fit" in caplog.text
    assert "eagerly" in caplog.text
    assert history.epoch == [0, 1]
    assert len(spy.losses) == 4


class InPython(keras.layers.Layer):
    """An operation that neither XLA nor any other compiler has a form for."""

    def call(self, x: Any) -> Any:
        return x + tf.stop_gradient(tf.ensure_shape(tf.py_function(lambda a: 0 * a + 1, [x], tf.float32), x.shape))

    def compute_output_shape(self, shape: Any) -> Any:
        return shape


def test_an_operation_without_a_compiled_form_trains_as_in_keras() -> None:
    def build() -> Any:
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2), InPython(), keras.layers.Dense(1)])
        model.compile("sgd", "mse", jit_compile=False)
        return model

    ours = fit(build(), X, SCALAR, shuffle=False, epochs=2).history
    theirs = build().fit(X, SCALAR, shuffle=False, epochs=2, verbose=0).history
    assert ours["loss"] == pytest.approx(theirs["loss"], rel=1e-4)


def test_the_seed_decides_the_order_of_samples() -> None:
    def trained(seed: int) -> list[np.ndarray]:
        model = compiled(optimizer=keras.optimizers.SGD(0.1))
        fit(model, X, SCALAR, epochs=2, batch_size=14, seed=seed)
        return model.get_weights()

    first, again, other = trained(5), trained(5), trained(6)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not all(np.allclose(a, b, atol=1e-5) for a, b in zip(first, other, strict=True))


def test_an_epochs_order_depends_on_seed_and_epoch_alone() -> None:
    """Two epochs at once, and one after the other with initial_epoch, are the same training."""
    whole, parts = (compiled(optimizer=keras.optimizers.SGD(0.1, momentum=0.5)) for _ in range(2))
    fit(whole, X, SCALAR, epochs=3, batch_size=14, seed=2)
    fit(parts, X, SCALAR, epochs=1, batch_size=14, seed=2)
    history = fit(parts, X, SCALAR, epochs=3, batch_size=14, seed=2, initial_epoch=1)
    assert history.epoch == [1, 2]
    for a, b in zip(whole.get_weights(), parts.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_every_sample_is_seen_once_an_epoch() -> None:
    """A linear model at rate 1 whose gradient is the sample itself adds up what it sees."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((70,)), keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")])
    model.compile(keras.optimizers.SGD(1.0), lambda target, output: -keras.ops.sum(output, axis=-1))
    fit(model, np.eye(70, dtype=np.float32), np.zeros((70, 1), np.float32), epochs=3, batch_size=32, seed=1)
    expected = 2 * [1 / 32] + [1 / 6]
    seen = np.round(model.get_weights()[0][:, 0], 6)
    possible = {round(a + b + c, 6) for a in expected for b in expected for c in expected}
    assert all(min(abs(value - other) for other in possible) < 1e-5 for value in seen)
    assert seen.sum() == pytest.approx(3 * 3, rel=1e-4)
    assert len(set(seen)) > 1, "the short batch at the end holds other samples each epoch"


def test_a_model_without_weights_yet_is_built() -> None:
    model = keras.Sequential([keras.layers.Dense(3, "tanh"), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    assert len(fit(model, X, SCALAR, epochs=2).history["loss"]) == 2
    assert model.built
