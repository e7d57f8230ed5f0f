"""What stands in a recording steers neither the terminal nor the place of a file."""

import ast
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import animviz
from animviz import Recording
from animviz.cli.saying import plain_text
from helpers.recordings import copied
from helpers.results import Result

CLI = Path(animviz.__file__).parent / "cli"
# Clears the screen; sets the window's title; C1's form of the same; turns the direction of letters.
STEERING = ("\x1b[2J", "\x1b]0;owned\x07", "\x9b31m", "\u202e", "\r", "\x08")
SMALL = ("--size", "160x90", "--seconds", "0.4", "--fps", "5")


@pytest.mark.parametrize("letters", STEERING)
def test_steering_letters_become_signs(letters: str) -> None:
    found = plain_text(f"a{letters}b\tc\nd")
    assert found.startswith("a\ufffd")
    assert found.endswith("b\tc\nd")
    assert not set(letters) & set("\x1b\x9b\x07\u202e\r\x08") & set(found)


def test_text_of_any_script_stays() -> None:
    text = "naïve Größe, 数字, רשת, 🙂 e\u0301\tx"
    assert plain_text(text) == text


def test_only_one_function_writes_to_the_terminal() -> None:
    for path in CLI.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                assert called != "print", path.name
                assert called not in ("click.echo", "click.secho") or path.name == "saying.py", path.name


@pytest.mark.parametrize("letters", STEERING[:4])
@pytest.mark.parametrize("command", ["info", "landmarks", "report", "verify"])
def test_names_in_a_recording_do_not_steer(
    letters: str, command: str, cli: Callable[..., Result], rings_recording: Recording, tmp_path: Path
) -> None:
    named = [f"in{letters}side", f"out\nforged{letters}"]
    manifest = json.loads((rings_recording.path / "manifest.json").read_text())
    outputs = [{**manifest["outputs"][0], "class_names": named}]
    copied(
        rings_recording, tmp_path / "evil.rec", title=f"my{letters} run", outputs=outputs,
        labels={"kind": "classes", "names": named}, versions={f"a{letters}": f"1{letters}"},
        layers=[{**layer, "name": layer["name"] + letters} for layer in manifest["layers"]],
    )  # fmt: skip
    done = cli(command, "evil.rec")
    assert done.code in (0, 1, 2), done.err  # verify ends with 1 where it finds something
    for said in (done.out, done.err):
        assert not set(said) & set("\x1b\x9b\x07\u202e"), said
    if command == "info":
        assert f"my{plain_text(letters)} run" in done.out
        assert not any(line.startswith("forged") for line in done.out.splitlines()), "a name begins no line of its own"


@pytest.mark.parametrize("arch", ["../../evil", "/tmp/evil", "2-3\x00", "..", "2-" * 400 + "1", "a-b", "2--1", ""])
def test_an_architecture_is_widths_and_no_path(
    arch: str, cli: Callable[..., Result], rings_recording: Recording, tmp_path: Path
) -> None:
    before = set(tmp_path.parent.iterdir())
    with pytest.raises(animviz.errors.RecordingError):
        copied(rings_recording, tmp_path / "evil.rec", arch=arch)
    done = cli("render", "rings", "--from", "evil.rec", *SMALL)
    assert done.code == 2
    assert "arch" in done.err
    assert set(tmp_path.parent.iterdir()) == before
    assert [path.name for path in tmp_path.iterdir()] == ["evil.rec"]


LONG = "x" * 300  # a name of more than 255 bytes, which no file system takes


@pytest.mark.parametrize(
    "words",
    [
        ("info", LONG), ("render", "rings", "--from", LONG), ("render", "rings", "--data", f"{LONG}.csv"),
        ("render", "rings", "--from", "{rec}", "-o", f"{LONG}.mp4", *SMALL), ("storyboard", f"{LONG}.toml"),
        ("render", "rings", "--from", "{rec}", "-o", "a.mp4", "--poster", f"{LONG}.png", *SMALL),
        ("page", "{rec}", "-o", f"{LONG}.html"), ("record", "two_rings", "-o", f"{LONG}.rec"), ("verify", LONG),
        ("compare", "--from", LONG, "--from", "{rec}"), ("gallery", "rings", "--page", "/proc/x.md"),
        ("render", "rings", "--from", "{rec}", "--workers", "2147483648", "-o", "a.mp4"),
        ("render", "rings", "--from", "{rec}", "--max-size", "9" * 400, "-o", "a.gif"),
    ],
    ids=lambda words: " ".join(words)[:60],
)  # fmt: skip
def test_what_the_system_refuses_is_one_line(
    words: tuple[str, ...], cli: Callable[..., Result], rings_recording: Recording, tmp_path: Path
) -> None:
    done = cli(*(word.replace("{rec}", str(rings_recording.path)) for word in words))
    assert done.code == 2
    assert done.err.startswith("animviz: ")
    assert done.err.count("\n") == 1
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device")
def test_a_full_disk_behind_stdout_is_one_line(rings_recording: Recording) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "animviz", "info", rings_recording.path], stdout=full, stderr=subprocess.PIPE,
            text=True,
        )  # fmt: skip
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith("animviz: output: No space left")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device")
@pytest.mark.parametrize("closed", ["2>&-", ">&- 2>&-", "2>/dev/full"])
def test_streams_that_are_closed_or_full_change_no_exit_code(
    closed: str, rings_recording: Recording, tmp_path: Path
) -> None:
    program = f"{shlex.quote(sys.executable)} -m animviz"
    drawn = f"{program} render rings --from {rings_recording.path} -o m.mp4 {' '.join(SMALL)} >/dev/null {closed}"
    if "full" not in closed:
        assert subprocess.run(["sh", "-c", drawn], cwd=tmp_path).returncode == 0
        assert (tmp_path / "m.mp4").exists()
    assert subprocess.run(["sh", "-c", f"{program} info nowhere {closed}"], cwd=tmp_path).returncode == 2


def test_a_link_to_a_folder_is_refused_before_anything_is_drawn(
    cli: Callable[..., Result], rings_recording: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "folder").mkdir()
    for target in ("frames", "video.mp4"):
        (tmp_path / target).symlink_to("folder")
        monkeypatch.setattr("animviz.rendering.film.write_part", lambda *_: pytest.fail("it is drawn"))
        done = cli("render", "rings", "--from", str(rings_recording.path), "-o", target, *SMALL)
        assert done.code == 2
        assert done.err.startswith(f"animviz: {target} is a ")
        assert (tmp_path / target).is_symlink()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes of a name here")
@pytest.mark.parametrize("name", ["manifest.json", "inputs.safetensors", "index.jsonl", "SHA256SUMS"])
@pytest.mark.parametrize("command", ["info", "verify", "landmarks"])
def test_a_pipe_in_a_recording_is_not_waited_for(
    name: str, command: str, cli: Callable[..., Result], rings_recording: Recording, tmp_path: Path
) -> None:
    path = copied(rings_recording, tmp_path / "pipe.rec").path / name
    path.unlink()
    os.mkfifo(path)
    done = cli(command, "pipe.rec")
    assert done.code in (0, 1, 2)
    assert done.err.count("\n") <= 1
    if name == "inputs.safetensors":
        assert done.code
