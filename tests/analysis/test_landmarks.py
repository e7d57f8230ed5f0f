"""Landmarks are found where they were put, and have names that a storyboard can use."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from animviz import Recording
from animviz.analysis.landmarks import Landmark, landmark_named, landmarks
from animviz.analysis.landmarks.answers import is_closed, piece_count
from animviz.analysis.landmarks.curves import LEVELS, best_epoch, flat_span, parting, plateau, settling
from animviz.errors import InputError
from animviz.recording.manifest import ArraySpec, Entry, Manifest
from animviz.recording.replay.layers import Layer
from animviz.recording.writer import RecordingWriter
from helpers.meaning import answering
from helpers.recordings import rewritten
from helpers.results import Result

pytestmark = pytest.mark.integration  # from real trainings

RNG = np.random.default_rng(3)
INPUTS = RNG.uniform(-1, 1, (400, 2)).astype(np.float32)
LABELS = (INPUTS[:, 0] > 0).astype(np.int64)
LOSSES = [1.0, 0.9, 0.5, 0.5, 0.5, 0.5, 0.2, 0.1, 0.0, 0.0]


def written(folder: Path) -> Recording:
    """Write a run of 2-2-1 in which each kind of landmark happens once, at an epoch of its own.

    The first unit carries the answer; the second dies at epoch 6. The bias of the output first drowns everything.
    """
    layers = [
        Layer(name=name, kind="Dense", activation=activation, kernel=f"{name}/kernel", bias=f"{name}/bias",
              output_shape=(units,), replayable=True)
        for name, activation, units in (("hidden", "relu", 2), ("output", "sigmoid", 1))
    ]  # fmt: skip

    def weights(epoch: int) -> dict[str, np.ndarray]:
        sign = -1 if epoch == 7 else 1  # for once the other way round: both classes are forgotten
        return {
            "hidden/kernel": np.array([[4, 0], [0, 1]], np.float32),
            "hidden/bias": np.array([4, 2 if epoch < 6 else -9], np.float32),
            "output/kernel": np.array([[sign * 5], [0]], np.float32),
            "output/bias": np.array([sign * (-30 if epoch < 2 else -20)], np.float32) + (60 if epoch < 1 else 0),
        }

    first = weights(0)
    manifest = Manifest(
        id="0" * 12, title="made", arch="2-2-1", layers=tuple(layers),
        **answering("a", "b", loss="binary_crossentropy"),
        weights={name: ArraySpec(shape=array.shape, dtype="float32") for name, array in first.items()},
    )  # fmt: skip
    writer = RecordingWriter.create(folder / "made.rec", manifest, {"inputs": INPUTS, "labels": LABELS})
    for epoch, loss in enumerate(LOSSES):
        arrays = {f"weights/{name}": array.astype(np.float32) for name, array in weights(epoch).items()}
        numbers = {"loss": loss, "accuracy": min(1.0, 0.4 + 0.1 * epoch)}
        writer.append(arrays, Entry(epoch=epoch, step=epoch, logs={}, scores=numbers))
    return Recording(writer.path)


def test_each_kind_is_found_where_it_happens(tmp_path: Path) -> None:
    found = {landmark.name: landmark.epoch for landmark in landmarks(written(tmp_path))}
    assert found["above 50 % right"] == 2  # at 1 it is just 50 %
    assert found["above 90 % right"] == 6
    assert found["above 99 % right"] == 6
    assert found["class a learned"] == 8  # for good: at 7 the answers are the other way round
    assert found["boundary in 1 piece"] == 1
    assert found["loss levels off"] == found["best epoch"] == 8
    assert found["unit 1 of hidden dies"] == 6
    assert found["plateau begins"] == 2
    assert found["plateau ends"] == 5
    assert not {"unit 0 of hidden dies", "boundary closes", "class a forgotten"} & found.keys()


def curve(folder: Path, **logs: np.ndarray) -> Recording:
    """Write a run of which nothing but numbers is told."""
    manifest = Manifest(id="0" * 12, title="made", layers=(), weights={}, **answering("a", "b", loss=None))
    writer = RecordingWriter.create(folder / "curve.rec", manifest, {"inputs": INPUTS, "labels": LABELS})
    for epoch in range(len(logs["loss"]) + 1):
        told = {name: float(values[epoch - 1]) for name, values in logs.items()} if epoch else {}
        writer.append({}, Entry(epoch=epoch, step=epoch, logs=told, scores={}))
    return Recording(writer.path)


def test_a_loss_that_flickers_has_few_landmarks(tmp_path: Path) -> None:
    epochs = np.arange(1.0, 201)
    loss = np.exp(-epochs / 8) + np.where(epochs < 100, 0.5, 0.5 * np.exp(-(epochs - 100) / 5))
    flicker = 0.004 * RNG.standard_normal(200)
    found = {mark.name: mark.epoch for mark in curve_landmarks(curve(tmp_path, loss=loss + flicker))}
    assert found.keys() == {"plateau begins", "plateau ends", "loss levels off", "best epoch"}
    assert 15 < found["plateau begins"] < 50 < 95 < found["plateau ends"] < 105 < found["loss levels off"] < 125


def test_training_and_validation_part(tmp_path: Path) -> None:
    epochs = np.arange(1.0, 41)
    training = np.exp(-epochs / 10)
    validation = np.where(epochs <= 15, training, np.exp(-1.5) + 0.01 * (epochs - 15))
    found = {mark.name: mark.epoch for mark in curve_landmarks(curve(tmp_path, loss=training, val_loss=validation))}
    assert found["best epoch"] == 15
    assert 15 < found["curves part"] < 20


def curve_landmarks(recording: Recording) -> list[Landmark]:
    return [mark for search in (plateau, settling, parting, best_epoch) for mark in search(recording)]


def test_a_training_that_diverges_says_so_once(tmp_path: Path, rings_recording: Recording) -> None:
    broken = rewritten(
        rings_recording, tmp_path / "r.rec", weights=lambda index, _, array: array * (np.nan if index > 2 else 1)
    )
    assert [mark.epoch for mark in landmarks(broken) if mark.name == "training diverges"] == [3.0]
    assert "training diverges" not in [mark.name for mark in landmarks(rings_recording)]


def test_a_boundary_closes() -> None:
    plane = np.zeros((40, 40), int)
    plane[:, 20:] = 1
    assert not is_closed(plane)
    plane[:, 20:], plane[10:30, 10:30] = 0, 1
    assert is_closed(plane)
    assert not is_closed(np.zeros((40, 40), int))


def test_of_many_classes_the_first_and_the_last_are_told(trained: Callable[..., Recording]) -> None:
    recording = trained("digits_mlp", epochs=4)
    told = [mark for mark in landmarks(recording) if mark.name.startswith("class")]
    assert len(told) <= 2
    with pytest.raises(InputError) as error:
        landmark_named("nonsense", recording)
    assert str(error.value).count("'class ") >= len(told)


def test_names_are_distinct_and_lead_back(rings_recording: Recording, tmp_path: Path) -> None:
    for recording in (rings_recording, written(tmp_path)):
        found = landmarks(recording)
        assert len({landmark.name for landmark in found}) == len(found)
        assert [landmark.epoch for landmark in found] == sorted(landmark.epoch for landmark in found)
        for landmark in found:
            assert landmark_named(landmark.name, recording) == landmark
    with pytest.raises(InputError, match=r"no landmark 'nonsense'.*'above 50 % right'"):
        landmark_named("nonsense", recording)


def test_levels_of_accuracy_are_first_reached_there(trained: Callable[..., Recording]) -> None:
    recording = trained("digits_mlp", epochs=4)
    epochs, values = recording.history("accuracy", source="scores")
    for landmark in landmarks(recording):
        if landmark.name.startswith("accuracy"):
            level = int(landmark.name.split()[1]) / 100
            assert level * 100 in LEVELS
            assert values[epochs == landmark.epoch] >= level
            assert (values[epochs < landmark.epoch] < level).all()


@pytest.mark.parametrize(
    ("values", "span"),
    [
        (np.linspace(1, 0, 50), None),
        (np.full(10, 0.3), None),
        ([1, 0.5, 0.5, 0.5, 0.5, 0.1, 0], (1, 4)),
        ([1, 0.5, 0.5, 0.5, 0.485, 0.485, 0.485, 0], (1, 6)),
        ([1.0, 0.5, 0.5, 0.5, 0.5, 0.9, 0.5], None),  # it never falls again
        ([1.0, 0.5], None),
    ],
)
def test_plateaus(values: list[float], span: tuple[int, int] | None) -> None:
    assert flat_span(np.arange(float(len(values))), np.asarray(values, float)) == span


def test_pieces_of_a_boundary_are_counted_without_specks() -> None:
    plane = np.zeros((40, 40), int)
    assert piece_count(plane) == 0
    plane[:, 20:] = 1
    assert piece_count(plane) == 1
    plane[5:15, 3:13] = 2
    assert piece_count(plane) == 2
    plane[30, 5] = 1
    assert piece_count(plane) == 2


def test_recordings_of_other_kinds_have_those_that_apply(
    trained: Callable[..., Recording], cli: Callable[..., Result], tmp_path: Path
) -> None:
    fit = trained("polynomial", arch="1-3-1")
    assert {landmark.name.split()[0] for landmark in landmarks(fit)} <= {"plateau", "unit", "loss", "best", "training"}
    done = cli("landmarks", written(tmp_path).path)
    assert done.code == 0
    assert "    6.00  unit 1 of hidden dies" in done.out
    done = cli("landmarks", tmp_path / "none.rec")
    assert done.code == 2
    assert done.err.count("\n") == 1
