"""The wheel: what is in it, and that it renders in an environment of its own, far from this folder."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from animviz import Recording
from animviz.video.ffmpeg import ffmpeg_exe

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def run(*command: object, cwd: Path | None = None, **environment: object) -> str:
    """Run a command without anything of this process' environment that could help it to find the package."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    env |= {name: str(value) for name, value in environment.items()}
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, env=env, cwd=cwd)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def copied(place: Path) -> Path:
    """Copy the checkout, so that nothing is left in the project's folder."""
    dust = shutil.ignore_patterns(
        ".git", "*.egg-info", "build", "dist", "__pycache__", ".*_cache", ".hypothesis", ".venv*", "renders"
    )
    shutil.copytree(ROOT, place, ignore=dust)
    return place


def environment(home: Path, *what: object) -> Path:
    """Install something in a fresh environment and return its interpreter."""
    run(sys.executable, "-m", "venv", home)
    interpreter = home / "bin" / "python"
    packages = Path(run(interpreter, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    run(interpreter, "-m", "pip", "install", "--quiet", "--no-deps", *what)
    # The dependencies, TensorFlow among them, weigh some gigabytes: a .pth file lends those of the running interpreter.
    # They come after the environment's own packages on sys.path, and .pth files in a folder that is named in a .pth
    # file are not read, so the editable install of this very project stays out of sight.
    (packages / "borrowed.pth").write_text(f"{sysconfig.get_path('purelib')}\n{sysconfig.get_path('platlib')}\n")
    return interpreter


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout."""
    return copied(tmp_path_factory.mktemp("source") / "project")


@pytest.fixture(scope="module")
def wheel(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that is built from the checkout."""
    target = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", target, checkout)
    (built,) = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment with the wheel."""
    return environment(tmp_path_factory.mktemp("fresh") / "env", "--no-index", wheel)


@pytest.fixture(scope="module")
def editable(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment with the checkout, editable."""
    return environment(tmp_path_factory.mktemp("fresh") / "env", "--editable", checkout)


def test_wheel_holds_the_package_its_scenes_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {"animviz/__init__.py", "animviz/cli/main.py", "animviz/py.typed", "animviz/scenes/rings.py"} <= set(names)
    for scene in (ROOT / "scenes").rglob("*.py"):
        assert f"animviz/scenes/{scene.relative_to(ROOT / 'scenes')}" in names
    for file in (ROOT / "animviz").rglob("*"):
        if file.is_file() and "__pycache__" not in file.parts:
            assert str(file.relative_to(ROOT)) in names
    tops = {name.partition("/")[0] for name in names}
    assert len(tops) == 2
    assert tops - {"animviz"} == {top for top in tops if top.endswith(".dist-info")}


def test_wheel_says_what_it_is(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        texts = {Path(name).name: archive.read(name).decode() for name in archive.namelist() if ".dist-info/" in name}
    assert "animviz = animviz.__main__:start" in texts["entry_points.txt"]
    assert "rings = animviz.scenes.rings:rings" in texts["entry_points.txt"]
    assert "License-Expression: MIT" in texts["METADATA"]
    assert "Requires-Python: >=3.11" in texts["METADATA"]
    assert "Requires-Dist: tensorflow" in texts["METADATA"]
    assert "LICENSE" in texts


def test_wheel_carries_the_readme(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (archive.read(name).decode() for name in archive.namelist() if name.endswith("METADATA"))
    assert metadata.partition("\n\n")[2].strip() == README.strip()


def test_installed_package_comes_from_the_wheel(python: Path, tmp_path: Path) -> None:
    code = "import animviz, animviz.scenes.rings as r, json; print(json.dumps([animviz.__file__, r.__file__]))"
    home = python.parents[1]
    for file in json.loads(run(python, "-c", code, cwd=tmp_path)):
        assert Path(file).is_relative_to(home)
        assert not Path(file).is_relative_to(ROOT)


def test_installed_package_brings_no_top_level_scenes(python: Path, tmp_path: Path) -> None:
    code = "import importlib.util as u; print([n for n in ('scenes', 'renders', 'benchmarks') if u.find_spec(n)])"
    assert run(python, "-c", code, cwd=tmp_path).strip() == "[]"


def test_installed_command_lists_every_scene_once(python: Path, tmp_path: Path) -> None:
    lines = run(python.with_name("animviz"), "scenes", cwd=tmp_path).splitlines()
    files = {file.stem for file in (ROOT / "scenes").glob("[a-z]*.py")}
    # Under headings, names stand two spaces from the edge, and what belongs to them farther in.
    assert sorted(line.split()[0] for line in lines if re.match("  [^ ]", line)) == sorted(files)
    assert not [line for line in lines if "[broken]" in line]


def test_installed_command_trains_and_renders(python: Path, tmp_path: Path) -> None:
    command = (python.with_name("animviz"), "render", "rings", "--samples", "100", "--epochs", "2", "--size", "320x180",
               "--seconds", "1", "--hold-start", "0.2", "--hold-end", "0.3", "-o", "small.mp4")  # fmt: skip
    assert run(*command, cwd=tmp_path).startswith("small.mp4: 30 frames, 1.0 s, 320x180, ")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["small.mp4", "small.rec"]
    listed = run(ffmpeg_exe(), "-v", "error", "-i", tmp_path / "small.mp4", "-f", "framemd5", "-")
    frames = [line.split()[-1] for line in listed.splitlines() if not line.startswith("#")]
    assert len(frames) == 30
    assert len(set(frames)) > 10, "the picture moves"
    assert "made_by       animviz " in run(python.with_name("animviz"), "info", tmp_path / "small.mp4")


def test_installed_package_is_typed(python: Path, tmp_path: Path) -> None:
    code = "from importlib.resources import files; print((files('animviz') / 'py.typed').is_file())"
    assert run(python, "-c", code, cwd=tmp_path).strip() == "True"


# Where Python runs decides which animviz it finds: in the checkout its `animviz` without `scenes` in it, elsewhere the
# installed one. Drawing must work in each.
WAYS = [("python", "checkout"), ("python", "elsewhere"), ("editable", "checkout"), ("editable", "elsewhere")]


@pytest.mark.parametrize(("interpreter", "place"), WAYS, ids=["-".join(way) for way in WAYS])
def test_a_film_is_drawn(
    interpreter: str, place: str, checkout: Path, rings_recording: Recording, tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:  # fmt: skip
    folder = checkout if place == "checkout" else tmp_path
    way = "size=(320, 180), seconds=4, fps=5"
    example = f"import animviz\nanimviz.render('rings', {str(rings_recording.path)!r}, 'circle.mp4', {way})"
    where = "import animviz.scenes.families, animviz.scenes.cells as c; print(animviz.__file__, c.__file__)"
    *_, found = run(request.getfixturevalue(interpreter), "-c", f"{example}\n{where}", cwd=folder).splitlines()
    engine, cells = map(Path, found.split())
    assert engine.is_relative_to(checkout) == cells.is_relative_to(checkout)
    assert engine.is_relative_to(checkout) is ((interpreter, place) != ("python", "elsewhere"))
    assert (folder / "circle.mp4").stat().st_size > 5_000


def test_processes_that_draw_find_the_scenes_of_the_checkout(
    python: Path, checkout: Path, rings_recording: Recording, tmp_path: Path
) -> None:
    script = checkout / "draw.py"  # Python looks for packages beside the script that it runs
    script.write_text(
        "import sys\n"
        "import animviz\n"
        "if __name__ == '__main__':\n"
        "    way = {'size': (160, 90), 'seconds': 12, 'fps': 2, 'workers': 2}\n"
        "    animviz.render('pca', sys.argv[1], sys.argv[2], **way)\n"
    )
    said = run(python, script, rings_recording.path, tmp_path / "two.mp4", cwd=tmp_path)
    assert ": 24 frames, " in said


def test_a_strangers_scenes_are_not_taken_for_ours(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    shutil.rmtree(tmp_path / "animviz" / "scenes")
    (tmp_path / "scenes").mkdir()
    (tmp_path / "scenes" / "__init__.py").touch()
    code = "import importlib.util as u, animviz; print(animviz.__path__, u.find_spec('animviz.scenes'))"
    assert run(sys.executable, "-S", "-c", code, cwd=tmp_path) == f"[{str(tmp_path / 'animviz')!r}] None\n"
