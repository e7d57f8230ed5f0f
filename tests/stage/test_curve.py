"""A curve up to now: the line that matplotlib draws, and a dot that moves as smoothly as its pen."""

import numpy as np
import pytest
from matplotlib.axes import Axes

from animviz import Box, Stage
from animviz.stage.curve import Curve

Array = np.ndarray
BOX = Box(100, 100, 1000, 500)
X, Y = np.array([0.0, 1.0, 2.5, 4.0]), np.array([0.2, 0.9, 0.4, 0.6])


def board() -> tuple[Stage, Axes]:
    stage = Stage((1280, 720))
    return stage, stage.axes(BOX, (0, 4), (0, 1))


def drawn(x: Array, y: Array, *, width: float = 3, dot: float = 0.0, dash: tuple[float, ...] = ()) -> Array:
    """Return how far each pixel is from the ground, 0 to 255, where a curve is drawn."""
    stage, axes = board()
    stage.curve(axes, "white", width, dot, dash).set_data(x, y)
    return ink(stage)


def ink(stage: Stage) -> Array:
    pixels = stage.frame().astype(int)
    return np.abs(pixels - pixels[0, 0]).max(axis=2)


def middle(picture: Array) -> Array:
    """Return row and column of the ink's centre."""
    return (np.indices(picture.shape) * picture).sum(axis=(1, 2)) / picture.sum()


@pytest.mark.parametrize("dash", [(), (3, 2)])
def test_line_is_the_one_that_matplotlib_draws(dash: tuple[float, ...]) -> None:
    stage, axes = board()
    style = {"linestyle": (0, dash), "dash_capstyle": "butt"} if dash else {}
    stage.line(axes, "white", 3, clip_on=False, **style).set_data(X, Y)
    assert np.array_equal(drawn(X, Y, dash=dash), ink(stage))


def test_dot_is_round_and_stands_on_the_last_point() -> None:
    dot = drawn(X[-1:], Y[-1:], dot=20)
    assert dot.sum() / 255 == pytest.approx(np.pi * 10**2 * dot.max() / 255, rel=0.02)
    # Pixels count from their corners: the last point lies at (1100, 100 + 0.4 * 500).
    assert middle(dot) == pytest.approx([299.5, 1099.5], abs=0.1)


def test_dot_moves_by_less_than_a_pixel() -> None:
    steps = np.linspace(2, 2.01, 11)  # a quarter of a pixel each
    columns = [middle(drawn(np.array([x]), np.array([0.5]), dot=12))[1] for x in steps]
    assert np.diff(columns) == pytest.approx(np.full(10, 0.25), abs=0.08)


def test_value_that_is_not_finite_is_a_gap_and_has_no_dot() -> None:
    holed = Y.copy()
    holed[1] = np.nan
    assert not drawn(X, holed)[:, 110:460].any()
    assert drawn(X, holed)[:, 800:].any()
    assert not drawn(np.array([1.0]), np.array([np.nan]), dot=12).any()


def test_curve_without_points_or_hidden_is_not_drawn() -> None:
    assert not drawn(X[:0], Y[:0], dot=12).any()
    stage, axes = board()
    curve = Curve(axes, "white", 2, 10)
    stage.moves(curve)
    curve.set_data(X, Y)
    curve.set_visible(False)
    assert not ink(stage).any()
