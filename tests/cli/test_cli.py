"""The command line: what it prints, what it leaves on disk, and what it refuses."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest
from PIL import Image

from animviz import Recording
from animviz.cli.remembered import remembered
from animviz.pictures.discovery import scene_names
from animviz.pictures.scene import GROUPS
from animviz.video.ffmpeg import ffmpeg_exe
from animviz.video.formats import FORMATS, PLAYED
from animviz.video.provenance import provenance_in
from helpers.recordings import copied
from helpers.results import Result
from helpers.videos import VIDEO

SMALL = ("--samples", "150", "--epochs", "3", "--size", "320x180")
DRAW = ("--size", "160x90", "--seconds", "0.6", "--pace", "10", "--hold-start", "0.1", "--hold-end", "0.2")
# The same for a GIF, whose rate is 25: 15 frames instead of 18.
FRAMES = {".gif": 15}
HEAVY = {"tensorflow", "keras", "torch", "jax"}

USERS_SCENE = '''
"""A scene of twenty lines: how the norms of the weights go."""
import numpy as np
from animviz import Box, Moment, Recording, Stage, scene


@scene(experiment="two_rings")
def norms(stage: Stage, recording: Recording, *, width: float = 6.0, exploding: bool = False):
    """Norms of the weights.

    Args:
        width: thickness of the curves, in units.
        exploding: fail in the middle of the video.
    """
    epochs = recording.epochs
    norms = np.array([[np.linalg.norm(w) for w in snapshot.weights.values()] for snapshot in recording])
    axes = stage.axes(Box(40, 40, stage.width - 80, 640), (0, epochs[-1]), (0, norms.max()))
    curves = [stage.line(axes, stage.theme.positive, width) for _ in norms.T]

    def draw(moment: Moment) -> None:
        if exploding and moment.epoch > 1:
            raise ZeroDivisionError("one over zero")
        known = epochs <= moment.epoch
        for curve, values in zip(curves, norms.T):
            curve.set_data(epochs[known], values[known])

    return draw
'''


def tree(folder: Path) -> dict[str, bytes | None]:
    """Return every file and folder below, with the contents of the files."""
    return {str(p.relative_to(folder)): p.read_bytes() if p.is_file() else None for p in sorted(folder.rglob("*"))}


def frame_count(path: Path) -> int:
    if path.is_dir():
        return len(list(path.iterdir()))
    if path.suffix in VIDEO:
        command = [ffmpeg_exe(), "-v", "error", "-i", path, "-fps_mode", "passthrough", "-f", "framemd5", "-"]
        listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return sum(not line.startswith("#") for line in listed.splitlines())
    with Image.open(path) as image:
        return image.n_frames


def without_heavy(code: str, **options: object) -> None:
    """Run Python code in a fresh process and check that none of the heavy packages was imported."""
    check = f"import sys; found = {sorted(HEAVY)!r}; assert not set(found) & set(sys.modules), 'heavy'"
    subprocess.run([sys.executable, "-c", f"{code}\n{check}"], check=True, stdout=subprocess.DEVNULL, **options)


def command_code(*commands: tuple[str, ...]) -> str:
    """Return Python code that runs commands one after the other, each of which must succeed."""
    return (
        "from animviz.cli.main import main\n"
        f"for command in {[list(map(str, command)) for command in commands]!r}:\n"
        "    try: main(command)\n"
        "    except SystemExit as done: assert not done.code, command\n"
    )


# How it ends


@pytest.mark.integration
@pytest.mark.parametrize(
    ("arguments", "code"), [(["info", "rings.rec"], 0), (["info", "nowhere.rec"], 2), (["--version"], 0), ([], 2)]
)
@pytest.mark.parametrize("loaded", [False, True])
def test_process_ends_at_once_after_training_and_loses_nothing(
    arguments: list[str], code: int, loaded: bool, rings_recording: Recording, tmp_path: Path
) -> None:
    (tmp_path / "rings.rec").symlink_to(rings_recording.path, target_is_directory=True)
    program = (
        "import atexit, sys, types\n"
        f"if {loaded}: sys.modules['tensorflow'] = types.ModuleType('tensorflow')\n"
        "atexit.register(lambda: open('taken apart', 'w').close())\n"
        "from animviz.cli import run\n"
        f"sys.argv = ['animviz', *{arguments}]\n"
        "run()"
    )
    # Into files, as Python holds back what it writes there.
    with (tmp_path / "out").open("w") as out, (tmp_path / "err").open("w") as err:
        done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, stdout=out, stderr=err)
    assert done.returncode == code
    assert (tmp_path / "out").read_text() if code == 0 else (tmp_path / "err").read_text()
    assert (tmp_path / "taken apart").exists() is not loaded


# What it prints


def test_help_names_every_command(cli: Callable[..., Result]) -> None:
    result = cli("--help")
    assert result.code == 0
    for command in (
        "render",
        "record",
        "compare",
        "scenes",
        "info",
        "verify",
        "diff",
        "migrate",
        "doctor",
        "completion",
    ):
        assert f"\n  {command} " in result.out
    assert "animviz render rings --arch 2-3-2-1" in result.out


def test_no_description_is_cut_on_a_narrow_terminal(
    cli: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    commands = cli("--help").out.partition("Commands:\n")[2].partition("\n\n")[0].splitlines()
    assert len(commands) >= 13
    for line in commands:
        assert line.endswith("."), line
        assert not line.endswith("..."), line
        assert len(line) <= 80


def test_names_keep_their_letters_at_the_beginning_of_a_help_text(cli: Callable[..., Result]) -> None:
    text = cli("record", "digits_mlp", "--help").out
    assert "mnist-5k, mnist, digits-8x8" in text
    assert "Mnist" not in text
    assert "Widths of the layers" in text


def test_old_name_of_a_command_still_works(rings_recording: Recording, cli: Callable[..., Result]) -> None:
    assert "\n  scores" not in cli("--help").out
    assert "Old name of `neighbours`." in cli("scores", "--help").out
    options = (rings_recording.path, "--method", "pca", "--samples", "100")
    now, then = cli("neighbours", *options), cli("scores", *options)
    assert now.code == 0, now.err
    assert "3 neighbours" in now.out
    assert then == now


@pytest.mark.parametrize("command", [(), ("render",), ("record",), ("completion",), ("render", "rings"), ("info",)])
def test_help_is_set_in_readable_lines(command: tuple[str, ...], cli: Callable[..., Result]) -> None:
    lines = cli(*command, "--help").out.splitlines()
    assert len(lines) > 4
    assert not [line for line in lines if "\\b" in line]
    assert max(map(len, lines)) <= 110


def test_examples_in_help_have_a_line_each(cli: Callable[..., Result]) -> None:
    lines = [line.strip() for line in cli("--help").out.splitlines()]
    assert "animviz render rings --arch 2-3-2-1         train, record and render" in lines


@pytest.mark.parametrize("command", [(), ("render",), ("record",)])
def test_command_that_needs_more_shows_its_help_or_one_short_line(
    command: tuple[str, ...], cli: Callable[..., Result]
) -> None:
    result = cli(*command)
    assert max(map(len, (result.out + result.err).splitlines())) <= 200


def test_help_of_a_scene_shows_its_own_options_and_all_defaults(cli: Callable[..., Result]) -> None:
    text = " ".join(cli("render", "rings", "--help").out.split())
    for part in ("--grid", "--noise", "[default: 0.005]", "--learning-rate", "[default: 0.01]", "--tween", "--from",
                 "--poster", "--retrain", "--hold-end", "[default: 20000]"):  # fmt: skip
        assert part in text


def test_help_of_an_experiment_shows_its_own_defaults(cli: Callable[..., Result]) -> None:
    assert "[default: 1-6-1]" in cli("record", "polynomial", "--help").out
    assert "[default: 2-16-16-2-*]" in cli("record", "spirals", "--help").out


def test_version_is_the_packages(cli: Callable[..., Result]) -> None:
    from importlib.metadata import version

    assert cli("--version").out == f"animviz {version('animviz')}\n"


def test_scenes_are_listed_with_their_summaries(cli: Callable[..., Result]) -> None:
    result = cli("scenes")
    assert result.code == 0
    lines = result.out.splitlines()
    assert [line for line in lines if line and not line.startswith(" ")] == list(GROUPS.values())
    rows = [line for line in lines if line.startswith("  ") and line[2] != " "]
    assert sorted(row.split()[0] for row in rows) == scene_names()
    assert all(row.endswith(".") for row in rows)
    place = lines.index(next(row for row in rows if row.split()[0] == "rings"))
    assert lines[place + 1].strip().startswith("from a recording of a chain of dense layers with two inputs")


def test_info_on_a_recording(rings_recording: Recording, cli: Callable[..., Result]) -> None:
    result = cli("info", rings_recording.path)
    assert result.code == 0
    for part in (rings_recording.id, "finished", "5, epochs 0 to 4", "hidden_1 (Dense 3)", "(300, 2) float32",
                 "inner, outer", "experiment    two_rings", "seed 0", "samples 150", "tensorflow"):  # fmt: skip
        assert part in result.out
    final = rings_recording[-1].scores
    assert f"loss {final['loss']:.4g}, accuracy {final['accuracy']:.4g}" in result.out


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
def test_info_on_a_video_says_what_made_it(
    suffix: str, rings_recording: Recording, cli: Callable[..., Result], tmp_path: Path
) -> None:
    command = ("render", "rings", "--from", rings_recording.path, "-o", f"it's a=b;#{suffix}", "--grid", "7", *DRAW)
    assert cli(*command).code == 0
    result = cli("info", f"it's a=b;#{suffix}")
    assert result.code == 0
    assert f"recording     {rings_recording.id}" in result.out
    assert "grid 7" in result.out
    facts = provenance_in(tmp_path / f"it's a=b;#{suffix}")
    assert facts["seed"] == 0
    assert facts["versions"]["keras"] == rings_recording.manifest.versions["keras"]
    named = [f"video{suffix}" if word == f"it's a=b;#{suffix}" else str(word) for word in command]
    assert shlex.split(facts["command"]) == ["animviz", *named]


@pytest.mark.parametrize(
    "words",
    ["-v render rings -o a/b.mp4", "render rings --workers 3 -ob.mp4", "render rings --output=x.mp4 --cluster tcp://a:1",
     "render rings --share=1/2 --poster p.png --output c.mp4 --retrain", "render rings --embed-threads 2 -o d.mp4"],
)  # fmt: skip
def test_a_video_remembers_what_its_frames_depend_on(words: str) -> None:
    assert remembered(words.split()) == "animviz render rings -o video.mp4"


def test_bytes_do_not_depend_on_who_draws_nor_on_the_name(
    cli: Callable[..., Result], rings_recording: Recording, tmp_path: Path
) -> None:
    draw = ("render", "rings", "--from", rings_recording.path, *DRAW)
    ways = [("-o", "one.mp4"), ("-o", "deep/two.mp4", "--workers", "2"), ("--output=three.mp4", "--poster", "p.png")]
    for way in ways:
        assert cli(*draw, *way).code == 0
    found = {path.read_bytes() for path in tmp_path.rglob("*.mp4")}
    assert len(list(tmp_path.rglob("*.mp4"))) == 3
    assert len(found) == 1


def test_bytes_do_not_depend_on_threads(cli: Callable[..., Result], rings_recording: Recording, tmp_path: Path) -> None:
    drawn = set()
    for threads in ("1", "2"):
        recording = copied(rings_recording, tmp_path / "r.rec")
        draw = ("render", "layers", "--from", recording.path, *DRAW, "--samples", "60")
        assert cli(*draw, "--embed-threads", threads, "-o", f"{threads}.mp4").code == 0
        drawn.add((tmp_path / f"{threads}.mp4").read_bytes())
        shutil.rmtree(recording.path)  # its points are laid out anew
    assert len(drawn) == 1


@pytest.mark.integration
def test_doctor_finds_nothing_wrong_here_and_leaves_nothing(animviz: Callable[..., Result], tmp_path: Path) -> None:
    done = animviz("doctor")
    assert done.returncode == 0, done.stdout
    lines = done.stdout.splitlines()
    assert all(line.startswith("ok ") for line in lines)
    for subject in ("ffmpeg", "tensorflow", "typeface", "disk", "scene rings", "encoder .webm", "encoder PNG folder"):
        assert any(subject in line for line in lines), subject
    assert tree(tmp_path) == {}


def test_doctor_names_extras_that_are_not_installed_without_failing(
    cli: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    from importlib.metadata import PackageNotFoundError, version

    def version_of(name: str) -> str:
        if name == "opentsne":
            raise PackageNotFoundError(name)
        return version(name)

    monkeypatch.setattr("animviz.cli.doctor.version", version_of)
    result = cli("doctor")
    assert result.code == 0
    lines = result.out.splitlines()
    place = lines.index("extra  extra tsne: opentsne not installed")
    assert lines[place + 1] == "       fix: pip install 'animviz[tsne]' if you want it"
    assert sum(line.startswith("extra ") for line in lines) == 1
    assert any(line.startswith("ok     extra docs: furo ") for line in lines)


def test_doctor_fails_for_a_package_that_is_not_installed(
    cli: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("animviz.cli.doctor.requires", lambda _: ["no-such-package>=2", "spare>=1; extra == 'docs'"])
    result = cli("doctor")
    assert result.code == 1
    assert "WRONG  no-such-package: not installed\n       fix: pip install 'no-such-package>=2'" in result.out


def test_doctor_names_a_fix_for_a_dead_ffmpeg(
    cli: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(tmp_path / "nowhere"))
    result = cli("doctor")
    assert result.code == 1
    lines = result.out.splitlines()
    wrong = [place for place, line in enumerate(lines) if line.startswith("WRONG")]
    assert [lines[place].split()[2] for place in wrong if "encoder" in lines[place]] == [
        ".mp4:", ".m4v:", ".mov:", ".webm:", ".webp:", ".apng:", ".gif:", ".png:",
    ]  # fmt: skip
    assert all(lines[place + 1].strip().startswith("fix: ") for place in wrong)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(shell: str, cli: Callable[..., Result]) -> None:
    result = cli("completion", shell)
    assert result.code == 0
    assert "_ANIMVIZ_COMPLETE" in result.out


@pytest.mark.integration
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("animviz re", {"render", "record", "recover", "report"}),
        ("animviz render r", {"rings", "ridgelines"}),
        ("animviz record po", {"points", "polynomial"}),
        ("animviz render rings --theme ", {"dark", "light", "print"}),
        ("animviz render rings --le", {"--learning-rate"}),
        ("animviz completion z", {"zsh"}),
    ],
)
def test_shell_completes(words: str, expected: set[str]) -> None:
    env = {**os.environ, "_ANIMVIZ_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    done = subprocess.run([sys.executable, "-m", "animviz"], env=env, capture_output=True, text=True)
    assert {line.partition(",")[2] for line in done.stdout.splitlines()} == expected


def test_completion_script_is_valid_bash(cli: Callable[..., Result]) -> None:
    subprocess.run(["bash", "-n"], input=cli("completion", "bash").out, text=True, check=True)


# What is imported


@pytest.mark.integration
def test_looking_and_drawing_never_import_tensorflow(rings_recording: Recording, tmp_path: Path) -> None:
    recording = str(rings_recording.path)
    commands = [("--help",), ("scenes",), ("render", "rings", "--help"), ("record", "moons", "--help"),
                ("info", recording), ("render", "rings", "--from", recording, "-o", "m.mp4", *DRAW),
                ("info", "m.mp4"), ("doctor",)]  # fmt: skip
    without_heavy(command_code(*commands), cwd=tmp_path)
    assert (tmp_path / "m.mp4").exists()


def test_importing_animviz_imports_nothing_heavy() -> None:
    code = "import sys, animviz; assert not {'matplotlib', 'numpy', 'tensorflow', 'keras'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_help_imports_neither_numpy_nor_matplotlib() -> None:
    code = command_code(("--help",)) + "import sys; assert not {'matplotlib', 'numpy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)


# From end to end


@pytest.mark.integration
def test_render_from_nothing_to_a_video_and_again(animviz: Callable[..., Result], tmp_path: Path) -> None:
    training = ("--arch", "2-3-2-1", "--samples", "200", "--epochs", "3")
    command = ("render", "rings", *training, "--size", "320x180", "--pace", "10")
    first = animviz(*command)
    assert (first.returncode, first.stderr) == (0, "")
    film, kept = "renders/rings-2-3-2-1-samples-200-epochs-3.mp4", "renders/two_rings-2-3-2-1-samples-200-epochs-3.rec"
    lines = first.stdout.splitlines()
    assert lines[0].startswith(f"{film}: 69 frames, 2.3 s, 320x180, ")
    assert lines[1:] == [f"recording: {kept} (draw it again: animviz render rings --from {kept})"]
    assert sorted(p.name for p in (tmp_path / "renders").iterdir()) == [Path(film).name, Path(kept).name]
    recording = Recording(tmp_path / kept)
    assert list(recording.epochs) == [0, 1, 2, 3]
    assert recording.manifest.finished
    assert recording[0].step == 0
    assert recording[-1].step == 39
    video = tmp_path / film
    # 0.5 s hold, 3 epochs at 10 a second, 1.5 s hold
    assert frame_count(video) == 30 // 2 + 9 + 45
    before = tree(tmp_path)

    again = animviz(*command)
    assert again.returncode == 0
    assert again.stdout == first.stdout
    assert again.stderr.count("\n") == 1
    assert again.stderr.startswith(f"animviz: drawing from {kept}, which is there already")
    assert tree(tmp_path) == before, "the same command gives the same bytes"


@pytest.mark.integration
def test_training_and_drawing_twice_gives_the_same_bytes(cli: Callable[..., Result], tmp_path: Path) -> None:
    command = ("render", "rings", *SMALL, *DRAW[2:])
    assert cli(*command).code == 0
    first = tree(tmp_path)
    shutil.rmtree(tmp_path / "renders")
    assert cli(*command).code == 0
    second = tree(tmp_path)
    assert second.keys() == first.keys()
    assert second["renders/rings-2-3-2-1-samples-150-epochs-3.mp4"] in first.values()


@pytest.mark.integration
def test_other_settings_leave_every_finished_recording_as_it_is(
    trained: Callable[..., Recording], cli: Callable[..., Result], tmp_path: Path
) -> None:
    # Under the name that all of the defaults have, as an earlier version left it.
    shutil.copytree(trained("two_rings", epochs=40).path, tmp_path / "renders" / "two_rings-2-3-2-1.rec")
    before = tree(tmp_path)
    command = ("render", "boundary", *SMALL, *DRAW)
    for changes, name in (
        ((), "epochs-3"), (("--seed", "7"), "epochs-3-seed-7"), (("--noise", "0.1"), "noise-0.1-epochs-3"),
    ):  # fmt: skip
        result = cli(*command, *changes)
        assert (result.code, result.err) == (0, "")
        path = tmp_path / "renders" / f"two_rings-2-3-2-1-samples-150-{name}.rec"
        assert len(Recording(path)) == 4
        film = tmp_path / "renders" / f"boundary-2-3-2-1-samples-150-{name}.mp4"
        assert provenance_in(film)["recording"] == Recording(path).id
    assert before.items() <= tree(tmp_path).items(), "40 epochs survive a render of 3"
    kept = cli(*command, "--seed", "7", "--theme", "light", "--tween", "none")
    assert "which is there already" in kept.err, "how it looks is no matter of training"


@pytest.mark.integration
def test_a_video_of_other_settings_gets_a_recording_of_its_own(cli: Callable[..., Result], tmp_path: Path) -> None:
    command = ("render", "boundary", *SMALL, *DRAW, "-o", "x.mp4")
    assert cli(*command).out.splitlines()[-1].startswith("recording: x.rec (draw it again: ")
    first = tree(tmp_path / "x.rec")
    other = cli(*command, "--epochs", "1")
    assert (other.code, other.err) == (0, "")
    assert other.out.splitlines()[-1] == (
        "recording: x-samples-150-epochs-1.rec (draw it again: animviz render boundary --from x-samples-150-epochs-1.rec)"
    )
    assert tree(tmp_path / "x.rec") == first
    again = cli(*command, "--epochs", "1")
    assert "drawing from x-samples-150-epochs-1.rec, which is there already" in again.err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x-samples-150-epochs-1.rec", "x.mp4", "x.rec"]


@pytest.mark.integration
def test_recording_onto_one_of_other_settings_is_refused_with_the_ways_out(
    trained: Callable[..., Recording], cli: Callable[..., Result], tmp_path: Path
) -> None:
    shutil.copytree(trained("two_rings", samples=100, epochs=2).path, tmp_path / "r.rec")
    before = tree(tmp_path)
    command = ("record", "two_rings", "--samples", "100", "--epochs", "1", "-o", "r.rec")
    refused = cli(*command)
    assert refused.code == 2
    assert refused.err == (
        "animviz: r.rec is finished and has epochs 2, asked for is 1; replace it with --retrain, or choose another -o\n"
    )
    assert tree(tmp_path) == before
    assert cli(*command, "--retrain").code == 0
    assert len(Recording(tmp_path / "r.rec")) == 2


@pytest.mark.parametrize(
    ("command", "cause"),
    [
        (("rings", "--experiment", "polynomial"), "rings draws classifiers"),
        (("umap", "--experiment", "polynomial"), "taken"),
        (("pca", "--experiment", "polynomial", "-o", "deep/x.mp4"), "taken"),
        (("confusion", "--experiment", "polynomial", "-o", "deep/x.mp4"), "confusion draws classifiers"),
        (("polyfit", "--experiment", "two_rings"), "polyfit"),
    ],
)
def test_scene_that_cannot_draw_the_experiment_is_refused_before_the_first_epoch(
    command: tuple[str, ...], cause: str, cli: Callable[..., Result], tmp_path: Path
) -> None:
    result = cli("render", *command)
    assert result.code == 2
    assert cause in result.err
    assert result.err.count("\n") == 1
    assert not list(tmp_path.iterdir()), "and it leaves no recording behind"


@pytest.mark.integration
def test_retrain_trains_anew(cli: Callable[..., Result], tmp_path: Path) -> None:
    command = ("record", "two_rings", "--samples", "100", "--epochs", "2", "-o", "r.rec")
    first = cli(*command)
    assert first.code == 0
    assert first.out.startswith("r.rec: 3 snapshots to epoch 2, loss 0.")
    kept = (tmp_path / "r.rec" / "manifest.json").stat().st_mtime_ns
    assert "is there already (--retrain trains anew)" in cli(*command).err
    assert (tmp_path / "r.rec" / "manifest.json").stat().st_mtime_ns == kept
    anew = cli(*command, "--retrain")
    assert (anew.code, anew.err, anew.out) == (0, "", first.out)
    assert (tmp_path / "r.rec" / "manifest.json").stat().st_mtime_ns > kept


@pytest.mark.integration
@pytest.mark.parametrize("damage", ["unfinished", "broken manifest", "broken snapshot"])
def test_recording_that_cannot_be_used_is_trained_anew(
    damage: str, trained: Callable[..., Recording], cli: Callable[..., Result], tmp_path: Path
) -> None:
    command = ("record", "two_rings", "--samples", "100", "--epochs", "2", "-o", "r.rec")
    shutil.copytree(trained("two_rings", samples=100, epochs=2).path, tmp_path / "r.rec")
    assert "is there already" in cli(*command).err
    manifest = tmp_path / "r.rec" / "manifest.json"
    if damage == "unfinished":
        manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"finished": False}))
    elif damage == "broken manifest":
        manifest.write_text("{")
    else:
        (tmp_path / "r.rec" / "snapshots" / "000001.safetensors").write_bytes(b"junk")
        (tmp_path / "r.rec" / "index.jsonl").unlink()
    result = cli(*command)
    assert result.code == 0
    assert result.err.startswith("animviz: training anew: ")
    assert Recording(tmp_path / "r.rec").manifest.finished
    assert len(list(Recording(tmp_path / "r.rec"))) == 3


def test_recording_made_by_other_means_is_never_overwritten(
    rings_recording: Recording, cli: Callable[..., Result], tmp_path: Path
) -> None:
    shutil.copytree(rings_recording.path, tmp_path / "mine.rec")
    manifest = tmp_path / "mine.rec" / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"settings": None}))
    before = tree(tmp_path)
    result = cli("render", "rings", "-o", "mine.mp4", *SMALL)
    assert result.code == 2
    assert "recorded by other means" in result.err
    assert tree(tmp_path) == before


@pytest.mark.integration
@pytest.mark.parametrize("suffix", list(FORMATS))
def test_every_format_comes_from_the_command_line(
    suffix: str, rings_recording: Recording, cli: Callable[..., Result], tmp_path: Path
) -> None:
    result = cli("render", "rings", "--from", rings_recording.path, "-o", f"deep/m{suffix}", *DRAW)
    assert (result.code, result.err) == (0, "")
    frames = FRAMES.get(suffix, 18)
    assert result.out.startswith(f"deep/m{suffix}: {frames} frames, 0.6 s, 160x90, ")
    assert [p.name for p in (tmp_path / "deep").iterdir()] == [f"m{suffix}"]
    if suffix not in PLAYED:  # pictures may melt frames that stand still into one
        assert frame_count(tmp_path / "deep" / f"m{suffix}") == frames


def test_png_folder_holds_the_frames_in_order(
    rings_recording: Recording, cli: Callable[..., Result], tmp_path: Path
) -> None:
    command = ("render", "rings", "--from", rings_recording.path, "-o", "frames", "--poster", "last.png")
    assert cli(*command, *DRAW).code == 0
    files = sorted((tmp_path / "frames").iterdir())
    assert [file.name for file in files] == [f"{index:06d}.png" for index in range(18)]
    frames = [iio.imread(file) for file in files]
    assert all(frame.shape == (90, 160, 3) for frame in frames)
    assert not np.array_equal(frames[0], frames[-1])
    assert np.array_equal(frames[-1], iio.imread(tmp_path / "last.png"))
    shorter = cli(*command, *DRAW, "--fps", "10")
    assert shorter.code == 0
    assert len(list((tmp_path / "frames").iterdir())) == 6


@pytest.mark.integration
@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".PNG"])
def test_poster_is_the_last_frame(
    suffix: str, rings_recording: Recording, cli: Callable[..., Result], tmp_path: Path
) -> None:
    result = cli("render", "rings", "--from", rings_recording.path, "-o", "m", "--poster", f"new/p{suffix}", *DRAW)
    assert result.code == 0
    poster = iio.imread(tmp_path / "new" / f"p{suffix}")
    last = iio.imread(tmp_path / "m" / "000017.png").astype(float)
    assert poster.shape == (90, 160, 3)
    assert np.sqrt(((poster - last) ** 2).mean()) < (0.1 if suffix.lower() == ".png" else 12)
    assert [p.name for p in (tmp_path / "new").iterdir()] == [f"p{suffix}"]


def test_light_theme_is_light(rings_recording: Recording, cli: Callable[..., Result], tmp_path: Path) -> None:
    for theme in ("light", "dark"):
        assert cli("render", "rings", "--from", rings_recording.path, "-o", theme, "--theme", theme, *DRAW).code == 0
    light, dark = (iio.imread(tmp_path / theme / "000000.png") for theme in ("light", "dark"))
    assert light[-1, -1].mean() > 200
    assert dark[-1, -1].mean() < 60


def test_tween_none_holds_every_snapshot(
    rings_recording: Recording, cli: Callable[..., Result], tmp_path: Path
) -> None:
    different = {}
    for tween in ("none", "state"):
        command = ("render", "rings", "--from", rings_recording.path, "-o", tween, "--tween", tween, "--size", "160x90")
        assert cli(*command, "--pace", "4", "--hold-start", "0", "--hold-end", "0").code == 0
        different[tween] = len({file.read_bytes() for file in (tmp_path / tween).iterdir()})
        assert len(list((tmp_path / tween).iterdir())) == 31
    assert different["none"] == len(rings_recording)
    assert different["state"] > 2 * different["none"]


@pytest.mark.integration
def test_default_name_comes_from_scene_and_architecture(
    trained: Callable[..., Recording], cli: Callable[..., Result], tmp_path: Path
) -> None:
    recording = trained("polynomial", arch="1-3-1")
    assert cli("render", "polyfit", "--from", recording.path, *DRAW).out.startswith("renders/polyfit-1-3-1.mp4: ")
    assert [p.name for p in (tmp_path / "renders").iterdir()] == ["polyfit-1-3-1.mp4"]


@pytest.mark.integration
def test_scene_can_draw_another_experiment(cli: Callable[..., Result], tmp_path: Path) -> None:
    arguments = ("--experiment", "spirals", "--classes", "3", "--samples", "50", "--epochs", "2", "--arch", "2-4-*")
    result = cli("render", "boundary", *arguments, *DRAW)
    assert (result.code, result.err) == (0, "")
    assert Recording(tmp_path / "renders" / "spirals-2-4-3-samples-50-classes-3-epochs-2.rec").output.class_names == (
        "arm 1",
        "arm 2",
        "arm 3",
    )


@pytest.mark.integration
def test_own_points_are_trained_and_drawn(cli: Callable[..., Result], tmp_path: Path) -> None:
    rows = [f"{np.cos(k)},{np.sin(k) + k % 2},{'ab'[k % 2]}" for k in range(40)]
    (tmp_path / "points.csv").write_text("\n".join(["x,y,label", *rows]) + "\n")
    result = cli("render", "boundary", "--data", "points.csv", "--epochs", "2", "--arch", "2-4-*", *DRAW)
    assert (result.code, result.err) == (0, "")
    assert Recording(tmp_path / "renders" / "points-2-4-1-data-points-epochs-2.rec").output.class_names == ("a", "b")


@pytest.mark.slow
@pytest.mark.integration
def test_images_are_trained_and_drawn_by_a_scene_of_another_experiment(
    cli: Callable[..., Result], tmp_path: Path
) -> None:
    command = ("render", "history", "--experiment", "digits_mlp", "--data", "digits-8x8", "--arch", "64-4-*")
    result = cli(*command, "--reduce", "none", "--epochs", "2", *DRAW)
    assert (result.code, result.err) == (0, "")
    assert (
        Recording(tmp_path / "renders" / "digits_mlp-64-4-10-data-digits-8x8-epochs-2.rec").manifest.settings["data"][
            "data"
        ]
        == "digits-8x8"
    )


def test_users_scene_renders_by_path(rings_recording: Recording, cli: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "my_scene.py").write_text(USERS_SCENE)
    result = cli("render", "./my_scene.py", "--from", rings_recording.path, "-o", "m", "--width", "30", *DRAW)
    assert (result.code, result.err) == (0, "")
    first, last = (iio.imread(tmp_path / "m" / f"{index:06d}.png") for index in (0, 17))
    assert last.std() > 1
    assert not np.array_equal(first, last)
    text = cli("render", "my_scene.py:norms", "--help").out
    assert "Thickness of the curves, in units.  [default: 6.0]" in " ".join(text.split()).replace(". [", ".  [")


@pytest.mark.integration
def test_users_scene_trains_the_experiment_it_names(cli: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "my_scene.py").write_text(USERS_SCENE)
    result = cli("render", "my_scene.py", "--samples", "50", "--epochs", "1", *DRAW)
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("renders/norms-2-3-2-1-samples-50-epochs-1.mp4: 18 frames")


def test_scene_that_fails_while_drawing_shows_where_and_leaves_the_earlier_video(
    rings_recording: Recording, cli: Callable[..., Result], tmp_path: Path
) -> None:
    (tmp_path / "my_scene.py").write_text(USERS_SCENE)
    (tmp_path / "m.mp4").write_bytes(b"an earlier video")
    result = cli("render", "my_scene.py", "--from", rings_recording.path, "-o", "m.mp4", "--exploding", *DRAW)
    assert result.code == 2
    lines = result.err.splitlines()
    assert re.fullmatch(r"animviz: scene 'norms' failed at .*epoch 1\.\d+: ZeroDivisionError: one over zero", lines[-1])
    assert any("my_scene.py" in line and "in draw" in line for line in lines[:-1])
    assert sorted(p.name for p in tmp_path.iterdir() if p.name != "__pycache__") == ["m.mp4", "my_scene.py"]
    assert (tmp_path / "m.mp4").read_bytes() == b"an earlier video"


def test_scene_that_fails_on_import_shows_its_traceback(cli: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text("import animviz\n\nvalue = 1 / 0\n")
    result = cli("render", "bad.py")
    assert result.code == 2
    lines = result.err.splitlines()
    assert lines[-1] == "animviz: bad.py cannot be imported: ZeroDivisionError: division by zero"
    assert any("bad.py" in line and "line 3" in line for line in lines[:-1])


def test_scene_without_experiment_asks_for_a_recording(cli: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "free.py").write_text(USERS_SCENE.replace('experiment="two_rings"', ""))
    result = cli("render", "free.py")
    assert result.code == 2
    assert result.err == (
        "animviz: scene 'norms' names no experiment to train; give --from RECORDING or --experiment NAME\n"
    )


def test_option_of_a_scene_whose_name_is_taken_is_refused(cli: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "taken.py").write_text(USERS_SCENE.replace("exploding", "epochs"))
    result = cli("render", "taken.py")
    assert result.code == 2
    assert "its option 'epochs'" in result.err
    assert "rename it" in result.err


# What it refuses

# (command, part of the message); {rec} is a recording, {curve} one of a polynomial, {quick} makes a short video.
BAD = {
    "arch empty": ("render rings --arch=", "architecture '' is empty"),
    "arch of spaces": ("render rings --arch=~", "is empty"),
    "arch zero": ("render rings --arch 2-0-1", "layer 2 has 0 units"),
    "arch negative": ("render rings --arch 2--3-1", "layer 2 is empty"),
    "arch word": ("render rings --arch 2-x-1", "'x', not a whole number"),
    "arch fraction": ("render rings --arch 2-3.5-1", "'3.5', not a whole number"),
    "arch other digits": ("render rings --arch 2-٣-1", "not a whole number"),
    "arch superscript": ("render rings --arch 2-²-1", "not a whole number"),
    "arch trailing dash": ("render rings --arch 2-3-", "layer 3 is empty"),
    "arch single layer": ("render rings --arch 2", "single layer"),
    "arch too wide": ("render rings --arch 2-10001-1", "at most 10,000 units"),
    "arch absurdly wide": (f"render rings --arch 2-{'9' * 5000}-1", "at most 10,000 units"),
    "arch too deep": (f"render rings --arch {'-'.join(['2'] * 65)}", "at most 64"),
    "arch of three inputs": ("render rings --arch 3-2-1", "two_rings needs 2 inputs: 3-2-1 has 3"),
    "arch of two outputs": ("render rings --arch 2-3-2", "two_rings needs 1 output: 2-3-2 has 2"),
    "arch of rings for a curve": ("render polyfit --arch 2-3-1", "polynomial needs 1 input: 2-3-1 has 2"),
    "size odd": ("render rings --size 321x180", "321x180 has an odd side"),
    "size odd height": ("render rings --size 320x181", "320x181 has an odd side"),
    "size absurd": ("render rings --size 100000x100000", "expected 64 to 8192"),
    "size tiny": ("render rings --size 2x2", "expected 64 to 8192"),
    "size zero": ("render rings --size 0x0", "expected 64 to 8192"),
    "size unparsable": ("render rings --size big", "'big' is not a size"),
    "size without height": ("render rings --size 1280x", "is not a size"),
    "size negative": ("render rings --size=-320x180", "is not a size"),
    "scene unknown": ("render nonsense", "no scene 'nonsense'; there are attention, boundary, collapse, "),
    "scene file missing": ("render nowhere.py", "no file nowhere.py"),
    "experiment unknown": ("record nonsense", "no experiment 'nonsense'"),
    "experiment of scene unknown": ("render rings --experiment nonsense", "no experiment 'nonsense'"),
    "command unknown": ("nonsense", "No such command 'nonsense'"),
    "option unknown": ("render rings --nonsense 1", "No such option '--nonsense'"),
    "option of another scene": ("render boundary --log", "No such option"),
    "option without value": ("render rings --arch", "requires an argument"),
    "argument too many": ("render rings boundary", "unexpected extra argument"),
    "extension unknown": ("render rings -o m.avi", "no encoder for '.avi'"),
    "folder unwritable": ("render rings -o /dev/null/m.mp4", "/dev/null cannot be written"),
    "record into unwritable folder": ("record two_rings --epochs 1 --samples 20 -o /dev/null/r.rec", "/dev/null"),
    "record over a file": ("record two_rings -o notes.txt", "not a recording"),
    "record over a folder": ("record two_rings -o folder", "not a recording"),
    "target is a folder": ("render rings -o folder.mp4", "is a folder"),
    "png folder holds other things": ("render rings -o folder", "other things than frames"),
    "output empty": ("render rings --from {rec} --output= {quick}", "'' is no name"),
    "name too long": (f"render rings --from {{rec}} -o {'m' * 300}.mp4", "too long"),
    "seconds too short": ("render rings --seconds 1 --hold-end 1", "leave no time for motion"),
    "seconds negative": ("render rings --seconds=-1", "--seconds is -1.0; expected 0.01 to 86400"),
    "fps zero": ("render rings --fps 0", "--fps is 0.0; expected 0.1 to 240"),
    "fps not a number": ("render rings --fps nan", "--fps is nan"),
    "fps infinite": ("render rings --fps inf", "--fps is inf"),
    "fps a word": ("render rings --fps many", "not a valid float"),
    "fps of a gif": ("render rings -o m.gif --fps 30", "expected 10, 20, 25 or 50"),
    "pace zero": ("render rings --pace 0", "--pace is 0.0"),
    "million frames": ("render rings --pace 0.00001", "raise --pace"),
    "hold negative": ("render rings --hold-end=-1", "--hold-end is -1.0"),
    "ease unknown": ("render rings --ease bouncy", "'bouncy' is not one of"),
    "tween unknown": ("render rings --tween cubic", "'cubic' is not one of"),
    "theme unknown": ("render rings --theme sepia", "'sepia' is not one of"),
    "noise negative": ("render rings --noise=-1", "--noise is -1.0; expected 0 to 10"),
    "samples too many": ("render rings --samples 100000000", "--samples is 100000000"),
    "samples a fraction": ("render rings --samples 1.5", "not a valid integer"),
    "epochs zero": ("render rings --epochs 0", "--epochs is 0; expected 1 to 1e+06"),
    "batch size zero": ("render rings --batch-size 0", "--batch-size is 0"),
    "learning rate nan": ("render rings --learning-rate nan", "--learning-rate is nan"),
    "learning rate negative": ("render rings --learning-rate=-0.1", "--learning-rate is -0.1"),
    "seed negative": ("render rings --seed=-1", "--seed is -1"),
    "every third and a bit": ("render rings --every 0.3", "--every is '0.3'"),
    "every word": ("render rings --every often", "--every is 'often'"),
    "every zero": ("render rings --every 0", "--every is '0'"),
    "every over nothing": ("render rings --every 1/0", "--every is '1/0'"),
    "every infinite": ("render rings --every inf", "--every is 'inf'"),
    "loss for a curve": ("render polyfit --loss crossentropy", "polynomial has no classes"),
    "loss unknown": ("render rings --loss hinge", "'hinge' is not one of"),
    "coefficients junk": ("render polyfit --coefficients 1,x,3", "'x' is not a number"),
    "coefficients empty": ("render polyfit --coefficients=", "is not a number"),
    "coefficients infinite": ("render polyfit --coefficients 1,inf", "finite"),
    "coefficients many": (f"render polyfit --coefficients {','.join('1' * 21)}", "1 to 20"),
    "classes too many": ("render rings --experiment blobs --classes 11", "--classes is 11"),
    "grid too fine": ("render rings --from {rec} --grid 100000", "--grid is 100000"),
    "from nowhere": ("render rings --from nowhere.rec", "nowhere.rec"),
    "from a folder": ("render rings --from folder", "folder"),
    "from a file": ("render rings --from notes.txt", "notes.txt"),
    "from with arch": ("render rings --from {rec} --arch 2-3-1", "--arch cannot go with --from"),
    "from with epochs": ("render rings --from {rec} --epochs 3", "--epochs cannot go with --from"),
    "from with seed at its default": ("render rings --from {rec} --seed 0", "--seed cannot go with --from"),
    "from with learning rate": ("render rings --from {rec} --learning-rate 0.1", "--learning-rate cannot go"),
    "from with data": ("render rings --from {rec} --data good.csv", "--data cannot go with --from"),
    "from with experiment": ("render rings --from {rec} --experiment moons", "--experiment cannot go with --from"),
    "from with retrain": ("render rings --from {rec} --retrain", "--retrain cannot go with --from"),
    "from of another kind": ("render polyfit --from {rec}", "polyfit"),
    "from a curve": ("render rings --from {curve}", "rings"),
    "data missing": ("render boundary --data nowhere.csv", "no such file"),
    "data of another kind": ("render boundary --data notes.txt", "expected a .csv or .npz"),
    "data corrupt": ("render boundary --data corrupt.npz", "not a readable .npz file"),
    "data binary": ("render boundary --data binary.csv", "not a CSV text file"),
    "data without label": ("render boundary --data nolabel.csv", "no column 'label'; it has x, y"),
    "data with a word": ("render boundary --data word.csv", "line 3: x is 'oops', not a number"),
    "data with nan": ("render boundary --data nan.csv", "row 2"),
    "data with a hole": ("render boundary --data hole.csv", "line 4: y is empty"),
    "data of one class": ("render boundary --data oneclass.csv", "only one class"),
    "data too short": ("render boundary --data short.csv", "2 rows; expected at least 10"),
    "data empty": ("render boundary --data empty.csv", "no column 'x'"),
    "data pickled": ("render boundary --data pickled.npz", "Python objects"),
    "data a folder": ("render boundary --data folder", "expected a .csv or .npz"),
    "data for another experiment": ("render rings --experiment moons --data good.csv", "--data"),
    "data for rings of a scene of digits": (
        "render confusion --experiment two_rings --data good.csv", "here it is 'two_rings'"),
    "images of no known name": ("render confusion --data nowhere", "expected mnist-5k, mnist, digits-8x8, or an .npz"),
    "images as points": ("render history --data digits-8x8", "expected a .csv or .npz file with columns x, y and label"),
    "points as images": ("render history --experiment digits_mlp --data good.csv", "or an .npz file of images"),
    "points without data": ("record points", "needs a file"),
    "rendering points without data": ("render rings --experiment points", "needs a file"),
    "poster of text": ("render rings --poster x.txt", "expected a name that ends in .png"),
    "poster without extension": ("render rings --poster poster", "expected a name that ends in .png"),
    "poster in unwritable folder": ("render rings --poster /dev/null/x.png", "cannot be written"),
    "poster in unwritable folder as jpg": ("render rings --poster /dev/null/x.jpg", "cannot be written"),
    "poster over a folder": ("render rings --from {rec} --poster folder.png {quick}", "is a folder"),
    "poster over a folder as jpg": ("render rings --from {rec} --poster poster.jpg {quick}", "is a folder"),
    "poster in the place of the video": ("render rings --from {rec} -o same.png --poster same.png {quick}", "same.png"),
    "info on nothing": ("info nowhere.mp4", "no file or folder nowhere.mp4"),
    "info on text": ("info notes.txt", "neither a recording nor a video"),
    "info on an empty file": ("info empty.csv", "neither a recording nor a video"),
    "info on a folder": ("info folder", "folder"),
    "info on a picture": ("info picture.png", "does not say what made it"),
    "info on a broken recording": ("info broken.rec", "broken.rec"),
    "info without path": ("info", "Missing argument"),
    "completion of a strange shell": ("completion tcsh", "'tcsh' is not one of"),
}  # fmt: skip


@pytest.fixture(scope="module")
def clutter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of things that users may point at by mistake."""
    folder = tmp_path_factory.mktemp("clutter")
    rows = [f"{k},{k * k},{k % 2}" for k in range(20)]

    def table(name: str, *lines: str) -> None:
        (folder / name).write_text("\n".join(lines) + "\n")

    table("notes.txt", "not a recording, not a video")
    table("good.csv", "x,y,label", *rows)
    table("nolabel.csv", "x,y", "1,2")
    table("word.csv", "x,y,label", rows[0], "oops,2,1", *rows)
    table("nan.csv", "x,y,label", rows[0], "nan,2,1", *rows)
    table("hole.csv", "x,y,label", *rows[:2], "1,,1", *rows)
    table("oneclass.csv", "x,y,label", *(f"{k},{k},0" for k in range(20)))
    table("short.csv", "x,y,label", *rows[:2])
    (folder / "empty.csv").write_bytes(b"")
    (folder / "corrupt.npz").write_bytes(b"PK\x03\x04 and then nothing")
    (folder / "binary.csv").write_bytes(bytes(range(256)))
    np.savez(folder / "pickled.npz", x=np.arange(20.0), y=np.arange(20.0), label=np.array(["a", None] * 10, object))
    iio.imwrite(folder / "picture.png", np.zeros((64, 64, 3), np.uint8))
    for name in ("folder", "folder.mp4", "folder.png", "poster.jpg", "broken.rec"):
        (folder / name).mkdir()
    (folder / "folder" / "thesis.txt").write_text("years of work")
    (folder / "broken.rec" / "manifest.json").write_text('{"format": "something else"}')
    return folder


def arguments_of(case: str, recording: Recording, curve: Recording) -> list[str]:
    words = BAD[case][0].replace("{quick}", " ".join(DRAW)).split(" ")
    return [word.replace("{rec}", str(recording.path)).replace("{curve}", str(curve.path)).replace("~", "  ")
            for word in words]  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_input_gives_one_line_and_writes_nothing(
    case: str,
    clutter: Path,
    rings_recording: Recording,
    trained: Callable[..., Recording],
    cli: Callable[..., Result],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    arguments = arguments_of(case, rings_recording, trained("polynomial", arch="1-3-1"))

    def train(*_: object) -> None:
        pytest.fail("it went on to train")

    monkeypatch.setattr("animviz.experiments.keras.record.record", train)
    monkeypatch.chdir(clutter)
    before = tree(clutter)
    result = cli(*arguments)
    assert result.code == 2
    assert result.out == ""
    assert result.err.count("\n") == 1
    assert result.err.startswith("animviz: ")
    assert len(result.err) < 700, "one line that can be read"
    assert BAD[case][1] in result.err
    assert "Traceback" not in result.err
    assert tree(clutter) == before


@pytest.mark.integration
def test_bad_input_is_refused_before_tensorflow_is_imported(
    clutter: Path, rings_recording: Recording, trained: Callable[..., Recording], tmp_path: Path
) -> None:
    curve = trained("polynomial", arch="1-3-1")
    lists = [arguments_of(case, rings_recording, curve) for case in BAD]
    code = (
        "import contextlib, io, json, sys\n"
        "from animviz.cli.main import main\n"
        "for arguments in json.load(sys.stdin):\n"
        "    with contextlib.redirect_stderr(io.StringIO()):\n"
        "        try: main(arguments)\n"
        "        except SystemExit: pass\n"
        "        except Exception: pass  # the table says which of them fail to be refused\n"
        f"    assert not {HEAVY!r} & set(sys.modules), arguments\n"
    )
    shutil.copytree(clutter, tmp_path / "here")
    subprocess.run([sys.executable, "-c", code], input=json.dumps(lists), text=True, check=True, cwd=tmp_path / "here")


@pytest.mark.integration
@pytest.mark.parametrize("case", ["arch of three inputs", "from nowhere", "extension unknown", "info on text"])
def test_real_process_says_the_same(case: str, clutter: Path, animviz: Callable[..., Result]) -> None:
    done = animviz(*BAD[case][0].split(" "), cwd=clutter)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("animviz: ")
    assert BAD[case][1] in done.stderr


def test_installed_command_is_the_same_as_the_module() -> None:
    command = Path(sys.executable).with_name("animviz")
    assert subprocess.run([command, "--version"], capture_output=True, text=True, check=True).stdout.startswith(
        "animviz "
    )


def test_pipe_that_closes_early_is_no_traceback(rings_recording: Recording) -> None:
    command = f"{sys.executable} -m animviz info {rings_recording.path} | true"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert "Traceback" not in done.stderr
