"""Architectures as text."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from animviz.errors import InputError
from animviz.experiments.arch import MAX_LAYERS, MAX_UNITS, Arch

WIDTHS = st.lists(st.integers(1, MAX_UNITS), min_size=2, max_size=MAX_LAYERS).map(tuple)


def refusal(text: str) -> str:
    with pytest.raises(InputError) as caught:
        Arch.parse(text)
    message = str(caught.value)
    assert "\n" not in message
    return message


@settings(deadline=None)
@given(widths=WIDTHS)
def test_an_architecture_survives_being_written_and_read(widths: tuple[int, ...]) -> None:
    arch = Arch(widths)
    assert Arch.parse(str(arch)) == arch
    assert str(Arch.parse(str(arch))) == "-".join(map(str, widths))
    assert (arch.inputs, arch.outputs) == (widths[0], widths[-1])


@settings(deadline=None)
@given(widths=WIDTHS, zeros=st.integers(0, 30))
def test_leading_zeros_and_outer_spaces_do_not_matter(widths: tuple[int, ...], zeros: int) -> None:
    text = "-".join("0" * zeros + str(width) for width in widths)
    assert Arch.parse(f"  {text}\n").widths == widths


@settings(deadline=None)
@given(text=st.text(max_size=20))
def test_any_text_is_either_an_architecture_or_refused(text: str) -> None:
    try:
        arch = Arch.parse(text)
    except InputError:
        refusal(text)
    else:
        assert all(1 <= width <= MAX_UNITS for width in arch.widths)
        assert Arch.parse(str(arch)) == arch


@settings(deadline=None)
@given(
    widths=WIDTHS.filter(lambda widths: len(widths) < MAX_LAYERS),
    bad=st.sampled_from(["x", "3.5", "0x3", "1e2", "+3", "2 3", "²", "٣", "½", "_", "1_0", "10001", "0", "000"]),
    place=st.integers(0, MAX_LAYERS),
)
def test_the_bad_token_and_its_place_are_named(widths: tuple[int, ...], bad: str, place: int) -> None:
    place = min(place, len(widths))
    tokens = [*map(str, widths[:place]), bad, *map(str, widths[place:])]
    message = refusal("-".join(tokens))
    assert f"layer {place + 1} " in message
    assert (bad.lstrip("0") or "0") in message.partition(f"layer {place + 1} ")[2]


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_an_empty_architecture_is_called_empty(text: str) -> None:
    assert f"architecture {text!r} is empty" in refusal(text)


@pytest.mark.parametrize(
    ("text", "place"), [("2--1", 2), ("2-3-", 3), ("-", 1), ("2-3- -1", 3), ("-2-3", 1), ("2--3-1", 2)]
)
def test_a_double_or_loose_dash_is_an_empty_layer(text: str, place: int) -> None:
    message = refusal(text)
    assert f"layer {place} is empty" in message
    assert repr(text) in message


@pytest.mark.parametrize("text", ["0-1", "2-0-1", "2-000-1"])
def test_zero_units_are_refused(text: str) -> None:
    assert "has 0 units" in refusal(text)


@pytest.mark.parametrize(
    ("text", "token"), [("2-three-1", "'three'"), ("2-٣-1", "'٣'"), ("２-1", "'２'"), ("2,3,1", "'2,3,1'")]
)
def test_what_is_not_a_whole_number_is_quoted(text: str, token: str) -> None:
    assert f"{token}, not a whole number" in refusal(text)


@pytest.mark.parametrize("text", ["5", " 7 "])
def test_a_single_layer_is_refused(text: str) -> None:
    assert "single layer" in refusal(text)


def test_ten_thousand_units_are_the_most() -> None:
    assert Arch.parse("2-10000-1").widths == (2, 10_000, 1)
    message = refusal("2-10001-1")
    assert "layer 2 is 10001" in message
    assert "10,000" in message


def test_sixty_four_layers_are_the_most() -> None:
    assert len(Arch.parse("-".join(["1"] * 64)).widths) == 64
    assert "architecture '1-1-1-1-" in (said := refusal("-".join(["1"] * 65)))
    assert "65 layers; at most 64" in said


@pytest.mark.parametrize("token", ["9" * 1_000_000, "x" * 1_000_000])
def test_a_token_of_a_million_characters_costs_no_time(token: str) -> None:
    start = time.perf_counter()
    message = refusal(f"2-{token}-1")
    assert time.perf_counter() - start < 1
    assert "layer 2 is" in message


@pytest.mark.parametrize("text", [f"2-{'9' * 1_000_000}-1", f"2-{'x' * 1_000_000}-1"])
def test_the_message_about_a_huge_token_stays_readable(text: str) -> None:
    assert len(refusal(text)) < 500


def test_required_ends_are_named_with_what_was_found() -> None:
    with pytest.raises(InputError) as caught:
        Arch.parse("3-2-1").require(2, 1, "two_rings")
    assert str(caught.value) == "two_rings needs 2 inputs: 3-2-1 has 3"
    with pytest.raises(InputError, match=r"^polynomial needs 1 output: 1-2-2 has 2$"):
        Arch.parse("1-2-2").require(1, 1, "polynomial")


@settings(deadline=None)
@given(widths=WIDTHS)
def test_fitting_ends_are_accepted(widths: tuple[int, ...]) -> None:
    Arch(widths).require(widths[0], widths[-1], "anything")


def test_a_star_is_a_whole_width() -> None:
    assert Arch.parse("*-3-*-*", (64, 10)) == Arch((64, 3, 10, 10))
    for text in ("8*-3-*", "*-3-**", "* -3-1"):
        with pytest.raises(InputError, match=re.escape(repr(text))):
            Arch.parse(text, (64, 10))
