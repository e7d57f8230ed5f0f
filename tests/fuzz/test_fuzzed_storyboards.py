"""Odd storyboards: filmed, or refused in one line that names the file and the key."""

import json
import math
import tomllib
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.fuzz.amount import AMOUNTS, Amount
from helpers.fuzz.damage import damaged, with_odd_value
from helpers.fuzz.trying import Bench
from helpers.results import Result

BOARD: dict[str, Any] = {
    "title": "Rings", "size": [192, 108], "theme": "dark", "fps": 5, "fade": 0.0, "poster": {"shot": "warp", "start": 0.0},
    "recordings": {"r": {"path": "r.rec"}, "q": {"like": "r"}, "d": {"path": "d.rec"}},
    "shot": [
        {"name": "card", "title": "Rings", "lines": ["two $x$"], "seconds": 0.4, "captions": [{"text": "a", "seconds": 0.2}]},
        {
            "name": "warp", "chapter": "One", "scene": "rings", "recording": "r", "options": {"grid": 15}, "to": 2, "pace": 5.0,
            "hold_start": 0.0, "hold_end": 0.0,
            "captions": [{"text": "b", "at": 1}],
            "highlights": [{"start": 0, "seconds": 0.2, "x": 0.5, "y": 0.5, "width": 0.1, "height": 0.1}],
        },
        {
            "name": "both", "title": "Two", "scene": "history", "split": [{"recording": "r"}, {"recording": "q", "note": "n"}],
            "seconds": 0.4, "hold_start": 0.0, "hold_end": 0.0,
        },
    ],
}  # fmt: skip


@st.composite
def boards(draw: st.DrawFn) -> bytes:
    """Return a storyboard with something odd in it."""
    if draw(st.sampled_from([False] * 4 + [True])):
        return draw(damaged(_toml(BOARD).encode()))
    return _toml(draw(with_odd_value(BOARD))).encode("utf-8", "replace")


def _toml(board: Mapping[str, Any]) -> str:
    return "".join(f"{json.dumps(str(key))} = {_value(value)}\n" for key, value in board.items())


def _value(value: Any) -> str:
    """Write a value as TOML has it, all in one line; it has no nothing."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(str(key))} = {_value(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return '""' if value is None else json.dumps(value)


def attempt(bench: Bench, contents: bytes) -> Result:
    """Try to film a storyboard."""
    (bench.folder / "odd.toml").write_bytes(contents)
    return bench.check(["storyboard", "odd.toml", "-o", "x.mp4", "--workers", "1"])


@pytest.mark.fuzz
def test_the_board_is_sound(bench: Bench) -> None:
    assert tomllib.loads(_toml(BOARD)) == BOARD
    with bench.case():
        assert attempt(bench, _toml(BOARD).encode()).code == 0


@pytest.mark.usefixtures("stopped")
@pytest.mark.parametrize("amount", AMOUNTS)
def test_an_odd_storyboard_is_filmed_or_named(amount: Amount, bench: Bench) -> None:
    @amount.settings(200)
    @given(contents=boards())
    def check(contents: bytes) -> None:
        with bench.case():
            attempt(bench, contents)

    check()
