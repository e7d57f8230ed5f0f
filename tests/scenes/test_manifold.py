"""The manifold: what is decoded, where samples lie, and that two numbers come to tell digits apart."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial import cKDTree

from animviz import Box, Recording, Stage
from animviz.analysis.labels import SampleLabels
from animviz.errors import SceneError
from animviz.experiments.catalogue import experiment_named
from animviz.experiments.keras.autoencoder import record
from animviz.experiments.telling import UNSAID
from animviz.moment import Moment
from animviz.pictures.discovery import find_scene
from animviz.stage.heatmap import Heatmap
from helpers.layout import texts
from scenes.manifold import _layout, _limits, _one_of_each

Trained = Callable[..., Recording]


@pytest.fixture(params=["autoencoder", "vae"])
def recording(trained: Trained, request: pytest.FixtureRequest) -> Recording:
    return trained(request.param)


def named(places: np.ndarray, labels: np.ndarray) -> float:
    """Return the share of samples whose class is that of most of their five nearest neighbours."""
    near = cKDTree(places).query(places, 6)[1][:, 1:]
    votes = np.array([np.bincount(row, minlength=10).argmax() for row in labels[near]])
    return float(np.mean(votes == labels))


def cells(stage: Stage) -> list[Heatmap]:
    return [artist for axes in stage.figure.axes for artist in axes.get_children() if isinstance(artist, Heatmap)]


def test_each_tile_is_what_the_decoder_makes_of_its_point(recording: Recording) -> None:
    stage, count = Stage((1280, 720)), 5
    draw = find_scene("manifold").set_up(stage, recording, lattice=count)
    state = recording.at(recording.epochs[-1])
    draw(Moment(3.0, float(recording.epochs[-1])))
    low, high = _limits([state.activations("code")])
    rows, columns = recording.extras["images"].shape[1:3]
    step = (high - low) / count
    points = [(low[0] + (k % count + 0.5) * step[0], high[1] - (k // count + 0.5) * step[1]) for k in range(count**2)]
    expected = state.onward("code", np.array(points, np.float32)).reshape(count, count, rows, columns)
    shown = cells(stage)[0]._cells[..., 0].reshape(count, rows, count, columns).swapaxes(1, 2)
    np.testing.assert_allclose(shown, 255 * expected, atol=1.5)


def test_the_code_goes_on_to_what_the_network_puts_out(recording: Recording) -> None:
    state = recording.at(float(recording.epochs[:2].mean()))
    inputs = recording.single_input(recording.inputs)
    np.testing.assert_allclose(state.onward("code", state.activations("code")), state.outputs(inputs), atol=1e-6)
    assert recording.output.task == "reconstruction"
    assert "spread/kernel" not in recording.manifest.weights  # noise is for training alone


def test_samples_are_test_samples_with_their_classes(recording: Recording) -> None:
    stage = Stage((1280, 720))
    find_scene("manifold").set_up(stage, recording)(Moment(0.0, 0.0))
    shown = texts(stage)
    count = recording.basis.sample_count
    assert any(f"measured on {count:,} test samples" in text for text in shown)
    assert any(text == f"{count:,} samples" or text.endswith(f" of {count:,} samples") for text in shown)
    assert recording.label_names == tuple("0123456789")


@pytest.mark.parametrize("size", [(1280, 720), (720, 720), (720, 1280)], ids=str)
def test_every_form_has_both_panels(recording: Recording, size: tuple[int, int]) -> None:
    stage = Stage(size)
    find_scene("manifold").set_up(stage, recording)(Moment(0.0, 0.0))
    assert len(cells(stage)) == (3 if size[0] >= size[1] else 5)


def test_a_recording_without_two_units_is_refused_in_one_line(trained: Trained) -> None:
    with pytest.raises(SceneError, match=r"needs a layer of two units; .* have 8, 3, 8: try --arch '\*-128-2-128-\*'"):
        find_scene("manifold").set_up(Stage((640, 360)), trained("autoencoder", arch="*-8-3-8-*"))
    with pytest.raises(SceneError, match="manifold draws reconstruction"):
        find_scene("manifold").set_up(Stage((640, 360)), trained("two_rings"))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["autoencoder", "vae"])
@pytest.mark.parametrize("seed", range(4))
def test_two_numbers_come_to_tell_digits_apart(name: str, seed: int, tmp_path: Path) -> None:
    recording = record(experiment_named(name).run({"seed": seed}), tmp_path / "r.rec", UNSAID, ())
    first, last = (
        named(recording.at(epoch).activations("code"), recording.labels) for epoch in recording.epochs[[0, -1]]
    )
    assert last > first + 0.15
    assert last > 0.5
    assert recording[-1].scores["loss"] < 0.22


@pytest.mark.parametrize("size", [(1280, 720), (720, 720), (720, 1280)], ids=str)
def test_one_panel_is_large_and_every_class_is_sent(recording: Recording, size: tuple[int, int]) -> None:
    stage = Stage(size)
    large, small, pairs = _layout(stage, Box(40, 100, stage.width - 80, stage.height - 160))
    assert large.width > 1.2 * small.width
    labels = SampleLabels.of(recording)
    assert len(_one_of_each(labels, len(recording.inputs))) == 10
    assert all(box.right <= stage.width - 40 and box.bottom <= stage.height - 60 + 1e-6 for box in pairs)
