"""Verifying: real recordings are sound, each flipped bit is found, and what does not fit is named with its file."""

import json
import random
import shutil
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from animviz import Recording
from animviz.errors import RecordingError
from animviz.recording import checksums
from animviz.recording.manifest import ArraySpec, Entry, Manifest
from animviz.recording.meaning import Labels, Output
from animviz.recording.verifying import verify
from animviz.recording.writer import RecordingWriter

OLD = Path(__file__).parent / "old"
LAST = "snapshots/000002.safetensors"


def written(path: Path, output: dict[str, Any], outputs: np.ndarray, **data: np.ndarray) -> Path:
    """Write three snapshots of a model whose outputs are stored."""
    names = output.get("class_names", ())
    manifest = Manifest(
        id="0" * 12, title="test", layers=(), weights={"w": ArraySpec(shape=(2,), dtype="float32")},
        outputs=(Output(**{"name": "answer", "target": "labels", **output}),),
        labels=Labels(kind="classes" if names else "values", names=names),
        stored_outputs={"answer": ArraySpec(shape=outputs.shape, dtype=outputs.dtype.name)},
    )  # fmt: skip
    writer = RecordingWriter.create(path, manifest, {"inputs": np.ones((4, 2), np.float32), **data})
    for epoch in range(3):
        arrays = {"weights/w": np.full(2, epoch, np.float32), "outputs": outputs}
        writer.append(arrays, Entry(epoch=epoch, step=epoch, logs={"loss": 1 / (1 + epoch)}))
    writer.mark(finished=True)
    return path


LABELS = np.array([0, 1, 2, 2])
LOGITS = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)
SHARES = np.exp(LOGITS) / np.exp(LOGITS).sum(axis=1, keepdims=True)
THREE = {"task": "multiclass", "form": "probabilities", "class_names": ("a", "b", "c")}


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    return written(tmp_path / "a.rec", THREE, SHARES, labels=LABELS)


def faults(path: Path) -> str:
    found = verify(path).faults
    assert found
    return "\n".join(found)


def altered(path: Path, **changes: Any) -> None:
    """Change the manifest as a program would that knows of no checksums."""
    said = json.loads((path / "manifest.json").read_text())
    (path / "manifest.json").write_text(json.dumps({**said, **changes}))


# ---- sound ------------------------------------------------------------------------------------------------------


def test_a_real_training_is_sound(rings_recording: Recording) -> None:
    report = verify(rings_recording.path)
    assert (report.faults, report.notes) == ((), ())
    assert report.snapshots == 5
    assert report.arrays == 5 * 6 + 2
    assert (
        report.size
        == sum(file.stat().st_size for file in rings_recording.path.rglob("*.*") if file.is_file())
        + (rings_recording.path / checksums.NAME).stat().st_size
    )


@pytest.mark.parametrize("name", [path.name for path in sorted(OLD.iterdir())])
def test_recordings_without_checksums_are_sound_and_that_is_noted(name: str) -> None:
    report = verify(OLD / name)
    assert (report.faults, report.notes) == ((), ("no checksums (written by an older version)",))


@pytest.mark.parametrize(
    ("output", "values", "labels"),
    [
        (THREE, SHARES, LABELS),
        (THREE, SHARES.astype(np.float16), LABELS),
        ({**THREE, "form": "logits"}, LOGITS, LABELS),
        (THREE, np.full((4, 3), np.nan, np.float32), LABELS),
        ({**THREE, "ignored": -1}, SHARES, np.array([-1, 0, 2, -1])),
        ({"task": "binary", "form": "probabilities", "class_names": ("no", "yes")}, SHARES[:, :1], LABELS % 2),
        ({"task": "regression"}, LOGITS[:, :1], LOGITS[:, 0]),
    ],
    ids=["shares", "half precision", "logits", "diverged", "ignored", "binary", "regression"],
)
def test_what_models_put_out_is_sound(
    output: dict[str, Any], values: np.ndarray, labels: np.ndarray, tmp_path: Path
) -> None:
    assert verify(written(tmp_path / "a.rec", output, values, labels=labels)).faults == ()


def test_a_class_at_each_position_is_looked_at(tmp_path: Path) -> None:
    masks = {**THREE, "sequence": True, "target": "targets", "ignored": 9}
    numbers = np.random.default_rng(0).choice([0, 1, 2, 9], size=(4, 5, 6))
    values = np.broadcast_to(SHARES[:, None, None], (4, 5, 6, 3))
    assert verify(written(tmp_path / "a.rec", masks, values, labels=LABELS, targets=numbers)).faults == ()
    assert verify(written(tmp_path / "a.rec", masks, values, labels=LABELS, targets=values)).faults == ()
    wrong = np.where(numbers == 1, 4, numbers)
    assert "targets holds class 4" in faults(written(tmp_path / "a.rec", masks, values, labels=LABELS, targets=wrong))


def test_an_unfinished_recording_is_sound_wherever_its_writer_was_killed(sound: Path) -> None:
    altered(sound, finished=False)
    checksums.put(sound, "manifest.json", (sound / "manifest.json").read_bytes())
    lines = (sound / "index.jsonl").read_bytes()
    for length in (len(lines), len(lines) - 1, len(lines) - 9, 0):
        (sound / "index.jsonl").write_bytes(lines[:length])
        assert verify(sound).faults == ()
    (sound / "index.jsonl").unlink()
    with (sound / checksums.NAME).open("a") as file:
        file.write(f"{'0' * 64}  snapshots/000003.safetensors\n{'0' * 9}")
    (sound / "snapshots" / ".000003.safetensors.17.part").write_bytes(b"half")
    report = verify(sound)
    assert report.faults == ()
    assert "snapshots/.000003.safetensors.17.part was not finished" in report.notes[1]
    (sound / LAST).unlink()
    assert verify(sound).faults == (f"{LAST}: is missing; SHA256SUMS lists it",)


def test_a_recording_is_sound_while_it_is_written(sound: Path) -> None:
    writer = RecordingWriter.resume(Recording(sound))
    snapshot = load_file(sound / LAST)

    def append() -> None:
        for epoch in range(3, 603):
            writer.append(snapshot, Entry(epoch=epoch, step=epoch))

    thread = threading.Thread(target=append)
    thread.start()
    lengths = set()
    while thread.is_alive():
        report = verify(sound)
        assert report.faults == ()
        lengths.add(report.snapshots)
    thread.join()
    assert len(lengths) > 2, "it was looked at while it was written"
    writer.mark(finished=True)
    assert (verify(sound).faults, verify(sound).snapshots) == ((), 603)


# ---- damage -----------------------------------------------------------------------------------------------------


def test_every_flipped_bit_is_found_in_its_file(rings_recording: Recording, tmp_path: Path) -> None:
    path = tmp_path / "a.rec"
    shutil.copytree(rings_recording.path, path, ignore=shutil.ignore_patterns("embeddings"))
    files = sorted(file for file in path.rglob("*") if file.is_file())
    assert len(files) == 9
    chance = random.Random(0)
    for flip in range(200):
        file = files[flip % len(files)]
        contents = file.read_bytes()
        bit = chance.randrange(8 * len(contents))
        damaged = bytearray(contents)
        damaged[bit // 8] ^= 1 << bit % 8
        file.write_bytes(damaged)
        found = verify(path).faults
        assert found, f"bit {bit} of {file.name}"
        name = file.relative_to(path).as_posix()
        assert any(fault.startswith(name) or name in fault for fault in found), (name, found)
        file.write_bytes(contents)
    assert verify(path).faults == ()


@pytest.mark.parametrize(
    "name", ["manifest.json", "inputs.safetensors", "index.jsonl", LAST, "snapshots/000001.safetensors"]
)
@pytest.mark.parametrize("damage", ["gone", "cut", "emptied", "longer"])
def test_a_damaged_file_is_named_and_the_others_are_looked_at(name: str, damage: str, sound: Path) -> None:
    contents = (sound / name).read_bytes()
    changed = {"cut": contents[: len(contents) // 2], "emptied": b"", "longer": contents + b"\n"}
    if damage == "gone":
        (sound / name).unlink()
    else:
        (sound / name).write_bytes(changed[damage])
    found = verify(sound).faults
    number = name.removeprefix("snapshots/").removesuffix(".safetensors")
    assert any(name in fault or number in fault for fault in found)
    assert all("\n" not in fault and str(sound) not in fault for fault in found)
    (sound / "snapshots" / "000000.safetensors").write_bytes(b"")
    assert any(fault.startswith("snapshots/000000.safetensors") for fault in verify(sound).faults)


def test_checksums_that_are_missing_or_of_other_files_are_named(sound: Path) -> None:
    said = (sound / checksums.NAME).read_text()
    (sound / checksums.NAME).write_text(said + f"{'0' * 64}  more.txt\nnonsense\n")
    assert verify(sound).faults == ("SHA256SUMS: line 7 is damaged", "more.txt: is missing; SHA256SUMS lists it")
    (sound / checksums.NAME).write_text("".join(said.splitlines(True)[:-1]))
    assert "has no checksum in SHA256SUMS" in faults(sound)
    (sound / checksums.NAME).unlink()
    assert verify(sound).faults == ("SHA256SUMS: is missing",)


def test_snapshots_that_are_missing_late_or_strange_are_named(sound: Path) -> None:
    (sound / "snapshots" / "000007.safetensors").write_bytes((sound / LAST).read_bytes())
    (sound / "notes.txt").write_text("mine")
    found = faults(sound)
    assert "snapshots: 000003 to 000006 missing, before 000007" in found
    assert "snapshots/000007.safetensors: is of epoch 2 and step 2, the one before it of epoch 2" in found
    assert "snapshots/000007.safetensors: has no checksum" in found
    assert "notes.txt: is not a file of a recording" in found
    assert "index.jsonl: has 3 whole lines; expected 4" in found


def test_what_is_no_recording_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="no recording at"):
        verify(tmp_path / "gone.rec")
    with pytest.raises(RecordingError, match="is not a recording"):
        verify(tmp_path)


# ---- meaning ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("output", "values", "labels", "said"),
    [
        (THREE, LOGITS, LABELS, "snapshots/000000.safetensors: output answer puts out -"),
        (THREE, SHARES / 2, LABELS, "sums to 0.5; the manifest says that it puts out probabilities"),
        ({**THREE, "form": "logits"}, SHARES, LABELS, "is of probabilities; the manifest says that it puts out logits"),
        (THREE, SHARES, LABELS + 1, "inputs.safetensors: labels holds class 3; there are 3 classes, 0 to 2"),
        (THREE, SHARES, LABELS - 1, "labels holds -1; expected class numbers from 0 on"),
        (THREE, SHARES, LABELS / 2, "labels holds 0.5; expected class numbers"),
        (THREE, SHARES, LABELS[:3], "inputs has 4, labels has 3 samples; expected as many of each"),
        (THREE, SHARES, np.eye(4)[LABELS], "labels has rows of 4 numbers; there are 3 classes"),
        (THREE, SHARES[:3], LABELS, "has the shape (3, 3); there are 4 samples"),
        ({**THREE, "class_names": ("a", "b", "c", "d")}, SHARES, LABELS, "has 4 class names and 3 units; expected as many"),
        ({"task": "binary", "form": "logits", "class_names": ("a", "b")}, LOGITS, LABELS % 2, "is binary and has 3 units"),
        ({"task": "regression"}, LOGITS, np.array([0, 1, np.nan, 2]), "labels hold nan or infinite values"),
        ({**THREE, "target": "targets"}, SHARES, LABELS, "targets is missing; output answer is compared with it"),
    ],
)  # fmt: skip
def test_what_the_numbers_cannot_mean_is_named(
    output: dict[str, Any], values: np.ndarray, labels: np.ndarray, said: str, tmp_path: Path
) -> None:
    assert said in faults(written(tmp_path / "a.rec", output, values, labels=labels))


def test_names_that_do_not_agree_are_named(sound: Path) -> None:
    altered(
        sound,
        stored={"layer": {"shape": [4, 1], "dtype": "float32"}},
        labels={"kind": "classes", "names": ["x", "y", "z"]},
    )
    found = faults(sound)
    assert "manifest.json: activations of layer are stored; there is no such layer" in found
    assert "the classes of the labels have other names than those of output answer" in found
    assert "snapshots/000001.safetensors: stored/layer is missing" in found
    altered(sound, layers=[{"name": "dense", "kind": "Dense", "kernel": "gone"}])
    assert "layer dense names the weight gone" in faults(sound)


def test_an_output_that_is_replayed_is_looked_at_too(rings_recording: Recording, tmp_path: Path) -> None:
    path = tmp_path / "a.rec"
    shutil.copytree(rings_recording.path, path)
    said = json.loads((path / "manifest.json").read_text())
    assert said["outputs"][0]["form"] == "probabilities"
    said["layers"][-1]["activation"] = "linear"
    altered(path, **said)
    last = path / "snapshots" / "000004.safetensors"
    save_file({name: 10 * array for name, array in load_file(last).items()}, last)
    assert "000004.safetensors: output output puts out" in faults(path)


def test_each_of_several_outputs_is_looked_at(tmp_path: Path) -> None:
    spec = ArraySpec(shape=(4, 3), dtype="float32")
    outputs = tuple(Output(**{**THREE, "name": name, "target": "targets"}) for name in ("left", "right"))
    manifest = Manifest(
        id="0" * 12, title="test", layers=(), weights={}, outputs=outputs, stored_outputs={"left": spec, "right": spec}
    )
    data = {"inputs": np.ones((4, 2)), "targets/left": LABELS, "targets/right": np.eye(3)[LABELS]}
    writer = RecordingWriter.create(tmp_path / "a.rec", manifest, data)
    writer.append({"outputs/left": SHARES, "outputs/right": SHARES}, Entry(epoch=0, step=0))
    assert verify(tmp_path / "a.rec").faults == ()
    writer.append({"outputs/left": SHARES, "outputs/right": LOGITS}, Entry(epoch=1, step=1))
    (found,) = verify(tmp_path / "a.rec").faults
    assert found.startswith("snapshots/000001.safetensors: output right puts out -")
