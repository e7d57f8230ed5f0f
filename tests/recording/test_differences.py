"""Differences of real recordings, changed in a known way: what differs is named, with the place and the size."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from animviz import Recording
from animviz.errors import RecordingError
from animviz.recording.differences import Difference, differences
from helpers.recordings import copied

OLD = Path(__file__).parent / "old"
RINGS, FORKED = OLD / "schema1-rings", OLD / "schema1-forked"


def found(first: Path, second: Path) -> dict[str, Difference]:
    return {difference.what: difference for difference in differences(Recording(first), Recording(second))}


def changed(path: Path, name: str, array: str, place: tuple[int, ...], by: float) -> None:
    """Add to a number of one of the files of a recording."""
    file = path / name
    with safe_open(file, framework="numpy") as about:
        metadata = about.metadata()
    arrays = load_file(file)
    arrays[array][place] += by
    save_file(arrays, file, metadata)


@pytest.fixture
def other(tmp_path: Path) -> Path:
    return copied(Recording(RINGS), tmp_path / "other.rec").path


def test_a_recording_does_not_differ_from_its_copy(other: Path) -> None:
    assert found(RINGS, other) == {}
    assert found(FORKED, FORKED) == {}


def test_states_part_where_a_weight_is_changed(other: Path) -> None:
    kernel = "weights/hidden_1/kernel"
    changed(other, "snapshots/000001.safetensors", kernel, (0, 1), 0.25)
    changed(other, "snapshots/000002.safetensors", kernel, (1, 2), -4)
    changed(other, "snapshots/000003.safetensors", "weights/output/bias", (0,), 1)
    was, wide = (Recording(path)[2].weights["hidden_1/kernel"][1, 2] for path in (RINGS, other))
    differing = found(RINGS, other)
    assert list(differing) == ["states", kernel, "weights/output/bias"]
    assert differing["states"] == Difference("states", "snapshot 1", "snapshot 1", "part at epoch 1")
    note = "4 at epoch 2, where it is largest; differs from epoch 1 on"
    assert differing[kernel] == Difference(kernel, f"{was:.6g}", f"{wide:.6g}", note)
    assert "1 at epoch 3" in differing["weights/output/bias"].note


@pytest.mark.parametrize(("value", "text"), [(np.nan, "nan"), (np.inf, "inf")])
def test_numbers_that_are_not_finite_differ_from_others_and_not_from_themselves(
    value: float, text: str, other: Path, tmp_path: Path
) -> None:
    changed(other, "snapshots/000002.safetensors", "weights/output/kernel", (1, 0), value)
    differing = found(RINGS, other)["weights/output/kernel"]
    assert (differing.second, differing.note.split(",")[0]) == (text, "inf at epoch 2")
    shutil.copytree(other, tmp_path / "again.rec")
    assert found(other, tmp_path / "again.rec") == {}


def test_samples_that_differ_are_counted(other: Path) -> None:
    changed(other, "inputs.safetensors", "inputs", (3, 1), 0.5)
    changed(other, "inputs.safetensors", "inputs", (4, 0), -1.5)
    of_class_0 = int(np.flatnonzero(load_file(other / "inputs.safetensors")["labels"] == 0)[0])
    changed(other, "inputs.safetensors", "labels", (of_class_0,), 1)
    differing = found(RINGS, other)
    assert set(differing) == {"inputs", "labels"}
    assert differing["inputs"].note == "2 of 80 numbers differ, by 1.5 at most"
    assert differing["labels"].note == "1 of 40 numbers differ, by 1 at most"


def test_what_was_noted_is_compared(other: Path) -> None:
    text = (other / "index.jsonl").read_text()
    (other / "index.jsonl").write_text(text.replace('"loss":0.25163787603378296', '"loss":NaN'))
    assert list(found(RINGS, other)) == ["states", "logs/loss"]
    assert "inf at epoch 3" in found(RINGS, other)["logs/loss"].note


def test_what_the_recordings_say_is_compared(other: Path, tmp_path: Path) -> None:
    said = Recording(RINGS).manifest.model_dump()
    settings = {**said["settings"], "training": {**said["settings"]["training"], "seed": 7}}
    versions = {**said["versions"], "keras": "3.0.0"}
    differing = found(RINGS, copied(Recording(RINGS), tmp_path / "b.rec", settings=settings, versions=versions).path)
    assert [(one.what, one.first, one.second) for one in differing.values()] == [
        ("settings training seed", "0", "7"),
        ("versions keras", said["versions"]["keras"], "3.0.0"),
    ]


def test_epochs_are_compared_as_far_as_both_have_them(other: Path) -> None:
    (other / "snapshots" / "000003.safetensors").unlink()
    assert list(found(RINGS, other).values()) == [
        Difference("epochs", "0 to 3, 4 snapshots", "0 to 2, 3 snapshots", "3 in common")
    ]


def test_models_of_other_layers_are_compared_by_what_they_share() -> None:
    differing = found(RINGS, FORKED)
    assert differing["layers"] == Difference(
        "layers", "hidden_1, hidden_2, output", "left, right, sum, kinds", "not in the other one"
    )
    assert differing["outputs output task"].second == "multiclass"
    assert differing["samples inputs"].first == "float32 (40, 2)"
    assert differing["scores/loss"].first == "0.251658"
    assert not [name for name in differing if name.startswith("weights/")]
    assert all(one.first != one.second for one in differing.values() if one.what != "states")


def test_what_was_stored_is_compared(tmp_path: Path) -> None:
    other = copied(Recording(FORKED), tmp_path / "b.rec").path
    for array in ("stored/left", "gradients/left/kernel", "outputs"):
        changed(other, "snapshots/000002.safetensors", array, (0, 0), 0.5)
    differing = found(FORKED, other)
    assert list(differing) == ["states", "stored/left", "gradients/left/kernel", "outputs/output"]
    assert all("0.5 at epoch 2" in one.note for one in list(differing.values())[1:])


def test_a_damaged_snapshot_is_named(other: Path) -> None:
    (other / "snapshots" / "000001.safetensors").write_bytes(b"nothing")
    with pytest.raises(RecordingError, match=r"000001.safetensors cannot be read"):
        found(RINGS, other)
