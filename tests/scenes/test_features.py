"""Features: receptive fields, patches and evidence are what the network's own numbers say."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from animviz import Box, Recorder, Recording, Stage
from animviz.analysis.class_map import class_map
from animviz.analysis.states import sampled_states
from animviz.errors import SceneError
from animviz.moment import Moment
from animviz.parts import color_map
from animviz.pictures.discovery import find_scene
from animviz.recording.replay.forward import forward
from animviz.stage.heatmap import Heatmap
from helpers.layout import texts
from scenes.families.map_cells import cells_in, most_cells
from scenes.families.maps_seen import MapsSeen
from scenes.families.receptive import Field, strongest
from scenes.features import _block, _title

Trained = Callable[..., Recording]


@pytest.fixture(scope="module")
def convolved(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """A network with padding, strides and dilation, trained for an epoch."""
    import keras

    keras.utils.set_random_seed(0)  # by chance a channel of four may be silent
    rng, nn = np.random.default_rng(0), keras.layers
    x, y = rng.random((50, 15, 14, 1)).astype(np.float32), rng.integers(0, 3, 50)
    model = keras.Sequential(
        [
            keras.Input((15, 14, 1)), nn.Conv2D(3, 3, padding="same", strides=2, activation="tanh"), nn.ZeroPadding2D(1),
            nn.MaxPooling2D(2, padding="same"), nn.Conv2D(4, 2, dilation_rate=2), nn.ReLU(), nn.Flatten(),
            nn.Dense(3, "softmax"),
        ]
    )  # fmt: skip
    model.compile("adam", "sparse_categorical_crossentropy")
    path = tmp_path_factory.mktemp("convolved") / "r.rec"
    model.fit(x, y, epochs=1, verbose=0, callbacks=[Recorder(path, x, y)])
    return Recording(path)


def field_of(recording: Recording, place: int) -> Field:
    weights, shapes, values = recording[-1].weights, [], recording.inputs[:1]
    for layer in recording.layers[: place + 1]:
        shapes.append(values.shape[1:])
        values = forward([layer], weights, values)
    return Field.of(recording.layers[: place + 1], shapes, weights)


@pytest.mark.parametrize("place", [0, 2, 3])
def test_a_field_holds_all_pixels_that_a_place_depends_on_and_no_others_matter(
    convolved: Recording, place: int
) -> None:
    weights, field = convolved[-1].weights, field_of(convolved, place)
    image = convolved.inputs[:1].copy()
    known = forward(convolved.layers, weights, image, until=place)
    rng = np.random.default_rng(1)
    for row, column in ((0, 0), (known.shape[1] - 1, known.shape[2] - 1), (1, 0)):
        inside = np.zeros((15, 14), bool)
        top, left = (start + at * step for start, at, step in zip(field.start, (row, column), field.step, strict=True))
        inside[max(top, 0) : top + field.size[0], max(left, 0) : left + field.size[1]] = True
        changed = image.copy()
        changed[0, ~inside, 0] = rng.random((~inside).sum())
        assert np.array_equal(
            forward(convolved.layers, weights, changed, until=place)[0, row, column], known[0, row, column]
        )


def test_patches_are_those_where_a_filter_answers_most(convolved: Recording) -> None:
    seen = MapsSeen(convolved, _block(convolved, ""), 0, sampled_states(convolved))
    state = convolved.at(1)
    maps = forward(convolved.layers, state.weights, convolved.inputs, until=4)
    found = strongest(maps, 4)
    for channel in range(maps.shape[3]):
        sample, row, column = found[channel][0]
        assert maps[sample, row, column, channel] == maps[..., channel].max()
        expected = field_of(convolved, 3).patch(seen.among[sample], (row, column))
        np.testing.assert_array_equal(seen.patches(state)[channel][0], expected)


@pytest.mark.integration
def test_evidence_is_that_of_keras(convolved: Recording) -> None:
    import keras
    import tensorflow as tf

    nn = keras.layers
    front = keras.Sequential(
        [
            keras.Input((15, 14, 1)), nn.Conv2D(3, 3, padding="same", strides=2, activation="tanh"), nn.ZeroPadding2D(1),
            nn.MaxPooling2D(2, padding="same"), nn.Conv2D(4, 2, dilation_rate=2), nn.ReLU(),
        ]
    )  # fmt: skip
    back = keras.Sequential([keras.Input(front.output_shape[1:]), nn.Flatten(), nn.Dense(3)])
    weights = [convolved[-1].weights[name] for name in convolved.manifest.weights]
    front.set_weights(weights[:4])
    back.set_weights(weights[4:])
    maps = tf.constant(front(convolved.inputs[:1]))
    with tf.GradientTape() as tape:
        tape.watch(maps)
        score = back(maps)[0, 2]
    slopes = tape.gradient(score, maps)
    expected = np.maximum((np.asarray(maps)[0] * np.asarray(slopes)[0].mean(axis=(0, 1))).sum(axis=-1), 0)
    found = class_map(convolved.layers, convolved[-1].weights, convolved.inputs[:1], 2, 4)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


def test_the_answer_is_the_networks(trained: Trained) -> None:
    recording, stage = trained("lenet"), Stage((1280, 720))
    find_scene("features").set_up(stage, recording, sample=3)(Moment(2.0, 1.5))
    shares = recording.at(1.5).outputs(recording.inputs[3:4])[0]
    said = f"answer: {recording.output.class_names[shares.argmax()]}, {100 * shares.max():.1f} %"
    assert said in texts(stage)


def test_maps_are_bright_by_the_root_of_an_activation_on_one_scale(trained: Trained) -> None:
    recording, stage = trained("lenet"), Stage((1280, 720))
    states = sampled_states(recording, 12)
    seen = MapsSeen(recording, _block(recording, ""), 0, states)
    shown = seen.chosen(states[-1], 6)
    peak = max(seen.maps(state)[..., shown].max() for state in states)
    draw = find_scene("features").set_up(stage, recording)
    colors = color_map(stage.theme, "heat")
    for epoch in (0.0, float(recording.epochs[-1])):
        draw(Moment(epoch, epoch))
        values = np.sqrt(seen.maps(recording.at(epoch))[..., shown] / peak)
        maps = [one for one in stage.moving if isinstance(one, Heatmap) and one._cells.shape[:2] == values.shape[:2]]
        for k, drawn in enumerate(maps[-6:] if len(maps) > 6 else maps):
            expected = colors[np.rint(values[..., k] * (len(colors) - 1)).astype(int)]
            assert np.abs(drawn._cells[..., :3].astype(int) - expected[..., :3]).max() <= 4
    assert any(f"brightest: {peak:.2g}" in text for text in texts(stage))


def test_what_speaks_for_a_guess_is_fainter_than_what_speaks_for_an_answer(trained: Trained) -> None:
    recording, stage = trained("lenet"), Stage((1280, 720))
    states = sampled_states(recording, 12)
    seen = MapsSeen(recording, _block(recording, ""), 0, states)
    strengths = [seen.evidence(state, seen.answer(state)[0]).max() for state in states]
    draw = find_scene("features").set_up(stage, recording)
    image = next(one for one in stage.moving if isinstance(one, Heatmap))
    black = seen.image < 0.01
    greens = []
    for state in states:
        draw(Moment(state.epoch, state.epoch))
        greens.append(image._cells[..., 1][black].max())
    assert greens[0] < 0.5 * max(greens)
    assert strengths[0] < 0.5 * max(strengths)


def test_the_title_says_how_the_answer_of_the_filters_grew() -> None:
    assert _title(np.array([0.25, 9.0, 4.0]), 6) == "Six filters come to answer 16 times as strongly"
    assert _title(np.array([1.0, 1.5]), 1) == "One filter comes to answer more strongly"
    assert _title(np.array([1.0, 0.5]), 2) == "Two filters come to answer more weakly"
    assert _title(np.array([1.0, 1.1]), 2) == "Two filters answer about as strongly as at first"
    assert _title(np.array([0.0, 1.0]), 2) == "Two filters, silent at first, come to answer"
    assert _title(np.array([1.0]), 2) == "Two filters, and what excites them most"


def test_what_is_asked_for_and_is_not_there_is_named(trained: Trained) -> None:
    lenet = trained("lenet")
    with pytest.raises(SceneError, match=r"no convolution 'conv_9'; .* has conv_1, conv_2"):
        find_scene("features").set_up(Stage((640, 360)), lenet, layer="conv_9")
    with pytest.raises(SceneError, match=r"--sample is 99999; .* has samples 0 to"):
        find_scene("features").set_up(Stage((640, 360)), lenet, sample=99_999)
    with pytest.raises(SceneError, match=r"draws convolutions of images; .* has none: see unit and digits"):
        find_scene("features").set_up(Stage((640, 360)), trained("digits_mlp"))


def test_the_first_convolution_shows_its_filters(trained: Trained, tmp_path: Path) -> None:
    lenet = trained("lenet")
    assert MapsSeen(lenet, _block(lenet, "conv_1"), 0, sampled_states(lenet)).plain
    assert not MapsSeen(lenet, _block(lenet, "conv_2"), 0, sampled_states(lenet)).plain


def test_fewer_filters_are_shown_where_nothing_would_be_seen_in_more() -> None:
    wide, square = Box(0, 0, 740, 520), Box(0, 0, 280, 460)
    assert (most_cells(wide, 6, False), most_cells(square, 6, False), most_cells(Box(0, 0, 90, 90), 6, True)) == (
        6,
        4,
        1,
    )
    assert all(cell.map.width >= 100 for cell in cells_in(square, 4, False))
