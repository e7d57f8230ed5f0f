"""The signal: what flows, what comes back and what is said are those of Keras at the snapshots."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from matplotlib.collections import PathCollection

from animviz import Box, Recorder, Recording, Stage
from animviz.errors import SceneError
from animviz.moment import Moment
from animviz.parts import Words
from animviz.pictures.discovery import find_scene
from helpers.layout import check_layout, texts
from scenes.families.one_sample import wanted_of
from scenes.families.output_bars import target_words
from scenes.families.rounds import Rounds, columns_of
from scenes.families.signal_columns import Nodes
from scenes.families.signal_links import _edge
from scenes.families.standing_bars import StandingBars, bars_stand, standing_height
from scenes.signal import _named, _shapes

Trained = Callable[..., Recording]


def rounds_of(recording: Recording, sample: int) -> Rounds:
    columns = columns_of(recording, 6)
    return Rounds(recording, sample, columns, [recording.at(epoch) for epoch in recording.epochs[[0, -1]]])


@pytest.fixture(params=["digits_mlp", "two_rings", "polynomial"])
def recording(trained: Trained, request: pytest.FixtureRequest) -> Recording:
    return trained(request.param)


def test_links_of_dense_layers_are_weight_times_activation_and_pass_back_weight_times_error(
    recording: Recording,
) -> None:
    found, columns = rounds_of(recording, 2), columns_of(recording, 6)
    now = found.at(recording.at(recording.epochs[-1]))
    dense = [layer for layer in recording.layers if layer.kernel is not None]
    for gap, (layer, links) in enumerate(zip(dense, found.links, strict=True)):
        kernel = layer.kernel_of(recording[-1].weights)
        before, behind = links.T
        expected = now.values[gap][before] * kernel[before, behind]
        np.testing.assert_allclose(now.pushes[gap], expected, rtol=1e-4, atol=1e-6)
    assert columns[0].place == -1
    last = found.links[-1]
    passed = now.errors[-1][last[:, 1]] * dense[-1].kernel_of(recording[-1].weights)[tuple(last.T)]
    np.testing.assert_allclose(now.backs[-1], passed, rtol=1e-4, atol=1e-7)


def test_the_last_links_are_a_path_of_what_adds_most_to_each_unit(trained: Trained) -> None:
    recording = trained("digits_mlp")
    columns = columns_of(recording, 6)
    found = Rounds(recording, 2, columns, [recording.at(epoch) for epoch in recording.epochs])
    now = found.at(recording.at(recording.epochs[-1]))
    dense = [layer for layer in recording.layers if layer.kernel is not None]
    unit = int(now.values[-1].argmax())
    for gap in reversed(range(len(dense))):
        pushes = now.values[gap] * dense[gap].kernel_of(recording[-1].weights)[:, unit]
        assert found.links[gap][-1].tolist() == [pushes.argmax(), unit]
        unit = int(pushes.argmax())


def test_a_step_against_the_errors_of_the_input_lowers_the_loss(recording: Recording) -> None:
    found = rounds_of(recording, 1)
    state = recording.at(recording.epochs[1])
    now = found.at(state)
    assert now.loss == pytest.approx(found.loss(state))
    meaning = recording.output
    single = recording.single_input(recording.inputs)[1:2].astype(np.float64)
    step = 1e-4 / np.linalg.norm(now.errors[0])
    moved = single - step * now.errors[0].reshape(single.shape)
    found._input = moved.astype(np.float32)
    expected = step * float(np.square(now.errors[0]).sum())
    assert now.loss - found.loss(state) == pytest.approx(expected, rel=0.2)
    assert meaning.loss is not None


def test_between_snapshots_everything_moves_in_a_straight_line(recording: Recording) -> None:
    found = rounds_of(recording, 0)
    first, second = (found.at(recording.at(epoch)) for epoch in recording.epochs[:2])
    middle = found.at(recording.at(float(recording.epochs[:2].mean())))
    assert middle.loss == pytest.approx((first.loss + second.loss) / 2)
    np.testing.assert_allclose(middle.pushes[0], (first.pushes[0] + second.pushes[0]) / 2, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("size", [(1280, 720), (720, 720), (720, 1280)], ids=str)
def test_the_answer_and_the_loss_are_said_once_the_front_is_there(recording: Recording, size: tuple[int, int]) -> None:
    stage = Stage(size)
    draw = find_scene("signal").set_up(stage, recording, sample=1)
    draw(Moment(0.0, float(recording.epochs[0]), 0.01))
    assert "–" in texts(stage)
    draw(Moment(9.0, float(recording.epochs[-1]), 1.0))
    shown = texts(stage)
    loss = rounds_of(recording, 1).at(recording.at(recording.epochs[-1])).loss
    assert float(shown[shown.index("its loss") + 1]) == pytest.approx(loss, rel=0.01, abs=6e-5)
    assert "–" not in shown


def test_the_header_says_how_the_net_does_on_all_samples(recording: Recording) -> None:
    stage = Stage((1280, 720))
    find_scene("signal").set_up(stage, recording)(Moment(0.0, float(recording.epochs[-1]), 1.0))
    shown, scores = texts(stage), recording[-1].scores
    label, said = (
        ("accuracy", f"{100 * scores['accuracy']:.1f} %") if "accuracy" in scores
        else ("mean loss", f"{scores['loss']:.4f}")
    )  # fmt: skip
    assert shown[shown.index(label) + 1] == said


def test_a_value_has_the_same_grey_in_frames_of_all_shapes(trained: Trained) -> None:
    greys = []
    for size in ((1280, 720), (720, 720), (720, 1280)):
        stage = Stage(size)
        find_scene("signal").set_up(stage, trained("polynomial"))(Moment(0.0, 1.0, 1.0))
        nodes = [
            artist for artist in stage.moving if isinstance(artist, PathCollection) and len(artist.get_offsets()) > 1
        ]
        greys.append(nodes[0].get_facecolor())
    for other in greys[1:]:
        np.testing.assert_allclose(greys[0], other, atol=1e-6)


def test_long_names_of_ten_classes_are_turned_over_standing_bars() -> None:
    stage, names = Stage((720, 1280)), [f"a class of a long name {k}" for k in range(10)]
    assert bars_stand(stage, 48.8, percent=True)
    assert not bars_stand(stage, 48.8, percent=False)
    high = standing_height(stage, names, 48.8)
    assert high > standing_height(stage, ["a", "b"], 48.8)
    lefts = 200 + 48.8 * np.arange(10)
    box = Box(180, 800, 500, high)
    bars = StandingBars(stage, box, lefts, 48.8, names, np.ones((1, 10)), percent=True, wanted=None)
    bars.show(np.full(10, 0.1))
    turned = [text for text in stage.figure.texts if text.get_rotation() == 90]
    assert len({text.get_text() for text in turned}) == 10
    check_layout(stage)


def test_in_tall_frames_the_signal_goes_down_to_standing_bars(trained: Trained) -> None:
    recording = trained("digits_mlp")
    for size, down in (((1280, 720), False), ((720, 1280), True)):
        stage = Stage(size)
        find_scene("signal").set_up(stage, recording)(Moment(0.0, float(recording.epochs[-1]), 1.0))
        (answer,) = [pair for pair in stage.pairs if pair.name == "answer"]
        assert len(answer.texts()) == 10
        assert all(text.endswith("%") is not down for text in answer.texts())
        said = [text for text in stage.figure.texts if text.get_text() in answer.texts()]
        places = [text.get_position() for text in said if text.get_weight() == 500]
        assert len({top for _, top in places}) == (1 if down else 10)


@pytest.mark.parametrize(
    ("layers", "message"),
    [("BatchNormalization", "has BatchNormalization layers"), ("LSTM", "has LSTM layers")],
)
@pytest.mark.integration
def test_what_an_error_cannot_pass_is_refused(layers: str, message: str, tmp_path: Path) -> None:
    import keras

    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(40, 3, 2)).astype(np.float32), rng.integers(0, 2, 40)
    inner = [keras.layers.LSTM(4)] if layers == "LSTM" else [keras.layers.Flatten(), keras.layers.BatchNormalization()]
    model = keras.Sequential([keras.Input((3, 2)), *inner, keras.layers.Dense(1, "sigmoid")])
    model.compile("adam", "binary_crossentropy")
    model.fit(x, y, epochs=1, verbose=0, callbacks=[Recorder(tmp_path / "r.rec", x, y)])
    with pytest.raises(SceneError, match=message):
        find_scene("signal").set_up(Stage((640, 360)), Recording(tmp_path / "r.rec"))


def test_a_sample_that_is_not_there_is_named(trained: Trained) -> None:
    with pytest.raises(SceneError, match=r"--sample is 999999; .* has samples 0 to"):
        find_scene("signal").set_up(Stage((640, 360)), trained("two_rings"), sample=999_999)


@pytest.mark.integration
def test_what_reaches_a_unit_of_a_convolution_adds_up_to_it(tmp_path: Path) -> None:
    import keras

    rng = np.random.default_rng(0)
    x, y = rng.random((60, 12, 12, 1)).astype(np.float32), rng.integers(0, 3, 60)
    nn = keras.layers
    model = keras.Sequential(
        [
            keras.Input((12, 12, 1)), nn.Conv2D(3, 3, padding="same", activation="relu"), nn.MaxPooling2D(2),
            nn.Conv2D(4, 3, activation="tanh"), nn.Flatten(), nn.Dense(15, "relu"), nn.Dense(3, "softmax"),
        ]
    )  # fmt: skip
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, y, epochs=2, verbose=0, callbacks=[Recorder(tmp_path / "r.rec", x, y)])
    recording = Recording(tmp_path / "r.rec")
    found = Rounds(recording, 5, columns_of(recording, 9), [recording.at(2)])
    way = found._way(recording.at(2))
    for gap, layer in ((0, 0), (2, 2), (3, 4), (4, 5)):
        sums = way.passed.sums[layer].reshape(-1)[found._aims[gap]]
        bias = recording[-1].weights[recording.layers[layer].bias or recording.layers[layer].variables["bias"]]
        reached = found._through(gap, way, found._aims[gap])[0].sum(axis=1)
        np.testing.assert_allclose(reached + bias[found._aims[gap] % len(bias)], sums, rtol=1e-4, atol=1e-5)
    stage = Stage((640, 360))
    find_scene("signal").set_up(stage, recording, sample=5)(Moment(3.0, 0.0, 0.3))
    assert stage.frame().any()


@pytest.mark.integration
def test_what_is_wanted_bears_the_values_of_the_labels(tmp_path: Path) -> None:
    import keras

    rng = np.random.default_rng(0)
    x = rng.normal(size=(40, 2)).astype(np.float32)
    y = np.where(x[:, 0] > 0, 1, -1)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(4, "tanh"), keras.layers.Dense(1, "tanh")])
    model.compile("adam", "hinge")
    model.fit(x, y, epochs=1, verbose=0, callbacks=[Recorder(tmp_path / "r.rec", x, y)])
    recording = Recording(tmp_path / "r.rec")
    for sample in range(5):
        assert wanted_of(recording, sample, 1, "signal") == y[sample]


def test_the_foot_says_where_nothing_adds_on_the_strong_path(trained: Trained) -> None:
    for name in ("digits_mlp", "two_rings", "polynomial"):
        recording = trained(name)
        stage = Stage((1280, 720))
        find_scene("signal").set_up(stage, recording)(Moment(0.0, 0.0, 1.0))
        found = rounds_of(recording, 0)
        now = found.at(recording.at(recording.epochs[-1]))
        assert found.adds == all(push[-1] > 0 for push in now.pushes)
        assert any("takes least" in text for text in texts(stage)) or found.adds


def test_the_foot_names_the_layers_that_have_no_room(trained: Trained) -> None:
    recording = trained("autoencoder")
    for size, said in (((720, 720), True), ((1280, 720), False)):
        stage = Stage(size)
        find_scene("signal").set_up(stage, recording)(Moment(0.0, 0.0, 1.0))
        assert any("not drawn: hidden 3" in text for text in texts(stage)) == said


def test_the_narrowest_hidden_layer_always_has_a_column(trained: Trained) -> None:
    recording = trained("autoencoder")
    assert [column.short for column in columns_of(recording, 4)] == ["input", "hidden 1", "hidden 2", "output"]
    assert [column.short for column in columns_of(recording, 3)] == ["input", "hidden 2", "output"]


def test_what_orange_is_is_said_while_the_error_goes_back(trained: Trained) -> None:
    stage = Stage((1280, 720))
    draw = find_scene("signal").set_up(stage, trained("two_rings"), rounds=2)
    for progress, said in ((0.0, False), (0.4, True), (1.0, False)):
        draw(Moment(0.0, 0.0, progress))
        shown = texts(stage)
        assert ("orange: how much a unit shares in the error" in shown) == said
        assert any(text.startswith("strong path: ") for text in shown) != said


def test_the_last_answer_stands_in_its_node(trained: Trained) -> None:
    recording, stage = trained("polynomial"), Stage((1280, 720))
    find_scene("signal").set_up(stage, recording)(Moment(9.0, float(recording.epochs[-1]), 1.0))
    value = float(rounds_of(recording, 0).at(recording.at(recording.epochs[-1])).values[-1][0])
    words = [text for artist in stage.moving if isinstance(artist, Words) for text in artist.texts]
    assert f"{value:.2f}".replace("-", "−") in words


def test_a_sample_is_called_by_what_it_is(trained: Trained) -> None:
    digits, polynomial, autoencoder = map(trained, ("digits_mlp", "polynomial", "autoencoder"))
    true = digits.output.class_names[int(digits.labels[3])]
    assert _named(digits, 3) == f"a true {true}"
    assert _named(polynomial, 3) == f"input {float(polynomial.inputs[3, 0]):.2f}".replace("-", "−")
    assert _named(autoencoder, 3) == "an image"
    stage = Stage((1280, 720))
    find_scene("signal").set_up(stage, digits, sample=3)(Moment(0.0, 0.0, 0.0))
    assert any(text.startswith("Sample 3 of ") for text in texts(stage))


def test_flat_images_have_rows_and_columns_where_they_come_in_and_are_told_again(trained: Trained) -> None:
    recording = trained("autoencoder")
    shapes = _shapes(recording, rounds_of(recording, 0))
    assert len(shapes[0]) == len(shapes[-1]) == 2
    assert shapes[0][0] * shapes[0][1] == recording.inputs[0].size
    assert all(len(shape) == 1 for shape in shapes[1:-1])
    assert len(_shapes(trained("two_rings"), rounds_of(trained("two_rings"), 0))[0]) == 1


def test_links_rest_at_the_edge_of_cells() -> None:
    box = Box(0, 0, 10, 10)
    starts, ends = np.array([[5.0, 5.0], [5.0, 5.0], [5.0, 5.0]]), np.array([[25.0, 5.0], [15.0, 25.0], [8.0, 8.0]])
    assert _edge(starts, ends, box).tolist() == [[10, 5], [7.5, 10], [8, 8]]
    assert _edge(starts, ends, None) is starts


def test_a_single_target_has_its_value() -> None:
    assert target_words(np.array([-3.0]), percent=False)[0] == "mark: target −3.00"
    assert target_words(np.array([1.0]), percent=True)[1] == "target 100 %"
    assert target_words(np.eye(3)[0], percent=True) == ["mark: target"]


def test_nodes_in_the_colour_of_the_error_hold_no_number() -> None:
    nodes = Nodes(Stage((1280, 720)), Box(0, 0, 92, 600), np.arange(2), (1.0, 1.0), valued=True)
    nodes.put()
    values = np.array([0.5, -1.0])
    for back, said in ((0.0, ["0.50", "−1.00"]), (0.5, ["", ""])):
        nodes.show(values, values, 1.0, back)
        assert nodes._words is not None
        assert list(nodes._words.texts) == said
