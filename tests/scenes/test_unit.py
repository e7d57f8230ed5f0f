"""The scene `unit`: what it shows of a unit is what NumPy, scikit-learn and matplotlib find, and dead is silent to the end."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from matplotlib.cbook import boxplot_stats

import animviz
from animviz import Box, Moment, Recording, Stage
from animviz.errors import InputError, SceneError
from animviz.pictures.discovery import find_scene
from animviz.recording.replay.layers import Layer
from animviz.scenes.families.blocks import blocks_of, hidden_blocks
from animviz.scenes.families.unit_images import Excited
from animviz.scenes.families.unit_panels import IMAGE, Places, for_and_against
from animviz.scenes.families.unit_source import has_images, source_of
from animviz.scenes.families.unit_strips import number_in
from animviz.scenes.families.unit_values import apart, eta_squared, saturation, sorted_by_class, unit_values
from animviz.scenes.unit import _title as said_of
from helpers.layout import check_layout, texts
from helpers.recordings import made, rewritten

pytestmark = pytest.mark.integration  # from real trainings

Trained = Callable[..., Recording]


@pytest.fixture
def net(trained: Trained) -> Recording:
    return trained("digits_mlp")


def drawn(recording: Recording, epoch: float, size: tuple[int, int] = (1280, 720), **options: object) -> Stage:
    stage = Stage(size)
    find_scene("unit").set_up(stage, recording, **options)(Moment(0.0, epoch))
    return stage


def pairs(stage: Stage) -> dict[str, list[float]]:
    return {one.name: [float(value) for value in one.values()] for one in stage.pairs}


def title_of(stage: Stage) -> str:
    (title,) = [text for text in texts(stage) if text.startswith("Unit ")]
    return title


def test_the_unit_that_tells_classes_apart_best_is_chosen_and_named(net: Recording) -> None:
    from sklearn.feature_selection import f_classif

    values = net.at(4.0).activations("hidden_1").astype(float)
    varies = np.flatnonzero(values.std(axis=0) > 0)
    f, _ = f_classif(values[:, varies], net.labels)
    best = varies[f.argmax()]
    share = eta_squared(values[:, varies], net.labels)
    assert share / (1 - share) * (len(values) - 10) / 9 == pytest.approx(f, rel=1e-6)
    means = [values[net.labels == k, best].mean() - values[net.labels != k, best].mean() for k in range(10)]
    title = title_of(drawn(net, 0.0))
    assert title.startswith(f"Unit {best} ")
    assert title.endswith(f"to {np.abs(means).argmax()}")


def test_ends_and_boxes_are_those_of_matplotlib(net: Recording) -> None:
    stage = drawn(net, 3.0, unit="3")
    values = net.at(3.0).activations("hidden_1")[:, 3]
    last = net.at(4.0).activations("hidden_1")[:, 3]
    order = np.argsort([-last[net.labels == k].mean() for k in range(10)], kind="stable")
    parts = [values[net.labels == k] for k in order]
    lines = [np.asarray(line.get_xdata()) for axes in stage.figure.axes for line in axes.get_lines()]
    ranges = next(line for line in lines if len(line) >= 29 and not np.array_equal(line[::3], line[1::3]))
    assert ranges[::3] == pytest.approx([part.min() for part in parts], abs=1e-6)
    assert ranges[1::3] == pytest.approx([part.max() for part in parts], abs=1e-6)
    (boxes,) = [c for axes in stage.figure.axes for c in axes.collections]
    for path, expected in zip(boxes.get_paths(), boxplot_stats(parts), strict=True):
        assert [path.vertices[:, 0].min(), path.vertices[:, 0].max()] == pytest.approx(
            [expected["q1"], expected["q3"]], abs=1e-6
        )


def test_images_are_those_that_excite_it_most_and_least_in_the_end() -> None:
    stage, values = Stage((1280, 720)), np.random.default_rng(0).random(500)
    images = np.zeros((len(values), 8, 8))
    excited = Excited(stage, Box(40, 40, 300, 600), np.argsort(values), values, 4, images, np.zeros((500, 3)), (0, 9))
    excited.show(values)
    shown = pairs(stage)["activation of an image"]
    assert shown[:4] == pytest.approx(np.sort(values)[:-5:-1], abs=1e-6)
    assert shown[4:] == pytest.approx(np.sort(values)[:4], abs=1e-6)


def test_images_that_excite_it_least_and_all_alike_are_counted(net: Recording) -> None:
    every = net.at(4.0).activations("hidden_1")
    unit = int(np.flatnonzero(((every == 0).sum(axis=0) > 4) & ((every > 0).sum(axis=0) > 4))[0])
    values, alike = every[:, unit], int((every[:, unit] == 0).sum())
    stage = drawn(net, 4.0, unit=str(unit), images=4)
    assert pairs(stage)["activation of an image"] == pytest.approx(np.sort(values)[:-5:-1], abs=1e-6)
    assert any(text.startswith(f"silent in the end for {alike:,}") for text in texts(stage))


def test_weights_lie_at_their_pixels_and_colours_are_averaged(trained: Trained, odd_images: Path) -> None:
    odd = trained("digits_mlp", data=str(odd_images), arch="840-12-7")
    source = source_of(odd, hidden_blocks(odd)[0][0])
    kernel = odd.at(4.0).weights["hidden_1/kernel"]
    (image,) = source.of_units(odd.at(4.0), np.array([3]), lambda: None)
    assert image == pytest.approx(kernel[:, 3].reshape(20, 14, 3).mean(axis=2))
    assert "mean of red, green and blue" in source.foot


def test_a_kernel_is_shown_with_a_tile_for_each_channel(trained: Trained) -> None:
    recording = trained("lenet", arch="2-4-12-8-10")
    blocks = {block.layer.name: block for block in hidden_blocks(recording)[0]}
    state, one = recording.at(4.0), np.array([1])
    kernel = state.weights["conv_2/kernel"]
    source = source_of(recording, blocks["conv_2"])
    assert np.array_equal(source.of_units(state, one, lambda: None)[0], kernel[..., 1])
    assert "a tile for each of 2 channels" in source.foot
    maps = state.activations("conv_2")
    assert unit_values(state, "conv_2") == pytest.approx(maps.mean(axis=(1, 2)), abs=1e-5)
    assert "in the second convolution" in " ".join(texts(drawn(recording, 4.0, layer="conv_2", unit="3")))


def test_deeper_units_are_shown_by_the_images_that_they_answer_to(net: Recording) -> None:
    source = source_of(net, hidden_blocks(net)[0][1])
    values = net.at(4.0).activations("hidden_2")[:, [2]].astype(float)
    (image,) = source.of_units(net.at(4.0), np.array([2]), lambda: values)
    flat = net.inputs.reshape(len(net.inputs), -1)
    expected = [np.cov(values[:, 0], pixel, bias=True)[0, 1] / values.std() for pixel in flat.T]
    assert image.ravel() == pytest.approx(np.array(expected), abs=1e-5)
    assert "weighted by its activation" in source.foot


def test_numbers_without_a_place_in_an_image_are_bars(rings_recording: Recording) -> None:
    assert not has_images(rings_recording)
    state = rings_recording.at(2.5)
    stage = drawn(rings_recording, 2.5, layer="hidden_1", unit="0")
    name = hidden_blocks(rings_recording)[0][0].layer.kernel
    assert sorted(pairs(stage)["weight"]) == pytest.approx(sorted(state.weights[name][:, 0]))
    assert {"input 0", "input 1"} <= set(texts(stage))


def test_dead_is_silent_to_the_end(net: Recording, tmp_path: Path) -> None:
    def silenced(*snapshots: int) -> Callable[[int, str, np.ndarray], np.ndarray]:
        def change(index: int, name: str, array: np.ndarray) -> np.ndarray:
            array = array.copy()
            if index in snapshots and name.startswith("hidden_1"):
                array[..., 4] = -1 if name.endswith("bias") else 0
            return array

        return change

    for name, snapshots, said in (
        ("falls", (3, 4), "Unit 4 falls silent"), ("never", range(5), "Unit 4 is never active"), ("rises", (2, 3), "Unit 4 ")
    ):  # fmt: skip
        recording = rewritten(net, tmp_path / f"{name}.rec", weights=silenced(*snapshots))
        title = title_of(drawn(recording, 3.0, unit="4"))
        assert title.startswith(said)
        assert ("silent" in title) == (name == "falls")


@pytest.mark.parametrize(("activation", "near"), [("tanh", (-0.96, 0.96)), ("sigmoid", (0.02, 0.98))])
def test_saturated_is_near_a_bound(activation: str, near: tuple[float, float]) -> None:
    middle = sum(near) / 2
    values = np.array([[near[0], near[1], middle], [near[1], middle, middle]])
    assert saturation(values, activation).tolist() == [1, 0.5, 0]


def test_units_are_sorted_by_the_class_that_raises_them_most() -> None:
    groups = np.array([0, 0, 1, 1, 2, 2])
    values = np.array([[0, 0, 0, 0, 9, 9], [5, 5, 0, 0, 0, 0], [1] * 6, [9, 8, 7, 0, 0, 0]], float).T
    order, classes = sorted_by_class(values, groups, 3)
    assert (order.tolist(), classes.tolist()) == ([1, 3, 0, 2], [0, 0, 2, -1])
    assert apart(values, groups, 3)[2].tolist() == [0, 0, 0]


def test_an_activation_and_the_layer_before_it_are_one() -> None:
    kinds = [("0", "Flatten", ""), ("1", "Dense", ""), ("2", "ReLU", "relu"), ("3", "Dropout", ""), ("4", "Dense", "")]
    layers = [Layer(name=name, kind=kind, activation=bends, replayable=True) for name, kind, bends in kinds]
    assert [(block.layer.name, block.shown.name, block.activation) for block in blocks_of(layers)] == [
        ("1", "2", "relu"), ("4", "4", "")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"unit": "16"}, InputError, r"--unit is '16'; expected numbers from 0 to 15"),
        ({"unit": "1,2"}, InputError, "expected 1 numbers at most"),
        ({"layer": "nope"}, SceneError, r"unit: no hidden layer 'nope'; .* has hidden_1, hidden_2"),
        ({"layer": "output"}, SceneError, "no hidden layer 'output'"),
    ],
)
def test_options_that_do_not_fit_are_refused(
    options: dict[str, object], error: type[Exception], message: str, net: Recording
) -> None:
    with pytest.raises(error, match=message):
        drawn(net, 0.0, **options)


def test_what_has_no_hidden_layer_or_no_images_is_refused(tmp_path: Path, rings_recording: Recording) -> None:
    with pytest.raises(SceneError, match="unit draws a unit of a hidden layer"):
        drawn(made("two_rings", tmp_path / "flat.rec", arch="2-1", samples=150), 0.0)
    with pytest.raises(SceneError, match=r"--unit all shows images; .* choose a unit"):
        drawn(rings_recording, 0.0, unit="all")


def test_many_classes_of_long_names_are_shown_in_part(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    names = [f"a long name, {k}" for k in range(100)]
    np.savez(tmp_path / "many.npz", x=rng.random((1000, 6, 6)), y=np.repeat(np.arange(100), 10), class_names=names)
    recording = made("digits_mlp", tmp_path / "many.rec", data=str(tmp_path / "many.npz"), arch="36-8-100")
    for unit in ("best", "all"):
        stage = drawn(recording, 1.0, (640, 480), unit=unit)
        stage.paint()
        check_layout(stage)
    assert any("of 100 classes" in text for text in texts(drawn(recording, 1.0)))


@pytest.mark.parametrize("size", [(1280, 720), (720, 720), (720, 1280), (640, 480)])
@pytest.mark.parametrize("options", [{"by": "predicted"}, {"unit": "all"}])
def test_texts_keep_apart(
    size: tuple[int, int], options: dict[str, object], trained: Trained, odd_images: Path
) -> None:
    stage = drawn(trained("digits_mlp", data=str(odd_images), arch="840-12-7"), 4.0, size, **options)
    stage.paint()
    check_layout(stage)


def test_old_names_draw_it(net: Recording) -> None:
    frames = [animviz.frame_at(name, net, 4.0, size=(320, 180)) for name in ("unit", "units", "boxplot", "weights")]
    assert all(np.array_equal(frame, frames[0]) for frame in frames)


@pytest.mark.parametrize(
    ("most", "title"), [(0.15, "Unit 3 answers to all classes alike"), (0.3, "Unit 3 answers most to b")]
)
def test_what_hardly_differs_is_called_alike(most: float, title: str, net: Recording) -> None:
    above = [np.array([-0.1, most]), np.array([-0.1, most])]
    assert said_of(3, np.ones(4), hidden_blocks(net)[0][0], above, ["a", "b"]) == title


def test_the_only_unit_of_a_layer_is_not_the_best_of_many(trained: Trained) -> None:
    assert "the only unit of the hidden layer" in texts(drawn(trained("two_rings", arch="2-1-1"), 1.0))


def test_weights_are_the_largest_thing_and_in_the_colours_of_for_and_against() -> None:
    room = Box(40, 100, 1200, 540)
    places = Places.of(Stage((1280, 720)), room, source=IMAGE, images=True)
    assert places.source is not None
    assert places.images is not None
    assert places.source.width > max(places.images.width, places.strips.width)
    assert places.source.right < places.images.left < places.images.right < places.strips.left
    assert for_and_against(np.array([-1.0, 0.5])).kind == "evidence"


@pytest.mark.parametrize(
    ("most", "value", "text"),
    [
        (2.0, 0.5, "0.50"), (40.0, -3.0, "−3.0"), (500.0, 12.4, "12"), (1e9, 8.23e8, "8.2e8"), (1e9, 0.0, "0"),
    ],
)  # fmt: skip
def test_activations_have_as_many_digits_as_there_is_room_for(most: float, value: float, text: str) -> None:
    assert number_in((0.0, most), value) == text
