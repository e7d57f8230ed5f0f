"""Checksums: each file has one, programs of every system can check them, and killed writers leave none wrong."""

import subprocess
from pathlib import Path

import numpy as np
import pytest

from animviz import Recording
from animviz.recording import checksums
from animviz.recording.manifest import ArraySpec, Entry, Manifest
from animviz.recording.writer import RecordingWriter


def written(path: Path) -> RecordingWriter:
    manifest = Manifest(id="0" * 12, title="test", layers=(), weights={"w": ArraySpec(shape=(2,), dtype="float32")})
    writer = RecordingWriter.create(path, manifest, {"inputs": np.ones((3, 2), np.float32)})
    append(writer, 0, 1, 2)
    return writer


def append(writer: RecordingWriter, *epochs: int) -> None:
    for epoch in epochs:
        writer.append({"weights/w": np.full(2, epoch, np.float32)}, Entry(epoch=epoch, step=epoch))


def names(path: Path) -> list[str]:
    return [line.split("  ")[1] for line in (path / checksums.NAME).read_text().splitlines()]


FILES = ["manifest.json", "inputs.safetensors", *(f"snapshots/00000{place}.safetensors" for place in range(3))]


@pytest.mark.parametrize("finished", [False, True])
def test_every_file_has_one_line_that_sha256sum_accepts(finished: bool, tmp_path: Path) -> None:
    writer = written(tmp_path / "a.rec")
    if finished:
        writer.mark(finished=True)
    assert sorted(names(tmp_path / "a.rec")) == sorted(FILES)
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", checksums.NAME], cwd=tmp_path / "a.rec", capture_output=True, text=True
    )
    assert (done.returncode, done.stdout.count(": OK")) == (0, len(FILES)), done.stderr


def test_a_manifest_that_is_replaced_takes_its_line_along(tmp_path: Path) -> None:
    writer = written(tmp_path / "a.rec")
    before = checksums.noted(tmp_path / "a.rec")[0]["manifest.json"]
    writer.mark(finished=True)
    after = checksums.noted(tmp_path / "a.rec")[0]["manifest.json"]
    assert after == [checksums.checksum(tmp_path / "a.rec" / "manifest.json")] != before


def test_a_second_writer_goes_on_after_a_torn_line_and_a_file_that_was_not_finished(tmp_path: Path) -> None:
    path = tmp_path / "a.rec"
    written(path)
    with (path / checksums.NAME).open("a") as file:
        file.write(f"{'0' * 64}  snapshots/000003.safetensors\n{'0' * 17}")
    writer = RecordingWriter.resume(Recording(path))
    assert sorted(names(path)) == sorted(FILES)
    append(writer, 3)
    found, damaged = checksums.noted(path)
    assert not damaged
    assert found["snapshots/000003.safetensors"] == [checksums.checksum(path / "snapshots" / "000003.safetensors")]


def test_a_recording_without_checksums_gets_all_of_them_when_it_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "a.rec"
    written(path)
    (path / checksums.NAME).unlink()
    RecordingWriter.resume(Recording(path)).mark(finished=True)
    assert names(path) == FILES
    assert checksums.noted(path)[0] == {name: [checksums.checksum(path / name)] for name in FILES}


def test_damaged_lines_are_numbered(tmp_path: Path) -> None:
    good = f"{'a' * 64}  manifest.json\n"
    (tmp_path / checksums.NAME).write_bytes(f"{good}{'A' * 64}  x\n\n{'a' * 64} y\n{good}{'a' * 64}  torn".encode())
    assert checksums.noted(tmp_path) == ({"manifest.json": ["a" * 64] * 2}, [2, 3, 4])
