"""Pictures of odd recordings: dead and diverging networks, few samples, one class, numbers that hardly move."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import animviz
from animviz import Moment, Recording, Stage
from animviz.parts import share_limits
from animviz.pictures.discovery import find_scene
from animviz.recorders.layers import dense
from animviz.recording.replay.layers import Layer, hindrance
from helpers.layout import check_layout, texts
from helpers.recordings import rewritten
from scenes.families.loss_scale import LossScale
from scenes.families.maps_seen import PATCHES, MapsSeen
from scenes.features import _block

Trained = Callable[..., Recording]


def painted(scene: str, recording: Recording, size: tuple[int, int] = (1280, 720), **options: object) -> Stage:
    """Draw the first and the last moment; the texts of both keep their places."""
    stage = Stage(size)
    draw = find_scene(scene).set_up(stage, recording, **options)
    for share in (0.0, 1.0):
        draw(Moment(0.0, float(recording.epochs[-1] * share), share))
        stage.paint()
        check_layout(stage)
    return stage


def title_of(scene: str, recording: Recording, **options: object) -> str:
    """Return the words in the upper left corner."""
    written = painted(scene, recording, **options).figure.texts
    return min(written, key=lambda text: text.get_position()[0] - 10 * text.get_position()[1]).get_text()


def scaled(by: float) -> Callable[[int, str, np.ndarray], np.ndarray]:
    """Return a change of weights for `rewritten`: all but the first snapshot's are so many times as large."""
    return lambda index, name, array: array * (by if index else 1)


@pytest.mark.parametrize("by", [0.0, 1e12])
@pytest.mark.parametrize(
    ("scene", "experiment"),
    [
        ("collapse", "two_rings"), ("collapse", "digits_mlp"), ("signal", "polynomial"), ("signal", "digits_mlp"),
        ("landscape", "two_rings"), ("unfold", "two_rings"), ("features", "lenet"), ("manifold", "autoencoder"),
        ("flow", "flow"), ("paint", "paint"), ("grokking", "addition"),
    ],
)  # fmt: skip
def test_dead_and_diverging_networks_are_drawn(
    scene: str, experiment: str, by: float, trained: Trained, tmp_path: Path
) -> None:
    recording = rewritten(trained(experiment), tmp_path / "odd.rec", weights=scaled(by))
    for size in ((1280, 720), (720, 720)):
        painted(scene, recording, size)


@pytest.mark.parametrize(("scene", "words"), [("signal", "its loss stays at"), ("landscape", "the loss stays at")])
def test_a_loss_that_does_not_move_stays(scene: str, words: str, trained: Trained, tmp_path: Path) -> None:
    rings = trained("two_rings")
    first = rings[0].weights
    recording = rewritten(rings, tmp_path / "still.rec", weights=lambda index, name, array: first[name])
    assert words in title_of(scene, recording)


def test_a_loss_that_hardly_moves_is_said_with_more_digits(trained: Trained, tmp_path: Path) -> None:
    rings = trained("two_rings")
    first = rings[0].weights
    recording = rewritten(
        rings, tmp_path / "slow.rec", weights=lambda index, name, array: first[name] * (1 + 1e-2 * index)
    )
    for scene in ("signal", "landscape"):
        title = title_of(scene, recording)
        before, after = title.split(" from ")[1].split(" to ")
        assert before != after, title


def test_both_ends_of_a_scale_of_losses_can_be_told_apart() -> None:
    assert LossScale.of([np.array([0.261, 0.264, np.inf]), np.array([np.nan])]).ends == ("0.261", "0.264")
    assert LossScale.of([np.array([-0.74, -0.68])]).ends == ("−0.74", "−0.68")


def test_losses_that_are_not_above_zero_are_seen_on_an_even_scale() -> None:
    scale = LossScale.of([np.array([0.0, 0.5, 1.0, np.nan])])
    np.testing.assert_allclose(scale.share(np.array([0.0, 0.5, 1.0, np.inf])), [0, 0.5, 1, 1], atol=1e-8)
    assert scale.title == "loss"
    scale = LossScale.of([np.array([0.01, 1.0])])
    np.testing.assert_allclose(scale.share(np.array([0.0, 0.01, 0.1, 1.0])), [0, 0, 0.5, 1], atol=1e-8)
    assert scale.title == "loss, on a log scale"


@pytest.mark.parametrize("surface", [False, True])
def test_a_loss_below_zero_has_a_landscape(surface: bool, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    x, layers = rng.normal(size=(20, 2)).astype(np.float32), [dense("hidden", "tanh"), dense("output", "")]
    with animviz.ArrayRecorder(tmp_path / "r.rec", x, x, layers=layers, loss="cosine_similarity") as session:
        for epoch in range(3):
            weights = {name: rng.normal(size=(2, 2)).astype(np.float32) for name in ("hidden/kernel", "output/kernel")}
            session.capture(weights={**weights, "hidden/bias": np.zeros(2), "output/bias": np.zeros(2)}, epoch=epoch)
    painted("landscape", Recording(tmp_path / "r.rec"), surface=surface)


def test_a_scale_of_shares_ends_at_one() -> None:
    assert share_limits(np.ones(3)) == (0.95, 1.0)
    assert share_limits(np.array([0.3, 0.3])) == pytest.approx((0.3, 0.35))
    assert share_limits(np.zeros(2)) == (0.0, 0.05)


def test_a_loss_beyond_all_numbers_diverges(trained: Trained, tmp_path: Path) -> None:
    recording = rewritten(trained("polynomial"), tmp_path / "r.rec", weights=scaled(1e25))
    assert title_of("signal", recording) == "The training diverges"


BROKEN = (
    "history",
    "confusion",
    "margins",
    "predictions",
    "digits",
    "pixels",
    "ridgelines",
    "scores",
    "unit",
    "network",
)


@pytest.mark.parametrize("scene", BROKEN)
def test_a_training_that_ends_without_numbers_is_said_to_diverge(scene: str, trained: Trained, tmp_path: Path) -> None:
    broken = rewritten(
        trained("digits_mlp"), tmp_path / "r.rec", weights=lambda index, _, array: array * (np.nan if index > 2 else 1)
    )
    stage = Stage((1280, 720))
    find_scene(scene).set_up(stage, broken)(Moment(0.0, 1.0))
    assert "The training diverges at epoch 3" in texts(stage)


def test_a_picture_of_the_data_does_not_diverge(trained: Trained, tmp_path: Path) -> None:
    broken = rewritten(trained("digits_mlp"), tmp_path / "r.rec", weights=lambda _, __, array: array * np.nan)
    assert title_of("dataset", broken).startswith("Samples of")


def test_the_title_counts_the_samples_that_are_asked_for(trained: Trained) -> None:
    title = title_of("predictions", trained("digits_mlp"), samples="0-9")
    assert " of 10 learned" in title


def test_patches_are_left_out_where_too_few_images_excite_a_filter(trained: Trained, tmp_path: Path) -> None:
    lenet = trained("lenet")
    few = rewritten(lenet, tmp_path / "few.rec", samples=2)
    painted("features", few)
    dead = rewritten(lenet, tmp_path / "dead.rec", weights=scaled(0.0))
    for recording, most in ((few, 2), (dead, 0)):
        seen = MapsSeen(recording, _block(recording, ""), 0, [recording.at(recording.epochs[-1])])
        for each in seen.patches(recording.at(recording.epochs[-1])):
            assert len(each) == PATCHES
            assert sum(bool(np.isfinite(patch).all()) for patch in each) <= most


def test_the_plane_of_one_class_is_not_parted(trained: Trained, tmp_path: Path) -> None:
    rings = trained("two_rings")
    kept = int(np.argmax(rings.labels != rings.labels[0]))
    recording = rewritten(rings, tmp_path / "one.rec", samples=kept)
    assert title_of("unfold", recording).endswith("the plane of one class")


def test_captions_of_columns_stand_apart(tmp_path: Path) -> None:
    rng, widths = np.random.default_rng(0), (5, 8, 2, 8, 5)
    x = rng.normal(size=(20, 5)).astype(np.float32)
    layers = [dense(f"hidden_{k}", "tanh") for k in range(4)]
    with animviz.ArrayRecorder(tmp_path / "r.rec", x, x, layers=layers, loss="mse") as session:
        for epoch in range(2):
            weights = {}
            for place, layer in enumerate(layers):
                weights[layer.kernel] = rng.normal(size=widths[place : place + 2]).astype(np.float32)
                weights[layer.bias] = np.zeros(widths[place + 1], np.float32)
            session.capture(weights=weights, epoch=epoch)
    for size in ((640, 360), (1280, 720), (720, 1280)):
        painted("signal", Recording(tmp_path / "r.rec"), size)


def layer(kind: str, *, replayable: bool = False) -> Layer:
    return Layer(name=kind, kind=kind, kernel="k" if kind == "Dense" else None, replayable=replayable)


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        ([layer("Dense", replayable=True), layer("LSTM")], "LSTM layers"), ([], "no layers"),
        ([layer("Dense"), layer("Dense")], "Dense layers that branch, or with an activation of their own"),
        ([layer("Dense"), layer("Add"), layer("Dense")], "Add layers"),
        ([layer("Conv2D"), layer("Flatten")], "Conv2D layers that branch, or with an activation of their own"),
    ],
)  # fmt: skip
def test_what_keeps_a_model_from_being_a_chain_is_said(layers: list[Layer], words: str) -> None:
    assert hindrance(layers) == words


@pytest.mark.parametrize(("progress", "words"), [(0.3, "first hidden layer: "), (1.0, "second hidden layer; white: ")])
def test_unfold_calls_layers_by_the_words_of_the_field(progress: float, words: str, trained: Trained) -> None:
    stage = Stage((1280, 720))
    find_scene("unfold").set_up(stage, trained("two_rings"))(Moment(0.0, 0.0, progress))
    assert any(text.startswith(words) for text in texts(stage))


@pytest.mark.parametrize("size", [(1280, 720), (720, 720), (720, 1280), (640, 480)], ids=str)
def test_what_unfold_says_stays_within_the_frame(size: tuple[int, int], trained: Trained) -> None:
    stage = Stage(size)
    draw = find_scene("unfold").set_up(stage, trained("two_rings"))
    for progress in np.linspace(0, 1, 9):
        draw(Moment(0.0, 0.0, float(progress)))
        stage.paint()
        check_layout(stage)
