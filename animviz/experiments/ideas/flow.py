"""Flow matching: a network learns which way noise has to move to become data.

After Lipman et al., "Flow Matching for Generative Modeling" (2022).
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import numpy as np

from animviz.arrays import Array
from animviz.experiments.data import planar
from animviz.experiments.data.dataset import Dataset
from animviz.experiments.data.points_file import read_points
from animviz.experiments.experiment import Experiment, Training
from animviz.options import Range

__all__ = ["FLOW", "flow"]

NOISE = 0.05  # of rings and spirals, across: thinner ones are hardly hit
SHAPES: dict[str, tuple[str, Callable[..., Dataset]]] = {
    "moons": ("Two moons", planar.moons),
    "rings": ("Two rings", partial(planar.two_rings, noise=NOISE)),
    "spirals": ("Two spirals", partial(planar.spirals, noise=NOISE)),
    "blobs": ("Four blobs", planar.blobs),
}
REACH = 2.5  # of the points from the middle; of noise, whose deviation is 1, few places lie further out
MANY = 20_000  # points, of which ways choose their ends
SHOWN = 1_600  # ways that are drawn


def flow(
    rng: np.random.Generator, *, shape: Literal["moons", "rings", "spirals", "blobs"] = "moons",
    data: Path | None = None, ways: Annotated[int, Range(10, 1_000_000)] = 51_200,
) -> Dataset:  # fmt: skip
    """Places on straight ways from noise to points, each at a random time, and the velocities there.

    Args:
        rng: source of randomness.
        shape: that the points have.
        data: own points instead, a .csv or .npz file with columns x, y and label; the labels are not looked at.
        ways: to learn from, each from a place of noise to a point.
    """
    title, points = _points(rng, shape, data)
    x, y = _ways(rng, points, ways)
    return Dataset(x, y, shown=(x[:SHOWN], y[:SHOWN]), title=title)


def _points(rng: np.random.Generator, shape: str, data: Path | None) -> tuple[str, Array]:
    """Return what the points are called, and points around zero."""
    if data is None:
        title, make = SHAPES[shape]
        return title, REACH * make(rng, samples=MANY // 2).x
    x, y, _ = read_points(data)
    points = np.stack([x, y], axis=1)
    low, high = points.min(axis=0), points.max(axis=0)
    return data.stem, (points - (low + high) / 2) * 2 * REACH / (float((high - low).max()) or 1.0)


def _ways(rng: np.random.Generator, points: Array, count: int) -> tuple[Array, Array]:
    """Return place and time on each way, (ways, 3), and its velocity, (ways, 2)."""
    begin, end = rng.normal(size=(count, 2)), points[rng.integers(len(points), size=count)]
    time = rng.uniform(size=(count, 1))
    places = np.concatenate([(1 - time) * begin + time * end, time], axis=1)
    return places.astype(np.float32), (end - begin).astype(np.float32)


FLOW = Experiment(
    "flow", "Flow matching", flow,
    Training(
        arch="3-48-48-48-2", activation="tanh", optimizer="adam", learning_rate=0.01, batch_size=256, epochs=80, every="1/4"
    ),
    maker="animviz.experiments.keras.flow:record",
    without=("early_stopping", "restore_best"),
    advice="Try another goal, such as --shape spirals or --data points.csv; or few ways and many epochs, such as --ways 200 "
    "--epochs 8000 --every 200: the network knows them by heart, and the noise goes astray.",
)  # fmt: skip
