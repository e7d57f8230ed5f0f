"""How estimators are trained so that their states in between can be seen; what they learn is what they learn without that."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from sklearn.base import clone, is_classifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.multiclass import unique_labels

from animviz.arrays import Array
from animviz.errors import InputError

__all__ = ["Batches", "See", "Way", "passes", "planned", "way_of"]

See = Callable[[float, Any], None]
"""Is shown each state: epochs so far, and an estimator that is fitted so far, or what it puts out for the samples."""

Way = Callable[[Any, Any, Any, Any, See], None]
"""Trains: the estimator, x, y, the inputs that are drawn, and who is to be shown its states."""


def way_of(estimator: Any) -> Way | None:
    """Return how an estimator is trained step by step in one fit, or None for one that learns in passes over the data.

    Args:
        estimator: a classifier or a regressor.

    Raises:
        InputError: it has no steps; names the way out.
    """
    kind = type(estimator).__name__
    if hasattr(estimator, "steps"):
        raise InputError(
            f"{kind} trains all of its steps at once; record its last step on what the others make of the data: "
            "record(pipeline[-1], pipeline[:-1].fit_transform(x), y, ...)"
        )
    if hasattr(estimator, "partial_fit"):
        _require_passes(estimator)
        return None
    if hasattr(estimator, "cv"):  # it fits many others, and has steps of none
        raise InputError(_at_once(estimator))
    if hasattr(estimator, "staged_predict"):
        return _stages
    if hasattr(estimator, "n_estimators") and hasattr(estimator, "warm_start"):
        return _members
    if isinstance(getattr(estimator, "max_iter", None), int) and estimator.max_iter > 0:
        return _iterations
    raise InputError(_at_once(estimator))


def _at_once(estimator: Any) -> str:
    return (
        f"{type(estimator).__name__} learns all at once; expected an estimator with partial_fit, with stages (boosting), with "
        "n_estimators and warm_start, or with max_iter"
    )


def _require_passes(estimator: Any) -> None:
    """Refuse settings that `partial_fit` does not know."""
    kind = type(estimator).__name__
    if getattr(estimator, "early_stopping", False):
        raise InputError(
            f"{kind} has early_stopping=True, which is of fit alone: record trains it by partial_fit; set early_stopping=False, "
            "and pass epochs="
        )
    if getattr(estimator, "class_weight", None) == "balanced":
        raise InputError(
            f"{kind} has class_weight='balanced', which is of fit alone: record trains it by partial_fit; set class_weight to a "
            "dict: dict(zip(classes, compute_class_weight('balanced', classes=classes, y=y)))"
        )


def planned(estimator: Any) -> int:
    """Return how many epochs, stages or iterations an estimator is set to take at most."""
    return int(getattr(estimator, "n_estimators", None) or getattr(estimator, "max_iter", None) or 1)


class Batches:
    """The samples of each call of a pass over the data.

    Attributes:
        count: calls in a pass.

    Args:
        samples: how many there are.
        size: samples of a call; None for all of them.
        seed: of their order; None keeps it.

    Raises:
        InputError: a size below 1.
    """

    def __init__(self, samples: int, size: int | None, seed: int | None) -> None:
        if size is not None and size < 1:
            raise InputError(f"batch_size is {size}; expected at least 1")
        self._samples, self._size = samples, size
        self._order = None if seed is None else np.random.default_rng(seed)
        self.count = 1 if size is None else -(-samples // size)

    def drawn(self) -> list[Array | None]:
        """Return the indices of each call of the next pass; None for all samples as they are."""
        if self._size is None:
            return [None]
        order = np.arange(self._samples) if self._order is None else self._order.permutation(self._samples)
        return [order[start : start + self._size] for start in range(0, self._samples, self._size)]


def passes(estimator: Any, x: Any, y: Any, *, epochs: int, batches: Batches, see: See) -> None:
    """Train by `partial_fit`, in passes over the data.

    Args:
        estimator: one that has it; if it is fitted already, it goes on.
        x: what it is trained on.
        y: what it is to answer.
        epochs: how many passes.
        batches: the samples of each call.
        see: is shown the untrained state, where there is one, and that behind each call.
    """
    classes = {"classes": unique_labels(y)} if is_classifier(estimator) else {}
    start = estimator if hasattr(estimator, "n_features_in_") else _untrained(estimator, x, y, classes)
    if start is not None:
        see(0.0, start)
    for epoch in range(epochs):
        parts = batches.drawn()
        for place, rows in enumerate(parts, start=1):
            estimator.partial_fit(*((x, y) if rows is None else (_rows(x, rows), _rows(y, rows))), **classes)
            see(epoch + place / len(parts), estimator)


def _untrained(estimator: Any, x: Any, y: Any, classes: dict[str, Any]) -> Any:
    """Return a copy with the weights with which the estimator will begin; None for one that begins without any."""
    copy = clone(estimator)
    perceptron = {"learning_rate_init": 1e-300, "momentum": 0.0, "solver": "sgd", "batch_size": "auto"}
    if hasattr(copy, "hidden_layer_sizes"):
        copy.set_params(**perceptron)  # a step so small that it changes no weight
    few = [0, 1] if len(y) > 1 else [0]
    with _unchanged_randomness(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        copy.partial_fit(_rows(x, few), _rows(y, few), **classes)
    if hasattr(copy, "coefs_"):
        return copy
    if not type(copy).__module__.startswith("sklearn.linear_model"):
        return None
    for weights in (copy.coef_, copy.intercept_):
        weights[...] = 0.0
    return copy


def _stages(estimator: Any, x: Any, y: Any, inputs: Any, see: See) -> None:
    """Show what a boosted ensemble puts out after each of its stages."""
    estimator.fit(x, y)
    staged = getattr(estimator, "staged_predict_proba", None) or estimator.staged_predict
    for count, output in enumerate(staged(inputs), start=1):
        see(float(count), output)


def _members(estimator: Any, x: Any, y: Any, inputs: Any, see: See) -> None:
    """Add one member of an ensemble after the other."""
    total, warm = estimator.n_estimators, estimator.warm_start
    try:
        for count in range(1, total + 1):
            estimator.set_params(n_estimators=count, warm_start=count > 1).fit(x, y)
            see(float(count), estimator)
    finally:
        estimator.set_params(n_estimators=total, warm_start=warm)


def _iterations(estimator: Any, x: Any, y: Any, inputs: Any, see: See) -> None:
    """Show the state after each iteration: through callbacks where there are any, else by stopping copies there."""
    if _with_callback(estimator, x, y, see):
        return
    kept = np.random.get_state()
    count, last = 1, estimator.max_iter
    while count <= last:
        copy = clone(estimator).set_params(max_iter=count)
        with _unchanged_randomness(), warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            copy.fit(x, y)
        if np.max(copy.n_iter_) < count:
            if count == 1:
                raise InputError(f"{_at_once(estimator)}; here it ends before its first iteration")
            break
        see(float(count), copy)
        count += 1
    np.random.set_state(kept)
    estimator.fit(x, y)


class _Callback:
    """Shows the states of a fit by scikit-learn's protocol of callbacks."""

    def __init__(self, see: See) -> None:
        self._see, self._count = see, 0

    def setup(self, estimator: Any, context: Any) -> None:
        self._count = 0

    def on_fit_task_begin(self, estimator: Any, context: Any, *, fitted_estimator: Any = None) -> None:
        if self._count == 0 and context.parent is not None and fitted_estimator is not None:
            self._see(0.0, fitted_estimator)

    def on_fit_task_end(self, estimator: Any, context: Any, *, fitted_estimator: Any = None) -> None:
        if context.parent is not None and fitted_estimator is not None:
            self._count += 1
            self._see(float(self._count), fitted_estimator)

    def teardown(self, estimator: Any, context: Any) -> None:
        pass


def _with_callback(estimator: Any, x: Any, y: Any, see: See) -> bool:
    """Fit an estimator that has callbacks; say whether it has."""
    if not hasattr(estimator, "set_callbacks"):
        return False
    with warnings.catch_warnings(record=True) as said:  # of settings for which there are none
        warnings.simplefilter("always")
        clone(estimator).set_callbacks(_Callback(see))
    if said:
        return False
    others = list(getattr(estimator, "_skl_callbacks", ()))  # nothing else tells of those that the user has set
    estimator.set_callbacks(*others, _Callback(see))
    try:
        estimator.fit(x, y)
    finally:
        estimator.set_callbacks(*others)
    return True


def _rows(values: Any, rows: Sequence[int] | Array) -> Any:
    return values.iloc[rows] if hasattr(values, "iloc") else values[rows]


@contextmanager
def _unchanged_randomness() -> Iterator[None]:
    """Draw from NumPy's global numbers, as estimators without a seed do, and put them back."""
    kept = np.random.get_state()
    try:
        yield
    finally:
        np.random.set_state(kept)
