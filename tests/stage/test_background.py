"""Backgrounds that are asked for: all letters can be read on them, or they are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animviz.errors import InputError
from animviz.stage.background import READABLE, _contrast, look_of
from animviz.stage.theme import THEMES


@given(theme=st.sampled_from(list(THEMES)), color=st.integers(0, 0xFFFFFF))
def test_quiet_letters_can_be_read_on_every_background_that_is_taken(theme: str, color: int) -> None:
    try:
        look = look_of(theme, f"#{color:06x}")
    except InputError:
        return
    assert min(_contrast(letters, look.background) for letters in (look.ink, look.quiet)) >= READABLE


def test_the_background_of_a_theme_leaves_its_letters_as_they_are() -> None:
    for name, theme in THEMES.items():
        assert look_of(name, theme.background).quiet == theme.quiet
        assert look_of(name, None) == theme


def test_a_background_on_which_nothing_can_be_read_is_refused() -> None:
    with pytest.raises(InputError, match=r"expected at least 3; take --theme (light|print)"):
        look_of("dark", "white")
