"""What the scenes of a classifier's answers state is what scikit-learn says of the state drawn."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import animviz
from animviz import Moment, Recording, Stage
from animviz.analysis.classifier import class_probabilities, labels_of, predictions
from animviz.analysis.verdicts import Verdicts
from animviz.errors import InputError, SceneError
from animviz.pictures.discovery import find_scene
from animviz.scenes.scores import rates
from animviz.stage.words import Words
from helpers.layout import check_layout, texts
from helpers.meaning import answering

pytestmark = pytest.mark.integration  # drawn from real trainings

SCENES = ["confusion", "scores", "probabilities", "predictions"]
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


def test_worst_pairs_are_named_from_the_worst_on(recording: Recording) -> None:
    from sklearn.metrics import confusion_matrix

    names = recording.output.class_names
    _, numbers, texts = words(drawn("confusion", recording, 1.0))
    expected = confusion_matrix(*answers(recording, 1.0), labels=range(len(names)))
    np.fill_diagonal(expected, 0)
    assert [int(n) for n in numbers if n] == sorted(expected[expected > 0].tolist(), reverse=True)[: len(numbers)]
    for text, number in zip(texts, numbers, strict=True):
        if number:
            true, said = text.split(" taken for ")
            assert expected[names.index(true), names.index(said)] == int(number)


@pytest.mark.integration
def test_between_snapshots_numbers_are_those_of_the_last_true_state(recording: Recording) -> None:
    for name in SCENES:
        before, between = drawn(name, recording, 1.0), drawn(name, recording, 1.6)
        assert words(before) == words(between)
        assert texts(before) == texts(between)


@pytest.mark.parametrize("epoch", [0.0, 2.0, 4.0])
def test_scores_equal_scikit_learns(recording: Recording, epoch: float) -> None:
    from sklearn.metrics import precision_recall_fscore_support

    count = len(recording.output.class_names)
    options = {"labels": range(count), "zero_division": 0}
    *expected, _ = precision_recall_fscore_support(*answers(recording, epoch), **options)
    verdicts = Verdicts(recording, "test")
    assert rates(verdicts.counts(int(epoch))) == pytest.approx(np.transpose(expected))
    *macro, _ = precision_recall_fscore_support(*answers(recording, epoch), average="macro", **options)
    (texts,) = words(drawn("scores", recording, epoch))
    stated = np.array(texts, float).reshape(count + 1, 3)
    assert stated == pytest.approx(np.vstack([np.transpose(expected), macro]), abs=5.1e-4)


def test_rates_of_classes_that_never_occur_are_zero() -> None:
    assert rates(np.array([[3, 0]] * 3)).tolist() == [[1, 1, 1], [0, 0, 0]]


def test_accuracy_in_every_header_is_the_states(recording: Recording) -> None:
    labels, said = answers(recording, 3.0)
    for name in SCENES:
        assert f"{100 * np.mean(labels == said):.1f} %" in texts(drawn(name, recording, 3.4))


def test_probabilities_are_those_of_the_samples_named(recording: Recording) -> None:
    stage = drawn("probabilities", recording, 3.0, samples="5, 0")
    probabilities = class_probabilities(recording.at(3.0))
    names, labels = recording.output.class_names, labels_of(recording, "test")
    for sample, (truth, rival, share) in zip((5, 0), words(stage), strict=True):
        others = np.delete(probabilities[sample], labels[sample])
        assert truth == f"{100 * probabilities[sample, labels[sample]]:.1f} %"
        assert share == f"{100 * others.max():.1f} %"
        assert rival == f"rival {names[int(np.flatnonzero(probabilities[sample] == others.max())[0])]}"
    assert "sample 5, 0" in " ".join(texts(stage))


@pytest.mark.parametrize("samples", ["x", "-1", "1,,2", "99999", "1,2,3,4,5", "1.5"])
def test_samples_that_are_none_are_refused(recording: Recording, samples: str) -> None:
    with pytest.raises(SceneError, match=r"--samples is .*expected 1 to 4 numbers from 0 to"):
        drawn("probabilities", recording, 0.0, samples=samples)


def test_predictions_shown_are_the_states(recording: Recording) -> None:
    names = recording.output.class_names
    labels, said = answers(recording, 2.0)
    for only, epoch_right in (("all", None), ("wrong", False), ("right", True)):
        (texts,) = words(drawn("predictions", recording, 2.0, only=only, count=6))
        final_labels, final = answers(recording, 4.0)
        candidates = np.flatnonzero((final == final_labels) == epoch_right) if only != "all" else np.arange(len(labels))
        chosen = candidates[np.linspace(0, len(candidates) - 1, 6).astype(int)]
        signs = {True: "=", False: "≠"}
        assert texts == [f"{names[said[k]]} {signs[bool(said[k] == labels[k])]} {names[labels[k]]}" for k in chosen]


def test_samples_keep_their_places_over_the_video(recording: Recording) -> None:
    true = [
        [text.split()[-1] for text in words(drawn("predictions", recording, epoch, only="wrong"))[0]]
        for epoch in (0.0, 2.0, 4.0)
    ]
    assert true[0] == true[1] == true[2]


def test_predictions_that_nothing_fits_are_refused(trained: Trained, tmp_path: Path) -> None:
    recording = untrained(tmp_path / "sure.rec", classes=3, sure=True)
    with pytest.raises(SceneError, match=r"no sample of .* is wrong at the end; draw --only all"):
        drawn("predictions", recording, 0.0, only="wrong")
    with pytest.raises(InputError, match="--only is 'some'; expected one of all, wrong, right"):
        drawn("predictions", recording, 0.0, only="some")
    with pytest.raises(InputError, match="--count is 0; expected 1 to 200"):
        drawn("predictions", recording, 0.0, count=0)


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
