"""Landmarks are found where they were put, and have names that a storyboard can use."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from animviz import Recording
from animviz.analysis.landmarks import landmark_named, landmarks
from animviz.analysis.landmarks.answers import piece_count
from animviz.analysis.landmarks.curves import LEVELS, flat_spans
from animviz.errors import InputError
from animviz.recording.manifest import ArraySpec, Entry, Manifest
from animviz.recording.replay.layers import Layer
from animviz.recording.writer import RecordingWriter
from helpers.meaning import answering
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
    assert found["accuracy 50 %"] == 1
    assert found["accuracy 90 %"] == 5
    assert found["accuracy 99 %"] == 6
    assert found["class a learned"] == 2
    assert found["class a forgotten"] == 7
    assert found["class a learned (2)"] == 8
    assert found["boundary in 1 piece"] == 1
    assert found["unit 1 of hidden dies"] == 6
    assert found["plateau begins"] == 2
    assert found["plateau ends"] == 5
    assert "unit 0 of hidden dies" not in found


def test_names_are_distinct_and_lead_back(rings_recording: Recording, tmp_path: Path) -> None:
    for recording in (rings_recording, written(tmp_path)):
        found = landmarks(recording)
        assert len({landmark.name for landmark in found}) == len(found)
        assert [landmark.epoch for landmark in found] == sorted(landmark.epoch for landmark in found)
        for landmark in found:
            assert landmark_named(landmark.name, recording) == landmark
    with pytest.raises(InputError, match=r"no landmark 'nonsense'.*'accuracy 50 %'"):
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
    ("values", "spans"),
    [
        (np.linspace(1, 0, 50), []),
        (np.full(10, 0.3), [(0, 9)]),
        ([1, 0.5, 0.5, 0.5, 0.5, 0.1, 0], [(1, 4)]),
        ([1, 0.5, 0.5, 0.5, 0.485, 0.485, 0.485, 0], [(1, 6)]),
        ([1.0, 0.5], []),
    ],
)
def test_plateaus(values: list[float], spans: list[tuple[int, int]]) -> None:
    assert flat_spans(np.arange(float(len(values))), np.asarray(values, float)) == spans


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
    curve = trained("polynomial", arch="1-3-1")
    assert {landmark.name.split()[0] for landmark in landmarks(curve)} <= {"plateau", "unit"}
    done = cli("landmarks", written(tmp_path).path)
    assert done.code == 0
    assert "    6.00  unit 1 of hidden dies" in done.out
    done = cli("landmarks", tmp_path / "none.rec")
    assert done.code == 2
    assert done.err.count("\n") == 1
