"""Record the training of an estimator of scikit-learn."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.utils import get_tags

from animviz.arrays import Array
from animviz.errors import InputError
from animviz.recorders.rhythm import Rhythm
from animviz.recorders.samples import Samples
from animviz.recorders.session import Session
from animviz.recorders.sklearn.estimators import answers
from animviz.recorders.sklearn.progress import Progress
from animviz.recorders.sklearn.subject import Subject
from animviz.recorders.sklearn.training import Batches, passes, planned, way_of
from animviz.recorders.watcher import Watcher
from animviz.recording.recording import Recording

__all__ = ["record"]


def record(
    estimator: Any,
    x: Any,
    y: Any,
    path: str | Path,
    *,
    epochs: int | None = None,
    batch_size: int | None = None,
    seed: int | None = 0,
    inputs: Any = None,
    targets: Any = None,
    labels: Any = None,
    every: int | float | str | Fraction = 1,
    layers: Sequence[str] | None = None,
    class_names: Sequence[str] = (),
    title: str | None = None,
    overwrite: bool = False,
    settings: dict[str, Any] | None = None,
    extras: Mapping[str, Any] | None = None,
    watchers: Sequence[Watcher] = (),
) -> Recording:
    """Train a classifier or a regressor, and record its states on the way.

    An estimator with `partial_fit` is trained as this loop does it, and learns the same bit by bit::

        for epoch in range(epochs):
            estimator.partial_fit(x, y, classes=np.unique(y))

    With `batch_size` each epoch is a call for every batch of a new order of the samples::

        numbers = np.random.default_rng(seed)  # once
        order = numbers.permutation(len(x))
        for start in range(0, len(x), batch_size):
            rows = order[start : start + batch_size]
            estimator.partial_fit(x[rows], y[rows], classes=np.unique(y))

    Every other one is trained as its `fit` does it. An epoch is a stage of boosting, a member of an ensemble that can go on
    where it was (`warm_start`), or an iteration (`max_iter`): by scikit-learn's callbacks where the estimator has them, else
    by copies that stop there. The recording begins with the untrained state where there is one, else with the first epoch.

    Perceptrons and linear models are replayed from their weights, and drawn by every scene; of others outputs are stored.
    The loss is that of the samples alone: without penalties such as `alpha`, and without halves, as Keras names it.

    Args:
        estimator: what is trained; one that is fitted already and has `partial_fit` goes on.
        x: what it is trained on, shape (samples, features).
        y: what it is to answer.
        path: folder to write.
        epochs: passes over the data of an estimator with `partial_fit`; by default its `max_iter`, or one.
        batch_size: samples in each call of `partial_fit`; by default all, of which perceptrons make batches themselves.
        seed: of the order of the samples where `batch_size` is given; None keeps their order.
        inputs: what pictures will be drawn from, by default x.
        targets: what is to be answered for these, by default y.
        labels: what viewers see as colours, where that is not the targets.
        every: rhythm of capture: epochs (1, 5), a part of an epoch (0.25 or "1/4") where there are batches, or "log".
        layers: names of the layers whose activations are stored though they can be replayed: "hidden_1", ..., "output".
        class_names: names of all classes in the order of the estimator's `classes_`; by default these.
        title: what pictures call the run; by default the name of the estimator's class.
        overwrite: replace a recording that is there already; without it that is refused.
        settings: noted in the manifest.
        extras: further arrays to keep with the inputs, by name.
        watchers: are told when the recording grows, see `animviz.recorders.watcher.Watcher`.

    Returns:
        The recording.

    Raises:
        InputError: the estimator learns all at once, or a value cannot be used; says which.
        RecordingError: the path holds something already.
    """
    x, y = (np.asarray(values) if isinstance(values, list | tuple) else values for values in (x, y))
    task, way = answers(estimator, y), way_of(estimator)
    if way is not None and (epochs is not None or batch_size is not None):
        raise InputError(
            f"{type(estimator).__name__} has no partial_fit, so that epochs and batch_size mean nothing to it; "
            f"set its n_estimators or max_iter, now {planned(estimator)}"
        )
    _require_finite(estimator, x)
    if (inputs is None) != (targets is None):
        raise InputError("inputs and targets belong together; pass both, or neither to draw x and y")
    count = planned(estimator) if epochs is None else epochs
    if count < 1:
        raise InputError(f"epochs is {count}; expected at least 1")
    drawn = x if inputs is None else inputs
    answered = _numbered(np.asarray(y), np.asarray(y if targets is None else targets), task)
    names = tuple(class_names) or (
        tuple(map(str, np.unique(np.asarray(y)))) if task.startswith(("binary", "multiclass")) else ()
    )
    own = labels is None
    samples = Samples.of(_dense(drawn), answered if own else labels, names, extras, None if own else answered)
    session = Session(
        Path(path), samples, every=every, layers=layers, title=title, overwrite=overwrite, settings=settings,
        watchers=watchers,
    )  # fmt: skip
    batches = Batches(np.shape(x)[0], batch_size, seed)
    progress = Progress(session, Subject(estimator, drawn, task), Rhythm.parse(every), count, batches.count)
    if way is None:
        passes(estimator, x, y, epochs=count, batches=batches, see=progress.see)
    else:
        way(estimator, x, y, drawn, progress.see)
    progress.end()
    return Recording(Path(path))


def _require_finite(estimator: Any, x: Any) -> None:
    """Refuse samples to train on that the estimator does not take."""
    values = np.asarray(getattr(x, "data", x) if hasattr(x, "toarray") else x)
    if values.dtype.kind == "f" and not np.isfinite(values).all() and not get_tags(estimator).input_tags.allow_nan:
        raise InputError(
            f"x holds nan or infinite values, which {type(estimator).__name__} does not take; leave those samples out, or fill "
            "in the values that are missing"
        )


def _numbered(y: Array, targets: Array, task: str) -> Array:
    """Return targets as the loss compares them: class numbers, -1 and 1 for values whose sign decides, or numbers."""
    if not task.startswith(("binary", "multiclass")):
        return targets
    classes = np.unique(y)
    if len(classes) < 2:
        raise InputError(f"y holds one class ({classes[0]}); expected at least two")
    if not np.isin(targets, classes).all():
        strange = targets[~np.isin(targets, classes)].flat[0]
        raise InputError(
            f"targets hold {strange!r}, which is not among the classes of y ({', '.join(map(str, classes[:10]))})"
        )
    numbers = np.searchsorted(classes, targets.reshape(len(targets)))
    return 2 * numbers - 1 if task == "binary values" else numbers


def _dense(values: Any) -> Any:
    """Return a sparse matrix as an array."""
    return values.toarray() if hasattr(values, "toarray") else np.asarray(values)
