"""Train Keras models with whole epochs in one compiled call, driving the ordinary Keras callbacks.

Keras' own ``fit`` spends about a millisecond of Python on every step, which for networks of a few dozen weights is
nearly all of its time. Here a loop over Keras' own ``train_step`` is compiled instead, so losses, metrics, optimizers,
regularizers and dropout are Keras' to the letter, and from the same weights and order of samples the numbers are the
same as those of ``model.fit`` (tested).
"""

import logging
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

__all__ = ["fit"]

# Up to this many weights a compiled loop of XLA wins; above, its matrix products are slower than Eigen's.
XLA_WEIGHTS = 5_000
CHUNK = 2**26  # bytes of samples that are picked out at once
log = logging.getLogger("animviz")


def fit(
    model: Any,
    x: Any,
    y: Any,
    *,
    epochs: int = 1,
    batch_size: int = 32,
    callbacks: Sequence[Any] = (),
    validation_data: tuple[Any, Any] | None = None,
    shuffle: bool = True,
    seed: int = 0,
    initial_epoch: int = 0,
) -> Any:
    """Train as ``model.fit`` does, with whole epochs compiled.

    A model that cannot be compiled (another backend, eager mode, an operation without a compiled form) goes through
    ``model.fit``; a warning says so.

    Args:
        model: a compiled Keras model.
        x: inputs, an array (samples, ...) or a list or dict of arrays.
        y: targets, likewise.
        epochs: index of the epoch to stop before.
        batch_size: samples per gradient step; the last batch of an epoch may be smaller.
        callbacks: ordinary Keras callbacks. Those that look at single batches see every batch.
        validation_data: pair of inputs and targets, evaluated after each epoch.
        shuffle: draw a new order of samples for each epoch.
        seed: seed of these orders; the order of an epoch depends on seed and epoch alone.
        initial_epoch: index of the first epoch.

    Returns:
        Keras' History.
    """
    steps = -(-_count(x) // batch_size)
    watched = keras.callbacks.CallbackList(
        list(callbacks), add_history=True, add_progbar=False, model=model, epochs=epochs, verbose=0, steps=steps
    )
    try:
        passes = _Passes(model, x, y, batch_size, validation_data)
    except _CannotCompileError as error:
        log.warning("training through model.fit, since the model cannot be compiled: %s", error)
        return model.fit(
            x, y, epochs=epochs, batch_size=batch_size, callbacks=list(callbacks), validation_data=validation_data,
            shuffle=shuffle, initial_epoch=initial_epoch, verbose=0,
        )  # fmt: skip
    logs: dict[str, Any] = {}
    model.stop_training = False
    watched.on_train_begin()
    for epoch in range(initial_epoch, epochs):
        watched.on_epoch_begin(epoch)
        order = np.random.default_rng([seed, epoch]).permutation(_count(x)) if shuffle else np.arange(_count(x))
        logs = passes.train(order, _stops(callbacks, epoch, steps), watched)
        logs |= passes.validate(watched)
        watched.on_epoch_end(epoch, logs)
        if model.stop_training:
            break
    watched.on_train_end(logs)
    return model.history


class _CannotCompileError(Exception):
    """The model has to go through ``model.fit``."""


class _Passes:
    """Compiled passes over the training and the validation data."""

    def __init__(self, model: Any, x: Any, y: Any, batch_size: int, validation: tuple[Any, Any] | None) -> None:
        if keras.backend.backend() != "tensorflow":
            raise _CannotCompileError(f"the Keras backend is {keras.backend.backend()}")
        if model.run_eagerly:
            raise _CannotCompileError("it runs eagerly")
        self.model = model
        self.batch_size = batch_size
        self._build(x, y)
        small = model.count_params() <= XLA_WEIGHTS
        self._pick = _taken if small else tf.gather
        self.data, self.validation = (
            None if data is None else tf.nest.map_structure(lambda array: _held(array, small), data)
            for data in ((x, y), validation)
        )
        self._train = self._compile(model.train_step, self.data, small)
        self._test = self._compile(model.test_step, self.validation, small) if validation is not None else self._train

    def train(self, order: NDArray[Any], stops: list[int], watched: Any) -> dict[str, Any]:
        """Run one epoch in the given order, calling the batch hooks at each of the stops; return its logs."""
        start = 0
        logs: dict[str, Any] = {}
        for stop in stops:
            watched.on_train_batch_begin(start)
            logs = self._steps(self._train, self.data, order, start, stop)
            watched.on_train_batch_end(stop - 1, logs)
            start = stop
            if self.model.stop_training:
                break
        return logs

    def validate(self, watched: Any) -> dict[str, Any]:
        """Return the metrics on the validation data under the names that Keras gives them."""
        if self.validation is None:
            return {}
        watched.on_test_begin()
        count = _count(self.validation)
        logs = self._steps(self._test, self.validation, np.arange(count), 0, -(-count // self.batch_size))
        watched.on_test_end(logs)
        return {f"val_{name}": value for name, value in logs.items()}

    def _steps(
        self, function: Callable[..., Any], data: Any, order: NDArray[Any], start: int, stop: int
    ) -> dict[str, Any]:
        """Run steps from start to stop, and return the metrics since step 0.

        The short batch at the end, if there is one, is a step of its own shape.
        """
        logs: dict[str, Any] = {}
        whole = len(order) // self.batch_size
        at_once = max(1, CHUNK // self._batch_bytes(data))
        for first in range(start, min(stop, whole), at_once):
            last = min(first + at_once, stop, whole)
            rows = order[first * self.batch_size : last * self.batch_size].reshape(last - first, self.batch_size)
            logs = self._run(function, data, rows, fresh=first == 0)
        if stop > whole:
            logs = self._run(function, data, order[None, whole * self.batch_size :], fresh=whole == 0)
        return {name: float(value) if np.ndim(value) == 0 else np.asarray(value) for name, value in logs.items()}

    def _run(self, function: Callable[..., Any], data: Any, rows: NDArray[Any], *, fresh: bool) -> dict[str, Any]:
        """Run a step for each row of numbers of samples, and return the metrics; they begin anew if asked to.

        Samples are picked out here: within XLA's loop that is slow.
        """
        chosen = rows.astype(np.int32)
        picked = tf.nest.map_structure(lambda array: self._pick(array, chosen), data)
        return dict(function(picked, tf.constant(fresh)))

    def _batch_bytes(self, data: Any) -> int:
        sizes = [tf.as_dtype(array.dtype).size * int(np.prod(array.shape[1:])) for array in tf.nest.flatten(data)]
        return int(max(1, self.batch_size * sum(sizes)))

    def _build(self, x: Any, y: Any) -> None:
        """Create weights, metrics and optimizer slots now: variables cannot be made inside a compiled loop."""
        batch = tf.nest.map_structure(lambda array: array[:1], (x, y))
        self.model._symbolic_build(data_batch=batch)
        self.model.optimizer.build(self.model.trainable_variables)

    def _compile(self, step: Callable[[Any], Any], data: Any, small: bool) -> Callable[..., Any]:
        """Return a compiled loop over steps: by XLA for small models, where it has a form for all their operations."""

        def steps(batches: Any, fresh: Any) -> dict[str, Any]:
            tf.cond(fresh, self.model.reset_metrics, lambda: None)

            def body(place: Any) -> Any:
                step(tf.nest.map_structure(lambda array: array[place], batches))
                return (place + 1,)

            count = tf.shape(tf.nest.flatten(batches)[0])[0]
            tf.while_loop(lambda place: place < count, body, (tf.constant(0),), parallel_iterations=1)
            return dict(self.model.get_metrics_result())

        # The size of a batch is left open, as in Keras' own fit: some of its metrics ask for it while they are traced.
        specs = tf.nest.map_structure(lambda array: tf.TensorSpec([None, None, *array.shape[1:]], array.dtype), data)
        signature = [specs, tf.TensorSpec([], tf.bool)]
        loops = [tf.function(steps, input_signature=signature, autograph=False)]
        if small:
            loops.append(tf.function(steps, input_signature=signature, autograph=False, jit_compile=True))

        def run(*arguments: Any) -> Any:
            try:
                return loops[-1](*arguments)
            except (tf.errors.InvalidArgumentError, tf.errors.UnimplementedError):
                if len(loops) == 1:
                    raise
                loops.pop()
                log.warning("training without XLA, which has no form for an operation of the model")
                return loops[-1](*arguments)

        return run


def _stops(callbacks: Sequence[Any], epoch: int, steps: int) -> list[int]:
    """Return after which steps of an epoch the batch hooks are called: where a recorder asks, and at the end.

    A callback of the user's that looks at batches gets every batch.
    """
    hooks = ("on_train_batch_begin", "on_train_batch_end", "on_batch_begin", "on_batch_end")
    stops = {steps}
    for callback in callbacks:
        if hasattr(callback, "capture_steps"):
            stops |= set(callback.capture_steps(epoch, steps))
        elif any(_overrides(callback, hook) for hook in hooks):
            return list(range(1, steps + 1))
    return sorted(stops)


def _overrides(callback: Any, hook: str) -> bool:
    own = getattr(type(callback), hook) is not getattr(keras.callbacks.Callback, hook)
    return own or hook in vars(callback)  # LambdaCallback sets its hooks on the instance


def _held(array: Any, small: bool) -> Any:
    """Return data as they are picked from, with the type that TensorFlow gives them."""
    return tf.constant(array).numpy() if small else tf.constant(array)


def _taken(array: NDArray[Any], rows: NDArray[Any]) -> Any:
    """Do what `tf.gather` does, in this thread alone: TensorFlow's others would spin for a while beside a short loop."""
    return tf.constant(array.take(rows, axis=0))


def _count(x: Any) -> int:
    return len(tf.nest.flatten(x)[0])
