"""The parts are public: each is documented with a picture, and all built-in scenes go through the same door."""

import ast
import inspect
import re
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PIL import Image

from animviz import Recording, parts

ROOT = Path(__file__).parents[2]
REFERENCE = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
SCENES = sorted((ROOT / "scenes").rglob("*.py"))
ROOMS = {"recording", "analysis", "embed", "errors", "arrays", "sampling"}  # that a scene may use beside the parts
CELLS = {"pictures"}  # small forms are drawn on a cell's stage


def imports(file: Path) -> list[tuple[str, str]]:
    """Return what a file imports from animviz, as pairs of module and name."""
    found = [node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.ImportFrom)]
    return [(node.module or "", alias.name) for node in found for alias in node.names if not node.level]


@pytest.mark.parametrize("name", parts.__all__)
def test_a_part_is_there_and_documented(name: str) -> None:
    part = getattr(parts, name)
    if not callable(part) or name == "Colors":
        return
    assert inspect.getdoc(part)
    assert f"animviz.parts.{name}\n" in REFERENCE
    if inspect.isclass(part):
        undocumented = [key for key, value in vars(part).items() if inspect.isfunction(value) and not value.__doc__]
        assert [key for key in undocumented if not key.startswith("_")] == []


def test_there_is_no_part_of_another_name() -> None:
    with pytest.raises(AttributeError, match="no attribute 'sheat'"):
        _ = parts.sheat
    assert set(parts.__all__) <= set(dir(parts))


@pytest.mark.parametrize("file", SCENES, ids=lambda file: str(file.relative_to(ROOT)))
def test_scenes_go_through_the_same_door(file: Path) -> None:
    allowed = ROOMS | (CELLS if file.parent.name == "cells" else set())
    for module, name in imports(file):
        if module.partition(".")[0] == "animviz" and module not in ("animviz", "animviz.parts"):
            assert module.split(".")[1] in allowed, f"{module}: not for scenes"
        assert not name.startswith("_")
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 300


def test_importing_the_parts_imports_no_drawing() -> None:
    code = "import sys, animviz.parts; print({'matplotlib', 'numpy', 'keras', 'umap'} & set(sys.modules) or 'none')"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "none\n"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = spec_from_file_location("draw_parts", ROOT / "docs" / "draw_parts.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_part_has_its_picture_in_the_reference(script: ModuleType) -> None:
    shown = re.findall(r"\]\(parts/(\w+)\.png\)", REFERENCE)
    on_disk = {path.stem for path in (ROOT / "docs" / "parts").iterdir()}
    assert sorted(shown) == sorted(script.PARTS) == sorted(on_disk)


def test_pictures_are_drawn_by_the_script(script: ModuleType, rings: Recording, digits: Recording) -> None:
    for part in script.PARTS:
        drawn, kept = (
            script.picture(part, rings, digits),
            np.asarray(Image.open(ROOT / "docs" / "parts" / f"{part}.png")),
        )
        assert drawn.shape == kept.shape, part
        assert (drawn != drawn[0, 0]).any(), part
