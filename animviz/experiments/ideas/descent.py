"""Optimizers that race from one start over a map of heights.

After Alec Radford's animations (2014) and Sebastian Ruder, "An overview of gradient descent optimization algorithms" (2016).
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from animviz.analysis.formula import Formula
from animviz.analysis.lowest import Limits, lattice, lowest_places
from animviz.errors import InputError
from animviz.experiments.data.dataset import Dataset
from animviz.experiments.experiment import Experiment, Training
from animviz.options import Range

__all__ = ["DESCENT", "OPTIMIZERS", "DescentTraining", "Map", "descent", "map_of"]

OPTIMIZERS = ("SGD", "Momentum", "Nesterov", "RMSprop", "Adam")


@dataclass(frozen=True)
class Map:
    """Heights over a plane, where the race starts, and step sizes that suit them.

    Attributes:
        title: what pictures call it.
        formula: the height.
        limits: left, right, low and high end.
        start: where the race starts.
        rate: learning rate of SGD, with momentum or without.
        adaptive_rate: learning rate of RMSprop and Adam.
    """

    title: str
    formula: Formula
    limits: Limits
    start: tuple[float, float]
    rate: float
    adaptive_rate: float


MAPS = {
    "beale": Map(
        "Beale's function", Formula("(1.5 - x + x*y)**2 + (2.25 - x + x*y**2)**2 + (2.625 - x + x*y**3)**2"),
        (-1, 4, -2.2, 1.8), (1, 1.5), 0.005, 0.05,
    ),
    "ravine": Map("A ravine", Formula("(x**2 + 30*y**2) / 2"), (-5, 5, -4, 4), (-4, 3), 0.04, 0.1),
    "rosenbrock": Map(
        "Rosenbrock's valley", Formula("(1 - x)**2 + 100*(y - x**2)**2"), (-1.8, 1.7, -0.8, 2), (-1.2, 1), 0.001, 0.05
    ),
    "saddle": Map(
        "A saddle between two hollows", Formula("x**2/2 - y**2/2 + y**4/4"), (-2, 2, -1.6, 1.6), (-1.5, 0.001), 0.05, 0.05
    ),
    "himmelblau": Map(
        "Himmelblau's function", Formula("(x**2 + y - 11)**2 + (x + y**2 - 7)**2"), (-7, 7, -5.6, 5.6), (0, 4.5), 0.01, 0.1
    ),
}  # fmt: skip

LARGEST = float(np.finfo(np.float32).max)  # of a height


def descent(
    rng: np.random.Generator, *, map: str = "beale", start: str | None = None, limits: str | None = None,
    resolution: Annotated[int, Range(11, 1001)] = 301,
) -> Dataset:  # fmt: skip
    """A map of heights, over which optimizers race from one start.

    Args:
        rng: source of randomness, of which none is needed.
        map: beale, ravine, rosenbrock, saddle or himmelblau, or the height as a formula, such as "x**2 + 3*abs(y)".
        start: where the race starts, such as -1.5,2; by default a place that suits the map.
        limits: left, right, low and high end of the map, such as -3,3,-2,2.
        resolution: points of the map from left to right.
    """
    place = map_of(map, start, limits)
    xs, ys, heights = lattice(place.formula, place.limits, resolution)
    known = np.abs(heights) < LARGEST
    if not known.any() or np.ptp(heights[known]) == 0:
        raise InputError(
            f"--map {place.formula.text!r} has no slope between {place.limits}; expected heights that differ"
        )
    if not np.isfinite(place.formula.value(*place.start)):
        raise InputError(f"--map {place.formula.text!r} has no height at the start {place.start}; give another --start")
    points = np.stack(np.meshgrid(xs, ys), axis=2)[known].astype(np.float32)
    lowest = lowest_places(place.formula, place.limits)
    bottom = {"lowest": lowest} if np.abs(lowest).max() < LARGEST else {}  # such as 1/x has none
    return Dataset(points, heights[known].astype(np.float32), extras=bottom, title=place.title)


def map_of(name: str, start: str | None = None, limits: str | None = None) -> Map:
    """Return a map by its name, or by a formula.

    Args:
        name: one of `MAPS`, or a formula of x and y.
        start: two numbers, or None for the map's own.
        limits: four numbers, likewise.

    Raises:
        InputError: it is neither, or the numbers do not fit.
    """
    if name in MAPS:
        found = MAPS[name]
    elif name.isidentifier() and name not in ("x", "y"):
        raise InputError(f"--map is {name!r}; expected {', '.join(MAPS)}, or a formula of x and y")
    else:
        found = Map(name, Formula(name), (-2.5, 2.5, -2, 2), (-2, 1.5), 0.02, 0.05)
    left, right, low, high = _numbers("--limits", limits, found.limits)
    x, y = _numbers("--start", start, found.start)
    if not (left < right and low < high and 0.2 <= (right - left) / (high - low) <= 5):
        raise InputError(
            f"--limits is {limits}; expected left, right, low and high, such as -3,3,-2,2, in like lengths"
        )
    if not (left <= x <= right and low <= y <= high):
        raise InputError(
            f"--start {x:g},{y:g} is off the map, from {left:g},{low:g} to {right:g},{high:g}; give --limits"
        )
    return Map(found.title, found.formula, (left, right, low, high), (x, y), found.rate, found.adaptive_rate)


def _numbers(flag: str, text: str | None, default: tuple[float, ...]) -> tuple[float, ...]:
    """Return numbers with commas between them, as many as there are by default."""
    try:
        found = default if text is None else tuple(map(float, text.split(",")))
    except ValueError:
        found = ()
    if len(found) != len(default) or not np.isfinite(found).all():
        raise InputError(f"{flag} is {text!r}; expected {len(default)} numbers with commas between them")
    return found


@dataclass(frozen=True, kw_only=True)
class DescentTraining(Training):
    """Settings of a race.

    Args:
        epochs: steps of each optimizer.
        learning_rate: of SGD, with momentum or without; by default one that suits the map.
        adaptive_rate: learning rate of RMSprop and Adam, likewise.
        momentum: share of the last step that goes into the next one.
        noise: spread of the noise in each gradient, the same for all optimizers.
        seed: seed of the noise.
        optimizers: which ones race, with commas between them.
    """

    epochs: Annotated[int, Range(1, 100_000)] = 150
    learning_rate: Annotated[float, Range(1e-12, 1e6)] | None = None  # type: ignore[assignment]
    adaptive_rate: Annotated[float, Range(1e-12, 1e6)] | None = None
    momentum: Annotated[float, Range(0, 0.999)] = 0.9
    noise: Annotated[float, Range(0, 1e6)] = 0.0
    optimizers: str = ",".join(OPTIMIZERS).lower()

    @property
    def racing(self) -> tuple[str, ...]:
        """Names of the optimizers that race.

        Raises:
            InputError: one is not known, or named twice.
        """
        known = {name.lower(): name for name in OPTIMIZERS}
        asked = [part.strip().lower() for part in self.optimizers.split(",")]
        if not set(asked) <= set(known) or len(set(asked)) < len(asked):
            raise InputError(f"--optimizers is {self.optimizers!r}; expected some of {','.join(known)}")
        return tuple(known[name] for name in asked)


DESCENT = Experiment(
    "descent", "Descent", descent, DescentTraining(),
    maker="animviz.experiments.keras.descent:record",
    without=(
        "arch", "activation", "batch_size", "optimizer", "loss", "every", "dropout", "l2", "early_stopping",
        "restore_best", "gradients", "model",
    ),
    advice="Try --map himmelblau, where small differences decide which hollow is reached, or a learning rate at which one of "
    "them flies off, such as --map ravine --learning-rate 0.07.",
)  # fmt: skip
