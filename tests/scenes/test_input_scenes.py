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
from animviz.analysis.telling import commonest_classes, most_telling_pair
from animviz.errors import InputError, SceneError
from animviz.pictures.discovery import find_scene
from animviz.recording.manifest import Entry
from animviz.recording.writer import RecordingWriter
from animviz.scenes.dataset import _title
from animviz.scenes.families import distance_rows
from animviz.scenes.families.class_mosaic import ClassMosaic, _Grid
from animviz.scenes.families.distance_plane import DistancePlane
from animviz.scenes.families.distance_rows import _begin, _packed
from animviz.scenes.families.two_values import TwoValues
from animviz.scenes.importance import _more
from animviz.scenes.importance import _title as _more_speaks
from animviz.scenes.pixels import _percent
from animviz.stage.heatmap import Heatmap
from animviz.stage.points import PointCloud
from animviz.stage.sprites import Sprites
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
    """The colour of each sample's square, (samples, 3)."""
    samples, first = np.unique(mosaic._index, return_index=True)
    assert samples.tolist() == list(range(len(mosaic._labels) + 1)), "a sample has no square"
    return mosaic._squares._cells[..., :3].reshape(-1, 3)[first[:-1]]


def told_by_two(digits: Recording) -> np.ndarray:
    """The commonest class of training in the case of each test sample, by pixels 20 and 43."""
    extras = digits.extras
    seen = extras["train_inputs"].reshape(-1, 64)[:, [20, 43]] > 0.5
    here = digits.inputs.reshape(-1, 64)[:, [20, 43]] > 0.5
    told = np.zeros(len(here), int)
    for case in ([0, 0], [0, 1], [1, 0], [1, 1]):
        members = extras["train_labels"][(seen == case).all(axis=1)]
        told[(here == case).all(axis=1)] = np.bincount(members).argmax()
    return told


@pytest.mark.parametrize("epoch", [0.0, 2.0])
def test_pixels_shows_what_two_and_what_all_answer(epoch: float, digits: Recording, mosaics: list[ClassMosaic]) -> None:
    stage = drawn("pixels", digits, epoch, pixels="20,43")
    palette = np.rint(255 * stage.theme.palette(10))
    told, said = told_by_two(digits), digits.at(epoch).outputs().argmax(axis=1)
    assert len(mosaics) == 2
    for mosaic, answers in zip(mosaics, (told, said), strict=True):
        assert np.array_equal(colors_of(mosaic), palette[answers])
    shares = [pair.texts() for pair in stage.pairs if pair.name.startswith("right answers")]
    assert shares == [[f"{100 * np.mean(answers == digits.labels):.1f} %"] for answers in (told, said)]


def test_squares_stand_in_the_row_of_their_class_at_one_place_in_both(
    digits: Recording, mosaics: list[ClassMosaic]
) -> None:
    drawn("pixels", digits, 0.0)
    by_two, by_all = mosaics
    assert np.array_equal(by_two._index, by_all._index)
    filled = by_two._index < len(digits.labels)
    rows = np.nonzero(filled)[0] * 10 // len(filled)
    assert np.array_equal(digits.labels[by_two._index[filled]], rows)


@pytest.mark.parametrize("epoch", [0.0, 0.5, 2.0])
def test_by_predicted_stands_in_the_row_of_the_answer_in_the_colour_of_the_class(
    epoch: float, digits: Recording, mosaics: list[ClassMosaic]
) -> None:
    stage = drawn("pixels", digits, epoch, by="predicted", pixels="20,43")
    palette = np.rint(255 * stage.theme.palette(10))
    for mosaic in mosaics:
        filled = mosaic._index < len(digits.labels)
        rows = np.nonzero(filled)[0] * 10 // len(filled)
        assert np.array_equal(mosaic._answers[mosaic._index[filled]], rows)
        assert np.array_equal(mosaic._squares._cells[filled][:, :3], palette[digits.labels[mosaic._index[filled]]])
    assert np.array_equal(mosaics[0]._answers, told_by_two(digits))
    if epoch != 0.5:
        assert np.array_equal(mosaics[1]._answers, digits.at(epoch).outputs().argmax(axis=1))


@pytest.mark.parametrize("count", [1, 7, 300])
def test_as_many_squares_are_drawn_as_there_are_samples(count: int) -> None:
    index = _Grid(400, 90, 1.0, 2, count).index([np.arange(count), np.array([count])], count + 1)
    samples, areas = np.unique(index[index <= count], return_counts=True)
    assert samples.tolist() == list(range(count + 1))
    assert len(set(areas.tolist())) == 1


def test_of_many_classes_some_have_a_row(tmp_path: Path) -> None:
    inputs, labels = np.random.default_rng(0).normal(size=(200, 3)), np.arange(200) % 40
    meaning = {"loss": "sparse_categorical_crossentropy", "task": "multiclass probabilities"}
    names = [f"class {number}" for number in range(40)]
    with animviz.ArrayRecorder(tmp_path / "many.rec", inputs, labels, class_names=names, **meaning) as session:
        session.capture(outputs=np.eye(40)[labels], epoch=0)
    written = texts(drawn("pixels", Recording(tmp_path / "many.rec"), 0.0))
    assert any(text.endswith("of 40 classes") for text in written)


def test_samples_turn_one_by_one_between_snapshots(digits: Recording, mosaics: list[ClassMosaic]) -> None:
    first, between, last = (
        drawn("pixels", digits, epoch) and colors_of(mosaics[-1]) for epoch in (0, 0.5, 1)
    )  # fmt: skip
    turned = (first != last).any(axis=1)
    assert ((between == first) | (between == last)).all(axis=1).all()
    assert 0 < (between != first).any(axis=1).sum() < turned.sum()


def test_a_case_without_samples_tells_the_commonest_class() -> None:
    quarters, labels = np.array([0, 0, 0, 3]), np.array([2, 2, 1, 0])
    assert commonest_classes(quarters, labels, 4).tolist() == [2, 2, 2, 0]


def test_pixels_title_says_what_two_and_all_tell(digits: Recording) -> None:
    right = np.mean(digits.at(4).outputs().argmax(axis=1) == digits.labels)
    two = np.mean(told_by_two(digits) == digits.labels)
    expected = f"Two pixels get {100 * two:.0f} % right, the network at last {100 * right:.0f} %"
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
    two = TwoValues(reduced, "", reduced.labels >= 0, reduced.labels)
    assert set(two.cells) <= set(reduced.extras["pixels"])


@pytest.mark.parametrize("asked", ["3", "3,3", "3,64", "a,b", "1,2,3", "-1,2"])
def test_pixels_refuses_what_are_not_two_values(asked: str, digits: Recording) -> None:
    with pytest.raises((SceneError, InputError), match="--pixels"):
        drawn("pixels", digits, pixels=asked)


def test_pixels_draws_mixed_inputs_by_their_images(tmp_path: Path) -> None:
    recording = made("digits_mlp", tmp_path / "mixed.rec", arch="5-8-10", data="digits-8x8", reduce="pca:5")
    assert any(text.startswith("Two pixels get") for text in texts(drawn("pixels", recording, 1.0)))


@pytest.mark.parametrize("which", ["digits", "reduced"])
@pytest.mark.parametrize("epoch", [0.0, 3.0])
def test_importance_states_how_much_more_speaks_for_the_class_or_its_likeliest_rival(
    which: str, epoch: float, request: pytest.FixtureRequest
) -> None:
    recording = request.getfixturevalue(which)
    stage = drawn("importance", recording, epoch, samples="4")
    given, true = recording.at(epoch).outputs()[4].astype(float), int(recording.labels[4])
    told = int(given.argmax())
    given[true] = -1
    rival = int(given.argmax())
    assert told in (true, rival)
    found = evidence(
        recording.layers, recording.at(epoch).weights, recording.inputs[[4]], np.array([true]), np.array([rival])
    )
    more = float(found.sum())
    assert list(stage.pairs[0].texts()) == [f"+{abs(more):.1f}"]
    assert list(stage.pairs[0].values()) == pytest.approx([abs(more)], abs=1e-4)


def test_importance_says_for_which_class_more_speaks_as_far_as_there_is_room() -> None:
    stage = Stage((1280, 720))
    assert _more(stage, ("9", "4"), [1.0, 3.25], 300.0) == "+2.2 for 9 over 4"
    assert _more(stage, ("9", "4"), [3.0, 1.0], 300.0) == "+2.0 for 4 over 9"
    assert _more(stage, ("airplane", "automobile"), [3.0, 1.0], 220.0) == "+2.0 for automobile"
    long = _more(stage, ("an articulated lorry", "a car"), [1.0, 3.0], 180.0)
    assert long.startswith("+2.0 for an ")
    assert long.endswith("…")


def test_bars_of_importance_have_one_scale(digits: Recording) -> None:
    stage = drawn("importance", digits)
    reach = {line.axes.get_xlim() for line in stage._moving if isinstance(line, Line2D)}
    assert len(reach) == 1


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
    for name, count in zip(odd.output.class_names, np.bincount(odd.extras["train_labels"]), strict=True):
        assert name in texts(stage)
        assert {f"{count:,}", f"{count:,} samples"} & set(texts(stage))
    assert f"{len(odd.extras['train_labels'])}" in texts(stage)
    assert "test" not in texts(stage)


@pytest.mark.parametrize(("least", "part"), [(distance_rows.LEAST, ""), (60.0, "7 of 10 classes")])
def test_dataset_counts_the_samples_of_the_classes_that_are_drawn(
    least: float, part: str, digits: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distance_rows, "LEAST", least)
    stage = Stage((720, 720))
    find_scene("dataset").set_up(stage, digits)(Moment(0.0, 4.0))
    stage.paint()
    lit = [artist for artist in stage._moving if isinstance(artist, PointCloud)][1]
    assert (lit.count < len(digits.extras["train_labels"])) is bool(part)
    assert f"{lit.count:,}" in texts(stage)
    assert part in " ".join(texts(stage))
    assert bool(part) or " of 10 classes" not in " ".join(texts(stage)), "a square has room for ten classes"


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
    assert stage.pairs[-1].texts() == [f"{reach:.2f}"] * 2
    averages = [f"{some.mean():.2f}" for some in sorted(distances, key=np.mean)]
    assert stage.pairs[-2].texts() == averages


@pytest.mark.parametrize("lanes", [1, 2])
def test_images_stand_at_their_distances_and_cover_no_other(lanes: int) -> None:
    distances = np.sort(np.random.default_rng(0).uniform(0, 10, 400))
    found = _packed(distances, 0.5, lanes)
    assert {0, 399} <= {place for place, _ in found}
    for lane in range(lanes):
        places = [distances[place] for place, at in found if at == lane]
        assert len(places) > 10
        assert (np.diff(places) >= 0.5 - 1e-9).all()


@pytest.mark.parametrize("lanes", [1, 2])
def test_of_one_sample_an_image_is_shown(lanes: int) -> None:
    assert _packed(np.array([3.0]), 0.5, lanes) == [(0, 0)]


def test_all_images_of_dataset_are_there_from_the_first_frame_on(digits: Recording) -> None:
    faint, bright = (artist for artist in drawn("dataset", digits, 0.0)._moving if isinstance(artist, Sprites))
    assert np.isfinite(faint._middles).all()
    assert 10 < np.isfinite(bright._middles[:, 0]).sum() < 20


def test_a_scale_begins_at_a_round_distance_that_leaves_nothing_out() -> None:
    assert _begin(3.4, 10.01) == 3
    assert _begin(0.3, 10.0) == 0
    assert _begin(0.034, 0.1) == 0.03


@pytest.mark.parametrize("count", [1, 2])
def test_one_class_is_drawn_in_the_plane(count: int) -> None:
    stage, points = Stage((640, 360)), np.random.default_rng(0).normal(size=(count, 2))
    spreads = [spread_of(points, np.arange(count))]
    DistancePlane(
        stage, Box(40, 100, 1200, 560), points, spreads, ["one"], [str(count)], stage.theme.palette(2)[:1]
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
    assert any("ore speaks for " in text for text in texts(drawn("importance", digits)))
    monkeypatch.setattr("animviz.scenes.importance.Evidence.all_maps", lambda self: np.zeros((5, 7, 8, 8)))
    without = texts(drawn("importance", digits))
    assert any(text.endswith(", until no pixel does") for text in without)
    assert not any("bars:" in text or "purple" in text for text in without)


def test_title_of_pixels_hides_no_small_share() -> None:
    shares = (0.001, 0.315, 0.996, 1.0, 0.0)
    assert [_percent(share) for share in shares] == ["0.1 %", "32 %", "99.6 %", "100 %", "0 %"]


def test_importance_says_for_which_class_more_speaks_in_the_large_image() -> None:
    maps = np.array([[[-2.0, 1.0]], [[-2.0, 3.0]]])
    assert _more_speaks(maps, [("5", "9"), ("5", "3")]) == "At first more speaks for 9, in the end for 5"
    assert _more_speaks(maps[::-1], [("5", "9"), ("5", "3")]) == "At first more speaks for 5, in the end for 3"
    assert _more_speaks(maps[[1, 1]], [("5", "9"), ("5", "3")]) == "More speaks for 5, first and last"


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
