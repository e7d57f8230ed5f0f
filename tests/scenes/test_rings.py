"""`rings` says in place what its colours are, for classes and for weights, and its loss can be read off."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from animviz import Moment, Recording, Stage
from animviz.pictures.discovery import find_scene
from helpers.layout import check_layout, texts
from helpers.meaning import said
from helpers.recordings import copied, made

SIZES = [(1280, 720), (640, 360), (720, 720), (720, 1280), (960, 720)]


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    return made("two_rings", tmp_path_factory.mktemp("rings") / "two.rec", arch="2-3-2-1", samples=200)


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    return made("spirals", tmp_path_factory.mktemp("rings") / "three.rec", arch="2-16-2-3", classes=3, samples=200)


def drawn(recording: Recording, size: tuple[int, int], theme: str = "dark") -> Stage:
    stage = Stage(size, theme)
    find_scene("rings").set_up(stage, recording)(Moment(0.0, 2.0))
    stage.paint()
    return stage


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("name", ["two", "three"])
def test_classes_and_signs_are_named_at_every_aspect(
    name: str, size: tuple[int, int], request: pytest.FixtureRequest
) -> None:
    recording = request.getfixturevalue(name)
    stage = drawn(recording, size)
    check_layout(stage)
    written = texts(stage)
    assert all(written.count(label) == 1 for label in recording.output.class_names)
    assert {"+", "−"} <= set(written) or {"above 0", "below 0"} <= set(written)


@pytest.mark.parametrize("theme", ["dark", "light", "print"])
def test_dots_have_the_colours_of_what_they_name(two: Recording, theme: str) -> None:
    stage = drawn(two, (1280, 720), theme)
    expected = {"inner": stage.theme.negative, "outer": stage.theme.positive}
    expected |= {"+": stage.theme.mix(stage.theme.positive, 0.75), "−": stage.theme.mix(stage.theme.negative, 0.75)}
    for text in stage.figure.texts:
        if (color := expected.get(text.get_text())) is not None:
            left, up = text.get_position()
            row, column = round((1 - up) * 720 - 8), round(left * 1280 - 17)
            assert np.abs(stage.buffer[row, column, :3] / 255 - to_rgb(color)).max() < 0.01


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_many_long_class_names_leave_room_for_the_rest(two: Recording, size: tuple[int, int], tmp_path: Path) -> None:
    renamed = copied(
        two, tmp_path / "renamed.rec", **said(two, class_names=[f"a class with a long name {k}" for k in range(2)])
    )
    check_layout(drawn(renamed, size))


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_loss_has_a_scale(two: Recording, size: tuple[int, int]) -> None:
    highest = two.history("loss", source="scores")[1].max()
    numbers = [text for text in drawn(two, size).figure.texts if text.get_ha() == "right" and not text.get_animated()]
    values = [float(text.get_text()) for text in numbers]
    assert min(values) == 0
    assert 0.5 * highest <= max(values) <= highest
