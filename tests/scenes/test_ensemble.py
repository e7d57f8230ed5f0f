"""The scene `ensemble`: its numbers are NumPy's, and do not depend on how many images are shown."""

from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest

from animviz import Moment, Recording, Stage
from animviz.analysis.likeness import counts_of, likeness, sums_of, two_parts
from animviz.errors import SceneError
from animviz.pictures.discovery import find_scene
from animviz.scenes.ensemble import _first_above, _title
from animviz.scenes.families.course import Course
from animviz.stage.points import PointCloud
from helpers.layout import check_layout, texts
from helpers.recordings import made

pytestmark = pytest.mark.integration  # from real trainings

Train = Callable[..., Recording]


@pytest.fixture
def net(trained: Train) -> Recording:
    return trained("digits_mlp")


def drawn(recording: Recording, progress: float = 1.0, size: tuple[int, int] = (1280, 720), **options: object) -> Stage:
    stage = Stage(size)
    find_scene("ensemble").set_up(stage, recording, **options)(Moment(0.0, 0.0, progress))
    return stage


def stated(stage: Stage) -> dict[str, list[str]]:
    """Return what is written of single images and of the sum, by layer."""
    return {pair.name.removeprefix("likeness in "): list(pair.texts()) for pair in stage.pairs}


def test_likeness_is_the_correlation_with_other_images_of_the_class(net: Recording) -> None:
    members = net.extras["train_inputs"][net.extras["train_labels"] == 5][:60]
    others = net.inputs[net.labels == 5]
    state, said = net.at(net.epochs[-1]), stated(drawn(net, samples=60))
    for name, through in {
        "input": lambda x: x,
        "hidden 1": lambda x: state.activations("hidden_1", x),
        "output": state.outputs,
    }.items():
        values, pattern = through(members), through(others).mean(axis=0).ravel()
        alone = [np.corrcoef(one.ravel(), pattern)[0, 1] for one in values]
        together = np.corrcoef(values.sum(axis=0).ravel(), pattern)[0, 1]
        assert said[name] == [f"{np.mean(alone):.2f}", f"{together:.2f}"]


def test_without_hidden_layers_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SceneError, match=r"activations of hidden layers; .* tells of none: see dataset or predictions"):
        drawn(made("digits_mlp", tmp_path / "flat.rec", arch="64-10", data="digits-8x8"))


def test_numbers_do_not_depend_on_how_many_images_are_shown(net: Recording) -> None:
    few = stated(drawn(net, samples=25))
    many = stated(drawn(net, progress=float(np.log(25 / 2) / np.log(50)), samples=100))
    assert few == many
    assert few != stated(drawn(net, samples=100))


def test_without_training_images_the_sums_are_held_against_the_other_half() -> None:
    one, other = two_parts(np.arange(10, 21))
    assert not set(one) & set(other)
    assert sorted([*one, *other]) == list(range(10, 21))


def test_the_picture_is_of_one_true_state_whatever_the_epoch_of_the_video(net: Recording) -> None:
    assert np.array_equal(drawn(net, 0.4).frame(), drawn(net, 0.4, epoch=4.0).frame())
    assert np.array_equal(drawn(net, epoch=2.7).frame(), drawn(net, epoch=2.0).frame())
    assert not np.array_equal(drawn(net, epoch=2.0).frame(), drawn(net).frame())


def test_counts_rise_one_by_one_or_evenly_in_ratio() -> None:
    assert counts_of(100).tolist() == list(range(2, 101))
    assert counts_of(1).tolist() == [1]
    assert len(counts_of(5000)) <= 1000
    assert counts_of(5000)[-1] == 5000


def test_sums_and_likeness_are_numpys() -> None:
    values = np.random.default_rng(0).random((12, 4, 3)).astype(np.float32)
    counts = np.array([1, 5, 12])
    assert sums_of(values, counts) == pytest.approx(np.array([values[:n].sum(axis=0) for n in counts]), rel=1e-5)
    by_numpy = [np.corrcoef(value.ravel(), values[3].ravel())[0, 1] for value in values]
    assert likeness(values, values[3]) == pytest.approx(np.array(by_numpy))
    assert np.isnan(likeness(np.zeros((3, 5)), np.arange(5.0))).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"digit": "ten"}, "ensemble: no class 'ten'"),
        ({"layers": "nope"}, "ensemble: no layer 'nope'"),
        ({"epoch": 99.0}, "ensemble: --epoch is 99; .* spans 0 to 4"),
    ],
)
def test_options_that_do_not_fit_are_refused(options: dict[str, object], message: str, net: Recording) -> None:
    with pytest.raises(SceneError, match=message):
        drawn(net, **options)


@pytest.mark.parametrize("size", [(720, 1280), (640, 480)])
def test_texts_of_another_data_set_keep_apart(size: tuple[int, int], trained: Train, odd_images: Path) -> None:
    stage = drawn(trained("digits_mlp", data=str(odd_images), arch="840-12-7"), size=size)
    stage.paint()
    check_layout(stage)


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (720, 720)])
def test_every_layer_is_shown_in_every_frame(size: tuple[int, int], net: Recording) -> None:
    assert list(stated(drawn(net, size=size))) == ["input", "hidden 1", "hidden 2", "output"]


def test_dots_arrive_with_their_images_and_keep_their_places(net: Recording) -> None:
    first, last = (rows_of_dots(drawn(net, progress)) for progress in (0.5, 1.0))
    for some, every in zip(first, last, strict=True):
        there = np.isfinite(some[:, 0])
        assert there.sum() == 14
        assert np.array_equal(some[there], every[there])


def test_a_title_that_promises_more_with_each_layer_is_kept() -> None:
    def titled(*averages: float) -> str:
        courses = [Course(f"layer {k}", np.zeros((1, 2)), np.zeros(2), np.array([1])) for k in range(len(averages))]
        for course, average in zip(courses, averages, strict=True):
            course.__dict__["average"] = np.array([average])
        return _title("images of 5", courses, _first_above(list(averages)))

    assert titled(0.5, 0.6, 0.9) == "Deeper in, images of 5 grow alike"
    assert titled(0.5, 0.3, 0.9) == "At the output, images of 5 are most alike"
    later = "From layer 6 on, images of 5 are more alike than before"
    assert titled(0.6, 0.7, 0.72, 0.55, 0.61, 0.7, 0.84, 0.96) == later
    none = {titled(0.5, 0.6, 0.4), titled(0.5, 0.6, np.nan), titled(1.0, 1.0), titled(0.5, 0.3, 0.51)}
    assert none == {"What images of 5 have in common"}


def test_frames_of_all_shapes_have_one_title_and_the_layer_that_it_names(trained: Train) -> None:
    net = trained("digits_mlp", arch="64-24-24-24-24-24-24-10")
    with patch("animviz.scenes.ensemble._first_above", lambda _: 4):
        stages = [drawn(net, size=size) for size in ((1280, 720), (720, 1280), (640, 360))]
    for stage in stages:
        assert "From hidden 4 on, images of 5 are more alike than before" in texts(stage)
        assert "hidden 4" in stated(stage)


def test_the_first_sum_is_of_two_images(net: Recording) -> None:
    assert "sum of 2" in texts(drawn(net, 0.0))
    assert "sum of 1" in texts(drawn(net, 0.0, samples=1))


def rows_of_dots(stage: Stage) -> list[np.ndarray]:
    """Return where the dots of each layer are."""
    return [artist._xy for artist in stage.moving if isinstance(artist, PointCloud)]
