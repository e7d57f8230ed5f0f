"""A user's scene file and the modules beside it: they are its own, whatever else has their names."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from animviz import Recording, frame_at
from animviz.errors import SceneError
from animviz.pictures.discovery import find_scene
from animviz.pictures.sources import own_files

SCENE = '''
from animviz import Box, scene
{before}

@scene()
def s(stage, recording):
    """One colour."""
    {within}
    stage.axes(Box(0, 0, stage.width, stage.height), (0, 1), (0, 1), color={color})
    return lambda moment: None
'''
RED, BLUE = (255, 0, 0), (0, 0, 255)


def write(folder: Path, files: dict[str, str], before: str = "", color: str = "'red'", within: str = "") -> Path:
    """Write a scene of one colour and the modules beside it, and return the scene's file."""
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    path = folder / "s.py"
    path.write_text(SCENE.format(before=before, color=color, within=within))
    return path


def drawn(path: Path, recording: Recording) -> tuple[int, ...]:
    """Return the colour of the frame's middle."""
    return tuple(map(int, frame_at(path, recording, 0.0, size=(64, 64))[32, 32]))


def test_each_file_has_the_helper_of_its_own_folder(tmp_path: Path, rings_recording: Recording) -> None:
    paths = [
        write(tmp_path / color, {"style.py": f"COLOR = '{color}'\n"}, "from style import COLOR", "COLOR")
        for color in ("red", "blue")
    ]
    scenes = [find_scene(path) for path in paths]
    assert [drawn(path, rings_recording) for path in paths] == [RED, BLUE]
    assert [scene.function.__globals__["COLOR"] for scene in scenes] == ["red", "blue"]
    assert "style" not in sys.modules


def test_changed_helper_is_read_anew(tmp_path: Path, rings_recording: Recording) -> None:
    files = {"style.py": "from deeper import COLOR\n", "deeper.py": "COLOR = '#f00'\n"}
    path = write(tmp_path, files, "import style", "style.COLOR")
    assert drawn(path, rings_recording) == RED
    (tmp_path / "deeper.py").write_text("COLOR = '#00f'\n")  # as long, and within the same second
    assert drawn(path, rings_recording) == BLUE
    assert not (tmp_path / "__pycache__").exists()


@pytest.mark.parametrize("place", ["here", "elsewhere"])
@pytest.mark.parametrize("package", [True, False])
def test_helper_imported_while_drawing_is_found(
    place: str, package: bool, tmp_path: Path, rings_recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    if place == "here":
        monkeypatch.syspath_prepend(tmp_path)
    files = {"lib_of_it/late.py": "COLOR = 'blue'\n"} | ({"lib_of_it/__init__.py": ""} if package else {})
    path = write(tmp_path, files, color="lib_of_it.late.COLOR", within="import lib_of_it.late")
    assert drawn(path, rings_recording) == BLUE
    assert tmp_path / "lib_of_it" / "late.py" in own_files(path)
    assert "lib_of_it" not in sys.modules


PACKAGE = {
    "lib/__init__.py": "",
    "lib/colors.py": "from lib.base import COLOR\nfrom .deep.near import WIDTH\n",
    "lib/base.py": "from top import COLOR\n",
    "lib/deep/__init__.py": "",
    "lib/deep/near.py": "from ..beside import WIDTH\n",
    "lib/beside.py": "WIDTH = 3\n",
    "top.py": "COLOR = 'blue'\n",
    "other.py": "",
}


def test_package_beside_the_file_is_followed_from_its_folder(tmp_path: Path, rings_recording: Recording) -> None:
    path = write(tmp_path, PACKAGE, "from lib.colors import COLOR", "COLOR")
    assert drawn(path, rings_recording) == BLUE
    assert {file.relative_to(tmp_path).as_posix() for file in own_files(path)} == {"s.py", *PACKAGE} - {"other.py"}


@pytest.mark.parametrize("name", ["json", "colorsys", "animviz", "sys"])
def test_neighbour_with_the_name_of_a_library_hides_it_from_nobody_else(
    name: str, tmp_path: Path, rings_recording: Recording
) -> None:
    path = write(tmp_path, {f"{name}.py": "mine = True\n"}, f"import {name}", "'blue'")
    found = find_scene(path).function.__globals__[name]
    assert hasattr(found, "mine") is (name in ("json", "colorsys"))  # as where Python runs the file itself
    assert not hasattr(sys.modules.get(name), "mine")


@pytest.mark.parametrize("text", ["def broken(:\n", "x = 1\x00\n"])
def test_broken_helper_is_named_in_one_line(text: str, tmp_path: Path) -> None:
    optional = "try:\n    import fancy\nexcept Exception:\n    fancy = None"
    path = write(tmp_path, {"fancy.py": text}, optional)
    with pytest.raises(SceneError, match=r"fancy\.py cannot be imported: \w+Error: ") as caught:
        find_scene(path)
    assert "\n" not in str(caught.value)
    (tmp_path / "fancy.py").write_text("")
    assert find_scene(path).name == "s"


READS = "import helper\nfrom pathlib import Path\nPath(__file__).with_name('data.csv').read_text()"


def test_failed_import_leaves_nothing_behind(tmp_path: Path) -> None:
    path = write(tmp_path, {"helper.py": ""}, READS)
    before = set(sys.modules)
    with pytest.raises(SceneError, match="FileNotFoundError"):
        find_scene(path)
    assert not {name for name in set(sys.modules) - before if "helper" in name or "animviz_user" in name}
    (tmp_path / "data.csv").write_text("")
    assert find_scene(path).name == "s"


def test_scene_is_the_same_until_its_files_change(tmp_path: Path, runs: Callable[[], int]) -> None:
    path = write(tmp_path, {"counted.py": "import builtins\nbuiltins.animviz_counted += 1\n"}, "import counted")
    for _ in range(3):
        find_scene(path)
    assert runs() == 1


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Return how often a module was run that counts its runs."""
    import builtins

    monkeypatch.setattr(builtins, "animviz_counted", 0, raising=False)
    return lambda: int(builtins.animviz_counted)  # type: ignore[attr-defined]
