"""Migrating: a recording of an older version keeps all its numbers, and stays where it is unless the new one is whole."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from animviz import Recording
from animviz.errors import RecordingError
from animviz.recording import migrating
from animviz.recording.differences import differences
from animviz.recording.manifest import SCHEMA
from animviz.recording.migrating import migrate
from animviz.recording.verifying import Report, schema_of, verify

OLD = Path(__file__).parent / "old"
NAMES = [path.name for path in sorted(OLD.iterdir())]


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return Path(shutil.copytree(OLD / "schema1-forked", tmp_path / "a.rec"))


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def assert_migrated(new: Path, old: Path) -> None:
    assert (schema_of(new), schema_of(old)) == (SCHEMA, 1)
    assert (verify(new).faults, verify(new).notes) == ((), ())
    assert not list(differences(Recording(new), Recording(old)))
    for snapshot in sorted((old / "snapshots").iterdir()):
        before, after = load_file(snapshot), load_file(new / "snapshots" / snapshot.name)
        assert before.keys() == after.keys()
        assert all(np.array_equal(before[name], after[name]) for name in before)
    for epoch in Recording(old).epochs:
        np.testing.assert_array_equal(Recording(new).at(epoch).outputs(), Recording(old).at(epoch).outputs())


@pytest.mark.parametrize("name", NAMES)
def test_it_takes_the_place_of_the_old_one(name: str, tmp_path: Path) -> None:
    shutil.copytree(OLD / name, tmp_path / "a.rec")
    assert migrate(tmp_path / "a.rec")
    assert_migrated(tmp_path / "a.rec", OLD / name)
    assert [path.name for path in tmp_path.iterdir()] == ["a.rec"]
    before = files(tmp_path)
    assert not migrate(tmp_path / "a.rec")
    assert files(tmp_path) == before


@pytest.mark.parametrize("name", NAMES)
def test_it_is_written_elsewhere(name: str, tmp_path: Path) -> None:
    before = files(OLD / name)
    assert migrate(OLD / name, tmp_path / "deep" / "b.rec")
    assert_migrated(tmp_path / "deep" / "b.rec", OLD / name)
    assert files(OLD / name) == before
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["b.rec"]


def test_one_that_was_cut_short_goes_along_with_its_embeddings_and_without_leftovers(old: Path) -> None:
    said = json.loads((old / "manifest.json").read_text())
    (old / "manifest.json").write_text(json.dumps({**said, "finished": False}))
    (old / "embeddings").mkdir()
    (old / "embeddings" / "0123456789abcdef.safetensors").write_bytes(b"kept")
    (old / "snapshots" / ".000004.safetensors.1.part").write_bytes(b"half")
    assert migrate(old)
    report = verify(old)
    assert (report.faults, report.notes) == ((), ("the training goes on, or was cut short",))
    assert (old / "embeddings" / "0123456789abcdef.safetensors").read_bytes() == b"kept"


def damage(old: Path) -> str:
    (old / "snapshots" / "000001.safetensors").write_bytes(b"nothing")
    return r"is not sound \(snapshots/000001.safetensors cannot be read"


def occupy(old: Path) -> str:
    (old.parent / "b.rec").mkdir()
    return "b.rec exists; choose another name"


@pytest.mark.parametrize(("spoil", "target"), [(damage, None), (damage, "b.rec"), (occupy, "b.rec")])
def test_what_cannot_be_migrated_is_refused_and_stays(spoil: Any, target: str | None, old: Path) -> None:
    message = spoil(old)
    before = files(old.parent)
    with pytest.raises(RecordingError, match=message):
        migrate(old, target and old.parent / target)
    assert files(old.parent) == before


def test_one_that_another_process_writes_is_refused_and_stays(old: Path) -> None:
    script = "import sys, pathlib; from animviz.recording.claim import Claim\nclaim = Claim(pathlib.Path(sys.argv[1]))"
    command = [sys.executable, "-c", f"{script}\nprint('claimed', flush=True)\nsys.stdin.read()", str(old)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "claimed\n"
        with pytest.raises(RecordingError, match="is being written by another process"):
            migrate(old)
        assert schema_of(old) == 1
        writer.kill()


@pytest.mark.parametrize("name", ["settle", "verify", "replaced"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_the_old_one_survives_a_failure(
    name: str, error: BaseException, old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def fail(*arguments: object, **options: object) -> Report:
        calls.append(arguments)
        if name == "verify" and len(calls) == 1:
            return verify(old)
        raise error

    monkeypatch.setattr(migrating.checksums if name == "settle" else migrating, name, fail)
    before = files(old.parent)
    with pytest.raises(RecordingError if isinstance(error, OSError) else KeyboardInterrupt):
        migrate(old)
    assert calls
    assert files(old.parent) == before
