"""Scenes of what goes into a network: pixels, their importance, and the data themselves."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D
from sklearn.metrics import mutual_info_score

import animviz
from animviz import Box, Moment, Recording, Stage
from animviz.analysis.saliency import evidence
from animviz.analysis.spread import spread_of
from animviz.analysis.telling import most_telling_pair
from animviz.errors import InputError, SceneError
from animviz.pictures.discovery import find_scene
from animviz.recording.manifest import Entry
from animviz.recording.writer import RecordingWriter
from animviz.scenes.dataset import _title
from animviz.scenes.families.class_mosaic import ClassMosaic
from animviz.scenes.families.distance_plane import DistancePlane
from animviz.scenes.families.distance_rows import _packed
from animviz.stage.heatmap import Heatmap
from animviz.stage.points import PointCloud
from helpers.layout import texts
from helpers.recordings import made

pytestmark = pytest.mark.integration  # drawn from real trainings

SCENES = ["pixels", "importance", "dataset"]
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
@pytest.mark.parametrize("scene", ["importance"])
def test_convolutions_are_refused(scene: str, trained: Trained) -> None:
    with pytest.raises(SceneError, match="Conv2D"):
        drawn(scene, trained("lenet", arch="2-4-12-8-10"))


@pytest.mark.parametrize("scene", ["pixels", "importance", "dataset"])
def test_curves_are_refused(scene: str, trained: Trained) -> None:
    with pytest.raises(SceneError, match=scene):
        drawn(scene, trained("polynomial", arch="1-3-1"))


@cache
def forest_importance(recording: Recording) -> np.ndarray:
    """Return how important each pixel is to scikit-learn's forest."""
    from sklearn.ensemble import RandomForestClassifier

    images = recording.extras.get("train_images", recording.extras["train_inputs"])
    forest = RandomForestClassifier(100, random_state=0)
    return forest.fit(images.reshape(len(images), -1), recording.extras["train_labels"]).feature_importances_


def quarters_of_test(digits: Recording) -> list[np.ndarray]:
    """The samples of each quarter by pixels 20 and 43, from the upper left."""
    flat = digits.inputs.reshape(len(digits.inputs), -1)
    first, second = flat[:, 20] > 0.5, flat[:, 43] > 0.5
    return [~first & second, first & second, ~first & ~second, first & ~second]


@pytest.fixture
def mosaics(monkeypatch: pytest.MonkeyPatch) -> list[ClassMosaic]:
    """All mosaics that are made from now on."""
    made_ones: list[ClassMosaic] = []
    set_up = ClassMosaic.__init__

    def kept(self: ClassMosaic, *args: object) -> None:
        set_up(self, *args)
        made_ones.append(self)

    monkeypatch.setattr(ClassMosaic, "__init__", kept)
    return made_ones


def colors_of(mosaic: ClassMosaic) -> np.ndarray:
    """The colours of the squares in their order, (samples, 3)."""
    inside = mosaic._squares._cells[:: mosaic._size, :: mosaic._size, :3].transpose(1, 0, 2)
    return inside.reshape(-1, 3)[: mosaic._count]


@pytest.mark.parametrize("by", ["both", "true", "predicted"])
def test_pixels_shows_class_and_answer_of_each_sample(by: str, digits: Recording, mosaics: list[ClassMosaic]) -> None:
    stage = drawn("pixels", digits, 2.0, pixels="20,43", by=by)
    said, true = digits.at(2).outputs().argmax(axis=1), digits.labels
    palette = np.rint(255 * stage.theme.palette(10))
    assert len(mosaics) == 4
    for mosaic, members in zip(mosaics, quarters_of_test(digits), strict=True):
        grouped = said if by == "predicted" else true
        colored = true if by == "true" else said
        order = np.lexsort([true[members], grouped[members]])
        assert np.array_equal(colors_of(mosaic), palette[colored[members][order]])
        assert f"{members.sum():,}" in texts(stage)
    assert {"A: row 2, column 4", "B: row 5, column 3"} <= set(texts(stage))


def test_samples_turn_one_by_one_between_snapshots(digits: Recording, mosaics: list[ClassMosaic]) -> None:
    seen = [
        drawn("pixels", digits, epoch) and np.concatenate([colors_of(m) for m in mosaics[-4:]]) for epoch in (0, 0.5, 1)
    ]
    first, between, last = seen
    turned = (first != last).any(axis=1)
    assert ((between == first) | (between == last)).all(axis=1).all()
    assert 0 < (between != first).any(axis=1).sum() < turned.sum()


def test_names_of_a_mosaic_stand_apart(digits: Recording, mosaics: list[ClassMosaic]) -> None:
    drawn("pixels", digits, 4.0)
    for mosaic in mosaics:
        grouped = np.repeat(np.arange(10), np.arange(1, 40, 4))
        middles, widths = mosaic._middles(grouped), mosaic._widths
        named = np.isfinite(middles[:, 0])
        assert 0 < named.sum() < 10
        gaps, needed = np.diff(middles[named, 0]), (widths[named][1:] + widths[named][:-1]) / 2
        assert (gaps >= needed - 1).all()


def test_pixels_title_says_what_two_and_all_tell(digits: Recording) -> None:
    extras = digits.extras
    seen = extras["train_inputs"].reshape(-1, 64)[:, [20, 43]] > 0.5
    here = digits.inputs.reshape(-1, 64)[:, [20, 43]] > 0.5
    told = 0
    for quarter in ([0, 0], [0, 1], [1, 0], [1, 1]):
        members = extras["train_labels"][(seen == quarter).all(axis=1)]
        told += (digits.labels[(here == quarter).all(axis=1)] == np.bincount(members).argmax()).sum()
    right = np.mean(digits.at(4).outputs().argmax(axis=1) == digits.labels)
    expected = f"Two pixels tell {100 * told / len(here):.0f} %, the network in the end {100 * right:.0f} %"
    assert expected in texts(drawn("pixels", digits, 1.0, pixels="20,43"))


def test_the_most_telling_pair_is_that_of_the_greatest_mutual_information() -> None:
    rng = np.random.default_rng(2)
    labels = rng.integers(0, 4, 300)
    high = rng.random((300, 7)) < 0.5
    high[:, 2] ^= (labels % 2 == 0) & (rng.random(300) < 0.5)
    high[:, 5] = (labels > 1) ^ (rng.random(300) < 0.2)
    scores = {(a, b): mutual_info_score(labels, high[:, a] + 2 * high[:, b]) for a in range(7) for b in range(a + 1, 7)}
    assert most_telling_pair(high, labels) == max(scores, key=scores.get)


def test_pixels_are_among_those_that_the_network_reads(reduced: Recording) -> None:
    named = [text for text in texts(drawn("pixels", reduced)) if text[:3] in ("A: ", "B: ")]
    places = [8 * int(text.split()[2].rstrip(",")) + int(text.split()[4]) for text in named]
    assert set(places) <= set(reduced.extras["pixels"])


@pytest.mark.parametrize("asked", ["3", "3,3", "3,64", "a,b", "1,2,3", "-1,2"])
def test_pixels_refuses_what_are_not_two_values(asked: str, digits: Recording) -> None:
    with pytest.raises((SceneError, InputError), match="--pixels"):
        drawn("pixels", digits, pixels=asked)


def test_pixels_draws_mixed_inputs_by_their_images(tmp_path: Path) -> None:
    recording = made("digits_mlp", tmp_path / "mixed.rec", arch="5-8-10", data="digits-8x8", reduce="pca:5")
    assert any(text.startswith("Two pixels tell") for text in texts(drawn("pixels", recording, 1.0)))


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


@pytest.mark.parametrize(("epoch", "share"), [(0.0, 0.0), (1.0, 0.25), (4.0, 1.0)])
def test_dataset_lights_the_samples_that_the_line_has_come_to(epoch: float, share: float, digits: Recording) -> None:
    stage = drawn("dataset", digits, epoch)
    images, labels = digits.extras["train_inputs"].reshape(-1, 64).astype(float), digits.extras["train_labels"]
    members = [images[labels == number] for number in range(10)]
    distances = [np.sqrt(((some - some.mean(axis=0)) ** 2).sum(axis=1)) for some in members]
    every = np.concatenate(distances)
    reach = every.min() + share * (every.max() - every.min())
    lit = [artist for artist in stage._moving if isinstance(artist, PointCloud)][1]
    assert lit.count == (every <= reach + 1e-9).sum()
    assert stage.pairs[-1].texts() == [f"{reach:.2f}"]
    averages = [f"{some.mean():.2f}" for some in sorted(distances, key=np.mean)]
    assert stage.pairs[-2].texts() == averages


def test_images_stand_at_their_distances_and_cover_neither_each_other_nor_the_mean() -> None:
    distances = np.sort(np.random.default_rng(0).uniform(0, 10, 400))
    found = _packed(distances, 0.5, 2)
    for lane in range(2):
        places = [0.0, *(distances[place] for place, at in found if at == lane)]
        assert len(places) > 10
        assert (np.diff(places) >= 0.5).all()


@pytest.mark.parametrize("count", [1, 2])
def test_one_class_is_drawn_in_the_plane(count: int) -> None:
    stage, points = Stage((640, 360)), np.random.default_rng(0).normal(size=(count, 2))
    spreads = [spread_of(points, np.arange(count))]
    DistancePlane(
        stage, Box(40, 100, 1200, 560), points, spreads, [("one", str(count))], stage.theme.palette(2)[:1]
    ).show(1.0)
    assert {"one", f"{spreads[0].distances.mean():.2f}"} <= set(texts(stage))


@pytest.mark.parametrize("epoch", [0.0, 2.0, 4.0])
def test_circles_of_dataset_reach_as_far_as_the_line(epoch: float, rings_recording: Recording) -> None:
    stage = drawn("dataset", rings_recording, epoch)
    reach = float(stage.pairs[-1].texts()[0])
    circles = [line for line in stage._moving if isinstance(line, Line2D) and len(line.get_xdata()) > 100]
    assert len(circles) == 2
    for circle in circles:
        ends = np.asarray(circle.get_xydata())
        assert np.allclose(np.hypot(*(ends - ends[:-1].mean(axis=0)).T), reach, atol=0.006)


@pytest.mark.parametrize(
    ("averages", "title"),
    [
        ({"a": 1.0, "b": 2.0}, "Samples of b differ most from their mean, on average"),
        ({"a": 1.0, "b": 2.001, "c": 2.0}, "Samples of b and c differ most from their mean, on average"),
        ({"a": 2.0, "b": 2.001}, "Samples of all classes differ alike from their means, on average"),
        ({"a": 2.0}, "Samples of a differ most from their mean, on average"),
    ],
)
def test_the_title_of_dataset_names_ties(averages: dict[str, float], title: str) -> None:
    assert _title(averages) == title


@pytest.mark.parametrize("scene", SCENES)
def test_recordings_without_training_samples_are_drawn(scene: str, digits: Recording, tmp_path: Path) -> None:
    data = {"inputs": digits.inputs, "labels": digits.labels}
    writer = RecordingWriter.create(tmp_path / "own.rec", digits.manifest, data)
    weights = {f"weights/{name}": array for name, array in digits[0].weights.items()}
    writer.append(weights, Entry(epoch=0, step=0))
    assert animviz.frame_at(scene, Recording(tmp_path / "own.rec"), 0.0, size=(640, 480)).std() > 0


def test_importance_names_no_colours_where_no_pixel_speaks(
    digits: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert any(text.startswith("Green speaks for") for text in texts(drawn("importance", digits)))
    monkeypatch.setattr("animviz.scenes.importance.Evidence.all_maps", lambda self: np.zeros((5, 7, 8, 8)))
    assert any(text.endswith(", until no pixel does") for text in texts(drawn("importance", digits)))


def test_a_mosaic_has_only_those_names_ready_that_can_be_shown(digits: Recording, mosaics: list[ClassMosaic]) -> None:
    stage, names = Stage((1280, 720)), [f"{number}" for number in range(1000)]
    most = np.zeros(1000, int)
    most[[3, 700]] = 200
    mosaic = ClassMosaic(stage, Box(40, 40, 300, 200), 400, names, 12, most)
    grouped = np.repeat([3, 700], 200)
    mosaic.show(grouped, grouped)
    assert mosaic._named.tolist() == [3, 700]
    assert np.isfinite(mosaic._middles(grouped)).all()


def test_circles_of_dataset_have_the_colours_of_their_classes(trained: Trained) -> None:
    recording = trained("blobs")
    stage = drawn("dataset", recording, 1.0)
    palette, labels = stage.theme.palette(len(recording.output.class_names)), recording.labels
    circles = [line for line in stage._moving if isinstance(line, Line2D) and len(line.get_xdata()) > 100]
    assert len(circles) == len(palette)
    for circle in circles:
        middle = np.asarray(circle.get_xydata())[:-1].mean(axis=0)
        number = int(np.abs(palette - to_rgb(circle.get_color())).sum(axis=1).argmin())
        assert middle == pytest.approx(recording.inputs[labels == number].astype(float).mean(axis=0), abs=1e-4)
