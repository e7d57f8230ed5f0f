"""What a picture depends on: an edit of that draws it anew, and no other edit does."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import animviz
from animviz import Recording
from animviz.pictures.discovery import find_scene, scene_names, small_scene
from animviz.pictures.picture import PAINTER, Picture
from animviz.pictures.scene import Scene
from animviz.pictures.sources import files_of, modules_in, source_of

ENGINE = Path(animviz.__file__).parent


def rooms(files: frozenset[Path]) -> set[str]:
    """Return the rooms of the engine in which files stand, and "" for its ground."""
    inside = [path.relative_to(ENGINE).parts for path in files if path.is_relative_to(ENGINE)]
    return {parts[0] if len(parts) > 1 else "" for parts in inside}


@pytest.mark.parametrize("name", scene_names())
def test_scene_depends_on_itself_and_on_the_rooms_that_draw(name: str) -> None:
    scene = find_scene(name)
    files = files_of(scene.source, PAINTER)
    assert Path(sys.modules[scene.function.__module__].__file__) in files
    assert rooms(files) >= {"", "parts", "pictures", "recording", "stage"}
    assert not rooms(files) & {"cli", "experiments", "pages", "recorders", "rendering", "sphinx", "storyboard", "video"}


def test_scenes_do_not_depend_on_each_other() -> None:
    scenes = Path(sys.modules[find_scene("rings").function.__module__].__file__).parent
    own = files_of(find_scene("rings").source, PAINTER) - files_of(PAINTER)
    assert scenes / "rings.py" in own
    assert {path.name for path in own if path.parent == scenes} == {"rings.py"}
    assert scenes / "cells" / "planes.py" in files_of(small_scene("rings").source) - own


@pytest.mark.parametrize("name", ["rings", "umap", "unit"])
def test_nothing_that_is_imported_is_left_out(name: str) -> None:
    module = find_scene(name).function.__module__
    code = f"""
import sys, {module}, {PAINTER}
print(*(m.__file__ for n, m in sys.modules.items() if n.partition('.')[0] == 'animviz' and not hasattr(m, '__path__')), sep='\\n')
"""
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split("\n")
    assert {Path(line) for line in loaded if line} <= files_of(module, PAINTER)


def test_film_depends_on_what_encodes_and_on_nothing_that_serves_a_terminal_or_a_page() -> None:
    files = files_of(*modules_in("animviz.storyboard.film"), *modules_in("animviz.video"))
    assert rooms(files) >= {"stage", "storyboard", "video"}
    assert not rooms(files) & {"cli", "experiments", "pages", "recorders", "sphinx"}
    assert {ENGINE / "video" / name for name in ("assembling.py", "ffmpeg.py", "formats.py", "parts.py")} <= files
    assert ENGINE / "storyboard" / "making" / "mux.py" not in files


GUEST = {
    "__init__.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from guest.lazy import held as held\n",
    "scene.py": "from guest import held\nfrom .near import near\nfrom . import beside\n\ndef late():\n    import guest.late\n",
    "near.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from guest.types import T\nnear = 1\n",
    "beside.py": "",
    "lazy.py": "held = 1\n",
    "late.py": "import json\n",
    "types.py": "",
    "other.py": "",
}


@pytest.fixture
def guest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package whose scene imports some of its modules."""
    for name, text in GUEST.items():
        (tmp_path / "guest").mkdir(exist_ok=True)
        (tmp_path / "guest" / name).write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path / "guest"


def test_edit_counts_where_the_scene_imports_the_module(guest: Path) -> None:
    before = source_of("guest.scene")
    for name in GUEST:
        (guest / name).write_text(GUEST[name] + "# edited\n")
        counts = name in ("scene.py", "near.py", "beside.py", "lazy.py", "late.py")
        assert (source_of("guest.scene") != before) is counts, name
        (guest / name).write_text(GUEST[name])
    assert source_of("guest.scene") == before


USER = '''
import animviz as av
import helper

@av.scene()
def walk(stage: av.Stage, recording: av.Recording):
    """Walk."""
    return lambda moment: None
'''


def test_users_scene_depends_on_its_file_and_on_the_modules_beside_it(
    tmp_path: Path, rings_recording: Recording
) -> None:
    for name, text in {"walk.py": USER, "helper.py": "import deeper\n", "deeper.py": "", "other.py": ""}.items():
        (tmp_path / name).write_text(text)
    files = files_of(tmp_path / "walk.py")
    assert {path.name for path in files if path.parent == tmp_path} == {"walk.py", "helper.py", "deeper.py"}
    assert {ENGINE / "pictures" / "scene.py", ENGINE / "stage" / "stage.py"} <= files

    def drawn() -> str:
        return Picture.of(tmp_path / "walk.py", rings_recording).digest

    before = drawn()
    (tmp_path / "other.py").write_text("edited = True\n")
    assert drawn() == before
    (tmp_path / "deeper.py").write_text("edited = True\n")
    assert drawn() != before


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("from animviz.parts import Plot", {"plot"}),
        ("from animviz import parts", {"plot", "swarm"}),
        ("from animviz import parts as p", {"plot", "swarm"}),
        ("import animviz.parts", {"plot", "swarm"}),
        ("import animviz.parts\nanimviz.parts.Plot", {"plot"}),
        ("import animviz.parts\nanimviz.Box, animviz.parts.Plot", {"plot", "box"}),
        ("import animviz.parts as p\np.Plot", {"plot"}),
        ("import animviz as av\nav.parts.Plot", {"plot", "swarm"}),
        ("from animviz.parts import *", {"plot", "swarm"}),
        ("from animviz import *", {"box", "film"}),
        ("import animviz as av\nav.Box", {"box"}),
    ],
)
def test_package_that_is_imported_as_a_whole_counts_with_all_its_modules(
    text: str, wanted: set[str], tmp_path: Path
) -> None:
    (tmp_path / "walk.py").write_text(text + "\n")
    found = {path.stem for path in files_of(tmp_path / "walk.py")}
    assert wanted <= found
    assert ("swarm" in found) is ("swarm" in wanted)


def held(color: str) -> Scene:
    """Return a scene that holds a colour from around it."""

    @animviz.scene()
    def plain(stage: animviz.Stage, recording: Recording) -> animviz.Draw:
        """One colour."""
        stage.axes(animviz.Box(0, 0, stage.width, stage.height), (0, 1), (0, 1), color=color)
        return lambda moment: None

    return plain


def test_scene_given_as_an_object_has_the_digest_of_its_function(rings_recording: Recording) -> None:
    @animviz.scene(name="plain")
    def other(stage: animviz.Stage, recording: Recording) -> animviz.Draw:
        """Draws nothing."""
        return lambda moment: None

    digests = [Picture.of(scene, rings_recording).digest for scene in (held("red"), held("blue"), other)]
    assert len(set(digests)) == 3
    assert Picture.of(held("red"), rings_recording).digest == digests[0]


def test_scene_of_a_script_depends_on_the_script(
    tmp_path: Path, rings_recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = ModuleType("__main__")
    script.__file__ = str(tmp_path / "script.py")
    monkeypatch.setitem(sys.modules, "__main__", script)
    scene = held("red")
    monkeypatch.setattr(scene.function, "__module__", "__main__")
    digests = []
    for text in ("import animviz\n", "import animviz\nCOLOR = 3\n"):
        (tmp_path / "script.py").write_text(text)
        digests.append(Picture.of(scene, rings_recording).digest)
    assert digests[0] != digests[1]


def test_libraries_of_a_users_package_do_not_count(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "__init__.py").write_text("from json import loads\nimport numpy as np\n")
    (tmp_path / "walk.py").write_text("from lib import loads, np\nimport lib\nlib.np\n")
    assert files_of(tmp_path / "walk.py") == {tmp_path / "walk.py", tmp_path / "lib" / "__init__.py"}


def test_number_of_numpy_is_the_number(rings_recording: Recording) -> None:
    numbers = [Picture.of("rings", rings_recording, {"grid": grid}) for grid in (5, np.int64(5))]
    assert numbers[0] == numbers[1]
    assert numbers[0].digest == numbers[1].digest


def test_digest_follows_recording_and_options(rings_recording: Recording, trained: Callable[..., Recording]) -> None:
    other = trained("two_rings", arch="2-1-2-1")
    pictures = [
        Picture.of("rings", rings_recording),
        Picture.of("rings", rings_recording, {"grid": 5}),
        Picture.of("boundary", rings_recording),
        Picture.of("rings", other),
        Picture.of("rings", Recording(rings_recording.path, limit=3)),
    ]
    assert len({picture.digest for picture in pictures}) == len(set(pictures)) == 5
    assert Picture.of("rings", Recording(rings_recording.path)) == pictures[0]
