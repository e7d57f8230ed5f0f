"""The clock of a model: what it counts while the model grows, and the states of the model at its readings."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.pipeline import Pipeline

from animviz.arrays import Array
from animviz.errors import InputError
from animviz.recorders.sklearn.training import Batches, passes, planned, way_of

__all__ = ["Reading", "probabilities", "readings"]

Reading = tuple[str, float, Array]
"""What a clock counts, what it reads, and the probability of each class for all places, (places, classes)."""


def readings(model: Any, x: Array, y: Array, places: Array, most: int) -> Iterator[Reading]:
    """Train a model, and return its states from the simplest to the closest fit.

    A list of estimators is taken in its order. The clock of a single one is how it learns: epochs, stages of boosting, members
    of an ensemble, iterations. Of one that learns all at once it is a setting: its penalty C, depth, or neighbours.

    Args:
        model: a classifier, or a list of some.
        x: what it is trained on, shape (samples, features).
        y: class of each, whole numbers from 0.
        places: where it is asked, shape (places, features).
        most: readings at most where they can be chosen.

    Raises:
        InputError: it is no classifier.
    """
    count = int(y.max()) + 1
    if isinstance(model, list | tuple):
        return _versions(*_told_apart(model), x, y, places, count)
    if isinstance(model, Pipeline):
        head = model[:-1].fit(x, y)
        return readings(model[-1], head.transform(x), y, head.transform(places), most)
    try:
        way = way_of(model)
    except InputError:
        return _versions(*_variants(model, x, y, most), x, y, places, count)
    return iter(_grown(model, way, x, y, places, count))


def probabilities(said: Any, places: Array, count: int) -> Array:
    """Return the probability of each class, shape (places, classes).

    Of a model without probabilities it is 1 for the class that is answered; of two classes that are told apart by the sign of
    a value, the logistic function of twice that value.

    Args:
        said: a fitted estimator, or what it puts out for the places.
        places: where it is asked.
        count: of classes.
    """
    if isinstance(said, np.ndarray):
        return said if said.ndim == 2 else np.eye(count)[said.astype(int)]
    if hasattr(said, "predict_proba"):
        return np.asarray(said.predict_proba(places))
    if count == 2 and hasattr(said, "decision_function"):
        second = 0.5 + 0.5 * np.tanh(said.decision_function(places))
        return np.stack([1 - second, second], axis=1)
    return np.asarray(np.eye(count)[said.predict(places).astype(int)])


def _grown(model: Any, way: Any, x: Array, y: Array, places: Array, count: int) -> list[Reading]:
    """Train an estimator step by step, and return the state after each."""
    found: list[Reading] = []
    unit = _unit(model, way)

    def see(reading: float, said: Any) -> None:
        found.append((unit, reading, probabilities(said, places, count)))

    if way is None:
        passes(model, x, y, epochs=planned(model), batches=Batches(len(x), None, None), see=see)
    else:
        way(model, x, y, places, see)
    return found


def _unit(model: Any, way: Any) -> str:
    if way is None:
        return "epoch"
    if hasattr(model, "staged_predict"):
        return "stage"
    if not hasattr(model, "n_estimators"):
        return "iteration"
    return "trees" if any(kind in type(model).__name__ for kind in ("Forest", "Trees")) else "members"


def _versions(
    unit: str, clock: Sequence[float], versions: Sequence[Any], x: Array, y: Array, places: Array, count: int
) -> Iterator[Reading]:
    """Train versions of a model one after the other, and return what each says."""
    for reading, version in zip(clock, versions, strict=True):
        yield unit, float(reading), probabilities(version.fit(x, y), places, count)


def _variants(model: Any, x: Array, y: Array, most: int) -> tuple[str, Sequence[float], Sequence[Any]]:
    """Return versions of an estimator that learns all at once, from the simplest to the closest fit."""
    clocks: dict[str, tuple[str, Callable[[], Sequence[float]]]] = {
        "C": ("C", lambda: np.geomspace(0.03, 10_000, most).tolist()),
        "n_neighbors": ("k", lambda: range(len(x) // 2 - 1 + len(x) // 2 % 2, 0, -2)),
        "max_depth": ("depth", lambda: range(1, _depth(model, x, y) + 1)),
    }
    settings = model.get_params()
    for name, (unit, values) in clocks.items():
        if name in settings:
            chosen = values()
            return unit, chosen, [clone(model).set_params(**{name: value}) for value in chosen]
    return "", [1.0], [clone(model)]


def _depth(model: Any, x: Array, y: Array) -> int:
    """Return how deep a tree grows if it may."""
    whole = clone(model).set_params(max_depth=None).fit(x, y)
    return int(whole.get_depth()) if hasattr(whole, "get_depth") else 12


def _told_apart(models: Sequence[Any]) -> tuple[str, Sequence[float], Sequence[Any]]:
    """Return estimators of a list with the numbers in which they differ: those of a setting, else their own."""
    settings = [model.get_params() for model in models]
    for name, first in settings[0].items():
        values = [own.get(name) for own in settings]
        numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
        if numbers and len(set(values)) == len(values) > 1 and isinstance(first, int | float):
            return name.rpartition("__")[2].replace("_", " "), values, models
    return "version", range(1, len(models) + 1), models
