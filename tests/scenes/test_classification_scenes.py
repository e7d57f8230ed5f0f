"""What the scenes of a classifier's answers state is what scikit-learn says of the state drawn."""

from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest

import animviz
from animviz import Box, Moment, Recording, Stage
from animviz.analysis.classifier import class_probabilities, labels_of, predictions
from animviz.analysis.verdicts import Outcomes, Verdicts
from animviz.errors import InputError, SceneError
from animviz.parts import LABEL, near_one
from animviz.pictures.discovery import find_scene
from animviz.scenes.families.class_curves import Named
from animviz.scenes.families.class_plane import ClassPlane, lowest_level
from animviz.scenes.families.class_shares import ClassShares
from animviz.scenes.families.confused import cell_colors, from_first_to_last, more
from animviz.scenes.families.learned_rows import Row, rows_of
from animviz.scenes.families.pinned import beginning
from animviz.scenes.families.spacing import apart, every
from animviz.scenes.families.wrapping import wrapped
from animviz.scenes.predictions import SIGN, _Grid
from animviz.scenes.probabilities import _title as probabilities_title
from animviz.scenes.scores import REMARKS, _remarked, _there, _title, learned_at, rates
from animviz.stage.heatmap import Heatmap
from animviz.stage.points import PointCloud
from animviz.stage.theme import THEMES, Theme
from animviz.stage.words import Words
from helpers.layout import check_layout, texts
from helpers.meaning import answering, said
from helpers.pairs import contradictions
from helpers.recordings import copied, rewritten

pytestmark = pytest.mark.integration  # drawn from real trainings

SCENES = ["confusion", "scores", "probabilities", "predictions", "margins"]
Trained = Callable[..., Recording]


@pytest.fixture(params=["digits", "odd"])
def recording(request: pytest.FixtureRequest, trained: Trained, odd_images: Path) -> Recording:
    if request.param == "odd":
        return trained("digits_mlp", data=str(odd_images), arch="840-12-7")
    return trained("digits_mlp")


def drawn(name: str, recording: Recording, epoch: float, size: tuple[int, int] = (640, 360), **options: Any) -> Stage:
    stage = Stage(size)
    find_scene(name).set_up(stage, recording, **options)(Moment(seconds=0.0, epoch=epoch))
    return stage


def words(stage: Stage) -> list[list[str]]:
    """Return the texts of each group of words, in order of creation."""
    return [list(artist.texts) for artist in stage._moving if isinstance(artist, Words)]


def heatmaps(stage: Stage) -> list[Heatmap]:
    return [artist for artist in stage._moving if isinstance(artist, Heatmap)]


def answers(recording: Recording, epoch: float) -> tuple[np.ndarray, np.ndarray]:
    return labels_of(recording, "test"), predictions(recording.at(epoch))


@pytest.mark.parametrize("epoch", [0.0, 1.0, 4.0])
def test_confusion_equals_scikit_learns(recording: Recording, epoch: float) -> None:
    from sklearn.metrics import confusion_matrix

    count = len(recording.output.class_names)
    expected = confusion_matrix(*answers(recording, epoch), labels=range(count))
    cells = words(drawn("confusion", recording, epoch))[0]
    assert [int(text or 0) for text in cells] == expected.ravel().tolist()
    shares = words(drawn("confusion", recording, epoch, normalize=True))[0]
    expected = confusion_matrix(*answers(recording, epoch), labels=range(count), normalize="true").ravel()
    for text, share in zip(shares, expected, strict=True):
        assert (share == 0 and not text) or (share < 0.005 and text == "<1") or abs(int(text) - 100 * share) < 1


def test_worst_pairs_are_named_from_the_worst_on_and_ties_are_said(recording: Recording) -> None:
    from sklearn.metrics import confusion_matrix

    names = recording.output.class_names
    stage = drawn("confusion", recording, 1.0)
    _, numbers, pairs = words(stage)
    expected = confusion_matrix(*answers(recording, 1.0), labels=range(len(names)))
    np.fill_diagonal(expected, 0)
    worst = sorted(expected[expected > 0].tolist(), reverse=True)
    assert all(number.endswith("×") for number in numbers if number)
    shown = [int(number.removesuffix("×")) for number in numbers if number]
    assert shown == worst[: len(numbers)]
    for text, number in zip(pairs, shown, strict=False):
        true, said = text.split(" taken for ")
        assert expected[names.index(true), names.index(said)] == number
    rest = worst[len(shown) :]
    if rest:
        tied = rest.count(shown[-1])
        assert more([str(number) for number in worst], len(shown), "×") in texts(stage)
        assert any(text.startswith(f"{tied or len(rest)} more pair") for text in texts(stage))


@pytest.mark.parametrize("written", [["9", "4", "4", "4", "3"], ["9", "4", "3"], ["9", "4"], []])
def test_what_a_list_leaves_out_is_said(written: list[str]) -> None:
    expected = {5: "2 more pairs, 4× each", 3: "1 more pair, fewer", 2: "", 0: ""}
    assert more(written, 2, "×") == expected[len(written)]
    assert more(["9", "4", "3", "2"], 2, " %") == "2 more pairs, less each"


def contrast(one: np.ndarray, other: np.ndarray) -> float:
    linear = [np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4) for rgb in (one, other)]
    low, high = sorted(float(rgb @ [0.2126, 0.7152, 0.0722]) for rgb in linear)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_one_error_is_seen_beside_none_and_differs_from_a_right_answer(theme: Theme) -> None:
    for total in (2, 100, 6000):
        counts = np.array([[0, 0, 1], [1, 0, total], [0, 0, total]], float)
        colors = cell_colors(theme, counts, np.full((3, 1), total))
        none, one, all_wrong, all_right = colors[0, 1], colors[0, 2], colors[1, 2], colors[2, 2]
        assert contrast(one, none) >= 1.6
        assert all(np.abs(wrong - all_right).max() > 0.15 for wrong in (one, all_wrong))
    between = cell_colors(theme, np.array([[0, 0.5], [0, 0]]), np.full((2, 1), 10))[0, 1]
    assert 1 < contrast(between, none) < contrast(one, none) + 0.2


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ([0, 0, 0, 1], [0, 0, 1, 2], "At first mostly a, in the end 100.0 % right"),
        ([0, 1, 0, 1], [0, 0, 2, 2], "From 25.0 to 75.0 % right"),
        ([0, 1, 0, 1], [1, 1, 1, 1], "In the end every answer is b"),
    ],
)
def test_confusion_says_what_was_answered_at_first_and_how_much_is_right(
    first: list[int], last: list[int], said: str
) -> None:
    labels, answers = np.array([0, 0, 1, 2]), (np.array(first), np.array(last))
    told = SimpleNamespace(
        known=labels >= 0, names=["a", "b", "c"], last=lambda: 1, answers=answers.__getitem__,
        accuracy=lambda index: float(np.mean(answers[index] == labels)),
    )  # fmt: skip
    assert from_first_to_last(told) == said  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [(1280, 720), (720, 720), (720, 1280)])
def test_the_matrix_is_the_largest_thing_beside_the_samples_of_the_worst_pairs(
    size: tuple[int, int], trained: Trained
) -> None:
    recording = trained("digits_mlp")
    matrix, gallery = (one.axes.bbox for one in heatmaps(drawn("confusion", recording, 1.0, size)))
    assert matrix.width * matrix.height > 1.3 * gallery.width * gallery.height
    assert len(heatmaps(drawn("confusion", trained("two_rings", arch="2-3-2-1"), 1.0, (1280, 720)))) == 1


def test_between_snapshots_samples_are_counted_at_the_last_one(recording: Recording) -> None:
    cells = words(drawn("confusion", recording, 1.4))[0]
    assert [int(text or 0) for text in cells] == Verdicts(recording, "test").matrix(1).ravel().tolist()


def test_confusion_of_training_samples_is_that_of_the_training_samples(recording: Recording) -> None:
    from sklearn.metrics import confusion_matrix

    said = predictions(recording.at(4.0), recording.extras["train_inputs"])
    labels = recording.extras["train_labels"].ravel()
    expected = confusion_matrix(labels, said, labels=range(len(recording.output.class_names)))
    stage = drawn("confusion", recording, 4.0, on="train")
    assert [int(text or 0) for text in words(stage)[0]] == expected.ravel().tolist()
    assert "training accuracy" in texts(stage)
    assert f"{100 * np.mean(labels == said):.1f} %" in texts(stage)


def test_training_samples_that_were_not_kept_are_refused(rings_recording: Recording) -> None:
    with pytest.raises(SceneError, match="keeps no training samples beside its own; leave out --on train"):
        drawn("confusion", rings_recording, 0.0, on="train")


@pytest.mark.parametrize("epoch", [0.0, 2.0, 4.0])
def test_scores_equal_scikit_learns(recording: Recording, epoch: float) -> None:
    from sklearn.metrics import precision_recall_fscore_support

    count = len(recording.output.class_names)
    options = {"labels": range(count), "zero_division": 0}
    *expected, _ = precision_recall_fscore_support(*answers(recording, epoch), **options)
    verdicts = Verdicts(recording, "test")
    assert rates(verdicts.counts(int(epoch))) == pytest.approx(np.transpose(expected))
    *macro, _ = precision_recall_fscore_support(*answers(recording, epoch), average="macro", **options)
    (stated,) = (one.texts() for one in drawn("scores", recording, epoch).pairs)
    *some, mean = map(float, stated)
    if len(stated) <= 2:  # of curves that end in one spot
        assert (*some, mean) == pytest.approx((expected[2].min(), expected[2].max()), abs=5.1e-4)
        return
    assert mean == pytest.approx(macro[2], abs=5.1e-4)
    assert 2 <= len(some) <= 3, "the highest, the lowest, and the class that the title tells of"
    if epoch == float(recording.epochs[-1]):
        assert (min(some), max(some)) == pytest.approx((expected[2].min(), expected[2].max()), abs=5.1e-4)


@pytest.mark.parametrize("epoch", [0.0, 2.0, 4.0])
def test_dots_of_scores_stand_at_recall_and_precision(
    recording: Recording, epoch: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    planes, set_up = [], ClassPlane.__init__

    def kept(self: ClassPlane, *args: Any) -> None:
        set_up(self, *args)
        planes.append(self)

    monkeypatch.setattr(ClassPlane, "__init__", kept)
    drawn("scores", recording, epoch)
    found = rates(Verdicts(recording, "test").counts(int(epoch)))
    ends = np.array([np.asarray(dot.get_xydata())[0] for dot in planes[0]._dots])
    assert ends == pytest.approx(near_one(found[:, [1, 0]]))


def plane_of(values: np.ndarray, names: list[str], hero: int = -1, until: int = 99) -> tuple[Stage, ClassPlane]:
    """A plane of scores, at each whole epoch the values of a snapshot."""
    stage, box = Stage((1280, 720)), Box(40, 100, 640, 520)
    colors, epochs = stage.theme.palette(len(names)), np.arange(float(len(values)))
    return stage, ClassPlane(stage, box, epochs, values, names, REMARKS, colors, hero, until, (0.8, "F1 0.8"))


def test_names_in_the_plane_of_scores_have_lines_from_their_dots() -> None:
    values = np.tile([[0.3, 0.4], [0.9, 0.9], [0.95, 0.95]], (2, 1, 1))
    stage, plane = plane_of(values, ["a", "b", "c"])
    plane.show(0.5, values[0], np.full(3, -1))
    lines = np.array(plane._names.leaders.get_segments())
    at = near_one(values[0])
    room = plane.room
    dots = np.stack([room.left + at[:, 1] * room.width, room.bottom - at[:, 0] * room.height], axis=1)
    np.testing.assert_allclose(lines[:, 0], dots)
    away = np.abs(lines[:, 1] * stage.pixel - plane._names.sprites._middles[:3])
    assert (away <= plane._names._sizes[:3] / 2).all()


def test_classes_in_one_spot_of_the_plane_of_scores_are_all_seen_and_share_a_line() -> None:
    values = np.concatenate([np.zeros((1, 4, 2)), np.ones((1, 4, 2))])
    _, plane = plane_of(values, list("abcd"))
    plane.show(1.0, values[1], np.full(4, -1))
    sizes = [dot.get_markersize() for dot in plane._dots]
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == 4
    assert len(plane._names.leaders.get_segments()) == 1
    assert len(plane._tails.get_segments()) == 4, "the ways of few classes stay"
    plane.show(0.5, np.array([[0.2, 0.2], [0.4, 0.4], [0.6, 0.6], [0.8, 0.8]]), np.full(4, -1))
    assert len({dot.get_markersize() for dot in plane._dots}) == 1
    assert len(plane._names.leaders.get_segments()) == 4


def test_the_plane_of_scores_says_where_there_is_nothing_to_divide_by() -> None:
    counts = np.array([[0, 0, 0, 3], [5, 5, 0, 5], [0, 2, 1, 4]])
    assert _remarked(counts).tolist() == [0, -1, 1, -1]
    values = np.zeros((2, 4, 2))
    _, plane = plane_of(values, list("abcd"))
    plane.show(0.0, values[0], np.array([0, -1, -1, 0]))
    middles, sizes = plane._names.sprites._middles, plane._names._sizes
    assert np.isfinite(middles[:5]).all()
    assert np.isnan(middles[5]).all()
    assert middles[4, 1] < min(middles[0, 1], middles[3, 1]), "the remark stands above the names"
    for first, second in combinations(range(5), 2):
        assert (np.abs(middles[first] - middles[second]) / ((sizes[first] + sizes[second]) / 2)).max() > 0.99


def test_names_in_the_plane_of_scores_keep_clear_of_the_bold_way() -> None:
    ways = np.stack([np.linspace(0.2, 0.9, 12), np.full(12, 0.5)], axis=1)
    values = np.stack([ways, np.full((12, 2), 0.95)], axis=1)
    stage, plane = plane_of(values, ["hero", "b"], hero=0)
    plane.show(11.0, values[11], np.full(2, -1))
    at = near_one(ways)
    room = plane.room
    way = stage.pixel * np.stack([room.left + at[:, 1] * room.width, room.bottom - at[:, 0] * room.height], axis=1)
    away = np.abs(way - plane._names.sprites._middles[0]) / (plane._names._sizes[0] / 2)
    assert (away.max(axis=1) > 0.99).all()


def test_square_frames_have_the_plane_of_scores_alone(trained: Trained) -> None:
    for size, alone in (((720, 720), True), ((720, 900), False), ((1280, 720), False)):
        stage = Stage(size)
        recording = trained("digits_mlp")
        find_scene("scores").set_up(stage, recording)(Moment(0.0, float(recording.epochs[-1])))
        assert ("F1" not in texts(stage)) is alone


@pytest.mark.parametrize("at", [[0.0, 0.0], [1.0, 1.0], [0.5, 0.5], [1.0, 0.0]])
@pytest.mark.parametrize("apart", [0.0, 0.02])
def test_names_in_the_plane_of_scores_do_not_cover_each_other(at: list[float], apart: float) -> None:
    names = [f"class {number}" for number in range(10)]
    values = np.tile(np.clip(at + apart * np.arange(10)[:, None] * [1, 0.5], 0, 1), (2, 1, 1))
    _, plane = plane_of(values, names)
    plane.show(0.5, values[0], np.full(10, -1))
    middles, sizes = plane._names.sprites._middles, plane._names._sizes
    for first, second in combinations(range(10), 2):
        away = np.abs(middles[first] - middles[second]) / ((sizes[first] + sizes[second]) / 2)
        assert away.max() > 0.8, "patches may touch where there are many, letters may not"


def test_of_ways_in_the_plane_of_scores_the_last_is_seen_and_all_of_the_hero() -> None:
    values = np.linspace(0.6, 0.9, 9)[:, None, None] + np.zeros((9, 3, 2))
    _, plane = plane_of(values, list("abc"), hero=1)
    plane.show(8.0, values[8], np.full(3, -1))
    segments, colors = plane._tails.get_segments(), plane._tails.get_colors()
    assert len(segments) == 2 * 3 + 8
    ground, ink = colors[0, :3], colors[5, :3]
    assert np.linalg.norm(ink - ground) > 0.1, "the older the fainter"
    _, plane = plane_of(values, list("abc"), hero=1, until=2)
    plane.show(8.0, values[8], np.full(3, -1))
    assert len(plane._tails.get_segments()) == 2 * 3 + 2 + 3, "once it is learned its way fades as others do"


def test_the_plane_of_scores_begins_below_all_of_the_film() -> None:
    assert lowest_level(np.array([0.0, 0.9, np.nan])) == 0
    assert lowest_level(np.array([0.83, 0.9])) == 0.8
    assert lowest_level(np.array([0.99, 1.0])) == 0.9
    assert lowest_level(np.array([np.nan])) == 0


@pytest.mark.parametrize(
    ("learned", "title"),
    [
        ([0, 1, 1, 1], "All four classes reach F1 0.8 by epoch 1"),
        ([0, 0, 0, 0], "All four classes have F1 0.8 or more from the start on"),
        ([0, 1, 1, 2], "Class d reaches F1 0.8 last, at epoch 2"),
        ([0, 1, 2, 1], "Class c regains F1 0.8 last, at epoch 2"),
        ([0, -1, 1, 2], "Class b ends below F1 0.8"),
        ([0, -1, -1, 2], "2 of 4 classes end below F1 0.8"),
        ([-1, -1, -1, -1], "All four classes end below F1 0.8"),
    ],
)
def test_the_title_of_scores_says_by_when_classes_are_learned(
    recording: Recording, learned: list[int], title: str
) -> None:
    values = np.array([[0, 0, 0.9, 0], [0, 0, 0, 0], [1, 1, 1, 1]])
    assert _title(recording, list("abcd"), values, np.array(learned)) == title


def test_the_scale_near_one_spans_all_shares() -> None:
    places = near_one(np.array([0, 0.5, 0.8, 0.9, 0.95, 1]))
    assert (places[0], places[-1]) == (0, 1)
    assert (np.diff(places) > 0).all()


def test_a_class_is_learned_from_where_its_f1_stays_high() -> None:
    assert learned_at(np.array([[0.9, 0.1, 0.0], [0.7, 0.8, 0.9], [0.9, 0.9, 0.7]])).tolist() == [2, 1, -1]
    by_luck = np.array([[0.9, 0.1], [0.9, 0.9]])
    assert learned_at(by_luck, untrained=True).tolist() == [1, 1]
    assert learned_at(by_luck[:1], untrained=True).tolist() == [-1, -1]


def test_curves_that_end_in_one_spot_have_one_line_for_all() -> None:
    stage, epochs = Stage((1280, 720)), np.arange(3.0)
    values = np.array([[0.0, 0.1, 0.05], [0.2, 0.9, 0.97], [1.0, 1.0, 1.0]])
    learned, mean = np.array([2, 1, 1]), values.mean(axis=1)
    curves = Named(
        stage, Box(800, 300, 440, 300), epochs, values, mean, list("abc"), stage.theme.palette(3), learned, -1
    )
    for epoch, words, numbers in (
        (0.0, ["all", "", ""], "0.000–0.100"),
        (1.0, ["a", "c", "mean"], "0.200"),
        (2.0, ["all", "", ""], "1.000"),
    ):
        curves.show(epoch)
        assert list(curves._words.texts) == words
        assert curves._numbers.texts[0] == numbers
        assert contradictions(stage) == []


def test_a_way_of_a_single_leap_is_dotted_and_names_keep_off_it() -> None:
    values = np.concatenate([np.zeros((1, 4, 2)), np.ones((1, 4, 2))])
    stage, plane = plane_of(values, list("abcd"))
    plane.show(1.0, values[1], np.full(4, -1))
    assert len({offset for offset, _ in plane._tails.get_linestyle()}) == 4, "ways in one line take turns"
    room, share = plane.room, np.linspace(0, 0.95, 40)
    way = stage.pixel * np.stack([room.left + share * room.width, room.bottom - share * room.height], axis=1)
    for middle, size in zip(plane._names.sprites._middles[:4], plane._names._sizes[:4], strict=True):
        assert (np.abs(way - middle) / (size / 2)).max(axis=1).min() > 0.9
    _, plane = plane_of(np.linspace(values[0], values[1], 61), list("abcd"))
    plane.show(60.0, values[1], np.full(4, -1))
    assert all(dashes is None for _, dashes in plane._tails.get_linestyle())


def test_where_the_whole_plane_of_scores_is_enough_no_line_says_so() -> None:
    for low, there in ((0.1, True), (0.85, False)):
        stage, _ = plane_of(np.linspace(low, 0.99, 4)[:, None, None] + np.zeros((4, 2, 2)), list("ab"))
        assert ("F1 0.8" in texts(stage)) is there


def test_names_stay_apart_and_in_order() -> None:
    moved = apart(np.array([30.0, 10, 12, 300]), 25, 0, 310)
    assert (np.diff(moved) >= 25 - 1e-9).all()
    assert moved[-1] == 300
    assert moved[:3].mean() == pytest.approx(np.mean([30, 10, 12]), abs=8)


def test_rates_of_classes_that_never_occur_are_zero() -> None:
    assert rates(np.array([[3, 0]] * 3)).tolist() == [[1, 1, 1], [0, 0, 0]]


@pytest.mark.parametrize("epoch", [3.0, 3.4])
def test_accuracy_in_every_header_is_that_of_the_moment_beside_it(recording: Recording, epoch: float) -> None:
    for name in SCENES:
        shown = texts(drawn(name, recording, epoch))
        share = float(shown[shown.index("epoch") + 1]) - 3
        assert share == pytest.approx(
            0 if name in ("predictions", "confusion") else epoch - 3
        )  # which show each answer until the next
        known = [np.mean(labels == said) for labels, said in (answers(recording, at) for at in (3.0, 4.0))]
        if name != "margins":  # says it where its dots are
            assert shown[shown.index("accuracy") + 1] == f"{100 * (known[0] + share * (known[1] - known[0])):.1f} %"


def test_probabilities_are_those_of_the_samples_named(recording: Recording) -> None:
    stage = drawn("probabilities", recording, 2.5, (1280, 720), samples="5,0-1", beside=7)
    verdicts = Verdicts(recording, "test")
    expected = (verdicts.probabilities(2) + verdicts.probabilities(3)) / 2
    numbers, cells = words(stage)
    for text, value in zip(cells, 100 * expected[[5, 0, 1]].ravel(), strict=True):
        assert abs(int(text or 0) - value) <= 0.51
    assert numbers == ["#5", "#0", "#1"]
    assert {"#7", f"{100 * expected[7].max():.1f} %"} <= set(texts(stage))


def test_default_samples_are_the_first_and_the_last_learned_of_each_class(recording: Recording) -> None:
    right = np.array([np.equal(*answers(recording, epoch)) for epoch in range(5)])
    samples = [int(text[1:]) for text in words(drawn("probabilities", recording, 0.0, (1280, 720)))[0]]
    labels = recording.labels[samples]
    assert (np.diff(labels) >= 0).all()
    for label in np.unique(labels):
        members = np.flatnonzero(recording.labels == label)
        learned = members[right[-1, members]]
        mine = [sample for sample in samples if recording.labels[sample] == label]
        assert set(mine) <= set(learned if len(learned) else members)
        if len(learned):
            since = {one: int(np.flatnonzero(~right[:, one]).max(initial=-1)) for one in learned}
            assert since[mine[-1]] == max(since.values())
            assert len(mine) == 1 or since[mine[0]] == min(since.values())


@pytest.mark.parametrize("samples", ["x", "-1", "1,,2", "99999", "0-20", "1.5", "3,3"])
def test_samples_that_are_none_are_refused(recording: Recording, samples: str) -> None:
    for name in ("probabilities", "predictions"):
        if (name, samples) != ("predictions", "0-20"):
            with pytest.raises(InputError, match="--samples is "):
                drawn(name, recording, 0.0, samples=samples)


def numbered(stage: Stage) -> dict[int, str]:
    """Return what is written over the number of each sample: the answer, and the true class where it is another."""
    _, over, numbers = words(stage)
    return {int(number.split()[0][1:]): text for text, number in zip(over, numbers, strict=True)}


def test_predictions_are_the_states_in_the_order_in_which_they_are_learned(recording: Recording) -> None:
    names = recording.output.class_names
    right = np.array([np.equal(*answers(recording, epoch)) for epoch in range(5)])
    since = np.array([np.flatnonzero(~one).max(initial=-1) + 1 for one in right.T])
    labels, said = answers(recording, 2.0)
    shown = numbered(drawn("predictions", recording, 2.0, (1280, 720), samples="0-19"))
    assert list(since[list(shown)]) == sorted(since[list(shown)])
    for sample, text in shown.items():
        true, answered = names[labels[sample]], names[said[sample]]
        long = max(map(len, names)) > 2  # then the true class stands in a line of its own
        assert text == (answered if long or true == answered else f"{true} as {answered}")
    wrong = ",".join(map(str, np.flatnonzero(~right[-1])[:5]))
    ends = numbered(drawn("predictions", recording, 2.0, only="wrong", samples=f"{wrong}"))
    assert not right[-1, list(ends)].any()


def test_what_is_still_wrong_is_larger_and_fewer_stand_in_a_line() -> None:
    numbers = np.arange(40)
    groups = [
        Row(("learned", "from epoch 1"), numbers[:30], numbers[:30]),
        Row(("wrong", "in the end"), numbers[30:], numbers[30:]),
    ]
    rows = rows_of(list(groups), 7, 2, whole=False)
    assert [(len(row.samples), row.scale) for row in rows] == [(7, 1.0), (5, 1.4)]
    assert all(row.scale == 1 for row in rows_of(groups[1:], 7, 2, whole=False))


def bars_end_at_shares(stage: Stage, counts: list[tuple[int, int]]) -> bool:
    """Say whether some line ends at the share of each group that is right, between 0 and 1."""
    shares = [now / whole for now, whole in counts]
    lines = [np.asarray(line.get_xdata(), float)[1::3] for axes in stage.figure.axes for line in axes.get_lines()]
    return any(len(line) == len(shares) and np.allclose(line, shares) for line in lines)


def test_bars_before_the_rows_count_all_samples_of_a_kind(recording: Recording) -> None:
    right = np.array([np.equal(*answers(recording, epoch)) for epoch in range(5)])
    stage = drawn("predictions", recording, 2.0, (1280, 720))
    counts = [(int(text.split()[0]), int(text.split()[2])) for text in words(stage)[0]]
    later = ~right[0] | ~right.all(axis=0)
    assert sum(now for now, _ in counts) == right[2, later].sum()
    assert sum(whole for _, whole in counts) == later.sum()
    assert counts[-1][1] == (~right[-1]).sum()
    assert bars_end_at_shares(stage, counts)
    assert {"learned first", "learned last", "wrong", "in the end"} <= set(texts(stage))


def test_what_stands_below_an_image_is_centred(recording: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    grids, set_up = [], _Grid.__init__

    def kept(self: _Grid, *args: Any) -> None:
        set_up(self, *args)
        grids.append(self)

    monkeypatch.setattr(_Grid, "__init__", kept)
    stage = drawn("predictions", recording, 2.0, (1280, 720))
    (grid,) = grids
    for frame, (left, _), words in zip(grid._frames, np.asarray(grid._signs._places), grid._words.texts, strict=True):
        begin, end = left - 9, left - 9 + SIGN + stage.measure(words, LABEL)
        assert (begin + end) / 2 == pytest.approx(frame[:, 0].min() / 2 + frame[:, 0].max() / 2, abs=0.5)


def test_predictions_part_all_samples_into_learned_wrong_and_right_all_along(recording: Recording) -> None:
    right = np.array([np.equal(*answers(recording, epoch)) for epoch in range(5)])
    wrong, always = int((~right[-1]).sum()), int(right.all(axis=0).sum())
    learned = right.shape[1] - wrong - always
    said = f"{learned:,} of {right.shape[1]:,} learned, {wrong:,} wrong in the end"
    stage = drawn("predictions", recording, 0.0, (1280, 720))
    assert any(text.startswith(said) and (f"{always:,} right all along" in text or not always) for text in texts(stage))
    assert sum(int(text.split()[2].replace(",", "")) for text in words(stage)[0]) == learned + wrong


def test_chosen_samples_are_shown_and_keep_their_places(recording: Recording) -> None:
    shown = [
        numbered(drawn("predictions", recording, epoch, (1280, 720), samples="0-5,9")) for epoch in (0.0, 2.0, 4.0)
    ]
    assert set(shown[0]) == {0, 1, 2, 3, 4, 5, 9}
    assert list(shown[0]) == list(shown[1]) == list(shown[2])


def test_predictions_that_nothing_fits_are_refused(tmp_path: Path) -> None:
    recording = untrained(tmp_path / "sure.rec", classes=3, sure=True)
    with pytest.raises(SceneError, match=r"no sample is wrong at the end in .*; draw --samples 0-9"):
        drawn("predictions", recording, 0.0, only="wrong")
    with pytest.raises(SceneError, match="every sample is right from the start on"):
        drawn("predictions", recording, 0.0)
    with pytest.raises(InputError, match="--only is 'some'; expected one of all, wrong, right"):
        drawn("predictions", recording, 0.0, only="some")


def test_margins_are_the_true_class_minus_the_highest_other(recording: Recording, rings_recording: Recording) -> None:
    for one in (recording, rings_recording):
        shares = class_probabilities(one.at(3.0)).astype(float)
        labels, said = answers(one, 3.0)
        expected = [row[true] - np.delete(row, true).max() for row, true in zip(shares, labels, strict=True)]
        margins = Verdicts(one, "test").margins(3)
        assert margins == pytest.approx(expected)
        assert ((margins > 0) == (said == labels))[margins != 0].all()


def test_shares_are_those_of_the_dots_left_and_right_of_the_line(recording: Recording) -> None:
    verdicts = Verdicts(recording, "test")
    between = 0.5 * (verdicts.margins(1) + verdicts.margins(2))
    stage = drawn("margins", recording, 1.5)
    said = [text for group in words(stage) for text in group]
    assert {f"wrong {100 * (between < 0).mean():.1f} %", f"right {100 * (between > 0).mean():.1f} %"} <= set(said)
    (dots,) = [artist for artist in stage._moving if isinstance(artist, PointCloud)]
    assert dots._xy[:, 0] == pytest.approx(between)
    first, last = verdicts.margins(0), verdicts.margins(4)
    title = f"{((first < 0) & (last > 0)).sum():,} of {(first < 0).sum():,} wrong answers put right"
    assert f"{title}, {((first > 0) & (last < 0)).sum():,} right ones lost" in texts(stage)


@pytest.mark.parametrize("name", SCENES)
def test_regression_is_refused(name: str, trained: Trained) -> None:
    with pytest.raises(SceneError, match=f"{name} draws classifiers"):
        drawn(name, trained("polynomial", arch="1-3-1"), 0.0)


@pytest.mark.integration
@pytest.mark.parametrize("size", [(640, 360), (360, 360), (360, 640), (480, 360)])
@pytest.mark.parametrize("classes", [2, 100])
@pytest.mark.parametrize("name", SCENES)
def test_any_number_of_classes_with_long_names_fits(
    name: str, classes: int, size: tuple[int, int], tmp_path: Path
) -> None:
    stage = drawn(name, untrained(tmp_path / "many.rec", classes), 0.0, size)
    check_layout(stage)


def test_two_classes_of_one_output(trained: Trained) -> None:
    recording = trained("two_rings", arch="2-3-2-1")
    cells = [int(text or 0) for text in words(drawn("confusion", recording, 4.0))[0]]
    labels, said = answers(recording, 4.0)
    assert cells == [int(np.sum((labels == t) & (said == p))) for t in (0, 1) for p in (0, 1)]
    assert all(animviz.frame_at(name, recording, 4.0, size=(320, 180)).std() > 0 for name in SCENES)


def test_words_are_painted_where_they_are_anchored() -> None:
    for align, (low, high) in {"left": (100, 153), "center": (73, 127), "right": (47, 101)}.items():
        stage = Stage((200, 200), "dark")
        unit = 1 / stage.pixel
        blank = stage.frame().astype(int)
        group = Words(stage, [(100 * unit, 100 * unit)], size=24 * unit, align=align)
        group.set_words(["4444"])
        rows, columns = np.nonzero(np.abs(stage.frame() - blank).sum(axis=2))
        assert low <= columns.min() < columns.max() <= high
        assert 80 <= rows.min() < rows.max() < 101


def untrained(path: Path, classes: int, *, sure: bool = False) -> Recording:
    """Return a recording of one snapshot of a linear classifier of 4x4 images with long class names."""
    from animviz.recording.manifest import ArraySpec, Entry, Manifest
    from animviz.recording.replay.layers import Layer
    from animviz.recording.writer import RecordingWriter

    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(classes), 2)
    inputs = rng.random((len(labels), 16), np.float32)
    kernel = rng.normal(size=(16, classes)).astype(np.float32)
    if sure:
        inputs, kernel = np.eye(16, dtype=np.float32)[labels], 9 * np.eye(16, classes, dtype=np.float32)
    manifest = Manifest(
        id="0" * 12,
        title="Things of many kinds and colours",
        **answering(*(f"class of things {k}" for k in range(classes)), units=classes),
        layers=(Layer(name="out", kind="Dense", activation="softmax", kernel="out/kernel", replayable=True),),
        weights={"out/kernel": ArraySpec(shape=kernel.shape, dtype="float32")},
    )
    writer = RecordingWriter.create(path, manifest, {"inputs": inputs, "labels": labels})
    writer.append({"weights/out/kernel": kernel}, Entry(epoch=0.0, step=0))
    return Recording(path)


def test_an_answer_for_all_is_said(trained: Trained, tmp_path: Path) -> None:
    dead = rewritten(trained("digits_mlp"), tmp_path / "dead.rec", weights=lambda _, __, array: 0 * array)
    shown = texts(drawn("confusion", dead, 2.0, (1280, 720)))
    assert {"In the end every answer is 0", "every answer is 0"} <= set(shown)
    assert "In the end every answer is 0" in texts(drawn("predictions", dead, 2.0, (1280, 720)))


def test_a_square_shows_every_class_with_numbers_and_a_sample_as_bars_where_one_is_asked_for(trained: Trained) -> None:
    recording = trained("digits_mlp")
    stage = drawn("probabilities", recording, 4.0, (720, 720))
    samples, cells = words(stage)
    assert recording.labels[[int(text[1:]) for text in samples]].tolist() == list(range(10))
    assert any(cells)
    assert "output: the net says" not in texts(stage)
    assert any(
        text.startswith("output") for text in texts(drawn("probabilities", recording, 4.0, (720, 720), beside=3))
    )


def test_long_names_stand_before_the_rows_where_they_do_not_fit_over_the_columns(tmp_path: Path) -> None:
    stage = drawn("probabilities", untrained(tmp_path / "ten.rec", 10), 0.0, (1280, 720))
    assert words(stage)[0] == [f"class of things {k}" for k in range(10)]
    assert "classes in the order of the rows" in texts(stage)


def test_long_names_of_a_pair_take_two_lines(tmp_path: Path) -> None:
    stage = drawn("confusion", untrained(tmp_path / "ten.rec", 10), 0.0, (1280, 720))
    assert any(text.startswith("taken for class of things ") for group in words(stage) for text in group)


@pytest.mark.parametrize("size", [(720, 720), (720, 1280), (1280, 720)])
def test_long_names_before_a_matrix_are_told_apart_and_leave_it_large(size: tuple[int, int], tmp_path: Path) -> None:
    stage = drawn("confusion", untrained(tmp_path / "ten.rec", 10), 0.0, size)
    rows = [text for text in texts(stage) if text.startswith("class of")]
    assert len(set(rows)) == 10
    assert all(text.endswith(str(k)) for k, text in enumerate(rows))
    matrix = heatmaps(stage)[0].axes.bbox
    assert matrix.width > 0.36 * size[0]
    assert any(any(group) for group in words(stage)), "its cells have numbers"


def test_labels_have_room_in_rows_of_any_density() -> None:
    assert [every(step, 30) for step in (40, 16, 7, 0.31, 0.0031)] == [1, 2, 5, 100, 10_000]


def test_names_are_broken_between_words() -> None:
    stage = Stage((1280, 720))
    assert wrapped(stage, "a large sailing ship", 130, 2) == ["a large", "sailing ship"]
    assert wrapped(stage, "a large sailing ship", 130, 1)[0].endswith("…")
    assert wrapped(stage, "ship", 130, 2) == ["ship"]


@pytest.mark.parametrize(
    ("given", "said"),
    [([0.0009, 0.0013], "stays at 0.1 %"), ([0.001, 0.02], "from 0.1 to 2.0 %"), ([0.1, 0.892], "from 10 to 89 %"),
     ([0.001, 0.66], "from 0.1 to 66.0 %"), ([0.5, 0.499], "stays at 50 %"), ([0.3, np.nan], "stays at 30 %")],
)  # fmt: skip
def test_the_title_of_probabilities_says_how_the_true_class_fares(given: list[float], said: str) -> None:
    assert probabilities_title("Sample 3", np.array(given)[:, None]) == f"Sample 3: true class {said}"


def test_a_table_of_a_thousand_classes_fits_a_square(tmp_path: Path) -> None:
    check_layout(drawn("probabilities", untrained(tmp_path / "thousand.rec", 1000), 0.0, (360, 360)))


@pytest.mark.parametrize("options", [{}, {"samples": "0-4"}])
def test_the_title_of_probabilities_is_the_mean_of_the_framed_cells(
    options: dict[str, object], trained: Trained
) -> None:
    recording = trained("digits_mlp")
    stage = drawn("probabilities", recording, 4.0, size=(1280, 720), **options)
    samples = [int(text[1:]) for text in words(stage)[0]]
    labels = labels_of(recording, "test")[samples]
    first, last = (
        100 * class_probabilities(recording.at(epoch))[samples, labels].mean() for epoch in (0.0, 4.0)
    )  # fmt: skip
    (title,) = (text for text in texts(stage) if text.endswith("on average"))
    assert title.endswith(f": true class from {first:.0f} to {last:.0f} % on average")


def test_a_long_true_class_is_broken_beside_its_image(trained: Trained, tmp_path: Path) -> None:
    recording = trained("digits_mlp")
    names = tuple(f"large class of things {k}" for k in range(10))
    long = copied(recording, tmp_path / "long.rec", **said(recording, class_names=names))
    shown = texts(drawn("probabilities", long, 4.0, size=(1280, 720)))
    at = next(place for place, text in enumerate(shown) if text.startswith("true: "))
    assert f"{shown[at]} {shown[at + 1]}"[:-1] == "true: large class of things "


def test_a_class_without_samples_that_is_never_answered_is_no_class_of_scores(
    trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = trained("digits_mlp")
    counts = Outcomes._counts
    monkeypatch.setattr(Outcomes, "_counts", lambda self, index: counts(self, index) * (np.arange(10) != 7))
    assert _there(Outcomes(recording)).tolist() == [0, 1, 2, 3, 4, 5, 6, 8, 9]


def test_only_a_beginning_before_all_training_is_untrained() -> None:
    for epoch, step, name in ((0.0, 0, "untrained"), (1.0, 0, ""), (0.0, 5, "")):
        assert beginning([SimpleNamespace(epoch=epoch, step=step)]) == name  # type: ignore[arg-type]


def test_long_names_of_classes_stand_over_their_bars() -> None:
    long, short = ["malignant neoplasm", "fibrocystic change"], ["no", "yes"]
    for names, above in ((long, True), (short, False)):
        stage = Stage((1280, 720))
        verdicts = SimpleNamespace(names=names)
        with patch("animviz.scenes.families.class_shares.Verdicts", lambda *_, found=verdicts: found):
            shares = ClassShares(stage, Box(0, 0, 288, 300), SimpleNamespace())
        assert (shares._left == 0) == above
        assert set(names) <= set(texts(stage))
