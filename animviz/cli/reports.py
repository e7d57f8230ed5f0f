"""What the command line says of scenes and of finished videos."""

import click

from animviz.errors import SceneError
from animviz.pictures.discovery import find_scene, scene_names
from animviz.rendering.movie import Movie

__all__ = ["report", "scene_rows"]


def scene_rows() -> list[tuple[str, str]]:
    """Return name and summary of every scene; one that cannot be imported stays listed, marked."""
    rows = []
    for name in scene_names():
        try:
            rows.append((name, find_scene(name).summary))
        except SceneError as error:
            rows.append((name, f"[broken] {error}"))
    return rows


def report(movie: Movie) -> None:
    """Say in one line what was written."""
    click.echo(str(movie))
