"""Find scenes: by name through the entry points of installed packages, or by path in the user's own file."""

from dataclasses import replace
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from animviz.errors import SceneError
from animviz.files import resolved
from animviz.pictures.loading import load
from animviz.pictures.outline import GROUP
from animviz.pictures.renamed import current
from animviz.pictures.scene import Scene, file_in
from animviz.pictures.sources import version_of

__all__ = ["CELLS", "GROUP", "find_scene", "scene_names", "small_scene"]

CELLS = "animviz.cells"


def scene_names() -> list[str]:
    """Return the names of all installed scenes, without importing them."""
    return sorted({entry.name for entry in entry_points(group=GROUP)})


def find_scene(reference: str | Path | Scene) -> Scene:
    """Return a scene by name, or by path: "my_scene.py" for the one scene in it, "my_scene.py:name" for one of many.

    A file is imported once for each version of its contents and of the modules beside it, which are its own. A scene
    itself is returned as it is.

    Raises:
        SceneError: there is none, or it cannot be imported; the cause is chained.
    """
    if isinstance(reference, Scene):
        return reference
    reference = current(str(reference))
    found = _from_entry_point(reference) if file_in(reference) is None else _from_file(reference)
    return replace(found, reference=reference, finder=find_scene)


def small_scene(reference: str) -> Scene:
    """Return a scene in the form that suits a cell of a split frame: its small form, else the scene itself.

    Raises:
        SceneError: there is none, or it cannot be imported; the cause is chained.
    """
    reference = current(reference)
    small = [] if file_in(reference) else [entry for entry in entry_points(group=CELLS) if entry.name == reference]
    return replace(_loaded(small[0]), reference=reference, finder=small_scene) if small else find_scene(reference)


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
    path, name = file_in(reference), reference.rpartition(".py")[2].removeprefix(":")
    if path is None or not path.is_file():
        raise SceneError(f"no file {path}; expected a Python file with a scene in it")
    scenes = {scene.name: scene for scene in _scenes_in(path)}
    if not scenes:
        raise SceneError(f"{path} has no scene; decorate a function with @animviz.scene()")
    if name and name not in scenes:
        raise SceneError(f"{path} has no scene {name!r}; it has {', '.join(scenes)}")
    if not name and len(scenes) > 1:
        raise SceneError(f"{path} has several scenes ({', '.join(scenes)}); say which: {path}:{next(iter(scenes))}")
    return scenes[name] if name else next(iter(scenes.values()))


@lru_cache
def _import(path: Path, version: str) -> tuple[Scene, ...]:
    """Import a version of a file under a name of its own, and return the scenes that it defines.

    Args:
        path: of the file, absolute.
        version: digest over its contents and those of the modules beside it.
    """
    module = load(path, sha256(f"{path} {version}".encode("utf-8", "surrogateescape")).hexdigest()[:16])
    scenes = [value for value in vars(module).values() if isinstance(value, Scene)]
    return tuple(scene for scene in scenes if scene.function.__module__ == module.__name__)  # not those it has imported


def _scenes_in(path: Path) -> tuple[Scene, ...]:
    version = version_of(path)
    try:
        return _import(resolved(path), version)
    except (Exception, SystemExit) as error:
        raise SceneError(f"{path} cannot be imported: {type(error).__name__}: {error}") from error
