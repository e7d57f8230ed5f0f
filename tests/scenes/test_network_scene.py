"""The scene `network`: links are weight times activation, and what is answered is what NumPy computes."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import animviz
from animviz import Box, Moment, Recording, Stage
from animviz.errors import SceneError
from animviz.pictures.discovery import find_scene
from animviz.recording.replay.forward import forward
from animviz.scenes.families.chain import MOST_LINKS, Chain
from animviz.scenes.families.chain_places import ChainPlaces, most_links
from animviz.scenes.families.turned_names import names_height, write_names
from animviz.scenes.network import _taken_for
from helpers.layout import check_layout, texts
from helpers.recordings import made, rewritten

pytestmark = pytest.mark.integration  # from real trainings

Trained = Callable[..., Recording]


@pytest.fixture
def odd(trained: Trained, odd_images: Path) -> Recording:
    return trained("digits_mlp", data=str(odd_images), arch="840-12-7")


def drawn(recording: Recording, epoch: float = 4.0, size: tuple[int, int] = (1280, 720), **options: object) -> Stage:
    stage = Stage(size)
    find_scene("network").set_up(stage, recording, **options)(Moment(0.0, epoch))
    return stage


def test_answers_are_the_probabilities_of_the_sample(odd: Recording) -> None:
    for epoch in (1.0, 2.5):
        stage = drawn(odd, epoch, sample=11)
        outputs = forward(odd.layers, odd.at(epoch).weights, odd.inputs[11:12])[0]
        for name, value in zip(odd.output.class_names, outputs, strict=True):
            assert name in texts(stage)
            assert f"{100 * value:.1f} %" in texts(stage)
    first, last = (forward(odd.layers, odd.at(e).weights, odd.inputs[11:12])[0].argmax() for e in (0.0, 4.0))
    names = odd.output.class_names
    (title,) = [text for text in texts(stage) if text.startswith(f"A true {names[odd.labels[11]]}, ")]
    assert f"taken for {names[first]}" in title
    assert names[last] in title


def test_links_are_weight_times_activation(rings_recording: Recording) -> None:
    chain, state = Chain(rings_recording, 5, 16), rings_recording.at(2.5)
    flow = chain.flow(state)
    values = [rings_recording.inputs[5], *(state.activations(f"hidden_{k}")[5] for k in (1, 2))]
    for gap, layer in enumerate(rings_recording.layers):
        weights = state.weights[layer.kernel]
        before, after = chain.shown[gap][chain.links[gap][:, 0]], chain.shown[gap + 1][chain.links[gap][:, 1]]
        assert len(set(zip(before, after, strict=True))) == weights.size
        assert flow.pushes[gap] == pytest.approx(weights[before, after] * values[gap][before], abs=1e-6)


def test_an_image_pushes_with_all_its_pixels(odd: Recording) -> None:
    chain, state = Chain(odd, 3, 9), odd.at(4.0)
    sums = odd.inputs[3].reshape(-1) @ state.weights[odd.layers[1].kernel]
    assert chain.flow(state).pushes[0] == pytest.approx(sums[chain.shown[1][chain.links[0][:, 1]]], abs=1e-4)


def test_few_units_and_links_are_chosen_and_sorted_by_class(tmp_path: Path) -> None:
    recording = made("digits_mlp", tmp_path / "wide.rec", arch="64-40-30-10", data="digits-8x8")
    chain = Chain(recording, 0, 12)
    assert [len(units) for units in chain.shown] == [1, 12, 12, 10]
    assert len(chain.links[1]) == MOST_LINKS
    state = recording.at(3.0)
    for place, classes in enumerate(chain.classes, start=1):
        assert (np.diff(np.where(classes < 0, 10, classes)) >= 0).all()
        passed = state.activations(f"layer_{place}")[0] * np.linalg.norm(state.weights[f"{place + 1}/kernel"], axis=1)
        assert passed[chain.shown[place]].min() >= np.delete(passed, chain.shown[place]).max()


def test_one_output_says_class_1(rings_recording: Recording) -> None:
    stage = drawn(rings_recording)
    assert "outer" in texts(stage)
    assert f"{100 * rings_recording.at(4.0).outputs()[0, 0]:.1f} %" in texts(stage)


def test_values_are_answered_too(trained: Trained) -> None:
    curve = trained("polynomial", arch="1-3-1")
    stage = drawn(curve, 2.5, sample=7)
    assert f"{curve.at(2.5).outputs()[7, 0]:.2f}".replace("-", "−") in texts(stage)
    assert any(text.startswith("The answer moves from ") and text.endswith(" is wanted") for text in texts(stage))


def test_what_is_no_chain_of_dense_layers_is_refused_and_what_is_not_there(trained: Trained, odd: Recording) -> None:
    with pytest.raises(SceneError, match=r"Conv2D.* see digits and unit"):
        drawn(trained("lenet", arch="2-4-12-8-10"))
    with pytest.raises(SceneError, match=r"--sample is 999999; .* samples 0 to \d+"):
        drawn(odd, sample=999_999)


@pytest.mark.parametrize("size", [(1280, 720), (720, 720), (720, 1280), (640, 480)])
def test_texts_keep_apart(size: tuple[int, int], odd: Recording, rings_recording: Recording) -> None:
    for recording in (odd, rings_recording):
        stage = drawn(recording, 4.0, size)
        stage.paint()
        check_layout(stage)


def test_more_layers_than_there_is_room_for_are_refused(trained: Trained) -> None:
    deep = trained("two_rings", arch="-".join(["2", *["2"] * 40, "1"]), epochs=1, samples=50)
    with pytest.raises(
        SceneError, match=r"network draws up to \d\d layers in a frame of this shape; .* has 42: see layers"
    ):
        animviz.frame_at("network", deep, 1.0)
    with pytest.raises(SceneError, match=r"unfold goes through up to 24 hidden layers; .* has 40: see layers"):
        animviz.frame_at("unfold", deep, 1.0)


def test_last_links_lead_to_the_first_and_the_last_answer_only(odd: Recording) -> None:
    chain = Chain(odd, 11, 9)
    ends = [forward(odd.layers, odd.at(epoch).weights, odd.inputs[11:12])[0].argmax() for epoch in (0.0, 4.0)]
    assert set(chain.shown[-1][chain.links[-1][:, 1]]) <= set(ends)
    assert any(text.startswith("links to ") for text in texts(drawn(odd, sample=11)))


def test_layers_stand_below_each_other_in_tall_frames_and_the_answer_below_them(odd: Recording) -> None:
    stage = Stage((720, 1280))
    chain = Chain(odd, 11, 9)
    places = ChainPlaces.of(stage, Box(40, 140, 640, 1050), chain)
    rows = [nodes[:, 1] for nodes in places.nodes]
    assert all(np.ptp(row) == 0 for row in rows)
    assert (np.diff([row[0] for row in rows]) > 100).all()
    assert places.answers.top > rows[-1][0]
    state = odd.at(2.5)
    outputs = forward(odd.layers, state.weights, odd.inputs[11:12])[0]
    (answer,) = [one for one in drawn(odd, 2.5, (720, 1280), sample=11).pairs if one.name == "answer"]
    assert np.asarray(answer.values()) == pytest.approx(100 * outputs, abs=1e-4)
    assert [float(text.split()[0]) for text in answer.texts()] == pytest.approx(np.round(100 * outputs), abs=1)


def test_fewer_links_are_drawn_where_layers_stand_close() -> None:
    assert [most_links(Stage(size), 4) for size in ((1280, 720), (720, 720), (720, 1280))] == [16, 10, 16]


@pytest.mark.parametrize(("step", "turned"), [(300.0, False), (40.0, True)])
def test_names_under_nodes_are_turned_where_they_do_not_fit_beside_each_other(step: float, turned: bool) -> None:
    stage, names, middles = Stage((720, 1280)), ["a bird", "a ship seen from afar"], np.array([100.0, 100.0 + step])
    write_names(stage, names, middles, 300.0, step, over=False)
    stage.paint()
    check_layout(stage)
    assert all((text.get_rotation() == 90) == turned for text in stage.figure.texts)
    low = min(text.get_window_extent().y0 for text in stage.figure.texts)
    assert low >= 1280 - 300 - names_height(stage, names, step) - 8


def test_the_strongest_of_the_last_links_say_their_values_and_add_up_to_the_score(rings_recording: Recording) -> None:
    stage, now = drawn(rings_recording, 2.0, sample=7), rings_recording.at(2.0)
    (pushes,) = [one for one in stage.pairs if one.name == "push"]
    last = rings_recording.layers[-1]
    terms = now.activations("hidden_2")[7] * last.kernel_of(now.weights)[:, 0]
    bias = float(now.weights[str(last.bias)][0])
    assert sorted(pushes.values()) == pytest.approx(sorted([*map(float, terms), bias]), abs=0.03)
    assert "bias" in texts(stage)


@pytest.mark.parametrize("epoch", [0.0, 2.5, 4.0])
def test_what_is_drawn_adds_up_to_the_scores_of_the_explained_outputs(odd: Recording, epoch: float) -> None:
    chain, state = Chain(odd, 11, 5), odd.at(epoch)
    flow = chain.flow(state)
    for rest, place in zip(flow.rest, chain.explained, strict=True):
        shown = flow.pushes[-1][chain.links[-1][:, 1] == place].sum()
        others = np.log(flow.values[-1][place]) - np.log(flow.values[-1][chain.explained[0]])
        first = flow.pushes[-1][chain.links[-1][:, 1] == chain.explained[0]].sum() + flow.rest[0]
        assert shown + rest - first == pytest.approx(others, abs=1e-3)
    assert "all others and bias" in texts(drawn(odd, epoch, (1280, 720), sample=11))


@pytest.mark.parametrize(
    ("names", "thing", "title"),
    [
        (("0", "9", "0"), "", "A true 0, first taken for 9, in the end for 0"),
        (("outer", "inner", "outer"), "point", "A true outer point: first inner, in the end outer"),
    ],
)
def test_the_title_says_what_the_sample_truly_is(names: tuple[str, str, str], thing: str, title: str) -> None:
    assert _taken_for(*names, thing) == title


def test_an_answer_that_does_not_move_stays(trained: Trained, tmp_path: Path) -> None:
    alone = rewritten(trained("polynomial", arch="1-3-1"), tmp_path / "alone.rec", snapshots=1)
    assert any(text.startswith("The answer stays at ") for text in texts(drawn(alone, 0.0)))


@pytest.mark.parametrize("size", [(1280, 720), (720, 720)], ids=str)
def test_nodes_leave_half_of_the_way_to_the_next_layer_to_the_links(
    rings_recording: Recording, size: tuple[int, int]
) -> None:
    stage = Stage(size)
    places = ChainPlaces.of(stage, Box(40, 100, size[0] - 80, size[1] - 180), Chain(rings_recording, 0, 10))
    way = min(float(after[0, 0] - before[0, 0]) for before, after in zip(places.nodes, places.nodes[1:], strict=False))
    assert places.size <= 0.7 * way
    assert ("2 inputs" in texts(drawn(rings_recording, size=size))) == (size[0] > size[1])


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (720, 720)], ids=str)
def test_what_is_wanted_of_a_regression_is_marked_beside_the_answer(trained: Trained, size: tuple[int, int]) -> None:
    recording = trained("polynomial")
    target = float(np.reshape(recording.targets[0], -1)[0])
    assert f"mark: target {target:.2f}".replace("-", "−") in texts(drawn(recording, size=size))


def test_the_value_of_the_strongest_link_stands_clear_of_its_node(rings_recording: Recording, tmp_path: Path) -> None:
    huge = rewritten(rings_recording, tmp_path / "huge.rec", weights=lambda index, name, array: array * 4000)
    stage = drawn(huge)
    (value,) = (pair.texts()[0] for pair in stage.pairs if pair.name == "push")
    assert len(value) >= len("0.00")
    (text,) = (text for text in stage.figure.texts if text.get_text() == value)
    places = ChainPlaces.of(stage, Box(40, 100, 1200, 540), Chain(huge, 0, 10))
    left = text.get_position()[0] * stage.width - stage.measure(value, 22.0, "medium") / 2
    assert left > places.nodes[-2][0, 0] + places.size / 2
