"""Heat maps, planes, spaces, diagrams, answers, samples: what is painted is what was computed."""

from dataclasses import replace

import numpy as np
import pytest

from animviz import Box, Moment, Recording, Stage
from animviz.analysis.decision import last_hidden
from animviz.embed import Embedding, embed
from animviz.errors import DivergedError, SceneError
from animviz.parts import (
    Answer,
    Bars,
    ColorScale,
    Diagram,
    HiddenSpace,
    InputPlane,
    Signs,
    Swarm,
    Tags,
    color_map,
    far_apart,
    flat,
    grid_lines,
    grid_shape,
    heatmap,
    images_of,
    last_places,
    name_tags,
    planar_inputs,
    plane_axes,
    still,
    thumbnail,
    tiled,
)
from animviz.parts.swarm import centred
from helpers.layout import check_layout, texts

BOX = Box(40, 60, 500, 300)


def at(stage: Stage, left: float, top: float) -> np.ndarray:
    """Return the pixel at a place in units, as it was painted last."""
    return stage.buffer[round(top * stage.pixel), round(left * stage.pixel), :3].astype(int)


@pytest.mark.parametrize("shape", [(2, 8), (8, 2), (5, 5)])
def test_cells_of_a_heat_map_are_squares_in_the_middle_of_the_box(shape: tuple[int, int]) -> None:
    stage = Stage()
    _, place = heatmap(stage, BOX, shape)
    assert place.width / shape[1] == pytest.approx(place.height / shape[0])
    assert place.left - BOX.left == pytest.approx(BOX.right - place.right)
    assert place.top - BOX.top == pytest.approx(BOX.bottom - place.bottom)
    assert place.width == pytest.approx(BOX.width) or place.height == pytest.approx(BOX.height)


@pytest.mark.parametrize("kind", ["heat", "signed", "gray"])
def test_a_heat_map_paints_the_colours_of_its_scale(kind: str) -> None:
    stage = Stage()
    artist, place = heatmap(stage, BOX, (1, 3), kind=kind, low=-1, high=1)
    artist.set_values(np.array([[-1.0, 0.0, 1.0]]))
    stage.paint()
    side, colors = place.width / 3, color_map(stage.theme, kind)
    for cell, shade in enumerate((0, 128, 255)):
        seen = at(stage, place.left + (cell + 0.5) * side, place.top + place.height / 2)
        assert np.abs(seen - colors[shade]).max() <= 3


def test_zero_has_no_colour_of_either_sign() -> None:
    theme = Stage().theme
    low, middle, high = color_map(theme, "signed")[[0, 128, 255]].astype(int)
    assert low[2] > low[0]
    assert high[0] > high[2]
    assert np.ptp(middle) < 30


def test_a_colour_scale_names_its_ends() -> None:
    stage = Stage()
    ColorScale(stage, BOX, "heat", ("0", "100 %"), "share")
    assert texts(stage) == ["0", "100 %", "share"]
    check_layout(stage)


@pytest.mark.parametrize(("count", "shape"), [(1, (1, 1)), (10, (2, 5)), (12, (3, 4)), (256, (16, 16)), (37, (6, 7))])
def test_units_stand_in_nearly_square_grids(count: int, shape: tuple[int, int]) -> None:
    rows, columns = grid_shape(count)
    assert rows * columns >= count
    assert columns <= 2 * rows or count < 4 or (rows, columns) == shape


def test_values_are_laid_out_row_by_row_and_channels_apart() -> None:
    assert tiled(np.arange(6.0)).tolist() == [[0, 1, 2], [3, 4, 5]]
    channels = tiled(np.stack([np.full((2, 2), k) for k in range(4)], axis=-1).astype(float))
    assert channels.shape == (5, 5)
    assert np.isnan(channels[2]).all()
    assert (channels[0, 0], channels[0, 3], channels[3, 0], channels[3, 3]) == (0, 1, 2, 3)


def test_samples_that_are_no_images_are_refused(digits: Recording) -> None:
    assert images_of(digits, "here").shape[1:] == (8, 8)
    with pytest.raises(SceneError, match="here draws images"):
        images_of(digits, "here", np.zeros((3, 2, 2, 2, 2)))


def test_an_image_is_shown_as_large_as_fits() -> None:
    stage = Stage((640, 360))
    image = np.zeros((4, 8))
    image[:, 4:] = 1
    place = still(stage, BOX, image)
    assert (place.width, place.height) == (500, 250)
    stage.paint()
    assert at(stage, place.left + 20, place.top + 120).max() < 5
    assert at(stage, place.right - 20, place.top + 120).min() > 250


def test_signs_differ_in_shape_and_stand_where_they_should() -> None:
    stage = Stage()
    empty = stage.frame().astype(int)
    signs = Signs(stage, [(100, 100), (300, 100)], size=40)
    painted = []
    for right in ([True, True], [False, False]):
        signs.show(right)
        changed = np.abs(stage.frame() - empty).max(axis=2) > 30
        rows, columns = changed.nonzero()
        assert 76 <= columns.min() <= columns.max() <= 324
        assert 76 <= rows.min() <= rows.max() <= 124
        painted.append(changed)
    assert (painted[0] ^ painted[1]).sum() > 0.3 * painted[0].sum()


def test_planes_are_drawn_of_points_in_the_plane_only(rings: Recording, digits: Recording) -> None:
    assert planar_inputs(rings, "here").shape == (len(rings.labels), 2)
    with pytest.raises(SceneError, match="here draws points of a plane"):
        planar_inputs(digits, "here")


def test_the_plane_has_the_tint_of_the_answer(rings: Recording) -> None:
    stage = Stage()
    inputs = planar_inputs(rings, "here")
    plane = InputPlane(stage, Box(100, 100, 400, 400), rings, inputs, points=False, line=2)
    state = rings.at(3)
    plane.show(state)
    stage.paint()
    (axes,) = stage.figure.axes
    for x, y in [(-0.9, -0.9), (0.9, 0.9), (0, 0.9), (0.9, 0), (0, 0)]:
        probability = float(state.outputs(np.array([[x, y]], np.float32))[0, 0])
        column, up = axes.transData.transform((x, y))
        red, _, blue = stage.buffer[round(stage.size[1] - up), round(column), :3].astype(int)
        if abs(probability - 0.5) > 0.2:
            assert (red > blue) == (probability > 0.5)


def test_a_grid_spans_the_inputs(rings: Recording) -> None:
    inputs = planar_inputs(rings, "here")
    lines = grid_lines(inputs, 5)
    assert lines.shape[0] == 10
    assert lines.shape[2] == 2
    assert (lines.reshape(-1, 2).min(axis=0) <= inputs.min(axis=0)).all()
    assert (lines.reshape(-1, 2).max(axis=0) >= inputs.max(axis=0)).all()
    assert grid_lines(inputs, 0).shape[0] == 0


@pytest.mark.parametrize("arch", ["rings", "digits"])
def test_points_of_a_hidden_space_keep_within_its_limits(arch: str, request: pytest.FixtureRequest) -> None:
    recording = request.getfixturevalue(arch)
    inputs = recording.single_input(recording.inputs)
    space = HiddenSpace(recording, last_hidden(recording), inputs)
    space.set_up(Stage(), BOX)
    (left, right), (low, high) = space.projection.limits
    for epoch in recording.epochs:
        state = recording.at(epoch)
        hidden = state.activations(last_hidden(recording), inputs)
        places = space.projection.place(state, Moment(0.0, epoch), hidden, inputs)
        assert (places >= (left, low)).all()
        assert (places <= (right, high)).all()
        space.show(state, Moment(0.0, epoch))


def test_links_are_as_wide_as_their_weights_and_dashed_below_zero(rings: Recording) -> None:
    stage = Stage()
    diagram = Diagram(stage, BOX, rings)
    state = rings.at(3)
    diagram.show(state)
    links, _ = stage.figure.axes[0].collections
    weights = np.concatenate([state.weights[layer.kernel].ravel() for layer in rings.layers])
    assert [dash is not None for _, dash in links.get_linestyles()] == list(weights < 0)
    assert list(np.argsort(links.get_linewidths())) == list(np.argsort(np.abs(weights)))


def test_a_wide_network_shows_some_units_and_says_how_many_there_are(digits: Recording) -> None:
    stage = Stage()
    Diagram(stage, BOX, digits)
    assert texts(stage) == ["64", "12", "8", "10"]
    check_layout(stage)


@pytest.mark.parametrize("true", [2, 7])
def test_an_answer_says_which_class_and_whether_it_is_right(true: int) -> None:
    stage = Stage()
    names, given = [f"class {k}" for k in range(10)], np.full(10, 0.03)
    given[7] = 0.73
    answer = Answer(stage, Box(40, 60, 400, 400), names, true, given)
    answer.show(given)
    check_layout(stage)
    assert {"class 7", "73.0 %"} <= set(texts(stage))
    sign = np.column_stack(stage.figure.axes[-1].lines[0].get_data())
    assert np.isnan(sign).any() == (true == 2)  # a cross has a gap, a check has none
    ((text,), (value,)) = stage.pairs[0].texts(), stage.pairs[0].values()
    assert (text, value) == ("73.0 %", pytest.approx(73))


def test_bars_are_as_long_as_the_probabilities() -> None:
    stage = Stage()
    given = np.array([0.5, 0.25, 0.25])
    bars = Bars(stage, BOX, ["a", "b", "c"], 0, given, ("#ff0000", "#00ff00"))
    bars.show(given)
    track, true, others, _ = stage.figure.axes[0].lines
    whole = np.nanmax(track.get_xdata()) - np.nanmin(track.get_xdata())
    for line, share in ((true, 0.5), (others, 0.25)):
        assert np.nanmax(line.get_xdata()) - np.nanmin(line.get_xdata()) == pytest.approx(share * whole)
    assert bars.note == ""


@pytest.fixture(scope="module")
def embedding(digits: Recording) -> Embedding:
    values = [digits.at(epoch).activations("layer_2")[:60] for epoch in (2, 3)]
    return embed(np.stack(values), "pca", epochs=np.arange(2), labels=digits.labels[:60])


def test_a_swarm_shows_every_sample_and_the_wrong_ones_as_rings(embedding: Embedding, digits: Recording) -> None:
    stage, labels = Stage(), digits.labels[:60].astype(int)
    names = digits.output.class_names
    swarm = Swarm(stage, BOX, embedding, labels, 10, name_tags(stage, names, BOX.width * BOX.height))
    frames = []
    for wrong in (np.zeros(60, bool), np.ones(60, bool)):
        swarm.show(0.5, wrong)
        frames.append(stage.frame())
    changed = (frames[0] != frames[1]).any(axis=2)
    assert changed.sum() > 4 * 60  # each becomes a ring


def test_a_swarm_of_a_diverged_epoch_is_an_error(embedding: Embedding, digits: Recording) -> None:
    positions = embedding.positions.copy()
    positions[0] = np.nan
    diverged = replace(embedding, positions=positions)
    swarm = Swarm(Stage(), BOX, diverged, digits.labels[:60].astype(int), 10, (np.zeros(0, int), []))
    with pytest.raises(DivergedError, match="not finite here"):
        swarm.show(0.0, np.zeros(60, bool))


def test_places_in_space_turn_and_those_in_the_plane_do_not() -> None:
    plane, space = np.random.default_rng(0).normal(size=(2, 9, 3))
    assert (flat(plane[:, :2], 3.0) == plane[:, :2]).all()
    assert flat(space, 0.0).shape == (9, 2)
    assert np.abs(flat(space, 0.0) - flat(space, 5.0)).max() > 0.1
    np.testing.assert_allclose(flat(space, 0.0), flat(space, 24.0), atol=1e-9)


def test_samples_that_are_chosen_are_far_from_each_other() -> None:
    rng = np.random.default_rng(1)
    places, labels = rng.uniform(0, 1, (200, 2)), rng.integers(0, 3, 200)
    chosen = far_apart(places, labels, 6, 0.1)
    between = np.linalg.norm(places[chosen][:, None] - places[chosen], axis=2)
    assert between[~np.eye(len(chosen), dtype=bool)].min() >= 0.1
    assert len(far_apart(places, labels, 500, 0.5)) < 8
    assert len(far_apart(places, labels, 6, 0.0)) == 6


def test_names_stand_within_the_plane_and_as_many_as_fit(embedding: Embedding, digits: Recording) -> None:
    stage, labels = Stage(), digits.labels[:60].astype(int)
    names = [f"a class called {name}" for name in digits.output.class_names]
    few, many = (name_tags(stage, names, area)[0] for area in (3e4, 1e6))
    assert len(few) < len(many) == 10
    axes = plane_axes(stage, BOX, centred(embedding))
    classes, pictures = name_tags(stage, names, 1e5)
    tags = Tags(stage, axes, labels, (classes, pictures))
    half = np.array([picture.shape[1::-1] for picture in pictures]) / 2
    places = tags.places(flat(centred(embedding).shown_at(0.0), 0.0))
    assert (places - half >= stage.pixel * np.array([BOX.left, BOX.top]) - 1).all()
    assert (places + half <= stage.pixel * np.array([BOX.right, BOX.bottom]) + 1).all()
    assert last_places(embedding).shape == (60, 2)


def test_a_thumbnail_has_a_frame_of_its_class() -> None:
    picture = thumbnail(Stage(), np.full((8, 8), 0.5), (1.0, 0.0, 0.0), 40)
    assert picture.shape == (44, 44, 4)
    assert tuple(picture[0, 0]) == (255, 0, 0, 255)
    assert tuple(picture[22, 22]) == (128, 128, 128, 255)
