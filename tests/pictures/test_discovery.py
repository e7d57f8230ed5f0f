"""Scenes are found by name through entry points, or by path in the user's own file; a bad one is refused in words."""

import sys
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest

import animviz
from animviz import Moment, Recording, Stage
from animviz.cli.doctor import examine
from animviz.cli.reports import scene_rows
from animviz.errors import InputError, SceneError
from animviz.pictures import discovery
from animviz.pictures.discovery import GROUP, find_scene, scene_names
from animviz.pictures.scene import Scene, file_in, scene

USERS_SCENE = '''
"""A scene of twenty lines."""
from typing import Literal
import numpy as np
from animviz import Box, Moment, Recording, Stage, scene


@scene(experiment="two_rings")
def norms(stage: Stage, recording: Recording, *, width: float = 6.0, side: Literal["left", "right"] = "left"):
    """Norms of the weights over the epochs.

    Args:
        width: thickness of the curve, in units.
        side: where it begins.
    """
    axes = stage.axes(Box(40, 40, stage.width - 80, 640), (0, 10), (-1, 1))
    curve = stage.line(axes, stage.theme.positive, width)

    def draw(moment: Moment) -> None:
        curve.set_data([0, 1 + moment.epoch], [0, 0.5])

    return draw
'''
SECOND = '''

@scene(name="second-one")
def second(stage: Stage, recording: Recording):
    """Another picture."""
    return lambda moment: None
'''


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a scene file."""

    def write_file(text: str, name: str = "my_scene.py") -> Path:
        path = tmp_path / name
        path.write_text(text)
        return path

    return write_file


@pytest.fixture
def entries(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that adds entry points, as an installed package would."""
    real = discovery.entry_points

    def add(**values: str) -> None:
        more = [EntryPoint(name, value, GROUP) for name, value in values.items()]
        monkeypatch.setattr(discovery, "entry_points", lambda *, group: [*real(group=group), *more])

    return add


def nothing(moment: Moment) -> None:
    """Draw nothing."""


def test_built_in_scenes_are_found_by_name() -> None:
    assert {"rings", "boundary", "polyfit", "history"} <= set(scene_names())
    for name in scene_names():
        found = find_scene(name)
        assert isinstance(found, Scene)
        assert found.name == name
    assert scene_names() == sorted(scene_names())


def test_built_in_scenes_come_from_the_scenes_package() -> None:
    assert find_scene("rings").function.__module__ == "animviz.scenes.rings"


def test_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(
        SceneError,
        match=r"no scene 'nope'; there are attention, boundary, collapse, confusion, .*, rings, .*, unit, .*or give",
    ):
        find_scene("nope")


@pytest.mark.parametrize(
    ("reference", "expected"),
    [("a.py", True), ("./a.py:b", True), ("/x/y.py", True), ("rings", False), ("py", False), ("a.pyc", False)],
)
def test_a_path_is_told_from_a_name(reference: str, expected: bool) -> None:
    assert (file_in(reference) is not None) is expected


def test_users_file_is_found_by_path(write: Callable[..., Path]) -> None:
    path = write(USERS_SCENE)
    found = find_scene(str(path))
    assert (found.name, found.experiment) == ("norms", "two_rings")
    assert found.summary == "Norms of the weights over the epochs."
    width, side = found.options[:2]
    assert [option.name for option in found.options[2:]] == ["title", "subtitle", "caption"]
    assert (width.name, width.kind, width.default, width.help) == (
        "width",
        float,
        6.0,
        "thickness of the curve, in units",
    )
    assert side.choices == ("left", "right")


def test_users_file_is_found_by_path_and_name(write: Callable[..., Path]) -> None:
    path = write(USERS_SCENE + SECOND)
    assert find_scene(f"{path}:norms").name == "norms"
    assert find_scene(f"{path}:second-one").summary == "Another picture."


def test_relative_path_is_found(write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(USERS_SCENE)
    monkeypatch.chdir(path.parent)
    assert find_scene("my_scene.py").name == "norms"
    assert find_scene("./my_scene.py:norms").name == "norms"


def test_path_with_py_in_it_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "old.py.things"
    folder.mkdir()
    (folder / "a.b c.py").write_text(USERS_SCENE)
    assert find_scene(f"{folder}/a.b c.py").name == "norms"
    assert find_scene(f"{folder}/a.b c.py:norms").name == "norms"


def test_users_scene_draws(write: Callable[..., Path], rings_recording: Recording) -> None:
    path = write(USERS_SCENE)
    first, last = (animviz.frame_at(path, rings_recording, epoch, size=(160, 90)) for epoch in (0.0, 4.0))
    assert not np.array_equal(first, last)
    with pytest.raises(InputError, match="--side is 'up'; expected one of left, right"):
        animviz.frame_at(path, rings_recording, 0.0, size=(160, 90), side="up")


def test_file_may_import_its_neighbour(write: Callable[..., Path]) -> None:
    write("colour = 'red'\n", "my_helper_module.py")
    before = list(sys.path)
    try:
        assert find_scene(str(write("import my_helper_module\n" + USERS_SCENE))).name == "norms"
    finally:
        sys.modules.pop("my_helper_module", None)
    assert sys.path == before


def test_changed_file_is_read_anew(write: Callable[..., Path]) -> None:
    find_scene(str(write(USERS_SCENE)))
    path = write(USERS_SCENE.replace("Norms of", "Sizes of all"))
    assert find_scene(str(path)).summary.startswith("Sizes of all")


def test_two_files_of_one_name_do_not_mix(tmp_path: Path, rings_recording: Recording) -> None:
    widths = {}
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "s.py").write_text(USERS_SCENE.replace("6.0", "3.0" if folder == "one" else "60.0"))
        widths[folder] = find_scene(str(tmp_path / folder / "s.py"))
    assert [found.options[0].default for found in widths.values()] == [3.0, 60.0]
    stills = [animviz.frame_at(found, rings_recording, 2.0, size=(160, 90)) for found in widths.values()]
    assert not np.array_equal(*stills)


def test_several_scenes_ask_which(write: Callable[..., Path]) -> None:
    path = write(USERS_SCENE + SECOND)
    with pytest.raises(SceneError, match=r"several scenes \(norms, second-one\); say which: .*my_scene\.py:norms"):
        find_scene(str(path))


def test_wrong_name_in_a_file_lists_the_right_ones(write: Callable[..., Path]) -> None:
    with pytest.raises(SceneError, match="has no scene 'nope'; it has norms, second-one"):
        find_scene(f"{write(USERS_SCENE + SECOND)}:nope")


def test_scene_imported_from_elsewhere_does_not_count(write: Callable[..., Path]) -> None:
    # A file that builds upon another's scene holds one scene of its own.
    path = write("from animviz.scenes.rings import rings\n" + USERS_SCENE)
    assert find_scene(str(path)).name == "norms"


def test_file_without_scene_says_how_to_make_one(write: Callable[..., Path]) -> None:
    with pytest.raises(SceneError, match=r"my_scene\.py has no scene; decorate a function with @animviz\.scene\(\)"):
        find_scene(str(write("def norms(stage, recording):\n    return None\n")))


@pytest.mark.parametrize("reference", ["nowhere.py", "nowhere.py:norms", "nowhere/deep.py"])
def test_missing_file_is_named(reference: str) -> None:
    with pytest.raises(SceneError, match=f"no file {reference.partition(':')[0]}"):
        find_scene(reference)


def test_folder_is_no_scene_file(tmp_path: Path) -> None:
    (tmp_path / "folder.py").mkdir()
    with pytest.raises(SceneError, match="no file"):
        find_scene(str(tmp_path / "folder.py"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def broken(:\n", "SyntaxError"),
        ("import no_such_module_at_all\n", "ModuleNotFoundError: No module named 'no_such_module_at_all'"),
        ("raise RuntimeError('mine')\n", "RuntimeError: mine"),
        ("x = 'unfinished\n", "SyntaxError"),
        ("x = 1\x00\n", "cannot be imported"),
        ("raise SystemExit('bye')\n", "cannot be imported"),
    ],
)
def test_file_that_cannot_be_imported_is_refused_with_its_cause(
    text: str, said: str, write: Callable[..., Path]
) -> None:
    path = write(text)
    with pytest.raises(SceneError, match=said) as caught:
        find_scene(str(path))
    assert str(path) in str(caught.value)
    assert caught.value.__cause__ is not None
    assert str(path.parent) not in sys.path


def test_scene_without_docstring_is_refused() -> None:
    with pytest.raises(SceneError, match="scene 'silent' needs a docstring: its first line is its help"):

        @scene()
        def silent(stage: Stage, recording: Recording) -> object:
            return nothing


def no_parameters() -> object:
    """Draw."""
    return nothing


def one_parameter(stage: Stage) -> object:
    """Draw."""
    return nothing


def three_parameters(stage: Stage, recording: Recording, grid: int = 3) -> object:
    """Draw."""
    return nothing


def any_number(*stages: Stage) -> object:
    """Draw."""
    return nothing


def any_options(stage: Stage, recording: Recording, **options: int) -> object:
    """Draw."""
    return nothing


def positional_only(stage: Stage, recording: Recording, /) -> object:
    """Draw."""
    return nothing


@pytest.mark.parametrize(
    "function", [no_parameters, one_parameter, three_parameters, any_number, any_options, positional_only]
)
def test_scene_with_wrong_parameters_is_refused(function: Callable[..., object]) -> None:
    said = rf"scene '{function.__name__}' must take \(stage, recording, \*, options...\)"
    with pytest.raises(SceneError, match=said):
        scene()(function)


def list_option(stage: Stage, recording: Recording, *, colours: list[str] = []) -> object:  # noqa: B006
    """Draw."""
    return nothing


def bytes_option(stage: Stage, recording: Recording, *, colours: bytes = b"") -> object:
    """Draw."""
    return nothing


def bare_option(stage: Stage, recording: Recording, *, colours=3) -> object:  # type: ignore[no-untyped-def]
    """Draw."""
    return nothing


def union_option(stage: Stage, recording: Recording, *, colours: int | str = 3) -> object:
    """Draw."""
    return nothing


@pytest.mark.parametrize("function", [list_option, bytes_option, bare_option, union_option])
def test_option_of_a_bad_type_is_refused(function: Callable[..., object]) -> None:
    said = f"{function.__name__}: parameter 'colours' is annotated .*; options are int, float, bool, str, Literal"
    with pytest.raises(SceneError, match=said):
        scene()(function)


def test_option_without_default_is_refused() -> None:
    def needy(stage: Stage, recording: Recording, *, grid: int) -> object:
        """Draw."""
        return nothing

    with pytest.raises(SceneError, match="needy: parameter 'grid' needs a default value"):
        scene()(needy)


def test_annotation_that_means_nothing_is_refused(write: Callable[..., Path]) -> None:
    path = write(USERS_SCENE.replace("width: float", "width: 'Flaot'"))
    with pytest.raises(SceneError, match="Flaot"):
        find_scene(str(path))


def test_refused_scene_in_a_file_names_the_file_and_the_fault(write: Callable[..., Path]) -> None:
    path = write(USERS_SCENE.replace("width: float = 6.0", "width: list = ()"))
    with pytest.raises(SceneError, match="parameter 'width' is annotated") as caught:
        find_scene(str(path))
    assert "my_scene.py" in str(caught.value)


def test_scene_with_unknown_experiment_says_so(write: Callable[..., Path]) -> None:
    from animviz.cli.render import RenderCommand

    path = write(USERS_SCENE.replace('"two_rings"', '"three_rings"'))
    with pytest.raises(InputError, match="no experiment 'three_rings'; there are two_rings"):
        RenderCommand(str(path))


def test_scene_that_returns_no_function_is_refused(
    write: Callable[..., Path], rings_recording: Recording, tmp_path: Path
) -> None:
    path = write(USERS_SCENE.replace("    return draw\n", ""))
    with pytest.raises(SceneError, match="norms"):
        animviz.render(path, rings_recording, tmp_path / "m.mp4", size=(160, 90), seconds=1, hold_end=0.5, hold_start=0)
    assert not (tmp_path / "m.mp4").exists()


def test_entry_point_of_another_package_is_found(entries: Callable[..., None]) -> None:
    entries(guest="animviz.scenes.history:history")
    assert "guest" in scene_names()
    assert find_scene("guest").summary == find_scene("history").summary


def test_broken_entry_point_stays_listed_and_shows_its_cause(entries: Callable[..., None]) -> None:
    entries(lost="no_such_module_at_all:lost")
    assert "lost" in scene_names()
    with pytest.raises(SceneError, match="scene 'lost' cannot be imported from no_such_module_at_all:lost") as caught:
        find_scene("lost")
    assert isinstance(caught.value.__cause__, ModuleNotFoundError)
    rows = dict(scene_rows())
    assert rows["lost"].startswith("[broken] ")
    assert "No module named 'no_such_module_at_all'" in rows["lost"]
    assert not rows["rings"].startswith("[broken]")


def test_broken_entry_point_does_not_stop_the_others(
    entries: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    from animviz.cli.main import main

    entries(lost="no_such_module_at_all:lost", gone="animviz.scenes.rings:gone")
    for arguments in (["scenes"], ["render", "--help"]):
        with suppress(SystemExit):
            main(arguments)
        text = capsys.readouterr().out
        assert text.count("[broken]") == 2
        assert "Learning curves" in text


def test_doctor_finds_the_broken_entry_point(entries: Callable[..., None]) -> None:
    entries(lost="no_such_module_at_all:lost")
    wrong = [finding for finding in examine() if not finding.ok]
    assert [finding.subject for finding in wrong] == ["scene lost"]
    assert wrong[0].fix


def test_entry_point_that_is_no_scene_is_refused(entries: Callable[..., None]) -> None:
    entries(plain="json:loads", gone="animviz.scenes.rings:gone")
    with pytest.raises(SceneError, match=r"scene 'plain': json:loads is not made with @animviz\.scene"):
        find_scene("plain")
    with pytest.raises(SceneError, match="scene 'gone' cannot be imported"):
        find_scene("gone")
