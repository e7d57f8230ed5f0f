"""Each call of the system fails in turn: what is finished is readable, nothing is half there, and one line says why."""

import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from animviz import Recording
from animviz.errors import RecordingError
from animviz.recording.verifying import verify
from helpers.failing import KINDS, Calls, Fault, failing
from helpers.fuzz.trying import check_message, run
from helpers.recordings import made
from helpers.results import Result

FILM = ("--size", "160x90", "--seconds", "0.4", "--fps", "5", "--hold-start", "0", "--hold-end", "0", "--workers", "1")
BOARD = """
title = "Rings"
size = [160, 90]
fps = 5
fade = 0.0
recordings.r = { path = "r.rec" }
[[shot]]
name = "card"
title = "Rings"
seconds = 0.4
[[shot]]
name = "warp"
scene = "rings"
recording = "r"
seconds = 0.4
hold_start = 0.0
hold_end = 0.0
"""
# What each command makes; a recording may be there without its last snapshots.
COMMANDS = {
    "recording": (("record", "overfit", "--points", "5", "--features", "8", "-o", "x.rec"), ()),
    "replaced recording": (("record", "overfit", "--points", "5", "--features", "8", "-o", "o.rec", "--retrain"), ()),
    "mp4": (("render", "rings", "--from", "r.rec", "-o", "x.mp4", *FILM), ("x.mp4",)),
    "gif": (("render", "rings", "--from", "r.rec", "-o", "x.gif", *FILM), ("x.gif",)),
    "apng": (("render", "rings", "--from", "r.rec", "-o", "x.apng", *FILM), ("x.apng",)),
    "frames": (("render", "rings", "--from", "r.rec", "-o", "x", *FILM), ("x",)),
    "beside": (
        ("render", "rings", "--from", "r.rec", "-o", "x.mp4", "--alt", "--poster", "y.png", *FILM),
        ("x.mp4", "x.alt.txt", "y.png"),
    ),
    "still": (("render", "rings", "--from", "r.rec", "-o", "x.png", "--still", "last", "--size", "160x90"), ("x.png",)),
    "embedding": (("neighbours", "d.rec", "--method", "pca", "--table", "x.md"), ("x.md",)),
    "page": (("page", "d.rec", "-o", "x.html", "--method", "pca"), ("x.html",)),
    "table": (("compare", "--from", "r.rec", "--from", "q.rec", "-o", "x.md", "-o", "x.csv"), ("x.md", "x.csv")),
    "export": (("export", "r.rec", "--layer", "input", "-o", "x.npz"), ("x.npz",)),
    "recovered": (("recover", "r.rec", "-o", "x.rec"), ()),
    "storyboard": (
        ("storyboard", "s.toml", "-o", "x.mp4", "--workers", "1"),
        ("x.mp4", "x.srt", "x.vtt", "x.png", "x.pdf"),
    ),
}
SAMPLED = 3  # calls of each kind that fail in CI


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the commands find."""
    folder = tmp_path_factory.mktemp("files")
    made("two_rings", folder / "r.rec", samples=40, arch="2-3-2-1")
    made("digits_mlp", folder / "d.rec", data="digits-8x8", arch="64-6-10")
    shutil.copytree(folder / "r.rec", folder / "q.rec")
    (folder / "s.toml").write_text(BOARD)
    run(COMMANDS["recording"][0], folder)
    (folder / "x.rec").rename(folder / "o.rec")
    return folder


def faults_of(calls: Calls, *, every: bool) -> Iterator[Fault]:
    """Choose calls that fail, out of those that a good run makes."""
    for kind, errors in KINDS.items():
        count = calls.made[kind]
        numbers = range(count) if every else sorted({int(place) for place in np.linspace(0, count - 1, SAMPLED)})
        for number in numbers if count else ():
            for place, error in enumerate(errors):
                if every or place == number % len(errors):
                    yield Fault(kind, number, error)


def check(
    done: Result, fault: Fault, calls: Calls, folder: Path, words: Sequence[str], whole: dict[str, bytes]
) -> None:
    """Check what a command left where one call failed.

    Args:
        done: what it said.
        fault: the call.
        calls: that were made.
        folder: of the command.
        words: of the command.
        whole: what it makes where nothing fails, by the names of the files.
    """
    assert calls.refused, f"{fault}: it was not tried"
    assert done.code in (0, 2), f"{fault}: {done}"
    for path in folder.glob("*.rec"):
        assert not is_spoilt(path), f"{fault}: {path} cannot be read"
    there = {name: contents for name, contents in contents_of(folder, whole).items() if contents == whole[name]}
    if done.code == 2:
        assert there.keys() == contents_of(folder, whole).keys(), f"{fault}: a file is half there"
        assert not whole or len(there) < len(whole), f"{fault}: all is there, and yet {done.err}"
        assert not there or words[0] != "storyboard", f"{fault}: {sorted(there)} are there alone"
        check_message(done.err, [*words[1:], "card", "warp", "r.rec"])  # what a storyboard names
    else:
        assert there == whole, f"{fault}: {sorted(there)} are there, and not a word"
    left = [str(path) for path in folder.rglob("*") if ".animviz-" in path.name or path.name.endswith(".part")]
    # What the system does not remove is swept by the next command.
    assert not left or fault.kind in ("remove", "open"), f"{fault}: {left} are left"


def contents_of(folder: Path, names: Iterable[str]) -> dict[str, bytes]:
    """Return what is in the files that are there; of a folder the names in it."""
    paths = {name: folder / name for name in names if (folder / name).exists()}
    return {
        name: path.read_bytes() if path.is_file() else "".join(sorted(os.listdir(path))).encode()
        for name, path in paths.items()
    }


def is_spoilt(path: Path) -> bool:
    """Say whether a recording is there that cannot be read, or whose snapshots are not as they were written."""
    if not any(path.glob("snapshots/[0-9]*.safetensors")):
        return False
    try:
        return verify(path).faults != () or len(list(Recording(path))) == 0
    except RecordingError:
        return True


@pytest.mark.parametrize("amount", [
    pytest.param("some", marks=pytest.mark.slow), pytest.param("every", marks=pytest.mark.soak)
])  # fmt: skip
@pytest.mark.parametrize("name", COMMANDS)
def test_a_call_that_fails_leaves_nothing_half_done(name: str, amount: str, files: Path, tmp_path: Path) -> None:
    words, targets = COMMANDS[name]
    found = []

    def tried(fault: Fault | None, number: int) -> tuple[Result, Calls, Path]:
        folder = tmp_path / f"case{number}"
        shutil.copytree(files, folder)
        with failing(folder, fault) as calls:
            try:
                done = run(words, folder)
            except pytest.fail.Exception as error:  # a traceback
                done = Result(1, "", str(error))
        return done, calls, folder

    run(words, shutil.copytree(files, tmp_path / "warm"))  # what is loaded once is no part of it
    good, calls, folder = tried(None, 0)
    assert good.code == 0, good.err
    whole = contents_of(folder, targets)
    assert len(whole) == len(targets)
    for number, fault in enumerate(faults_of(calls, every=amount == "every"), start=1):
        done, calls, folder = tried(fault, number)
        try:
            check(done, fault, calls, folder, words, whole)
        except AssertionError as error:
            found.append(str(error).partition("\n")[0])
        shutil.rmtree(folder)
    print(name, number, "faults tried,", len(found), "not withstood")
    assert not found, "\n".join(found)
