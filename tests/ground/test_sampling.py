"""Lists of numbers that users write have one grammar."""

import pytest

from animviz.errors import InputError
from animviz.sampling import numbers_in


@pytest.mark.parametrize(
    ("text", "expected"),
    [("7", [7]), ("3,0", [3, 0]), ("0-4", [0, 1, 2, 3, 4]), (" 9, 1 - 2", [9, 1, 2]), ("5-5", [5])],
)
def test_numbers_are_listed_in_their_order(text: str, expected: list[int]) -> None:
    assert numbers_in(text, 10, name="--samples") == expected


@pytest.mark.parametrize("text", ["", ",", "x", "10", "-1", "4-", "4-2", "1-2-3", "1.5", "²", "8-10", "999999999999"])
def test_what_is_no_number_that_is_there_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"--samples is '.*'; expected numbers from 0 to 9, such as 0, 0,9 or 0-9"):
        numbers_in(text, 10, name="--samples")


def test_a_number_twice_and_too_many_are_refused() -> None:
    with pytest.raises(InputError, match="'3,1-4'; it names a number twice"):
        numbers_in("3,1-4", 10, name="--samples")
    with pytest.raises(InputError, match="expected 4 numbers at most, not 10"):
        numbers_in("0-9", 10, name="--samples", most=4)


def test_more_numbers_than_are_wanted_are_refused_before_they_are_listed() -> None:
    with pytest.raises(InputError, match=r"expected 20 numbers at most, not 2147483648"):
        numbers_in("0-2147483647", 2**31, name="--seeds", most=20)
    with pytest.raises(InputError, match="twice"):
        numbers_in(",".join(["0-99999998"] * 1000), 10**8, name="--samples")
