"""Scenes of what goes into a network: weights, the whole diagram, pixels, their importance, and the data themselves."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import animviz
from animviz import Moment, Recording, Stage
from animviz.analysis.saliency import evidence
from animviz.errors import InputError, SceneError
from animviz.pictures.discovery import find_scene
from animviz.recording.manifest import Entry
from animviz.recording.replay.forward import forward
from animviz.recording.writer import RecordingWriter
from animviz.scenes.families.inputs import tiles
from animviz.stage.box import Box
from animviz.stage.heatmap import Heatmap
from helpers.layout import texts
from helpers.recordings import made

pytestmark = pytest.mark.integration  # drawn from real trainings

SCENES = ["network", "pixels", "importance", "dataset"]
Trained = Callable[..., Recording]


@pytest.fixture
def digits(trained: Trained) -> Recording:
    return trained("digits_mlp", arch="64-16-8-10")


@pytest.fixture
def odd(trained: Trained, odd_images: Path) -> Recording:
    return trained("digits_mlp", data=str(odd_images), arch="840-12-7")


@pytest.fixture
def reduced(trained: Trained) -> Recording:
    return trained("digits_mlp", arch="9-8-10", reduce="forest:9")


def drawn(name: str, recording: Recording, epoch: float = 4.0, **options: object) -> Stage:
    stage = Stage((1280, 720))
    find_scene(name).set_up(stage, recording, **options)(Moment(0.0, epoch))
    stage.paint()
    return stage


def heatmaps(stage: Stage) -> list[Heatmap]:
    return [artist for artist in stage._moving if isinstance(artist, Heatmap)]


def test_tiles_keep_their_shape_and_places() -> None:
    box = Box(10, 20, 600, 400)
    for count in (1, 2, 7, 24, 100):
        boxes = tiles(box, count, (20, 14), gap=8, label=10)
        assert len(boxes) == count
        for place, tile in enumerate(boxes):
            assert tile.height / tile.width == pytest.approx(20 / 14)
            assert tile.left >= box.left - 1e-6
            assert tile.right <= box.right + 1e-6
            assert tile.top >= box.top - 1e-6
            assert tile.bottom <= box.bottom + 1e-6
            for other in boxes[:place]:
                assert other.right <= tile.left or other.bottom <= tile.top or tile.right <= other.left


def shown_values(heat: Heatmap, values: np.ndarray) -> np.ndarray:
    """The cells that a heat map would show for these values."""
    heat.set_values(values)
    return heat._cells


@pytest.mark.parametrize("scene", ["importance"])
def test_mixed_inputs_are_refused(scene: str, tmp_path: Path) -> None:
    recording = made("digits_mlp", tmp_path / "mixed.rec", arch="5-8-10", data="digits-8x8", reduce="pca:5")
    with pytest.raises(SceneError, match="components that mix"):
        drawn(scene, recording)


@pytest.mark.integration
@pytest.mark.parametrize("scene", ["network", "importance"])
def test_convolutions_are_refused(scene: str, trained: Trained) -> None:
    with pytest.raises(SceneError, match="Conv2D"):
        drawn(scene, trained("lenet", arch="2-4-12-8-10"))


@pytest.mark.parametrize("scene", ["network", "pixels", "importance", "dataset"])
def test_curves_are_refused(scene: str, trained: Trained) -> None:
    with pytest.raises(SceneError, match=scene):
        drawn(scene, trained("polynomial", arch="1-3-1"))


def test_network_states_the_probabilities_of_the_sample(odd: Recording) -> None:
    for epoch in (1.0, 2.5):
        stage = drawn("network", odd, epoch, sample=11)
        state = odd.at(np.floor(epoch))
        outputs = forward(odd.layers, state.weights, odd.inputs[11:12])[0]
        for name, value in zip(odd.output.class_names, outputs, strict=True):
            assert name in texts(stage)
            assert f"{100 * value:.1f} %" in texts(stage)
        assert f"truly: {odd.output.class_names[odd.labels[11]]}" in texts(stage)


def test_network_of_one_output_names_class_1(rings_recording: Recording) -> None:
    stage = drawn("network", rings_recording)
    output = rings_recording.at(4).outputs()[0, 0]
    assert "outer" in texts(stage)
    assert f"{100 * output:.1f} %" in texts(stage)


def test_network_refuses_a_sample_that_is_not_there(digits: Recording) -> None:
    with pytest.raises(SceneError, match=r"--sample is 999999; .* samples 0 to \d+"):
        drawn("network", digits, sample=999_999)


@cache
def forest_importance(recording: Recording) -> np.ndarray:
    """Return how important each pixel is to scikit-learn's forest."""
    from sklearn.ensemble import RandomForestClassifier

    images = recording.extras.get("train_images", recording.extras["train_inputs"])
    forest = RandomForestClassifier(100, random_state=0)
    return forest.fit(images.reshape(len(images), -1), recording.extras["train_labels"]).feature_importances_


def test_pixels_states_what_a_forest_and_the_network_reach(digits: Recording) -> None:
    from sklearn.ensemble import RandomForestClassifier

    stage = drawn("pixels", digits, 2.0, pixels="20,43")
    extras = digits.extras
    flat = extras["train_inputs"].reshape(len(extras["train_inputs"]), -1)[:, [20, 43]]
    forest = RandomForestClassifier(100, random_state=0).fit(flat, extras["train_labels"])
    score = forest.score(digits.inputs.reshape(len(digits.inputs), -1)[:, [20, 43]], digits.labels)
    assert f"these two alone: {100 * score:.1f} %" in texts(stage)
    right = np.mean(digits.at(2).outputs().argmax(axis=1) == digits.labels)
    assert f"{100 * right:.1f} %" in texts(stage)
    assert {"x: row 2, column 4", "y: row 5, column 3"} <= set(texts(stage))


@pytest.mark.integration
def test_pixels_are_the_forests_favourites(digits: Recording, reduced: Recording) -> None:
    for recording in (digits, reduced):
        importance = forest_importance(recording)
        read = recording.extras.get("pixels", np.arange(64))
        favourite = read[np.argsort(-importance[read], kind="stable")[0]]
        assert f"x: row {favourite // 8}, column {favourite % 8}" in texts(drawn("pixels", recording))


@pytest.mark.parametrize("asked", ["3", "3,3", "3,64", "a,b", "1,2,3", "-1,2"])
def test_pixels_refuses_what_are_not_two_values(asked: str, digits: Recording) -> None:
    with pytest.raises(SceneError, match="two different numbers from 0 to 63"):
        drawn("pixels", digits, pixels=asked)


def test_pixels_draws_mixed_inputs_by_their_images(tmp_path: Path) -> None:
    recording = made("digits_mlp", tmp_path / "mixed.rec", arch="5-8-10", data="digits-8x8", reduce="pca:5")
    assert "Digits, two of 64 pixel values" in texts(drawn("pixels", recording, 1.0))


@pytest.mark.parametrize("which", ["digits", "reduced"])
def test_importance_states_how_much_speaks_for_class_and_rival(which: str, request: pytest.FixtureRequest) -> None:
    recording = request.getfixturevalue(which)
    stage = drawn("importance", recording, 3.0, samples="4")
    given = np.mean([recording.at(epoch).outputs()[4] for epoch in recording.epochs], axis=0)
    true = int(recording.labels[4])
    given[true] = -1
    rival = int(given.argmax())
    found = evidence(
        recording.layers, recording.at(3).weights, recording.inputs[[4]], np.array([true]), np.array([rival])
    )
    assert list(stage.pairs[0].texts()) == [f"{-found[found < 0].sum():.1f}", f"{found[found > 0].sum():.1f}"]
    assert stage.pairs[0].name == f"evidence for {true} and {rival}"


def test_importance_has_no_colour_where_there_is_no_ink(digits: Recording) -> None:
    stage = drawn("importance", digits, samples="4")
    cells = heatmaps(stage)[0]._cells.reshape(-1, 4)
    empty = cells[digits.inputs[4].ravel() == 0]
    assert len(np.unique(empty, axis=0)) == 1


def test_importance_shows_the_forest_when_asked(digits: Recording) -> None:
    forest = heatmaps(drawn("importance", digits, forest=True))[-1]
    cells = forest._cells.copy()
    assert np.array_equal(cells, shown_values(forest, forest_importance(digits).reshape(8, 8)))


def test_importance_refuses_numbers_that_are_not_there(digits: Recording) -> None:
    with pytest.raises(InputError, match="--samples is '0,99999'"):
        drawn("importance", digits, samples="0,99999")


def test_dataset_counts_are_the_recordings(odd: Recording) -> None:
    stage = drawn("dataset", odd)
    train, test = np.bincount(odd.extras["train_labels"]), np.bincount(odd.labels)
    for name, several, few in zip(odd.output.class_names, train, test, strict=True):
        assert name in texts(stage)
        assert f"{several} + {few}" in texts(stage)
    assert {f"{len(odd.labels)}", f"{len(odd.extras['train_labels'])}"} <= set(texts(stage))


def test_dataset_walks_on(digits: Recording) -> None:
    frames = [animviz.frame_at("dataset", digits, epoch, size=(640, 480)) for epoch in (0.0, 2.0, 4.0)]
    assert not np.array_equal(frames[0], frames[1])
    assert not np.array_equal(frames[1], frames[2])


@pytest.mark.parametrize("scene", SCENES)
def test_recordings_without_training_samples_are_drawn(scene: str, digits: Recording, tmp_path: Path) -> None:
    data = {"inputs": digits.inputs, "labels": digits.labels}
    writer = RecordingWriter.create(tmp_path / "own.rec", digits.manifest, data)
    weights = {f"weights/{name}": array for name, array in digits[0].weights.items()}
    writer.append(weights, Entry(epoch=0, step=0))
    assert animviz.frame_at(scene, Recording(tmp_path / "own.rec"), 0.0, size=(640, 480)).std() > 0
