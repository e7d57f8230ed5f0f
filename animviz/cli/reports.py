"""What the command line says of scenes and of finished videos."""

from collections.abc import Iterator

from animviz.cli.saying import say
from animviz.errors import SceneError
from animviz.pictures.discovery import find_scene, scene_names
from animviz.pictures.scene import GROUPS, Scene
from animviz.rendering.movie import Movie

__all__ = ["report", "scene_lines", "scene_rows"]


def scene_rows() -> list[tuple[str, str]]:
    """Return name and summary of every scene; one that cannot be imported stays listed, marked."""
    return [(name, found if isinstance(found, str) else found.summary) for name, found in _scenes()]


def scene_lines() -> Iterator[str]:
    """Say of every scene what it draws, and from which recordings, in groups."""
    width = max(map(len, scene_names())) + 4
    listed: dict[str, list[str]] = {}
    for name, found in _scenes():
        rows = listed.setdefault("" if isinstance(found, str) else found.group, [])
        rows.append(f"  {name:<{width - 2}}{found if isinstance(found, str) else found.summary}")
        if isinstance(found, Scene) and found.needs:
            rows.append(f"{'':<{width}}from a recording {found.needs}")
    headings = [(group, heading) for group, heading in {**GROUPS, "": "Others"}.items() if group in listed]
    for place, (group, heading) in enumerate(headings):
        yield from ["", heading] if place else [heading]
        yield from listed[group]


def _scenes() -> Iterator[tuple[str, Scene | str]]:
    """Return every scene by name; of one that cannot be imported, what is wrong with it."""
    for name in scene_names():
        try:
            yield name, find_scene(name)
        except SceneError as error:
            yield name, f"[broken] {error}"


def report(movie: Movie) -> None:
    """Say in one line what was written."""
    say(str(movie))
