"""Names that are cut are cut behind words, and two that begin alike are told apart."""

import pytest

from animviz import Stage
from animviz.parts import short_names


@pytest.mark.parametrize("room", [90.0, 130.0, 200.0, 1000.0])
def test_names_that_begin_alike_are_told_apart_within_their_room(room: float) -> None:
    stage = Stage((1280, 720))
    names = [f"malignant neoplasm of the {part}" for part in ("breast", "lung", "liver", "skin")]
    found = short_names(stage, names, room)
    assert len(set(found)) == len(names)
    assert all(stage.measure(text, 22) <= room for text in found)
    assert (found == names) == (room == 1000.0)


def test_a_name_is_cut_behind_a_word_where_enough_is_left() -> None:
    stage = Stage((1280, 720))
    name = "ordinary house cat seen from afar"
    room = stage.measure("ordinary house cat see…", 22) + 1
    assert short_names(stage, [name, "bird"], room) == ["ordinary house cat…", "bird"]
    room = stage.measure("four-wheeled auto…", 22) + 1
    assert short_names(stage, ["four-wheeled automobile"], room)[0] in ("four-wheeled…", "four-wheeled auto…")


def test_names_that_are_the_same_stay_so() -> None:
    assert short_names(Stage((1280, 720)), ["a", "a"], 100) == ["a", "a"]
