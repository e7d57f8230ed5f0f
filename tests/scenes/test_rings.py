"""`rings` says in place what its colours and dashes are, nothing leaves its frame, and its loss can be read off."""

from pathlib import Path

import numpy as np
import pytest

from animviz import Moment, Recording, Stage
from animviz.analysis.decision import last_hidden
from animviz.parts import HiddenSpace, grid_lines, planar_inputs
from animviz.pictures.discovery import find_scene
from animviz.scenes.families.endings import classes_in_words, count_in_words
from animviz.scenes.rings import _who
from animviz.stage.sprites import Sprites
from helpers.layout import check_layout, texts
from helpers.meaning import said
from helpers.recordings import copied, made, rewritten

SIZES = [(1280, 720), (640, 360), (720, 720), (720, 1280), (960, 720)]


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    return made("two_rings", tmp_path_factory.mktemp("rings") / "two.rec", arch="2-3-2-1", samples=200)


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    return made("spirals", tmp_path_factory.mktemp("rings") / "three.rec", arch="2-16-2-3", classes=3, samples=200)


def drawn(recording: Recording, size: tuple[int, int], scene: str = "rings") -> Stage:
    stage = Stage(size)
    find_scene(scene).set_up(stage, recording)(Moment(0.0, 2.0))
    stage.paint()
    return stage


@pytest.mark.parametrize(("name", "size"), [*(("two", size) for size in SIZES), ("three", (720, 720))], ids=str)
def test_axes_and_dashes_are_named_at_every_aspect(
    name: str, size: tuple[int, int], request: pytest.FixtureRequest
) -> None:
    recording = request.getfixturevalue(name)
    stage = drawn(recording, size)
    check_layout(stage)
    check_scale(stage, recording, low=size == (720, 720))
    assert any("unit 1 →, unit 2 ↑" in text for text in texts(stage))
    assert any(text.startswith("dashed: ") for text in texts(stage))


@pytest.mark.parametrize("scene", ["rings", "boundary", "hidden"])
@pytest.mark.parametrize("size", [(1280, 720), (720, 720)], ids=str)
def test_long_class_names_leave_room_for_the_rest(
    scene: str, size: tuple[int, int], two: Recording, tmp_path: Path
) -> None:
    names = [f"a class with a long name {k}" for k in range(2)]
    check_layout(drawn(copied(two, tmp_path / "renamed.rec", **said(two, class_names=names)), size, scene))


def check_scale(stage: Stage, recording: Recording, low: bool) -> None:
    """Hold the numbers at the ruler against the loss; a low ruler has none."""
    highest = recording.history("loss", source="scores")[1].max()
    numbers = [text for text in stage.figure.texts if text.get_ha() == "right" and not text.get_animated()]
    values = [float(text.get_text()) for text in numbers]
    assert low == (not values)
    assert low or (min(values) == 0 and 0.5 * highest <= max(values) <= highest)


@pytest.mark.parametrize("arch", ["2-3-5-1", "2-4-2-1", "2-6-4-3"])
@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_no_bent_line_leaves_the_space(arch: str, activation: str, tmp_path: Path) -> None:
    options = {"classes": 3} if arch.endswith("3") else {}
    recording = made(
        "blobs" if options else "two_rings",
        tmp_path / "a.rec",
        arch=arch,
        activation=activation,
        samples=100,
        **options,
    )
    inputs = planar_inputs(recording, "here")
    lines = grid_lines(inputs, 9)
    space = HiddenSpace(recording, last_hidden(recording), inputs, lines)
    (left, right), (low, high) = space.projection.limits
    flat = lines.reshape(-1, 2)
    for epoch in np.linspace(0, 3, 7):
        state = recording.at(epoch)
        hidden = state.activations(last_hidden(recording), flat)
        places = space.projection.place(state, Moment(0.0, epoch), hidden, flat)
        assert ((places >= (left, low)) & (places <= (right, high))).all()


def test_the_title_claims_no_more_than_what_happened(two: Recording, tmp_path: Path) -> None:
    (title,) = (text for text in texts(drawn(two, (1280, 720))) if "part" in text)
    right = np.mean((two.at(3.0).outputs()[:, 0] > 0.5) == two.labels)
    assert right < 0.9  # its weights are drawn at random
    assert title == "A net of three and two units does not part two rings"
    alone = made("two_rings", tmp_path / "alone.rec", arch="2-1", samples=100)
    assert "A straight cut does not part two rings" in texts(drawn(alone, (1280, 720)))


@pytest.mark.parametrize(
    ("widths", "who"),
    [
        ([], "a straight cut"),
        ([1], "one unit"),
        ([3, 2], "a net of three and two units"),
        ([4, 4, 2], "three hidden layers"),
    ],
)
def test_the_title_says_how_many_units_each_layer_has(widths: list[int], who: str) -> None:
    assert _who(widths) == who


def test_a_boundary_behind_several_layers_is_a_curve_bent_from_lines(two: Recording, tmp_path: Path) -> None:
    def title(recording: Recording) -> str:
        stage = Stage((1280, 720))
        find_scene("boundary").set_up(stage, recording)(Moment(0.0, 0.0))
        return next(text for text in texts(stage) if "part" in text)

    assert title(two) == "A curve bent from three lines does not part two rings"
    flat = made("two_rings", tmp_path / "flat.rec", arch="2-3-1", samples=100)
    assert title(flat) == "Three lines do not part two rings"


def test_names_in_planes_are_filled_so_that_none_looks_like_a_sample(two: Recording) -> None:
    stage = Stage((1280, 720))
    find_scene("boundary").set_up(stage, two)(Moment(0.0, 0.0))
    frame = stage.frame()
    (names,) = (artist for artist in stage._moving if isinstance(artist, Sprites))
    for middle, size, color in zip(names._middles, names._sizes, stage.theme.palette(2), strict=True):
        (top, left), (height, width) = np.rint(middle[::-1] - size / 2).astype(int), size
        window = frame[top : top + height, left : left + width, :3].astype(float)
        filled = np.abs(window - 255 * np.asarray(color)).max(axis=2) < 2
        assert filled.mean() > 0.3


def test_a_training_that_diverges_parts_nothing(two: Recording, tmp_path: Path) -> None:
    broken = rewritten(two, tmp_path / "nan.rec", weights=lambda index, _, array: array * (np.nan if index == 3 else 1))
    assert "The training diverges at epoch 3" in texts(drawn(broken, (1280, 720)))


def test_counts_are_words_as_far_as_one_says_them(two: Recording, three: Recording) -> None:
    assert [count_in_words(count, "unit") for count in (1, 3, 40)] == ["one unit", "three units", "40 units"]
    assert (classes_in_words(two), classes_in_words(three)) == ("two rings", "three classes")
