"""The flow through the layers; and what scenes of embeddings make of recordings that are hard to embed."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import animviz
from animviz import Box, Recording, Stage
from animviz.analysis.labels import SampleLabels
from animviz.embed import embed, flow_of, place, stored_embeddings
from animviz.embed.scores import accuracy_of, trustworthiness
from animviz.embed.sets import own_set, sets_of
from animviz.errors import AnimvizError, InputError, RecordingError, SceneError
from animviz.pictures.discovery import find_scene
from animviz.scenes.families.embedding_facts import percents
from animviz.scenes.families.few_units import as_they_are, one_as_it_is, parted
from animviz.scenes.families.layer_planes import cells_in
from animviz.scenes.families.neighbour_votes import in_layer, in_layout
from animviz.scenes.layers import _places, place_at
from animviz.stage.points import PointCloud
from helpers import layout
from helpers.recordings import copied, lost, rewritten
from helpers.results import Result

pytestmark = pytest.mark.integration  # drawn from real trainings

SIZE = (320, 180)
SOME = 60
NAMES = ["input", "hidden_1", "hidden_2", "output"]
OPTIONS: dict[str, dict[str, object]] = {
    "umap": {"layers": "hidden_1", "n_neighbors": 6},
    "tsne": {"layers": "hidden_1", "perplexity": 2.0},
    "pca": {"layers": "hidden_1"},
    "layers": {"n_neighbors": 6},
}


@pytest.fixture(scope="module")
def digits(trained: Callable[..., Recording], tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """A recording of our own, few samples and three snapshots: embeddings are written into it."""
    path = tmp_path_factory.mktemp("layers") / "digits.rec"
    return rewritten(trained("digits_mlp"), path, snapshots=3, samples=SOME)


def texts(recording: Recording, progress: float, size: tuple[int, int] = (1280, 720), **options: object) -> list[str]:
    stage = Stage(size)
    moment = animviz.Moment(0.0, float(recording.epochs[-1]), progress)
    find_scene("layers").set_up(stage, recording, **options)(moment)
    stage.paint()
    return layout.texts(stage)


def layer_values(recording: Recording) -> list[np.ndarray]:
    state = recording.at(recording.epochs[-1])
    return [state.activations(name).reshape(SOME, -1) for name in NAMES]


# Slices of different widths


def test_layers_of_any_width_are_laid_out_together(digits: Recording) -> None:
    values = layer_values(digits)
    assert len({part.shape[1] for part in values}) == 4
    together, apart = (embed(values, n_neighbors=6, labels=digits.labels, weight=weight) for weight in (3.0, 0.0))
    assert together.positions.shape == (4, SOME, 2)
    assert np.array_equal(together.positions, embed(values, n_neighbors=6, threads=2).positions)
    assert together.scores.step.mean() < 0.7 * apart.scores.step.mean()
    for part, at, trust, share in zip(
        values, together.positions, together.scores.trustworthiness, together.scores.accuracy, strict=True
    ):
        assert trust == trustworthiness(part, at)
        assert share == accuracy_of(at, digits.labels)


def test_slices_of_equal_width_are_an_array() -> None:
    values = np.random.default_rng(0).normal(size=(3, 30, 4))
    assert np.array_equal(embed(values, iterations=9).positions, embed(list(values), iterations=9).positions)


def test_scales_of_layers_do_not_mix() -> None:
    values = np.random.default_rng(0).normal(size=(2, 30, 4))
    small, large = [values[0], values[1, :, :3]], [1e-30 * values[0], 1e30 * values[1, :, :3]]
    assert np.allclose(*(embed(parts, iterations=9).scores.trustworthiness for parts in (small, large)), atol=0.05)


def test_slices_that_do_not_fit_are_refused() -> None:
    wide, narrow = np.random.default_rng(0).normal(size=(2, 30, 4))[0], np.eye(30)[:, :3]
    with pytest.raises(InputError, match="pca has one basis for all; layers of different widths need umap or tsne"):
        embed([wide, narrow], "pca")
    with pytest.raises(InputError, match="slices hold 30, 20 samples"):
        embed([wide, narrow[:20]])
    done = embed([wide, narrow], iterations=9)
    with pytest.raises(InputError, match="these slices differ in width"):
        place(done, [wide, narrow], [wide, narrow])  # type: ignore[arg-type]


def test_a_flow_is_stored_once_under_all_its_parameters(
    digits: Recording, monkeypatch: pytest.MonkeyPatch, cli: Callable[..., Result]
) -> None:
    first = flow_of(digits, NAMES, 2, n_neighbors=5, labels=digits.labels)
    kept = sum(isinstance(about["layer"], list) for about, _ in stored_embeddings(digits))
    for change in ({"snapshot": 1}, {"layers": NAMES[1:]}, {"seed": 1}, {"labels": None}, {"inputs": digits.inputs}):
        flow_of(digits, **{"layers": NAMES, "snapshot": 2, "n_neighbors": 5, "labels": digits.labels, **change})
    assert sum(isinstance(about["layer"], list) for about, _ in stored_embeddings(digits)) == kept + 5
    monkeypatch.setattr("animviz.embed.recorded.embed", lambda *_, **__: pytest.fail("computed again"))
    again = flow_of(Recording(digits.path), NAMES, 2, n_neighbors=5, labels=digits.labels, threads=2)
    assert np.array_equal(first.positions, again.positions)
    assert (
        "umap of input, hidden_1, hidden_2, output at epoch 2, mean of the layers: step 0."
        in cli("info", digits.path).out
    )


# The scene


@given(st.integers(2, 12), st.floats(0, 1))
def test_motion_rests_at_every_layer_and_only_goes_on(count: int, progress: float) -> None:
    for layer in range(count):
        stays = [min(max((layer + shift) / (count - 1), 0.0), 1.0) for shift in (-0.19, 0.0, 0.19)]
        assert [place_at(share, count) for share in stays] == pytest.approx([layer] * 3)
    here, later = place_at(progress, count), place_at(min(progress + 1e-3, 1.0), count)
    assert 0 <= here <= later <= count - 1
    assert later - here < 0.01 * count  # eased, never a jump


def test_what_is_said_is_of_the_layers_reached(digits: Recording) -> None:
    sets = sets_of(digits, SampleLabels.of(digits), 1500)
    every = np.concatenate([sets.fit, sets.place])
    done = parted(flow_of(digits, NAMES, 2, n_neighbors=6, weight=0.3, inputs=every), sets)
    votes = [[in_layer(digits, name, 2, sets), in_layout(done, k, sets)] for k, name in enumerate(NAMES)]
    way = "hidden 1, 16 units → hidden 2, 8 units"
    titles = (0.0, 1, "input, 8×8"), (0.5, 2, way), (1.0, 4, "output layer, 10 units")
    for progress, reached, title in titles:
        shown = texts(digits, progress, n_neighbors=6)
        assert title in shown
        counts = range(3) if progress == 1 else [1]  # of neighbours
        told = [line[k] for layer in votes[:reached] for line in layer for k in counts]
        assert [text for text in shown if text.replace(".", "").isdigit() and "." in text] == percents(told)
        assert any(text == f"class named by {'3, 5, 10' if progress == 1 else 5} neighbours, %" for text in shown)
        assert shown.count("still to come") == len(NAMES) - reached
    answers = digits.at(2.0).outputs().argmax(axis=1)
    assert {f"{np.sum(answers != digits.labels)} wrong", f"{100 * np.mean(answers == digits.labels):.1f} %"} <= set(
        shown
    )
    assert {f"{np.sum(answers == digits.labels)} right", "training"} <= set(shown)
    assert not {"flatten", "dropout_1"} & set(shown)


@pytest.mark.parametrize("size", [(1280, 720), (720, 720), (720, 1280)], ids=str)
@pytest.mark.parametrize("count", [2, 4, 7])
def test_small_planes_lie_apart_within_their_room(size: tuple[int, int], count: int) -> None:
    room = Box(40, 100, size[0] - 80, size[1] - 180)
    plane, beside = _places(room, count)
    planes = cells_in(beside, count).planes
    assert min(plane.width, plane.height) > max(box.height for box in planes)
    assert all(box.left >= beside.left and box.right <= beside.right + 1e-9 for box in planes)
    assert all(box.bottom <= room.bottom for box in planes)
    for k, box in enumerate(planes):
        for other in planes[k + 1 :]:
            assert box.right < other.left or box.bottom < other.top


def test_the_title_names_both_ends_of_the_way_or_the_layer_that_brings_it(digits: Recording) -> None:
    titles = "From input to output, ten digits ", "The "
    assert any(text.startswith(titles) for text in texts(digits, 0.0, n_neighbors=6))


def test_layers_of_one_or_two_units_are_drawn_as_they_are(rings_recording: Recording, tmp_path: Path) -> None:
    rings = rewritten(rings_recording, tmp_path / "few.rec", samples=SOME)
    names, last, sets = (
        ["input", "hidden_1", "hidden_2", "output"],
        len(rings) - 1,
        own_set(rings, SampleLabels.of(rings), SOME),
    )
    laid_out = flow_of(rings, names, last, n_neighbors=6, labels=rings.labels)
    found = as_they_are(laid_out, rings, names, last, sets)
    state = rings.at(rings.epochs[-1])
    for at, axes in ((0, 2), (2, 2), (3, 1)):
        values, places = state.activations(names[at]).astype(float), found.positions[at]
        scale = np.ptp(places, axis=0).max() / np.ptp(values, axis=0).max()
        np.testing.assert_allclose(np.ptp(places, axis=0)[:axes], scale * np.ptp(values, axis=0), rtol=1e-4)
        assert np.corrcoef(values[:, 0], places[:, 0])[0, 1] == pytest.approx(1)
        assert in_layout(found, at, sets, [5]) == [accuracy_of(places, np.asarray(rings.labels))]
    assert not found.positions[3, :, 1].any()
    apart = [np.linalg.norm(part[:, None] - part[None], axis=2) for part in (laid_out.positions[1], found.positions[1])]
    np.testing.assert_allclose(*apart, atol=1e-3)  # only turned
    assert "layers of one or two units as they are" in " ".join(texts(rings, 1.0, n_neighbors=6))


def test_one_number_stands_for_many_that_are_equal(digits: Recording, tmp_path: Path) -> None:
    shown = texts(rewritten(digits, tmp_path / "alike.rec", one_class=True), 1.0, n_neighbors=6)
    assert shown.count("100.0") == shown.count("layer, plane") == len(NAMES)


def test_many_layers_are_an_even_choice_and_the_note_says_so(digits: Recording, tmp_path: Path) -> None:
    layers = digits.manifest.layers
    flat, first, second = layers[0], layers[1], next(layer for layer in layers if layer.name == "hidden_2")
    idle = [replace_layer(second, f"more_{k}") for k in range(20)]
    deep = [layer.model_dump(mode="json") for layer in (flat, first, second, *idle, layers[-1])]
    shown = texts(copied(digits, tmp_path / "deep.rec", layers=deep), 0.0, n_neighbors=6)
    assert {"input", "output"} <= set(shown)
    assert any("12 of 24 layers" in text for text in shown)


def replace_layer(layer: animviz.recording.replay.layers.Layer, name: str) -> animviz.recording.replay.layers.Layer:
    """Return a layer that works and passes its input on, but is not of a silent kind."""
    update = {"name": name, "kind": "Activation", "kernel": None, "bias": None, "activation": "linear"}
    return layer.model_copy(update=update)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"layers": "input"}, "only input to show; samples flow between two layers or more"),
        ({"layers": "input,nonsense"}, "no layer 'nonsense'; .* has input, .*hidden_1"),
        ({"epoch": 9.0}, "--epoch is 9; .* spans 0 to 2"),
        ({"n_neighbors": 120}, "120 samples are too few for n_neighbors 120; needs 121"),
    ],
)
def test_what_cannot_flow_is_refused(digits: Recording, options: dict[str, object], message: str) -> None:
    with pytest.raises(SceneError, match=f"layers: .*{message}|layers: {message}"):
        texts(digits, 0.0, **options)


def test_two_rings_flow_through_few_units(rings_recording: Recording, tmp_path: Path) -> None:
    rings = copied(rings_recording, tmp_path / "rings.rec")
    frames = [animviz.frame_at("layers", rings, epoch, size=SIZE) for epoch in (0.0, 4.0)]
    assert not np.array_equal(*frames)


@pytest.mark.integration
def test_convolutions_are_flattened_and_silent_layers_skipped(
    trained: Callable[..., Recording], tmp_path: Path
) -> None:
    net = trained("lenet", arch="2-4-12-8-10")
    lenet = rewritten(net, tmp_path / "lenet.rec", snapshots=1, samples=SOME)
    shown = texts(lenet, 1.0, n_neighbors=6)
    assert {"conv 1", "pool 1", "conv 2", "pool 2", "hidden 1", "hidden 2", "output"} <= set(shown)
    assert "output layer, 10 units" in shown
    assert not {"flatten", "dropout_1"} & set(shown)


# Bad input, for every scene of embeddings


def drawn(recording: Recording, epoch: float, **options: object) -> dict[str, str]:
    """Return what each scene says against a recording, one line each; nothing where it draws."""
    said = {}
    for name, own in OPTIONS.items():
        try:
            assert animviz.frame_at(name, recording, epoch, size=SIZE, **own, **options).std() > 0
        except AnimvizError as error:
            said[name] = str(error)
            assert "\n" not in said[name]
    return said


@pytest.mark.integration
def test_one_class_and_one_snapshot_are_drawn(digits: Recording, tmp_path: Path) -> None:
    one = rewritten(digits, tmp_path / "class.rec", one_class=True)
    assert drawn(one, 1.0) == {}
    assert drawn(rewritten(digits, tmp_path / "epoch.rec", snapshots=1), 0.0) == {}
    shown = flow_of(one, NAMES, 2, n_neighbors=6, weight=0.3, labels=np.asarray(one.labels))
    assert shown.scores.accuracy is not None
    assert shown.scores.accuracy.tolist() == [1.0] * 4


def test_fewer_samples_than_neighbours_is_said(digits: Recording, tmp_path: Path) -> None:
    few = rewritten(digits, tmp_path / "few.rec", samples=5)
    said = drawn(few, 1.0)
    assert said == {
        "umap": "umap: layer 'hidden_1': 5 samples are too few for n_neighbors 6; needs 7",
        "tsne": "tsne: layer 'hidden_1': 5 samples are too few for perplexity 2; needs 8",
    }
    with pytest.raises(SceneError, match="layers: 10 samples are too few for n_neighbors 10; needs 11"):
        texts(few, 0.0, n_neighbors=10)  # the flow lays out both sets


@pytest.mark.integration
def test_a_constant_layer_is_one_spot_or_one_line(digits: Recording, tmp_path: Path) -> None:
    def dead(index: int, name: str, array: np.ndarray) -> np.ndarray:
        return 0 * array if "hidden_1" in name else array

    said = drawn(rewritten(digits, tmp_path / "dead.rec", weights=dead), 1.0)
    line = "layer 'hidden_1': the activations are the same for all samples at every epoch; nothing to embed"
    assert said == {name: f"{name}: {line}" for name in ("umap", "tsne", "pca")}

    def dead_once(index: int, name: str, array: np.ndarray) -> np.ndarray:
        return dead(index, name, array) if index == 1 else array

    once = rewritten(digits, tmp_path / "once.rec", weights=dead_once)
    assert drawn(once, 1.0) == {}
    assert "–" in texts(once, 1.0, n_neighbors=6, epoch=1.0)


@pytest.mark.integration
def test_epochs_that_are_not_finite_are_marked_frames(digits: Recording, tmp_path: Path) -> None:
    middle = rewritten(digits, tmp_path / "middle.rec", weights=lost(1))
    assert drawn(middle, 1.0) == {}
    assert drawn(rewritten(digits, tmp_path / "end.rec", weights=lost(1, 2)), 0.0) == {}
    every = drawn(rewritten(digits, tmp_path / "every.rec", weights=lost(0, 1, 2)), 0.0)
    assert every.keys() == OPTIONS.keys()
    assert all("no snapshot has finite weights" in line for line in every.values())
    with pytest.raises(
        SceneError, match="--epoch is 1, where the weights are not finite; the last finite ones are of epoch 2"
    ):
        texts(middle, 0.0, n_neighbors=6, epoch=1.0)


def test_a_recording_that_cannot_be_written_is_said_before_anything_is_computed(
    digits: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cli: Callable[..., Result]
) -> None:
    monkeypatch.setattr("animviz.embed.recorded.embed", lambda *_, **__: pytest.fail("computed, and cannot be stored"))
    blocked = rewritten(digits, tmp_path / "blocked.rec")
    (blocked.path / "embeddings").write_text("not a folder")
    way_out = "copy the recording to another folder and draw it from there"
    said = drawn(blocked, 0.0)
    assert said.keys() == OPTIONS.keys()
    assert all("cannot write the embedding" in line and line.endswith(way_out) for line in said.values())
    result = cli("render", "layers", "--from", blocked.path, "-o", "film.mp4")
    assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)
    assert not (tmp_path / "film.mp4").exists()
    locked = rewritten(digits, tmp_path / "locked.rec")
    monkeypatch.setattr("animviz.embed.stored.os.access", lambda path, mode: False)  # chmod does not bind root
    with pytest.raises(RecordingError, match=r"locked\.rec is not a folder that can be written; .*" + way_out):
        flow_of(locked, NAMES, 2)


def test_small_planes_show_each_layer_as_the_large_one_does(digits: Recording) -> None:
    stage = Stage((1280, 720))
    draw = find_scene("layers").set_up(stage, digits, n_neighbors=6)
    clouds = [artist for artist in stage._moving if isinstance(artist, PointCloud)]
    training, *large = clouds[:3]
    small = [clouds[first : first + 3] for first in range(3, len(clouds), 3)]
    assert len(small) == len(NAMES)
    for layer in range(len(NAMES)):
        draw(animviz.Moment(0.0, float(digits.epochs[-1]), layer / (len(NAMES) - 1)))
        assert training.count == SOME
        for number, (ahead, right, rings) in enumerate(small):
            reached = number <= layer
            assert ahead.count == (0 if reached else SOME)  # quiet, so that no plane is ever empty
            assert right.count + rings.count == (SOME if reached else 0)
        for one, other in zip(large, small[layer][1:], strict=True):
            np.testing.assert_allclose(one._xy, other._xy, atol=1e-5)


def test_all_scenes_say_the_same_of_a_layer_before_it_is_laid_out(digits: Recording) -> None:
    stage = Stage((1280, 720))
    find_scene("pca").set_up(stage, digits, layers="input,hidden_2")(animviz.Moment(0.0, float(digits.epochs[-1])))
    stage.paint()
    sets = sets_of(digits, SampleLabels.of(digits), 1500)
    for name in ("input", "hidden_2"):
        told = set(percents(in_layer(digits, name, 2, sets)))
        assert told <= set(layout.texts(stage))
        assert told <= set(texts(digits, 1.0, n_neighbors=6))


def test_layouts_leave_layers_of_two_units_as_they_are(
    rings_recording: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rings = rewritten(rings_recording, tmp_path / "plain.rec", snapshots=2, samples=SOME)
    sets = own_set(rings, SampleLabels.of(rings), SOME)

    def values(number: int, layer: str) -> np.ndarray:
        return rings.at(rings.epochs[number]).activations(layer)

    found = one_as_it_is(rings, "hidden_2", [0, 1], sets)
    for number in range(2):
        np.testing.assert_array_equal(found.positions[number], values(number, "hidden_2"))
        assert found.scores.accuracy[number] == accuracy_of(found.positions[number], np.asarray(rings.labels))
    line = one_as_it_is(rings, "output", [1], sets).positions[0]
    np.testing.assert_array_equal(line[:, :1], values(1, "output"))
    assert not line[:, 1].any()
    monkeypatch.setattr("animviz.embed.recorded.embed", lambda *_, **__: pytest.fail("laid out"))
    for name in ("umap", "tsne"):
        stage = Stage((1280, 720))
        draw = find_scene(name).set_up(stage, rings, layers="input,hidden_2")
        draw(animviz.Moment(0.0, float(rings.epochs[-1])))
        stage.paint()
        shown = layout.texts(stage)
        assert "input, as it is" in shown
        assert "the second hidden layer as it is" in " ".join(shown)
        assert not [text for text in shown if "UMAP" in text or "t-SNE" in text or text == "trust"]
