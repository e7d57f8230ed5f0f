"""Record classifiers of several kinds that learn the same points of the plane, each on its own clock."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import is_classifier

from animviz.arrays import Array
from animviz.errors import InputError
from animviz.recorders.arrays import ArrayRecorder
from animviz.recorders.sklearn.clocks import Reading, readings
from animviz.recorders.watcher import Watcher
from animviz.recording.recording import Recording

__all__ = ["record_models"]

COLUMNS = 84  # of the grid on which answers are recorded
AIR = 0.1  # of the reach of the points, around them
ASPECT = 2.2  # width over height of the plane at least, of which pictures may leave out the sides


def record_models(
    models: Mapping[str, Any],
    x: Any,
    y: Any,
    path: str | Path,
    *,
    asked: tuple[Any, Any],
    states: int = 120,
    title: str | None = None,
    overwrite: bool = False,
    settings: dict[str, Any] | None = None,
    watchers: Sequence[Watcher] = (),
    done: Callable[[float], None] = lambda share: None,
) -> Recording:
    """Train classifiers on points of the plane, and record what they answer all over it, for the scene `models`.

    The clock of a model is how it learns: epochs of one with `partial_fit`, stages of boosting, members of an ensemble,
    iterations. Of one that learns all at once it is a setting: C, depth, or the number of neighbours. A list of estimators is
    a clock of your own: from the first to the last.

    Args:
        models: estimators, or lists of some, by the names that pictures call them.
        x: points to learn from, shape (samples, 2).
        y: class of each.
        path: folder to write.
        asked: other points and their classes, on which the models are measured.
        states: how many states of each model are recorded, evenly over its clock.
        title: what pictures call the run; by default the file's name.
        overwrite: replace a recording that is there already; without it that is refused.
        settings: noted in the manifest.
        watchers: are told when the recording grows.
        done: is told which share of the models is trained.

    Returns:
        The recording. It holds, for each state and model, the probability of each class on a grid over the plane, the reading
        of its clock, and its accuracies.

    Raises:
        InputError: there is no model, one is no classifier, the points are none of the plane, or classes are missing.
        RecordingError: the path holds something already.
    """
    points, classes = _checked("x", x, "y", y)
    names, labels = np.unique(classes, return_inverse=True)
    if len(names) < 2:
        raise InputError(f"y holds the class {names[0]} alone; expected two classes or more")
    others = _checked("asked[0]", asked[0], "asked[1]", asked[1])
    if strange := [str(name) for name in np.unique(others[1]) if name not in names]:
        raise InputError(f"asked[1] holds {strange[0]}, which is no class of y; expected {', '.join(map(str, names))}")
    others = others[0], np.searchsorted(names, others[1])
    if states < 1:
        raise InputError(f"states is {states}; expected at least 1")
    _require_classifiers(models)
    grid = _grid(points)
    places = np.concatenate([grid, points, others[0]])
    recorder = ArrayRecorder(
        path, grid, task=dict.fromkeys(models, "multiclass probabilities"), title=title, overwrite=overwrite, settings=settings,
        extras={"points": points, "point_labels": labels, "unseen": others[0]}, watchers=watchers,
    )  # fmt: skip
    courses: dict[str, list[Reading]] = {}
    for number, (name, model) in enumerate(models.items(), start=1):
        courses[name] = list(readings(model, points, labels, places, states))
        done(number / len(models))
    with recorder:
        for state in range(states):
            outputs: dict[str, Array] = {}
            logs: dict[str, float] = {}
            for name, course in courses.items():
                unit, reading, said = course[round(state / max(1, states - 1) * (len(course) - 1))]
                field, learned, tested = np.split(said, [len(grid), len(grid) + len(points)])
                outputs[name] = field.astype(np.float16)
                logs[f"{name}: {unit or 'state'}"] = reading
                logs[f"{name}: training"] = float((learned.argmax(axis=1) == labels).mean())
                logs[f"{name}: test"] = float((tested.argmax(axis=1) == others[1]).mean())
            recorder.capture(outputs=outputs, epoch=state, logs=logs)
    return Recording(path)


def _checked(name: str, x: Any, label: str, y: Any) -> tuple[Array, Array]:
    """Return points of the plane and the class of each.

    Raises:
        InputError: they are none, or have not as many classes.
    """
    points, classes = np.asarray(x, np.float32), np.asarray(y)
    if points.ndim != 2 or points.shape[1] != 2 or not len(points):
        raise InputError(f"{name} has shape {points.shape}; expected points of the plane, (samples, 2)")
    if classes.shape != points.shape[:1]:
        raise InputError(
            f"{label} has shape {classes.shape}; expected a class for each of the {len(points):,} points of {name}"
        )
    if not np.isfinite(points).all():
        raise InputError(f"{name} holds nan or infinite values; leave those points out")
    return points, classes


def _require_classifiers(models: Mapping[str, Any]) -> None:
    if not models:
        raise InputError("there are no models; pass a dict such as {'tree': DecisionTreeClassifier()}")
    for name, model in models.items():
        for one in model if isinstance(model, list | tuple) else [model]:
            if not is_classifier(one):
                raise InputError(f"{name} is {type(one).__name__}; expected a classifier of scikit-learn")


def _grid(points: Array) -> Array:
    """Return a grid over the plane around points, (places, 2), bottom row first."""
    low, high = points.min(axis=0), points.max(axis=0)
    middle, half = (low + high) / 2, (high - low) / 2 * (1 + AIR)
    half = np.maximum(half, [ASPECT * half[1], half[0] / ASPECT])
    rows = max(2, round(COLUMNS * half[1] / half[0]))
    xs, ys = (
        np.linspace(middle[axis] - half[axis], middle[axis] + half[axis], count, dtype=np.float32)
        for axis, count in ((0, COLUMNS), (1, rows))
    )
    return np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
