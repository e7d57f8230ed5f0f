"""The landscape: its losses are those of the network at the weights that are drawn, and planes are planes."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from safetensors.numpy import load_file

import animviz
from animviz import Box, Moment, Recording, Stage
from animviz.analysis.landscape import KINDS, LossOf, Plane, plane_of, weights_of
from animviz.errors import SceneError
from animviz.pictures.discovery import find_scene
from animviz.scenes.families.loss_lowest import name_lowest
from animviz.scenes.families.loss_map import Run, _lowest
from animviz.scenes.families.loss_range import map_range
from helpers.layout import check_layout, texts
from helpers.recordings import copied, made, rewritten

SIZE = (320, 180)


@pytest.fixture(scope="module")
def digits(trained: Callable[..., Recording]) -> Recording:
    return trained("digits_mlp", arch="64-16-8-10")


def bare_plane() -> Plane:
    return Plane("path", np.zeros(2), np.eye(2), ("w",), ((2,),), 1.0)


def way(recording: Recording) -> list[dict[str, np.ndarray]]:
    return [weights_of(recording, snapshot.weights) for snapshot in recording]


@pytest.mark.parametrize("name", ["digits_mlp", "two_rings", "polynomial", "lenet"])
def test_the_map_holds_the_losses_of_single_passes(name: str, trained: Callable[..., Recording]) -> None:
    arch = {"digits_mlp": "64-16-8-10", "two_rings": "2-3-2-1", "polynomial": "1-3-1", "lenet": "2-4-12-8-10"}[name]
    recording = trained(name, arch=arch)
    loss, plane = LossOf(recording, 40), plane_of("path", way(recording), len(recording))
    xs, ys = np.linspace(-1, 2, 4), np.linspace(-2, 1, 3)
    found = loss.over(plane, xs, ys)
    assert found.shape == (3, 4)
    for row, y in enumerate(ys):
        for column, x in enumerate(xs):
            weights = plane.parts(plane.origin + x * plane.directions[0] + y * plane.directions[1])
            assert found[row, column] == pytest.approx(loss.at(weights), rel=2e-4)


def test_the_loss_of_a_snapshot_is_the_recorded_one(digits: Recording) -> None:
    loss = LossOf(digits, 100_000)
    assert loss.count == len(digits.inputs)
    for snapshot in digits:
        assert loss.at(snapshot.weights) == pytest.approx(snapshot.scores["loss"], rel=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_a_plane_has_its_origin_at_the_end_and_two_directions(kind: str, digits: Recording) -> None:
    plane = plane_of(kind, way(digits), len(digits), seed=3)
    assert np.allclose(plane.directions @ plane.directions.T, np.eye(2), atol=1e-9)
    places = [plane.coordinates(snapshot.weights) for snapshot in digits]
    assert np.allclose(places[-1][0], 0, atol=1e-9)
    assert places[-1][1] == pytest.approx(0, abs=1e-9)
    whole = [
        np.linalg.norm(np.concatenate([(s.weights[n] - digits[-1].weights[n]).ravel() for n in plane.names]))
        for s in digits
    ]
    for (at, off), length in zip(places, whole, strict=True):
        assert np.hypot(np.linalg.norm(at), off) == pytest.approx(length, rel=1e-5, abs=1e-6)
    if kind == "ends":
        assert places[0][1] == pytest.approx(0, abs=1e-6), "the start lies in it too"
    assert 0 <= plane.kept <= 1 + 1e-9


def test_the_ways_own_directions_keep_more_than_random_ones(digits: Recording) -> None:
    kept = {kind: plane_of(kind, way(digits), len(digits)).kept for kind in KINDS}
    assert kept["path"] >= kept["ends"] - 1e-9
    assert kept["path"] > 0.9 > 0.1 > kept["random"]


def test_a_map_is_computed_once_and_kept_in_the_recording(
    digits: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = copied(digits, tmp_path / "d.rec")
    first = animviz.frame_at("landscape", recording, 2.0, size=SIZE, resolution=9)
    assert len(list((recording.path / "landscapes").iterdir())) == 1
    monkeypatch.setattr(LossOf, "over", lambda *_: pytest.fail("computed again"))
    assert np.array_equal(animviz.frame_at("landscape", recording, 2.0, size=SIZE, resolution=9), first)
    with pytest.raises(pytest.fail.Exception):
        animviz.frame_at("landscape", recording, 2.0, size=SIZE, resolution=11)


@pytest.mark.parametrize(
    "options", [{"surface": True}, {"plane": "normalised"}, {"plane": "random"}, {"plane": "ends"}]
)
def test_every_form_moves(options: dict[str, object], digits: Recording) -> None:
    stage = Stage((640, 360))
    draw = find_scene("landscape").set_up(stage, digits, resolution=15, samples=50, **options)
    frames = []
    for epoch in (0.0, 1.5, 4.0):
        draw(Moment(epoch, epoch, epoch / 4))
        frames.append(stage.frame())
    assert not np.array_equal(frames[0], frames[1])
    assert not np.array_equal(frames[1], frames[2])


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (720, 720)])
def test_what_plane_it_is_is_said_whole(size: tuple[int, int], digits: Recording) -> None:
    stage = Stage(size)
    find_scene("landscape").set_up(stage, digits, resolution=9, samples=50)
    assert any(text.endswith("% of the spread") for text in texts(stage))


def test_around_one_state_the_loss_differs(digits: Recording, tmp_path: Path) -> None:
    recording = rewritten(digits, tmp_path / "one.rec", snapshots=1)
    animviz.frame_at("landscape", recording, 0.0, size=SIZE, resolution=9)
    (file,) = (recording.path / "landscapes").glob("*.safetensors")
    found = load_file(file)["loss"]
    assert found.max() > 1.05 * found.min()


def test_several_trainings_share_a_map(digits: Recording, trained: Callable[..., Recording], tmp_path: Path) -> None:
    other = copied(trained("digits_mlp", arch="64-16-8-10", seed=1, epochs=2), tmp_path / "sgd.rec")
    stage = Stage((1280, 720))
    find_scene("landscape").set_up(stage, digits, resolution=9, samples=30, with_=other.path)(Moment(0.0, 3.0, 1.0))
    assert {"sgd", digits.path.stem} <= set(texts(stage))
    wide = made("digits_mlp", tmp_path / "wide.rec", data="digits-8x8", arch="64-17-8-10", epochs=1)
    with pytest.raises(SceneError, match=r"--with .*wide\.rec has other weights"):
        find_scene("landscape").set_up(Stage(SIZE), digits, with_=wide.path)


def test_the_map_grows_until_the_lowest_loss_has_room() -> None:
    plane, ways = bare_plane(), np.array([[0.0, 0.0], [1.0, 0.1]])
    bowl = SimpleNamespace(over=lambda _, xs, ys: (xs[None] - 1.4) ** 2 + (ys[:, None] - 0.1) ** 2)
    low, high = map_range(plane, bowl, ways, 1.5)  # type: ignore[arg-type]
    assert high[0] > 1.5
    assert (high - low)[0] == pytest.approx(1.5 * (high - low)[1])
    slope = SimpleNamespace(over=lambda _, xs, ys: np.exp(-xs[None] - 0 * ys[:, None]))
    low, high = map_range(plane, slope, ways, 1.5)  # type: ignore[arg-type]
    assert high[0] == pytest.approx(1.22), "a loss that falls on and on does not shrink the way"


@pytest.mark.parametrize(("middle", "said"), [(0.5, "lowest on the map"), (2.0, "lowest, at the rim of the map")])
def test_the_lowest_loss_is_named_beside_the_way(middle: float, said: str) -> None:
    stage, room, xs, ys = Stage((1280, 720)), Box(100, 100, 700, 400), np.linspace(-1, 2, 31), np.linspace(-1, 1, 21)
    axes = stage.axes(room, (xs[0], xs[-1]), (ys[0], ys[-1]))
    lowest, way = np.array([middle, 0.0]), np.array([[0.0, 0.0], [middle, 0.0]])
    name_lowest(stage, axes, room, xs, ys, lowest, [way], np.array([0.2, 0.0, 0.3]))
    assert texts(stage) == [said]
    (cross,) = axes.lines
    assert cross.get_xydata()[0].tolist() == pytest.approx([middle, 0.0])
    check_layout(stage)


@pytest.mark.parametrize(
    ("losses", "off", "where"),
    [
        ([0.5, 0.4], [0.0, 0.0], (2.0, 0.0)),
        ([0.1, 0.4], [0.0, 0.0], (0.3, 0.1)),
        ([0.1, 0.4], [0.5, 0.0], None),
        ([np.nan, 0.4], [np.nan, 0.0], (2.0, 0.0)),
    ],
)
def test_the_lowest_loss_is_sought_among_the_states_too(
    losses: list[float], off: list[float], where: tuple[float, float] | None
) -> None:
    xs, ys = np.linspace(0, 2, 3), np.linspace(0, 1, 2)
    run = Run(SimpleNamespace(), np.array([[0.3, 0.1], [0.6, 0.2]]), np.array(off), np.array(losses))  # type: ignore[arg-type]
    found = _lowest(xs, ys, np.array([[0.9, 0.8, 0.2], [0.9, 0.9, 0.9]]), [run])
    assert (None if found is None else tuple(found)) == where


def test_what_is_off_the_plane_by_rounding_alone_lies_on_it(digits: Recording, tmp_path: Path) -> None:
    two = rewritten(digits, tmp_path / "two.rec", snapshots=2)
    run = Run.on(plane_of("path", way(two), 2), two, LossOf(two, 20))
    assert run.off.tolist() == [0, 0]
    for size in ((1280, 720), (720, 1280)):
        stage = Stage(size)
        find_scene("landscape").set_up(stage, two, resolution=9, samples=20)(Moment(0.0, 0.5, 0.5))
        assert any("every state lies on the plane" in text for text in texts(stage))
        assert "distance from the plane" not in texts(stage)
        check_layout(stage)


def test_what_has_no_loss_or_batch_statistics_is_refused(digits: Recording, tmp_path: Path) -> None:
    output = {**digits.output.model_dump(mode="json"), "loss": None}
    silent = copied(digits, tmp_path / "silent.rec", outputs=[output])
    with pytest.raises(SceneError, match="needs a loss"):
        animviz.frame_at("landscape", silent, 0.0)
    variables = dict.fromkeys(("moving_mean", "moving_variance"), digits.layers[-1].bias)
    even = {
        "name": "even",
        "kind": "BatchNormalization",
        "variables": variables,
        "config": {"epsilon": 1.0},
        "replayable": True,
    }
    layers = [*(layer.model_dump() for layer in digits.layers), even]
    with pytest.raises(SceneError, match="batch normalisation"):
        animviz.frame_at("landscape", copied(digits, tmp_path / "bn.rec", layers=layers), 0.0)
