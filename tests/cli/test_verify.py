"""The commands verify, diff and migrate: what they print, their exit codes, and what they refuse."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from animviz import Recording
from helpers.recordings import copied
from helpers.results import Result

OLD = Path(__file__).parents[1] / "recording" / "old"
Cli = Callable[..., Result]


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return Path(shutil.copytree(OLD / "schema1-rings", tmp_path / "a.rec"))


def test_verify_says_that_a_recording_is_sound(cli: Cli, old: Path) -> None:
    done = cli("verify", "a.rec")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "note: no checksums (written by an older version)",
        "a.rec is sound: 4 snapshots, 26 arrays, 10.1 kB",
    ]


def test_verify_prints_a_line_for_each_fault(cli: Cli, old: Path) -> None:
    (old / "snapshots" / "000001.safetensors").write_bytes(b"nothing")
    (old / "notes.txt").write_text("mine")
    done = cli("verify", "a.rec")
    assert (done.code, done.err) == (1, "")
    first, second, _ = done.out.splitlines()
    assert first == "notes.txt: is not a file of a recording"
    assert second.startswith("snapshots/000001.safetensors cannot be read (")


def test_diff_prints_a_table(cli: Cli, old: Path) -> None:
    copied(Recording(old), old.with_name("b.rec"), title="other")
    same = cli("diff", "a.rec", "a.rec")
    assert (same.code, same.out) == (0, "a.rec and a.rec are the same: 4 snapshots\n")
    done = cli("diff", "a.rec", "b.rec")
    assert (done.code, done.err) == (1, "")
    assert done.out.splitlines() == [
        "| what  | a.rec     | b.rec | difference |",
        "| ----- | --------- | ----- | ---------- |",
        "| title | Two rings | other |            |",
    ]


def test_recover_says_what_it_saved(cli: Cli, rings_recording: Recording, tmp_path: Path) -> None:
    shutil.copytree(rings_recording.path, tmp_path / "damaged.rec")
    (tmp_path / "damaged.rec/snapshots/000003.safetensors").write_bytes(b"nothing")
    done = cli("recover", "damaged.rec", "-o", "saved.rec")
    assert done.code == 0
    assert done.out.splitlines() == [
        "left out: snapshots/000003.safetensors: is not what was written: its checksum is another",
        "saved.rec: 4 snapshots; draw them: animviz render SCENE --from saved.rec",
    ]
    assert cli("verify", "saved.rec").code == 0


def test_migrate_says_what_it_did(cli: Cli, old: Path) -> None:
    elsewhere = cli("migrate", "a.rec", "-o", "b.rec")
    assert (elsewhere.code, elsewhere.out) == (0, "b.rec: schema 2, with checksums\n")
    assert cli("migrate", "a.rec").out == "a.rec: schema 2, with checksums\n"
    again = cli("migrate", "a.rec")
    assert (again.code, again.out) == (0, "a.rec is of schema 2 already\n")
    assert cli("diff", "a.rec", "b.rec").code == 0
    assert cli("verify", "b.rec").out.startswith("b.rec is sound: 4 snapshots, 26 arrays, ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("verify", "gone.rec"), "no recording at gone.rec"),
        (("verify", "."), "is not a recording"),
        (("diff", "a.rec", "gone.rec"), "no recording at gone.rec"),
        (("diff", "a.rec"), "Missing argument 'SECOND'"),
        (("migrate", "gone.rec"), "no recording at gone.rec"),
        (("migrate", "a.rec", "-o", "a.rec"), "a.rec exists; choose another name"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_code_2(arguments: tuple[str, ...], said: str, cli: Cli, old: Path) -> None:
    done = cli(*arguments)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert said in done.err
