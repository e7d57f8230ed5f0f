"""Unfolding: every stop of the way is what the network puts out, and the motion between is what a layer does."""

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import animviz
from animviz import Moment, Recording, Stage
from animviz.errors import InputError, SceneError
from animviz.parts import PointCloud
from animviz.pictures.discovery import find_scene
from animviz.scenes.families.camera import View, between
from animviz.scenes.families.unfolding import Affine, Way
from helpers.layout import texts
from helpers.recordings import made

NUMBERS = st.floats(-3, 3, width=32)


@settings(max_examples=60, deadline=None)
@given(shape=st.sampled_from([(1, 1), (2, 2), (2, 3), (3, 2), (3, 3), (1, 3), (3, 1)]), data=st.data())
def test_an_affine_map_moves_from_where_points_are_to_where_the_layer_puts_them(
    shape: tuple[int, int], data: st.DataObject
) -> None:
    kernel = data.draw(arrays(np.float32, shape, elements=NUMBERS))
    bias = data.draw(arrays(np.float32, shape[1], elements=NUMBERS))
    points = np.pad(np.random.default_rng(0).normal(size=(9, shape[0])), [(0, 0), (0, 3 - shape[0])])
    affine = Affine(kernel, bias)
    assert np.allclose(affine.moved(points, 0.0), points)
    wanted = points[:, : shape[0]] @ kernel + bias
    assert np.allclose(affine.moved(points, 1.0), np.pad(wanted, [(0, 0), (0, 3 - shape[1])]), atol=1e-4)


def test_a_plane_is_never_flattened_on_its_way_into_space() -> None:
    kernel = np.array([[-1.0, 0, 0.2], [0, -1.0, 0.1]])  # half a turn: the straight way would lead through a point
    square = np.array([[0, 0, 0], [1, 0, 0], [0, 1.0, 0]])
    affine = Affine(kernel, np.zeros(3))
    for share in np.linspace(0, 1, 11):
        corner, right, up = affine.moved(square, share)
        assert np.linalg.norm(np.cross(right - corner, up - corner)) > 0.9


@pytest.mark.parametrize("arch", ["2-1", "2-3-2-1", "2-2-1", "2-3-1", "2-8-1", "2-5-3-1", "2-1-1"])
def test_every_stop_is_what_the_layer_puts_out(arch: str, tmp_path: Path) -> None:
    recording = made("two_rings", tmp_path / "r.rec", arch=arch, samples=60)
    state = recording.at(3.0)
    inputs = recording.inputs
    way = Way(recording, state, inputs)
    stops = way.values(inputs)
    assert len(stops) == len(way.steps) + 1
    assert np.allclose(stops[0][:, :2], inputs)
    for step, stop in zip(way.steps, stops[1:], strict=True):
        values = state.activations(step.after.name)
        if step.what == "tanh" and step.after.directions is None:
            assert np.allclose(stop[:, : step.after.units], values, atol=1e-5)
        if step.after.directions is not None:
            across = step.after.directions
            used = across[:, np.linalg.norm(across, axis=0) > 0]
            assert np.allclose(used.T @ used, np.eye(used.shape[1]), atol=1e-5)
            assert 0 < step.after.kept <= 1 + 1e-6
    if way.end.units > 3:  # the answer depends on the first direction alone
        kernel = state.weights[recording.layers[-1].kernel or ""][:, 0]
        logit = stops[-1][:, 0] * np.linalg.norm(kernel) + state.weights[recording.layers[-1].bias or ""][0]
        assert np.allclose(1 / (1 + np.exp(-logit)), state.outputs()[:, 0], atol=1e-4)


@pytest.mark.parametrize("arch", ["2-1", "2-3-2-1", "2-8-3-1", "2-6-1", "2-1-1"])
def test_any_width_is_drawn_and_moves_to_its_cut(arch: str, tmp_path: Path) -> None:
    recording = made("two_rings", tmp_path / "r.rec", arch=arch, samples=80)
    stage = Stage((640, 360))
    draw = find_scene("unfold").set_up(stage, recording)
    frames = []
    for progress in (0.0, 0.2, 0.45, 0.7, 1.0):
        draw(Moment(0.0, 0.0, progress))
        frames.append(stage.frame())
    assert all(not np.array_equal(one, other) for one, other in itertools.pairwise(frames))
    assert any("answer flips" in text for text in texts(stage))


@pytest.mark.parametrize(
    ("classes", "arch", "cuts"), [(4, "2-8-2-4", True), (3, "2-6-3-3", False), (3, "2-9-3", False)]
)
def test_of_several_classes_the_cut_is_drawn_where_the_picture_decides_it(
    classes: int, arch: str, cuts: bool, tmp_path: Path
) -> None:
    recording = made("blobs", tmp_path / "b.rec", classes=classes, arch=arch, samples=120)
    stage = Stage((640, 360))
    find_scene("unfold").set_up(stage, recording)(Moment(0.0, 0.0, 1.0))
    assert any("answer flips" in text for text in texts(stage)) == cuts


def test_the_epoch_is_the_one_that_is_asked_for(rings_recording: Recording) -> None:
    scene = find_scene("unfold")
    for epoch, said in ((None, "4"), (1.0, "1")):
        stage = Stage((1280, 720))
        draw = scene.set_up(stage, rings_recording, epoch=epoch)
        for progress in (0.0, 1.0):
            draw(Moment(0.0, 0.3, progress))
            assert said in texts(stage)
    with pytest.raises(InputError, match="outside the recording"):
        scene.set_up(Stage((640, 360)), rings_recording, epoch=99.0)


def test_what_has_no_plane_or_other_layers_is_refused(tmp_path: Path) -> None:
    recording = made("digits_mlp", tmp_path / "d.rec", data="digits-8x8", arch="64-4-10")
    with pytest.raises(SceneError, match="points of a plane"):
        animviz.frame_at("unfold", recording, 0.0)


def test_the_camera_looks_from_above_and_from_the_side() -> None:
    points = np.array([[1.0, 0, 0], [0, 1.0, 0], [0, 0, 1.0]])
    above = View(np.zeros(3), 2.0)
    assert np.allclose(above.seen(points), [[0.5, 0, 0], [0, 0.5, 0], [0, 0, 0.5]])
    side = View(np.zeros(3), 1.0, tilt=np.pi / 2)
    assert np.allclose(side.seen(points)[:, :2], [[1, 0], [0, 0], [0, 1]], atol=1e-9)
    half = between(above, side, 0.5)
    assert half.radius == pytest.approx(np.sqrt(2))
    assert half.tilt == pytest.approx(np.pi / 4)


@pytest.mark.parametrize("size", [(640, 360), (360, 360)])
@pytest.mark.parametrize("arch", ["2-3-2-1", "2-3-5-1", "2-8-3-1"])
def test_nothing_leaves_the_picture_between_two_layers(arch: str, size: tuple[int, int], tmp_path: Path) -> None:
    recording = made("two_rings", tmp_path / "r.rec", arch=arch, samples=60)
    stage = Stage(size)
    draw = find_scene("unfold").set_up(stage, recording)
    for progress in np.linspace(0, 1, 60):
        draw(Moment(0.0, 0.0, progress))
        for cloud in stage.figure.findobj(PointCloud):
            places = cloud._xy[np.isfinite(cloud._xy).all(axis=1)]
            (left, right), (low, high) = cloud.axes.get_xlim(), cloud.axes.get_ylim()
            assert np.all((places >= (left, low)) & (places <= (right, high)))
