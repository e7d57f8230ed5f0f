"""Named arrays that networks learn from: rings, moons, spirals, xor, blobs, polynomials, and the user's own points.

Every generator takes a seeded ``numpy.random.Generator`` and keyword-only options, and returns a ``Dataset``.
"""

from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from animviz.errors import InputError
from animviz.experiments.data.dataset import Dataset
from animviz.experiments.data.points_file import MIN_ROWS, read_points
from animviz.options import Range

__all__ = ["blobs", "moons", "points", "polynomial", "spirals", "two_rings", "xor"]

MAX_CLASSES = 10


def two_rings(
    rng: np.random.Generator,
    *,
    samples: Annotated[int, Range(2, 1_000_000)] = 20_000,
    outer: Annotated[float, Range(0.01, 100)] = 1.0,
    inner: Annotated[float, Range(0, 100)] = 0.5,
    noise: Annotated[float, Range(0, 10)] = 0.005,
) -> Dataset:
    """Two concentric rings, the outer one labelled 1 and the inner one 0.

    Args:
        rng: source of randomness.
        samples: points in each ring.
        outer: radius of the outer ring, class 1.
        inner: radius of the inner ring, class 0.
        noise: standard deviation of the radius, in units of the plane.
    """
    label = np.repeat([1, 0], samples)
    radius = np.where(label == 1, outer, inner) + rng.normal(0, noise, 2 * samples)
    angle = rng.uniform(0, 2 * np.pi, 2 * samples)
    return _planar(radius * np.cos(angle), radius * np.sin(angle), label, ("inner", "outer"))


def moons(
    rng: np.random.Generator,
    *,
    samples: Annotated[int, Range(2, 1_000_000)] = 2_000,
    noise: Annotated[float, Range(0, 10)] = 0.06,
) -> Dataset:
    """Two half moons that reach into each other.

    Args:
        rng: source of randomness.
        samples: points in each moon.
        noise: standard deviation of both coordinates, in units of the plane.
    """
    angle = rng.uniform(0, np.pi, 2 * samples)
    label = np.repeat([0, 1], samples)
    x = np.where(label == 0, np.cos(angle), 1 - np.cos(angle)) - 0.5
    y = np.where(label == 0, np.sin(angle), 0.5 - np.sin(angle)) - 0.25
    x, y = (axis + rng.normal(0, noise, 2 * samples) for axis in (x, y))
    return _planar(x / 1.5, y / 1.5, label, ("upper", "lower"))


def spirals(
    rng: np.random.Generator,
    *,
    samples: Annotated[int, Range(2, 1_000_000)] = 2_000,
    classes: Annotated[int, Range(2, MAX_CLASSES)] = 2,
    turns: Annotated[float, Range(0.1, 5)] = 1.0,
    noise: Annotated[float, Range(0, 10)] = 0.02,
) -> Dataset:
    """Arms of a spiral, one class each.

    Args:
        rng: source of randomness.
        samples: points in each arm.
        classes: number of arms.
        turns: full turns that each arm makes.
        noise: standard deviation of both coordinates, in units of the plane.
    """
    label = np.repeat(np.arange(classes), samples)
    reach = np.sqrt(rng.uniform(0.01, 1, classes * samples))
    angle = 2 * np.pi * (turns * reach + label / classes)
    x, y = (reach * wave(angle) + rng.normal(0, noise, angle.size) for wave in (np.cos, np.sin))
    return _planar(x, y, label, tuple(f"arm {k + 1}" for k in range(classes)))


def xor(
    rng: np.random.Generator,
    *,
    samples: Annotated[int, Range(2, 1_000_000)] = 2_000,
    gap: Annotated[float, Range(0, 0.9)] = 0.05,
) -> Dataset:
    """Four quadrants; the class says whether the two coordinates differ in sign.

    Args:
        rng: source of randomness.
        samples: points in each class.
        gap: distance kept free on either side of the axes, in units of the plane.
    """
    size = rng.uniform(gap, 1, (2, 2 * samples))
    sign = rng.choice([-1, 1], 2 * samples)
    label = np.repeat([0, 1], samples)
    return _planar(size[0] * sign, size[1] * sign * np.where(label == 0, 1, -1), label, ("same sign", "unlike"))


def blobs(
    rng: np.random.Generator,
    *,
    samples: Annotated[int, Range(2, 1_000_000)] = 1_000,
    classes: Annotated[int, Range(2, MAX_CLASSES)] = 4,
    noise: Annotated[float, Range(0, 10)] = 0.12,
) -> Dataset:
    """Gaussian blobs on a circle, one class each.

    Args:
        rng: source of randomness.
        samples: points in each blob.
        classes: number of blobs.
        noise: standard deviation of both coordinates, in units of the plane.
    """
    label = np.repeat(np.arange(classes), samples)
    angle = 2 * np.pi * (label / classes + 1 / 12)
    x, y = (0.7 * wave(angle) + rng.normal(0, noise, angle.size) for wave in (np.cos, np.sin))
    return _planar(x, y, label, tuple(f"blob {k + 1}" for k in range(classes)))


def polynomial(
    rng: np.random.Generator,
    *,
    samples: Annotated[int, Range(MIN_ROWS, 1_000_000)] = 4_000,
    test_samples: Annotated[int, Range(2, 100_000)] = 400,
    reach: Annotated[float, Range(0.01, 100)] = 2.0,
    coefficients: str = "1,0,-3,1,1",
) -> Dataset:
    """A polynomial on [-reach, reach]: random points to train on, an even grid to test on and to draw.

    Args:
        rng: source of randomness.
        samples: random training points.
        test_samples: evenly spaced test points.
        reach: half the width of the interval of x.
        coefficients: coefficients joined by commas, highest power first.
    """
    numbers = _coefficients(coefficients)
    x = rng.uniform(-reach, reach, samples)
    grid = np.linspace(-reach, reach, test_samples)
    test = grid[:, None].astype(np.float32), np.polyval(numbers, grid).astype(np.float32)
    train = x[:, None].astype(np.float32), np.polyval(numbers, x).astype(np.float32)
    return Dataset(*train, validation=test, shown=test)


def points(rng: np.random.Generator, *, data: Path | None = None) -> Dataset:
    """The user's own points in the plane, from a .csv or .npz file with columns x, y and label.

    Each coordinate is scaled to [-1, 1], the range in which a freshly initialised network is sensitive.

    Args:
        rng: not used; the file is taken as it is.
        data: file with columns or arrays x, y and label.

    Raises:
        InputError: the file is missing, of another kind, or its contents cannot be used; says which and where.
    """
    if data is None:
        raise InputError("the experiment 'points' needs a file: --data points.csv or --data points.npz")
    x, y, label = read_points(data)
    names, number = np.unique(label, return_inverse=True)
    if len(names) < 2:
        raise InputError(f"--data {data}: only one class, {names[0]!s}; expected at least 2")
    if len(names) > MAX_CLASSES:
        way_out = "does label hold numbers of rows?"
        raise InputError(f"--data {data}: {len(names)} classes; expected at most {MAX_CLASSES} ({way_out})")
    return _planar(_to_unit(x), _to_unit(y), number, tuple(map(str, names)))


def _to_unit(axis: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scale to [-1, 1]; halves first, so that the greatest numbers do not overflow."""
    low, high = axis.min() / 2, axis.max() / 2
    return np.asarray((axis - (low + high)) / (high - low) if high > low else axis - axis)


def _planar(x: NDArray[Any], y: NDArray[Any], label: NDArray[Any], names: tuple[str, ...]) -> Dataset:
    return Dataset(np.stack([x, y], axis=1).astype(np.float32), label.astype(np.int64), names)


def _coefficients(text: str) -> list[float]:
    numbers = []
    for token in text.split(","):
        try:
            numbers.append(float(token))
        except ValueError:
            raise InputError(f"--coefficients {text!r}: {token!r} is not a number; write 1,0,-3,1,1") from None
    if not np.isfinite(numbers).all() or len(numbers) > 20:
        raise InputError(f"--coefficients {text[:60]!r}: expected 1 to 20 finite numbers joined by commas")
    return numbers
