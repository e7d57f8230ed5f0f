"""Outlines: what is read of a scene's source is what importing it says, and reading it imports nothing heavy."""

import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from animviz.pictures import outline
from animviz.pictures.discovery import find_scene, scene_names
from animviz.pictures.outline import outline_of


@pytest.mark.parametrize("name", scene_names())
def test_outline_is_what_importing_the_scene_says(name: str) -> None:
    found, scene = outline_of(name), find_scene(name)
    assert found is not None
    assert (found.name, found.summary, found.experiment, found.options) == (
        scene.name, scene.summary, scene.experiment, scene.options,
    )  # fmt: skip


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return a function that makes the source of an installed scene called guest."""

    def write(source: str) -> None:
        (tmp_path / "guest_module.py").write_text(source)
        entry = EntryPoint("guest", "guest_module:guest", "animviz.scenes")
        monkeypatch.setattr(outline, "entry_points", lambda **of: [entry])
        monkeypatch.syspath_prepend(tmp_path)

    return write


SCENE = '''
from typing import Literal
import animviz
{more}
Kind = Literal["warm", "cold"]
@animviz.scene(experiment="moons")
def guest(stage, recording, *, kind: Kind = "cold", most: int = {default}):
    """A guest's picture.

    Args:
        kind: of weather.
    """
'''


def test_source_is_read_and_not_carried_out(written: Callable[[str], None]) -> None:
    written(SCENE.format(more="raise SystemExit('it was imported')", default=3))
    found = outline_of("guest")
    assert found is not None
    assert (found.summary, found.experiment) == ("A guest's picture.", "moons")
    assert [(option.name, option.default, option.choices, option.help) for option in found.options[:2]] == [
        ("kind", "cold", ("warm", "cold"), "of weather"),
        ("most", 3, (), ""),
    ]


@pytest.mark.parametrize(
    ("more", "default"),
    [("from json import tool as MOST", "MOST"), ("MOST = open('/etc/hostname')", "MOST"), ("", "__import__('os')")],
)
def test_what_only_importing_can_tell_has_no_outline(more: str, default: str, written: Callable[[str], None]) -> None:
    written(SCENE.format(more=more, default=default))
    assert outline_of("guest") is None


def test_there_is_no_outline_of_what_is_not_installed() -> None:
    assert outline_of("no-such-scene") is None


@pytest.mark.parametrize("command", ["'render', 'rings', '--help'", "'render', 'umap', '--help'"])
def test_help_of_a_scene_imports_nothing_that_draws(command: str) -> None:
    code = (
        "import sys\n"
        "from animviz.cli.main import main\n"
        f"try: main([{command}])\n"
        "except SystemExit as done: assert not done.code\n"
        "heavy = {'matplotlib', 'scipy', 'pydantic', 'sklearn', 'PIL', 'fontTools', 'rich', 'http'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
