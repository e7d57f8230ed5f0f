"""Imports that import-linter does not see keep to the house as well, and each rule can fail."""

from pathlib import Path

import pytest

from helpers.imports import faults

ROOT = Path(__file__).parents[2]
TYPING = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    "

REFUSED = [
    ("animviz/pictures/painter.py", "import animviz.scenes.rings", "never imports a scene"),
    ("animviz/pictures/painter.py", "from animviz.scenes.rings import rings", "never imports a scene"),
    ("animviz/pictures/painter.py", "from animviz import scenes", "never imports a scene"),
    ("animviz/pictures/painter.py", "from ..scenes import rings", "never imports a scene"),
    ("animviz/cli/main.py", "def f():\n    from scenes import rings", "never imports a scene"),
    ("animviz/stage/theme.py", "from animviz import Recorder", "from its home"),
    ("animviz/pictures/painter.py", "from animviz import fit", "from its home"),
    ("animviz/pictures/painter.py", "import animviz\nanimviz.Animate", "from its home"),
    ("animviz/pictures/painter.py", "from animviz import *", "know no room"),
    ("animviz/stage/theme.py", "import importlib\nimportlib.import_module('keras')", "own door"),
    ("animviz/stage/theme.py", "from importlib import import_module\nimport_module('animviz.cli.main')", "not below"),
    ("animviz/stage/theme.py", "from importlib import import_module\nimport_module('.cli', 'animviz')", "full name"),
    ("animviz/stage/theme.py", "__import__('keras')", "own door"),
    ("animviz/stage/theme.py", "__import__('animviz.cli')", "not below"),
    ("animviz/__init__.py", "import keras", "own door"),
    ("animviz/__init__.py", "import click", "own door"),
    ("animviz/__init__.py", "from animviz.stage.stage import Stage", "first used"),
    ("animviz/recorders/__init__.py", "import keras", "own door"),
    ("animviz/experiments/__init__.py", "import tensorflow", "own door"),
    ("animviz/recorders/session.py", "import tf_keras", "own door"),
    ("animviz/recorders/sklearn.py", "import keras", "own door"),
    ("animviz/newroom/__init__.py", "import keras", "own door"),
    ("animviz/newroom/__init__.py", "import animviz.errors", "know no room"),
    ("animviz/stage/theme.py", f"{TYPING}import keras", "own door"),
    ("animviz/stage/theme.py", f"{TYPING}from animviz.cli import main", "not below"),
    ("animviz/stage/theme.py", "from ..pictures import scene", "not below"),
    ("animviz/rendering/film.py", f"{TYPING}import animviz.pages.packing", "not below"),
    ("scenes/rings.py", "import animviz.rendering.film", "private to scenes"),
    ("scenes/rings.py", "import animviz.pages.packing", "private to scenes"),
    ("scenes/rings.py", "from animviz.video import ffmpeg", "private to scenes"),
    ("scenes/rings.py", "from animviz.pictures.split import CellStage", "private to scenes"),
    ("scenes/rings.py", "import animviz.cli.main", "private to scenes"),
    ("scenes/rings.py", f"{TYPING}from animviz.recorders.session import Session", "private to scenes"),
    ("scenes/rings.py", "from animviz import Recorder", "neither train"),
    ("scenes/rings.py", "from animviz import Animate, Box", "neither train"),
    ("scenes/rings.py", "import animviz\nanimviz.render", "neither train"),
    ("scenes/rings.py", "import rich", "own door"),
]
TAKEN = [
    ("animviz/recorders/keras/callback.py", "import keras\nimport tensorflow as tf"),
    ("animviz/cli/main.py", "import click, rich\nfrom animviz.rendering.film import render"),
    ("animviz/__init__.py", f"{TYPING}from animviz.stage.stage import Stage as Stage"),
    ("animviz/parts/plot.py", "from ..stage import box\nfrom .header import Number"),
    ("animviz/embed/methods/tsne.py", "from importlib import import_module\nimport_module('openTSNE')"),
    ("scenes/rings.py", "import numpy\nfrom animviz import Box, Range, scene\nfrom animviz.parts import MARGIN, Sheet"),
    ("scenes/rings.py", "from .families.layers import seen\nimport animviz\nanimviz.Stage"),
    ("scenes/cells/planes.py", "from animviz.pictures.split import CellStage"),
]


def test_house_is_kept() -> None:
    files = [file for room in ("animviz", "scenes") for file in sorted((ROOT / room).rglob("*.py"))]
    assert len(files) > 150
    found = [fault for file in files for fault in faults(str(file.relative_to(ROOT)), file.read_text(encoding="utf-8"))]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("file", "source", "why"), REFUSED, ids=[f"{file}-{source}" for file, source, _ in REFUSED])
def test_refused(file: str, source: str, why: str) -> None:
    (found,) = faults(file, source)
    assert why in found
    line = source.count("\n") + 1
    assert found.startswith(f"{file}:{line}: ")


@pytest.mark.parametrize(("file", "source"), TAKEN, ids=[f"{file}-{source}" for file, source in TAKEN])
def test_taken(file: str, source: str) -> None:
    assert not faults(file, source)
