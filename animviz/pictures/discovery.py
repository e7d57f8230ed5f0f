"""Find scenes: by name through the entry points of installed packages, or by path in the user's own file."""

import hashlib
import importlib.util
import sys
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from animviz.errors import SceneError
from animviz.pictures.scene import Scene

__all__ = ["CELLS", "GROUP", "find_scene", "is_path", "scene_names", "scene_version", "small_scene"]

GROUP = "animviz.scenes"
CELLS = "animviz.cells"


def scene_names() -> list[str]:
    """Return the names of all installed scenes, without importing them."""
    return sorted({entry.name for entry in entry_points(group=GROUP)})


def is_path(reference: str) -> bool:
    """Say whether a reference means a file, such as "my_scene.py" or "my_scene.py:name"."""
    return reference.endswith(".py") or ".py:" in reference


def scene_version(reference: str) -> str:
    """Return a digest of a scene's file, or "" for an installed scene."""
    if not is_path(reference):
        return ""
    return hashlib.sha256(Path(reference.rpartition(".py")[0] + ".py").read_bytes()).hexdigest()[:16]


def find_scene(reference: str) -> Scene:
    """Return a scene by name, or by path: "my_scene.py" for the one scene in it, "my_scene.py:name" for one of many.

    Raises:
        SceneError: there is none, or it cannot be imported; the cause is chained.
    """
    return _from_file(reference) if is_path(reference) else _from_entry_point(reference)


def small_scene(reference: str) -> Scene:
    """Return a scene in the form that suits a cell of a split frame: its small form, else the scene itself.

    Raises:
        SceneError: there is none, or it cannot be imported; the cause is chained.
    """
    small = [] if is_path(reference) else [entry for entry in entry_points(group=CELLS) if entry.name == reference]
    return _loaded(small[0]) if small else find_scene(reference)


def _from_entry_point(name: str) -> Scene:
    found = [entry for entry in entry_points(group=GROUP) if entry.name == name]
    if not found:
        raise SceneError(f"no scene {name!r}; there are {', '.join(scene_names())}, or give the path of a .py file")
    return _loaded(found[0])


def _loaded(entry: EntryPoint) -> Scene:
    try:
        scene = entry.load()
    except Exception as error:
        raise SceneError(f"scene {entry.name!r} cannot be imported from {entry.value}: {error}") from error
    if not isinstance(scene, Scene):
        raise SceneError(f"scene {entry.name!r}: {entry.value} is not made with @animviz.scene")
    return scene


def _from_file(reference: str) -> Scene:
    file, _, name = reference.rpartition(".py")
    path, name = Path(file + ".py"), name.removeprefix(":")
    if not path.is_file():
        raise SceneError(f"no file {path}; expected a Python file with a scene in it")
    scenes = {scene.name: scene for scene in _scenes_in(path)}
    if not scenes:
        raise SceneError(f"{path} has no scene; decorate a function with @animviz.scene()")
    if name and name not in scenes:
        raise SceneError(f"{path} has no scene {name!r}; it has {', '.join(scenes)}")
    if not name and len(scenes) > 1:
        raise SceneError(f"{path} has several scenes ({', '.join(scenes)}); say which: {path}:{next(iter(scenes))}")
    return scenes[name] if name else next(iter(scenes.values()))


def _scenes_in(path: Path) -> list[Scene]:
    """Import a file under a name of its own and return the scenes that it defines."""
    module_name = f"animviz_user_{path.stem}"
    spec = importlib.util.spec_from_file_location(module_name, path.resolve())
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module  # dataclasses and type hints in the file look their module up
    sys.path.insert(0, str(path.resolve().parent))
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise SceneError(f"{path} cannot be imported: {type(error).__name__}: {error}") from error
    finally:
        sys.path.pop(0)
    scenes = [value for value in vars(module).values() if isinstance(value, Scene)]
    return [scene for scene in scenes if scene.function.__module__ == module_name]  # not those it has imported
