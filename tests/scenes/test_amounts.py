"""Numbers of a sentence can be told apart, and are written as people write them."""

import numpy as np
import pytest

from scenes.families.amounts import amounts, counted


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ((2.37, 0.306), ["2.4", "0.31"]), ((0.261, 0.264), ["0.261", "0.264"]), ((0.25, 0.25), ["0.25", "0.25"]),
        ((3.04, 894.3), ["3", "894"]), ((2.4, 12_345.6), ["2.4", "12,346"]), ((0.5, 1e-7), ["0.5", "1e-7"]),
        ((1.0, 1e38), ["1", "1e38"]), ((0.0, 0.00043), ["0", "0.00043"]),
    ],
)  # fmt: skip
def test_numbers_have_as_many_digits_as_it_takes(values: tuple[float, float], texts: list[str]) -> None:
    assert amounts(*values) == texts


def test_different_numbers_are_written_differently_and_rightly() -> None:
    rng = np.random.default_rng(0)
    for size, apart in zip(10 ** rng.uniform(-4, 6, 200), 10 ** rng.uniform(-2.5, 0, 200), strict=True):
        first, last = amounts(size, size * (1 + apart))
        assert first != last
        assert float(first.replace(",", "")) == pytest.approx(size, rel=0.051)


def test_what_is_counted_is_singular_for_one() -> None:
    assert [counted(1, "sample"), counted(1000, "sample")] == ["1 sample", "1,000 samples"]
