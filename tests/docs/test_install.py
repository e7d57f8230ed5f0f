"""The wheel: what is in it, and that it renders in an environment of its own, far from this folder."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from animviz.video.ffmpeg import ffmpeg_exe

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


def run(*command: object, **options: object) -> str:
    """Run a command without anything of this process' environment that could help it to find the package."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, env=env, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy, so that nothing is left in the project's folder."""
    source = tmp_path_factory.mktemp("source") / "project"
    dust = shutil.ignore_patterns(
        ".git", "*.egg-info", "build", "dist", "__pycache__", ".*_cache", ".hypothesis", "renders"
    )
    shutil.copytree(ROOT, source, ignore=dust)
    target = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", target, source)
    (built,) = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel in a fresh environment and return its interpreter."""
    home = tmp_path_factory.mktemp("fresh") / "env"
    run(sys.executable, "-m", "venv", home)
    interpreter = home / "bin" / "python"
    packages = Path(run(interpreter, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    run(interpreter, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", wheel)
    # The dependencies, TensorFlow among them, weigh some gigabytes: a .pth file lends those of the running interpreter.
    # They come after the environment's own packages on sys.path, and .pth files in a folder that is named in a .pth
    # file are not read, so the editable install of this very project stays out of sight.
    (packages / "borrowed.pth").write_text(f"{sysconfig.get_path('purelib')}\n{sysconfig.get_path('platlib')}\n")
    return interpreter


def test_wheel_holds_the_package_its_scenes_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {"animviz/__init__.py", "animviz/cli.py", "animviz/py.typed", "animviz/scenes/rings.py"} <= set(names)
    for scene in (ROOT / "scenes").glob("*.py"):
        assert f"animviz/scenes/{scene.name}" in names
    for module in (ROOT / "animviz").glob("*.py"):
        assert f"animviz/{module.name}" in names
    tops = {name.partition("/")[0] for name in names}
    assert len(tops) == 2
    assert tops - {"animviz"} == {top for top in tops if top.endswith(".dist-info")}


def test_wheel_says_what_it_is(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        texts = {Path(name).name: archive.read(name).decode() for name in archive.namelist() if ".dist-info/" in name}
    assert "animviz = animviz.cli.main:run" in texts["entry_points.txt"]
    assert "rings = animviz.scenes.rings:rings" in texts["entry_points.txt"]
    assert "License-Expression: MIT" in texts["METADATA"]
    assert "Requires-Python: >=3.11" in texts["METADATA"]
    assert "Requires-Dist: tensorflow" in texts["METADATA"]
    assert "LICENSE" in texts


def test_wheel_carries_the_readme(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (archive.read(name).decode() for name in archive.namelist() if name.endswith("METADATA"))
    assert metadata.partition("\n\n")[2].strip() == (ROOT / "README.md").read_text().strip()


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
    cells = {"small", "small_embedding"}  # forms for the cells of a split frame
    files = {file.stem for file in (ROOT / "scenes").glob("[a-z]*.py")} - cells
    assert [line.split()[0] for line in lines] == sorted(files)
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
