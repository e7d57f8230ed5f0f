"""Odd words on the command line and odd values in files, which the suite in tests/fuzz found: each is named in one line."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

import animviz
from animviz import Recording
from helpers.recordings import copied
from helpers.results import Result

Cli = Callable[..., Result]


def refused(done: Result) -> str:
    """Return what was said, which is one line."""
    assert done.code == 2, done.err
    assert done.err.count("\n") == 1, done.err
    return done.err


@pytest.mark.parametrize(
    "words",
    [
        ("verify", ""), ("info", " "), ("render", "rings", "--from", ""), ("record", "two_rings", "-o", ""),
        ("storyboard", ""), ("page", "x.rec", "-o", ""), ("diff", "", "x.rec"), ("join", "", "-o", "x.mp4"),
        ("gallery", "--page", ""), ("compare", "--from", ""), ("render", "rings", "--data", ""),
        ("import-checkpoints", "x.keras", "--inputs", "", "-o", "x.rec"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_an_empty_path_is_not_the_present_folder(words: tuple[str, ...], cli: Cli) -> None:
    assert "is no name; expected that of a file or folder" in refused(cli(*words))


def test_an_empty_pattern_is_no_checkpoint(cli: Cli) -> None:
    assert "there is no file ''" in refused(cli("import-checkpoints", "", "-o", "x.rec"))


@pytest.mark.parametrize("film", [".", "/"])
def test_a_sheet_of_what_has_no_name_needs_one(film: str, cli: Cli) -> None:
    assert "give one with -o" in refused(cli("sheet", film))


def test_of_options_given_twice_the_last_one_holds(cli: Cli) -> None:
    twice = ("--experiment", "blobs", "--experiment", "polynomial", "--arch", "7-1")
    assert "polynomial needs 1 input: 7-1 has 7" in refused(cli("render", "history", *twice))
    assert "polynomial needs 1 input: 7-1 has 7" in refused(cli("compare", *twice))
    assert "'x' is not" in refused(cli("compare", "--preset", "ten-experiments", "--preset", "x"))


@pytest.mark.parametrize(("suffix", "option"), [(".mp4", ("--fps", "-1")), (".gif", ("--once",))])
def test_a_film_that_is_not_embedded_gets_no_still(
    suffix: str, option: tuple[str, ...], cli: Cli, rings_recording: Recording, tmp_path: Path
) -> None:
    film = tmp_path / f"m{suffix}"
    animviz.render("rings", rings_recording, film, size="160x90", fps=5, seconds=0.4, hold_start=0, hold_end=0)
    refused(cli("embed", film.name, "--for", "html", "--alt-text", "Rings", *option))
    assert [path.name for path in tmp_path.iterdir()] == [film.name]


@pytest.mark.parametrize("value", [7, [1], "x"])
def test_a_recording_of_a_storyboard_that_is_no_table_is_named(value: object, cli: Cli, tmp_path: Path) -> None:
    board = f'title = "T"\nrecordings = {{ r = {json.dumps(value)}, q = {{ like = "r" }} }}\n[[shot]]\nname = "a"\ntitle = "T"\n'
    (tmp_path / "s.toml").write_text(board)
    assert f"line 2: recordings.r: {value!r} is wrong: should be a dictionary" in refused(cli("storyboard", "s.toml"))


def test_a_value_of_a_manifest_that_is_wrong_is_named(cli: Cli, rings_recording: Recording, tmp_path: Path) -> None:
    path = copied(rings_recording, tmp_path / "x.rec").path / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "finished": "perhaps"}))
    assert "finished is 'perhaps'; Input should be a valid boolean" in refused(cli("info", "x.rec"))


def test_inputs_that_cannot_be_recorded_are_named(cli: Cli, tmp_path: Path) -> None:
    save_file({"w": np.ones((2, 2), np.float32)}, tmp_path / "w.safetensors")
    np.savez(tmp_path / "none.npz", x=np.zeros((0, 2)))
    done = cli("import-checkpoints", "w.safetensors", "--inputs", "none.npz", "-o", "x.rec")
    assert refused(done).startswith("animviz: none.npz: an array has shape (0, 2)")


def test_labels_that_do_not_fit_name_their_file(cli: Cli, tmp_path: Path) -> None:
    save_file({"w": np.ones((2, 2), np.float32)}, tmp_path / "w.safetensors")
    np.savez(tmp_path / "wide.npz", x=np.zeros((30, 2)), y=np.zeros((30, 8, 8)))
    done = cli("import-checkpoints", "w.safetensors", "--inputs", "wide.npz", "-o", "x.rec")
    assert refused(done).startswith("animviz: wide.npz: labels have shape (8, 8)")
    assert not (tmp_path / "x.rec").exists()


@pytest.mark.parametrize("code", ["1/0", "def (", "raise SystemError('it broke')"])
def test_a_file_of_a_model_that_breaks_is_named(code: str, cli: Cli, tmp_path: Path) -> None:
    save_file({"w": np.ones((2, 2), np.float32)}, tmp_path / "w.safetensors")
    (tmp_path / "net.py").write_text(code)
    done = cli("import-checkpoints", "w.safetensors", "--model", "net.py:Net", "-o", "x.rec")
    assert "--model net.py cannot be run (" in refused(done)
    assert not (tmp_path / "x.rec").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("record", "two_rings", "-o", "loop.mp4"), ("recover", "{rec}", "-o", "loop.mp4"), ("info", "loop.mp4"),
        ("render", "rings", "--from", "loop.mp4"),
        ("compare", "--from", "loop.mp4", "--from", "{rec}"), ("render", "loop.py", "--from", "{rec}"), ("info", "nowhere"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_links_in_a_circle_lead_nowhere(
    words: tuple[str, ...], cli: Cli, rings_recording: Recording, tmp_path: Path
) -> None:
    for name in ("loop.mp4", "loop.py", "loop.rec"):
        (tmp_path / name).symlink_to(name)
    refused(cli(*(word.replace("{rec}", str(rings_recording.path)) for word in words)))


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="no file that can be opened and not be read")
def test_an_index_that_cannot_be_read_is_named(cli: Cli, rings_recording: Recording, tmp_path: Path) -> None:
    index = copied(rings_recording, tmp_path / "x.rec").path / "index.jsonl"
    index.unlink()
    index.symlink_to("/proc/self/mem")
    assert refused(cli("info", "x.rec")) == "animviz: x.rec/index.jsonl cannot be read (Input/output error)\n"
