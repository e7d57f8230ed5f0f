"""Options read from signatures."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal, Optional

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from animviz.errors import InputError, SceneError
from animviz.options import Option, Range, checked, options_of, summary_of


def sample(
    stage: object,
    recording: object,
    *,
    grid: Annotated[int, Range(2, 200)] = 21,
    width: float = 1.5,
    points: bool = True,
    name: str = "rings",
    side: Literal["left", "right"] = "left",
    file: Path = Path("a.csv"),
    rate: Annotated[float, Range(0.1, 240)] | None = None,
    other_file: Optional[Path] = None,  # noqa: UP045 - the old spelling is in use
    low_only: Annotated[float, Range(low=0)] = 0.0,
    high_only: Annotated[int, Range(high=5)] = 0,
    mode: Literal["a", "b"] | None = None,
) -> None:
    """Draw a sample.

    More about it: nothing here is an option.

    Args:
        stage: where to draw.
        recording: what to draw.
        grid: lines of the grid
            in each direction.
        width: of the lines, in pixels.
        points: whether the points are drawn.
        name: what the picture is called: a title.
        side: where the legend goes.

        file: a file.
        other_file: another.

    Returns:
        name: nothing of the kind.
    """


OPTIONS = {option.name: option for option in options_of(sample)}


def refusal(name: str, value: object) -> str:
    with pytest.raises(InputError) as caught:
        OPTIONS[name].check(value)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(OPTIONS[name].flag)
    return message


def test_keyword_only_parameters_are_the_options_in_order() -> None:
    names = ["grid", "width", "points", "name", "side", "file", "rate", "other_file", "low_only", "high_only", "mode"]
    assert list(OPTIONS) == names


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("grid", np.int64(5), 5),
        ("width", np.float32(0.5), 0.5),
        ("width", np.int8(2), 2.0),
        ("points", np.bool_(False), False),
        ("name", np.str_("a"), "a"),
    ],
)
def test_value_of_numpy_is_taken_as_a_value_of_python(name: str, value: object, wanted: object) -> None:
    found = OPTIONS[name].check(value)
    assert (found, type(found)) == (wanted, type(wanted))


def test_array_is_no_number() -> None:
    assert refusal("grid", np.array([5])) == "--grid is array([5]); expected int"


def test_a_function_without_keyword_only_parameters_has_no_options() -> None:
    assert options_of(lambda stage, recording: None) == ()


@pytest.mark.parametrize(
    ("name", "kind", "default", "choices", "bounds", "optional"),
    [
        ("grid", int, 21, (), Range(2, 200), False),
        ("width", float, 1.5, (), Range(), False),
        ("points", bool, True, (), Range(), False),
        ("name", str, "rings", (), Range(), False),
        ("side", str, "left", ("left", "right"), Range(), False),
        ("file", Path, Path("a.csv"), (), Range(), False),
        ("rate", float, None, (), Range(0.1, 240), True),
        ("other_file", Path, None, (), Range(), True),
        ("low_only", float, 0.0, (), Range(0, math.inf), False),
        ("high_only", int, 0, (), Range(-math.inf, 5), False),
        ("mode", str, None, ("a", "b"), Range(), True),
    ],
)
def test_type_default_choices_and_bounds_come_from_the_signature(
    name: str, kind: type, default: object, choices: tuple[str, ...], bounds: Range, optional: bool
) -> None:
    option = OPTIONS[name]
    found = (option.kind, option.default, option.choices, option.bounds, option.optional)
    assert found == (kind, default, choices, bounds, optional)


def test_help_comes_from_the_docstring() -> None:
    assert OPTIONS["grid"].help == "lines of the grid in each direction"
    assert OPTIONS["width"].help == "of the lines, in pixels"
    assert OPTIONS["name"].help == "what the picture is called: a title"
    assert OPTIONS["file"].help == "a file"
    assert OPTIONS["rate"].help == ""
    assert summary_of(sample) == "Draw a sample."


def test_a_function_without_docstring_has_empty_help_and_summary() -> None:
    def bare(*, size: int = 1) -> None: ...

    assert options_of(bare)[0].help == ""
    assert summary_of(bare) == ""


def test_underscores_become_dashes_on_the_command_line() -> None:
    assert OPTIONS["other_file"].flag == "--other-file"


def list_option(*, x: list[int] = []) -> None: ...  # noqa: B006
def two_types(*, x: int | str = 1) -> None: ...
def two_types_or_none(*, x: int | str | None = None) -> None: ...
def numbers_to_choose(*, x: Literal[1, 2] = 1) -> None: ...
def mixed_to_choose(*, x: Literal["a", 2] = "a") -> None: ...
def not_annotated(*, x=1) -> None: ...  # type: ignore[no-untyped-def]
def anything(*, x: Any = 1) -> None: ...
def complex_number(*, x: complex = 1j) -> None: ...
def only_none(*, x: None = None) -> None: ...
def bytes_option(*, x: bytes = b"") -> None: ...


@pytest.mark.parametrize(
    "function",
    [
        list_option, two_types, two_types_or_none, numbers_to_choose, mixed_to_choose, not_annotated, anything,
        complex_number, only_none, bytes_option,
    ],
)  # fmt: skip
def test_other_types_are_refused_when_the_options_are_read(function: Callable[..., object]) -> None:
    with pytest.raises(SceneError) as caught:
        options_of(function)
    message = str(caught.value)
    assert message.startswith(f"{function.__name__}: parameter 'x'")
    assert "int, float, bool, str, Literal of strings, or Path" in message


def test_an_option_without_default_is_refused() -> None:
    def undecided(*, size: int) -> None: ...

    with pytest.raises(SceneError, match=r"undecided: parameter 'size' needs a default"):
        options_of(undecided)


@settings(deadline=None)
@given(value=st.integers(2, 200))
def test_whole_numbers_within_the_bounds_pass_unchanged(value: int) -> None:
    checked_value = OPTIONS["grid"].check(value)
    assert checked_value == value
    assert type(checked_value) is int


@settings(deadline=None)
@given(value=st.one_of(st.integers(max_value=1), st.integers(min_value=201)))
def test_whole_numbers_outside_the_bounds_are_refused(value: int) -> None:
    assert "expected 2 to 200" in refusal("grid", value)


@settings(deadline=None)
@given(value=st.floats(0.1, 240))
def test_numbers_within_the_bounds_pass_unchanged(value: float) -> None:
    assert OPTIONS["rate"].check(value) == value


@settings(deadline=None)
@given(value=st.floats().filter(lambda number: not 0.1 <= number <= 240))
def test_numbers_outside_the_bounds_are_refused_not_a_number_among_them(value: float) -> None:
    assert "expected 0.1 to 240" in refusal("rate", value)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("name", ["width", "rate", "low_only"])
def test_numbers_that_are_not_finite_are_refused(name: str, value: float) -> None:
    assert str(value) in refusal(name, value)


def test_bounds_of_one_side_are_stated_as_such() -> None:
    assert refusal("low_only", -1.0).endswith("expected at least 0")
    assert refusal("high_only", 6).endswith("expected at most 5")


@pytest.mark.parametrize("name", ["width", "rate", "grid"])
@pytest.mark.parametrize("sign", [1, -1])
def test_whole_numbers_too_large_for_a_float_are_refused(name: str, sign: int) -> None:
    refusal(name, sign * 10**400)


@pytest.mark.parametrize("name", ["grid", "width", "rate", "high_only"])
def test_a_truth_value_is_not_a_number(name: str) -> None:
    assert "is True; expected" in refusal(name, True)


@pytest.mark.parametrize("value", [0, 1, "yes", None])
def test_a_number_is_not_a_truth_value(value: object) -> None:
    assert "expected bool" in refusal("points", value)


def test_a_whole_number_serves_as_a_float() -> None:
    assert type(OPTIONS["width"].check(3)) is float


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("grid", 2.0, "int"), ("grid", "21", "int"), ("width", "1.5", "float"), ("name", 3, "str"), ("file", 3, "Path"),
        ("grid", None, "int"), ("name", None, "str"), ("file", None, "Path"), ("width", 1j, "float"),
    ],
)  # fmt: skip
def test_a_value_of_another_type_is_refused(name: str, value: object, expected: str) -> None:
    assert refusal(name, value) == f"{OPTIONS[name].flag} is {value!r}; expected {expected}"


def test_none_passes_where_it_is_allowed() -> None:
    assert OPTIONS["rate"].check(None) is None
    assert OPTIONS["other_file"].check(None) is None
    assert OPTIONS["mode"].check(None) is None


def test_text_becomes_a_path() -> None:
    assert OPTIONS["file"].check("b.csv") == Path("b.csv")
    assert OPTIONS["other_file"].check("b.csv") == Path("b.csv")


def test_choices_are_checked_and_listed() -> None:
    assert OPTIONS["side"].check("right") == "right"
    assert refusal("side", "top") == "--side is 'top'; expected one of left, right"


def test_checked_fills_in_the_defaults() -> None:
    values = checked(options_of(sample), {"grid": 5, "file": "c.csv"}, "sample")
    assert list(values) == list(OPTIONS)
    assert values["grid"] == 5
    assert values["file"] == Path("c.csv")
    assert values["width"] == 1.5
    assert values["rate"] is None


def test_checked_names_an_unknown_option_and_lists_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"^sample has no option 'gird'; it has grid, width"):
        checked(options_of(sample), {"gird": 5}, "sample")
    with pytest.raises(InputError, match=r"^bare has no option 'x'; it has none$"):
        checked((), {"x": 1}, "bare")


def test_checked_refuses_bad_values_and_bad_defaults() -> None:
    with pytest.raises(InputError, match=r"--grid is 1; expected 2 to 200"):
        checked(options_of(sample), {"grid": 1}, "sample")
    with pytest.raises(InputError, match=r"--size is 'x'; expected int"):
        checked((Option("size", int, "x", ""),), {}, "sample")


def test_a_zero_below_zero_is_zero() -> None:
    assert math.copysign(1, OPTIONS["low_only"].check(-0.0)) == 1
    assert math.copysign(1, OPTIONS["low_only"].read("-0")) == 1
