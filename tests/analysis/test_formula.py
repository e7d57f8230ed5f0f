"""Formulas of x and y: what they come to, and that nothing else is ever run."""

import numpy as np
import pytest

from animviz.analysis.formula import Formula
from animviz.analysis.lowest import lattice, lowest_places
from animviz.errors import InputError
from animviz.experiments.ideas.descent import MAPS

X, Y = np.array([0.3, -1.2, 2.0]), np.array([1.5, 0.4, -0.7])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x**2 + 3*y**2", X**2 + 3 * Y**2), ("x^2", X**2), ("-(x - y) / 2", (Y - X) / 2), ("1e-1 * x", 0.1 * X),
        ("sin(pi*x) * exp(-y)", np.sin(np.pi * X) * np.exp(-Y)), ("abs(x) + tanh(y) + sqrt(x*x)", 2 * abs(X) + np.tanh(Y)),
    ],
)  # fmt: skip
def test_a_formula_comes_to_what_it_says(text: str, expected: np.ndarray) -> None:
    assert np.allclose(Formula(text).value(X, Y), expected)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')", "x.real", "x if y else 1", "lambda: 1", "sin(x, y)", "sin(x=1)", "True", "z", "(x, y)",
        "f'{x}'", "x < y", "x @ y", "x // y", "[x for x in (1,)]", "x := 1", "x; y", "", "1j", "'x'", "x + " + "(" * 90,
        "-" * 200 + "x", "x + " * 90 + "x", "9" * 200, "open", "open()", "(sin)(x)(y)", "sin(*x)",
    ],
)  # fmt: skip
def test_all_else_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(InputError) as refused:
        Formula(text)
    assert "\n" not in str(refused.value)


def test_a_tower_of_powers_is_no_work() -> None:
    assert np.isinf(Formula("9**9**9**9").value(0.0, 0.0))


def test_lowest_places_are_those_that_are_known() -> None:
    known = {
        "beale": [(3, 0.5)], "ravine": [(0, 0)], "rosenbrock": [(1, 1)], "saddle": [(0, -1), (0, 1)],
        "himmelblau": [(-3.779310, -3.283186), (-2.805118, 3.131312), (3, 2), (3.584428, -1.848126)],
    }  # fmt: skip
    assert known.keys() == MAPS.keys()
    for name, expected in known.items():
        found = lowest_places(MAPS[name].formula, MAPS[name].limits)
        assert np.allclose(sorted(map(tuple, found[:, :2])), expected, atol=1e-5), name
        assert np.allclose(found[:, 2], MAPS[name].formula.value(*found[:, :2].T))


def test_a_lattice_is_as_dense_upwards_as_to_the_right() -> None:
    xs, ys, heights = lattice(Formula("x - 2*y"), (-2, 2, -1, 0), 9)
    assert np.allclose(np.diff(xs), 0.5)
    assert np.allclose(np.diff(ys), 0.5)
    assert np.allclose(heights, xs - 2 * ys[:, None])
    assert lattice(Formula("3"), (-2, 2, -1, 0), 9)[2].shape == (3, 9)
