"""Least squares with more and more Legendre polynomials, of all equally good fits the one with the least coefficients."""

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.polynomial.legendre import legvander

from animviz.arrays import Array
from animviz.experiments.experiment import Run
from animviz.experiments.ideas.overfit import FittingTraining
from animviz.experiments.telling import Progress
from animviz.recorders.arrays import ArrayRecorder
from animviz.recorders.watcher import Watcher
from animviz.recording.recording import Recording

__all__ = ["features", "record"]

EACH = 60  # up to so many features there is a fit for each number of them
STEP = 1.04  # by what the number grows from there on
ROUNDING = 1e-13  # of the largest singular value, below which others are taken for zero


def record(run: Run, path: Path, progress: Progress, watchers: Sequence[Watcher]) -> Recording:
    """Fit and record: each snapshot is a fit, and its epoch the number of its features."""
    training, dataset = run.training, run.dataset
    assert isinstance(training, FittingTraining)
    assert dataset.shown is not None
    begun = time.perf_counter()
    x, y = dataset.x[:, 0].astype(np.float64), dataset.y.astype(np.float64)
    grid, truth = dataset.shown
    everywhere = features(grid[:, 0].astype(np.float64), training.features, training.decay)
    at_points = features(x, training.features, training.decay)
    recorder = ArrayRecorder(
        path, grid, truth, loss="mean_squared_error", title=dataset.title, settings=run.settings(), extras=dataset.extras,
        overwrite=True, watchers=watchers,
    )  # fmt: skip
    with recorder as session:
        for count in _counts(training.features):
            coefficients = np.linalg.lstsq(at_points[:, :count], y, rcond=ROUNDING)[0]
            error = float(np.square(at_points[:, :count] @ coefficients - y).mean())
            session.capture(
                {"coefficients": np.pad(coefficients, (0, training.features - count))},
                outputs=(everywhere[:, :count] @ coefficients)[:, None].astype(np.float32), epoch=count,
                logs={"features": count, "loss": error},
            )  # fmt: skip
            progress.done(round(training.epochs * count / training.features))
    progress.trained(time.perf_counter() - begun)
    return Recording(path)


def features(x: Array, count: int, decay: float) -> Array:
    """Return Legendre polynomials at places in [-1, 1], float64 of shape (places, count).

    The k-th, counted from 1, has the mean square 1 / k ** (2 * decay).

    Args:
        x: the places, shape (places,).
        count: how many polynomials.
        decay: by which power higher ones are smaller.
    """
    order = np.arange(count)
    return np.asarray(legvander(x, count - 1) * np.sqrt(2 * order + 1) * (order + 1.0) ** -decay)


def _counts(most: int) -> list[int]:
    """Return the numbers of features for which there is a fit; without any it is 0 everywhere."""
    found = list(range(min(EACH, most) + 1))
    while found[-1] < most:
        found.append(min(most, round(found[-1] * STEP)))
    return found
